"""Lists and search: what a desk asks for beside its working set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from clinicdesk.contract.codes import typed_code
from clinicdesk.contract.entities import Patient, PrescriptionStatus
from clinicdesk.contract.problems import InvalidField, NotFound
from clinicdesk.contract.reading import CurrentMedicines, PrescriptionDetail, PrescriptionPage
from clinicdesk.contract.session import (
    CURRENT_MEDICINES,
    PATIENT_SEARCH,
    PRESCRIPTION_BY_CODE,
    PRESCRIPTION_LIST,
)
from clinicdesk.server.database.search import LONGEST_SEARCH, patients_by_text
from clinicdesk.server.domain.prescribing import no_such_prescription
from clinicdesk.server.domain.prescribing.reading import (
    LONGEST_LIST,
    Place,
    prescription_detail,
    prescription_with_code,
    prescriptions,
)
from clinicdesk.server.domain.safety import current_medicines
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.bodies import JSON, path_id
from clinicdesk.server.http.cursors import After, place_in_time
from clinicdesk.server.http.problems import AnyRequest, documented, problem_response

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from clinicdesk.server.database.database import Database

Limit = Annotated[int, QueryParameter(ge=1, le=LONGEST_LIST, description="Most rows to answer.")]
Typed = Annotated[
    str, QueryParameter(max_length=LONGEST_SEARCH, description="What a person typed.")
]


class PatientsFound(Struct, frozen=True, kw_only=True):
    """Best first."""

    patients: list[Patient]


def read_routes(database: Database) -> list[HTTPRouteHandler]:
    """The reading routes, each under the member's row-level security."""

    @get(
        PRESCRIPTION_LIST,
        operation_id="prescriptions",
        tags=["reading"],
        responses=documented(PrescriptionPage),
        name="prescriptions",
    )
    async def list_prescriptions(
        authenticated: SignedInAs,
        status: FromQuery[PrescriptionStatus | None] = None,
        patient_id: FromQuery[UUID | None] = None,
        limit: Limit = LONGEST_LIST,
        after: After = None,
    ) -> Response[bytes]:
        place = place_in_time(after, Place)
        async with database.snapshot(authenticated.actor.ids) as tx:
            found = await prescriptions(
                tx,
                authenticated.actor,
                status=status,
                patient_id=patient_id,
                after=place,
                limit=limit,
            )
        more = f"{found[-1].created_at.isoformat()}~{found[-1].id}" if len(found) == limit else None
        return _json(PrescriptionPage(prescriptions=found, next_after=more))

    @get(
        PRESCRIPTION_LIST + "/{prescription_id:str}",
        operation_id="prescription",
        tags=["reading"],
        responses=documented(PrescriptionDetail),
        name="prescription",
    )
    async def one_prescription(request: AnyRequest, authenticated: SignedInAs) -> Response[bytes]:
        prescription_id = path_id(request.path_params, "prescription_id")
        async with database.snapshot(authenticated.actor.ids) as tx:
            found = await prescription_detail(tx, authenticated.actor, prescription_id)
        return problem_response(no_such_prescription()) if found is None else _json(found)

    @get(
        PRESCRIPTION_BY_CODE.replace("{code}", "{code:str}"),
        operation_id="prescription_by_code",
        tags=["reading"],
        responses=documented(PrescriptionDetail),
        name="prescription by code",
    )
    async def with_code(request: AnyRequest, authenticated: SignedInAs) -> Response[bytes]:
        code = typed_code(request.path_params["code"])
        if code is None:
            return problem_response(_NO_CODE)
        async with database.snapshot(authenticated.actor.ids) as tx:
            found = await prescription_with_code(tx, authenticated.actor, code)
        return problem_response(_not_seen(code)) if found is None else _json(found)

    @get(
        PATIENT_SEARCH,
        operation_id="find_patients",
        tags=["reading"],
        responses=documented(PatientsFound),
        name="patient search",
    )
    async def find_patients(
        authenticated: SignedInAs, q: Typed, limit: Limit = 20
    ) -> Response[bytes]:
        async with database.snapshot(authenticated.actor.ids) as tx:
            found = await patients_by_text(tx, q, limit=limit)
        return _json(PatientsFound(patients=found))

    @get(
        CURRENT_MEDICINES.replace("{patient_id}", "{patient_id:str}"),
        operation_id="current_medicines",
        tags=["reading"],
        responses=documented(CurrentMedicines),
        name="current medicines",
    )
    async def taken_now(request: AnyRequest, authenticated: SignedInAs) -> Response[bytes]:
        patient_id = path_id(request.path_params, "patient_id")
        async with database.snapshot(authenticated.actor.ids) as tx:
            found = await current_medicines(tx, patient_id)
        return _json(found)

    return [list_prescriptions, one_prescription, with_code, find_patients, taken_now]


_NO_CODE: Final = InvalidField(
    detail="A prescription's code is RX, a hyphen and five letters and digits, as RX-7F3K2.",
    field="code",
)


def _not_seen(code: str) -> NotFound:
    return NotFound(
        detail=f"There is no prescription with the code {code} that you may see. Compare its "
        "letters with the print, or find it by the patient.",
        entity="prescription",
    )


def _json(body: Any) -> Response[bytes]:
    return Response(msgspec.json.encode(body), media_type=JSON)
