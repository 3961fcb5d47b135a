"""No personal value stands readable in any store, whatever became of its command."""

import base64
import logging
import os
from pathlib import Path

import psycopg
import pytest

from tests.stores import POSTGRES, database, server
from tests.write_side.campus import A, B, L
from tests.write_side.office import SELF, Office
from write_side.commands import (
    CancelEnrollment,
    ChangeContact,
    Enroll,
    GrantPermit,
    Personal,
    PlaceHold,
    RegisterStudent,
    Withdraw,
)
from write_side.events import CancellationReason, HoldKind, StudentRegistered
from write_side.refusals import RefusalCode

CANARIES = [
    "Canaria Registrata",
    "canary.registered@example.edu",
    "Canaria Refused",
    "canary.refused@example.edu",
    "Canaria Changed",
    "canary.changed@example.edu",
    "canary comment kept",
    "canary comment refused",
    "canary comment dry",
    "canary-not-an-address",
    "Canaria Secunda",
    "canary hold kept",
    "canary hold refused",
    "canary permit kept",
    "canary permit refused",
]
(
    NAME,
    EMAIL,
    REFUSED_NAME,
    REFUSED_EMAIL,
    NEW_NAME,
    NEW_EMAIL,
    COMMENT,
    REFUSED_COMMENT,
    DRY_COMMENT,
    NO_ADDRESS,
    SECOND,
    HOLD,
    REFUSED_HOLD,
    PERMIT,
    REFUSED_PERMIT,
) = map(Personal, CANARIES)
OTHER = CancellationReason.OTHER


def spellings(text: str) -> list[bytes]:
    """Plain, other encodings, and base64 at each of its three offsets without the ragged ends."""
    plain = text.encode()
    packed = [base64.b64encode(bytes(offset) + plain)[4:-4] for offset in range(3)]
    others = [text.upper(), text.lower(), plain.hex()]
    return [plain, text.encode("utf-16-le"), *(other.encode() for other in others), *packed]


def readable(office: Office) -> list[tuple[str, str]]:
    """Which canary can be found in which file."""
    files = stored(office.data)
    return [
        (canary, name)
        for canary in CANARIES
        for name, content in files.items()
        if any(spelled in content for spelled in spellings(canary))
    ]


def stored(data: Path) -> dict[str, bytes]:
    """Every file that this office's stores are made of, or every column of every table where
    the server's files are out of reach."""
    if not POSTGRES:
        files = {file.name: file.read_bytes() for file in data.rglob("*") if file.is_file()}
        assert {"log.db", "vault.db"} <= set(files)
        return files
    with psycopg.connect(database(data), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        found = connection.execute(
            "SELECT pg_relation_filepath(c.oid), n.nspname || '.' || relname, relkind = 'r'"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname LIKE 'rollbook%' AND relkind IN ('r', 'i', 'S')"
        ).fetchall()
        rows = {
            f"{name} as read": b"\n".join(
                value if isinstance(value, bytes) else str(value).encode()
                for row in connection.execute(f"SELECT * FROM {name}").fetchall()
                for value in row
            )
            for _, name, table in found
            if table
        }
    assert {"rollbook_log.facts as read", "rollbook_vault.keys as read"} <= set(rows)
    if "ROLLBOOK_TEST_DATABASE_URL" in os.environ:
        return rows
    folder = server().folder
    return rows | {name: (folder / path).read_bytes() for path, name, _ in found}


def test_no_personal_value_can_be_read_in_any_store(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found = office.ask(RegisterStudent("S1", NAME, EMAIL))
    (ann,) = [f.stream for f in found.facts if isinstance(f.fact, StudentRegistered)]
    refused = [
        office.ask(RegisterStudent("S1", REFUSED_NAME, REFUSED_EMAIL)),
        office.ask(ChangeContact(ann, SECOND, NO_ADDRESS)),
        office.ask(Withdraw(ann, A, OTHER, REFUSED_COMMENT)),
        office.ask(PlaceHold(A, HoldKind.ALL, REFUSED_HOLD)),
        office.ask(GrantPermit(ann, A, RefusalCode.NOT_FOUND, REFUSED_PERMIT)),
    ]
    assert all(outcome.refusals for outcome in refused)
    office.accept(ChangeContact(ann, NEW_NAME, NEW_EMAIL), Enroll(ann, A))
    office.accept(GrantPermit(ann, B, RefusalCode.HOLD, PERMIT))
    office.accept(PlaceHold(ann, HoldKind.ADDS_ONLY, HOLD))
    assert office.ask(Enroll(ann, L)).refusals
    office.ask(CancelEnrollment(ann, A, OTHER, DRY_COMMENT), dry_run=True)
    assert office.ask(CancelEnrollment(ann, A, OTHER, COMMENT), actor=SELF).refusals == ()
    assert office.ask(ChangeContact(ann, NEW_NAME, NEW_EMAIL), "again").position
    office.ask(ChangeContact(ann, SECOND, None), "again")
    if not POSTGRES:
        assert {file.name for file in office.data.iterdir()} >= {"log.db-wal", "vault.db-wal"}
    assert readable(office) == []
    said = caplog.text + str([refusal for outcome in refused for refusal in outcome.refusals])
    assert [canary for canary in CANARIES if canary in said] == []
    office.close()
    assert readable(office) == []


def test_the_search_would_find_what_stands_there(office: Office) -> None:
    office.ask(RegisterStudent("x", None, None), f"canary comment kept {NAME}")
    assert {canary for canary, _ in readable(office)} == {COMMENT, NAME}


def test_receipts_keep_the_input_without_personal_values(office: Office) -> None:
    office.ask(RegisterStudent("S1", NAME, EMAIL), "cmd-1")
    receipt = office.registrar.receipt("cmd-1")
    assert receipt is not None and receipt.input == {"number": "S1", "groups": []}
    outcome = office.ask(Withdraw(A, A, OTHER, COMMENT), "cmd-2")
    assert outcome.refusals
    (demand,) = office.log.refused(0, 10)
    assert demand.input == {"student": str(A), "section": str(A), "reason": "OTHER"}
