"""Two versions of a draft side by side: which lines belong together and what differs. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from msgspec import Struct

COMPARED = ("medicine", "dose", "route", "frequency", "days", "quantity", "instructions")
"""The parts of a line that two versions may differ in, in the order in which they are read."""


class SaidLine(Struct, frozen=True, kw_only=True):
    """What one line of a draft says.

    Attributes:
        medicine: In words, as "Amoxicillin 500 mg capsule".
        quantity: In units of the medicine's pack.
    """

    id: UUID
    medicine_id: UUID
    medicine: str
    dose: str
    route: str
    frequency: str
    days: int | None
    quantity: int
    instructions: str


class Said(Struct, frozen=True, kw_only=True):
    """What a draft says."""

    pharmacy_id: UUID | None
    note: str
    lines: tuple[SaidLine, ...]


class LinePair(Struct, frozen=True):
    """A line of each version that mean the same medicine, or a line that only one of them has.

    Attributes:
        differing: Which of `COMPARED` are not the same; empty for lines that say the same, and for
            a line that stands alone.
    """

    mine: SaidLine | None
    theirs: SaidLine | None
    differing: frozenset[str] = frozenset()

    @property
    def same(self) -> bool:
        """Whether both say the same."""
        return self.mine is not None and self.theirs is not None and not self.differing


class Differences(Struct, frozen=True):
    """Everything that two versions say, put side by side.

    Attributes:
        lines: Every line of both, once, in my order; lines that only they have stand where they
            stand with them.
        pharmacy, note: Whether these differ.
    """

    lines: tuple[LinePair, ...]
    pharmacy: bool
    note: bool

    @property
    def none(self) -> bool:
        """Whether both versions say the same."""
        same = all(pair.same for pair in self.lines)
        return same and not self.pharmacy and not self.note


def differences(mine: Said, theirs: Said) -> Differences:
    """Put two versions side by side.

    Lines belong together by their identity; those left over by their medicine, as when two people
    added the same one.
    """
    partners = _partners(mine.lines, theirs.lines)
    pairs = [_pair(line, partners.get(line.id)) for line in mine.lines]
    taken = {partner.id for partner in partners.values()}
    place = 0
    for line in theirs.lines:
        if line.id in taken:
            place = 1 + next(
                n for n, pair in enumerate(pairs) if pair.theirs and pair.theirs.id == line.id
            )
        else:
            pairs.insert(place, LinePair(None, line))
            place += 1
    return Differences(
        tuple(pairs), mine.pharmacy_id != theirs.pharmacy_id, mine.note != theirs.note
    )


def _partners(mine: Sequence[SaidLine], theirs: Sequence[SaidLine]) -> dict[UUID, SaidLine]:
    found: dict[UUID, SaidLine] = {}
    taken: set[UUID] = set()
    alike: tuple[Callable[[SaidLine, SaidLine], bool], ...] = (
        lambda one, other: one.id == other.id,
        lambda one, other: one.medicine_id == other.medicine_id,
    )
    for is_alike in alike:
        for line in mine:
            if line.id in found:
                continue
            partner = next((o for o in theirs if o.id not in taken and is_alike(line, o)), None)
            if partner is not None:
                found[line.id] = partner
                taken.add(partner.id)
    return found


def _pair(mine: SaidLine, theirs: SaidLine | None) -> LinePair:
    if theirs is None:
        return LinePair(mine, None)
    differing = {part for part in COMPARED if getattr(mine, part) != getattr(theirs, part)}
    if mine.medicine_id != theirs.medicine_id:
        differing.add("medicine")
    elif "medicine" in differing:
        differing.remove("medicine")  # the list's words for it changed, not the medicine
    return LinePair(mine, theirs, frozenset(differing))
