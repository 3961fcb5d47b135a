"""Writing out everything about one person, with or without a service that runs beside."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from threading import Event
from uuid import UUID

from eventsourcing.persistence import OperationalError

from read_side.opening import ReadPlace, open_read_side, open_views
from read_side.store import ViewStore
from schema.errors import new_request_id
from schema.export import Exporting
from schema.export_page import page
from schema.settings import Settings
from schema.viewer import Viewer
from write_side.events import Role
from write_side.log.sqlite import LogInUse
from write_side.opening import WritePlace, open_log, open_vault
from write_side.vault import master_key

PATIENCE = 30.0  # seconds in which views that somebody keeps take in the last facts
LOOK = 0.1


def export(
    settings: Settings, views: ReadPlace, person: UUID, to: Path, purpose: str
) -> Iterator[Path]:
    """The files, each when it is written. Raises ApiError where there is nobody to export,
    WrongMasterKey, OperationalError."""
    place = WritePlace(settings.data_dir, settings.url("log"), settings.url("vault"))
    if place.log is None and not (path := place.folder / "log.db").exists():
        raise FileNotFoundError(f"there is no log at {path}")
    key = master_key(settings.secret("vault_key", lambda _: None))
    with ExitStack() as held:
        try:
            log = open_log(place, writing=place.log is None)
            served = place.log is not None
        except LogInUse:
            log, served = open_log(place, writing=False), True
        held.enter_context(closing(log))
        if served:
            store = held.enter_context(closing(open_views(views)))
        else:
            store = held.enter_context(open_read_side(views, log)).store
        vault = held.enter_context(closing(open_vault(place, key)))
        _wait(store, log.head())
        viewer = Viewer(f"command line: {getuser()}", Role.PRIVACY_OFFICER)
        exporting = Exporting(
            store, log, vault, viewer, purpose, new_request_id(), datetime.now(UTC)
        )
        document = exporting.person(person)
    to.mkdir(parents=True, exist_ok=True)
    texts = {"json": json.dumps(document, indent=2, ensure_ascii=False), "html": page(document)}
    for ending, text in texts.items():
        path = to / f"student-{person.hex}.{ending}"
        path.unlink(missing_ok=True)
        # a person's values: nobody reads them but who made them
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        yield path


def _wait(store: ViewStore, head: int) -> None:
    again, waited = Event(), 0.0
    while min((at.position for at in store.positions().values()), default=0) < head:
        if waited > PATIENCE:
            raise OperationalError("the views are behind the log: nobody keeps them up to date")
        again.wait(LOOK)
        waited += LOOK
