"""Import of the Open University's registrations (OULAD): read, run, compare.

What is taken from a row is said in `rows.py`, in which order it is sent in `run.py`. Whatever the
data does not say stays unsaid: no names, no capacities, no credits, no reasons for leaving.
"""

from write_side.imports.oulad.contradictions import Contradiction, Reason
from write_side.imports.oulad.load import load
from write_side.imports.oulad.read import ImportProblem, OuladData, read
from write_side.imports.oulad.report import Enrollment, Report, compare
from write_side.imports.oulad.run import (
    IMPORTER,
    ImportRun,
    RefusedStep,
    Submit,
    run,
    student_finder,
)

__all__ = [
    "IMPORTER",
    "Contradiction",
    "Enrollment",
    "ImportProblem",
    "ImportRun",
    "OuladData",
    "Reason",
    "RefusedStep",
    "Report",
    "Submit",
    "compare",
    "load",
    "read",
    "run",
    "student_finder",
]
