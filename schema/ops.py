"""For whoever runs Rollbook: health, metrics and the schema as a file."""

from collections.abc import Callable, Collection, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from read_side.changes import Changes
from schema.answering.live import Live
from schema.payload import METRICS

READY_LAG = 1_000


class ServiceState(Collector):
    """What a process stands at when it is asked."""

    def __init__(
        self,
        head: Callable[[], int],
        changes: Changes,
        waiting: Callable[[], int] | None,
        led: Callable[[], Collection[str]],
        live: Live | None,
    ) -> None:
        self._head = head
        self._changes = changes
        self._waiting = waiting
        self._led = led
        self._live = live

    def collect(self) -> Iterator[GaugeMetricFamily]:
        head, led = self._head(), self._led()
        yield GaugeMetricFamily("rollbook_log_position", "Position of the newest fact.", head)
        if self._waiting is not None:
            waiting = self._waiting()
            yield GaugeMetricFamily("rollbook_commands_waiting", "Commands in the queue.", waiting)
        if self._live is not None:
            text = "Subscriptions that share their evaluation."
            yield GaugeMetricFamily("rollbook_subscribers", text, self._live.listeners)
            text = "How many different ones these are."
            yield GaugeMetricFamily("rollbook_shared_subscriptions", text, len(self._live))
        lag = GaugeMetricFamily(
            "rollbook_view_lag", "Facts a view has still to take in.", labels=["view"]
        )
        leads = GaugeMetricFamily(
            "rollbook_view_led", "1 where this process projects the view.", labels=["view"]
        )
        for name, position in self._changes.positions.items():
            lag.add_metric([name], max(0, head - position))
            leads.add_metric([name], name in led)
        yield lag
        yield leads


def ops_app(
    head: Callable[[], int], changes: Changes, *, led: Callable[[], Collection[str]]
) -> Starlette:
    """What a process that only projects answers."""
    return Starlette(routes=ops_routes(head, changes, led=led))


def ops_routes(
    head: Callable[[], int],
    changes: Changes,
    *,
    led: Callable[[], Collection[str]],
    waiting: Callable[[], int] | None = None,
    live: Live | None = None,
) -> list[BaseRoute]:
    """/health/live, /health/ready and /metrics."""
    registry = CollectorRegistry()
    registry.register(ServiceState(head, changes, waiting, led, live))

    def alive(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    def ready(_request: Request) -> Response:
        newest = head()
        lag = max(newest - position for position in changes.positions.values())
        behind = lag > READY_LAG
        status = "behind" if behind else "ready"
        return JSONResponse({"status": status, "lag": lag}, status_code=503 if behind else 200)

    def metrics(_request: Request) -> Response:
        body = generate_latest(METRICS) + generate_latest(registry)
        return Response(body, media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/health/live", alive),
        Route("/health/ready", ready),
        Route("/metrics", metrics),
    ]


def schema_routes(sdl: str, possible_types: str) -> list[BaseRoute]:
    """/schema.graphql and /possibleTypes.json: the schema as files."""

    def schema(_request: Request) -> Response:
        return PlainTextResponse(sdl)

    def types(_request: Request) -> Response:
        return Response(possible_types, media_type="application/json")

    return [Route("/schema.graphql", schema), Route("/possibleTypes.json", types)]
