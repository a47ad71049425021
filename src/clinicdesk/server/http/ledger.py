"""The stock's ledger, to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from clinicdesk.contract.problems import InvalidField
from clinicdesk.contract.reading import MovementPage
from clinicdesk.contract.session import STOCK_LEDGER
from clinicdesk.server.domain.stock.movements import LONGEST_LEDGER, Entry, movements
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.bodies import JSON, path_id
from clinicdesk.server.http.cursors import After, place_in_time
from clinicdesk.server.http.problems import AnyRequest, Refused, documented

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from clinicdesk.server.database.database import Database

Limit = Annotated[int, QueryParameter(ge=1, le=LONGEST_LEDGER, description="Most rows to answer.")]


def ledger_route(database: Database) -> HTTPRouteHandler:
    """`GET /api/stock/levels/{medicine_id}/movements`."""

    @get(
        STOCK_LEDGER.replace("{medicine_id}", "{medicine_id:str}"),
        operation_id="movements",
        tags=["reading"],
        description="Of the member's own pharmacy; who has none names one.",
        responses=documented(MovementPage),
        name="movements",
    )
    async def ledger(
        request: AnyRequest,
        authenticated: SignedInAs,
        pharmacy_id: FromQuery[UUID | None] = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Response[bytes]:
        medicine_id = path_id(request.path_params, "medicine_id")
        whose = pharmacy_id or authenticated.member.pharmacy_id
        if whose is None:
            detail = "You work at no pharmacy; say in pharmacy_id whose ledger you want to see."
            raise Refused(InvalidField(detail=detail, field="pharmacy_id"))
        place = place_in_time(after, Entry)
        async with database.snapshot(authenticated.actor.ids) as tx:
            found = await movements(
                tx,
                authenticated.member.clinic_id,
                whose,
                medicine_id,
                after=place,
                limit=limit,
            )
        more = f"{found[-1].at.isoformat()}~{found[-1].id}" if len(found) == limit else None
        page = MovementPage(movements=found, next_after=more)
        return Response(msgspec.json.encode(page), media_type=JSON)

    return ledger
