"""SQLite as the write side uses it: files that an older Rollbook made are taken further."""

import sqlite3
from collections.abc import Sequence


def upgrade(connection: sqlite3.Connection, steps: Sequence[str]) -> None:
    """Take the steps that this file lacks, all or none. A step is never changed once it was
    released; the first may meet a file of before they were counted, and makes only what is
    missing. A file that is further than these steps is left as it is."""
    taken = connection.execute("PRAGMA user_version").fetchone()[0]
    if taken < len(steps):
        script = "".join(steps[taken:])
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {len(steps)}; COMMIT;"
            )
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
