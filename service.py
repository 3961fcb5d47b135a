"""The composition root: the service's parts wired together, the web app and the CLI."""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import typer
from eventsourcing.persistence import OperationalError
from pydantic import ValidationError
from rich.console import Console
from starlette.types import ASGIApp

from read_side import postgres
from read_side.apart import Apart, Told
from read_side.changes import Changes
from read_side.listening import nudged
from read_side.opening import ReadPlace, ReadSide, open_read_side
from read_side.projector import Projector
from read_side.store import NotLeading, ViewStore
from read_side.tally import Episode, episodes, leavers
from read_side.views import VIEWS
from schema import custody
from schema.context import Services
from schema.errors import ApiError
from schema.names import NameIndex
from schema.ops import ops_app
from schema.root import possible_types, sdl
from schema.serving import listen, web_app
from schema.settings import Settings, tokens
from schema.trusted import NoManifest
from schema.viewer import Tokens, viewer_for
from schema.welcome import welcome
from write_side.erasing import Eraser
from write_side.events import Role
from write_side.imports import demo, oulad
from write_side.imports.conclusion import conclude, writable
from write_side.imports.progress import progress_bar
from write_side.log.cli import add_to
from write_side.log.codec import UnknownFact
from write_side.log.log import Log
from write_side.log.postgres import CHANNEL, UnorderedLog
from write_side.log.sqlite import LogInUse
from write_side.opening import WritePlace, open_log, open_write_side, prepare_stores
from write_side.postgres import NotPrepared, as_role, prepare
from write_side.registrar import Registrar, utc_now
from write_side.scheduler import Scheduler
from write_side.vault import Vault, WrongMasterKey, master_key

ROOT = Path(__file__).parent
BESIDE = (sys.executable, str(ROOT / "service.py"), "project", "--beside")
PROBLEMS: tuple[type[Exception], ...] = (UnknownFact, UnorderedLog, WrongMasterKey, LogInUse)
PROBLEMS += (NoManifest, NotLeading, NotPrepared, OperationalError)


@dataclass(frozen=True)
class Service:
    """All parts, wired and running."""

    log: Log
    vault: Vault
    registrar: Registrar
    scheduler: Scheduler
    eraser: Eraser
    store: ViewStore
    changes: Changes
    projector: Projector
    working: Projector | Apart
    tokens: Tokens
    settings: Settings

    def catch_up(self) -> None:
        """Return once the views have everything the log has."""
        self.changes.wait(self.log.head(), timeout=600)

    def tally(self) -> tuple[Sequence[Episode], Mapping[tuple[str, str], int]]:
        """Everybody who enrolled and everybody who left, of all the log has."""
        self.catch_up()
        with self.store.reading() as session:
            return episodes(session), leavers(session)

    @cached_property
    def services(self) -> Services:
        return Services(
            registrar=self.registrar,
            eraser=self.eraser,
            vault=self.vault,
            store=self.store,
            changes=self.changes,
            tokens=self.tokens,
            names=NameIndex(self.vault),
            log=self.log,
            led=self.working.led,
        )


@contextmanager
def open_service(
    settings: Settings,
    *,
    projecting: bool = True,
    apart: Sequence[str] = (),
    clock: Callable[[], datetime] = utc_now,
) -> Iterator[Service]:
    """The service, or one of PROBLEMS; with a command `apart` that projects beside it."""
    key, place = master_key(settings.secret("vault_key", _tell)), _write_place(settings)
    write = open_write_side(place, key, clock=clock, queue_size=settings.queue_size)
    how: dict[str, Any] = {"projecting": projecting, "apart": apart}
    with write as side, open_read_side(_read_place(settings), side.log, **how) as views:
        side.registrar.on_saved(views.working.nudge)
        nudges = (views.working.nudge, side.scheduler.nudge, side.eraser.nudge)
        with nudged(place.listening, CHANNEL, *nudges):
            signed = tokens(settings, _tell)
            yield Service(**vars(side), **vars(views), tokens=signed, settings=settings)


@contextmanager
def open_projector(settings: Settings, beside: int | None = None) -> Iterator[tuple[Log, ReadSide]]:
    """What keeps the views up to date and serves nobody; the log is only read."""
    place = _write_place(settings)
    with (
        closing(open_log(place, writing=False)) as log,
        open_read_side(_read_place(settings), log, beside=beside) as views,
        nudged(place.listening, CHANNEL, views.working.nudge),
    ):
        yield log, views


def _write_place(settings: Settings) -> WritePlace:
    return WritePlace(settings.data_dir, settings.url("log"), settings.url("vault"))


def _read_place(settings: Settings) -> ReadPlace:
    file, server = settings.data_dir / "views.db", settings.url("views")
    if server is None:
        return ReadPlace(file)
    prepare(server, postgres.ROLE, postgres.GRANTS)
    servers = [as_role(url, postgres.ROLE) for url in (server, *settings.replicas)]
    return ReadPlace(file, servers[0], servers[1:])


def create_app(service: Service) -> ASGIApp:
    """The web app: the API, the pages, and what operators look at."""
    return web_app(service.services, ROOT / "web" / "dist", service.settings)


def _tell(line: str) -> None:
    out.print(line, soft_wrap=True)


@contextmanager
def _opened(settings: Settings, **how: Any) -> Iterator[Service]:
    """The service, or a sentence and exit 1 where it cannot be had."""
    with _stopping("", *PROBLEMS), open_service(settings, **how) as service:
        yield service


