"""The composition root: the service's parts wired together, the web app and the CLI."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import jwt
import typer
from pydantic import SecretStr, ValidationError
from rich.console import Console
from starlette.applications import Starlette

from read_side.projector import Projector
from read_side.store import ViewStore
from read_side.tally import Episode, episodes, leavers
from read_side.views import VIEWS
from schema.context import Services
from schema.errors import ApiError
from schema.names import NameIndex
from schema.root import sdl
from schema.serving import listen, web_app
from schema.settings import Settings
from schema.viewer import Tokens, viewer_for
from schema.welcome import welcome
from write_side.events import Role, fact_types
from write_side.imports import demo, oulad
from write_side.imports.conclusion import conclude, writable
from write_side.imports.progress import progress_bar
from write_side.log.codec import UnknownFact, printed
from write_side.log.sqlite import LogInUse, SQLiteLog
from write_side.registrar import Registrar, utc_now
from write_side.scheduler import Scheduler
from write_side.vault import Vault, WrongMasterKey, master_key, secret_file

ROOT = Path(__file__).parent


@dataclass(frozen=True)
class Service:
    """All parts, wired and running."""

    log: SQLiteLog
    vault: Vault
    store: ViewStore
    projector: Projector
    registrar: Registrar
    scheduler: Scheduler
    tokens: Tokens

    def catch_up(self) -> None:
        """Return once the views have everything the log has."""
        self.projector.changes.wait(self.log.head(), timeout=600)

    def tally(self) -> tuple[Sequence[Episode], Mapping[tuple[str, str], int]]:
        """Everybody who enrolled and everybody who left, of all the log has."""
        self.catch_up()
        with self.store.reading() as session:
            return episodes(session), leavers(session)

    @cached_property
    def services(self) -> Services:
        return Services(
            registrar=self.registrar,
            vault=self.vault,
            store=self.store,
            changes=self.projector.changes,
            tokens=self.tokens,
            names=NameIndex(self.vault),
            head=self.log.head,
        )


@contextmanager
def open_service(
    settings: Settings, *, projecting: bool = True, clock: Callable[[], datetime] = utc_now
) -> Iterator[Service]:
    """The service on embedded files. LogInUse when another process has them, UnknownFact when
    they hold what this code cannot read, WrongMasterKey when the vault has another key."""
    folder = settings.data_dir
    log = SQLiteLog(folder / "log.db")
    if unknown := log.topics() - fact_types().keys():
        raise UnknownFact(f"no code here can read the log's {', '.join(sorted(unknown))}")
    vault = Vault(folder / "vault.db", master_key(_secret(settings, "vault_key")))
    store = ViewStore(folder / "views.db", VIEWS)
    projector = Projector(store, log)
    registrar = Registrar(log, vault, clock=clock, queue_size=settings.queue_size)
    scheduler = Scheduler(log, registrar, clock)
    registrar.on_saved(projector.follower.nudge, scheduler.nudge)
    scheduler.start()
    if projecting:
        projector.start()
    try:
        yield Service(log, vault, store, projector, registrar, scheduler, tokens(settings))
    finally:
        scheduler.stop()
        registrar.close()
        projector.stop()
        store.close()
        vault.close()
        log.close()


def create_app(service: Service) -> Starlette:
    """The web app: the API, the pages, and what operators look at."""
    return web_app(service.services, ROOT / "web" / "dist")


def tokens(settings: Settings) -> Tokens:
    """What reads, and in development makes, bearer tokens."""
    jwks = jwt.PyJWKClient(settings.jwks_url) if settings.jwks_url else None
    return Tokens(_secret(settings, "token_secret"), jwks)


def _secret(settings: Settings, name: str) -> str:
    """A secret from the environment, or from a file of the data dir that is made on first use."""
    given: SecretStr | None = getattr(settings, name)
    if given is not None:
        return given.get_secret_value()
    path = settings.data_dir / name.replace("_", ".")
    if secret_file(path):
        hint = f"set ROLLBOOK_{name.upper()} to use your own"
        out.print(f"made {path} (mode 600); {hint}", soft_wrap=True)
    return path.read_text().strip()


@contextmanager
def _opened(settings: Settings, *, projecting: bool = True) -> Iterator[Service]:
    """The service, or a sentence and exit 1 where it cannot be had."""
    cannot = _stopping("", LogInUse, UnknownFact, WrongMasterKey)
    with cannot, open_service(settings, projecting=projecting) as service:
        yield service


@contextmanager
def _stopping(act: str, *problems: type[Exception]) -> Iterator[None]:
    """Says one of these problems in a sentence and exits 1."""
    try:
        yield
    except problems as problem:
        out.print(f"{act}{problem}", soft_wrap=True)
        raise typer.Exit(1) from None


def _settings() -> Settings:
    """The settings, or a sentence that names the senseless one and exit 2."""
    try:
        return Settings()
    except ValidationError as error:
        wrong, name = error.errors()[0], error.errors()[0]["loc"][0]
        raise typer.BadParameter(f"ROLLBOOK_{name}".upper() + f": {wrong['msg']}") from None


cli = typer.Typer(
    help="Course enrollment, event-sourced.", no_args_is_help=True, pretty_exceptions_enable=False
)
out = Console(stderr=True, highlight=False)
REPORT = typer.Option(None, callback=writable, help="Write what was found here, as JSON.")


@cli.command()
def serve(
    host: str | None = typer.Option(None, help="Address to listen on (ROLLBOOK_HOST)."),
    port: int | None = typer.Option(None, help="Port to listen on (ROLLBOOK_PORT)."),
) -> None:
    """Run the service: API, playground and projector in one process."""
    settings = _settings()
    host = settings.host if host is None else host
    port = settings.port if port is None else port
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    with _opened(settings) as service:
        if settings.demo and service.log.head() == 0:
            demo.fill(service.registrar.submit, datetime.now(UTC))
            service.catch_up()

        def ready(address: str) -> None:
            lines = welcome(address, service.services, demo.STUDENT_NUMBER)
            out.print(*lines, sep="\n", soft_wrap=True)

        listen(create_app(service), host, port, ready)
    out.print("stopped")


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
    made = tokens(_settings()).make(who.role, name=who.name, student=who.student, hours=hours)
    typer.echo(made)


@cli.command("import")
def import_(
    source: str = typer.Argument(help="Which data set: oulad."),
    directory: Path = typer.Argument(help="Where its files are."),
    report: Path | None = REPORT,
) -> None:
    """Send a real university's registrations through the commands and check every count."""
    if source != "oulad":
        raise typer.BadParameter(f"{source!r} is no data set Rollbook reads; oulad is")
    with _opened(_settings()) as service, _stopping("the import stopped: ", oulad.ImportProblem):
        found = oulad.load(directory, service.log, service.registrar.submit, service.tally, out)
    conclude(found, report)


