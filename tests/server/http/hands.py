"""People at their desks, who bring a prescription to where a test needs it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from clinicdesk.contract.commands import (
    CancelPrescription,
    Command,
    DeclineItem,
    Done,
    DraftItem,
    FulfillItems,
    HandOver,
    PayOutRefund,
    ReviseDraft,
    SignAndSend,
    TakePayment,
    WriteDraft,
)
from clinicdesk.contract.entities import Medicine, Patient, PaymentMethod
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.session import SNAPSHOT
from clinicdesk.contract.snapshot import MedicinePage, WholeSnapshot, whole_snapshot

if TYPE_CHECKING:
    from tests.running_server import Desk, Owner, RunningServer

PRESCRIBER, OTHER_PRESCRIBER = "sunita.rao", "farhan.siddiqui"
PHARMACIST, COLLEAGUE = "vikram.patil", "asha.gaikwad"  # of one pharmacy
OTHER_PHARMACIST = "naveed.attar"
RECEPTION, ADMIN = "anjali.kulkarni", "meenal.apte"

STATES = ("draft", "signed", "paid", "fulfilled", "completed", "cancelled")


class Hands:
    """The prescriber's and the pharmacist's hands at a running server."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.prescriber = server.sign_in(PRESCRIBER)
        self.pharmacist = server.sign_in(PHARMACIST)
        self.pharmacy_id = self.pharmacist.session.member.pharmacy_id
        working_set = snapshot(self.prescriber)
        allergic = {a["patient_id"] for a in rows(working_set, "allergy")}
        self.patients = [
            msgspec.convert(row, Patient)
            for row in rows(working_set, "patient")
            if row["id"] not in allergic
        ]
        (self.formulary,) = rows(working_set, "formulary")
        self.medicines = medicines(self.prescriber, UUID(self.formulary["id"]))

    def line(self, place: int = 0, **changes: Any) -> DraftItem:
        """A line of the n-th medicine."""
        medicine = [m for m in self.medicines if not m.schedule.controlled][place]
        line = DraftItem(
            id=uuid.uuid4(),
            medicine_id=medicine.id,
            dose="1 tablet",
            route=medicine.route,
            frequency="BD",
            days=5,
            quantity=10,
            instructions="after food",
        )
        return msgspec.structs.replace(line, **changes)

    def write(self, lines: int = 2, **changes: Any) -> WriteDraft:
        """The command that begins a prescription."""
        command = WriteDraft(
            prescription_id=uuid.uuid4(),
            patient_id=self.patients[0].id,
            pharmacy_id=self.pharmacy_id,
            note="a note",
            items=[self.line(place) for place in range(lines)],
        )
        return msgspec.structs.replace(command, **changes)

    def bring_to(self, state: str, lines: int = 2) -> PrescriptionDetail:
        """A prescription in this state, as the administrator sees it."""
        written = self.write(lines)
        prescription_id = written.prescription_id
        stage = STATES.index(state) if state != "cancelled" else 0
        version = self.prescriber.done(written).version
        if stage >= 1:
            version = self.prescriber.done(self.sign(prescription_id), version).version
        if stage >= 2:
            version = self.pharmacist.done(self.pay(prescription_id), version).version
        if stage >= 3:
            items = [item.id for item in written.items]
            version = self.pharmacist.done(self.fulfil(prescription_id, items), version).version
        if stage >= 4:
            version = self.pharmacist.done(self.hand_over(prescription_id), version).version
        if state == "cancelled":
            self.prescriber.done(self.cancel(prescription_id), version)
        return self.look(prescription_id)

    def look(self, prescription_id: UUID, desk: Desk | None = None) -> PrescriptionDetail:
        """The prescription as a desk sees it."""
        answer = (desk or self.prescriber).get(f"/api/prescriptions/{prescription_id}")
        assert answer.is_success, answer.text
        return msgspec.json.decode(answer.content, type=PrescriptionDetail)

    def sign(self, prescription_id: UUID) -> SignAndSend:
        assert self.pharmacy_id is not None
        return SignAndSend(prescription_id=prescription_id, pharmacy_id=self.pharmacy_id)

    def pay(self, prescription_id: UUID, amount: int | None = None) -> TakePayment:
        """Takes what is outstanding, or `amount`."""
        header = self.look(prescription_id).prescription
        outstanding = header.total_minor - header.paid_minor
        return TakePayment(
            prescription_id=prescription_id,
            payment_id=uuid.uuid4(),
            method=PaymentMethod.CASH,
            amount_minor=outstanding if amount is None else amount,
            currency=header.currency,
        )

    def fulfil(self, prescription_id: UUID, item_ids: list[UUID]) -> FulfillItems:
        """Makes lines ready that nobody scanned."""
        return FulfillItems(
            prescription_id=prescription_id, item_ids=item_ids, hand_reason="no scanner at hand"
        )

    def hand_over(self, prescription_id: UUID) -> HandOver:
        return HandOver(prescription_id=prescription_id, collected_by="The patient")

    def cancel(self, prescription_id: UUID) -> CancelPrescription:
        return CancelPrescription(prescription_id=prescription_id, reason="not needed any more")

    def any_command(self, name: str, of: PrescriptionDetail) -> Command:
        """A well-formed command of this name on a prescription, whatever its state."""
        prescription_id = of.prescription.id
        return {
            "revise_draft": ReviseDraft(
                prescription_id=prescription_id, pharmacy_id=None, note=None, items=[self.line()]
            ),
            "sign_and_send": self.sign(prescription_id),
            "take_payment": TakePayment(
                prescription_id=prescription_id,
                payment_id=uuid.uuid4(),
                method=PaymentMethod.CASH,
                amount_minor=of.prescription.total_minor,
                currency=of.prescription.currency,
            ),
            "fulfill_items": self.fulfil(prescription_id, [item.id for item in of.items]),
            "decline_item": DeclineItem(
                prescription_id=prescription_id, item_id=of.items[0].id, reason="out of stock"
            ),
            "hand_over": self.hand_over(prescription_id),
            "cancel_prescription": self.cancel(prescription_id),
            "pay_out_refund": PayOutRefund(
                prescription_id=prescription_id, payment_id=uuid.uuid4()
            ),
        }[name]


def snapshot(desk: Desk) -> WholeSnapshot:
    """The desk's working set."""
    answer = desk.get(SNAPSHOT)
    assert answer.is_success, answer.text
    return whole_snapshot(answer.content)


def rows(of: WholeSnapshot, entity: str) -> list[dict[str, Any]]:
    """The rows of a kind, as JSON values."""
    return [msgspec.json.decode(row) for row in of.rows.get(entity, ())]


def age(owner: Owner, prescription_id: UUID) -> None:
    """Have a prescription's last change lie years back, as if the time had passed."""
    owner(
        "set session_replication_role = replica; "  # passing time is no change: no trigger fires
        f"update prescription set updated_at = '2020-01-01' where id = '{prescription_id}'"
    )


def medicines(desk: Desk, formulary_id: UUID) -> list[Medicine]:
    """The whole formulary, page by page."""
    found: list[Medicine] = []
    after: str | None = "0"
    while after is not None:
        answer = desk.get(f"/api/formularies/{formulary_id}/medicines", after=after, limit=100)
        assert answer.is_success, answer.text
        page = msgspec.json.decode(answer.content, type=MedicinePage)
        found += page.medicines
        after = page.next_after
    return found


def done(content: bytes) -> Done:
    """The answer of a command that took effect."""
    return msgspec.json.decode(content, type=Done)
