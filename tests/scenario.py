"""Given, when, then: decisions read aloud, without any database.

    scenario(FALL, DATABASES, SECTION_A, student(ANN))
        .when(Enroll(ANN, A))
        .then(fact(StudentEnrolled, ANN, ...), fact(SeatTaken, A, ...))
        .again().refused(RefusalCode.ALREADY_ENROLLED)

Facts are compared by kind, stream, order and every value; only the header (version, time) is left
out, and a value not told is the fact's own default. Ids drawn by `when` are new(1), new(2), ...
"""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import UTC, datetime
from difflib import ndiff
from itertools import count
from typing import Any, Self, TypeVar, cast
from uuid import UUID

from eventsourcing.utils import resolve_topic

from write_side.aggregates.stream import Stream
from write_side.commands import Command, Personal
from write_side.events import Fact, FirstFact, Sealed
from write_side.log.codec import FactMapper
from write_side.refusals import Refusal, RefusalCode, Refused

AnyStream = TypeVar("AnyStream", bound=Stream)
Broken = RefusalCode | tuple[str, ...]

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
"""When everything happens unless a scenario says otherwise."""

_HEADER = {"originator_id", "originator_version", "originator_topic", "timestamp"}


@dataclass(frozen=True)
class Told:
    """A fact as a test tells it: kind, stream and values, without header."""

    kind: type[Fact]
    stream: UUID
    values: Mapping[str, Any]

    @classmethod
    def of(cls, happened: Fact) -> "Told":
        values = {name: v for name, v in vars(happened).items() if name not in _HEADER}
        return cls(type(happened), happened.originator_id, values)

    def lines(self) -> list[str]:
        values = [f"    {name} = {value!r}" for name, value in sorted(self.values.items())]
        return [f"{self.kind.__name__} of {self.stream}", *values]


