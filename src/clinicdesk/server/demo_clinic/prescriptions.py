"""Plans the prescriptions of a clinic: who needs what, who writes it, and where it goes."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final

from clinicdesk.contract.quantity import quantity_to_dispense
from clinicdesk.server.demo_clinic.contents import PlannedLine, PrescriptionPlan, Target
from clinicdesk.server.demo_clinic.progress import bring_to, draw_times

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from random import Random

    from clinicdesk.server.demo_clinic.allergies import Allergens
    from clinicdesk.server.demo_clinic.contents import PatientSeed
    from clinicdesk.server.demo_clinic.scenarios import Choice, Line, Scenario
    from clinicdesk.server.demo_clinic.sites import Site
    from clinicdesk.server.domain.formulary.rows import MedicineRow

_SHARES: Final = {
    Target.DRAFT: 4,
    Target.SIGNED: 9,
    Target.PAID: 14,
    Target.PART_FULFILLED: 4,
    Target.FULFILLED: 8,
    Target.COMPLETED: 54,
    Target.CANCELLED: 7,
}
"""Of a hundred: the lanes of a pharmacy's queue look as on a busy day, most of the past is done."""


_ADULT: Final = 18


def draw_targets(rng: Random, count: int) -> list[tuple[Target, int, int]]:
    """Targets with the minutes since they were written and reached, the oldest first."""
    targets = list(_SHARES)
    drawn = rng.choices(targets, weights=list(_SHARES.values()), k=count)
    for place, target in enumerate(targets[:count]):
        drawn[place] = target  # a small clinic, too, has each of them once
    return sorted(
        ((target, *draw_times(rng, target)) for target in drawn), key=lambda timed: -timed[1]
    )


class Planner:
    """Writes plans for one clinic. `rng` is its only source of chance."""

    def __init__(
        self,
        site: Site,
        medicines: Sequence[MedicineRow],
        scenarios: Sequence[Scenario],
        allergens: Allergens,
        rng: Random,
        today: date,
    ) -> None:
        self._medicines = medicines
        self._scenarios = scenarios
        self._allergens = allergens
        self._rng = rng
        self._today = today
        self._prescribers = _by_field(site)
        self._pharmacies = range(len(site.pharmacy))
        self._pharmacy_weights = list(accumulate(p.weight for p in site.pharmacy))

    def suits(self, patient: PatientSeed) -> bool:
        """Whether any scenario fits this patient."""
        return bool(self._fitting(patient))

    def plan(
        self, patient: PatientSeed, target: Target, written: int, reached: int
    ) -> PrescriptionPlan:
        """A prescription for a patient whom some scenario `suits`."""
        fitting = self._fitting(patient)
        rng = self._rng
        scenario, lines = rng.choices(fitting, weights=[s.weight for s, _ in fitting])[0]
        kept = self._kept(lines)
        if target is Target.PART_FULFILLED and len(kept) < 2:
            if len(lines) < 2:
                target = Target.PAID  # of a single medicine nothing is ready before all is
            else:
                kept = [choice for _, choice in lines]
        field = rng.choice(self._fields(scenario, _age(patient, self._today)))
        plan = PrescriptionPlan(
            patient=patient.index,
            practitioner=rng.choice(self._prescribers[field]),
            pharmacy=rng.choices(self._pharmacies, cum_weights=self._pharmacy_weights)[0],
            reason=scenario.reason,
            lines=tuple(self._planned(choice) for choice in kept),
            target=target,
            written_minutes_ago=written,
            reached_minutes_ago=reached,
        )
        return bring_to(rng, plan, patient, int(_age(patient, self._today)))

    def _fitting(self, patient: PatientSeed) -> list[tuple[Scenario, list[tuple[Line, Choice]]]]:
        age = _age(patient, self._today)
        ruled_out = self._allergens.ruled_out(patient.allergies)
        fitting = []
        for scenario in self._scenarios:
            if not scenario.youngest <= age < scenario.oldest + 1:
                continue
            if scenario.sex not in (None, patient.sex):
                continue
            if not self._fields(scenario, age):
                continue
            lines = self._choices(scenario.lines, ruled_out)
            if lines:
                fitting.append((scenario, lines))
        return fitting

    def _fields(self, scenario: Scenario, age: float) -> list[str]:
        """The fields whose prescribers this clinic has; paediatricians see no adults."""
        return [
            field
            for field in scenario.by
            if field in self._prescribers and (field != "paediatrics" or age < _ADULT)
        ]

    def _choices(
        self, lines: Iterable[Line], ruled_out: frozenset[str]
    ) -> list[tuple[Line, Choice]]:
        """The first harmless choice of each line; nothing when a needed line has none."""
        chosen = []
        for line in lines:
            for choice in line.choices:
                if ruled_out.isdisjoint(self._medicines[choice.medicine].ingredients):
                    chosen.append((line, choice))
                    break
            else:
                if not line.optional:
                    return []
        return chosen

    def _kept(self, lines: Iterable[tuple[Line, Choice]]) -> list[Choice]:
        """All that is needed, and most of what is optional."""
        return [choice for line, choice in lines if not line.optional or self._rng.random() < 0.65]

    def _planned(self, choice: Choice) -> PlannedLine:
        medicine = self._medicines[choice.medicine]
        return PlannedLine(
            medicine=choice.medicine,
            dose=choice.dose,
            frequency=choice.frequency,
            days=choice.days,
            quantity=quantity_to_dispense(
                choice.dose, choice.frequency, choice.days, medicine.pack_size, medicine.pack_unit
            ),
            instructions=choice.instructions,
        )


def _age(patient: PatientSeed, today: date) -> float:
    return (today - patient.birth_date).days / 365.2425


def _by_field(site: Site) -> Mapping[str, list[int]]:
    """The prescribers of each field, by position; those without a field do not prescribe."""
    fields: dict[str, list[int]] = {}
    for position, practitioner in enumerate(site.practitioner):
        if practitioner.field:
            fields.setdefault(practitioner.field, []).append(position)
    return fields
