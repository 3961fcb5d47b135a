"""The views in a PostgreSQL schema: one process at a time projects a view, many read."""

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import conninfo
from psycopg.types.json import set_json_dumps
from psycopg.types.string import StrDumper
from sqlalchemy import Connection, Engine, Integer, create_engine, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateColumn
from sqlalchemy.sql.compiler import DDLCompiler
from sqlmodel import Session
from sqlmodel.sql.sqltypes import AutoString

from read_side.changes import Changes, Notice
from read_side.listening import Listening, notices

ROLE = CHANNEL = "rollbook_views"
GRANTS = ["GRANT CREATE ON SCHEMA {role} TO {role}"]
LEASE = 7_110_003  # the first half of the advisory locks' keys; the second is the view's name
KEYS_A_MESSAGE = 200  # PostgreSQL carries 8,000 bytes
MOST_KEYS = 4_000  # beyond it: everything of the view has changed
STAND_BY_SECONDS = 1.0
WRITING = {
    # what is lost in a crash is projected again: no need to wait for the disk
    "synchronous_commit": "off",
    # who is stopped, or whose machine is gone, gives way to those who stand by, and within five
    # seconds: they ask once a second, as often as one that leads is heard of
    "idle_session_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
}
READING = {"default_transaction_read_only": "on"}


@compiles(AutoString, "postgresql")
def _text(*_: Any, **__: Any) -> str:
    """Text in the order of its bytes, as on SQLite: cursors and sorting must not depend on the
    language a server was set up in."""
    return 'TEXT COLLATE "C"'


@compiles(Integer, "postgresql")
def _integer(*_: Any, **__: Any) -> str:
    """As wide as on SQLite: positions outgrow four bytes."""
    return "BIGINT"


@compiles(CreateColumn, "postgresql")
def _column(create: CreateColumn, compiler: DDLCompiler, **how: Any) -> str:
    """A key that is a number is a position, which the log gives: the table counts nothing."""
    spelled: str = compiler.visit_create_column(create, **how)  # type: ignore[no-untyped-call]
    return spelled.replace(" SERIAL", " BIGINT")


class _Storable(StrDumper):
    """Text that PostgreSQL keeps: it knows no NUL, which a fact or a question may have."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd"))


class PostgresViews:
    """The store's `Database`.

    The lease of a view is an advisory lock of the very connection that writes it: whoever loses
    the connection loses the lease with it, and cannot write by mistake.
    """

    announces = True

    def __init__(self, connection: str, replicas: Sequence[str] = ()) -> None:
        """The views' own server and its replicas, as libpq connection strings."""
        self.writer = _engine(connection, WRITING, pool_size=1, max_overflow=0)
        self.reader = _reader(connection)
        self._replicas = deque(map(_reader, replicas))
        self._asked: dict[str, float] = {}

    @property
    def replicas(self) -> Sequence[Engine]:
        """In turn."""
        self._replicas.rotate()
        return list(self._replicas)

    def led(self, views: Iterable[str]) -> set[str]:
        with self.writer.connect() as connection:
            return {view for view in views if self.leads(connection, view)}

    def alone(self, session: Session) -> None:
        session.execute(text("SELECT pg_advisory_xact_lock(:lease, 0)"), {"lease": LEASE})

    def leads(self, connection: Connection, view: str) -> bool:
        """A view that is not led yet is asked for once a second."""
        held: set[str] = connection.info.setdefault("leases", set())
        if view not in held and time.monotonic() - self._asked.get(view, 0) > STAND_BY_SECONDS:
            self._asked[view] = time.monotonic()
            lock = text("SELECT pg_try_advisory_lock(:lease, hashtext(:view))")
            if connection.execute(lock, {"lease": LEASE, "view": view}).scalar():
                held.add(view)
        return view in held

    def announce(self, connection: Connection, notices: Sequence[Notice]) -> None:
        """Tell every process, in the transaction that makes it true."""
        payloads = [payload for notice in notices for payload in spelled(notice)]
        tell = "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) payload"
        connection.exec_driver_sql(tell, (CHANNEL, payloads))


def follow(connection: str, changes: Changes) -> Listening:
    """Keep a process's meeting point at what the projectors of others commit.

    What a lost message would have told is found by looking at the positions; which keys it was
    about is not known then, so everybody who listens to that view is woken.
    """

    def heard(payload: str) -> None:
        if payload:
            changes.publish([understood(payload)])

    asked: psycopg.Connection[Any] | None = None

    def look(told: psycopg.Connection[Any]) -> None:
        nonlocal asked
        anew, asked = told is not asked, told
        before = dict(changes.positions)
        positions = told.execute("SELECT view, position FROM view_position").fetchall()
        if any(at > before.get(view, 0) for view, at in positions):
            # a commit is seen a moment before its message is sent; this one comes behind that
            told.execute("SELECT pg_notify(%s, '')", [CHANNEL])
        for payload in notices(told):
            heard(payload)
        missed: list[Notice] = []
        for view, at in positions:
            was, known = before.get(view, 0), changes.positions.get(view, 0)
            # a position goes back where a view is made again, or a crash took commits along
            here = at if known == was else max(at, known)
            # what a lost connection would have told may be of a position that is known
            if anew or here != known:
                missed.append(Notice(view, here, None))
        changes.publish(missed)

    return Listening(connection, CHANNEL, heard, look)


def understood(payload: str) -> Notice:
    """A notice again from one of its messages."""
    view, position, keys = orjson.loads(payload)
    return Notice(view, position, None if keys is None else frozenset(map(UUID, keys)))


def spelled(notice: Notice) -> list[str]:
    """A notice as messages small enough to be carried."""
    keys = sorted(key.hex for key in notice.keys or ())
    if notice.keys is None or len(keys) > MOST_KEYS:
        return [orjson.dumps([notice.view, notice.position, None]).decode()]
    parts = [keys[i : i + KEYS_A_MESSAGE] for i in range(0, len(keys), KEYS_A_MESSAGE)] or [[]]
    return [orjson.dumps([notice.view, notice.position, part]).decode() for part in parts]


def _reader(connection: str) -> Engine:
    # no upper bound: readers run on the event loop, where one that waits stops all others
    return _engine(
        connection, READING, pool_size=16, max_overflow=-1, isolation_level="REPEATABLE READ"
    )


def _engine(connection: str, settings: Mapping[str, str], **how: Any) -> Engine:
    # moments come back in the session's time zone
    set_up = {"timezone": "UTC", **settings}
    given = conninfo.conninfo_to_dict(connection).get("options") or ""
    options = " ".join([str(given), *(f"-c {name}={value}" for name, value in set_up.items())])

    def connected() -> Any:
        opened = psycopg.connect(connection, options=options)
        opened.adapters.register_dumper(str, _Storable)
        set_json_dumps(orjson.dumps, opened)
        return opened

    return create_engine(
        "postgresql+psycopg://",
        creator=connected,
        pool_pre_ping=True,  # a restart of the server is nobody's failed read
        hide_parameters=True,  # an error that is logged must not quote what rows hold
        json_deserializer=orjson.loads,
        **how,
    )
