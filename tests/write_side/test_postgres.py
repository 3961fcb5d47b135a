"""What the write side makes on a server, who may make it, and who may read it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import OperationalError
from psycopg import errors
from psycopg.conninfo import make_conninfo

import write_side.postgres
from tests.logins import login
from tests.postgres import free_port
from tests.stores import database
from tests.write_side.campus import ANN
from tests.write_side.log.paper import append, capacity_changed
from tests.write_side.office import MASTER_KEY, PATIENCE
from write_side.log.postgres import PostgresLog
from write_side.postgres import NotPrepared, Pool, prepare
from write_side.vault import PostgresKeys, Vault

STEPS = ["CREATE TABLE words (word text); GRANT SELECT, INSERT ON words TO {role};"]
LATER = [*STEPS, "ALTER TABLE words ADD COLUMN said integer NOT NULL DEFAULT 7;"]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return database(tmp_path)


@pytest.fixture
def role() -> str:
    """One that no database of the server has had."""
    return f"role_{uuid4().hex[:12]}"


def words(url: str, role: str) -> int:
    """How many there are, after one more."""
    pool = Pool(url, role)
    with pool.writing() as connection:
        connection.execute("INSERT INTO words VALUES ('word')")
    ((number,),) = pool.read("SELECT count(*) FROM words")
    pool.close()
    return int(number)


def said(url: str, role: str) -> list[int]:
    return [number for (number,) in Pool(url, role).read("SELECT said FROM words")]


def test_what_is_there_is_left_as_it_is(url: str, role: str) -> None:
    prepare(url, role, STEPS)
    assert words(url, role) == 1
    prepare(url, role, STEPS)
    assert words(url, role) == 2


def test_an_older_schema_takes_the_steps_it_lacks_once_and_a_newer_is_left_alone(
    url: str, role: str
) -> None:
    prepare(url, role, STEPS)
    assert words(url, role) == 1
    for _ in range(2):
        prepare(url, role, LATER)
        prepare(url, role, STEPS)
    assert said(url, role) == [7]


def test_a_schema_of_before_steps_were_counted_has_the_first_behind_it(url: str, role: str) -> None:
    prepare(url, role, STEPS)
    with psycopg.connect(url) as owner:
        owner.execute(f"COMMENT ON SCHEMA {role} IS NULL")
    words(url, role)
    prepare(url, role, LATER)
    assert said(url, role) == [7]


def test_a_login_that_does_not_own_an_older_schema_is_told_who_upgrades_it(
    url: str, role: str
) -> None:
    prepare(url, role, STEPS)
    member = login(url, f"GRANT {role} TO {{}}")
    with pytest.raises(NotPrepared, match=f"or upgrade the schema {role} .*rollbook prepare"):
        prepare(member, role, LATER)
    prepare(member, role, STEPS)


def test_a_login_without_rights_is_told_what_it_needs_and_leaves_nothing(
    url: str, role: str
) -> None:
    for rights in ((), ("ALTER ROLE {} CREATEROLE",)):
        with pytest.raises(
            NotPrepared, match=f"may not make or upgrade the schema {role}.*CREATEROLE"
        ):
            prepare(login(url, *rights), role, STEPS)
    with psycopg.connect(url) as owner:
        found = "SELECT rolname FROM pg_roles WHERE rolname = %(role)s"
        found += " UNION SELECT nspname FROM pg_namespace WHERE nspname = %(role)s"
        assert owner.execute(found, {"role": role}).fetchall() == []


def test_a_login_that_may_make_it_need_not_own_the_server(url: str, role: str) -> None:
    with psycopg.connect(url) as owner:
        create = f'GRANT CREATE ON DATABASE "{owner.info.dbname}" TO {{}}'
    maker = login(url, "ALTER ROLE {} CREATEROLE", create)
    prepare(maker, role, STEPS)
    assert words(maker, role) == 1


def test_a_login_that_may_not_take_the_role_is_told_so(url: str, role: str) -> None:
    prepare(url, role, STEPS)
    stranger = login(url)
    with pytest.raises(NotPrepared, match=f"may not take the role {role}.*GRANT {role} TO login_"):
        prepare(stranger, role, STEPS)
    member = login(url, f"GRANT {role} TO {{}}")
    prepare(member, role, STEPS)
    assert words(member, role) == 1


def test_the_log_and_the_vault_say_so_at_once(url: str) -> None:
    for store in (PostgresLog, PostgresKeys):
        with pytest.raises(NotPrepared, match="may not"):
            store(login(url))


def test_many_prepare_at_once(tmp_path: Path, role: str) -> None:
    """Processes that start together, on one database and on others of the same server."""
    urls = [database(tmp_path), database(tmp_path / "other")] * 8
    gate = Barrier(len(urls))

    def start(url: str) -> None:
        gate.wait(PATIENCE)
        prepare(url, role, STEPS)

    with ThreadPoolExecutor(len(urls)) as pool:
        for started in [pool.submit(start, url) for url in urls]:
            started.result(PATIENCE)
    assert [words(url, role) for url in urls[:2]] == [1, 1]


def test_a_server_that_is_not_there_is_away() -> None:
    with pytest.raises(OperationalError, match="refused"):
        PostgresLog(f"postgresql://postgres@127.0.0.1:{free_port()}/postgres")


@pytest.mark.parametrize("taken", ["rollbook_log", "rollbook_views", None])
@pytest.mark.parametrize("table", ["keys", "emails", "indexed"])
def test_only_the_vaults_role_reads_the_vault(url: str, taken: str | None, table: str) -> None:
    PostgresLog(url).close()
    prepare(url, "rollbook_views", "")
    vault = Vault(PostgresKeys(url), MASTER_KEY)
    vault.seal(ANN, "StudentRegistered.name", "Ada")
    vault.flush()
    vault.close()
    rights = () if taken is None else (f"GRANT {taken} TO {{}}",)
    place = make_conninfo(login(url, *rights), options=f"-c role={taken}" if taken else "")
    with psycopg.connect(place) as other, pytest.raises(errors.InsufficientPrivilege):
        other.execute(f"SELECT * FROM rollbook_vault.{table}")


def test_the_vaults_role_reads_nothing_else(url: str) -> None:
    PostgresLog(url).close()
    PostgresKeys(url).close()
    place = make_conninfo(login(url, "GRANT rollbook_vault TO {}"))
    with psycopg.connect(place, options="-c role=rollbook_vault", autocommit=True) as vault:
        assert len(vault.execute("SELECT * FROM rollbook_vault.keys").fetchall()) == 0
        for table in ("facts", "receipts", "head"):
            with pytest.raises(errors.InsufficientPrivilege):
                vault.execute(f"SELECT * FROM rollbook_log.{table}")


TIMEOUTS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}


@pytest.mark.parametrize("of_its_own", ["", "-c lock_timeout=0"])
def test_no_connection_waits_for_ever(url: str, of_its_own: str) -> None:
    """Neither those that read nor those that write, whatever an address says."""
    place = make_conninfo(url, options=of_its_own)
    log, keys = PostgresLog(place), PostgresKeys(place)
    for name, patience in TIMEOUTS.items():
        with log.exclusive() as append, keys._pool.writing() as vault:
            writes = append._ask(f"SHOW {name}")[0]
            assert {writes, vault.execute(f"SHOW {name}").fetchone()} == {(patience,)}
        assert log._read(f"SHOW {name}") == keys._pool.read(f"SHOW {name}") == [(patience,)]
    log.close()
    keys.close()


def test_an_append_that_waits_too_long_for_its_turn_says_so_and_has_written_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_side.postgres, "PATIENCE", "-c lock_timeout=100ms")
    one, two = PostgresLog(url), PostgresLog(url)
    with one.exclusive():
        with pytest.raises(OperationalError, match="lock timeout"):
            append(two, capacity_changed(1))
        assert two.head() == 0
    assert append(two, capacity_changed(1)) == [1]
    one.close()
    two.close()


def test_keys_are_durable_whatever_the_server_is_set_to(url: str) -> None:
    keys = PostgresKeys(make_conninfo(url, options="-c synchronous_commit=off"))
    with keys._pool.writing() as connection:
        found = connection.execute("SHOW synchronous_commit").fetchone()
    assert found == ("on",)
    keys.close()
