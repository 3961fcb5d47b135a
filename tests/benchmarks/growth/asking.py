"""What a server spends on questions, measured as its processor time: neighbors do not change it."""

from collections.abc import Iterable, Sequence

from tests.benchmarks.growth.series import Notes
from tests.benchmarks.meter import Meter
from tests.benchmarks.targets import Target
from tests.benchmarks.wire import Wire, body, closed_loop

CLIENTS = 8
OLDER = (
    "query Older($before: Position) { facts(last: 100, before: $before)"
    " { edges { node { position type summary } } } }"
)
SEARCH = (
    "query Search($words: String!) { sections(search: $words, first: 20)"
    " { edges { node { id code enrolled } } } }"
)


class Asking:
    """Notes what each kind of question costs the server, at one size."""

    def __init__(self, notes: Notes, target: Target, at: int) -> None:
        self._notes, self._target, self._at = notes, target, at
        self._meter = Meter(target.at.pid)

    async def each(self, what: str, bodies: Sequence[bytes]) -> None:
        """Every body once: no answer is there already."""
        await self._cost(what, bodies[:2])  # its plan is made
        spent = await self._cost(what, bodies[2:])
        self._notes.note(what, "ms of CPU", self._at, spent)

    async def enrolls(self, what: str, bodies: Iterable[bytes]) -> None:
        """Commands, until all views have taken them in."""
        spent = await self._cost(what, list(bodies), settled=True)
        self._notes.note(what, "ms of CPU", self._at, spent)

    async def pages(self, cursors: Sequence[str], rows: int) -> None:
        words = self._target.words
        asked = [body(words.page, first=rows, after=cursor) for cursor in cursors]
        await self.each("page of 100 sections", asked)

    def memory(self) -> None:
        self._notes.note("memory of the process", "MiB", self._at, self._meter.memory() / 2**20)

    async def cursors(self, rows: int) -> list[str]:
        """Of sections behind which there is a whole page."""
        at = self._target.at
        wire = await Wire.open(at.port, at.token)
        edges = (await wire.ask(body(self._target.words.cursors)))["sections"]["edges"]
        wire.close()
        return [edge["cursor"] for edge in edges[: max(4, len(at.sections) - rows)]]

    async def _cost(self, what: str, bodies: Sequence[bytes], *, settled: bool = False) -> float:
        """Milliseconds of the server's processor time for each."""
        at, used = self._target.at, self._meter.cpu()
        load = await closed_loop(at.port, at.token, CLIENTS, bodies)
        assert load.all_good, f"{what} was not answered"
        if settled:
            await self._target.settled()
        return (self._meter.cpu() - used) / len(load.waits) * 1e3
