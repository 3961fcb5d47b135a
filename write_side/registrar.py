"""The registrar: takes commands, decides them in groups, and answers with receipts.

One writer thread takes every command that waits, decides each against cached aggregates and saves
all their facts and receipts in one transaction. One fsync so serves many commands. The cache is an
optimization, not the truth: a stream's next version can be taken only once, in the log.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, Mapper, OperationalError

from write_side.addresses import catch_up_addresses, index_addresses
from write_side.commands import Command
from write_side.desk import WorkingDesk
from write_side.drawing import draw
from write_side.events import Recorded
from write_side.group import Group, decide_group, laid_out, outcomes_of, tried
from write_side.intake import GROUP_SIZE, Intake
from write_side.log.codec import FactMapper
from write_side.log.log import BATCH, Log
from write_side.log.receipts import Receipt
from write_side.submission import ANOTHER_INPUT, Actor, Conflict, Outcome, Submission, storable
from write_side.vault import Vault

PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # seconds; together longer than a server restarts
CONTENDED = 20  # so many groups after a conflict hold the log from the start
Hold = Callable[[], AbstractContextManager[object]]
_logger = logging.getLogger("rollbook.registrar")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Registrar(Application[UUID]):
    """The eventsourcing application of the write side.

    `clock` decides windows and deadlines.
    """

    def __init__(
        self,
        log: Log,
        vault: Vault,
        *,
        clock: Callable[[], datetime] = utc_now,
        on_saved: Callable[[], None] | None = None,
        queue_size: int = 10_000,
        cached_aggregates: int = 50_000,
    ) -> None:
        self._log = log
        self._vault = vault
        self._clock = clock
        self._listeners = [] if on_saved is None else [on_saved]
        self._intake = Intake(queue_size)
        super().__init__(
            {
                self.AGGREGATE_CACHE_MAXSIZE: str(max(cached_aggregates, 16 * GROUP_SIZE)),
                # one thread uses the cache and drops what a failed save touched: no copies needed
                self.AGGREGATE_CACHE_FASTFORWARD: "n",
                self.DEEPCOPY_FROM_AGGREGATE_CACHE: "n",
            }
        )
        self._seen = log.head()
        self._contended = 0
        self._away = threading.Event()  # never set: a pause that needs no sleep
        self._unsure = False
        catch_up_addresses(log, vault)
        self._writer = threading.Thread(target=self._write, name="registrar", daemon=True)
        self._writer.start()

    def construct_mapper(self) -> Mapper[UUID]:
        return FactMapper()

    def construct_recorder(self) -> Log:
        return self._log

    def submit(
        self,
        command: Command,
        actor: Actor,
        *,
        command_id: str | None = None,
        at: datetime | None = None,
        correlation: str | None = None,
        dry_run: bool = False,
    ) -> "Future[Outcome]":
        """Hand a command in; the future answers once its facts and receipt are durable.

        The same `command_id` again, at any time, from anywhere, has no further effect and the same
        answer. Raises Overloaded when too many wait. What no receipt could be kept of is refused
        without one.
        """
        submission = Submission(command, command_id or str(draw()), actor, at, correlation, dry_run)
        if (fault := submission.fault()) is None:
            self._intake.put(submission)
        else:
            submission.answer.set_result(Outcome(submission.command_id, None, (), (fault,)))
        return submission.answer

    def on_saved(self, *listeners: Callable[[], None]) -> None:
        """Call these on the writer thread after each group that left facts or receipts."""
        self._listeners += listeners

    @property
    def waiting(self) -> int:
        """How many commands are in the queue, about."""
        return self._intake.waiting

    def receipt(self, command_id: str) -> Receipt | None:
        """What became of a command that was sent before."""
        return self._log.receipts([command_id]).get(command_id) if storable(command_id) else None

    def facts_of(self, receipt: Receipt) -> list[Recorded]:
        """The facts a receipt speaks of."""
        return self._log.at(receipt.facts) if receipt.facts else []

    def close(self) -> None:
        """Decide what was handed in, then stop."""
        self.closing.set()
        self._intake.close()
        self._writer.join()
        super().close()

    def _write(self) -> None:
        for taken in self._intake.groups():
            group = [s for s in taken if s.answer.set_running_or_notify_cancel()]
            try:
                self._answer(group)
            except Exception as error:  # whatever it was, nobody may wait for ever
                _logger.exception("a group of %d commands failed", len(group))
                for submission in group:
                    if not submission.answer.done():
                        submission.answer.set_exception(error)

    def _answer(self, group: list[Submission]) -> None:
        """Answer every submission. Whoever was not first decides again holding the log, and so is
        first then; whoever lost the log tries again, for what it meant to save may be saved."""
        hold: Hold = self._log.exclusive if self._contended else nullcontext
        self._contended = max(0, self._contended - 1)
        gave_up: Exception = Conflict(f"gave up after {len(PAUSES)} attempts")
        for pause in PAUSES:
            try:
                answers = self._attempt(group, hold)
            except IntegrityError:
                hold, self._contended = self._log.exclusive, CONTENDED
            except OperationalError as error:
                _logger.warning("the log is away; trying again in %s s", pause)
                gave_up, self._unsure = error, True
                self._away.wait(pause)
            else:
                for submission, outcome in answers:
                    if isinstance(outcome, Exception):
                        submission.answer.set_exception(outcome)
                    else:
                        submission.answer.set_result(outcome)
                return
        raise gave_up

    def _attempt(
        self, group: list[Submission], hold: Hold
    ) -> list[tuple[Submission, Outcome | Exception]]:
        fresh: dict[str, Submission] = {}
        decided = Group()
        try:
            with hold():
                self._make_sure()
                self._catch_up()
                known = self._log.receipts([s.command_id for s in group if not s.dry_run])
                for submission in group:
                    if not submission.dry_run and submission.command_id not in known:
                        fresh.setdefault(submission.command_id, submission)
                decided = decide_group(list(fresh.values()), self._desk, self._take_back)
                recorded, receipts = self._append(decided)
        except Exception:
            # what was decided on is not what the log says
            self._take_back(decided.looked_at)
            raise
        outcomes = self._saved(recorded, receipts)
        answers: list[tuple[Submission, Outcome | Exception]] = []
        for submission in group:
            command_id = submission.command_id
            if submission.dry_run:
                answers.append((submission, tried(submission, self._desk(submission))))
            elif command_id in decided.failures:
                answers.append((submission, decided.failures[command_id]))
            elif submission is fresh.get(command_id):
                answers.append((submission, outcomes[command_id]))
            else:
                answers.append((submission, self._repeat(submission, known, fresh, outcomes)))
        return answers

    def _append(self, group: Group) -> tuple[list[Recorded], list[Receipt]]:
        if not group.decisions:
            return [], []
        recorded_at = self._clock()
        facts, envelopes, receipts = laid_out(group.decisions, recorded_at, self._vault)
        self._vault.flush()
        recordings = self.events.put(
            facts,
            envelopes=envelopes,
            receipts=receipts,
            recorded_at=recorded_at,
            seen=self._seen,
            looked_at=group.looked_at,
        )
        positions = [recording.notification.id for recording in recordings]
        times = [recorded_at] * len(facts)
        return list(map(Recorded, positions, facts, envelopes, times)), receipts

    def _saved(self, recorded: list[Recorded], receipts: list[Receipt]) -> dict[str, Outcome]:
        """What is to be done once it is certain; the outcomes by command id."""
        if recorded:
            self._vault.flush_emails(recorded[-1].position)
            if recorded[0].position == self._seen + 1:
                self._seen = recorded[-1].position
        if receipts:
            self._tell_listeners()
        return outcomes_of(receipts, recorded)

    def _repeat(
        self,
        submission: Submission,
        known: dict[str, Receipt],
        fresh: dict[str, Submission],
        outcomes: dict[str, Outcome],
    ) -> Outcome:
        """The first answer again, or a refusal where the id was used for something else."""
        command_id = submission.command_id
        receipt = known.get(command_id)
        if receipt is None:
            same = fresh[command_id].described[1] == submission.described[1]
        else:
            same = self._vault.fingerprint(submission.described[1]) == receipt.fingerprint
        if not same:
            return Outcome(command_id, None, (), (ANOTHER_INPUT,))
        if receipt is None:
            return outcomes[command_id]
        facts = tuple(self.facts_of(receipt))
        return Outcome(command_id, receipt.position, facts, receipt.refusals)

    def _desk(self, submission: Submission) -> WorkingDesk:
        return WorkingDesk(
            self.repository,
            self._vault,
            at=submission.at or self._clock(),
            actor=submission.actor.name,
            role=submission.actor.role,
            dry=submission.dry_run,
        )

    def _make_sure(self) -> None:
        """Do what ought to have followed on a save that may have succeeded: nobody else will."""
        if self._unsure:
            index_addresses(self._log, self._vault, self._seen)
            self._tell_listeners()
            self._unsure = False

    def _catch_up(self) -> None:
        """Let the cached aggregates take in what other processes have recorded meanwhile."""
        if self._log.head() == self._seen:
            return
        cache = self.repository.cache
        assert cache is not None
        while batch := self._log.read(self._seen, BATCH):
            for fact in (recorded.fact for recorded in batch):
                with suppress(KeyError):
                    aggregate = cache.get(fact.originator_id)
                    if fact.originator_version > aggregate.version:  # not its own
                        fact.mutate(cast(Any, aggregate))
            self._seen = batch[-1].position

    def _tell_listeners(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception:
                _logger.exception("a listener failed; the facts are recorded all the same")

    def _take_back(self, streams: Iterable[UUID]) -> None:
        self._forget(streams)
        self._vault.forget_emails()

    def _forget(self, streams: Iterable[UUID]) -> None:
        cache = self.repository.cache
        assert cache is not None
        for stream in streams:
            with suppress(KeyError):
                cache.get(stream, evict=True)
