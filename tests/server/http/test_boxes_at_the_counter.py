"""What a box says of its batch: it is held against the shelf, and kept where there is no shelf."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from clinicdesk.contract.commands import CheckItem, HandOver
from clinicdesk.contract.entities import Dispense, Medicine
from clinicdesk.contract.problems import Conflict, InvalidField
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.core.overlay import PARTS, Pending, PrescriptionRows, project
from tests.running_server import Owner
from tests.server.http.hands import OTHER_PHARMACIST, Hands
from tests.server.http.stocked import LATER, LONG_AGO, SOON, Stocked


@pytest.fixture
def stocked(hands: Hands, owner: Owner) -> Stocked:
    return Stocked(hands, owner)


@pytest.fixture
def medicine(stocked: Stocked) -> Medicine:
    """Of which the pharmacy has no stock yet, and which stands in the register."""
    return next(m for m in stocked.medicines if m.schedule == "H")


def paid(hands: Hands, medicine: Medicine) -> PrescriptionDetail:
    line = hands.line(medicine_id=medicine.id, route=medicine.route, quantity=20)
    other = hands.line(medicine_id=medicine.id, route=medicine.route, quantity=5)
    return hands.bring_to("paid", items=[line, other])


def reckoned(hands: Hands, before: PrescriptionDetail, command: CheckItem) -> Dispense:
    """What the desk shows of the check until the server has answered."""
    parts = {part: {row.id: row for row in getattr(before, part)} for part in PARTS.values()}
    known = {medicine.id: medicine for medicine in hands.medicines}
    by, at = hands.pharmacist.session.member, before.prescription.updated_at
    shown = project(
        Pending(command, by, at, known, "INR"), PrescriptionRows(before.prescription, **parts)
    )
    return shown.dispenses[command.dispense_id]


def today_there(owner: Owner) -> date:
    ((today,),) = owner("select (now() at time zone 'Asia/Kolkata')::date")
    assert isinstance(today, date)
    return today


def test_of_two_batches_with_one_number_the_box_is_of_the_one_with_its_expiry(
    hands: Hands, stocked: Stocked, medicine: Medicine
) -> None:
    soon = stocked.receive(medicine, 50, number="B1", expiry=SOON)
    late = stocked.receive(medicine, 50, number="B1", expiry=LATER)
    stocked.desk.done(soon)
    stocked.desk.done(late)
    of = paid(hands, medicine)
    wrong = hands.refused("check_item", of, batch_id=soon.batch_id, batch_number="B1", expiry=LATER)
    assert isinstance(wrong, Conflict)
    assert wrong.field == "batch_id"
    assert f"batch B1, expiry {LATER:%d %b %Y}" in wrong.detail
    assert f"expires on {SOON:%d %b %Y}" in wrong.detail
    right = hands.give("check_item", of, batch_id=late.batch_id, batch_number="b1", expiry=LATER)
    assert [(d.batch_id, d.expiry) for d in right.dispenses] == [(late.batch_id, LATER)]
    assert stocked.batches(medicine) == [("B1", SOON, 50), ("B1", LATER, 30)]


def test_a_box_that_says_no_expiry_is_not_taken_for_one_that_has_expired(
    hands: Hands, stocked: Stocked, medicine: Medicine, owner: Owner
) -> None:
    past = stocked.receive(medicine, 50, number="B1", expiry=SOON)
    stocked.desk.done(past)
    stocked.desk.done(stocked.receive(medicine, 50, number="B1", expiry=LATER))
    owner("update batch set expiry = %s where id = %s", LONG_AGO, past.batch_id)
    of = paid(hands, medicine)
    taken = hands.give("check_item", of, batch_number="B1")
    assert [d.expiry for d in taken.dispenses] == [LATER]


def test_a_box_without_a_named_batch_is_of_the_batch_that_it_says(
    hands: Hands, stocked: Stocked, medicine: Medicine
) -> None:
    stocked.desk.done(stocked.receive(medicine, 50, number="B1", expiry=SOON))
    stocked.desk.done(stocked.receive(medicine, 50, number="B1", expiry=LATER))
    of = paid(hands, medicine)
    foreign = hands.refused("check_item", of, batch_number="B9", expiry=LATER)
    assert isinstance(foreign, Conflict)
    assert "nothing of it is on the shelf" in foreign.detail
    hands.give("check_item", of, batch_number="B1", expiry=LATER)
    assert stocked.batches(medicine) == [("B1", SOON, 50), ("B1", LATER, 30)]


def test_what_a_box_says_is_kept_where_there_is_no_stock_and_stands_in_the_register(
    hands: Hands, medicine: Medicine, owner: Owner
) -> None:
    before = paid(hands, medicine)
    command = hands.check(before, batch_number="ZX-7", expiry=SOON)
    hands.pharmacist.done(command, before.prescription.version)
    of = hands.look(before.prescription.id)
    (dispense,) = of.dispenses
    assert (dispense.batch_id, dispense.batch_number, dispense.expiry) == (None, "ZX-7", SOON)
    shown = reckoned(hands, before, command)
    assert replace(shown, checked_at=dispense.checked_at) == dispense, "the desk had shown it so"
    half = hands.give("check_item", of, **_second(of), batch_number="ZX-8")
    assert [(d.batch_number, d.expiry) for d in half.dispenses if d.quantity == 5] == [
        ("ZX-8", None)
    ]
    gone = HandOver(prescription_id=of.prescription.id, collected_by="Anu")
    hands.pharmacist.done(gone, half.prescription.version)
    day = today_there(owner)
    made = hands.pharmacist.get(
        "/api/registers/H", format="csv", **{"from": str(day), "to": str(day)}
    )
    assert made.is_success, made.text
    entered = list(csv.reader(io.StringIO(made.text)))
    assert any("ZX-7" in row and SOON.isoformat() in row for row in entered), entered
    assert any("ZX-8" in row for row in entered)


def _second(of: PrescriptionDetail) -> dict[str, object]:
    return {"item_id": of.items[1].id, "quantity": 5}


def test_an_expired_box_is_refused_also_where_there_is_no_stock(
    hands: Hands, medicine: Medicine, owner: Owner
) -> None:
    of = paid(hands, medicine)
    refused = hands.refused("check_item", of, batch_number="OLD", expiry=LONG_AGO)
    assert isinstance(refused, Conflict)
    assert refused.field == "expiry"
    assert "expired on 31 Jan 2020" in refused.detail
    today = today_there(owner)
    assert isinstance(hands.refused("check_item", of, expiry=today - timedelta(days=1)), Conflict)
    hands.give("check_item", of, expiry=today)


def test_a_batch_of_another_pharmacy_is_refused_and_stays_as_it_is(
    hands: Hands, stocked: Stocked, medicine: Medicine, owner: Owner
) -> None:
    there = hands.server.sign_in(OTHER_PHARMACIST)
    theirs = stocked.receive(medicine, 50, pharmacy_id=there.session.member.pharmacy_id)
    there.done(theirs)
    of = paid(hands, medicine)
    unkept = hands.refused("check_item", of, batch_id=theirs.batch_id)
    assert isinstance(unkept, InvalidField)
    assert unkept.field == "batch_id"
    stocked.desk.done(stocked.receive(medicine, 50))
    unknown = hands.refused("check_item", of, batch_id=uuid.uuid4())
    assert isinstance(unknown, InvalidField)
    assert "has no such batch" in unknown.detail
    for changes in ({}, {"batch_number": theirs.number, "expiry": theirs.expiry}):
        kept = hands.refused("check_item", of, batch_id=theirs.batch_id, **changes)
        assert kept == unknown, "it tells nothing of theirs"
    assert stocked.on_hand(medicine) == 50
    assert owner("select on_hand from batch where id = %s", theirs.batch_id) == [(50,)]
