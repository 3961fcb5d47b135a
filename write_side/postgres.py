"""PostgreSQL as the write side uses it: connections in a role of few rights, tables made once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from eventsourcing.persistence import OperationalError
from psycopg import conninfo, errors, sql
from psycopg.abc import RV, PQGen
from psycopg_pool import ConnectionPool

PATIENCE = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=30s"
# a snapshot of before the wait for a lock would show what is no longer so
ISOLATION = r"-c default_transaction_isolation=read\ committed"
LONGEST_SILENCE = 35.0  # seconds; the server itself breaks off what takes 30
# a peer that is gone without a word is noticed within five seconds
KEEPALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}
_STEP = "Rollbook, step "  # begins the schema's comment
_PREPARING = 7_110_001  # an advisory lock's key: any number that nobody else uses


_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.IdleInTransactionSessionTimeout,
    errors.TransactionTimeout,
    errors.ReadOnlySqlTransaction,  # it stands by for another now
)


class NotPrepared(RuntimeError):
    """The database lacks what Rollbook needs, and this login may not make it."""


class Impatient(psycopg.Connection[Any]):
    """A connection that breaks where nothing at all is answered: a proxy that hangs keeps the
    network satisfied, and no timeout of the server's reaches us through it."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, timeout or LONGEST_SILENCE)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()
            raise


def as_role(url: str, role: str) -> str:
    """A connection string for one schema in the role of the same name, which owns nothing there."""
    return _patient(url, f"-c role={role} -c search_path={role}")


@contextmanager
def reachable() -> Iterator[None]:
    """The library's OperationalError for a server that is away; what was being written when it
    went may have been written."""
    try:
        yield
    except _AWAY as error:
        raise OperationalError(str(error).strip()) from error


def connected(url: str) -> psycopg.Connection[Any]:
    """A connection outside of any transaction."""
    connection = Impatient.connect(url, autocommit=True)
    _durable(connection)
    return connection


def _durable(connection: psycopg.Connection[Any]) -> None:
    """A server may be set up to forget its last commits in a crash; what was answered may not
    be. Stricter settings stay."""
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') = 'off'"
    )


class Pool:
    """Connections to one schema in its role, that outlive a restart of the server."""

    def __init__(self, url: str, role: str) -> None:
        self._pool = ConnectionPool(
            as_role(url, role),
            connection_class=Impatient,
            configure=_durable,
            min_size=1,
            max_size=32,
            timeout=3,
            # it pauses for twice as long after each failure, and would come back as late as that
            reconnect_timeout=2,
            kwargs={"autocommit": True},
            name=role,
            open=True,
        )

    def read(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows; asked once more where the connection was from before a restart."""
        with reachable():
            with self._pool.connection() as connection:
                try:
                    return connection.execute(statement, values).fetchall()
                except psycopg.OperationalError:
                    if not connection.broken:
                        raise
            self._pool.drain()
            with self._pool.connection() as connection:
                return connection.execute(statement, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection in a transaction."""
        with reachable(), self._pool.connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def working(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection outside of any transaction, for what may not be in one."""
        with reachable(), self._pool.connection() as connection:
            yield connection

    def close(self) -> None:
        self._pool.close()


def prepare(url: str, role: str, steps: Sequence[str]) -> None:
    """Make the schema, its role and its tables, or take the steps that a schema made by an older
    Rollbook lacks; NotPrepared where this login may not.

    It needs the right to make them only where something is missing; `{role}` in a step is both the
    schema's and the role's name. A schema that is further than these steps is left alone: it was
    taken there by a newer node, beside which this one goes on.
    """
    with reachable(), psycopg.connect(_patient(url)) as connection:
        try:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_PREPARING])
            if not _there(connection, "pg_namespace", "nspname", role):
                _make(connection, role)
                _take(connection, role, 0, steps)
            elif (taken := _taken(connection, role)) < len(steps):
                _take(connection, role, taken, steps)
            if not _may_be(connection, role):
                raise NotPrepared(
                    f"the login {connection.info.user} may not take the role {role}: let the"
                    f" login that made it GRANT {role} TO {connection.info.user}"
                )
        except errors.InsufficientPrivilege as error:
            raise NotPrepared(
                f"the login {connection.info.user} may not make or upgrade the schema {role} in"
                f" the database {connection.info.dbname} ({error.diag.message_primary}): have"
                " `rollbook prepare` run by the login that owns it, or at first by one with"
                " CREATEROLE, and CREATE on the database"
            ) from error


def _make(connection: psycopg.Connection[Any], role: str) -> None:
    name = sql.Identifier(role)
    if not _there(connection, "pg_roles", "rolname", role):
        # roles are the whole server's: another database may be prepared at the same moment
        with suppress(errors.DuplicateObject, errors.UniqueViolation), connection.transaction():
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
    if not _may_be(connection, role):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {0} TO {0}").format(name))


def _take(connection: psycopg.Connection[Any], role: str, taken: int, steps: Sequence[str]) -> None:
    name = sql.Identifier(role)
    connection.execute(sql.SQL("SET LOCAL search_path = {}").format(name))
    for step in steps[taken:]:
        connection.execute(sql.SQL(step).format(role=name))
    comment = sql.SQL("COMMENT ON SCHEMA {} IS {}")
    connection.execute(comment.format(name, sql.Literal(f"{_STEP}{len(steps)}")))


def _taken(connection: psycopg.Connection[Any], role: str) -> int:
    """How many steps the schema has behind it; one of before steps were counted, the first."""
    found = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [role]
    ).fetchone()
    comment = found[0] if found else None
    return int(comment.removeprefix(_STEP)) if comment and comment.startswith(_STEP) else 1


def _there(connection: psycopg.Connection[Any], catalog: str, column: str, name: str) -> bool:
    found = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(
        sql.Identifier(catalog), sql.Identifier(column)
    )
    return connection.execute(found, [name]).fetchone() is not None


def _may_be(connection: psycopg.Connection[Any], role: str) -> bool:
    """Tried, for what the catalogs tell of it differs between versions."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
    except errors.InsufficientPrivilege:
        return False
    return True


def _patient(url: str, options: str = "") -> str:
    given = conninfo.conninfo_to_dict(url).get("options") or ""
    ours = f"{given} {PATIENCE} {ISOLATION} {options}"
    return conninfo.make_conninfo(url, **KEEPALIVE, options=ours.strip())
