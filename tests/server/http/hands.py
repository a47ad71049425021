"""People at their desks, who bring a prescription to where a test needs it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from clinicdesk.contract.commands import (
    AcknowledgeOrder,
    CancelItem,
    CancelPrescription,
    CheckItem,
    DeclineItem,
    DeliverOrder,
    DispatchOrder,
    DispenseRepeat,
    Done,
    DraftItem,
    FulfillItems,
    HandOver,
    HoldItems,
    NoteCounselling,
    OfPrescription,
    OweItem,
    PayOutRefund,
    PickItems,
    RejectOrder,
    ReleaseItems,
    RerouteOrder,
    RestartItems,
    ReturnToStock,
    ReviseDraft,
    SignAndSend,
    SubstituteItem,
    TakePayment,
    TellPatient,
    UncheckItem,
    WriteDraft,
)
from clinicdesk.contract.entities import Medicine, OrderResponse, Patient, PaymentMethod, Verified
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.session import SNAPSHOT
from clinicdesk.contract.snapshot import MedicinePage, WholeSnapshot, whole_snapshot

if TYPE_CHECKING:
    from clinicdesk.contract.problems import Refusal
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
        self.other_pharmacy_id = next(
            UUID(row["id"])
            for row in rows(working_set, "pharmacy")
            if row["id"] != str(self.pharmacy_id)
        )
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

    def bring_to(self, state: str, lines: int = 2, **changes: Any) -> PrescriptionDetail:
        """A prescription in this state, as its prescriber sees it."""
        written = self.write(lines, **changes)
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

    def any_command(self, name: str, of: PrescriptionDetail) -> OfPrescription:
        """A well-formed command of this name on a prescription, whatever its state."""
        prescription_id, item = of.prescription.id, of.items[0]
        every = [item.id for item in of.items]
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
            "pay_out_refund": PayOutRefund(
                prescription_id=prescription_id, payment_id=uuid.uuid4()
            ),
            "pick_items": PickItems(prescription_id=prescription_id, item_ids=every),
            "check_item": self.check(of),
            "uncheck_item": UncheckItem(prescription_id=prescription_id, item_id=item.id),
            "owe_item": OweItem(prescription_id=prescription_id, item_id=item.id),
            "hold_items": HoldItems(
                prescription_id=prescription_id, item_ids=every, reason="dose to be confirmed"
            ),
            "release_items": ReleaseItems(prescription_id=prescription_id, item_ids=every),
            "substitute_item": SubstituteItem(
                prescription_id=prescription_id,
                item_id=item.id,
                medicine_id=of.items[1].medicine_id,
                reason="out of stock",
            ),
            "decline_item": DeclineItem(
                prescription_id=prescription_id, item_id=item.id, reason="out of stock"
            ),
            "cancel_item": CancelItem(
                prescription_id=prescription_id, item_id=item.id, reason="not wanted any more"
            ),
            "fulfill_items": self.fulfil(prescription_id, every),
            "return_to_stock": ReturnToStock(
                prescription_id=prescription_id, item_ids=every, reason="not collected"
            ),
            "restart_items": RestartItems(prescription_id=prescription_id, item_ids=every),
            "hand_over": self.hand_over(prescription_id),
            "note_counselling": NoteCounselling(
                prescription_id=prescription_id, text="with plenty of water"
            ),
            "tell_patient": TellPatient(prescription_id=prescription_id),
            "dispense_repeat": DispenseRepeat(
                prescription_id=prescription_id, repeat_id=uuid.uuid4()
            ),
            "acknowledge_order": AcknowledgeOrder(prescription_id=prescription_id),
            "reject_order": RejectOrder(
                prescription_id=prescription_id,
                response=OrderResponse.OUT_OF_STOCK,
                note="next week again",
            ),
            "reroute_order": RerouteOrder(
                prescription_id=prescription_id, pharmacy_id=self.other_pharmacy_id
            ),
            "dispatch_order": DispatchOrder(prescription_id=prescription_id),
            "deliver_order": DeliverOrder(
                prescription_id=prescription_id, received_by="The neighbour"
            ),
            "cancel_prescription": self.cancel(prescription_id),
        }[name]

    def check(self, of: PrescriptionDetail, place: int = 0, **changes: Any) -> CheckItem:
        """Checks what is wanted of the n-th line by its barcode."""
        item = of.items[place]
        command = CheckItem(
            prescription_id=of.prescription.id,
            item_id=item.id,
            dispense_id=uuid.uuid4(),
            medicine_id=item.substitute_id or item.medicine_id,
            quantity=(item.quantity - item.supplied - item.prepared) or item.quantity,
            batch_id=None,
            verified=Verified.SCAN,
        )
        return msgspec.structs.replace(command, **changes)

    def give(self, name: str, of: PrescriptionDetail, **changes: Any) -> PrescriptionDetail:
        """The pharmacist gives a command of this name; the prescription after it."""
        command = msgspec.structs.replace(self.any_command(name, of), **changes)
        self.pharmacist.done(command, of.prescription.version)
        return self.look(of.prescription.id)

    def refused(self, name: str, of: PrescriptionDetail, **changes: Any) -> Refusal:
        """The pharmacist gives a command of this name, and is refused."""
        command = msgspec.structs.replace(self.any_command(name, of), **changes)
        return self.pharmacist.refused(command, of.prescription.version)


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
