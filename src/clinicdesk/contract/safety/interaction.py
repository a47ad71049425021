"""Two ingredients taken together, on this prescription or beside another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clinicdesk.contract.entities import FindingKind, RuleLevel, Tier
from clinicdesk.contract.safety.finding import Finding, graver
from clinicdesk.contract.safety.lines import item_ids
from clinicdesk.contract.substances import international_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clinicdesk.contract.entities import SafetyRule
    from clinicdesk.contract.safety.lines import CheckedLine
    from clinicdesk.contract.safety.rules import Rules

_TIERS: Final = {
    RuleLevel.CONTRAINDICATED: Tier.STOP,
    RuleLevel.MAJOR: Tier.OVERRIDE,
    RuleLevel.MODERATE: Tier.INFORMATION,
    RuleLevel.MINOR: Tier.INFORMATION,
    RuleLevel.UNKNOWN: Tier.INFORMATION,
}

_GRADES: Final = {
    RuleLevel.CONTRAINDICATED: "must not be taken together",
    RuleLevel.MAJOR: "interact gravely",
    RuleLevel.MODERATE: "interact moderately",
    RuleLevel.MINOR: "interact slightly",
    RuleLevel.UNKNOWN: "are listed as interacting, without how gravely",
}


def interaction_findings(
    lines: Sequence[CheckedLine], current: Sequence[CheckedLine], rules: Rules
) -> Iterator[Finding]:
    """One for each pair of ingredients of which something is known.

    Ingredients of one product are meant to be together and are not compared.
    """
    found: dict[tuple[str, str], Finding] = {}
    for place, line in enumerate(lines):
        for other in lines[place + 1 :]:
            _compare(found, line, other, rules, elsewhere=False)
        for other in current:
            _compare(found, line, other, rules, elsewhere=True)
    yield from found.values()


def _compare(
    found: dict[tuple[str, str], Finding],
    line: CheckedLine,
    other: CheckedLine,
    rules: Rules,
    *,
    elsewhere: bool,
) -> None:
    concerned = (line,) if elsewhere else (line, other)
    for one in map(international_name, line.ingredients):
        for two in map(international_name, other.ingredients):
            known = rules.interactions(one, two) if one != two else ()
            if known:
                pair = (min(one, two), max(one, two))
                beside = two if elsewhere else ""
                finding = _finding(
                    pair, known[0], concerned, beside, local=line.local or other.local
                )
                found[pair] = _merged(found.get(pair), finding)


def _finding(
    pair: tuple[str, str],
    rule: SafetyRule,
    lines: tuple[CheckedLine, ...],
    beside: str,
    *,
    local: bool,
) -> Finding:
    """`beside`: the ingredient that the patient takes from another prescription; "" when both are
    on this one."""
    names = _names(pair)
    said = [rule.text or f"{names} {_GRADES[rule.level]} ({rule.source})."]
    if beside:
        said.append(f"{beside.capitalize()} is taken from another prescription.")
    if local:
        said.append("One of them is applied locally, so little of it is taken up.")
    return Finding(
        kind=FindingKind.INTERACTION,
        tier=Tier.INFORMATION if local else _TIERS[rule.level],
        key=f"interaction:{pair[0]}+{pair[1]}",
        item_ids=item_ids(lines),
        summary=f"{names} {_GRADES[rule.level]}",
        detail=" ".join(said),
    )


def _merged(known: Finding | None, finding: Finding) -> Finding:
    """The graver words for the lines of both; of equally grave ones always the same."""
    if known is None:
        return finding
    tier = graver(known.tier, finding.tier)
    said = min((f for f in (known, finding) if f.tier is tier), key=lambda f: (f.detail, f.summary))
    return Finding(
        kind=said.kind,
        tier=tier,
        key=said.key,
        item_ids=tuple(sorted({*known.item_ids, *finding.item_ids})),
        summary=said.summary,
        detail=said.detail,
    )


def _names(pair: tuple[str, str]) -> str:
    return f"{pair[0].capitalize()} and {pair[1]}"
