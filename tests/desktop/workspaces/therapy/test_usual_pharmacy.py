"""Which pharmacy a new prescription proposes: the one that prescribers choose for the patient."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid5

from msgspec.structs import replace

from clinicdesk.contract.entities import Pharmacy, Prescription, PrescriptionStatus
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.core.sample import an_id
from tests.desktop.workspaces.therapy.room import DemoRows, Room, an_order, sent_back

Place = Room[TherapyWorkspace]


def signed(demo: DemoRows, pharmacy: Pharmacy, days_ago: int) -> Prescription:
    """One of a patient who has no other."""
    like = next(p for p in demo.prescriptions if p.status is PrescriptionStatus.PAID)
    at = demo.now - timedelta(days=days_ago)
    return replace(
        like, id=an_id(f"usual {pharmacy.id} {days_ago}"), patient_id=an_id("usual patient"),
        code=f"RX-US{days_ago:03}", pharmacy_id=pharmacy.id, signed_at=at, created_at=at,
    )  # fmt: skip


def usual(room: Place) -> object:
    drafts = room.place.editing.drafts
    found = drafts.usual_of(an_id("usual patient"))
    assert drafts.fresh(an_id("usual patient")).pharmacy_id == found
    return found


async def test_the_pharmacy_chosen_most_often_is_the_usual_one(room: Place, demo: DemoRows) -> None:
    first, second = demo.pharmacies[:2]
    await room.feed(signed(demo, first, 30), signed(demo, first, 20), signed(demo, second, 1))
    assert usual(room) == first.id


async def test_of_two_chosen_as_often_the_one_chosen_last_is_usual(
    room: Place, demo: DemoRows
) -> None:
    first, second = demo.pharmacies[:2]
    await room.feed(signed(demo, second, 30), signed(demo, first, 20))
    assert usual(room) == first.id
    await room.feed(signed(demo, second, 2), signed(demo, first, 10))
    assert usual(room) == second.id


async def test_where_one_was_sent_on_to_does_not_become_usual(room: Place, demo: DemoRows) -> None:
    first, second = demo.pharmacies[:2]
    chosen = signed(demo, first, 3)
    moved = replace(chosen, pharmacy_id=second.id)
    at = demo.now - timedelta(days=2)
    back = sent_back(chosen, at)
    there = an_order(moved, demo.now, id=uuid5(moved.id, "order 2"))
    await room.feed(moved, back, there)
    assert usual(room) == first.id


async def test_a_repeat_that_a_pharmacy_dispensed_is_no_choice(room: Place, demo: DemoRows) -> None:
    first, second = demo.pharmacies[:2]
    chosen = signed(demo, first, 30)
    again = [replace(signed(demo, second, n), repeat_of=chosen.id) for n in (1, 2)]
    await room.feed(chosen, *again)
    assert usual(room) == first.id


async def test_a_pharmacy_that_takes_no_prescriptions_any_more_is_not_usual(
    room: Place, demo: DemoRows
) -> None:
    first, second = demo.pharmacies[:2]
    await room.feed(signed(demo, first, 30), signed(demo, first, 20), signed(demo, second, 10))
    await room.feed(replace(first, version=2, active=False))
    assert usual(room) == second.id
