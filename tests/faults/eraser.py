"""A process to be killed while it destroys a key.

    python -m tests.faults.eraser DATA STEP PERSON

STEP is the call of the key store before, or after, which it kills itself: "before destroy".
"""

import os
import signal
import sys
from pathlib import Path
from uuid import UUID

from tests.write_side.office import Office
from write_side.commands import EraseStudent
from write_side.erasing import Eraser
from write_side.events import ErasureBasis

STEPS = [
    f"{when} {act}" for act in ("destroy", "overwrite", "settle") for when in ("before", "after")
]


def die_at(store: object, step: str) -> None:
    when, act = step.split()
    really = getattr(store, act)

    def dying(*given: object) -> object:
        if when == "after":
            really(*given)
        os.kill(os.getpid(), signal.SIGKILL)
        return None

    setattr(store, act, dying)


def main(data: Path, step: str, person: UUID) -> None:
    office = Office(data)
    assert not office.ask(EraseStudent(person, ErasureBasis.OBJECTION)).refusals
    die_at(office.vault._store, step)
    Eraser(office.log, office.vault).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], UUID(sys.argv[3]))
