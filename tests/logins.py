"""Logins on a test's PostgreSQL server that may little, or nothing."""

from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo


def login(url: str, *rights: str) -> str:
    """The address for a new login with these rights; `{}` in them stands for its name."""
    name = f"login_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(f"CREATE ROLE {name} LOGIN")
        for right in rights:
            owner.execute(right.format(name))
    return make_conninfo(url, user=name)
