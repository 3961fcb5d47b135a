"""The commands: everything Rollbook can be asked to do, each with its decision beside it."""

from write_side.commands.cart import AddToCart, RemoveFromCart
from write_side.commands.command import Command, Personal
from write_side.commands.courses import AddCourse, ReviseCourse
from write_side.commands.enrollment import CancelEnrollment, Enroll, Withdraw
from write_side.commands.sections import ChangeCapacity, ScheduleSection
from write_side.commands.students import ChangeContact, RegisterStudent
from write_side.commands.terms import OpenTerm

__all__ = [
    "AddCourse",
    "AddToCart",
    "CancelEnrollment",
    "ChangeCapacity",
    "ChangeContact",
    "Command",
    "Enroll",
    "OpenTerm",
    "Personal",
    "RegisterStudent",
    "RemoveFromCart",
    "ReviseCourse",
    "ScheduleSection",
    "Withdraw",
]
