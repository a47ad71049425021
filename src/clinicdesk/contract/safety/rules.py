"""What is known of ingredients and their classes, and how it is looked up."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Protocol

from clinicdesk.contract.allergies import allergen_names, known_classes
from clinicdesk.contract.entities import RuleKind, RuleLevel, SafetyRule
from clinicdesk.contract.substances import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clinicdesk.contract.safety.lines import Allergen, CheckedLine

SEVERITY: Final = {
    RuleLevel.CONTRAINDICATED: 0,
    RuleLevel.MAJOR: 1,
    RuleLevel.MODERATE: 2,
    RuleLevel.MINOR: 3,
    RuleLevel.UNKNOWN: 4,
}
"""The gravest is the least."""


class Rules(Protocol):
    """A lookup. Names are those of `substances.names_of`, classes included where it says so."""

    def classes_of(self, ingredient: str) -> Mapping[str, RuleLevel]:
        """The classes of an ingredient; how grave it is to take two of the class. UNKNOWN: two of
        them are nothing unusual."""
        ...

    def interactions(self, one: str, other: str) -> Sequence[SafetyRule]:
        """What is known of two ingredients taken together, by themselves or by their classes; the
        gravest first."""
        ...

    def cross_reactions(self, allergens: Iterable[str], ingredient: str) -> Sequence[SafetyRule]:
        """Why an ingredient may harm who is allergic to any of these substances or classes; the
        gravest first."""
        ...

    def doses(self, ingredient: str) -> Sequence[SafetyRule]:
        """What is known of an ingredient's doses, for every route and age."""
        ...


class RuleBook:
    """Rules in memory: those that a check needs, or all of a clinic's.

    Args:
        rules: In any order; withdrawn ones are passed over.
    """

    def __init__(self, rules: Iterable[SafetyRule]) -> None:
        self._classes: defaultdict[str, dict[str, RuleLevel]] = defaultdict(dict)
        self._pairs: defaultdict[tuple[str, str], list[SafetyRule]] = defaultdict(list)
        self._crossing: defaultdict[tuple[str, str], list[SafetyRule]] = defaultdict(list)
        self._doses: defaultdict[str, list[SafetyRule]] = defaultdict(list)
        # A check asks for the same ingredients again and again, once for each pair of lines.
        self._known_classes: dict[str, Mapping[str, RuleLevel]] = {}
        self._interacting: dict[str, tuple[str, ...]] = {}
        for rule in rules:
            if not rule.withdrawn:
                self._take(rule)

    def _take(self, rule: SafetyRule) -> None:
        match rule.kind:
            case RuleKind.CLASS:
                known = self._classes[rule.subject].get(rule.other, RuleLevel.UNKNOWN)
                self._classes[rule.subject][rule.other] = graver_level(known, rule.level)
            case RuleKind.INTERACTION:
                self._pairs[_pair(rule.subject, rule.other)].append(rule)
            case RuleKind.CROSS_REACTION:
                self._crossing[rule.subject, rule.other].append(rule)
            case RuleKind.DOSE:
                self._doses[rule.subject].append(rule)

    def classes_of(self, ingredient: str) -> Mapping[str, RuleLevel]:
        """As `Rules`; the classes of `contract.allergies` are always among them."""
        known = self._known_classes.get(ingredient)
        if known is None:
            known = self._known_classes[ingredient] = self._classes_of(ingredient)
        return known

    def _classes_of(self, ingredient: str) -> Mapping[str, RuleLevel]:
        found = dict.fromkeys(known_classes(ingredient), RuleLevel.UNKNOWN)
        for name in names_of(ingredient):
            for of_class, level in self._classes.get(name, {}).items():
                found[of_class] = graver_level(found.get(of_class, RuleLevel.UNKNOWN), level)
        return found

    def interactions(self, one: str, other: str) -> Sequence[SafetyRule]:
        """As `Rules`."""
        found = {
            rule.id: rule
            for left in self._names_that_interact(one)
            for right in self._names_that_interact(other)
            for rule in self._pairs.get(_pair(left, right), ())
        }
        return gravest_first(found.values())

    def cross_reactions(self, allergens: Iterable[str], ingredient: str) -> Sequence[SafetyRule]:
        """As `Rules`."""
        meant = {name for allergen in allergens for name in self._names(allergen)}
        found = {
            rule.id: rule
            for left in meant
            for right in self._names(ingredient)
            for rule in self._crossing.get((left, right), ())
        }
        return gravest_first(found.values())

    def doses(self, ingredient: str) -> Sequence[SafetyRule]:
        """The most particular name that has any decides: that of a salt before its substance's."""
        for name in names_of(ingredient):
            if name in self._doses:
                return sorted(self._doses[name], key=lambda rule: rule.id)
        return ()

    def _names_that_interact(self, ingredient: str) -> tuple[str, ...]:
        names = self._interacting.get(ingredient)
        if names is None:
            some = {name for pair in self._pairs for name in pair}
            names = tuple(name for name in self._names(ingredient) if name in some)
            self._interacting[ingredient] = names
        return names

    def _names(self, ingredient: str) -> tuple[str, ...]:
        return (*names_of(ingredient), *self.classes_of(ingredient))


def names_to_look_up(lines: Iterable[CheckedLine], allergies: Iterable[Allergen]) -> frozenset[str]:
    """By which names a store finds the rules of a check of these lines, other prescriptions' too.

    Needed are, with N the names given here and the `other` of each `class` rule whose subject is
    among them: the rules whose subject is in N and whose `other` is in N or "".
    """
    ingredients = {name for line in lines for name in line.ingredients}
    ingredients |= {name for allergen in allergies for name in allergen_names(allergen.substance)}
    names = {name for ingredient in ingredients for name in names_of(ingredient)}
    classes = {name for ingredient in ingredients for name in known_classes(ingredient)}
    return frozenset(names | classes)


def graver_level(one: RuleLevel, other: RuleLevel) -> RuleLevel:
    """The graver of two."""
    return min(one, other, key=SEVERITY.__getitem__)


def gravest_first(rules: Iterable[SafetyRule]) -> list[SafetyRule]:
    """Of equally grave ones those that say something, then always in the same order."""
    return sorted(rules, key=lambda rule: (SEVERITY[rule.level], not rule.text, rule.id))


def _pair(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)
