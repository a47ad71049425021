"""Prescriptions and registers on paper: who may have them, what they say, and that it is known."""

from __future__ import annotations

import csv
import io
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import msgspec
import pytest

from clinicdesk.contract.paper import PRINTS, Document, PaperForm, Printed, PrintEntered
from clinicdesk.contract.problems import (
    Conflict,
    InvalidField,
    NotAllowed,
    NotFound,
    decode_problem,
)
from clinicdesk.contract.reading import PrescriptionDetail
from tests.running_server import JSON, Desk, Owner
from tests.server.http.hands import ADMIN, OTHER_PHARMACIST, RECEPTION, Hands


def text_of(pdf: bytes) -> str:
    """What poppler reads in it."""
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def prints(owner: Owner, subject_id: UUID) -> list[dict[str, object]]:
    return [
        new
        for (new,) in owner(
            "select new from clinic_log where entity = 'print' and entity_id = %s order by seq",
            subject_id,
        )
    ]


def pdf(desk: Desk, prescription_id: UUID) -> httpx.Response:
    return desk.get(f"/api/prescriptions/{prescription_id}/pdf")


def tell(desk: Desk, told: Printed) -> httpx.Response:
    headers = {"Authorization": f"Bearer {desk.access_token}", **JSON}
    return desk.client.post(PRINTS, content=msgspec.json.encode(told), headers=headers)


def hand_over_some(hands: Hands, owner: Owner, schedule: str) -> PrescriptionDetail:
    """A prescription of a medicine of this schedule, handed over just now."""
    medicine = next(m for m in hands.medicines if m.schedule == schedule)
    line = hands.line(medicine_id=medicine.id, route=medicine.route)
    written = hands.write(items=[line])
    version = hands.prescriber.done(written).version
    hands.prescriber.done(hands.sign(written.prescription_id), version)
    found = hands.look(written.prescription_id)
    item, header = found.items[0], found.prescription
    owner(
        "insert into dispense (id, clinic_id, prescription_id, item_id, patient_id,"
        " practitioner_id,"
        " pharmacy_id, medicine_id, brand, manufacturer, quantity, status, verified, hand_reason,"
        " checked_by, checked_at, handed_over_at, collected_by)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'Sample Labs', 10, 'HANDED_OVER', 'hand',"
        " 'no barcode', %s, now(), now(), '=cmd|'' /C calc''!A1')",
        uuid.uuid4(), header.clinic_id, header.id, item.id, header.patient_id,
        header.practitioner_id, header.pharmacy_id, item.medicine_id, item.brand,
        hands.pharmacist.session.member.id,
    )  # fmt: skip
    return found


def test_a_prescription_is_had_as_pdf_by_its_prescriber_its_pharmacy_and_the_administrator(
    hands: Hands,
) -> None:
    paid = hands.bring_to("paid")
    for desk in (hands.prescriber, hands.pharmacist, hands.server.sign_in(ADMIN)):
        answer = pdf(desk, paid.prescription.id)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "no-store"
        assert f'filename="{paid.prescription.code}.pdf"' in answer.headers["content-disposition"]
        said = text_of(answer.content)
        assert paid.prescription.code in said
        assert paid.items[0].generic_name.upper() in said.replace("\n", " ")
        unit = next(m.pack_unit for m in hands.medicines if m.id == paid.items[0].medicine_id)
        assert f"{paid.items[0].quantity} {unit}" in said.replace("\n", " ")


def test_the_front_desk_and_other_pharmacies_do_not_get_it(hands: Hands) -> None:
    paid = hands.bring_to("paid")
    refused = pdf(hands.server.sign_in(RECEPTION), paid.prescription.id)
    assert isinstance(decode_problem(refused.content), NotAllowed)
    for desk in (hands.server.sign_in(OTHER_PHARMACIST), hands.server.sign_in("mere.tamihana")):
        refused = pdf(desk, paid.prescription.id)
        assert isinstance(decode_problem(refused.content), NotFound)


def test_a_draft_is_not_put_on_paper(hands: Hands, owner: Owner) -> None:
    draft = hands.bring_to("draft")
    refused = pdf(hands.prescriber, draft.prescription.id)
    assert isinstance(decode_problem(refused.content), Conflict)
    assert prints(owner, draft.prescription.id) == []


