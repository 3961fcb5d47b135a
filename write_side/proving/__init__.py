"""Proving an erasure: the values a person had are looked for everywhere Rollbook keeps bytes."""

from write_side.proving.certificate import Certificate
from write_side.proving.needles import Needles, NothingToSearch
from write_side.proving.proof import NotAPerson, prove

__all__ = ["Certificate", "Needles", "NotAPerson", "NothingToSearch", "prove"]
