"""What was found, and the reason that somebody gave, stand before the eyes of the prescriber."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel

from clinicdesk.contract.commands import Override, SignAndSend
from clinicdesk.contract.entities import FindingKind, PrescriptionStatus, Severity, Stage, Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.core.desk import Desk
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.workspaces.shared.item_table import ItemTable
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from clinicdesk.desktop.workspaces.therapy.safety_answers import Answer, what_was_found
from clinicdesk.desktop.workspaces.therapy.safety_record import SafetyRecord
from tests.core.sample import an_id
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import DemoRows, Room, an_answer, settled, until


@pytest.fixture
async def room(open_place: Opening) -> Room[Any]:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.PAID)
    await settled()
    return room


def record(room: Room[Any]) -> SafetyRecord:
    card: SafetyRecord = room.find(SafetyRecord, "safety_record")
    return card


def told(room: Room[Any], name: str) -> list[str]:
    return [part.text() for part in record(room).findChildren(QLabel, name) if part.isVisible()]


def states(room: Room[Any]) -> list[str]:
    pills = record(room).findChildren(StatusPill, "found_state")
    return [each.pill.text for each in pills if each.isVisible()]


async def test_the_pharmacist_s_reason_comes_to_the_prescriber_with_who_where_and_when(
    room: Room[Any], demo: DemoRows
) -> None:
    shown = room.place.detail.prescription
    assert not record(room).isVisible()
    item = room.desk.replica.items.of(shown.id)[0]
    pharmacy = next(p for p in demo.pharmacies if p.id == shown.pharmacy_id)
    await room.feed(an_answer(item, demo.pharmacist, demo.now))
    await until(record(room).isVisible)
    assert told(room, "found_summary") == ["Warfarin and ibuprofen: major interaction"]
    assert told(room, "found_reason") == ["“Agreed with the prescriber on the telephone”"]
    [giver] = told(room, "found_giver")
    assert giver.startswith(f"Vikram Patil, at the counter of {pharmacy.name} · ")
    assert states(room) == ["Reason given"]
    spoken = record(room).accessibleName()
    assert "Agreed with the prescriber" in spoken
    assert "Vikram Patil" in spoken
    assert record(room).y() < room.find(ItemTable, "items_table").parentWidget().y()


async def test_both_ends_stand_below_one_finding(room: Room[Any], demo: DemoRows) -> None:
    item = room.desk.replica.items.of(room.place.detail.prescription.id)[0]
    theirs = an_answer(item, demo.pharmacist, demo.now)
    mine = replace(
        theirs, id=demo.member.id, by=demo.member.id, stage=Stage.PRESCRIBING,
        reason="INR is checked twice a week", at=item.signed_at or demo.now,
    )  # fmt: skip
    await room.feed(theirs, mine)
    await until(lambda: len(told(room, "found_reason")) == 2)
    assert len(told(room, "found_summary")) == 1
    assert told(room, "found_reason")[0] == "“INR is checked twice a week”"
    assert told(room, "found_giver")[0].startswith("You, when signing · ")


async def test_it_stays_with_a_prescription_that_is_over_and_goes_with_another_one(
    room: Room[Any], demo: DemoRows
) -> None:
    shown = room.place.detail.prescription
    item = room.desk.replica.items.of(shown.id)[0]
    await room.feed(an_answer(item, demo.pharmacist, demo.now))
    over = replace(
        shown, version=shown.version + 1, status=PrescriptionStatus.COMPLETED,
        completed_at=demo.now,
    )  # fmt: skip
    await room.feed(over)
    await until(record(room).isVisible)
    other = next(
        p for p in demo.prescriptions
        if p.status is PrescriptionStatus.COMPLETED and p.id != shown.id
    )  # fmt: skip
    room.place.open_thing("prescription", other.id)
    await until(lambda: not record(room).isVisible())


async def test_reasons_that_are_not_sent_yet_are_told_as_on_their_way(
    open_place: Opening, demo: DemoRows, desk: Desk
) -> None:
    room = await open_place(PrescriptionsWorkspace, live=False)
    room.place.rows.show_lane(Lane.DRAFTS)
    draft = room.place.detail.prescription
    known = next(a for a in demo.allergies if "enicillin" in a.substance)
    item = room.desk.replica.items.of(draft.id)[0]
    amoxicillin = demo.medicine("Amoxicillin", "500")
    await room.feed(
        replace(known, version=2, patient_id=draft.patient_id, severity=Severity.MODERATE),
        replace(item, version=2, medicine_id=amoxicillin.id, generic_name="Amoxicillin",
                strength="500 mg", form="capsule"),
    )  # fmt: skip
    assert not record(room).isVisible(), "what is being written is told where it is written"
    found = await desk.safety.check_prescription(draft.id)
    asked = [each for each in found if each.tier == "override"]
    reasons = [Override(key=each.key, reason="taken before without harm") for each in asked]
    assert reasons
    pharmacy = draft.pharmacy_id or demo.pharmacies[0].id
    await desk.outbox.submit(
        SignAndSend(prescription_id=draft.id, pharmacy_id=pharmacy, overrides=reasons)
    )
    room.place.open_thing("prescription", draft.id)
    await until(lambda: told(room, "found_reason"))
    assert told(room, "found_reason")[0] == "“taken before without harm”"
    assert told(room, "found_giver")[0] == "You, when signing · on its way"


async def test_what_holds_the_counter_up_is_seen_by_the_prescriber_as_well(
    room: Room[Any], demo: DemoRows
) -> None:
    shown = next(
        p for p in demo.prescriptions
        if p.status is PrescriptionStatus.PAID and p.id != room.place.detail.prescription.id
    )  # fmt: skip
    known = next(a for a in demo.allergies if "enicillin" in a.substance)
    item = room.desk.replica.items.of(shown.id)[0]
    amoxicillin = demo.medicine("Amoxicillin", "500")
    await room.feed(
        replace(known, version=2, patient_id=shown.patient_id, severity=Severity.SEVERE),
        replace(item, version=2, medicine_id=amoxicillin.id, generic_name="Amoxicillin",
                strength="500 mg", form="capsule"),
    )  # fmt: skip
    room.place.open_thing("prescription", shown.id)
    await until(record(room).isVisible)
    assert states(room) == ["Stop"]
    assert "may not be dispensed" in record(room).accessibleName()


def a_finding(tier: Tier, key: str, *item_ids: UUID) -> Finding:
    return Finding(
        kind=FindingKind.INTERACTION, tier=tier, key=key, item_ids=item_ids, summary=key, detail=""
    )


def test_what_holds_lines_up_comes_first_and_what_informs_last() -> None:
    line, gone = an_id("line"), an_id("handed over")
    answer = Answer("agreed", Stage.DISPENSING, an_id("pia"), None, None)
    found = what_was_found(
        [
            a_finding(Tier.INFORMATION, "note", line),
            a_finding(Tier.OVERRIDE, "answered", line),
            a_finding(Tier.OVERRIDE, "over", gone),
            a_finding(Tier.OVERRIDE, "open", line),
            a_finding(Tier.STOP, "stop", line),
        ],
        [],
        [("answered", answer)],
        {line},
    )
    assert [each.key for each in found] == ["stop", "open", "answered", "note", "over"]
    assert [each.key for each in found if each.holds_up] == ["stop", "open"]
    assert [each.key for each in found if each.is_note] == ["note", "over"]