def test_the_second_print_says_that_it_is_a_copy_and_both_stand_in_the_log(
    hands: Hands, owner: Owner
) -> None:
    prescription_id = hands.bring_to("paid").prescription.id
    first, second = (pdf(hands.pharmacist, prescription_id) for _ in range(2))
    assert "COPY" not in text_of(first.content)
    assert "COPY 2" in text_of(second.content)
    assert [each["earlier"] for each in prints(owner, prescription_id)] == [0, 1]
    who = owner(
        "select distinct actor_id from clinic_log where entity = 'print' and entity_id = %s",
        prescription_id,
    )
    assert who == [(hands.pharmacist.session.member.id,)]


def test_a_print_that_is_told_twice_is_entered_once(hands: Hands, owner: Owner) -> None:
    prescription_id = hands.bring_to("paid").prescription.id
    told = Printed(
        id=uuid.uuid4(), document=Document.LABELS, subject_id=prescription_id, form=PaperForm.ZPL,
        copies=2,
    )  # fmt: skip
    for _ in range(2):
        answer = tell(hands.pharmacist, told)
        assert msgspec.json.decode(answer.content, type=PrintEntered) == PrintEntered(earlier=0)
    (entry,) = prints(owner, prescription_id)
    assert (entry["document"], entry["form"], entry["copies"]) == ("labels", "zpl", 2)
    again = msgspec.structs.replace(told, id=uuid.uuid4())
    answer = tell(hands.pharmacist, again)
    assert msgspec.json.decode(answer.content, type=PrintEntered).earlier == 1


def test_nobody_enters_a_print_of_what_they_do_not_see(hands: Hands, owner: Owner) -> None:
    prescription_id = hands.bring_to("paid").prescription.id
    told = Printed(
        id=uuid.uuid4(), document=Document.LABELS, subject_id=prescription_id, form=PaperForm.PDF
    )
    for who in (OTHER_PHARMACIST, RECEPTION, "mere.tamihana"):
        answer = tell(hands.server.sign_in(who), told)
        assert isinstance(decode_problem(answer.content), NotFound), who
    assert prints(owner, prescription_id) == []


def test_a_register_has_what_was_handed_over_of_its_schedule(hands: Hands, owner: Owner) -> None:
    given = hand_over_some(hands, owner, "H1")
    today = datetime.now(UTC).astimezone().date().isoformat()
    period = {"from": "2026-01-01", "to": "2026-12-31"} | (
        {} if today < "2027" else {"from": today, "to": today}
    )
    made = hands.pharmacist.get("/api/registers/H1", format="csv", **period)
    assert made.headers["content-type"] == "text/csv; charset=utf-8", made.text
    rows = list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))
    (row,) = [row for row in rows if row["Prescription"] == given.prescription.code]
    assert row["Out"] == "10"
    assert row["Schedule"] == "H1"
    assert row["Prescriber registration"]
    assert row["Unit"]
    assert row["Collected by"].startswith("'=cmd|"), "a formula is led in by an apostrophe"
    other = hands.pharmacist.get("/api/registers/H", format="csv", **period)
    assert given.prescription.code not in other.text
    on_paper = text_of(hands.pharmacist.get("/api/registers/H1", **period).content)
    assert "Register of Schedule H1 drugs" in on_paper
    assert given.prescription.code in on_paper
    entered = prints(owner, given.prescription.pharmacy_id or uuid.uuid4())
    assert [(each["document"], each["form"]) for each in entered] == [
        ("register", "csv"), ("register", "csv"), ("register", "pdf"),
    ]  # fmt: skip


def test_a_register_of_schedule_x_keeps_a_balance_of_the_stock(hands: Hands, owner: Owner) -> None:
    clinic, pharmacy = hands.pharmacist.session.member.clinic_id, hands.pharmacy_id
    by, batch = hands.pharmacist.session.member.id, uuid.uuid4()
    (medicine,) = [m for m in hands.medicines if m.schedule == "X"][:1]
    owner(
        "insert into stock_level (id, clinic_id, pharmacy_id, medicine_id, on_hand, reorder_level,"
        " reorder_packs, shelf) values (%s, %s, %s, %s, 0, 0, 0, '') on conflict do nothing",
        uuid.uuid4(), clinic, pharmacy, medicine.id,
    )  # fmt: skip
    before = sum(
        quantity
        for (quantity,) in owner(
            "select quantity from stock_movement where pharmacy_id = %s and medicine_id = %s",
            pharmacy, medicine.id,
        )
    )  # fmt: skip
    owner(
        "insert into batch (id, clinic_id, pharmacy_id, medicine_id, number, expiry, on_hand,"
        " cost_minor, currency) values (%s, %s, %s, %s, 'BX1', '2030-01-31', 0, 100, 'INR')",
        batch, clinic, pharmacy, medicine.id,
    )  # fmt: skip
    for kind, quantity, reason in (
        ("received", 100, None), ("written_off", -3, "broken"), ("adjusted", 1, "counted"),
    ):  # fmt: skip
        owner(
            "insert into stock_movement (id, clinic_id, pharmacy_id, medicine_id, batch_id, kind,"
            " quantity, reason, by, at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s,"
            " clock_timestamp())",
            uuid.uuid4(), clinic, pharmacy, medicine.id, batch, kind, quantity, reason, by,
        )  # fmt: skip
    year = datetime.now(UTC).year
    period = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
    made = hands.pharmacist.get("/api/registers/X", format="csv", **period)
    rows = [
        row
        for row in csv.DictReader(io.StringIO(made.content.decode("utf-8-sig")))
        if row["Batch"] == "BX1"
    ]
    assert [(r["What"], r["In"], r["Out"], r["Balance"], r["Reason"]) for r in rows] == [
        ("received", "100", "", str(before + 100), ""),
        ("written off", "", "3", str(before + 97), "broken"),
        ("count corrected", "1", "", str(before + 98), "counted"),
    ]


