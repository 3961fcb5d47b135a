"""The scheduler: what is due happens, also when the service was down at that moment.

It follows the log for facts that say something is due later (an offer that expires, seats whose
reserve ends) or has begun and must be finished (a section that was canceled, a course whose
sections do not know that it was revised), and hands in the commands that do it. It keeps no state
of its own: the log says what is due, and each command has an id made from what it is about, so
that doing it twice does it once.
"""

import heapq
import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from write_side.commands import (
    Command,
    EmptySection,
    ExpireOffers,
    PromoteWaiters,
    ReleaseDueSeats,
)
from write_side.events import (
    Channel,
    CourseRevised,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    Recorded,
    ReservedSeatsReleased,
    Role,
    SeatOffered,
    SeatsReserved,
    SectionCanceled,
    SectionScheduled,
)
from write_side.log.log import Log
from write_side.registrar import Registrar
from write_side.submission import Actor, Outcome

SCHEDULER = Actor("scheduler", Role.SYSTEM, Channel.SYSTEM)
FOLLOWED = (
    SeatOffered,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferRevoked,
    SeatsReserved,
    ReservedSeatsReleased,
    SectionCanceled,
    SectionScheduled,
    CourseRevised,
)
BATCH = 1_000
LONGEST_SLEEP = 60.0
GATHER_SECONDS = 0.1
_logger = logging.getLogger("rollbook.scheduler")


@dataclass(order=True)
class Due:
    """Something to do at a moment; `subject` is what it is about (an offer, a section's group)."""

    at: datetime
    subject: str
    command: Command = field(compare=False)
    command_id: str = field(compare=False)


class Scheduler:
    """One thread; `clock` is the service's, and `nudge` makes it look at clock and log again."""

    def __init__(self, log: Log, registrar: Registrar, clock: Callable[[], datetime]) -> None:
        self._log = log
        self._registrar = registrar
        self._clock = clock
        self._position = 0
        self._due: list[Due] = []
        self._open: dict[str, Due] = {}
        self._canceled: list[UUID] = []
        self._sections: defaultdict[UUID, tuple[UUID, ...]] = defaultdict(tuple)
        self._revised: dict[UUID, tuple[Command, str]] = {}
        self._look = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Do what became due while the service was down, before anything else; then go on."""
        self.run_due()
        self._thread.start()

    def nudge(self) -> None:
        self._look.set()

    def stop(self) -> None:
        self._stopping.set()
        self._look.set()
        if self._thread.is_alive():
            self._thread.join()

    def run_due(self) -> None:
        """Do everything that is due by the clock, and return when it is done: overdue offers and
        reserves first, for others wait for these seats."""
        while True:
            self._follow()
            now = self._clock()
            if self._due and self._due[0].at <= now:
                due = self._due[0]
                if self._open.get(due.subject) is due:
                    # decided at the moment it was found due: by a clock that has stepped back
                    # since it would do nothing, and its id be spent for ever
                    self._do(due.command, due.command_id, at=now)
                heapq.heappop(self._due)
            elif self._revised:
                course = next(iter(self._revised))
                self._do(*self._revised[course])
                del self._revised[course]
            elif self._canceled:
                self._empty(self._canceled[-1])
                self._canceled.pop()
            else:
                return

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._look.wait(self._until_next())
            self._look.clear()
            try:
                self.run_due()
            except Exception:
                # overloaded or locked: nothing is lost, what is due stays due
                _logger.exception("what is due could not be done; trying again")
                self._look.wait(1.0)
            # what comes close behind is looked at together: each look costs the others a turn
            self._stopping.wait(GATHER_SECONDS)

    def _until_next(self) -> float:
        if not self._due:
            return LONGEST_SLEEP
        seconds = (self._due[0].at - self._clock()).total_seconds()
        return min(max(seconds, 0.0), LONGEST_SLEEP)

    def _follow(self) -> None:
        topics = [fact.TOPIC for fact in FOLLOWED]
        head = self._log.head()
        while batch := self._log.read(self._position, BATCH, topics):
            for recorded in batch:
                self._note(recorded)
            self._position = batch[-1].position
        self._position = max(self._position, head)  # what is of no interest is not read again

    def _note(self, recorded: Recorded) -> None:
        section = recorded.stream
        match recorded.fact:
            case SeatOffered() as fact:
                subject = f"offer/{fact.offer}"
                self._expect(fact.expires_at, subject, ExpireOffers(section), recorded)
            case OfferAccepted() | OfferDeclined() | OfferExpired() | OfferRevoked() as fact:
                self._open.pop(f"offer/{fact.offer}", None)
            case SeatsReserved() as fact:
                subject = f"reserve/{section}/{fact.group}"
                self._open.pop(subject, None)
                if fact.releases_on is not None:
                    self._expect(fact.releases_on, subject, ReleaseDueSeats(section), recorded)
            case ReservedSeatsReleased() as fact:
                self._open.pop(f"reserve/{section}/{fact.group}", None)
            case SectionCanceled():
                self._canceled.append(section)
            case SectionScheduled() as fact:
                self._sections[fact.course] += (section,)
            case CourseRevised() if sections := self._sections[recorded.stream]:
                # of several revisions the last one is enough
                settle = PromoteWaiters(sections), f"revised/{recorded.position}"
                self._revised[recorded.stream] = settle

    def _expect(self, at: datetime, subject: str, command: Command, because: Recorded) -> None:
        due = Due(at, subject, command, f"due/{subject}/{because.position}")
        self._open[subject] = due
        heapq.heappush(self._due, due)

    def _empty(self, section: UUID) -> None:
        step = 0
        while self._do(EmptySection(section), f"empty/{section}/{step}").facts:
            step += 1

    def _do(self, command: Command, command_id: str, at: datetime | None = None) -> Outcome:
        return self._registrar.submit(command, SCHEDULER, command_id=command_id, at=at).result()
