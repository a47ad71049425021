"""How far a prescription has come, when, and why some go no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from clinicdesk.server.demo_clinic.contents import Target

if TYPE_CHECKING:
    from random import Random

    from clinicdesk.server.demo_clinic.contents import PatientSeed, PlannedLine, PrescriptionPlan

_HOUR = 60
_DAY = 24 * _HOUR

_CANCELLATIONS: Final = (
    (Target.DRAFT, "prescriber", "Written for the wrong patient; noticed before signing."),
    (Target.DRAFT, "prescriber", "Decided on exercises first, no medicine for now."),
    (Target.SIGNED, "prescriber", "Dose to be reviewed after the blood test."),
    (Target.SIGNED, "prescriber", "Patient has enough left from last month."),
    (Target.SIGNED, "prescriber", "Replaced by a new prescription with a lower dose."),
    (Target.SIGNED, "pharmacist", "Not collected within thirty days."),
    (Target.SIGNED, "pharmacist", "Patient buys it nearer to home."),
    (Target.PAID, "pharmacist", "Out of stock everywhere, money given back."),
    (Target.PAID, "prescriber", "Rash after the first dose of another course; stop and review."),
    (Target.PAID, "pharmacist", "Interaction with a medicine from another doctor; sent back."),
)

_DECLINES: Final = (
    "Patient still has a full pack at home.",
    "Out of stock until next week; patient buys it elsewhere.",
    "Patient does not want it.",
)


def draw_times(rng: Random, target: Target) -> tuple[int, int]:
    """Minutes ago that it was written and that it came to `target`.

    What is open is of these hours; what is older keeps the time of day of the present moment, give
    or take two hours, so that nobody works at night.
    """
    if target is Target.DRAFT:
        written = rng.randint(3, 5 * _HOUR)
        return written, written
    if target is Target.SIGNED:
        reached = rng.randint(0, 3 * _HOUR)
        return reached + rng.randint(1, 9), reached
    if target is Target.PAID:
        reached = int(rng.triangular(0, 150, 8))
        return reached + rng.randint(6, 70), reached
    if target in (Target.PART_FULFILLED, Target.FULFILLED):
        reached = rng.randint(4, 4 * _HOUR) if rng.random() < 0.7 else _days_back(rng, 1, 3)
        return reached + rng.randint(25, 110), reached
    if target is Target.COMPLETED and rng.random() < 0.35:
        reached = rng.randint(5, 6 * _HOUR)
        return reached + rng.randint(30, 160), reached
    reached = _days_back(rng, 1, 120)
    return reached + rng.randint(35, 160), reached


def _days_back(rng: Random, least: int, most: int) -> int:
    return rng.randint(least, most) * _DAY + rng.randint(-2 * _HOUR, 2 * _HOUR)


def bring_to(
    rng: Random, plan: PrescriptionPlan, patient: PatientSeed, age: int
) -> PrescriptionPlan:
    """The plan with what its target needs: what is ready, who collected, why it was cancelled."""
    target = plan.target
    if target is Target.DRAFT:
        return msgspec.structs.replace(plan, pharmacy=plan.pharmacy if rng.random() < 0.5 else None)
    if target is Target.PART_FULFILLED:
        return msgspec.structs.replace(plan, lines=_partly_ready(rng, plan.lines))
    if target is Target.FULFILLED:
        return msgspec.structs.replace(plan, lines=_all_ready(rng, plan.lines))
    if target is Target.COMPLETED:
        return msgspec.structs.replace(
            plan, lines=_all_ready(rng, plan.lines), collected_by=_collector(rng, patient, age)
        )
    if target is Target.CANCELLED:
        stage, who, reason = rng.choice(_CANCELLATIONS)
        return msgspec.structs.replace(
            plan, cancelled_from=stage, cancelled_by=who, cancel_reason=reason
        )
    return plan


def _all_ready(rng: Random, lines: tuple[PlannedLine, ...]) -> tuple[PlannedLine, ...]:
    """Everything supplied; now and then the pharmacy declines the last of several lines."""
    ready = [msgspec.structs.replace(line, ready=line.quantity) for line in lines]
    if len(ready) > 1 and rng.random() < 0.05:
        ready[-1] = msgspec.structs.replace(
            ready[-1], ready=0, decline_reason=rng.choice(_DECLINES)
        )
    return tuple(ready)


def _partly_ready(rng: Random, lines: tuple[PlannedLine, ...]) -> tuple[PlannedLine, ...]:
    """Some lines are ready, at least one and not the last."""
    ready = rng.randint(1, len(lines) - 1)
    return tuple(
        msgspec.structs.replace(line, ready=line.quantity) if place < ready else line
        for place, line in enumerate(lines)
    )


def _collector(rng: Random, patient: PatientSeed, age: int) -> str:
    if age < 16:
        return rng.choice(("Mother", "Father", "Grandmother"))
    if age >= 75 and rng.random() < 0.6:
        return rng.choice(("Daughter", "Son", "Neighbour"))
    return patient.name
