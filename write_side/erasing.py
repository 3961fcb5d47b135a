"""The eraser: follows the log and destroys the keys of whoever was erased, in this process too.

The fact is durable first and says what has to follow, so that a crash at any step is made good at
the next start, and a vault restored from an old copy is brought in line before it opens anything.
"""

import logging
import threading
import time
from uuid import UUID

from write_side.events import PersonalDataErased
from write_side.log.log import BATCH, Log
from write_side.vault import Vault

POLL_SECONDS = 1.0
AGAIN_SECONDS = 0.25
_logger = logging.getLogger("rollbook.eraser")


class Eraser:
    """One thread; nudged when there are facts, looking anyway, so that a key that another process
    destroyed is in no memory here two seconds later."""

    def __init__(self, log: Log, vault: Vault) -> None:
        self._log = log
        self._vault = vault
        self._seen = 0
        self._held = False
        self._done = threading.Condition()
        self._done_to = 0
        self._look = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="eraser", daemon=True)

    def start(self) -> None:
        """Bring the vault in line with the facts, before anything else; then go on."""
        self.run()
        self._thread.start()

    def nudge(self) -> None:
        self._look.set()

    def stop(self) -> None:
        self._stopping = True
        self._look.set()
        if self._thread.is_alive():
            self._thread.join()

    def run(self) -> bool:
        """Destroy what the facts say; whether all bytes are overwritten."""
        head, people = self._log.head(), dict[UUID, int]()
        while batch := self._log.read(self._seen, BATCH, [PersonalDataErased.TOPIC]):
            people |= {recorded.stream: recorded.position for recorded in batch}
            self._vault.destroy(people)
            self._seen = batch[-1].position
        if not self._vault.overwrite():
            if not self._held:  # said once, for a backup may read for hours
                _logger.warning("destroyed keys are not overwritten yet: a reader holds them")
            self._held = True
            return False
        self._held = False
        self._seen = max(self._seen, head)
        with self._done:
            self._done_to = self._seen
            self._done.notify_all()
        return True

    def wait(self, position: int, timeout: float) -> bool:
        """Whether everything up to this position is destroyed and overwritten, within seconds."""
        ends = time.monotonic() + timeout
        with self._done:
            while self._done_to < position:
                left = ends - time.monotonic()
                if left <= 0 or not self._done.wait(left):
                    return self._done_to >= position
        return True

    def _run(self) -> None:
        pause = POLL_SECONDS
        while not self._stopping:
            self._look.wait(pause)
            self._look.clear()
            try:
                pause = POLL_SECONDS if self.run() else AGAIN_SECONDS
            except Exception:
                _logger.exception("erasing stopped; trying again")
                pause = POLL_SECONDS
