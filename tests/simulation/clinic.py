"""A clinic's people and rows, and its rules, as far as the feed and the outbox notice them."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

import msgspec
from msgspec import NODEFAULT
from msgspec.structs import fields

from clinicdesk.contract.access import COMMANDS, View, scopes_of, view_for
from clinicdesk.contract.commands import (
    AnyCommand,
    CancelPrescription,
    Done,
    ReviseDraft,
    SignAndSend,
    TakePayment,
    WriteDraft,
    name_of,
)
from clinicdesk.contract.entities import ENTITIES, Member, PaymentMethod, PrescriptionStatus, Role
from clinicdesk.contract.lifecycles import PRESCRIPTION
from clinicdesk.contract.problems import (
    Conflict,
    IllegalState,
    KeyReused,
    NotAllowed,
    NotFound,
    Refusal,
    Stale,
)
from tests.simulation.database import Columns, Database
from tests.simulation.timeline import BEGIN

_AT = BEGIN.isoformat()


def new_id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128))


def member_columns(clinic: UUID, member_id: UUID, role: Role, **facts: Any) -> Columns:
    return _row_of("member", {
        "id": str(member_id), "clinic_id": str(clinic), "account_id": str(member_id),
        "name": "Staff", "role": role.value, "practitioner_id": None, "pharmacy_id": None,
        "active": True, **facts,
    })  # fmt: skip


def patient_columns(clinic: UUID, patient_id: UUID, **facts: Any) -> Columns:
    return _row_of("patient", {
        "id": str(patient_id), "clinic_id": str(clinic), "number": "P-1", "name": "P",
        "name_local": None, "sex": "unknown", "birth_date": "1990-01-01", "phone": None,
        "email": None, "address": None, "practitioner_ids": [], "pharmacy_ids": [],
        "created_at": _AT, "updated_at": _AT, **facts,
    })  # fmt: skip


def prescription_columns(
    clinic: UUID, command: WriteDraft, practitioner_id: UUID, by: UUID
) -> Columns:
    return _row_of("prescription", {
        "id": str(command.prescription_id), "clinic_id": str(clinic), "code": "RX",
        "patient_id": str(command.patient_id), "practitioner_id": str(practitioner_id),
        "pharmacy_id": _text(command.pharmacy_id), "status": "DRAFT", "signed_at": None,
        "note": command.note, "item_count": 0, "controlled": False, "total_minor": 100,
        "paid_minor": 0, "currency": "INR", "created_at": _AT, "paid_at": None,
        "fulfilled_at": None, "completed_at": None, "collected_by": None, "cancelled_at": None,
        "cancel_reason": None, "updated_at": _AT, "updated_by": str(by),
    })  # fmt: skip


def payment_columns(rx: Columns, command: TakePayment, by: UUID) -> Columns:
    return _row_of("payment", {
        "id": str(command.payment_id), "clinic_id": rx["clinic_id"], "prescription_id": rx["id"],
        "patient_id": rx["patient_id"], "practitioner_id": rx["practitioner_id"],
        "pharmacy_id": rx["pharmacy_id"], "kind": "payment", "method": PaymentMethod.CASH.value,
        "status": "COMPLETED", "amount_minor": command.amount_minor, "currency": "INR",
        "received_by": str(by), "created_at": _AT, "settled_at": _AT,
    })  # fmt: skip


def _row_of(kind: str, columns: Columns) -> Columns:
    """With what the schema fills in where nothing is said."""
    given = {
        field.name: msgspec.to_builtins(field.default)
        for field in fields(ENTITIES[kind])
        if field.default is not NODEFAULT
    }
    return given | columns


def carry_out(
    database: Database,
    member: Member,
    command: AnyCommand,
    op_id: UUID,
    body: bytes,
    if_match: str | None,
) -> Done | Refusal:
    """One command in one transaction, with its result: the same key is answered as before."""
    known = database.result_of(op_id)
    if known is not None:
        return known.answer if known.body == body else KeyReused(detail="another body")
    answer: Done | Refusal | None = _judge(database, member, command, if_match)
    if answer is None:
        changes, version = _effect(database, member, command)
        seq = database.write(member.clinic_id, *changes, by=member.id, op_id=op_id)
        answer = Done(op_id=op_id, version=version, seq=seq)
    database.keep_result(member.clinic_id, op_id, body, answer)
    return answer


def _judge(
    database: Database, member: Member, command: AnyCommand, if_match: str | None
) -> Refusal | None:
    rx_id = command.prescription_id
    row = database.clinics[member.clinic_id].rows.get(("prescription", rx_id))
    allowed = member.role in COMMANDS[name_of(command)]
    if isinstance(command, WriteDraft):
        if not allowed or member.practitioner_id is None:
            return NotAllowed(detail="role")
        return Conflict(detail="it is there") if row is not None else None
    if row is None or view_for(scopes_of(member), row.audience) is not View.FULL:
        return NotFound(detail="no such", entity="prescription")
    if if_match != f'"{row.version}"':
        return Stale(
            detail="changed", entity="prescription", id=rx_id, current=row.version,
            state=row.columns["status"], by="", at=BEGIN,
        )  # fmt: skip
    state = PrescriptionStatus(row.columns["status"])
    signed = row.columns["signed_at"] is not None
    if PRESCRIPTION.allows(state, name_of(command), signed=signed) is None:
        return IllegalState(
            detail="state", entity="prescription", id=rx_id, command=name_of(command),
            state=state, by="", at=BEGIN,
        )  # fmt: skip
    return None if allowed else NotAllowed(detail="role")


Changes = list[tuple[str, UUID, Columns | None]]


def _effect(database: Database, member: Member, command: AnyCommand) -> tuple[Changes, int]:
    """The rows as the command leaves them, and the prescription's new version."""
    rx_id, clinic = command.prescription_id, member.clinic_id
    if isinstance(command, WriteDraft):
        assert member.practitioner_id is not None
        columns = prescription_columns(clinic, command, member.practitioner_id, member.id)
        return [("prescription", rx_id, columns)], 1
    old = database.clinics[clinic].rows["prescription", rx_id]
    rx = {**old.columns, "updated_by": str(member.id)}
    changes: Changes = [("prescription", rx_id, rx)]
    match command:
        case ReviseDraft():
            rx |= {"note": command.note, "pharmacy_id": _text(command.pharmacy_id)}
        case SignAndSend():
            rx |= {"signed_at": _AT, "pharmacy_id": str(command.pharmacy_id)}
        case TakePayment():
            rx["paid_minor"] += command.amount_minor
            if rx["paid_minor"] >= rx["total_minor"]:
                rx |= {"status": "PAID", "paid_at": _AT}
            changes.append(("payment", command.payment_id, payment_columns(rx, command, member.id)))
        case CancelPrescription():
            rx |= {"status": "CANCELLED", "cancelled_at": _AT, "cancel_reason": command.reason}
        case _:
            raise AssertionError(command)
    return changes, old.version + 1


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
