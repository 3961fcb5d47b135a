"""Finding students by name: an index of opened names that lives in memory and nowhere else."""

import threading
from uuid import UUID

from sqlmodel import Session

from read_side.views import directory
from write_side.events import Sealed
from write_side.vault import Vault


class NameIndex:
    """Catches up with the directory at each search; any thread may ask."""

    MOST_FOUND = 500

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._names: dict[UUID, str] = {}
        self._position = 0
        self._lock = threading.Lock()
        vault.on_forgotten(self.forget)

    def forget(self, student: UUID) -> None:
        """Who was erased is found by no name from now on."""
        with self._lock:
            self._names.pop(student, None)

    def find(self, session: Session, words: str) -> list[UUID]:
        """Students whose name contains every one of these words, upper and lower case alike."""
        with self._lock:
            for student in directory.names(session, self._position):
                self._position = max(self._position, student.updated_at)
                opened = student.name and self._vault.open(Sealed.from_text(student.name))
                if opened:
                    self._names[student.id] = opened.casefold()
            wanted = words.casefold().split()
            found = (
                key for key, name in self._names.items() if all(word in name for word in wanted)
            )
            return [key for key, _ in zip(found, range(self.MOST_FOUND), strict=False)]
