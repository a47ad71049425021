"""What patients are allergic to, how often, and which ingredients each allergy rules out."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from msgspec import Struct

from clinicdesk.contract.entities import Severity
from clinicdesk.server.demo_clinic.contents import AllergySeed
from clinicdesk.server.demo_clinic.datafile import read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

_HOW_MANY = (0, 1, 2, 3)
_HOW_OFTEN = (790, 960, 995, 1000)


class Allergen(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A substance with the reactions people report: (text, severity, weight)."""

    substance: str
    kind: str
    weight: int
    reactions: list[tuple[str, Severity, int]]
    atc: str = ""
    avoid: list[str] = []
    avoid_if_severe: list[str] = []


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    allergy: list[Allergen]


class Allergens:
    """All of them, with what is needed to draw from them."""

    def __init__(self) -> None:
        self.all = tuple(read_toml("allergies.toml", _File).allergy)
        self._weights = list(accumulate(allergen.weight for allergen in self.all))
        self._by_substance = {allergen.substance: allergen for allergen in self.all}

    def draw(self, rng: Random) -> tuple[AllergySeed, ...]:
        """The allergies of one person; most have none."""
        count = rng.choices(_HOW_MANY, cum_weights=_HOW_OFTEN)[0]
        if not count:
            return ()
        drawn = rng.choices(self.all, cum_weights=self._weights, k=count)
        return tuple(
            self._with_reaction(allergen, rng)
            for allergen in dict.fromkeys(drawn_one.substance for drawn_one in drawn)
        )

    def _with_reaction(self, substance: str, rng: Random) -> AllergySeed:
        reactions = self._by_substance[substance].reactions
        text, severity, _ = rng.choices(reactions, weights=[weight for *_, weight in reactions])[0]
        return self.seed(substance, text, severity)

    def seed(self, substance: str, reaction: str, severity: Severity) -> AllergySeed:
        """An allergy to a known substance."""
        allergen = self._by_substance[substance]
        return AllergySeed(substance, reaction, severity, allergen.kind, allergen.atc)

    def ruled_out(self, allergies: Iterable[AllergySeed]) -> frozenset[str]:
        """The ingredients that nobody with these allergies should be given."""
        names: set[str] = set()
        for allergy in allergies:
            allergen = self._by_substance[allergy.substance]
            names.update(allergen.avoid)
            if allergy.severity is Severity.SEVERE:
                names.update(allergen.avoid_if_severe)
        return frozenset(names)
