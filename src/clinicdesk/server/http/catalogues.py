"""The pages of formularies, price lists and rule sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from litestar import Response, get
from litestar.params import QueryParameter

from clinicdesk.contract.problems import NotFound
from clinicdesk.contract.session import FORMULARY_PAGE, PRICE_PAGE, RULE_PAGE
from clinicdesk.server.domain.catalogues import (
    LONGEST_PAGE,
    MEDICINES,
    PRICES,
    RULES,
    Catalogue,
    page_after,
    parse_after,
)
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.bodies import path_id
from clinicdesk.server.http.compression import compressed
from clinicdesk.server.http.cursors import After, bad_cursor
from clinicdesk.server.http.problems import AnyRequest, documented, problem_response

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from clinicdesk.server.database.database import Database

PageLimit = Annotated[
    int, QueryParameter(ge=1, le=LONGEST_PAGE, description="Most rows to answer.")
]


def catalogue_routes(database: Database) -> list[HTTPRouteHandler]:
    """A route for each kind of list, under the member's row-level security."""
    return [
        _route(database, MEDICINES, FORMULARY_PAGE),
        _route(database, PRICES, PRICE_PAGE),
        _route(database, RULES, RULE_PAGE),
    ]


def _route(database: Database, catalogue: Catalogue, path: str) -> HTTPRouteHandler:
    in_path = "{" + catalogue.key + "}"

    @get(
        path.replace(in_path, in_path[:-1] + ":str}"),
        operation_id=catalogue.rows,
        tags=["reading"],
        responses=documented(catalogue.page),
        name=catalogue.rows,
    )
    async def page(
        request: AnyRequest,
        authenticated: SignedInAs,
        after: After = None,
        limit: PageLimit = 2000,
    ) -> Response[bytes]:
        list_id = path_id(request.path_params, catalogue.key)
        begin = parse_after(after or "0")
        if begin is None:
            raise bad_cursor()
        async with database.snapshot(authenticated.actor.ids) as tx:
            found = await page_after(
                tx, catalogue, authenticated.member.clinic_id, list_id, begin, limit
            )
        if found is None:
            missing = NotFound(detail=f"There is no such {catalogue.named}.", entity=catalogue.head)
            return problem_response(missing)
        return await compressed(found, request.headers.get("accept-encoding", ""))

    return page