@pytest.mark.parametrize("kind", ["H1", "X"])
def test_an_entry_has_the_same_number_whatever_days_are_asked_for(
    hands: Hands, owner: Owner, kind: str
) -> None:
    for _ in range(3):
        hand_over_some(hands, owner, kind)
    year = datetime.now(UTC).year
    owner(
        "update dispense set handed_over_at = now() - interval '40 days' where id = (select d.id"
        " from dispense d join prescription_item i on i.id = d.item_id where i.schedule = %s"
        " and d.status = 'HANDED_OVER' and d.batch_id is null order by d.handed_over_at limit 1)"
        " returning id",
        kind,
    )

    def numbers(first: str, last: str) -> list[int]:
        period = {"from": first, "to": last, "format": "csv"}
        made = hands.pharmacist.get(f"/api/registers/{kind}", **period)
        rows = csv.DictReader(io.StringIO(made.content.decode("utf-8-sig")))
        return [int(row["No"]) for row in rows]

    whole = numbers(f"{year}-01-01", f"{year}-12-31")
    assert whole == list(range(1, len(whole) + 1))
    now = datetime.now(UTC)
    lately = numbers(f"{now - timedelta(days=20):%Y-%m-%d}", f"{now + timedelta(days=1):%Y-%m-%d}")
    assert lately
    if (now - timedelta(days=42)).year == year:
        assert lately == whole[-len(lately) :]
        assert lately[0] > 1


def test_a_register_is_its_pharmacys(hands: Hands) -> None:
    period = {"from": "2026-03-01", "to": "2026-03-31"}
    refused = hands.prescriber.get("/api/registers/H", **period)
    assert isinstance(decode_problem(refused.content), NotAllowed)
    other = hands.server.sign_in(OTHER_PHARMACIST)
    refused = other.get("/api/registers/H", pharmacy_id=str(hands.pharmacy_id), **period)
    assert isinstance(decode_problem(refused.content), NotFound)
    admin = hands.server.sign_in(ADMIN)
    refused = admin.get("/api/registers/H", **period)
    assert isinstance(problem := decode_problem(refused.content), InvalidField)
    assert problem.field == "pharmacy_id"
    assert admin.get("/api/registers/H", pharmacy_id=str(hands.pharmacy_id), **period).is_success


@pytest.mark.parametrize(
    ("schedule", "asked", "field"),
    [
        ("Z", {}, "schedule"),
        ("H", {"from": "yesterday"}, "from"),
        ("H", {"from": "2026-02-30"}, "from"),
        ("H", {"to": "0001-01-01"}, "to"),
        ("H", {"to": "2026-02-01"}, "to"),
        ("H", {"from": "2020-01-01"}, "to"),
        ("H", {"format": "docx"}, "format"),
        ("H", {"pharmacy_id": "no"}, "pharmacy_id"),
        ("H", {"from": None}, "from"),
    ],
)
def test_what_is_wrong_with_a_registers_question_is_said_by_field(
    hands: Hands, schedule: str, asked: dict[str, str | None], field: str
) -> None:
    whole = {"from": "2026-03-01", "to": "2026-03-31"} | asked
    query = {name: value for name, value in whole.items() if value is not None}
    refused = hands.pharmacist.get(f"/api/registers/{schedule}", **query)
    problem = decode_problem(refused.content)
    assert isinstance(problem, InvalidField), problem
    assert problem.field == field