@contextmanager
def _stopping(act: str, *problems: type[Exception]) -> Iterator[None]:
    """Says one of these problems in a sentence and exits 1."""
    try:
        yield
    except problems as problem:
        _tell(f"{act}{problem}")
        raise typer.Exit(1) from None


def _settings(**given: Any) -> Settings:
    """The settings, those given here first; or a sentence on the senseless one and exit 2."""
    try:
        settings = Settings(**{name: given[name] for name in given if given[name] is not None})
    except ValidationError as error:
        wrong, name = error.errors()[0], error.errors()[0]["loc"][0]
        raise typer.BadParameter(f"ROLLBOOK_{name}".upper() + f": {wrong['msg']}") from None
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    return settings


cli = typer.Typer(
    help="Course enrollment, event-sourced.", no_args_is_help=True, pretty_exceptions_enable=False
)
out = Console(stderr=True, highlight=False)
HOST = typer.Option(None, help="Address to listen on (ROLLBOOK_HOST).")
PORT = typer.Option(None, help="Port to listen on (ROLLBOOK_PORT).")


@cli.command()
def serve(
    host: str | None = HOST,
    port: int | None = PORT,
    project: bool | None = typer.Option(None, help="Project too, or leave it to others."),
) -> None:
    """Run the service: API, playground and, on embedded files, a projector beside it."""
    settings = _settings(host=host, port=port)
    project = settings.embedded if project is None else project
    with _opened(settings, projecting=project, apart=BESIDE) as service:
        app = create_app(service)
        if settings.demo and service.log.head() == 0:
            demo.fill(service.registrar.submit, datetime.now(UTC))
            service.catch_up()

        def ready(address: str) -> None:
            number = demo.STUDENT_NUMBER if settings.demo else None
            out.print(*welcome(address, service.services, number), sep="\n", soft_wrap=True)

        listen(app, settings.host, settings.port, ready)
    out.print("stopped")


@cli.command()
def project(
    host: str | None = HOST,
    port: int | None = PORT,
    beside: int | None = typer.Option(None, hidden=True, help="A socket of who serves."),
) -> None:
    """Keep the views up to date, or stand by while another process does; on PostgreSQL."""
    settings = _settings(host=host, port=port)
    if settings.url("views") is None and beside is None:
        raise typer.BadParameter("views in a file are projected beside `rollbook serve`, by itself")
    with _stopping("", *PROBLEMS), open_projector(settings, beside) as (log, views):
        if isinstance(views.changes, Told):
            views.changes.listen_until_closed(views.working.nudge)
        else:
            ops = ops_app(log.head, views.changes, led=views.working.led)
            listen(ops, settings.host, settings.port, lambda at: _tell(f"projecting; see {at}"))


@cli.command("prepare")
def prepare_() -> None:
    """Make schemas, roles and tables on PostgreSQL; once as their owner, or at every start."""
    settings = _settings()
    if settings.embedded:
        raise typer.BadParameter("ROLLBOOK_DATABASE_URL says where; embedded files need none")
    with _stopping("", *PROBLEMS):
        prepare_stores(settings.url("log"), settings.url("vault"))
        _read_place(settings)
    _tell("schemas, roles and tables are there")


@cli.command()
def token(
    role: Role = typer.Option(..., case_sensitive=False, help="In which role."),
    student: str | None = typer.Option(None, help="For role student: their id."),
    hours: float = typer.Option(12, help="How long it is good for."),
) -> None:
    """Print a bearer token for development, alone on its line."""
    try:
        who = viewer_for(role, student)
    except ApiError as error:
        raise typer.BadParameter(error.message) from None
    typer.echo(
        tokens(_settings(), _tell).make(who.role, name=who.name, student=who.student, hours=hours)
    )


@cli.command("import")
def import_(
    source: str = typer.Argument(help="Which data set: oulad."),
    directory: Path = typer.Argument(help="Where its files are."),
    report: Path | None = typer.Option(None, callback=writable, help="Write it here as JSON."),
) -> None:
    """Send a real university's registrations through the commands and check every count."""
    if source != "oulad":
        raise typer.BadParameter(f"{source!r} is no data set Rollbook reads; oulad is")
    with _opened(_settings()) as service, _stopping("the import stopped: ", oulad.ImportProblem):
        found = oulad.load(directory, service.log, service.registrar.submit, service.tally, out)
    conclude(found, report)


@cli.command()
def schema(types: bool = typer.Option(False, help="Possible types instead, as JSON.")) -> None:
    """Print the GraphQL schema, sorted; or what its interfaces and unions may be."""
    typer.echo(possible_types() if types else sdl(), nl=False)


@cli.command()
def rebuild(view: str = typer.Argument(help="Which view.")) -> None:
    """Make a view again from the log; the service must be stopped meanwhile."""
    if view not in {each.name for each in VIEWS}:
        raise typer.BadParameter(f"the views are {', '.join(each.name for each in VIEWS)}")
    with _opened(_settings(), projecting=False) as service:
        head = service.log.head()
        with progress_bar(f"rebuilding {view}", out) as progress:
            position = service.projector.rebuild(view, lambda at: progress(at, head))
    out.print(f"{view} is at position {position}")


add_to(cli, lambda: _write_place(_settings()), out)
custody.add_to(cli, _settings, _read_place, out)
with suppress(ImportError):  # replays are in a checkout, not in the wheel
    from tests.replays.command import replay

    cli.command()(replay)
if __name__ == "__main__":
    cli()
