"""A small rule book and lines to hold against it."""

from __future__ import annotations

from uuid import UUID, uuid5

from clinicdesk.contract.entities import RuleKind, RuleLevel, SafetyRule
from clinicdesk.contract.safety import CheckedLine, RuleBook

SPACE = UUID(int=7)


def line(
    number: int,
    ingredients: str,
    strength: str = "",
    dose: str = "1 tablet",
    frequency: str = "OD",
    route: str = "oral",
    ends_in_days: int | None = None,
) -> CheckedLine:
    return CheckedLine(
        item_id=UUID(int=number),
        name=ingredients,
        ingredients=tuple(ingredients.split(" + ")),
        strength=strength,
        form="tablet",
        route=route,
        dose=dose,
        frequency=frequency,
        ends_in_days=ends_in_days,
    )


def rule(
    kind: RuleKind,
    subject: str,
    other: str = "",
    level: RuleLevel = RuleLevel.MAJOR,
    text: str = "",
    *,
    route: str = "",
    single: int | None = None,
    daily: int | None = None,
    ages: tuple[int | None, int | None] = (None, None),
) -> SafetyRule:
    return SafetyRule(
        id=uuid5(SPACE, f"{kind} {subject} {other} {route} {ages}"),
        clinic_id=SPACE,
        rule_set_id=SPACE,
        revision=1,
        kind=kind,
        subject=subject,
        other=other,
        level=level,
        text=text,
        source="clinicdesk",
        route=route,
        max_single_ug=single,
        max_daily_ug=daily,
        from_age_months=ages[0],
        to_age_months=ages[1],
        withdrawn=False,
    )


ADULT = 40 * 12
CHILD = 5 * 12

RULES = (
    rule(RuleKind.CLASS, "ibuprofen", "nsaids", RuleLevel.MAJOR),
    rule(RuleKind.CLASS, "diclofenac", "nsaids", RuleLevel.MAJOR),
    rule(RuleKind.CLASS, "omeprazole", "proton pump inhibitors", RuleLevel.MODERATE),
    rule(RuleKind.CLASS, "pantoprazole", "proton pump inhibitors", RuleLevel.MODERATE),
    rule(RuleKind.CLASS, "sertraline", "ssris", RuleLevel.MAJOR),
    rule(RuleKind.INTERACTION, "warfarin", "nsaids", RuleLevel.MAJOR, "Bleeding."),
    rule(RuleKind.INTERACTION, "warfarin", "diclofenac", RuleLevel.MODERATE, "Mild bleeding."),
    rule(RuleKind.INTERACTION, "ketamine", "ssris", RuleLevel.CONTRAINDICATED, "Never."),
    rule(RuleKind.CROSS_REACTION, "penicillins", "cephalosporins", RuleLevel.MODERATE),
    rule(RuleKind.CROSS_REACTION, "penicillins", "ceftriaxone", RuleLevel.MINOR),
    rule(RuleKind.CROSS_REACTION, "penicillins", "penicillins", RuleLevel.CONTRAINDICATED),
    rule(RuleKind.DOSE, "paracetamol", single=1_000_000, daily=4_000_000, ages=(144, None)),
    rule(RuleKind.DOSE, "paracetamol", single=250_000, daily=1_000_000, ages=(12, 144)),
    rule(RuleKind.DOSE, "methotrexate", single=25_000, daily=3_600),
    rule(
        RuleKind.DOSE,
        "doxycycline",
        level=RuleLevel.CONTRAINDICATED,
        text="Teeth.",
        ages=(None, 96),
    ),
)

BOOK = RuleBook(RULES)
