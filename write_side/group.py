"""Deciding a group of commands one after the other, as if each were alone."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import OperationalError

from write_side.desk import WorkingDesk
from write_side.events import Envelope, Fact, Recorded
from write_side.log.receipts import Receipt
from write_side.refusals import Refused
from write_side.submission import Decision, Outcome, Submission
from write_side.vault import Vault

_logger = logging.getLogger("rollbook.registrar")


@dataclass
class Group:
    """What a group came to: `looked_at` are the streams it rests on, to be forgotten should saving
    fail, `failures` the commands that met a bug and left nothing, not even a receipt."""

    decisions: list[Decision] = field(default_factory=list)
    looked_at: set[UUID] = field(default_factory=set)
    failures: dict[str, Exception] = field(default_factory=dict)


def decide_group(
    submissions: list[Submission],
    open_desk: Callable[[Submission], WorkingDesk],
    forget: Callable[[Iterable[UUID]], None],
) -> Group:
    """Decide all. A decision that breaks off after it recorded something is taken out and the
    others are decided again from the log's state, so that nobody builds on half of it."""
    failures: dict[str, Exception] = {}
    refused_late: dict[str, Refused] = {}
    while True:
        group = Group(failures=failures)
        for submission in submissions:
            command_id = submission.command_id
            if command_id in failures:
                continue
            if command_id in refused_late:
                group.decisions.append(Decision(submission, [], refused_late[command_id].refusals))
                continue
            desk = open_desk(submission)
            try:
                submission.command.decide(desk)
            except Refused as refused:
                if desk.facts():
                    refused_late[command_id] = refused
                    break
                group.decisions.append(Decision(submission, [], refused.refusals))
            except OperationalError:
                forget(group.looked_at | desk.looked_at)
                raise
            except Exception as error:
                _logger.exception("%s failed", submission.command.kind())
                failures[command_id] = error
                if desk.facts():
                    break
            else:
                group.decisions.append(Decision(submission, desk.facts()))
            finally:
                group.looked_at |= desk.looked_at
        else:
            return group
        forget(group.looked_at)


def tried(submission: Submission, desk: WorkingDesk) -> Outcome | Exception:
    """Decided on a dry desk: what would become of it."""
    try:
        submission.command.decide(desk)
    except Refused as refused:
        return Outcome(submission.command_id, None, (), refused.refusals)
    except OperationalError:
        raise
    except Exception as error:
        _logger.exception("%s failed in a dry run", submission.command.kind())
        return error
    facts = tuple(Recorded(0, f, submission.envelope, desk.at) for f in desk.facts())
    return Outcome(submission.command_id, None, facts, ())


def laid_out(
    decisions: list[Decision], now: datetime, vault: Vault
) -> tuple[list[Fact], list[Envelope], list[Receipt]]:
    """All facts of a group in order, an envelope for each, and the receipts that count them."""
    facts: list[Fact] = []
    envelopes: list[Envelope] = []
    receipts: list[Receipt] = []
    for decision in decisions:
        receipts.append(_receipt(decision, len(facts), now, vault))
        facts += decision.facts
        envelopes += [decision.submission.envelope] * len(decision.facts)
    return facts, envelopes, receipts


def outcomes_of(receipts: list[Receipt], recorded: list[Recorded]) -> dict[str, Outcome]:
    """What became of each command of a group, by its id, from receipts that are not `placed`."""
    outcomes: dict[str, Outcome] = {}
    for receipt in receipts:
        own = tuple(recorded[place - 1] for place in receipt.facts)
        position = own[-1].position if own else None
        outcomes[receipt.command_id] = Outcome(receipt.command_id, position, own, receipt.refusals)
    return outcomes


def _receipt(decision: Decision, before: int, now: datetime, vault: Vault) -> Receipt:
    """The receipt of a decision whose facts follow `before` others of the same group."""
    submission = decision.submission
    command_input, whole = submission.described
    return Receipt(
        command_id=submission.command_id,
        kind=submission.command.kind(),
        actor=submission.actor.name,
        role=submission.actor.role,
        channel=submission.actor.channel,
        at=submission.at or now,
        fingerprint=vault.fingerprint(whole),
        input=command_input,
        facts=tuple(range(before + 1, before + len(decision.facts) + 1)),
        refusals=decision.refusals,
        log_position=before,
    )
