"""What is found in a prescription at this desk: allergies, interactions, duplicates, doses.

The same rules as the server's, over the rows that this desk holds. Of what others have prescribed
it knows what the server told when it was asked last (`learn`); the server decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.entities import (
    ItemStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    SafetyFinding,
)
from clinicdesk.contract.reading import CurrentMedicines
from clinicdesk.contract.safety import (
    Allergen,
    CheckedLine,
    Finding,
    RuleBook,
    age_in_months,
    findings,
    names_to_look_up,
)
from clinicdesk.core.clock import Today
from clinicdesk.core.older import OlderPrescriptions
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.medicine_table import MedicineTable
from clinicdesk.core.store.rule_table import RuleTable

_LEFT_OUT: Final = frozenset({ItemStatus.DECLINED, ItemStatus.CANCELLED})
_LONGEST: Final = timedelta(days=400)
"""A prescription signed before is not taken any more, whatever its lines say."""
_OPEN_END_DAYS: Final = 30
"""How long a medicine without an end is taken that one to be taken so."""


class Safety:
    """The checks at one desk."""

    def __init__(
        self,
        replica: Replica,
        medicines: MedicineTable,
        rules: RuleTable,
        day_of: Callable[[datetime], date],
        today: Today,
        older: OlderPrescriptions,
    ) -> None:
        self._replica = replica
        self._medicines = medicines
        self._rules = rules
        self._day_of = day_of
        self._today = today
        self._older = older
        self._elsewhere: dict[UUID, list[CheckedLine]] = {}

    async def learn(self, patient_id: UUID) -> bool:
        """Ask the server what else a patient takes; whether `check` may answer differently now.

        Without the server it stays as it was.
        """
        answer = await self._older.current_medicines(patient_id)
        if not isinstance(answer, CurrentMedicines):
            return False
        before = self._elsewhere.get(patient_id, [])
        self._elsewhere[patient_id] = answer.lines
        return answer.lines != before

    async def check(
        self,
        lines: Sequence[CheckedLine],
        patient_id: UUID,
        prescription_id: UUID | None = None,
    ) -> list[Finding]:
        """Everything that is to be said of these lines for a patient, the gravest first.

        `prescription_id`: The prescription that they are of; it is not compared with itself.
        Nothing for a patient who is not on this desk. Raises StoreLost.
        """
        patient = self._replica.patients.get(patient_id)
        if patient is None:
            return []
        allergies = [
            Allergen(substance=each.substance, severity=each.severity, reaction=each.reaction)
            for each in self._replica.allergies.of(patient_id)
            if each.active
        ]
        current = await self._current(patient_id, prescription_id)
        rules: RuleBook | None = None
        if any(each.rule_count for each in self._replica.rule_sets.values()):
            names = names_to_look_up([*lines, *current], allergies)
            rules = RuleBook(await self._rules.between(names))
        age = age_in_months(patient.birth_date, self._today())
        return findings(lines, age, allergies, current, rules)

    async def check_prescription(self, prescription_id: UUID) -> list[Finding]:
        """As `check`, of a prescription as it stands; what is dispensed instead counts."""
        prescription = self._replica.prescriptions.get(prescription_id)
        if prescription is None:
            return []
        items = [
            item for item in self._replica.items.of(prescription_id) if item.status not in _LEFT_OUT
        ]
        lines = await self.lines_of(items)
        return await self.check(lines, prescription.patient_id, prescription_id)

    async def lines_of(self, items: Iterable[PrescriptionItem]) -> list[CheckedLine]:
        """Lines as they are checked, with the ingredients of what is dispensed."""
        held = sorted(items, key=lambda item: item.line)
        known = await self._medicines.get({_product(item) for item in held})
        return [
            _line(item, tuple(known[_product(item)].ingredients) if _product(item) in known else ())
            for item in held
        ]

    def answered(self, prescription_id: UUID) -> dict[str, SafetyFinding]:
        """The findings that somebody gave a reason for, by their key; the prescriber's first."""
        found: dict[str, SafetyFinding] = {}
        for each in sorted(self._replica.findings.of(prescription_id), key=lambda f: f.at):
            found.setdefault(each.key, each)
        return found

    async def _current(self, patient_id: UUID, besides: UUID | None) -> list[CheckedLine]:
        """What the patient takes from other prescriptions whose course is not over."""
        ends: dict[UUID, int] = {}
        items: list[PrescriptionItem] = []
        own = self._replica.prescriptions.get(besides)
        for prescription in self._replica.prescriptions.of(patient_id):
            if not self._counts(prescription, besides, None if own is None else own.repeat_of):
                continue
            for item in self._replica.items.of(prescription.id):
                left = self._days_left(prescription, item)
                if item.status not in _LEFT_OUT and left > 0:
                    items.append(item)
                    ends[item.id] = left
        lines = await self.lines_of(items)
        here = [_ending(line, ends[line.item_id]) for line in lines]
        elsewhere = self._elsewhere.get(patient_id, [])
        return here + [line for line in elsewhere if line.item_id not in self._replica.items]

    def _counts(
        self, prescription: Prescription, besides: UUID | None, repeated: UUID | None
    ) -> bool:
        if prescription.signed_at is None or prescription.status is PrescriptionStatus.CANCELLED:
            return False
        if prescription.id in (besides, repeated):
            return False
        if besides is not None and prescription.repeat_of == besides:
            return False
        return self._day_of(prescription.signed_at) > self._today() - _LONGEST

    def _days_left(self, prescription: Prescription, item: PrescriptionItem) -> int:
        assert prescription.signed_at is not None  # others do not count
        begun = self._day_of(prescription.completed_at or prescription.signed_at)
        course = 1 if item.frequency == "STAT" else item.days or _OPEN_END_DAYS
        return (begun + timedelta(days=course) - self._today()).days


def _product(item: PrescriptionItem) -> UUID:
    return item.substitute_id or item.medicine_id


def _line(item: PrescriptionItem, ingredients: tuple[str, ...]) -> CheckedLine:
    return CheckedLine(
        item_id=item.id,
        name=" ".join(part for part in (item.generic_name, item.strength, item.form) if part),
        ingredients=ingredients,
        strength=item.strength,
        form=item.form,
        route=item.route,
        dose=item.dose,
        frequency=item.frequency,
    )


def _ending(line: CheckedLine, days: int) -> CheckedLine:
    return replace(line, ends_in_days=days)
