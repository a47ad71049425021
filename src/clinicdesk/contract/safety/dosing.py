"""More of an ingredient than is safe, at once or in a day, over all lines that have it.

What cannot be reckoned is said, never passed over: a limit is known and the dose is not, or limits
are known for other ages. An ingredient without any limit in the rules is not spoken of.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import FindingKind, RuleLevel, Tier
from clinicdesk.contract.safety.dose import micrograms, read_dose, times_a_day
from clinicdesk.contract.safety.finding import Finding
from clinicdesk.contract.safety.lines import item_ids
from clinicdesk.contract.safety.strength import strengths_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clinicdesk.contract.entities import SafetyRule
    from clinicdesk.contract.safety.lines import CheckedLine
    from clinicdesk.contract.safety.rules import Rules

STOP_ABOVE: Final = 2
"""So many times the limit is no judgement any more but a slip."""

_AGE_TIERS: Final = {
    RuleLevel.CONTRAINDICATED: Tier.STOP,
    RuleLevel.MAJOR: Tier.OVERRIDE,
}


class _Taken(Struct, frozen=True):
    """An ingredient in one line; None: it cannot be told."""

    line: CheckedLine
    single_ug: Fraction | None
    daily_ug: Fraction | None


def dose_findings(lines: Sequence[CheckedLine], age_months: int, rules: Rules) -> Iterator[Finding]:
    """What is to be said of the amounts, by ingredient."""
    known: dict[str, Sequence[SafetyRule]] = {}
    taken: dict[str, list[_Taken]] = {}
    for line in lines:
        for ingredient, entry in _contents(line):
            limits = rules.doses(ingredient)
            if limits:
                known[limits[0].subject] = limits
                taken.setdefault(limits[0].subject, []).append(entry)
    for subject, entries in taken.items():
        for route in sorted({rule.route for rule in known[subject]}):
            limits = [rule for rule in known[subject] if rule.route == route]
            concerned = [entry for entry in entries if _by(route, entry.line)]
            if concerned:
                yield from _of_route(subject, route, limits, concerned, age_months)


def _contents(line: CheckedLine) -> Iterator[tuple[str, _Taken]]:
    dose, often = read_dose(line.dose), times_a_day(line.frequency)
    alone = len(line.ingredients) == 1
    strengths = strengths_of(line.ingredients, line.strength)
    for ingredient, strength in zip(line.ingredients, strengths, strict=True):
        single = micrograms(dose, strength, alone=alone)
        daily = None if single is None or often is None else single * often
        yield ingredient, _Taken(line, single, daily)


def _by(route: str, line: CheckedLine) -> bool:
    """Whether limits of this route hold for the line; those without one: for the whole body."""
    return line.route == route if route else not line.reach


def _of_route(
    subject: str, route: str, limits: list[SafetyRule], entries: list[_Taken], age_months: int
) -> Iterator[Finding]:
    key = f"dose:{subject}:{route}" if route else f"dose:{subject}"
    told = _Told(subject.capitalize(), key, item_ids(tuple(entry.line for entry in entries)))
    of_age = [rule for rule in limits if _covers(rule, age_months)]
    if not of_age:
        yield told.information("age", f"{told.name}: no dose is known for this age")
    for rule in of_age:
        if rule.max_single_ug is None and rule.max_daily_ug is None:
            yield _at_this_age(told, rule)
    amounts = [r for r in of_age if r.max_single_ug is not None or r.max_daily_ug is not None]
    if amounts:
        yield from _over(told, amounts, entries)
        yield from _not_reckoned(told, amounts, entries)


class _Told(Struct, frozen=True):
    """What the findings of one ingredient have in common."""

    name: str
    key: str
    item_ids: tuple[UUID, ...]

    def finding(self, about: str, tier: Tier, summary: str, detail: str) -> Finding:
        return Finding(
            kind=FindingKind.DOSE,
            tier=tier,
            key=f"{self.key}:{about}",
            item_ids=self.item_ids,
            summary=summary,
            detail=detail,
        )

    def information(self, about: str, summary: str) -> Finding:
        return self.finding(about, Tier.INFORMATION, summary, "Please check the dose by hand.")


def _covers(rule: SafetyRule, age_months: int) -> bool:
    begun = rule.from_age_months is None or rule.from_age_months <= age_months
    return begun and (rule.to_age_months is None or age_months < rule.to_age_months)


def _at_this_age(told: _Told, rule: SafetyRule) -> Finding:
    tier = _AGE_TIERS.get(rule.level, Tier.INFORMATION)
    never = "is not for this age" if tier is Tier.STOP else "at this age"
    return told.finding("age", tier, f"{told.name} {never}", rule.text or "Choose another.")


def _over(told: _Told, limits: list[SafetyRule], entries: list[_Taken]) -> Iterator[Finding]:
    """The limit that is exceeded most; nothing when none is."""
    single = max((entry.single_ug or Fraction(0) for entry in entries), default=Fraction(0))
    daily = sum((entry.daily_ug or Fraction(0) for entry in entries), Fraction(0))
    exceeded: list[tuple[Fraction, str, str]] = []
    for rule in limits:
        for given, most, span in (
            (daily, rule.max_daily_ug, "a day"),
            (single, rule.max_single_ug, "at once"),
        ):
            if most and given > most:
                summary = (
                    f"{told.name}: {amount_words(given)} {span}; the most is {amount_words(most)}"
                )
                exceeded.append((given / most, summary, rule.text))
    if exceeded:
        ratio, summary, text = max(exceeded)
        stop = ratio > STOP_ABOVE
        advice = (
            "That is more than twice the most: write a lower dose."
            if stop
            else ("Write a lower dose, or say why it is meant.")
        )
        yield told.finding(
            "amount",
            Tier.STOP if stop else Tier.OVERRIDE,
            summary,
            f"{text} {advice}".strip(),
        )


def _not_reckoned(
    told: _Told, limits: list[SafetyRule], entries: list[_Taken]
) -> Iterator[Finding]:
    if any(entry.single_ug is None for entry in entries):
        yield told.information("unknown", f"{told.name}: the dose could not be reckoned")
    most = [rule.max_daily_ug for rule in limits if rule.max_daily_ug]
    if most and any(entry.daily_ug is None and entry.single_ug is not None for entry in entries):
        yield told.finding(
            "when needed",
            Tier.INFORMATION,
            f"{told.name} when needed: at most {amount_words(min(most))} a day",
            "How often is left to the patient: say in the instructions what is the most.",
        )


def amount_words(micrograms: Fraction | int) -> str:
    """A mass as prescribers write it: 4 g, 62.5 mg, 100 microgram."""
    for unit, size in (("g", 10**6), ("mg", 10**3)):
        if micrograms >= size:
            return f"{_short(Fraction(micrograms) / size)} {unit}"
    return f"{_short(Fraction(micrograms))} microgram"


def _short(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
