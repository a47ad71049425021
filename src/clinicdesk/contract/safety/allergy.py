"""Lines that meet an allergy: by ingredient, by its class, or by a class that reacts alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinicdesk.contract.allergies import allergen_names
from clinicdesk.contract.entities import FindingKind, RuleLevel, Severity, Tier
from clinicdesk.contract.safety.finding import Finding, graver
from clinicdesk.contract.safety.lines import item_ids
from clinicdesk.contract.substances import international_name, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from clinicdesk.contract.entities import SafetyRule
    from clinicdesk.contract.safety.lines import Allergen, CheckedLine
    from clinicdesk.contract.safety.rules import Rules


def allergy_findings(
    lines: Sequence[CheckedLine], allergies: Iterable[Allergen], rules: Rules
) -> Iterator[Finding]:
    """One for each ingredient that meets a substance on record."""
    recorded = _gravest(allergies)
    ingredients: dict[str, list[CheckedLine]] = {}
    for line in lines:
        for ingredient in line.ingredients:
            ingredients.setdefault(international_name(ingredient), []).append(line)
    for substance, allergen in recorded.items():
        for ingredient, bearing in ingredients.items():
            finding = _meeting(substance, allergen, ingredient, tuple(bearing), rules)
            if finding is not None:
                yield finding


def _gravest(allergies: Iterable[Allergen]) -> dict[str, Allergen]:
    """One record for each substance: that of the worst reaction."""
    order = list(Severity)
    recorded: dict[str, Allergen] = {}
    for allergen in allergies:
        name = international_name(allergen.substance)
        known = recorded.get(name)
        if known is None or order.index(allergen.severity) > order.index(known.severity):
            recorded[name] = allergen
    return recorded


def _meeting(
    substance: str,
    allergen: Allergen,
    ingredient: str,
    lines: tuple[CheckedLine, ...],
    rules: Rules,
) -> Finding | None:
    meant = allergen_names(substance)
    severe = allergen.severity is Severity.SEVERE
    what = _named(ingredient)
    reaction = f" ({allergen.reaction})" if allergen.reaction else ""
    on_record = f"A {allergen.severity} allergy to {substance}{reaction} is on record."
    if not meant.isdisjoint((*names_of(ingredient), *rules.classes_of(ingredient))):
        same = ingredient in meant or not meant.isdisjoint(names_of(ingredient))
        belongs = "" if same else f" {what} is one of the {_class_meant(meant, ingredient, rules)}."
        advice = "Prescribe something else." if severe else "Consider something else."
        tier = Tier.STOP if severe else Tier.OVERRIDE
        said = f"{on_record}{belongs} {advice}"
    else:
        crossing = rules.cross_reactions(meant, ingredient)
        if not crossing:
            return None
        tier = _crossing_tier(crossing[0], severe=severe)
        said = f"{on_record} {crossing[0].text or f'{what} may cause the same reaction.'}"
    return Finding(
        kind=FindingKind.ALLERGY,
        tier=tier,
        key=f"allergy:{substance}:{ingredient}",
        item_ids=item_ids(lines),
        summary=f"{what} and an allergy to {substance}",
        detail=said,
    )


def _class_meant(meant: frozenset[str], ingredient: str, rules: Rules) -> str:
    return min(meant.intersection(rules.classes_of(ingredient)))


def _crossing_tier(rule: SafetyRule, *, severe: bool) -> Tier:
    """A cross-reaction asks for a reason, unless it is hardly ever seen."""
    if rule.level in (RuleLevel.MINOR, RuleLevel.UNKNOWN):
        return Tier.INFORMATION
    stop = Tier.STOP if severe and rule.level is RuleLevel.CONTRAINDICATED else Tier.OVERRIDE
    return graver(stop, Tier.OVERRIDE)


def _named(ingredient: str) -> str:
    return ingredient[:1].upper() + ingredient[1:]
