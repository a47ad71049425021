"""What a pharmacy sends back comes before its prescriber, who sends it elsewhere."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtWidgets import QComboBox, QLabel

from clinicdesk.contract.commands import RerouteOrder
from clinicdesk.contract.entities import OrderResponse, PrescriptionStatus
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import DemoRows, Room, sent_back, settled, until


async def with_one_sent_back(
    opening: Opening, demo: DemoRows, **changes: Any
) -> Room[PrescriptionsWorkspace]:
    room = await opening(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.SENT)
    await settled()
    shown = room.place.detail.prescription
    paid = replace(
        shown, version=shown.version + 1, status=PrescriptionStatus.PAID, paid_at=demo.now,
        paid_minor=shown.total_minor, updated_at=demo.now,
    )  # fmt: skip
    await room.feed(paid, sent_back(paid, demo.now, **changes))
    return room


async def test_the_answer_and_the_quote_are_shown(open_place: Opening, demo: DemoRows) -> None:
    room = await with_one_sent_back(open_place, demo)
    banner = room.find(Banner, "sent_back")
    assert banner.isVisible()
    said = " ".join(part.text() for part in banner.findChildren(QLabel))
    assert "Only the imported brand" in said
    assert "642.50" in said


async def test_another_pharmacy_is_chosen_and_the_order_goes_there(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await with_one_sent_back(
        open_place, demo, response=OrderResponse.OUT_OF_STOCK, quoted_minor=None
    )
    detail = room.place.detail
    detail.reroute()
    choice = room.find(QComboBox, "reroute_choice")
    await until(lambda: choice.count() > 0)
    pharmacies = room.desk.replica.pharmacies
    before = detail.prescription.pharmacy_id
    assert pharmacies.get(before).name not in choice.currentText()
    detail.reroute_sheet.confirm()
    await until(lambda: room.desk.outbox.entries())
    (entry,) = room.desk.outbox.entries()
    assert isinstance(entry.command, RerouteOrder)
    assert entry.command.pharmacy_id != before


async def test_a_quote_can_be_taken(open_place: Opening, demo: DemoRows) -> None:
    room = await with_one_sent_back(open_place, demo)
    detail = room.place.detail
    detail.reroute()
    choice = room.find(QComboBox, "reroute_choice")
    await until(lambda: choice.count() > 0)
    quoted = [n for n in range(choice.count()) if "642.50" in choice.itemText(n)]
    assert len(quoted) == 1
    choice.setCurrentIndex(quoted[0])
    before = detail.prescription.pharmacy_id
    detail.reroute_sheet.confirm()
    await until(lambda: room.desk.outbox.entries())
    (entry,) = room.desk.outbox.entries()
    assert isinstance(entry.command, RerouteOrder)
    assert entry.command.pharmacy_id == before
