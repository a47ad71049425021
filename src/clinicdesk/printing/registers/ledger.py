"""What a register's entries say, the same in every form it is written in."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from clinicdesk.contract.entities import MovementKind
from clinicdesk.contract.paper import RegisterKind
from clinicdesk.printing.facts import RegisterEntry, RegisterFacts
from clinicdesk.printing.words import day_text

BALANCED: Final = frozenset({RegisterKind.X, RegisterKind.CONTROLLED})
"""Registers that tell of every movement of the stock, with what is left after it."""

_TITLES: Final = {
    RegisterKind.H: "Register of Schedule H drugs",
    RegisterKind.H1: "Register of Schedule H1 drugs",
    RegisterKind.X: "Register of Schedule X drugs",
    RegisterKind.CONTROLLED: "Controlled drugs register",
}
_DEEDS: Final = {
    None: "supplied",
    MovementKind.DISPENSED: "supplied",
    MovementKind.RECEIVED: "received",
    MovementKind.RETURNED: "put back",
    MovementKind.ADJUSTED: "count corrected",
    MovementKind.WRITTEN_OFF: "written off",
}


def title_of(facts: RegisterFacts) -> str:
    """`Register of Schedule X drugs`."""
    return _TITLES[facts.kind]


def period_of(facts: RegisterFacts) -> str:
    """`1 Mar 2026 to 31 Mar 2026`."""
    if facts.first == facts.last:
        return day_text(facts.first)
    return f"{day_text(facts.first)} to {day_text(facts.last)}"


def medicine_of(entry: RegisterEntry) -> str:
    """`Alprazolam 0.25 mg tablet`."""
    return f"{entry.generic_name} {entry.strength} {entry.form}"


def deed_of(entry: RegisterEntry) -> str:
    """What happened, in a word or two; stock that was prepared for somebody counts as supplied."""
    return _DEEDS[entry.kind]


def came(entry: RegisterEntry) -> int | None:
    """Units that came onto the shelf."""
    return entry.quantity if entry.kind is not None and entry.quantity > 0 else None


def went(entry: RegisterEntry) -> int | None:
    """Units that went, supplied or otherwise."""
    if entry.kind is None:
        return entry.quantity
    return -entry.quantity if entry.quantity < 0 else None


class Total(Struct, frozen=True):
    """One medicine in the period. `left`: on the shelf after its last movement, where known."""

    medicine: str
    came: int
    went: int
    left: int | None
    unit: str


def totals(facts: RegisterFacts) -> list[Total]:
    """What came and what went of each medicine, by name."""
    sums: dict[str, Total] = {}
    for entry in facts.entries:
        name = medicine_of(entry)
        before = sums.get(name, Total(name, 0, 0, None, entry.unit))
        sums[name] = Total(
            name,
            before.came + (came(entry) or 0),
            before.went + (went(entry) or 0),
            before.left if entry.balance is None else entry.balance,
            before.unit,
        )
    return [sums[name] for name in sorted(sums, key=str.casefold)]


def prescribers_at(facts: RegisterFacts) -> str:
    """The address of every prescriber here: that of the clinic they work at."""
    return ", ".join(part for part in (facts.clinic.name, facts.clinic.address) if part)


def figure(number: int | None) -> str:
    """`12,500`; nothing for none."""
    return "" if number is None else f"{number:,}"
