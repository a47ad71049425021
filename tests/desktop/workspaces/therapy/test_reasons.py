"""What a pharmacy changes of a line stands at the line in the prescriber's window, with its why."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from clinicdesk.contract.entities import (
    ItemStatus,
    Medicine,
    OrderStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.core.notices import NoticeKind
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.models.prescription_items import ItemColumn
from clinicdesk.desktop.shell.notice_words import notice_look, notice_words
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from tests.core.sample import an_id
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import DemoRows, Room, an_order, settled, until


async def at_the_pharmacy(
    opening: Opening, demo: DemoRows
) -> tuple[Room[PrescriptionsWorkspace], Prescription, PrescriptionItem]:
    """A prescription that is paid for, shown by its prescriber; and its first line."""
    room = await opening(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.SENT)
    await settled()
    shown = room.place.detail.prescription
    paid = replace(
        shown, version=shown.version + 1, status=PrescriptionStatus.PAID, paid_at=demo.now,
        paid_minor=shown.total_minor, updated_at=demo.now,
    )  # fmt: skip
    await room.feed(paid)
    items = sorted(room.desk.replica.items.of(paid.id), key=lambda item: item.line)
    return room, paid, items[0]


def another(line: PrescriptionItem, medicines: list[Medicine]) -> PrescriptionItem:
    other = next(each for each in medicines if each.id != line.medicine_id)
    return replace(
        line, version=line.version + 1, substitute_id=other.id, substitute_brand="Novabrand",
        substitution_reason="Out of stock", prescribed_minor=line.amount_minor,
        amount_minor=line.amount_minor + 1_000,
    )  # fmt: skip


def told(room: Room[PrescriptionsWorkspace]) -> CellContent:
    content: CellContent = room.place.detail.items.index(0, ItemColumn.MEDICINE).data(CONTENT_ROLE)
    return content


async def test_another_product_is_named_with_its_reason_and_price(
    open_place: Opening, demo: DemoRows
) -> None:
    room, _, line = await at_the_pharmacy(open_place, demo)
    assert line.brand in told(room).second
    await room.feed(another(line, demo.medicines))
    (remark,) = told(room).remarks
    assert f"Novabrand instead of {line.brand}" in remark
    assert "10.00 more" in remark
    assert remark.endswith("Out of stock")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"status": ItemStatus.ON_HOLD, "hold_reason": "Asking you for the dose"},
            "On hold: Asking you for the dose",
        ),
        (
            {"status": ItemStatus.CANCELLED, "decline_reason": "Cannot be had"},
            "Cancelled: Cannot be had",
        ),
        (
            {"status": ItemStatus.DECLINED, "decline_reason": "Has enough at home"},
            "Declined: Has enough at home",
        ),
    ],
)
async def test_the_pharmacys_reasons_are_read_at_the_line(
    open_place: Opening, demo: DemoRows, changes: dict[str, Any], said: str
) -> None:
    room, _, line = await at_the_pharmacy(open_place, demo)
    await room.feed(replace(line, version=line.version + 1, **changes))
    assert told(room).remarks == (said,)


async def test_the_notices_keep_the_promises_of_the_counters_sheets(
    open_place: Opening, demo: DemoRows
) -> None:
    room, paid, line = await at_the_pharmacy(open_place, demo)
    other = another(line, demo.medicines)
    for row in (
        other,
        replace(line, version=other.version + 1),
        replace(line, version=other.version + 2, status=ItemStatus.ON_HOLD, hold_reason="Dose?"),
        replace(line, version=other.version + 3, status=ItemStatus.DECLINED, decline_reason="No"),
    ):
        await room.feed(replace(row, updated_by=an_id("pia")))
    rest = replace(line, version=other.version + 4, status=ItemStatus.OWING, owing=1)
    await room.feed(rest)
    await room.feed(replace(rest, version=rest.version + 1, status=ItemStatus.CANCELLED))
    pharmacy = room.desk.replica.pharmacies.get(paid.pharmacy_id)
    assert pharmacy is not None
    notices = [each for each in room.desk.notices.all() if each.entity_id == paid.id][::-1]
    assert [(each.kind, notice_words(each, room.desk.replica)) for each in notices] == [
        (NoticeKind.PRESCRIPTION_PAID, f"Paid at {pharmacy.name}"),
        (NoticeKind.ITEM_SUBSTITUTED, f"Another product is supplied at {pharmacy.name}"),
        (NoticeKind.ITEM_RESTORED, f"Supplied as written, after all, at {pharmacy.name}"),
        (NoticeKind.ITEM_HELD, f"A line is on hold at {pharmacy.name}"),
        (NoticeKind.ITEM_DECLINED, f"A line was declined at {pharmacy.name}"),
        (NoticeKind.ITEM_CANCELLED, f"A line was cancelled at {pharmacy.name}"),
    ]
    assert all(notice_look(each).word != "Changed" for each in notices)


async def test_a_notice_names_the_pharmacy_where_it_happened_also_when_it_went_on_to_another(
    open_place: Opening, demo: DemoRows
) -> None:
    room, paid, _ = await at_the_pharmacy(open_place, demo)
    first = room.desk.replica.pharmacies.get(paid.pharmacy_id)
    others = (each for each in room.desk.replica.pharmacies.values() if each.id != paid.pharmacy_id)
    assert first is not None
    other = next(others)
    await room.feed(replace(paid, version=paid.version + 1, pharmacy_id=other.id))
    (told_of,) = [each for each in room.desk.notices.all() if each.entity_id == paid.id]
    assert notice_words(told_of, room.desk.replica) == f"Paid at {first.name}"
    unknown = replace(told_of, pharmacy_id=None)
    assert notice_words(unknown, room.desk.replica) == "Paid"


async def test_what_goes_to_the_patient_is_told_as_that(
    open_place: Opening, demo: DemoRows
) -> None:
    room, paid, _ = await at_the_pharmacy(open_place, demo)
    pharmacy = room.desk.replica.pharmacies.get(paid.pharmacy_id)
    assert pharmacy is not None
    ready = replace(
        paid, version=paid.version + 1, status=PrescriptionStatus.FULFILLED, delivery=True
    )
    over = replace(ready, version=ready.version + 1, status=PrescriptionStatus.COMPLETED)
    order = an_order(paid, demo.now)
    await room.feed(ready)
    await room.feed(over, replace(order, status=OrderStatus.DELIVERED))
    over_told, ready_told, _ = (
        each for each in room.desk.notices.all() if each.entity_id == paid.id
    )
    replica = room.desk.replica
    assert notice_words(ready_told, replica) == f"Ready to deliver from {pharmacy.name}"
    assert notice_words(over_told, replica) == f"Delivered by {pharmacy.name}"
    assert [notice_look(each).word for each in (ready_told, over_told)] == [
        "Ready to deliver",
        "Delivered",
    ]


async def test_opening_a_prescription_reads_what_was_told_of_it(
    open_place: Opening, demo: DemoRows
) -> None:
    room, paid, _ = await at_the_pharmacy(open_place, demo)
    assert room.desk.notices.unread_of(paid.id)
    room.place.detail.show_prescription(None)
    room.place.detail.show_prescription(paid.id)
    await until(lambda: not room.desk.notices.unread_of(paid.id))
