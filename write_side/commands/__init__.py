"""The commands: everything Rollbook can be asked to do, each with its decision beside it."""

from write_side.commands.cart import AddToCart, EnrollCart, RemoveFromCart
from write_side.commands.command import Command, Personal
from write_side.commands.courses import AddCourse, ReviseCourse
from write_side.commands.enrollment import CancelEnrollment, Enroll, Withdraw
from write_side.commands.erasure import EraseStudent
from write_side.commands.exceptions import GrantPermit, LiftHold, PlaceHold
from write_side.commands.sections import (
    CancelSection,
    ChangeCapacity,
    CloseSection,
    EmptySection,
    PromoteWaiters,
    ReleaseDueSeats,
    ReleaseReservedSeats,
    ReopenSection,
    ReserveSeats,
    ScheduleSection,
)
from write_side.commands.students import ChangeContact, ChangeGroups, RegisterStudent
from write_side.commands.swap import SwapEnrollment
from write_side.commands.terms import OpenTerm, SetRegistrationWindow
from write_side.commands.waitlist import (
    AcceptOffer,
    DeclineOffer,
    ExpireOffers,
    JoinWaitlist,
    LeaveWaitlist,
)

__all__ = [
    "AcceptOffer",
    "AddCourse",
    "AddToCart",
    "CancelEnrollment",
    "CancelSection",
    "ChangeCapacity",
    "ChangeContact",
    "ChangeGroups",
    "CloseSection",
    "Command",
    "DeclineOffer",
    "EmptySection",
    "Enroll",
    "EnrollCart",
    "EraseStudent",
    "ExpireOffers",
    "GrantPermit",
    "JoinWaitlist",
    "LeaveWaitlist",
    "LiftHold",
    "OpenTerm",
    "Personal",
    "PlaceHold",
    "PromoteWaiters",
    "RegisterStudent",
    "ReleaseDueSeats",
    "ReleaseReservedSeats",
    "RemoveFromCart",
    "ReopenSection",
    "ReserveSeats",
    "ReviseCourse",
    "ScheduleSection",
    "SetRegistrationWindow",
    "SwapEnrollment",
    "Withdraw",
]
