"""Pharmacies with prescriptions in any state, the same each time for the same seed."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from msgspec.structs import replace

from clinicdesk.contract.entities import (
    ItemStatus,
    NoticeKind,
    NoticeStatus,
    OrderStatus,
    PatientNotice,
    Payment,
    PaymentKind,
    PaymentStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    PurchaseOrder,
    Row,
)
from tests.core.sample import CLINIC, NOON, a_payment, a_prescription, an_id, an_item, pharmacy
from tests.desktop.workspaces.pharmacy.counter import an_order, many

Family = list[Row]

_WAYS = {
    PrescriptionStatus.DRAFT: (ItemStatus.PENDING,),
    PrescriptionStatus.PAID: tuple(ItemStatus),
    PrescriptionStatus.FULFILLED: (ItemStatus.READY, ItemStatus.DECLINED, ItemStatus.HANDED_OVER),
    PrescriptionStatus.COMPLETED: (ItemStatus.HANDED_OVER, ItemStatus.DECLINED),
    PrescriptionStatus.CANCELLED: (ItemStatus.CANCELLED,),
}
_AT_HOME = (ItemStatus.OWING, ItemStatus.HANDED_OVER, ItemStatus.ON_HOLD)
"""What lines of a prescription are whose patient has gone home."""


def a_clinic(random: Random, size: int) -> list[Row]:
    """So many prescriptions of twelve patients, with all that hangs on them."""
    people = many(0)
    rows: list[Row] = [*people.practitioners, *people.patients]
    for number in range(size):
        rows += a_family(random, number)
    return rows


def a_family(random: Random, number: int, version: int = 1) -> Family:
    """The prescription of a number as it may be now: another one each time."""
    header = _a_header(random, number, version)
    lines = _lines(random, header, version)
    return [header, *lines, *_orders(random, header, version), *_money(random, header, version),
            *_calls(random, header, version)]  # fmt: skip


def _a_header(random: Random, number: int, version: int) -> Prescription:
    status = random.choice((*PrescriptionStatus, PrescriptionStatus.PAID, PrescriptionStatus.PAID))
    signed = NOON - timedelta(minutes=random.randrange(5_000))
    steps = [min(NOON, signed + timedelta(minutes=random.randrange(900))) for _ in range(3)]
    paid, ready, gone = sorted(steps)
    rank = list(PrescriptionStatus).index(status)
    cancelled = status is PrescriptionStatus.CANCELLED
    unsigned = status is PrescriptionStatus.DRAFT and random.random() < 0.2
    return a_prescription(
        f"rx {number}", version=version, code=f"RX-{number + 0x7F3A0:05X}",
        patient_id=an_id(f"patient {number % 12}"),
        practitioner_id=an_id(f"doctor {number % 4}"),
        status=status, signed_at=None if unsigned else signed, created_at=signed,
        item_count=3, total_minor=41_200, paid_minor=41_200 if 0 < rank < 4 else 0,
        paid_at=paid if 0 < rank < 4 else None,
        fulfilled_at=ready if 1 < rank < 4 else None,
        completed_at=gone if rank == 3 else None,
        cancelled_at=gone if cancelled else None,
        cancel_reason="Not collected" if cancelled else None,
        delivery=random.random() < 0.3, updated_at=gone,
    )  # fmt: skip


def _lines(random: Random, header: Prescription, version: int) -> list[PrescriptionItem]:
    ways = _WAYS[header.status]
    if header.status is PrescriptionStatus.PAID and random.random() < 0.4:
        ways = _AT_HOME
    lines = []
    for line in (1, 2, 3):
        status = random.choice(ways)
        lines.append(
            an_item(
                header, f"{header.id} line {line}", line=line, version=version, status=status,
                owing=5 if status is ItemStatus.OWING else 0,
                updated_at=_some_time(random),
            )
        )  # fmt: skip
    return lines


def _orders(random: Random, header: Prescription, version: int) -> list[PurchaseOrder]:
    if header.paid_at is None or random.random() < 0.4:
        return []
    states = (OrderStatus.PENDING, OrderStatus.REJECTED, OrderStatus.OUT_FOR_DELIVERY)
    status = random.choice(states)
    closed = _some_time(random) if status is OrderStatus.REJECTED else None
    return [an_order(header, version=version, status=status, closed_at=closed)]


def _money(random: Random, header: Prescription, version: int) -> list[Payment]:
    if header.paid_at is None or random.random() < 0.8:
        return []
    status = random.choice(tuple(PaymentStatus))
    name = f"{header.id} refund"
    return [a_payment(header, name, version=version, kind=PaymentKind.REFUND, status=status)]


def _calls(random: Random, header: Prescription, version: int) -> list[PatientNotice]:
    if header.status is not PrescriptionStatus.PAID or random.random() < 0.7:
        return []
    return [a_call(header, _some_time(random), version=version)]


def a_call(header: Prescription, at: datetime, *, version: int = 1) -> PatientNotice:
    """The patient is called to what was owing and has come."""
    notice_id: UUID = uuid5(header.id, "came")
    return PatientNotice(
        id=notice_id, clinic_id=CLINIC, version=version, patient_id=header.patient_id,
        practitioner_id=header.practitioner_id, pharmacy_id=pharmacy.id,
        prescription_id=header.id, kind=NoticeKind.OWING_READY, subject_id=notice_id,
        status=NoticeStatus.QUEUED, created_at=at,
    )  # fmt: skip


def owed(header: Prescription, lines: list[PrescriptionItem], at: datetime) -> Family:
    """The same prescription when all that is left of it is owing."""
    gone = [
        replace(line, status=ItemStatus.HANDED_OVER, supplied=line.quantity) for line in lines[1:]
    ]
    first = replace(lines[0], status=ItemStatus.OWING, owing=3, updated_at=at)
    return [header, first, *gone]


def _some_time(random: Random) -> datetime:
    return NOON - timedelta(minutes=random.randrange(5_000))
