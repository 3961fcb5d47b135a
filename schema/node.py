"""Nodes: everything that has an id."""

import strawberry


@strawberry.interface(description="Something with an id that `node` finds.")
class Node:
    id: strawberry.ID
