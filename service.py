"""The composition root: settings, the service's parts wired together, the web app and the CLI."""

import json
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import jwt
import typer
import uvicorn
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from rich.console import Console
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from read_side.projector import Projector
from read_side.store import ViewStore
from read_side.tally import episodes, leavers
from read_side.views import VIEWS
from schema.context import ServiceEdge, Services
from schema.errors import ApiError
from schema.execution import Executor
from schema.http import GraphQLHTTP
from schema.ids import key_of
from schema.limits import Limits
from schema.names import NameIndex
from schema.ops import ops_routes
from schema.pages import page_routes
from schema.root import build_schema, sdl
from schema.viewer import ROLES, Tokens
from schema.websocket import GraphQLSocket
from schema.welcome import welcome
from write_side.events import Role, fact_types
from write_side.imports import demo, oulad
from write_side.imports.progress import progress_bar
from write_side.log.codec import UnknownFact, printed
from write_side.log.sqlite import LogInUse, SQLiteLog
from write_side.registrar import Registrar, utc_now
from write_side.scheduler import Scheduler
from write_side.vault import Vault, WrongMasterKey, master_key, secret_file

ROOT = Path(__file__).parent


class Settings(BaseSettings):
    """Everything that can be set, each by ROLLBOOK_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="ROLLBOOK_")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, description="Port to listen on.")
    data_dir: Path = Field(Path("var"), description="Where the embedded files are.")
    demo: bool = Field(True, description="Fill an empty log with a small demo term.")
    vault_key: SecretStr | None = Field(
        None,
        description="Master key of the vault, 32 bytes in base64; made in the data dir if absent.",
    )
    token_secret: SecretStr | None = Field(
        None, description="Secret tokens are signed with; made in the data dir if absent."
    )
    jwks_url: str | None = Field(None, description="Where public keys of tokens are, instead.")
    queue_size: int = Field(10_000, description="Commands that may wait; beyond it: OVERLOADED.")
    log_level: str = Field("INFO", description="Of Rollbook's own log.")


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
    executor, edge = Executor(build_schema()), ServiceEdge(service.services)
    return Starlette(
        routes=[
            Route("/graphql", GraphQLHTTP(executor, edge)),
            WebSocketRoute("/graphql", GraphQLSocket(executor, edge)),
            *ops_routes(service.services, sdl()),
            *page_routes(ROOT / "web" / "dist"),
        ]
    )


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
    try:
        with open_service(settings, projecting=projecting) as service:
            yield service
    except (LogInUse, UnknownFact, WrongMasterKey) as problem:
        out.print(str(problem), soft_wrap=True)
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


@cli.command()
def serve(
    host: str | None = typer.Option(None, help="Address to listen on (ROLLBOOK_HOST)."),
    port: int | None = typer.Option(None, help="Port to listen on (ROLLBOOK_PORT)."),
) -> None:
    """Run the service: API, playground and projector in one process."""
    settings = _settings()
    settings.host = settings.host if host is None else host
    settings.port = settings.port if port is None else port
    logging.basicConfig(level=settings.log_level, format="%(levelname)s %(name)s: %(message)s")
    with _opened(settings) as service:
        if settings.demo and service.log.head() == 0:
            demo.fill(service.registrar.submit, datetime.now(UTC))
            service.catch_up()
        config = uvicorn.Config(
            create_app(service),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            ws_max_size=Limits().max_bytes * 2,
            timeout_graceful_shutdown=3,
        )
        listening = config.bind_socket()
        address = f"http://{settings.host}:{listening.getsockname()[1]}"
        out.print(
            *welcome(address, service.services, demo.STUDENT_NUMBER), sep="\n", soft_wrap=True
        )
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):  # uvicorn raises the signal it stopped for once more
            uvicorn.Server(config).run([listening])
    out.print("stopped")


@cli.command()
def token(
    role: Role = typer.Option(..., case_sensitive=False, help="In which role."),
    student: str | None = typer.Option(None, help="For role student: their id."),
    hours: float = typer.Option(12, help="How long it is good for."),
) -> None:
    """Print a bearer token for development, alone on its line."""
    if role not in ROLES:
        raise typer.BadParameter(f"nobody may hold a token for {role.value}")
    if role is Role.STUDENT and student is None:
        raise typer.BadParameter("a student's token needs --student ID")
    key = None
    if student is not None:
        try:
            key = key_of(student, "Student")
        except ApiError as error:
            raise typer.BadParameter(error.message) from None
    name = role.value.lower() if key is None else f"student:{key.hex}"
    typer.echo(tokens(_settings()).make(role, name=name, student=key, hours=hours))


@cli.command("import")
def import_(
    source: str = typer.Argument(help="Which data set: oulad."),
    directory: Path = typer.Argument(help="Where its files are."),
    report: Path | None = typer.Option(None, help="Write what was found here, as JSON."),
) -> None:
    """Send a real university's registrations through the commands and check every count."""
    if source != "oulad":
        raise typer.BadParameter(f"{source!r} is no data set Rollbook reads; oulad is")
    try:
        with _opened(_settings()) as service:
            data = oulad.read(directory)
            with progress_bar("importing", out) as progress:
                find = oulad.student_finder(service.log)
                run = oulad.run(data, service.registrar.submit, progress, find)
            out.print("waiting for the views ...")
            service.catch_up()
            with service.store.reading() as session:
                found = oulad.compare(data, run, episodes(session), leavers(session))
    except oulad.ImportProblem as problem:
        out.print(f"the import stopped: {problem}", soft_wrap=True)
        raise typer.Exit(1) from None
    typer.echo(found.text())
    if report is not None:
        report.write_text(json.dumps(found.document, indent=2))
    raise typer.Exit(0 if found.ok else 1)


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
