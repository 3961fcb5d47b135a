"""The run: sends the plan day by day, and can be stopped at any moment and run again.

Every command id comes from its row, so a second run gets the first one's answers. No command is
sent before those it needs are *answered*: sent blindly behind one that failed, it would leave a
receipt saying refused, and that would be its answer in every later run.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder

from write_side.aggregates import Course, Section, StudentNumber, Term
from write_side.commands import CancelEnrollment, Enroll, RegisterStudent, Withdraw
from write_side.events import CancellationReason, StudentNumberAssigned, StudentRegistered
from write_side.imports.oulad.contradictions import Contradiction
from write_side.imports.oulad.line import IMPORTER, Line, Progress, Submit, answer
from write_side.imports.oulad.plan import Plan, Step, plan, row_id, student_id
from write_side.imports.oulad.read import ImportProblem, OuladData
from write_side.imports.oulad.rows import Episode
from write_side.log.codec import FactMapper
from write_side.refusals import Refusal, RefusalCode
from write_side.submission import Outcome

__all__ = ["IMPORTER", "ImportRun", "RefusedStep", "Submit", "run", "student_finder"]

FindStudent = Callable[[str], UUID | None]


@dataclass(frozen=True)
class RefusedStep:
    """A command of the plan that was refused, and how the import went on."""

    command_id: str
    codes: tuple[str, ...]
    message: str
    done: str


@dataclass(frozen=True)
class ImportRun:
    """What a run came to. `position`: the highest log position among the answers, for readers that
    wait for the views; `commands`: how many the plan has, sent or left out."""

    commands: int
    position: int
    contradictions: tuple[Contradiction, ...]
    refused: tuple[RefusedStep, ...]


def student_finder(log: ApplicationRecorder) -> FindStudent:
    """Looks up in the log whose student number that is."""
    mapper = FactMapper()

    def find(number: str) -> UUID | None:
        for stored in log.select_events(StudentNumber.id_of(number)):
            fact = mapper.to_domain_event(stored)
            if isinstance(fact, StudentNumberAssigned):
                return fact.student
        return None

    return find


def run(
    data: OuladData,
    submit: Submit,
    progress: Progress = lambda _done, _total: None,
    find_student: FindStudent = lambda _number: None,
) -> ImportRun:
    """Send all of it; refused commands are in the answer, ImportProblem is for what stops it.

    `progress(done, total)` counts answered commands. `find_student` is asked only where a number
    was registered by somebody else before (see `student_finder`); without it such a student's rows
    are left out, and reported.
    """
    planned = plan(data)
    return _Run(planned, Line(submit, progress, planned.size), find_student).go()


class _Run:
    def __init__(self, planned: Plan, line: Line, find_student: FindStudent) -> None:
        self._plan = planned
        self._line = line
        self._find_student = find_student
        self._registering: dict[str, Future[Outcome]] = {}
        self._students: dict[str, UUID | None] = {}
        self._enrolling: dict[str, Future[Outcome]] = {}
        self._done_about: dict[str, str] = {}

    def go(self) -> ImportRun:
        self._found(self._plan.terms_and_courses)
        self._found(self._plan.sections)
        for day in self._plan.days:
            for number in day.newcomers:
                command = RegisterStudent(number, None, None)
                self._registering[number] = self._line.send(student_id(number), command, day.at)
            for episode in day.enrolling:
                self._enroll(episode)
            for episode in day.leaving:
                self._leave(episode, day.at)
        self._line.settle()
        refused = tuple(map(self._refused, self._line.refused))
        return ImportRun(self._plan.size, self._line.position, self._plan.contradictions, refused)

    def _found(self, steps: tuple[Step, ...]) -> None:
        """Terms, courses and sections; those that exist already are taken as they are."""
        at = self._plan.founded_at
        sent = [self._line.send(step.command_id, step.command, at) for step in steps]
        for outcome in map(answer, sent):
            if not all(map(_exists_already, outcome.refusals)):
                why = " ".join(refusal.message for refusal in outcome.refusals)
                raise ImportProblem(f"{outcome.command_id} was refused, nobody enrolled: {why}")
            self._done_about[outcome.command_id] = "The one that is there was taken as it is."

    def _enroll(self, episode: Episode) -> None:
        student = self._student(episode.student)
        if student is None:
            self._line.leave_out()
            return
        command_id = row_id(episode, "enroll")
        command = Enroll(student, _section_of(episode))
        future = self._line.send(command_id, command, episode.enrolled_at)
        if episode.left_at is not None:
            self._enrolling[command_id] = future

    def _leave(self, episode: Episode, at: datetime) -> None:
        student = self._student(episode.student)
        enroll_id = row_id(episode, "enroll")
        enrolling = self._enrolling.pop(enroll_id, None)
        if student is None or enrolling is None:
            self._line.leave_out()
            return
        # somebody enrolled them before us: they left all the same
        if any(r.code is not RefusalCode.ALREADY_ENROLLED for r in answer(enrolling).refusals):
            self._done_about[enroll_id] = "Not enrolled, and so the unregistration was left out."
            self._line.leave_out()
            return
        kind, act = (CancelEnrollment, "cancel") if episode.before_start else (Withdraw, "withdraw")
        # the data gives no reason for leaving
        command = kind(student, _section_of(episode), CancellationReason.OTHER)
        self._line.send(row_id(episode, act), command, at)

    def _student(self, number: str) -> UUID | None:
        """Their random id, which only the answer to their registration tells."""
        if number not in self._students:
            outcome = answer(self._registering.pop(number))
            registered = [f.fact for f in outcome.facts if isinstance(f.fact, StudentRegistered)]
            # refused, or answered by a receipt whose facts have left the hot log
            found = registered[0].originator_id if registered else self._find_student(number)
            self._students[number] = found
            self._done_about[outcome.command_id] = (
                "Their rows were left out."
                if found is None
                else "Their rows went to the student who has that number."
            )
        return self._students[number]

    def _refused(self, outcome: Outcome) -> RefusedStep:
        return RefusedStep(
            outcome.command_id,
            tuple(refusal.code.value for refusal in outcome.refusals),
            " ".join(refusal.message for refusal in outcome.refusals),
            self._done_about.get(outcome.command_id, "Everything stayed as it was."),
        )


def _section_of(episode: Episode) -> UUID:
    term, course = Term.id_of(episode.presentation), Course.id_of(episode.module)
    return Section.id_of(term, course, episode.presentation)


def _exists_already(refusal: Refusal) -> bool:
    """Also where an earlier import used the id: it had other lengths, or other latest days."""
    return refusal.code is RefusalCode.ALREADY_EXISTS or refusal.path == ("commandId",)
