"""For whoever runs Rollbook: health, metrics and the schema as a file."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from schema.context import Services
from schema.payload import METRICS

READY_LAG = 1_000


class ServiceState(Collector):
    """What the service stands at when it is asked."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[GaugeMetricFamily]:
        head = self._services.head()
        yield GaugeMetricFamily("rollbook_log_position", "Position of the newest fact.", head)
        waiting = self._services.registrar.waiting
        yield GaugeMetricFamily("rollbook_commands_waiting", "Commands in the queue.", waiting)
        lag = GaugeMetricFamily(
            "rollbook_view_lag", "Facts a view has still to take in.", labels=["view"]
        )
        for name, position in self._services.changes.positions.items():
            lag.add_metric([name], max(0, head - position))
        yield lag


def ops_routes(services: Services, sdl: str) -> list[BaseRoute]:
    """/health/live, /health/ready, /metrics and /schema.graphql."""
    registry = CollectorRegistry()
    registry.register(ServiceState(services))

    def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    def ready(_request: Request) -> Response:
        head = services.head()
        lag = max(head - position for position in services.changes.positions.values())
        behind = lag > READY_LAG
        status = "behind" if behind else "ready"
        return JSONResponse({"status": status, "lag": lag}, status_code=503 if behind else 200)

    def metrics(_request: Request) -> Response:
        body = generate_latest(METRICS) + generate_latest(registry)
        return Response(body, media_type=CONTENT_TYPE_LATEST)

    def schema(_request: Request) -> Response:
        return PlainTextResponse(sdl)

    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/metrics", metrics),
        Route("/schema.graphql", schema),
    ]
