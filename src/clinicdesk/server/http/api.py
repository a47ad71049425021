"""The Litestar application: routes, limits, OpenAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Litestar
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from clinicdesk import __version__
from clinicdesk.server.http.authentication import authenticator
from clinicdesk.server.http.catalogues import catalogue_routes
from clinicdesk.server.http.commands import Seals, command_routes
from clinicdesk.server.http.health import health_routes
from clinicdesk.server.http.idempotency import Once
from clinicdesk.server.http.ledger import ledger_route
from clinicdesk.server.http.paper import paper_routes
from clinicdesk.server.http.price_import import price_import_routes
from clinicdesk.server.http.problems import MAX_BODY, exception_handlers
from clinicdesk.server.http.reads import read_routes
from clinicdesk.server.http.scanning import scan_route
from clinicdesk.server.http.session import session_routes
from clinicdesk.server.http.snapshot import Snapshots, snapshot_route

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from clinicdesk.server.database.database import Database
    from clinicdesk.server.domain.prescribing.sealing import Sealer
    from clinicdesk.server.domain.staff import Door, Renewal, Sessions
    from clinicdesk.server.telemetry import Metrics


def make_api(
    *,
    database: Database,
    sessions: Sessions,
    door: Door,
    renewal: Renewal,
    metrics: Metrics,
    sealer: Sealer,
    hint: Callable[[UUID], None],
    now: Callable[[], datetime],
    name: str,
) -> Litestar:
    """The application.

    Args:
        database: What everything reads and writes.
        sessions: Who an access token stands for.
        door: Signing in.
        renewal: Refreshing.
        metrics: Told of each command and scan.
        sealer: Seals what is signed.
        hint: Called with the clinic after each commit of a command.
        now: The time, in UTC.
        name: What the server calls itself.
    """
    once = Once(database, hint)
    return Litestar(
        route_handlers=[
            *session_routes(door, renewal, sessions, now, name),
            *command_routes(once, metrics, Seals(database, sealer)),
            snapshot_route(Snapshots(database, now)),
            *read_routes(database),
            *catalogue_routes(database),
            ledger_route(database),
            *price_import_routes(database, once, metrics),
            *paper_routes(database, now),
            scan_route(database, metrics, now),
            *health_routes(database, metrics),
        ],
        dependencies={"authenticated": Provide(authenticator(sessions))},
        exception_handlers=exception_handlers(),
        request_max_body_size=MAX_BODY,
        openapi_config=_openapi(),
        logging_config=None,
        debug=False,
    )


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="clinicdesk",
        version=__version__,
        description="Commands, snapshots and sign-in. Refusals are application/problem+json.",
        path="/schema",
        # The pages that show a schema prettily load their scripts from the internet.
        render_plugins=[JsonRenderPlugin(path=["/", "/openapi.json"])],
        components=Components(
            security_schemes={
                "session": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")
            }
        ),
        security=[{"session": []}],
    )
