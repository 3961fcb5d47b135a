"""Proving an erasure: what is planted is found wherever it is, and a clean store proves."""

import json
import sqlite3
from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from tests.stores import POSTGRES, database, open_keys, sqlite_only
from tests.write_side.office import Office, office_at
from tests.write_side.tampering import tampering
from write_side.commands import EraseStudent, Personal, RegisterStudent
from write_side.erasing import Eraser
from write_side.events import ErasureBasis, StudentRegistered
from write_side.proving import Certificate, Needles, NotAPerson, NothingToSearch, prove
from write_side.proving.needles import look_through
from write_side.proving.places import PIECE, files
from write_side.proving.proof import PlacesAt, servers

NAME, EMAIL = "Wilhelmine Ærasable", "wilhelmine@x.edu"
GIVEN = f"{NAME}\n{EMAIL}\n"


def erased(office: Office) -> UUID:
    person = registered(office)
    assert not office.ask(EraseStudent(person, ErasureBasis.OBJECTION)).refusals
    assert Eraser(office.log, office.vault).run()
    return person


def registered(office: Office) -> UUID:
    found = office.ask(RegisterStudent("S-77", Personal(NAME), Personal(EMAIL))).facts
    (person,) = [f.stream for f in found if isinstance(f.fact, StudentRegistered)]
    return person


def proof(office: Office, person: UUID, given: str = GIVEN) -> Certificate:
    url = database(office.data) if POSTGRES else None
    keys = open_keys(office.data / "vault.db")
    try:
        return prove(
            person,
            Needles.read(given),
            log=office.log,
            keys=keys,
            vault=office.vault,
            places=lambda: PlacesAt([office.data], servers(url, url, None)),
            at=datetime(2026, 11, 26, tzinfo=UTC),
            bar=lambda _: nullcontext(lambda *_: None),
        )
    finally:
        keys.close()


def test_a_clean_store_proves(tmp_path: Path) -> None:
    with office_at(tmp_path) as office:
        person = erased(office)

        found = proof(office, person)

        assert found.ok, found.problems
        assert (found.hits, found.key, found.opened, found.boxes) == (0, "destroyed", 0, 2)
        assert (found.head, found.basis) == (office.log.head(), "OBJECTION")
        assert len(found.chain) == 64
        assert sum(each.bytes for each in found.searched) > 1000
        places = " ".join(each.place for each in found.searched)
        wanted = ("rollbook_log.facts", "rollbook_vault.keys") if POSTGRES else ("log.db", "-wal")
        assert all(each in places for each in wanted)
        told = json.dumps(found.document, ensure_ascii=False) + found.text()
        assert not [value for value in GIVEN.splitlines() if value in told]
        assert "proven" in found.text().splitlines()[-1]


def test_who_is_not_erased_is_not_proven(tmp_path: Path) -> None:
    with office_at(tmp_path) as office:
        found = proof(office, registered(office))

        assert not found.ok
        assert "not erased" in found.problems[0]
        assert found.key == "still there" and found.opened == found.boxes == 2
        assert found.hits == 0, "sealed is not in clear"


def test_nobody_is_not_a_person(tmp_path: Path) -> None:
    with office_at(tmp_path) as office, pytest.raises(NotAPerson):
        proof(office, UUID(int=0xDEAD))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "json"])
def test_a_planted_file_is_named(tmp_path: Path, encoding: str) -> None:
    with office_at(tmp_path) as office:
        person = erased(office)
        folder = tmp_path / "exports" / "old"
        folder.mkdir(parents=True)
        text = json.dumps(NAME).encode() if encoding == "json" else NAME.encode(encoding)
        (folder / "left.bin").write_bytes(b"\x01" * 1001 + text + b"\x02")

        found = proof(office, person)

        assert not found.ok and found.hits == 1
        assert found.problems == [f"value 1 is in {folder / 'left.bin'}, 1 times"]
        assert NAME not in found.text()


def test_a_value_in_the_log_is_found(tmp_path: Path) -> None:
    """Somebody typed it into what is not sealed."""
    with office_at(tmp_path) as office:
        person = erased(office)
        with tampering(tmp_path) as do:
            do("UPDATE facts SET actor = ? WHERE position = 1", (EMAIL,))

        found = proof(office, person)

        where = "rollbook_log.facts" if POSTGRES else "log.db"
        assert any("value 2" in each and where in each for each in found.problems)


