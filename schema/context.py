"""What resolvers work with: one operation's viewer, one snapshot of the views, the services."""

from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from sqlmodel import Session
from strawberry.dataloader import DataLoader

from read_side.changes import Changes
from read_side.fetching import fetched_together
from read_side.rows import Row
from read_side.selection import Selection
from read_side.store import ViewStore
from read_side.views import catalog, directory, schedule
from schema.errors import ApiError, new_request_id
from schema.finding import VIEW_OF
from schema.ids import position_number
from schema.names import NameIndex
from schema.viewer import Tokens, Viewer
from write_side.erasing import Eraser
from write_side.log.log import Log
from write_side.registrar import Registrar
from write_side.vault import Vault

DEFAULT_WAIT = 2.0
LONGEST_WAIT = 30.0

AnyRow = TypeVar("AnyRow", bound=Row)
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Services:
    """What the API stands on; made once by the composition root."""

    registrar: Registrar
    eraser: Eraser
    vault: Vault
    store: ViewStore
    changes: Changes
    tokens: Tokens
    names: NameIndex
    log: Log
    led: Callable[[], Collection[str]]
    """The views this process projects, just now."""

    def head(self) -> int:
        """The position of the newest fact."""
        return self.log.head()


class Context:
    """One operation's. Reads see one state of all views; `fresh` moves on to the current one."""

    def __init__(
        self, services: Services, viewer: Viewer, min_position: int, max_wait: float
    ) -> None:
        self.services = services
        self.viewer = viewer
        self.request_id = new_request_id()
        self._min_position = min_position
        self._at_least: int | None = 0
        self._max_wait = max_wait
        self._session: Session | None = None
        self._places: dict[str, int] = {}
        self._read: set[str] = set()
        self._recorded: int | None = None
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    @property
    def position(self) -> str | None:
        """The oldest position among the views read, but never before what this operation itself
        recorded: whoever asks for this position next time sees their own write."""
        places = [self._places[view] for view in self._read]
        told = [] if self._recorded is None else [self._recorded]
        return str(max([min(places), *told] if places else told)) if places or told else None

    @property
    def views(self) -> Collection[str] | None:
        """The views read; None where this was a replica that had less than is known of them."""
        known = self.services.changes.positions
        behind = any(self._places[view] < known[view] for view in self._read)
        return None if behind else self._read

    async def ready(self) -> None:
        """Wait for the position the request asks for; STALE when it does not come in time."""
        await self.reach(self._min_position)

    def follow(self) -> None:
        """What is read from here on changes while it is watched: a replica that is a moment behind
        would miss it."""
        self._at_least = None

    async def reach(self, position: int) -> None:
        """Let every later read see this position or a later one."""
        if self._session is not None and self._sees(position):
            return
        changes = self.services.changes
        self.fresh()  # nobody holds a snapshot while waiting
        try:
            await changes.reached(position, changes.positions, self._max_wait)
        except TimeoutError:
            raise ApiError(
                "STALE",
                f"The views have not reached position {position} within {self._max_wait:g} s.",
                retry_after=1,
            ) from None
        if self._at_least is not None:
            self._at_least = max(self._at_least, position)
        if not self._sees(position):
            self.fresh()  # a neighbor in this operation has read meanwhile, and too early for us

    def recorded(self, position: int) -> None:
        """What this operation tells of stands here: a command's last fact, a feed's item."""
        self._recorded = max(position, self._recorded or 0)

    def _sees(self, position: int) -> bool:
        return all(at >= position for at in self._places.values())

    def read(self, view: str) -> Session:
        """The snapshot, for reading this view."""
        if self._session is None:
            self._session = self.services.store.reading(self._at_least)
            self._places = self.services.store.places(self._session)
            if not self._sees(self._at_least or 0):  # a server that crashed lost what was told
                self.fresh()
                raise ApiError("STALE", "The views have gone back.", retry_after=1)
        self._read.add(view)
        return self._session

    def fresh(self) -> None:
        """Forget the snapshot and what was loaded from it."""
        self._loaders.clear()
        self._read.clear()
        if self._session is not None:
            self._session.close()
            self._session = None

    def close(self) -> None:
        self.fresh()

    async def term(self, key: UUID) -> catalog.CatalogTerm | None:
        return await self._row(catalog.CatalogTerm, key)

    async def course(self, key: UUID) -> catalog.CatalogCourse | None:
        return await self._row(catalog.CatalogCourse, key)

    async def section(self, key: UUID) -> catalog.CatalogSection | None:
        return await self._row(catalog.CatalogSection, key)

    async def student(self, key: UUID) -> directory.DirectoryStudent | None:
        return await self._row(directory.DirectoryStudent, key)

    async def enrollment(self, key: UUID) -> schedule.ScheduleEnrollment | None:
        return await self._row(schedule.ScheduleEnrollment, key)

    async def term_by_code(self, code: str) -> catalog.CatalogTerm | None:
        return await self._row(catalog.CatalogTerm, code, "code")

    async def _row(self, table: type[AnyRow], key: UUID | str, name: str = "id") -> AnyRow | None:
        selection = Selection(table, of=((name,), (key,)))
        return next(iter(await self.together(VIEW_OF[table], selection)), None)

    async def together(self, view: str, selection: Selection[AnyRow]) -> Sequence[AnyRow]:
        """The rows of a selection; those asked for in one go, and alike, by one statement."""

        async def load(selections: list[Selection[AnyRow]]) -> list[Sequence[AnyRow]]:
            return list(fetched_together(self.read(view), selections))

        return await self.batched(selection.kind, load, selection)

    async def batched(
        self, kind: Hashable, load: Callable[[list[Key]], Awaitable[Sequence[Value]]], key: Key
    ) -> Value:
        """`load` of all keys that this operation asks for under one kind in one go."""
        loader = self._loaders.get(kind)
        if loader is None:
            loader = self._loaders[kind] = DataLoader(load_fn=load)
        value: Value = await loader.load(key)
        return value


Info = strawberry.Info[Context, None]


@dataclass(frozen=True)
class ServiceEdge:
    """What the transports ask of Rollbook."""

    services: Services

    def authenticate(self, token: str | None) -> Viewer:
        return self.services.tokens.viewer(token)

    def context(self, viewer: Any, *, min_position: str | None, max_wait: float | None) -> Context:
        wait = DEFAULT_WAIT if max_wait is None else min(max_wait, LONGEST_WAIT)
        asked = 0 if min_position is None else position_number(min_position)
        return Context(self.services, viewer, asked, wait)
