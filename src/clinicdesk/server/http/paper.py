"""Paper: prescriptions, registers and supply orders, and the prints that desks make themselves.

Each document that is handed out stands in the log before it is made. Making one takes its time, so
it is done in a thread.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import MAXYEAR, MINYEAR, date, datetime
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec.structs import replace

from clinicdesk.contract.paper import (
    PRESCRIPTION_PDF,
    PRINTS,
    REGISTER,
    SUPPLY_ORDER_PAPER,
    Document,
    PaperForm,
    Printed,
    PrintEntered,
    RegisterKind,
    supply_paper_of,
)
from clinicdesk.contract.problems import InvalidField, Problem
from clinicdesk.printing.facts import PrescriptionFacts, RegisterFacts, SupplyFacts
from clinicdesk.server.domain.paper import (
    enter_print,
    prescription_facts,
    register_facts,
    supply_facts,
    which_pharmacy,
)
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.bodies import JSON, StrictBody, path_id
from clinicdesk.server.http.problems import AnyRequest, Refused, documented, problem_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from litestar.handlers import HTTPRouteHandler

    from clinicdesk.server.database.database import Database

_TYPES: Final = {PaperForm.PDF: "application/pdf", PaperForm.CSV: "text/csv"}
"""The framework says of text that it is UTF-8."""

_FORMS: Final = {"pdf": PaperForm.PDF, "csv": PaperForm.CSV}
_COPY: Final = "Clinicdesk-Earlier-Prints"

FirstDay = Annotated[
    str, QueryParameter(name="from", max_length=10, description="The first day, as 2026-03-01.")
]
LastDay = Annotated[
    str, QueryParameter(name="to", max_length=10, description="The last day, included.")
]
Format = Annotated[str, QueryParameter(name="format", max_length=10, description="pdf or csv.")]
PharmacyId = FromQuery[uuid.UUID | None]

_Facts = TypeVar("_Facts", PrescriptionFacts, RegisterFacts, SupplyFacts)


def paper_routes(database: Database, now: Callable[[], datetime]) -> list[HTTPRouteHandler]:
    """The routes, each under the member's row-level security."""

    @get(
        PRESCRIPTION_PDF.replace("{prescription_id}", "{prescription_id:str}"),
        operation_id="prescription_pdf",
        tags=["paper"],
        responses=_documents("application/pdf"),
        media_type="application/pdf",
        name="prescription pdf",
    )
    async def prescription_pdf(request: AnyRequest, authenticated: SignedInAs) -> Response[bytes]:
        prescription_id = path_id(request.path_params, "prescription_id")
        printed = Printed(
            id=uuid.uuid4(),
            document=Document.PRESCRIPTION,
            subject_id=prescription_id,
            form=PaperForm.PDF,
        )
        async with database.as_member(authenticated.actor.ids) as tx:
            facts = await prescription_facts(tx, authenticated.actor, prescription_id, now())
            entered = None if isinstance(facts, Problem) else await enter_print(tx, printed)
        if isinstance(facts, Problem):
            return problem_response(facts)
        if not isinstance(entered, PrintEntered):
            return problem_response(_left(entered))
        facts = _printed_before(facts, entered)
        content = await asyncio.to_thread(_prescription, facts)
        return _document(content, f"{facts.prescription.code}.pdf", PaperForm.PDF, entered)

    @get(
        REGISTER.replace("{schedule}", "{schedule:str}"),
        operation_id="register",
        tags=["paper"],
        responses=_documents("application/pdf", "text/csv"),
        media_type="application/pdf",
        name="register",
    )
    async def register(
        request: AnyRequest,
        authenticated: SignedInAs,
        first: FirstDay,
        last: LastDay,
        form: Format = "pdf",
        pharmacy_id: PharmacyId = None,
    ) -> Response[bytes]:
        kind = _kind(str(request.path_params["schedule"]))
        begin, end, made_as = _day(first, "from"), _day(last, "to"), _form(form)
        pharmacy = which_pharmacy(authenticated.actor, pharmacy_id)
        if isinstance(pharmacy, Problem):
            return problem_response(pharmacy)
        what = f"{kind} {begin} {end}"
        printed = Printed(
            id=uuid.uuid4(),
            document=Document.REGISTER,
            subject_id=pharmacy,
            form=made_as,
            what=what,
        )
        async with database.as_member(authenticated.actor.ids) as tx:
            facts = await register_facts(tx, authenticated.actor, kind, pharmacy, begin, end, now())
            entered = None if isinstance(facts, Problem) else await enter_print(tx, printed)
        if isinstance(facts, Problem):
            return problem_response(facts)
        if not isinstance(entered, PrintEntered):
            return problem_response(_left(entered))
        facts = _printed_before(facts, entered)
        content = await asyncio.to_thread(_register, facts, made_as)
        name = f"register {what}.{made_as}".replace(" ", "-")
        return _document(content, name, made_as, entered)

    @get(
        SUPPLY_ORDER_PAPER.replace("{supply_order_id}", "{supply_order_id:str}"),
        operation_id="supply_order_paper",
        tags=["paper"],
        responses=_documents("application/pdf", "text/csv"),
        media_type="application/pdf",
        name="supply order paper",
    )
    async def supply_order_paper(
        request: AnyRequest, authenticated: SignedInAs, form: Format = "pdf"
    ) -> Response[bytes]:
        order_id = path_id(request.path_params, "supply_order_id")
        made_as = _form(form)
        entered: PrintEntered | Problem | None = None
        async with database.as_member(authenticated.actor.ids) as tx:
            facts = await supply_facts(tx, authenticated.actor, order_id, now())
            if not isinstance(facts, Problem):
                printed = Printed(
                    id=uuid.uuid4(),
                    document=Document.SUPPLY_ORDER,
                    subject_id=order_id,
                    form=made_as,
                    what=supply_paper_of(facts.order.status, made_as),
                )
                entered = await enter_print(tx, printed)
        if isinstance(facts, Problem):
            return problem_response(facts)
        if not isinstance(entered, PrintEntered):
            return problem_response(_left(entered))
        facts = _printed_before(facts, entered)
        content = await asyncio.to_thread(_supply_order, facts, made_as)
        return _document(content, f"{facts.order.code}.{made_as}", made_as, entered)

    @post(
        PRINTS,
        operation_id="enter_print",
        tags=["paper"],
        responses=documented(PrintEntered),
        dto=StrictBody[Printed],
        status_code=200,
        name="print",
    )
    async def entered_print(authenticated: SignedInAs, data: JSONBody[Printed]) -> Response[bytes]:
        async with database.as_member(authenticated.actor.ids) as tx:
            entered = await enter_print(tx, data)
        if isinstance(entered, Problem):
            return problem_response(entered)
        return Response(msgspec.json.encode(entered), media_type=JSON)

    return [prescription_pdf, register, supply_order_paper, entered_print]


