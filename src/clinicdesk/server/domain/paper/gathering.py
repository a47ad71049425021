"""The facts of a prescription's paper."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.access import View, audience_of, scopes_of, view_for
from clinicdesk.contract.entities import (
    Clinic,
    Patient,
    Pharmacy,
    Practitioner,
    Prescription,
    PrescriptionItem,
)
from clinicdesk.contract.problems import Conflict, NotAllowed, NotFound, Refusal
from clinicdesk.printing.facts import PrescriptionFacts, Printing
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.prescribing import no_such_prescription

if TYPE_CHECKING:
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.paper", "paper.sql")


class _Found(Struct, frozen=True):
    header: Prescription
    clinic: Clinic
    practitioner: Practitioner | None
    patient: Patient | None
    pharmacy: Pharmacy | None
    items: list[PrescriptionItem]
    units: dict[UUID, str]


_decoder = msgspec.json.Decoder(_Found)


async def prescription_facts(
    tx: Transaction, actor: MemberActor, prescription_id: UUID, at: datetime
) -> PrescriptionFacts | Refusal:
    """What its paper says, for who sees it in full; how often it was printed is not known yet.

    Refuses what the actor does not see, sees without its clinical text, or is not signed: a draft
    on paper could be taken for a prescription.
    """
    key = {"clinic_id": actor.member.clinic_id, "prescription_id": prescription_id}
    text = await tx.value(_QUERIES["prescription"], key)
    if text is None:
        return no_such_prescription()
    found = _decoder.decode(text)
    audience = audience_of("prescription", msgspec.to_builtins(found.header))
    if view_for(scopes_of(actor.member), audience) is not View.FULL:
        return NotAllowed(
            detail=f"Your role ({actor.member.role}) does not read prescriptions in full, so it "
            "cannot have them on paper."
        )
    if found.header.signed_at is None:
        return Conflict(
            detail=f"{found.header.code} is a draft: sign it first, then it can be printed."
        )
    if found.patient is None or found.practitioner is None:
        return NotFound(detail="The patient is not yours to see.", entity="patient")
    return PrescriptionFacts(
        clinic=found.clinic,
        practitioner=found.practitioner,
        patient=found.patient,
        prescription=found.header,
        items=found.items,
        pharmacy=found.pharmacy,
        units=found.units,
        printing=Printing(at=at, by=actor.member.name),
    )
