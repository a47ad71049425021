"""A rule as a file gives it, before it belongs to a clinic."""

from __future__ import annotations

from uuid import UUID, uuid5

from msgspec import Struct

from clinicdesk.contract.entities import RuleKind, RuleLevel


class RuleRow(Struct, frozen=True, kw_only=True):
    """In the words of `contract.entities.SafetyRule`. An interaction's names are in order."""

    kind: RuleKind
    subject: str
    other: str = ""
    level: RuleLevel = RuleLevel.UNKNOWN
    text: str = ""
    route: str = ""
    max_single_ug: int | None = None
    max_daily_ug: int | None = None
    from_age_months: int | None = None
    to_age_months: int | None = None


def rule_id(rule_set_id: UUID, source: str, row: RuleRow) -> UUID:
    """The identifier of a rule: the same whenever it is imported. What it says is no part of it."""
    about = (row.kind, row.subject, row.other, row.route, str(row.from_age_months), source)
    return uuid5(rule_set_id, "\x1f".join(about))


def interaction(one: str, other: str, level: RuleLevel, text: str = "") -> RuleRow:
    """Two names taken together, in whichever order they are given."""
    return RuleRow(
        kind=RuleKind.INTERACTION,
        subject=min(one, other),
        other=max(one, other),
        level=level,
        text=text,
    )