@pytest.mark.skipif(not POSTGRES, reason="about the server's tables")
def test_every_kind_of_column_is_searched(tmp_path: Path) -> None:
    kinds = {
        "text": NAME,
        "varchar(99)": NAME,
        "bytea": NAME.encode(),
        "json": json.dumps({"a": NAME}),
        "jsonb": json.dumps({"a": [NAME]}),
        "text[]": [NAME],
    }
    with office_at(tmp_path) as office:
        person = erased(office)
        for nth, (kind, value) in enumerate(kinds.items()):
            with psycopg.connect(database(tmp_path), autocommit=True) as connection:
                connection.execute(f"CREATE TABLE rollbook_log.plant{nth} (it {kind})")
                connection.execute(f"GRANT SELECT ON rollbook_log.plant{nth} TO rollbook_log")
                connection.execute(f"INSERT INTO rollbook_log.plant{nth} VALUES (%s)", [value])

        found = proof(office, person)

        hits = [each.place for each in found.searched if each.hits]
        assert hits == [f"rollbook_log.plant{nth}" for nth in range(len(kinds))]


@pytest.mark.skipif(not POSTGRES, reason="about the server's rights")
def test_a_table_that_cannot_be_read_proves_nothing(tmp_path: Path) -> None:
    with office_at(tmp_path) as office:
        person = erased(office)
        with psycopg.connect(database(tmp_path), autocommit=True) as connection:
            connection.execute("CREATE TABLE rollbook_log.closed (it text)")

        found = proof(office, person)

        assert [each for each in found.problems if "rollbook_log.closed could not" in each]
        assert [each for each in found.searched if each.place.startswith("rollbook_vault")]


@sqlite_only
def test_a_value_split_over_pages_is_found(tmp_path: Path) -> None:
    """Of a long value the first page holds the beginning, a pointer and others the rest."""
    path = tmp_path / "some.db"
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA page_size = 512")
        file.execute("CREATE TABLE t (v TEXT)")
        for behind in range(600):
            file.execute("INSERT INTO t VALUES (?)", ("x" * 300 + EMAIL + "y" * behind,))
    file.close()
    needles = Needles.read(EMAIL)

    raw, values = (look_through(place.read(), needles) for place in files([path]))

    assert values.hits == Counter({1: 600})
    assert raw.hits[1] < 600, "or this test sees nothing"


@pytest.mark.parametrize("back", range(0, 40, 3))
def test_a_value_across_the_border_of_pieces_is_found_once(tmp_path: Path, back: int) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.write(bytes(PIECE - back) + NAME.encode() + bytes(PIECE) + EMAIL.encode("utf-16"))

    (place,) = files([path])
    found = look_through(place.read(), Needles.read(GIVEN))

    assert found.hits == Counter({1: 1, 2: 1})
    assert found.bytes == path.stat().st_size


def test_pieces_of_a_byte_each_find_the_same() -> None:
    text = f"..{NAME}{EMAIL}{EMAIL}..".encode()

    found = look_through((text[at : at + 1] for at in range(len(text))), Needles.read(GIVEN))

    assert found.hits == Counter({1: 1, 2: 2})


def test_values_come_from_lines_or_from_an_export() -> None:
    lines = Needles.read(f"\n{NAME}\n  {EMAIL}  \nab\n\n")
    values = [{"label": "a", "text": NAME}, {"label": "b", "text": "two\nlines"}]
    exported = Needles.read(json.dumps({"personalValues": values}))

    assert (list(lines.spelled), lines.too_short) == ([2, 3], 1)
    assert EMAIL.encode() in lines.spelled[3]
    assert b"two\nlines" in exported.spelled[2] and rb"two\nlines" in exported.spelled[2]
    assert NAME not in repr(lines)


@pytest.mark.parametrize("text", ["", "\n \n", "ab\nc", '{"personalValues": []}', "{broken"])
def test_nothing_to_search_is_told(text: str) -> None:
    with pytest.raises(NothingToSearch):
        Needles.read(text)
