"""What must hold after any fault: all that was acknowledged is there, and nothing by half."""

import json

from tests.faults.writer import told
from tests.write_side.office import PATIENCE, Office
from write_side.commands import Command


def check(office: Office, answers: list[str], sent: dict[str, Command]) -> None:
    """Everything acknowledged is there, whole; everything else is there once or not at all."""
    assert office.log.first_broken_link() is None
    receipts = office.log.receipts(list(sent))
    for line in answers:
        command_id = line.split(" ", 1)[0]
        facts = office.log.at(receipts[command_id].facts)
        assert [f.position for f in facts] == list(receipts[command_id].facts)
        assert {f.envelope.command_id for f in facts} <= {command_id}
    again = {i: office.send(command, i) for i, command in sent.items()}
    repeated = {i: told(answer.result(PATIENCE)) for i, answer in again.items()}
    assert [line for line in answers if repeated[line.split(" ", 1)[0]] != line] == []


def check_the_whole(office: Office) -> None:
    """Receipts and facts tell the same, and so do the two streams of each enrollment."""
    stored = office.rows("SELECT command_id, position FROM facts ORDER BY position")
    claimed = [
        (command_id, position)
        for command_id, positions in office.rows("SELECT command_id, facts FROM receipts")
        for position in json.loads(positions)
    ]
    assert sorted(claimed) == sorted(stored)
    versions = office.rows("SELECT count(*), max(version) FROM facts GROUP BY stream")
    assert all(count == newest for count, newest in versions), "a stream has a gap"
    counts = dict(office.rows("SELECT topic, count(*) FROM facts GROUP BY topic"))
    assert counts.get("SeatTaken") == counts.get("StudentEnrolled")
    assert counts.get("StudentRegistered") == counts.get("StudentNumberAssigned")
    registered = [f.fact for f in office.log.read(0, 10**6) if f.fact.TOPIC == "StudentRegistered"]
    names = {fact.number: office.vault.open(fact.name) for fact in registered}  # type: ignore[attr-defined]
    assert names == {number: f"Name {number[1:]}" for number in names}, "a key is lost"
