"""The front desk takes no payment, and says where it is taken."""

from __future__ import annotations

from msgspec.structs import replace

from clinicdesk.contract.access import COMMANDS
from clinicdesk.contract.entities import PrescriptionStatus, Role
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.workspaces.patients.workspace import PatientsWorkspace
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import DemoRows, settled


async def test_an_unpaid_prescription_says_where_it_is_paid(
    open_place: Opening, demo: DemoRows
) -> None:
    assert Role.RECEPTION not in COMMANDS["take_payment"]
    room = await open_place(PatientsWorkspace)
    unpaid = next(
        each
        for each in demo.prescriptions
        if each.signed_at is not None and each.status is PrescriptionStatus.DRAFT
    )
    pharmacy = room.desk.replica.pharmacies.get(unpaid.pharmacy_id)
    assert pharmacy is not None
    assert room.place.open_thing("prescription", unpaid.id)
    await settled()

    def told() -> list[str]:
        model = room.place.page.history.model
        rows = [model.index(place, 0).data(CONTENT_ROLE) for place in range(model.rowCount())]
        return next(
            row.secondary.split(" · ")
            for row in rows
            if isinstance(row, RowContent) and row.key == unpaid.id
        )

    assert f"Pays at {pharmacy.name}" in told()
    await room.feed(replace(unpaid, version=2, status=PrescriptionStatus.PAID, paid_at=demo.now))
    assert pharmacy.name in told()
