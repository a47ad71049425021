"""The product's own rules, out of `data/own_rules.toml`.

They were written for this project and are not reviewed by clinicians: docs/safety-rules.md.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct, field

from clinicdesk.contract.allergies import CLASSES
from clinicdesk.contract.entities import RuleKind, RuleLevel
from clinicdesk.contract.safety.strength import read_strength
from clinicdesk.server.domain.safety.rule_rows import RuleRow, interaction

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_SOURCE: Final = "clinicdesk"


class _Class(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    two: RuleLevel
    members: list[str] = []
    apart: list[str] = []


class _Pair(Struct, frozen=True, forbid_unknown_fields=True):
    pair: tuple[str, str]
    level: RuleLevel
    text: str


class _Age(Struct, frozen=True, forbid_unknown_fields=True):
    """Months; `to` is not included. Without an amount, `level` says what is thought of this age."""

    since: int | None = field(default=None, name="from")
    to: int | None = None
    single: str = ""
    daily: str = ""
    level: RuleLevel = RuleLevel.MAJOR
    text: str = ""


class _Dose(Struct, frozen=True, forbid_unknown_fields=True):
    of: str
    ages: list[_Age]
    route: str = ""


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    classes: list[_Class] = field(name="class")
    cross: list[_Pair]
    interaction: list[_Pair]
    dose: list[_Dose]


def own_rules() -> list[RuleRow]:
    """All of them. The file is our own: what is wrong with it is an error."""
    text = files("clinicdesk.server.domain.safety").joinpath("data", "own_rules.toml").read_bytes()
    read = msgspec.toml.decode(text, type=_File)
    return [
        *(row for entry in read.classes for row in _members(entry)),
        *(
            RuleRow(
                kind=RuleKind.CROSS_REACTION,
                subject=cross.pair[0],
                other=cross.pair[1],
                level=cross.level,
                text=cross.text,
            )
            for cross in read.cross
        ),
        *(interaction(*entry.pair, entry.level, entry.text) for entry in read.interaction),
        *(row for entry in read.dose for row in _limits(entry)),
    ]


def _members(entry: _Class) -> Iterator[RuleRow]:
    """The members of a class; those that people are allergic to are known to the contract."""
    for member in sorted(CLASSES.get(entry.name, frozenset()).union(entry.members)):
        yield RuleRow(
            kind=RuleKind.CLASS,
            subject=member,
            other=entry.name,
            level=RuleLevel.UNKNOWN if member in entry.apart else entry.two,
        )


def _limits(entry: _Dose) -> Iterator[RuleRow]:
    for age in entry.ages:
        yield RuleRow(
            kind=RuleKind.DOSE,
            subject=entry.of,
            level=age.level,
            text=age.text,
            route=entry.route,
            max_single_ug=_micrograms(age.single),
            max_daily_ug=_micrograms(age.daily),
            from_age_months=age.since,
            to_age_months=age.to,
        )


def _micrograms(text: str) -> int | None:
    if not text:
        return None
    (read,) = read_strength(text)
    if read is None or read.measure != "piece":
        raise ValueError(f"{text!r} is no amount")
    return int(read.micrograms)
