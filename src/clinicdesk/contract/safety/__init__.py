"""What is wrong with a prescription: allergies, interactions, duplicates and doses.

Pure, and the same at both ends: the desk shows while one writes, the server decides when one signs
and when one dispenses. What is known of medicines comes in as `Rules`; a desk and a server read
those that matter from their own tables (`names_to_look_up` says by which names) into a `RuleBook`.

A finding's `key` says what it is about and not which line or product, so that a reason that was
given at one end is found at the other.

Map: `finding` (what comes out), `lines` (what goes in), `rules` (what is known), then one module
for each kind: `allergy`, `interaction`, `duplicate`, `dosing`; `strength` and `dose` read texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinicdesk.contract.safety.allergy import allergy_findings
from clinicdesk.contract.safety.dosing import dose_findings
from clinicdesk.contract.safety.duplicate import duplicate_findings
from clinicdesk.contract.safety.finding import Finding, in_order, unanswered
from clinicdesk.contract.safety.interaction import interaction_findings
from clinicdesk.contract.safety.lines import Allergen, CheckedLine, age_in_months
from clinicdesk.contract.safety.rules import RuleBook, Rules, names_to_look_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Allergen",
    "CheckedLine",
    "Finding",
    "RuleBook",
    "Rules",
    "age_in_months",
    "findings",
    "names_to_look_up",
    "unanswered",
]


def findings(
    lines: Sequence[CheckedLine],
    age_months: int,
    allergies: Iterable[Allergen],
    current: Sequence[CheckedLine],
    rules: Rules | None,
) -> list[Finding]:
    """Everything that is to be said of these lines, the gravest first.

    Args:
        lines: Of the prescription, without those that are declined or cancelled.
        age_months: The patient's age in completed months.
        allergies: The patient's active ones.
        current: What the patient takes from other prescriptions whose course is not over.
        rules: What is known of the ingredients; None in a clinic that has no rule set, or an empty
            one: there allergies alone are looked at, by the classes of `contract.allergies`.
    """
    if rules is None:
        return in_order(allergy_findings(lines, allergies, RuleBook(())))
    return in_order(
        [
            *allergy_findings(lines, allergies, rules),
            *interaction_findings(lines, current, rules),
            *duplicate_findings(lines, current, rules),
            *dose_findings(lines, age_months, rules),
        ]
    )
