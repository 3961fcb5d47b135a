"""The wire to PostgreSQL fails at the worst moments; what was done is done once and told right."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import write_side.postgres
import write_side.registrar
from tests.proxy import Loss, Proxy, proxied
from tests.stores import database
from tests.write_side.campus import A, B
from tests.write_side.office import MASTER_KEY, PATIENCE, Office, office_at
from write_side.commands import (
    ChangeCapacity,
    ChangeContact,
    Command,
    Enroll,
    Personal,
    RegisterStudent,
)
from write_side.log.postgres import PostgresLog
from write_side.vault import PostgresKeys, Vault

LOST_REPLIES = int(os.environ.get("LOST_REPLIES", "100"))


@dataclass
class Far:
    """An office, and the wires by which its log and its vault hang."""

    office: Office
    log: Proxy
    vault: Proxy


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    url = database(tmp_path)
    place = conninfo_to_dict(url)
    target = str(place["host"]), int(str(place["port"]))
    with proxied(*target) as log, proxied(*target) as vault:

        def through(proxy: Proxy) -> str:
            return make_conninfo(url, host="127.0.0.1", port=proxy.port, sslmode="disable")

        ways = {
            "open_log": lambda _: PostgresLog(through(log)),
            "open_vault": lambda _, master_key: Vault(PostgresKeys(through(vault)), master_key),
        }
        with office_at(tmp_path, **ways) as office:
            yield Far(office, log, vault)


def sent(nth: int, student: UUID) -> Command:
    """Something to do, nothing to do, and something to refuse, in turn."""
    choices: list[Command] = [
        RegisterStudent(f"S{nth}", Personal(f"Name {nth}"), Personal(f"s{nth}@x.edu")),
        ChangeCapacity(A, nth + 10),
        ChangeCapacity(A, nth + 9),
        Enroll(student, UUID(int=nth)),
        ChangeContact(student, Personal(f"Name {nth}"), Personal(f"old{nth}@x.edu")),
    ]
    return choices[nth % len(choices)]


@pytest.mark.slow
def test_a_commit_whose_reply_was_lost_is_answered_as_the_success_it_was(far: Far) -> None:
    student = far.office.register("first")
    commands = {f"cmd-{nth}": sent(nth, student) for nth in range(LOST_REPLIES)}
    answers = {}
    for nth, (command_id, command) in enumerate(commands.items(), 1):
        far.log.lose_commits()
        answers[command_id] = far.office.ask(command, command_id)
        assert far.log.lost == nth
    kinds = Counter((type(c).__name__, len(answers[i].facts)) for i, c in commands.items())
    fifth = LOST_REPLIES // 5
    assert kinds == {
        ("RegisterStudent", 2): fifth,
        ("ChangeCapacity", 1): fifth,
        ("ChangeCapacity", 0): fifth,
        ("Enroll", 0): fifth,
        ("ChangeContact", 1): fifth,
    }
    refused = {i for i, answer in answers.items() if answer.refusals}
    assert refused == {i for i, command in commands.items() if isinstance(command, Enroll)}
    assert {i: far.office.ask(c, i) for i, c in commands.items()} == answers
    counted = dict(far.office.rows("SELECT command_id, count(*) FROM facts GROUP BY command_id"))
    assert {i: counted.get(i, 0) for i in answers} == {i: len(a.facts) for i, a in answers.items()}
    assert far.office.log.first_broken_link() is None


def test_a_commit_that_never_came_is_made_again(far: Far) -> None:
    far.log.lose_commits(how=Loss.REQUEST)
    outcome = far.office.ask(ChangeCapacity(A, 9), "cmd-1")
    assert len(outcome.facts) == far.log.lost == 1
    assert far.office.ask(ChangeCapacity(A, 9), "cmd-1") == outcome


def test_a_commit_whose_reply_never_comes_is_not_waited_for_for_ever(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_side.postgres, "LONGEST_SILENCE", 0.3)
    far.log.lose_commits(how=Loss.SILENCE)
    outcome = far.office.ask(ChangeCapacity(A, 9), "cmd-1")
    assert len(outcome.facts) == far.log.lost == 1
    assert far.office.ask(ChangeCapacity(A, 9), "cmd-1") == outcome


def test_a_group_whose_reply_was_lost_is_answered_as_a_whole(far: Far) -> None:
    student = far.office.register("first")
    far.log.lose_commits()
    with far.office.busy():
        waiting = {
            f"cmd-{nth}": far.office.send(sent(nth, student), f"cmd-{nth}") for nth in range(50)
        }
        would = far.office.send(ChangeCapacity(B, 7), dry_run=True)
    answers = {i: answer.result(PATIENCE) for i, answer in waiting.items()}
    assert far.log.lost == 1
    assert {i: far.office.ask(sent(nth, student), i) for nth, i in enumerate(answers)} == answers
    assert sum(len(answer.facts) for answer in answers.values()) == 10 * (2 + 1 + 1)
    assert len(would.result(PATIENCE).facts) == 1


def test_addresses_are_found_though_the_reply_was_lost(far: Far) -> None:
    """The index follows on the facts: it must also follow on those that nobody confirmed."""
    far.log.lose_commits()
    far.office.ask(RegisterStudent("S1", Personal("Ada"), Personal("ada@x.edu")))
    (ada,) = far.office.vault.find_by_email("ada@x.edu")
    far.log.lose_commits()
    far.office.ask(ChangeContact(ada, email=Personal("lovelace@x.edu")))
    assert far.office.vault.find_by_email("lovelace@x.edu") == [ada]
    assert far.office.vault.find_by_email("ada@x.edu") == []


@pytest.mark.parametrize("how", [Loss.REQUEST, Loss.REPLY])
@pytest.mark.parametrize("nth", [1, 2])
def test_the_vaults_lost_commit_costs_no_key_and_no_address(far: Far, nth: int, how: Loss) -> None:
    """First it keeps keys, before the facts; then addresses, after them."""
    ada = far.office.register("S1")
    if nth == 2:
        far.office.ask(ChangeContact(ada, Personal("Ada"), None))
    far.vault.lose_commits(how=how)
    far.office.ask(ChangeContact(ada, Personal("Ada"), Personal("ada@x.edu")))
    assert far.vault.lost == 1
    assert far.office.vault.find_by_email("ada@x.edu") == [ada]
    later = far.office.open_vault(far.office.data, MASTER_KEY)
    changed = far.office.log.read(0, 1_000, ["ContactChanged"])
    names = [later.open(recorded.fact.name) for recorded in changed]  # type: ignore[attr-defined]
    assert names == ["Ada"] * nth
    later.close()


def test_listeners_hear_of_what_was_saved_without_a_reply(far: Far) -> None:
    heard: list[int] = []
    far.office.registrar.on_saved(lambda: heard.append(far.office.log.head()))
    far.log.lose_commits()
    position = far.office.ask(ChangeCapacity(A, 9)).position
    assert position in heard


def test_a_server_that_refuses_for_a_while_is_waited_for(far: Far) -> None:
    with far.log.refusing():
        waiting = [far.office.send(ChangeCapacity(A, 5 + nth)) for nth in range(3)]
        would = far.office.send(ChangeCapacity(A, 99), dry_run=True)
        far.log.wait_for("refused", 3)
    assert [len(answer.result(PATIENCE).facts) for answer in waiting] == [1, 1, 1]
    assert len(would.result(PATIENCE).facts) == 1
    assert far.office.log.first_broken_link() is None


def test_whoever_waited_too_long_hears_that_nothing_is_known(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that nothing was recorded: it may have been, and here it was. The id tells later."""
    assert isinstance(far.office.log, PostgresLog)
    monkeypatch.setattr(write_side.registrar, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(far.office.log._readers._pool, "timeout", 0.1)
    ada = RegisterStudent("S1", Personal("Ada"), Personal("ada@x.edu"))
    far.log.lose_commits(how=Loss.ALL)
    with pytest.raises(OperationalError):
        far.office.ask(ada, "cmd-1")
    assert far.log.lost == 1
    far.log.admit()
    monkeypatch.undo()
    assert far.office.ask(ChangeCapacity(A, 9)).facts
    (found,) = far.office.vault.find_by_email("ada@x.edu")
    outcome = far.office.ask(ada, "cmd-1")
    assert found in {fact.stream for fact in outcome.facts} and len(outcome.facts) == 2


@pytest.mark.parametrize("which", ["log", "vault"])
def test_a_server_that_says_nothing_is_not_waited_for_for_ever(
    far: Far, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network is well, so that none of its timeouts fires; a hanging proxy is like this."""
    monkeypatch.setattr(write_side.postgres, "LONGEST_SILENCE", 0.3)
    ada = far.office.register("S1")
    proxy: Proxy = getattr(far, which)
    gone = proxy.hung_up
    with proxy.silent():
        answer = far.office.send(ChangeContact(ada, Personal("Ada"), Personal("ada@x.edu")))
        proxy.wait_for("hung_up", gone + 1)
    assert len(answer.result(PATIENCE).facts) == 1
    assert far.office.vault.find_by_email("ada@x.edu") == [ada]
