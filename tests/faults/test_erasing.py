"""Erased is erased: killed at any step, under load, with an old vault put back."""

import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.faults.eraser import STEPS
from tests.stores import POSTGRES, database, for_processes, open_vault, sqlite_only
from tests.write_side.campus import A
from tests.write_side.office import MASTER_KEY, PATIENCE, Office, office_at
from write_side.commands import (
    CancelEnrollment,
    ChangeCapacity,
    ChangeContact,
    Enroll,
    EraseStudent,
    GrantPermit,
    Personal,
    PlaceHold,
    RegisterStudent,
)
from write_side.erasing import Eraser
from write_side.events import CancellationReason, ErasureBasis, HoldKind, Sealed, StudentRegistered
from write_side.refusals import RefusalCode

HOUSE = Path(__file__).parents[2]
BASIS = ErasureBasis.CONSENT_WITHDRAWN


def register(office: Office, number: str) -> UUID:
    """With a canary in every personal field."""
    values = Personal(f"Canary-name {number}"), Personal(f"canary-mail-{number}@x.invalid")
    found = office.ask(RegisterStudent(number, *values)).facts
    (person,) = [f.stream for f in found if isinstance(f.fact, StudentRegistered)]
    office.accept(
        PlaceHold(person, HoldKind.ADDS_ONLY, Personal(f"Canary-hold {number}")),
        GrantPermit(person, A, RefusalCode.HOLD, Personal(f"Canary-permit {number}")),
        Enroll(person, A),
        CancelEnrollment(person, A, CancellationReason.OTHER, Personal(f"Canary-comment {number}")),
    )
    return person


def boxes(office: Office) -> dict[UUID, list[Sealed]]:
    """All that was ever sealed, by person."""
    found: dict[UUID, list[Sealed]] = {}
    for recorded in office.log.read(0, 10**6):
        for value in vars(recorded.fact).values():
            if isinstance(value, Sealed):
                found.setdefault(UUID(value.person), []).append(value)
    return found


def secrets(office: Office, person: UUID) -> list[bytes]:
    """The person's wrapped key and hashed address, as the vault's file has them."""
    email = office.vault._email_hash(f"canary-mail-{number_of(office, person)}@x.invalid")
    key = office.vault._store.key(person.hex)
    assert key is not None and office.vault._store.people(email) == [person.hex]
    return [key, email]


def number_of(office: Office, person: UUID) -> str:
    facts = (recorded.fact for recorded in office.log.read(0, 10**6))
    (number,) = [
        f.number for f in facts if isinstance(f, StudentRegistered) and f.originator_id == person
    ]
    return number


