"""What a process costs: processor time and memory, as Linux counts them."""

from pathlib import Path


class Meter:
    """Looks at one process, all its threads."""

    def __init__(self, pid: int) -> None:
        self._place = Path(f"/proc/{pid}")
        self._before: int | None = None

    def cpu(self) -> float:
        """Seconds on a processor, to the nanosecond; of threads that live."""
        spent = 0
        for thread in (self._place / "task").iterdir():
            spent += int((thread / "schedstat").read_text().split()[0])
        return spent / 1e9

    def memory(self) -> int:
        """Resident bytes of its own: what is mapped from files is not counted."""
        for line in (self._place / "status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("the system does not tell resident memory")

    def grown(self) -> int:
        """By how many bytes since this was first asked: what was given back meanwhile may still be
        the process's, so later rounds must not begin to count there."""
        if self._before is None:
            self._before = self.memory()
        return self.memory() - self._before
