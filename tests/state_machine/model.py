"""What the server ought to do, in plain Python: two clinics, their rights and their prescriptions.

It knows the lifecycles, which are data of the contract; every other rule is written down a second
time here, without a database, so that the two can be held against each other.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any
from uuid import UUID

from msgspec import Struct, field

from clinicdesk.contract.commands import (
    CancelPrescription,
    Command,
    DeclineItem,
    DraftItem,
    FulfillItems,
    HandOver,
    PayOutRefund,
    ReviseDraft,
    SignAndSend,
    TakePayment,
    WriteDraft,
    name_of,
)
from clinicdesk.contract.entities import Medicine, Member, Role
from clinicdesk.contract.lifecycles import PRESCRIPTION, PRESCRIPTION_ITEM

PRESCRIBES = {"write_draft", "revise_draft", "sign_and_send", "cancel_prescription"}
DISPENSES = {
    "take_payment", "fulfill_items", "decline_item", "hand_over", "cancel_prescription",
    "pay_out_refund",
}  # fmt: skip


class Expected(Struct, frozen=True):
    """What ought to be answered: `done`, or a refusal's code, with what it must say."""

    code: str
    says: dict[str, Any] = {}


class Line(Struct):
    """A line of a prescription."""

    id: UUID
    medicine: int
    quantity: int
    amount: int
    status: str = "PENDING"
    supplied: int = 0


class Entry(Struct):
    """An entry of the ledger; a refund is named by what gave rise to it."""

    id: UUID | None
    kind: str
    amount: int
    status: str


class Rx(Struct):
    """A prescription."""

    id: UUID
    patient: UUID
    practitioner: UUID
    pharmacy: UUID | None
    version: int = 1
    status: str = "DRAFT"
    signed: bool = False
    paid: int = 0
    lines: list[Line] = field(default_factory=list)
    ledger: list[Entry] = field(default_factory=list)
    cancelled: bool = False

    @property
    def total(self) -> int:
        """What is to be paid."""
        if self.cancelled:
            return 0
        return sum(line.amount for line in self.lines if line.status != "DECLINED")


class PatientModel(Struct):
    """Who may see a patient, and whether they must not have penicillins."""

    practitioners: list[UUID]
    pharmacies: list[UUID]
    severely_allergic: bool