def fact(kind: type[Fact], stream: UUID, /, **values: Any) -> Told:
    """A fact to start from or to expect; what is left out is as the fact has it by default."""
    defaults = {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    return Told(kind, stream, {**defaults, **values})


def new(nth: int) -> UUID:
    """The nth id the command under test drew."""
    return UUID(int=nth)


def sealed(person: UUID, label: str, text: str) -> Sealed:
    """What the test's desk makes of a personal value; the label says topic and field."""
    return Sealed(person.hex, label, f"sealed({text})")


def fold(facts: Iterable[Fact]) -> Any:
    """An aggregate from its facts alone, as a restart would make it."""
    aggregate: Any = None
    for happened in facts:
        aggregate = happened.mutate(aggregate)
    return aggregate


@dataclass
class PaperDesk:
    """A `Desk` over a dict: the same promises as the service's, nothing behind them."""

    at: datetime = NOON
    actor: str = "registrar-7"
    staff: bool = False
    aggregates: dict[UUID, Stream] = field(default_factory=dict)
    history: dict[UUID, list[Fact]] = field(default_factory=dict)
    emails: dict[UUID, str] = field(default_factory=dict)
    ids: Callable[[], UUID] = field(default_factory=lambda: map(UUID, _far_ids()).__next__)
    touched: dict[UUID, Stream] = field(default_factory=dict)

    def find(self, kind: type[AnyStream], stream: UUID) -> AnyStream | None:
        found = self.aggregates.get(stream)
        if found is None:
            return None
        self.touched[stream] = found
        return found if isinstance(found, kind) else None

    def add(self, aggregate: Stream) -> None:
        assert aggregate.id not in self.aggregates, f"{aggregate!r} began twice"
        self.touched[aggregate.id] = self.aggregates[aggregate.id] = aggregate

    def new_id(self) -> UUID:
        return self.ids()

    def seal(self, person: UUID, label: str, text: Personal) -> Sealed:
        return sealed(person, label, text)

    def index_email(self, person: UUID, email: Personal) -> None:
        self.emails[person] = email

    def decide(self, command: Command) -> list[Fact]:
        """Run one command; Refused comes through, after proof that it left nothing behind."""
        before = deepcopy((self.aggregates, self.emails))
        self.touched = {}
        try:
            command.decide(self)
        except Refused:
            assert (self.aggregates, self.emails) == before, "refused, but something changed"
            raise
        facts = [f for aggregate in self.touched.values() for f in _collected(aggregate)]
        for happened in facts:
            self.history.setdefault(happened.originator_id, []).append(happened)
            _check_seals(happened)
            stored = FactMapper().to_stored_event(happened)
            assert FactMapper().to_domain_event(stored) == happened, "stored, it reads otherwise"
        for stream in {happened.originator_id for happened in facts}:
            again = fold(self.history[stream])
            assert vars(again) == vars(self.aggregates[stream]), "replay differs from what was live"
        return facts

    def happened(self, told: Told) -> None:
        """Take a fact as given: no rule is asked."""
        if issubclass(told.kind, FirstFact):
            kind: type[Stream] = resolve_topic(told.kind.AGGREGATE)
            self.add(kind.begin(told.kind, told.stream, self.at, **told.values))
        else:
            self.aggregates[told.stream].record(told.kind, self.at, **told.values)
        facts = _collected(self.aggregates[told.stream])
        self.history.setdefault(told.stream, []).extend(facts)


@dataclass
class Scenario:
    """One story; each step returns it, so that a test is one sentence."""

    desk: PaperDesk = field(default_factory=PaperDesk)
    command: Command | None = None
    facts: list[Fact] = field(default_factory=list)
    refusals: tuple[Refusal, ...] = ()

    def given(self, *things: Told | Command) -> Self:
        """Facts that happened and commands that staff sent, none of which was refused."""
        for thing in things:
            if isinstance(thing, Told):
                self.desk.happened(thing)
            else:
                replace(self.desk, staff=True).decide(thing)
        return self

    def at(self, moment: datetime) -> Self:
        """From here on it is this moment."""
        self.desk.at = moment
        return self

    def by_staff(self) -> Self:
        self.desk.staff = True
        return self

    def when(self, command: Command) -> Self:
        self.command, self.facts, self.refusals = command, [], ()
        self.desk.ids = map(new, count(1)).__next__
        try:
            self.facts = self.desk.decide(command)
        except Refused as refused:
            self.refusals = refused.refusals
        return self

    def again(self) -> Self:
        """The same wish once more, a new command."""
        assert self.command is not None
        return self.when(self.command)

    def then(self, *expected: Told) -> Self:
        """Exactly these facts, in this order."""
        __tracebackhide__ = True
        told = [line for f in expected for line in f.lines()]
        refusals = [f"refused: {r.code.value} {r.message}" for r in self.refusals]
        self._same(told, self._recorded() + refusals)
        return self

    def then_nothing(self) -> Self:
        """Accepted, and no fact: it was so already."""
        __tracebackhide__ = True
        return self.then()

    def refused(self, *expected: Broken) -> Self:
        """Exactly these broken rules; (code, path...) where the refusal names an input."""
        __tracebackhide__ = True
        told = [(e,) if isinstance(e, RefusalCode) else e for e in expected]
        found = [(r.code, *r.path) for r in self.refusals]
        self._same(_listed(told), _listed(found) + self._recorded())
        return self

    def remedy(self, code: RefusalCode, words: str) -> Self:
        """The refusal of this code says what would help, in a remedy with these words."""
        remedies = [r.remedy for r in self.refusals if r.code is code]
        assert any(words in (remedy or "") for remedy in remedies), remedies
        return self

    def saying(self, words: str) -> Self:
        """Some refusal's sentence has these words."""
        messages = [refusal.message for refusal in self.refusals]
        assert any(words in message for message in messages), messages
        return self

    def _recorded(self) -> list[str]:
        return [line for happened in self.facts for line in Told.of(happened).lines()]

    def _same(self, expected: list[str], found: list[str]) -> None:
        __tracebackhide__ = True
        if expected != found:
            diff = "\n".join(line.rstrip() for line in ndiff(expected, found))
            raise AssertionError(f"{self.command}\n- expected, + found:\n{diff}")


def scenario(*given: Told | Command) -> Scenario:
    """Begin a story with what is so already."""
    return Scenario().given(*given)


def _collected(aggregate: Stream) -> list[Fact]:
    return [cast(Fact, happened) for happened in aggregate.collect_events()]


def _listed(broken: Iterable[tuple[str, ...]]) -> list[str]:
    return sorted(
        " ".join(RefusalCode(code).value for code in b[:1]) + _path(b[1:]) for b in broken
    )


def _path(path: tuple[str, ...]) -> str:
    return f" at {'.'.join(path)}" if path else ""


def _far_ids() -> Iterable[str]:
    return (f"{nth:032x}" for nth in count(0xA000))


def _check_seals(happened: Fact) -> None:
    for name, value in vars(happened).items():
        if isinstance(value, Sealed):
            place = (happened.originator_id.hex, f"{happened.TOPIC}.{name}")
            assert (value.person, value.label) == place, "sealed for another place"