@cli.command()
def replay(
    source: str = typer.Argument(help="Which registration: webreg."),
    directory: Path = typer.Argument(help="Where its files are."),
    term: str | None = typer.Option(None, help="Which term's file, if not the largest."),
    mode: list[str] | None = typer.Option(None, help="oracle, rollbook or rush; all if left out."),
    report: Path | None = REPORT,
    picture: Path | None = typer.Option(
        None, callback=writable, help="Draw the section that stood idle most here, as SVG."
    ),
    keep: Path | None = typer.Option(None, help="Leave each mode's log in a folder of this one."),
) -> None:
    """Replay a real registration day and hold what comes of it against what was recorded."""
    if source != "webreg":
        raise typer.BadParameter(f"{source!r} is no registration Rollbook replays; webreg is")
    with _stopping("replays come with the source, use a checkout: ", ImportError):
        from tests.replays import webreg
    with _stopping("the replay stopped: ", webreg.ReplayProblem):
        found = webreg.replay(
            directory,
            keep,
            term=term,
            modes=mode or webreg.MODES,
            picture=picture,
            bars=lambda name: progress_bar(name, out),
        )
    conclude(found, report)


@cli.command()
def schema() -> None:
    """Print the GraphQL schema, sorted."""
    typer.echo(sdl(), nl=False)


@cli.command()
def facts(
    after: int = typer.Option(0, help="Only those behind this position."),
    limit: int = typer.Option(100, help="How many at most."),
) -> None:
    """Print facts as the log has them: position, time, stream, type and payload."""
    path = _settings().data_dir / "log.db"
    if not path.exists():
        raise typer.BadParameter(f"there is no log at {path}")
    log = SQLiteLog(path, writing=False)
    for recorded in log.read(after, limit):
        typer.echo(printed(recorded))
    log.close()


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
