"""The log in PostgreSQL: append-only for whoever comes, durable, one append after the other."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg import errors
from psycopg.conninfo import make_conninfo

from tests.logins import login
from tests.stores import database
from tests.write_side.log.paper import append, capacity_changed, receipt
from tests.write_side.tampering import owner as past_its_triggers
from write_side.log.evidence import verify
from write_side.log.postgres import ROLE, TABLES, PostgresLog, UnorderedLog
from write_side.postgres import prepare

PATIENCE = 20.0
TAKES = "GRANT rollbook_log TO {}"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Of a database that has its tables."""
    made = database(tmp_path)
    prepare(made, ROLE, TABLES)
    return made


@pytest.fixture
def log(url: str) -> Iterator[PostgresLog]:
    opened = PostgresLog(url)
    yield opened
    opened.close()


@pytest.fixture
def filled(log: PostgresLog) -> PostgresLog:
    append(log, *map(capacity_changed, (1, 2, 3)), receipts=[receipt("cmd", 1, 2, 3)])
    return log


@pytest.fixture
def owner(url: str) -> Iterator["psycopg.Connection[Any]"]:
    """Who made everything, looking at the log's tables."""
    with psycopg.connect(url, autocommit=True, options="-c search_path=rollbook_log") as opened:
        yield opened


@pytest.fixture
def clerk(url: str) -> Iterator["psycopg.Connection[Any]"]:
    """Whoever may do what the log may, and nothing else."""
    options = "-c role=rollbook_log -c search_path=rollbook_log"
    with psycopg.connect(login(url, TAKES), autocommit=True, options=options) as opened:
        yield opened


CHANGES = [
    "UPDATE facts SET state = '{}' WHERE position = 2",
    "UPDATE facts SET position = 9 WHERE position = 3",
    "DELETE FROM facts WHERE position = 3",
    "DELETE FROM facts",
    "TRUNCATE facts",
    "INSERT INTO facts SELECT * FROM facts WHERE position = 2"
    " ON CONFLICT (position) DO UPDATE SET state = '{}'",
    "MERGE INTO facts USING facts AS old ON facts.position = old.position WHEN MATCHED THEN DELETE",
    "UPDATE receipts SET refusals = '[]'",
    "DELETE FROM receipts",
    "TRUNCATE receipts",
    "DELETE FROM head",
    "TRUNCATE head",
]
OF_THE_OWNER = [
    "DROP TABLE facts",
    "ALTER TABLE facts DISABLE TRIGGER ALL",
    "DROP TRIGGER facts_stay ON facts",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RETURN NULL; END'",
    "CREATE TABLE other (x int)",
    "SET session_replication_role = replica",
    "SET ROLE postgres",
    "INSERT INTO head (position, chain) VALUES (0, '')",
]


