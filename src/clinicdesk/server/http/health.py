"""For whoever watches over the server: is it alive, is it ready, what does it measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from clinicdesk.server.database.errors import DatabaseDown
from clinicdesk.server.http.problems import problem_response, unavailable

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from clinicdesk.server.database.database import Database
    from clinicdesk.server.telemetry import Metrics


def health_routes(database: Database, metrics: Metrics) -> list[HTTPRouteHandler]:
    """`/healthz`, `/readyz` and `/metrics`; none needs a token."""

    @get("/healthz", media_type="text/plain", include_in_schema=False, name="health")
    async def healthz() -> str:
        return "alive\n"

    @get("/readyz", media_type="text/plain", include_in_schema=False, name="readiness")
    async def readyz() -> Response[str] | Response[bytes]:
        try:
            async with database.on_the_feed() as tx:
                await tx.value("select 1")
        except DatabaseDown:
            return problem_response(unavailable())
        return Response("ready\n", media_type="text/plain")

    @get("/metrics", include_in_schema=False, name="metrics")
    async def measurements() -> Response[bytes]:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return [healthz, readyz, measurements]
