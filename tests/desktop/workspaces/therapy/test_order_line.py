"""How far the pharmacy is with an order stands before the eyes of its prescriber."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel, QWidget

from clinicdesk.contract.entities import OrderStatus, Prescription, PrescriptionStatus
from clinicdesk.desktop.design.content import CONTENT_ROLE
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from tests.core.sample import an_id
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import (
    DemoRows,
    Room,
    an_order,
    sent_back,
    settled,
    until,
)

NOON = "12:00"
"""In the clinic's zone."""


@pytest.fixture
async def room(open_place: Opening) -> Room[Any]:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.SENT)
    await settled()
    return room


def paid_by(shown: Prescription, demo: DemoRows, **changes: Any) -> Prescription:
    paid = replace(
        shown, version=shown.version + 1, status=PrescriptionStatus.PAID, paid_at=demo.now,
        paid_minor=shown.total_minor, updated_at=demo.now,
    )  # fmt: skip
    return replace(paid, **changes)


def said(room: Room[Any]) -> tuple[str, str, str]:
    """Code, state and steps."""
    return (
        room.find(QLabel, "order_code").text(),
        room.find(StatusPill, "order_state").pill.text,
        room.find(QLabel, "order_trail").text(),
    )


def status_in_the_list(room: Room[Any], prescription: Prescription) -> str:
    rows = room.place.rows
    rows.open_prescription(prescription)
    return str(rows.model.index(rows.model.place_of(prescription.id), 0).data(CONTENT_ROLE).status)


async def test_before_the_payment_the_pharmacy_stands_there_without_an_order(
    room: Room[Any], demo: DemoRows
) -> None:
    shown = room.place.detail.prescription
    pharmacy = next(p for p in demo.pharmacies if p.id == shown.pharmacy_id)
    assert room.find(ElidedLabel, "pharmacy_name").text() == pharmacy.name
    assert not room.find(QLabel, "order_code").isVisible()
    assert not room.find(StatusPill, "order_state").isVisible()
    assert "when it is paid for" in room.find(QLabel, "order_trail").text()


async def test_every_step_of_an_order_is_seen_as_it_is_made(
    room: Room[Any], demo: DemoRows
) -> None:
    paid = paid_by(room.place.detail.prescription, demo, delivery=True)
    order = an_order(paid, demo.now - timedelta(hours=2), delivery=True)
    await room.feed(paid, order)
    await until(lambda: room.find(QLabel, "order_code").isVisible())
    code, state, steps = said(room)
    assert (code, state) == ("PO-7F3K2", "New")
    assert "not answered yet" in steps

    known = demo.now - timedelta(hours=1)
    taken_on = replace(
        order, version=2, status=OrderStatus.ACKNOWLEDGED, acknowledged_at=known, updated_at=known
    )
    await room.feed(taken_on)
    await until(lambda: said(room)[1] == "Acknowledged")
    assert "will supply it" in said(room)[2]
    assert room.find(QLabel, "order_since").text()

    begun = replace(taken_on, version=3, status=OrderStatus.DISPENSING, updated_at=demo.now)
    await room.feed(begun)
    await until(lambda: said(room)[1] == "Dispensing")
    assert "acknowledged" in said(room)[2]

    done = replace(
        paid, version=paid.version + 1, status=PrescriptionStatus.FULFILLED, fulfilled_at=demo.now
    )
    ready = replace(begun, version=4, status=OrderStatus.READY, ready_at=demo.now)
    await room.feed(done, ready)
    await until(lambda: said(room)[1] == "Ready")
    assert "to be taken to the patient" in said(room)[2]

    away = replace(ready, version=5, status=OrderStatus.OUT_FOR_DELIVERY, dispatched_at=demo.now)
    await room.feed(away)
    await until(lambda: said(room)[1] == "On its way")
    assert "ready " in said(room)[2]

    there = replace(
        away, version=6, status=OrderStatus.DELIVERED, received_by="Hine Ngata", closed_at=demo.now
    )
    await room.feed(there)
    await until(lambda: said(room)[1] == "Delivered")
    assert "taken in by Hine Ngata" in said(room)[2]
    assert "Delivered" in room.find(QWidget, "order_line").accessibleName()


async def test_the_time_is_that_of_the_step(room: Room[Any], demo: DemoRows) -> None:
    paid = paid_by(room.place.detail.prescription, demo)
    noon = demo.now.replace(hour=6, minute=30, second=0, microsecond=0) - timedelta(days=1)
    order = an_order(
        paid, noon - timedelta(hours=1), status=OrderStatus.ACKNOWLEDGED, acknowledged_at=noon,
        updated_at=demo.now,
    )  # fmt: skip
    await room.feed(paid, order)
    since = room.find(QLabel, "order_since")
    await until(since.isVisible)
    assert since.text().endswith(NOON)


async def test_an_order_that_another_pharmacy_sent_back_says_so(
    room: Room[Any], demo: DemoRows
) -> None:
    shown = room.place.detail.prescription
    before = next(p for p in demo.pharmacies if p.id == shown.pharmacy_id)
    other = next(p for p in demo.pharmacies if p.id != shown.pharmacy_id)
    paid = paid_by(shown, demo, pharmacy_id=other.id)
    back = sent_back(shown, demo.now - timedelta(hours=1))
    again = an_order(paid, demo.now, id=an_id("order 2"), code="PO-9QX4T")
    await room.feed(paid, back, again)
    await until(lambda: said(room)[0] == "PO-9QX4T")
    assert said(room)[1] == "New"
    assert said(room)[2].startswith(f"{before.name} sent it back")
    assert not room.find(QWidget, "sent_back").isVisible()


async def test_a_row_of_the_list_says_what_the_pharmacy_does(
    room: Room[Any], demo: DemoRows
) -> None:
    paid = paid_by(room.place.detail.prescription, demo, delivery=True)
    order = an_order(paid, demo.now, delivery=True)
    await room.feed(paid, order)
    assert status_in_the_list(room, paid) == "Paid"
    taken_on = replace(
        order, version=2, status=OrderStatus.ACKNOWLEDGED,
        acknowledged_at=demo.now + timedelta(minutes=1),
    )  # fmt: skip
    await room.feed(taken_on)
    assert status_in_the_list(room, paid) == "Acknowledged"
    assert room.place.rows.list.glow.strength(paid.id) > 0
    assert room.place.rows.model.place_of(paid.id) == 0, "the newest news first"
    done = replace(
        paid, version=paid.version + 1, status=PrescriptionStatus.FULFILLED, fulfilled_at=demo.now
    )
    away = replace(taken_on, version=3, status=OrderStatus.OUT_FOR_DELIVERY, dispatched_at=demo.now)
    await room.feed(done, away)
    assert status_in_the_list(room, done) == "On its way"
    over = replace(
        done, version=done.version + 1, status=PrescriptionStatus.COMPLETED, completed_at=demo.now
    )
    there = replace(away, version=4, status=OrderStatus.DELIVERED, closed_at=demo.now)
    await room.feed(over, there)
    assert status_in_the_list(room, over) == "Delivered"