def on_disk(data: Path) -> bytes:
    """What stands in the vault's own files just now."""
    if not POSTGRES:
        return b"".join(each.read_bytes() for each in data.glob("vault.db*"))
    with psycopg.connect(database(data), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute(
            "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(c.oid)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = 'rollbook_vault' AND relkind IN ('r', 'i')"
        ).fetchall()
    return b"".join(Path(path).read_bytes() for (path,) in found)


def gone(office: Office, person: UUID, known: list[bytes]) -> bool:
    unreadable = [office.vault.open(box) is None for box in boxes(office)[person]]
    disk = on_disk(office.data)
    return all(unreadable) and len(unreadable) >= 5 and not any(each in disk for each in known)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_next_start_finishes_it(tmp_path: Path, step: str) -> None:
    with office_at(tmp_path) as office:
        office.accept(ChangeCapacity(A, 30))
        person, other = register(office, "1"), register(office, "2")
        known, kept = secrets(office, person), secrets(office, other)
        assert all(each in on_disk(tmp_path) for each in known), "or this test sees nothing"
    command = [sys.executable, "-m", "tests.faults.eraser", str(tmp_path), step, person.hex]
    killed = subprocess.run(command, cwd=HOUSE, env=for_processes(), timeout=60, check=False)
    assert killed.returncode == -9

    office = Office(tmp_path)
    try:
        eraser = Eraser(office.log, office.vault)
        assert eraser.run() and eraser.wait(office.log.head(), 0)
        assert gone(office, person, known)
        assert office.vault._store.unsettled() == []
        assert secrets(office, other) == kept
        assert all(office.vault.open(box) for box in boxes(office)[other])
        assert eraser.run(), "again changes nothing"
    finally:
        office.close()


@sqlite_only
def test_an_old_vault_put_back_brings_nobody_back(tmp_path: Path) -> None:
    with office_at(tmp_path) as office:
        office.accept(ChangeCapacity(A, 30))
        person = register(office, "1")
        known = secrets(office, person)
    shutil.copy(tmp_path / "vault.db", tmp_path / "old")
    with_all = Office(tmp_path)
    with_all.accept(EraseStudent(person, BASIS))
    assert Eraser(with_all.log, with_all.vault).run()
    with_all.close()
    for each in tmp_path.glob("vault.db*"):
        each.unlink()
    shutil.copy(tmp_path / "old", tmp_path / "vault.db")

    office = Office(tmp_path)
    try:
        assert office.vault.open(boxes(office)[person][0]), "the copy could still read"
        Eraser(office.log, office.vault).run()
        assert gone(office, person, known)
    finally:
        office.close()


def test_no_new_key_is_made_by_a_process_that_has_not_heard_yet(tmp_path: Path) -> None:
    with office_at(tmp_path) as office:
        found = office.ask(RegisterStudent("1", None, None)).facts
        (person,) = [f.stream for f in found if isinstance(f.fact, StudentRegistered)]
        here, there = office.vault, open_vault(tmp_path / "vault.db", MASTER_KEY)
        here.destroy({person: 1})

        def late() -> Any:
            return office.ask(ChangeContact(person, Personal("Canary"), None)).refusals[0].code

        assert late() is RefusalCode.STUDENT_ERASED
        there.close()
        assert office.vault._store.key(person.hex) == b""


def test_erased_under_load_and_the_others_readable(tmp_path: Path) -> None:
    with office_at(tmp_path) as office:
        office.accept(ChangeCapacity(A, 1_000))
        people = [register(office, str(nth)) for nth in range(200)]
        erased, kept = people[:50], people[50:]
        known = [secret for person in erased for secret in secrets(office, person)]
        eraser = Eraser(office.log, office.vault)
        office.registrar.on_saved(eraser.nudge)
        eraser.start()

        def load(nth: int) -> None:
            person = people[nth % 200]
            wishes = (
                Enroll(person, A),
                ChangeContact(person, Personal(f"Canary-new {nth}"), None),
                CancelEnrollment(person, A, CancellationReason.OTHER, Personal(f"Canary-x {nth}")),
            )
            for wish in wishes:
                codes = {refusal.code for refusal in office.ask(wish).refusals}
                assert codes <= {*CODES} or person in erased, codes

        def erase(person: UUID) -> None:
            outcome = office.ask(EraseStudent(person, BASIS))
            assert outcome.position and eraser.wait(outcome.position, PATIENCE)

        with ThreadPoolExecutor(8) as pool:
            doing = [pool.submit(load, nth) for nth in range(400)]
            doing += [pool.submit(erase, person) for person in erased]
            for each in doing:
                each.result(PATIENCE)
        eraser.stop()

        found = boxes(office)
        assert not [b for person in erased for b in found[person] if office.vault.open(b)]
        assert all(office.vault.open(b) for person in kept for b in found[person])
        disk = on_disk(tmp_path)
        assert not [secret for secret in known if secret in disk]
        everything = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
        assert b"anary-" not in everything
        assert office.log.first_broken_link() is None
        facts = Counter(r.fact.TOPIC for r in office.log.read(0, 10**6) if r.stream == A)
        assert len(office.section(A).seats) == facts["SeatTaken"] - facts["SeatFreed"]
        assert not set(office.section(A).seats) & set(erased)


CODES = {RefusalCode.ALREADY_ENROLLED, RefusalCode.NOT_ENROLLED, RefusalCode.HOLD}
