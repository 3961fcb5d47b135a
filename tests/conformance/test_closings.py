"""What a graphql-ws client sees when it, or somebody on its wire, does one thing wrong: the close
code of the protocol, and a client that gives up exactly where trying again could not help."""

from typing import Any

import pytest

from tests.conformance.node import told
from tests.schema.campus import Campus

GIVES_UP, TRIES_AGAIN = 1, 2
INIT_TIMEOUT = 5.0

CLOSINGS = {
    "an id that is no string": (4400, GIVES_UP),
    "no query": (4400, GIVES_UP),
    "a type nobody knows": (4400, GIVES_UP),
    "bytes": (4400, GIVES_UP),
    "no JSON": (4400, GIVES_UP),
    "a token that is no string": (4400, GIVES_UP),
    "a message of 70 KiB": (1009, GIVES_UP),
    "subscribing before the init": (4401, GIVES_UP),
    # a fresh token may be had: the client cannot know, see `shouldRetry` in the guide
    "a token that is refused": (4403, TRIES_AGAIN),
    "another protocol": (4406, GIVES_UP),
    # told not to try again: that would be five seconds more
    "no init": (4408, GIVES_UP),
    "an id twice": (4409, GIVES_UP),
    "a second init": (4429, GIVES_UP),
}


@pytest.fixture(scope="module")
def closings(campus: Campus) -> dict[str, dict[str, Any]]:
    """All of them, each with a socket of its own at the same time."""
    query = "subscription { views { name } }"
    found: dict[str, dict[str, Any]] = told("closings", url=campus.ws, query=query, badToken="bad")
    return found


@pytest.mark.parametrize("mistake", CLOSINGS)
def test_the_client_is_told_what_was_wrong(
    closings: dict[str, dict[str, Any]], mistake: str
) -> None:
    outcome = closings[mistake]

    assert (outcome["code"], outcome["tries"]) == CLOSINGS[mistake], outcome
    assert outcome["reason"]


def test_whoever_says_nothing_is_closed_after_five_seconds(
    closings: dict[str, dict[str, Any]],
) -> None:
    assert closings["no init"]["seconds"] >= INIT_TIMEOUT