class ClinicModel:
    """One clinic."""

    def __init__(
        self, medicines: list[Medicine], patients: dict[UUID, PatientModel], pharmacies: list[UUID]
    ) -> None:
        self.medicines = {medicine.id: medicine for medicine in medicines}
        self.patients = patients
        self.open_pharmacies = set(pharmacies)
        self.rxs: dict[UUID, Rx] = {}

    def give(self, who: Member, command: Command, match: int | None) -> Expected:
        """Carry a command out, or say why not."""
        if isinstance(command, WriteDraft):
            return self._write(who, command)
        rx = self.rxs.get(command.prescription_id)
        if rx is None or not sees(who, rx):
            return Expected("not_found", {"entity": "prescription"})
        if rx.version != match:
            return Expected("stale", {"current": rx.version, "state": rx.status})
        name = name_of(command)
        if PRESCRIPTION.allows(rx.status, name, signed=rx.signed) is None:
            return Expected("illegal_state", {"entity": "prescription", "state": rx.status})
        if not may(who, name):
            return Expected("not_allowed")
        after = copy.deepcopy(rx)
        after.version += 1
        refusal = _RULES[type(command)](self, who, after, command)
        if refusal is not None:
            return refusal
        if not owns(who, rx):
            return Expected("not_allowed")
        if (taken := self._taken(rx, after)) is not None:
            return taken
        self.rxs[rx.id] = after
        if isinstance(command, SignAndSend):
            self._make_known(who, after)
        return Expected("done", {"version": after.version})

    def _write(self, who: Member, command: WriteDraft) -> Expected:
        if not may(who, "write_draft") or who.practitioner_id is None:
            return Expected("not_allowed")
        patient = self.patients.get(command.patient_id)
        if patient is None or who.practitioner_id not in patient.practitioners:
            return Expected("not_found", {"entity": "patient"})
        rx = Rx(
            command.prescription_id, command.patient_id, who.practitioner_id, command.pharmacy_id
        )
        refusal = self._closed(command.pharmacy_id) or self._with_lines(rx, command.items)
        if refusal is not None:
            return refusal
        if rx.id in self.rxs:
            return Expected("conflict", {"field": "prescription_id"})
        if (taken := self._taken(None, rx)) is not None:
            return taken
        self.rxs[rx.id] = rx
        return Expected("done", {"version": 1})

    def revise(self, _who: Member, rx: Rx, command: ReviseDraft) -> Expected | None:
        rx.pharmacy = command.pharmacy_id
        rx.lines = []
        return self._closed(command.pharmacy_id) or self._with_lines(rx, command.items)

    def sign(self, who: Member, rx: Rx, command: SignAndSend) -> Expected | None:
        if not rx.lines:
            return Expected("conflict", {"field": "items"})
        patient = self.patients[rx.patient]
        if not sees_patient(who, patient):
            return Expected("not_found", {"entity": "patient"})
        if (closed := self._closed(command.pharmacy_id)) is not None:
            return closed
        medicines = [list(self.medicines.values())[line.medicine] for line in rx.lines]
        gone = [medicine.discontinued for medicine in medicines]
        forbidden = [
            medicine.generic_name == "amoxicillin" and patient.severely_allergic
            for medicine in medicines
        ]
        # What is no longer supplied is looked at before what is safe.
        for bad in (gone, forbidden):
            if True in bad:
                return Expected("conflict", {"field": f"items[{bad.index(True)}].medicine_id"})
        rx.signed = True
        rx.pharmacy = command.pharmacy_id
        return None

    def pay(self, _who: Member, rx: Rx, command: TakePayment) -> Expected | None:
        outstanding = rx.total - rx.paid
        if rx.status != "DRAFT" and not outstanding:
            return Expected("conflict", {"field": "amount_minor"})
        if command.currency != "INR":
            return Expected("invalid_field", {"field": "currency"})
        if not min(1, outstanding) <= command.amount_minor <= outstanding:
            return Expected("invalid_field", {"field": "amount_minor"})
        if any(entry.id == command.payment_id for entry in rx.ledger):
            return Expected("conflict", {"field": "payment_id"})
        rx.ledger.append(Entry(command.payment_id, "payment", command.amount_minor, "COMPLETED"))
        rx.paid += command.amount_minor
        if rx.paid >= rx.total:
            rx.status = "PAID"
        return None

    def fulfill(self, who: Member, rx: Rx, command: FulfillItems) -> Expected | None:
        lines = {line.id: line for line in rx.lines}
        for index, item_id in enumerate(command.item_ids):
            if item_id not in lines or item_id in command.item_ids[:index]:
                return Expected("invalid_field", {"field": f"item_ids[{index}]"})
        for line in rx.lines:
            if line.id in command.item_ids and not _lawful(line, "fulfill_items"):
                return Expected(
                    "illegal_state", {"entity": "prescription_item", "state": line.status}
                )
        if command.hand_reason is None:
            return Expected("invalid_field", {"field": "hand_reason"})
        if not sees_patient(who, self.patients[rx.patient]):
            return Expected("not_found", {"entity": "patient"})
        for item_id in command.item_ids:
            lines[item_id].status = "READY"
        _settle(rx)
        return None

    def decline(self, _who: Member, rx: Rx, command: DeclineItem) -> Expected | None:
        line = next((line for line in rx.lines if line.id == command.item_id), None)
        if line is None:
            return Expected("not_found", {"entity": "prescription_item"})
        if not _lawful(line, "decline_item"):
            return Expected("illegal_state", {"entity": "prescription_item", "state": line.status})
        if all(other.status == "DECLINED" for other in rx.lines if other is not line):
            return Expected("conflict", {"field": "item_id"})
        line.status = "DECLINED"
        _owe_back(rx, rx.paid - rx.total)
        _settle(rx)
        return None

    def hand_over(self, _who: Member, rx: Rx, _command: HandOver) -> Expected | None:
        if any(line.status == "PENDING" for line in rx.lines):
            return Expected("conflict", {"field": "items"})
        for line in rx.lines:
            if line.status == "READY":
                line.status = "HANDED_OVER"
                line.supplied = line.quantity
        rx.status = "COMPLETED"
        return None

    def cancel(self, _who: Member, rx: Rx, _command: CancelPrescription) -> Expected | None:
        _owe_back(rx, rx.paid)
        for line in rx.lines:
            if _lawful(line, "cancel_prescription"):
                line.status = "CANCELLED"
        rx.status = "CANCELLED"
        rx.cancelled = True
        return None

    def pay_out(self, _who: Member, rx: Rx, command: PayOutRefund) -> Expected | None:
        entry = next((entry for entry in rx.ledger if entry.id == command.payment_id), None)
        if entry is None or entry.kind != "refund":
            return Expected("not_found", {"entity": "payment"})
        if entry.status != "PENDING":
            return Expected("illegal_state", {"entity": "payment", "state": entry.status})
        entry.status = "COMPLETED"
        return None

    def _closed(self, pharmacy: UUID | None) -> Expected | None:
        if pharmacy is None or pharmacy in self.open_pharmacies:
            return None
        return Expected("invalid_field", {"field": "pharmacy_id"})

    def _with_lines(self, rx: Rx, drafts: list[DraftItem]) -> Expected | None:
        ids = [draft.id for draft in drafts]
        for index, draft in enumerate(drafts):
            if draft.id in ids[:index]:
                return Expected("invalid_field", {"field": f"items[{index}].id"})
        for index, draft in enumerate(drafts):
            medicine = self.medicines.get(draft.medicine_id)
            if medicine is None or medicine.discontinued:
                return Expected("invalid_field", {"field": f"items[{index}].medicine_id"})
            number = list(self.medicines).index(medicine.id)
            amount = draft.quantity * medicine.price_minor // medicine.pack_size
            rx.lines.append(Line(draft.id, number, draft.quantity, amount))
        return None

    def _taken(self, before: Rx | None, after: Rx) -> Expected | None:
        """Identifiers that a row of the clinic has already."""
        ours = {line.id for line in before.lines} if before else set()
        lines = {line.id for rx in self.rxs.values() for line in rx.lines}
        if any(line.id in lines - ours for line in after.lines):
            return Expected("conflict", {"field": "items"})
        known = {entry.id for entry in before.ledger} if before else set()
        entries = {entry.id for rx in self.rxs.values() for entry in rx.ledger}
        added = {entry.id for entry in after.ledger if entry.id is not None} - known
        if added & entries:
            return Expected("conflict", {"field": "payment_id"})
        return None

    def _make_known(self, who: Member, rx: Rx) -> None:
        patient = self.patients[rx.patient]
        assert rx.pharmacy is not None
        if rx.pharmacy not in patient.pharmacies and who.practitioner_id in patient.practitioners:
            patient.pharmacies.append(rx.pharmacy)


