"""What a check says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import FindingKind, Tier

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Finding(Struct, frozen=True, kw_only=True):
    """Something to know before these lines are signed or dispensed.

    Attributes:
        key: What it is about, the same at both ends and for whichever lines: an answer to it holds
            at the other end.
        item_ids: The lines of the prescription that it concerns, in order of identifiers; those of
            other prescriptions are not among them.
        summary: What meets what, for a clinician, without the patient's name.
        detail: What may happen and what to do.
    """

    kind: FindingKind
    tier: Tier
    key: str
    item_ids: tuple[UUID, ...]
    summary: str
    detail: str


GRAVITY: Final = {Tier.STOP: 0, Tier.OVERRIDE: 1, Tier.INFORMATION: 2}
_KINDS: Final = tuple(FindingKind)


def graver(one: Tier, other: Tier) -> Tier:
    """The one that asks more."""
    return one if GRAVITY[one] <= GRAVITY[other] else other


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """The gravest first; of equally grave ones allergies, interactions, duplicates, doses."""
    return sorted(found, key=lambda f: (GRAVITY[f.tier], _KINDS.index(f.kind), f.key))


def unanswered(
    found: Iterable[Finding], answers: Collection[str], of: Collection[UUID] | None = None
) -> list[Finding]:
    """Those that keep these lines from being signed or dispensed.

    A stop cannot be answered; what asks for a reason counts as long as its key is not among
    `answers`. Findings that concern none of the lines `of` are left out; None: all lines.
    """
    return [
        finding
        for finding in found
        if (of is None or not set(finding.item_ids).isdisjoint(of))
        and (
            finding.tier is Tier.STOP
            or (finding.tier is Tier.OVERRIDE and finding.key not in answers)
        )
    ]
