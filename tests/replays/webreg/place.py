"""Where a mode keeps its log: in its folder, or in a new database of ROLLBOOK_DATABASE_URL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from write_side.opening import WritePlace


@contextmanager
def place_of(folder: Path) -> Iterator[WritePlace]:
    """Until the block ends; then a database is dropped, whereas a folder is left to its owner."""
    server = os.environ.get("ROLLBOOK_DATABASE_URL")
    if server is None:
        yield WritePlace(folder)
        return
    name = f"replay_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            url = make_conninfo(server, dbname=name)
            yield WritePlace(folder, url, url)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
