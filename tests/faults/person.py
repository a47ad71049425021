"""What a person does at a desk, drawn from a seed: the commands of the product, as it offers them.

They act upon what their screen shows, so two people at one counter do collide, and some of what
they do is refused; now and then they read a refusal and dismiss it.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import (
    ItemStatus,
    Patient,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    Role,
)
from clinicdesk.core.desk import Desk
from clinicdesk.core.identity import new_id
from tests.end_to_end.clinic import AMOXICILLIN, CORNER, MAIN, MORPHINE, PARACETAMOL

_MEDICINES: Final = (PARACETAMOL, PARACETAMOL, AMOXICILLIN, AMOXICILLIN, MORPHINE)
_SAME_COUNTER: Final = 6
"""Pharmacists take one of so many that wait longest: often the same one at the same time."""
_UNTOUCHED: Final = 4
"""Open drafts above which a prescriber signs rather than begins another."""


class Person:
    """Somebody at a desk."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self._desk = desk
        self._chance = chance

    async def act(self) -> None:
        """Do one thing, if there is one. Raises StoreLost, like a button."""
        if self._chance.random() < 0.3:
            await self._read_a_refusal()
        role = self._desk.member.role
        if role is Role.THERAPIST:
            await self._prescribe()
        elif role is Role.PHARMACIST:
            await self._dispense()

    async def act_steadily(self) -> None:
        """Do one thing that leaves as many rows as there were: for watching what grows."""
        for entry in self._desk.outbox.refused():
            await self._desk.outbox.dismiss(entry.op_id)
        if self._desk.member.role is Role.THERAPIST:
            drafts = [p for p in self._own() if p.signed_at is None]
            if len(drafts) < _UNTOUCHED:
                await self._write_alone()
            else:
                draft = self._chance.choice(drafts)
                lines = [self._line()]
                await self._desk.prescribing.revise_draft(draft.id, lines, note=self._note())

    async def _read_a_refusal(self) -> None:
        refused = self._desk.outbox.refused()
        if refused:
            await self._desk.outbox.dismiss(refused[0].op_id)

    async def _prescribe(self) -> None:
        drafts = [p for p in self._own() if p.signed_at is None]
        chance = self._chance.random()
        if not drafts or (chance < 0.4 and len(drafts) < _UNTOUCHED):
            await self._write()
        elif chance < 0.55:
            draft = self._chance.choice(drafts)
            await self._desk.prescribing.revise_draft(draft.id, self._lines(), note=self._note())
        elif chance < 0.95:
            draft = self._chance.choice(drafts)
            await self._sign(draft.id)
        else:
            mine = self._chance.choice(self._own())
            await self._desk.prescribing.cancel(mine.id, "the patient is better")

    async def _write(self) -> None:
        prescription_id = await self._write_alone()
        if self._chance.random() < 0.4:  # at once, before the server has answered
            await self._sign(prescription_id)

    async def _write_alone(self) -> UUID:
        prescription_id = new_id()
        if patients := self._patients():
            await self._desk.prescribing.write_draft(
                self._chance.choice(patients).id, self._lines(), note=self._note(),
                prescription_id=prescription_id,
            )  # fmt: skip
        return prescription_id

    async def _sign(self, prescription_id: UUID) -> None:
        pharmacy = self._chance.choice((MAIN, MAIN, CORNER))
        await self._desk.prescribing.sign_and_send(prescription_id, pharmacy)

    async def _dispense(self) -> None:
        waiting = sorted(self._at_my_counter(), key=lambda p: p.created_at)[:_SAME_COUNTER]
        if not waiting:
            return
        prescription = self._chance.choice(waiting)
        if self._chance.random() < 0.04:
            await self._desk.dispensing.cancel(prescription.id, "nobody came for it")
            return
        await self._next_step(prescription)()

    def _next_step(self, prescription: Prescription) -> Callable[[], Awaitable[object]]:
        dispensing, key = self._desk.dispensing, prescription.id
        lines = self._desk.replica.items.of(key)
        match prescription.status:
            case PrescriptionStatus.DRAFT:
                return lambda: dispensing.take_payment(key)
            case PrescriptionStatus.PAID:
                return lambda: self._fill_the_bag(key, lines)
            case PrescriptionStatus.CANCELLED:
                return lambda: self._pay_back(key)
            case _:
                return lambda: dispensing.hand_over(key, "the patient")

    async def _fill_the_bag(self, key: UUID, lines: list[PrescriptionItem]) -> None:
        pending = [line.id for line in lines if line.status is ItemStatus.PENDING]
        if not pending:
            return
        dispensing = self._desk.dispensing
        if len(lines) > 1 and self._chance.random() < 0.15:
            await dispensing.decline(key, self._chance.choice(pending), "out of stock")
        elif self._chance.random() < 0.3:
            await dispensing.fulfill(
                key, [self._chance.choice(pending)], hand_reason="no scanner here"
            )
        else:
            await dispensing.fulfill(key, pending, hand_reason="no scanner here")
            if self._chance.random() < 0.5:  # at once, before the server has answered
                await dispensing.hand_over(key, "the patient")

    async def _pay_back(self, key: UUID) -> None:
        for payment_id in self._desk.dispensing.refunds_owed(key):
            await self._desk.dispensing.pay_out_refund(key, payment_id)

    def _own(self) -> list[Prescription]:
        """Not yet handed over, and still the prescriber's business."""
        me = self._desk.member.practitioner_id
        return [
            p
            for p in self._desk.replica.prescriptions.values()
            if p.practitioner_id == me and p.status is PrescriptionStatus.DRAFT
        ]

    def _at_my_counter(self) -> list[Prescription]:
        mine = self._desk.member.pharmacy_id
        open_ones = (
            PrescriptionStatus.DRAFT,
            PrescriptionStatus.PAID,
            PrescriptionStatus.FULFILLED,
        )
        return [
            p
            for p in self._desk.replica.prescriptions.values()
            if p.pharmacy_id == mine
            and p.signed_at is not None
            and (p.status in open_ones or self._desk.dispensing.refunds_owed(p.id))
        ]

    def _patients(self) -> list[Patient]:
        me = self._desk.member.practitioner_id
        return sorted(
            (p for p in self._desk.replica.patients.values() if me in p.practitioner_ids),
            key=lambda p: p.id,
        )

    def _lines(self) -> list[DraftItem]:
        return [self._line() for _ in range(self._chance.randint(1, 3))]

    def _line(self) -> DraftItem:
        return DraftItem(
            id=new_id(), medicine_id=self._chance.choice(_MEDICINES), dose="1 tablet",
            route="oral", frequency="BD", days=5, quantity=10, instructions="after food",
        )  # fmt: skip

    def _note(self) -> str | None:
        return self._chance.choice((None, f"review in {self._chance.randint(1, 6)} weeks"))