def _prescription(facts: PrescriptionFacts) -> bytes:
    # The library takes a tenth of a second to load: not before somebody prints, and in a thread.
    from clinicdesk.printing.prescription import render_prescription

    return render_prescription(facts)


def _register(facts: RegisterFacts, form: PaperForm) -> bytes:
    from clinicdesk.printing.registers import render_csv, render_register

    return render_csv(facts) if form is PaperForm.CSV else render_register(facts)


def _supply_order(facts: SupplyFacts, form: PaperForm) -> bytes:
    from clinicdesk.printing.supply import render_csv, render_order

    return render_csv(facts) if form is PaperForm.CSV else render_order(facts)


def _printed_before(facts: _Facts, entered: PrintEntered) -> _Facts:
    return replace(facts, printing=replace(facts.printing, earlier=entered.earlier))


def _document(content: bytes, name: str, form: PaperForm, entered: PrintEntered) -> Response[bytes]:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        _COPY: str(entered.earlier),
    }
    return Response(content, media_type=_TYPES[form], headers=headers)


def _left(refusal: Problem | None) -> Problem:
    """The member's rights ended between reading and entering: what the entering says holds."""
    assert refusal is not None  # facts were read, so entering was tried
    return refusal


def _kind(text: str) -> RegisterKind:
    try:
        return RegisterKind(text)
    except ValueError as error:
        kinds = ", ".join(RegisterKind)
        detail = f"There is no register {text[:20]!r}: it is one of {kinds}."
        raise Refused(InvalidField(detail=detail, field="schedule")) from error


def _form(text: str) -> PaperForm:
    if text not in _FORMS:
        detail = "format should be pdf or csv."
        raise Refused(InvalidField(detail=detail, field="format"))
    return _FORMS[text]


def _day(text: str, field: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        detail = f"{field} should be a day as 2026-03-31."
        raise Refused(InvalidField(detail=detail, field=field)) from error
    if not MINYEAR + 1 < day.year < MAXYEAR:
        detail = f"{field} is not a day that a register can have."
        raise Refused(InvalidField(detail=detail, field=field))
    return day


def _documents(*media_types: str) -> dict[int, ResponseSpec]:
    made = ResponseSpec(
        bytes, media_type=media_types[0], generate_examples=False,
        description=f"The document: {' or '.join(media_types)}",
    )  # fmt: skip
    return {**documented(PrintEntered), 200: made}
