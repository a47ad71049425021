"""The verdict on a scanned prescription."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from litestar import Response, post
from litestar.params import JSONBody

from clinicdesk.contract.scanning import SCAN, ScanAnswer, ScannedCode
from clinicdesk.server.domain.prescribing.scanning import scanned
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.bodies import JSON, StrictBody, path_id
from clinicdesk.server.http.problems import AnyRequest, documented, problem_response

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from litestar.handlers import HTTPRouteHandler

    from clinicdesk.server.database.database import Database
    from clinicdesk.server.telemetry import Metrics


def scan_route(
    database: Database, metrics: Metrics, now: Callable[[], datetime]
) -> HTTPRouteHandler:
    """`POST` of `SCAN`, under the member's row-level security. It changes nothing."""

    @post(
        SCAN.replace("{prescription_id}", "{prescription_id:str}"),
        status_code=200,
        dto=StrictBody[ScannedCode],
        return_dto=None,
        operation_id="scan",
        tags=["reading"],
        responses=documented(ScanAnswer),
        name="scan",
    )
    async def scan(
        request: AnyRequest, authenticated: SignedInAs, data: JSONBody[ScannedCode]
    ) -> Response[bytes]:
        prescription_id = path_id(request.path_params, "prescription_id")
        async with database.snapshot(authenticated.actor.ids) as tx:
            answer = await scanned(tx, authenticated.actor, prescription_id, data.code, now())
        if not isinstance(answer, ScanAnswer):
            metrics.scan("unknown")
            return problem_response(answer)
        metrics.scan(answer.verdict)
        return Response(msgspec.json.encode(answer), media_type=JSON)

    return scan