def everything(owner: "psycopg.Connection[Any]") -> list[Any]:
    tables = ("facts", "receipts", "head")
    return [owner.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("statement", CHANGES + OF_THE_OWNER)
def test_the_logs_role_may_add_and_nothing_else(
    clerk: "psycopg.Connection[Any]", owner: "psycopg.Connection[Any]", statement: str
) -> None:
    before = everything(owner)
    with pytest.raises(errors.InsufficientPrivilege):
        clerk.execute(statement)
    assert everything(owner) == before


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("statement", CHANGES)
def test_the_log_is_append_only_even_for_its_owner(
    owner: "psycopg.Connection[Any]", statement: str
) -> None:
    before = everything(owner)
    with pytest.raises(errors.RestrictViolation, match="append-only"):
        owner.execute(statement)
    assert everything(owner) == before


@pytest.mark.usefixtures("filled")
def test_the_log_does_not_go_back(clerk: "psycopg.Connection[Any]") -> None:
    """Its role moves the head with each append; a position once given may not come again."""
    with pytest.raises(errors.RestrictViolation, match="does not go back"):
        clerk.execute("UPDATE head SET position = 2")


def test_a_clerk_appends(url: str, log: PostgresLog) -> None:
    """All that the product does works with no more rights than that."""
    other = PostgresLog(login(url, TAKES))
    assert append(other, capacity_changed(1), receipts=[receipt("cmd", 1)]) == [1]
    assert append(log, capacity_changed(2)) == [2] and other.head() == 2
    assert other.first_broken_link() is None
    other.close()


def said(log: PostgresLog, name: str) -> str:
    with log.exclusive() as append:
        return str(append._ask(f"SHOW {name}")[0][0])


@pytest.mark.parametrize(("set_up", "held_to"), [("off", "on"), ("remote_apply", "remote_apply")])
def test_commits_are_durable_whatever_the_server_is_set_to(
    url: str, owner: "psycopg.Connection[Any]", set_up: str, held_to: str
) -> None:
    owner.execute(f'ALTER DATABASE "{owner.info.dbname}" SET synchronous_commit = {set_up}')
    log = PostgresLog(url)
    assert said(log, "synchronous_commit") == held_to
    log.close()


def test_appends_exclude_each_other_and_nothing_else(
    filled: PostgresLog, owner: "psycopg.Connection[Any]"
) -> None:
    owner.execute("SET lock_timeout = '2s'")
    with filled.exclusive(), filled.exclusive():
        assert owner.execute("SELECT pg_try_advisory_lock(7110002)").fetchone() == (False,)
        owner.execute("VACUUM facts")
        assert filled.head() == 3
    assert owner.execute("SELECT pg_try_advisory_lock(7110002)").fetchone() == (True,)


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
def test_who_waited_sees_what_the_one_before_appended(
    url: str, owner: "psycopg.Connection[Any]", isolation: str
) -> None:
    """Also on a server whose transactions see what was there when they began."""
    owner.execute(
        f"ALTER DATABASE \"{owner.info.dbname}\" SET default_transaction_isolation = '{isolation}'"
    )
    one, two = PostgresLog(url), PostgresLog(url)
    with ThreadPoolExecutor() as pool:
        with one.exclusive():
            waiting = pool.submit(append, two, capacity_changed(2))
            until(owner, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            append(one, capacity_changed(1))
        assert waiting.result(PATIENCE) == [2]
    one.close()
    two.close()


def until(owner: "psycopg.Connection[Any]", question: str) -> None:
    """Ask until there is an answer."""
    never, left = Event(), int(PATIENCE * 100)
    while owner.execute(question).fetchone() is None:
        assert left, f"still not: {question}"
        left -= 1
        never.wait(0.01)


OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"


def test_connections_that_were_broken_are_nobodys_failed_read(
    filled: PostgresLog, owner: "psycopg.Connection[Any]"
) -> None:
    assert filled.head() == 3
    owner.execute(f"SELECT pg_terminate_backend(pid, 5000) {OTHERS}")
    assert filled.head() == 3


def test_an_append_on_a_broken_connection_says_so_and_the_next_has_another(
    filled: PostgresLog, owner: "psycopg.Connection[Any]"
) -> None:
    owner.execute(f"SELECT pg_terminate_backend(pid, 5000) {OTHERS}")
    with pytest.raises(OperationalError):
        append(filled, capacity_changed(4))
    assert append(filled, capacity_changed(4)) == [4]


def test_an_append_that_dawdled_is_as_one_that_was_broken(
    filled: PostgresLog, owner: "psycopg.Connection[Any]"
) -> None:
    """The server ends a transaction in which nothing happens, for others wait for it."""

    def dawdle() -> None:
        with filled.exclusive() as held:
            held._ask("SELECT set_config('idle_in_transaction_session_timeout', '20', false)")
            idle = f"SELECT 1 WHERE NOT EXISTS (SELECT 1 {OTHERS} AND state LIKE 'idle in %')"
            until(owner, idle)
            append(filled, capacity_changed(4))

    with pytest.raises(OperationalError):
        dawdle()
    assert filled.head() in (3, 4)
    assert append(filled, capacity_changed(filled.head() + 1)) == [filled.head()]


@pytest.mark.usefixtures("filled")
def test_a_server_that_only_stands_by_is_away(url: str) -> None:
    read_only = make_conninfo(url, options="-c default_transaction_read_only=on")
    log = PostgresLog(read_only)
    with pytest.raises(OperationalError, match="read-only"):
        append(log, capacity_changed(4))
    assert log.head() == 3
    log.close()


def test_closing_leaves_no_connection(
    filled: PostgresLog, owner: "psycopg.Connection[Any]"
) -> None:
    filled.head()
    filled.close()
    until(owner, f"SELECT 1 WHERE NOT EXISTS (SELECT 1 {OTHERS})")


@pytest.mark.parametrize("spelled", ["y", "Yes", "t", "TRUE", "on", "1"])
def test_the_librarys_database_functions_are_refused_with_their_reason(
    url: str, spelled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", spelled)
    with pytest.raises(UnorderedLog, match="position 2 can be seen before position 1"):
        PostgresLog(url)


@pytest.mark.parametrize("spelled", ["", "n", "off", "0"])
def test_a_log_without_them_is_opened(
    url: str, spelled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", spelled)
    PostgresLog(url).close()


def test_a_schema_of_before_receipts_had_links_is_taken_further(tmp_path: Path) -> None:
    """Its sequence may have left gaps; from here on a gap is something taken out."""
    url = database(tmp_path)
    prepare(url, ROLE, TABLES[:1])
    with psycopg.connect(url, autocommit=True, options="-c search_path=rollbook_log") as old:
        for command_id in ("old-1", "old-2"):
            old.execute("SELECT nextval('receipts_serial_seq')")
            old.execute(
                "INSERT INTO receipts (command_id, kind, actor, role, channel, at, fingerprint,"
                " input, facts, refusals, log_position) VALUES (%s, 'enroll', 'somebody',"
                " 'REGISTRAR', 'STAFF', '2026-01-01T00:00:00+00:00', '', '{}', '[]', '[]', 0)",
                [command_id],
            )
    log = PostgresLog(url)
    append(log, capacity_changed(1), command_id="new", receipts=[receipt("new", 1)])
    append(log, receipts=[receipt("newer"), receipt("newest")])
    evidence = verify(log)
    assert evidence.wrong is None and (evidence.facts, evidence.receipts) == (1, 5)
    with past_its_triggers(url, "log") as tool:
        tool.execute("DELETE FROM receipts WHERE command_id = 'newer'")
    assert str(verify(log).wrong) == "receipt 6: there is no receipt; one was taken out"
    log.close()
