"""Registration day at random: ROLLBOOK_SOAK_EXAMPLES days of ROLLBOOK_SOAK_STEPS commands.

A failure prints the steps and a blob; `@reproduce_failure` with it runs the same day again.
ROLLBOOK_SOAK_SEED gives the seed of a whole run; it is printed with a failure (always: `-s`).
"""

import os
import secrets

from hypothesis import HealthCheck, seed, settings

from tests.registration.doors import OfficeDoor, PaperDoor
from tests.registration.machine import Machine

EXAMPLES = int(os.environ.get("ROLLBOOK_SOAK_EXAMPLES", "800"))
STEPS = int(os.environ.get("ROLLBOOK_SOAK_STEPS", "50"))
SEED = int(os.environ.get("ROLLBOOK_SOAK_SEED", "0")) or secrets.randbits(32)

QUICK = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@seed(SEED)
class OnPaper(Machine):
    """On a desk in memory."""

    open_door = PaperDoor


@seed(SEED)
class AtTheOffice(Machine):
    """Through a registrar, over files: dry first, repeated after."""

    open_door = OfficeDoor


class TestOnPaper(OnPaper.TestCase):  # type: ignore[name-defined,misc]
    settings = QUICK

    def setUp(self) -> None:
        print(f"ROLLBOOK_SOAK_SEED={SEED}")


class TestAtTheOffice(AtTheOffice.TestCase):  # type: ignore[name-defined,misc]
    settings = settings(QUICK, max_examples=max(10, EXAMPLES // 20))

    def setUp(self) -> None:
        print(f"ROLLBOOK_SOAK_SEED={SEED}")