def may(who: Member, name: str) -> bool:
    """Whether the role gives the command."""
    given = {Role.THERAPIST: PRESCRIBES, Role.PHARMACIST: DISPENSES}
    return name in given.get(who.role, set())


def sees(who: Member, rx: Rx) -> bool:
    """Whether the prescription is this member's to see."""
    return (
        who.role is Role.ADMIN
        or (who.role is Role.RECEPTION and rx.signed)
        or rx.practitioner == who.practitioner_id
        or (rx.signed and rx.pharmacy == who.pharmacy_id)
    )


def sees_patient(who: Member, patient: PatientModel) -> bool:
    """Whether the patient is this member's to see."""
    return (
        who.role in (Role.ADMIN, Role.RECEPTION)
        or who.practitioner_id in patient.practitioners
        or who.pharmacy_id in patient.pharmacies
    )


def owns(who: Member, rx: Rx) -> bool:
    """Whether the prescription is theirs to change, in their role."""
    if who.role is Role.THERAPIST:
        return rx.practitioner == who.practitioner_id
    return who.role is Role.PHARMACIST and rx.signed and rx.pharmacy == who.pharmacy_id


def _lawful(line: Line, command: str) -> bool:
    return PRESCRIPTION_ITEM.allows(line.status, command, signed=True) is not None


def _owe_back(rx: Rx, amount: int) -> None:
    if amount > 0:
        rx.ledger.append(Entry(None, "refund", amount, "PENDING"))
        rx.paid -= amount


def _settle(rx: Rx) -> None:
    states = {line.status for line in rx.lines}
    if states <= {"READY", "DECLINED"} and "READY" in states:
        rx.status = "FULFILLED"


_RULES: dict[type[Command], Callable[[ClinicModel, Member, Rx, Any], Expected | None]] = {
    ReviseDraft: ClinicModel.revise,
    SignAndSend: ClinicModel.sign,
    TakePayment: ClinicModel.pay,
    FulfillItems: ClinicModel.fulfill,
    DeclineItem: ClinicModel.decline,
    HandOver: ClinicModel.hand_over,
    CancelPrescription: ClinicModel.cancel,
    PayOutRefund: ClinicModel.pay_out,
}
