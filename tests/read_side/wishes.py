"""A registration day in which anything may happen: a seeded stream of wishes, many of them vain."""

import random
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from tests.write_side.campus import ADD_DEADLINE, DROP_DEADLINE, FALL, SECTION_A, A, B, L
from tests.write_side.office import PATIENCE, Office
from write_side.aggregates import Course
from write_side.commands import (
    AddCourse,
    AddToCart,
    CancelEnrollment,
    ChangeCapacity,
    ChangeContact,
    Command,
    Enroll,
    Personal,
    RegisterStudent,
    RemoveFromCart,
    ReviseCourse,
    ScheduleSection,
    Withdraw,
)
from write_side.events import CancellationReason, StudentRegistered
from write_side.submission import Outcome


class Day:
    """Equal seeds make equal wishes, as far as ids allow."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office = office
        self.chance = random.Random(seed)
        self.students: list[UUID] = [office.register(f"S{nth}") for nth in range(10)]
        self.sections = [A, B, L]
        self.made = 0

    def pass_by(self, bursts: int, most: int) -> list[Outcome]:
        """So many bursts of up to so many wishes at once; deadlines pass towards the end."""
        outcomes: list[Outcome] = []
        for nth in range(bursts):
            late = nth / bursts
            if late > 0.75:
                self.office.now = DROP_DEADLINE
            elif late > 0.6:
                self.office.now = ADD_DEADLINE
            count = self.chance.randint(1, most)
            sent = [self.office.send(self.wish()) for _ in range(count)]
            outcomes += [future.result(PATIENCE) for future in sent]
            for outcome in outcomes[-count:]:
                registered = [f for f in outcome.facts if isinstance(f.fact, StudentRegistered)]
                self.students += [recorded.stream for recorded in registered]
        return outcomes

    def wish(self) -> Command:
        pick = self.chance.choice
        student, section = pick(self.students), pick(self.sections)
        reason = pick(list(CancellationReason)[:10])
        comment = pick([None, Personal(f"comment {self.chance.random()}")])
        self.made += 1
        often = [
            Enroll(student, section),
            CancelEnrollment(student, section, reason, comment),
            AddToCart(student, section),
            RemoveFromCart(student, section),
        ]
        seldom = [
            Withdraw(student, section, reason, comment),
            ChangeCapacity(section, pick([0, 1, 3, 6, None])),
            ChangeContact(student, Personal(f"Name {self.made}"), None),
            ReviseCourse(pick([Course.id_of("CS-101"), Course.id_of("LAT-1")]), f"T{self.made}"),
            RegisterStudent(f"R{self.made % 40}", Personal("Somebody"), None),
            AddCourse(f"X-{self.made % 40}", "Another course", Decimal(2)),
            replace(SECTION_A, code=f"Z{self.made % 20}"),
            ScheduleSection("2026FA", f"X-{self.chance.randrange(40)}", "A", 1),
            FALL,
            Enroll(student, UUID(int=self.made)),
        ]
        return pick([*often * 6, Withdraw(student, section, reason, comment), *seldom])
