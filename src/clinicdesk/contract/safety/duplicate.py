"""The same ingredient twice, or two medicines of a class of which one is enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from clinicdesk.contract.entities import FindingKind, RuleLevel, Tier
from clinicdesk.contract.safety.finding import Finding, graver
from clinicdesk.contract.safety.lines import item_ids
from clinicdesk.contract.safety.rules import SEVERITY
from clinicdesk.contract.substances import international_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clinicdesk.contract.safety.lines import CheckedLine
    from clinicdesk.contract.safety.rules import Rules

REFILL_DAYS: Final = 7
"""Who takes a medicine for so few days more may be written the next course of it."""


class _Pair(Struct, frozen=True):
    """Two ingredients (of a class), or one (`of_class` ""), with how grave it is."""

    one: str
    other: str
    of_class: str
    tier: Tier
    said: str


def duplicate_findings(
    lines: Sequence[CheckedLine], current: Sequence[CheckedLine], rules: Rules
) -> Iterator[Finding]:
    """One for each ingredient, or pair of one class, that is taken twice."""
    found: dict[str, list[tuple[_Pair, tuple[CheckedLine, ...]]]] = {}
    for place, line in enumerate(lines):
        for other in lines[place + 1 :]:
            for key, pair in _pairs(line, other, rules, elsewhere=False):
                found.setdefault(key, []).append((pair, (line, other)))
        for other in current:
            for key, pair in _pairs(line, other, rules, elsewhere=True):
                found.setdefault(key, []).append((pair, (line,)))
    for key, pairs in found.items():
        yield _finding(key, pairs)


def _pairs(
    line: CheckedLine, other: CheckedLine, rules: Rules, *, elsewhere: bool
) -> Iterator[tuple[str, _Pair]]:
    for one in map(international_name, line.ingredients):
        for two in map(international_name, other.ingredients):
            if one == two:
                yield f"duplicate:{one}", _same(one, line, other, elsewhere=elsewhere)
            elif line.reach == other.reach:
                yield from _of_one_class(one, two, rules, elsewhere=elsewhere)


def _same(ingredient: str, line: CheckedLine, other: CheckedLine, *, elsewhere: bool) -> _Pair:
    tier, said = Tier.OVERRIDE, "Two lines of this prescription have it."
    if elsewhere:
        left = other.ends_in_days
        said = "The patient takes it from another prescription"
        said += "." if left is None else f" for {left} more {'day' if left == 1 else 'days'}."
        if left is not None and left <= REFILL_DAYS:
            tier = Tier.INFORMATION
    if line.reach != other.reach:
        tier = Tier.INFORMATION
        said += f" The routes differ: {' and '.join(sorted((line.route, other.route)))}."
    return _Pair(ingredient, ingredient, "", tier, said)


def _of_one_class(
    one: str, two: str, rules: Rules, *, elsewhere: bool
) -> Iterator[tuple[str, _Pair]]:
    first, second = sorted((one, two))
    mine, theirs = rules.classes_of(first), rules.classes_of(second)
    shared = {name: _lesser(mine[name], theirs[name]) for name in mine.keys() & theirs.keys()}
    if not shared:
        return
    of_class = min(shared, key=lambda name: (SEVERITY[shared[name]], name))
    level = shared[of_class]
    if level is RuleLevel.UNKNOWN:
        return
    grave = level in (RuleLevel.CONTRAINDICATED, RuleLevel.MAJOR)
    said = f"Both are {of_class}."
    if elsewhere:
        said += f" {two.capitalize()} is taken from another prescription."
    tier = Tier.OVERRIDE if grave else Tier.INFORMATION
    yield f"duplicate:{first}+{second}", _Pair(first, second, of_class, tier, said)


def _lesser(one: RuleLevel, other: RuleLevel) -> RuleLevel:
    return max(one, other, key=SEVERITY.__getitem__)


def _finding(key: str, pairs: list[tuple[_Pair, tuple[CheckedLine, ...]]]) -> Finding:
    tier = Tier.INFORMATION
    for pair, _ in pairs:
        tier = graver(tier, pair.tier)
    pair = min((p for p, _ in pairs if p.tier is tier), key=lambda p: p.said)
    if pair.of_class:
        summary = f"{pair.one.capitalize()} and {pair.other}: two {pair.of_class}"
        detail = f"{pair.said} One of them is usually enough."
    else:
        summary = f"{pair.one.capitalize()} twice"
        detail = pair.said
    return Finding(
        kind=FindingKind.DUPLICATE,
        tier=tier,
        key=key,
        item_ids=item_ids(tuple(line for _, lines in pairs for line in lines)),
        summary=summary,
        detail=detail,
    )
