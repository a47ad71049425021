"""Our own rules hold together."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from clinicdesk.contract.entities import RuleKind, RuleLevel
from clinicdesk.server.demo_clinic.generate import read_medicines
from clinicdesk.server.demo_clinic.sites import ROSHNI, read_site
from clinicdesk.server.domain.safety.own_rules import own_rules

RULES = own_rules()
ELSEWHERE = {"sildenafil", "verapamil"}
"""Not in the demo's formulary, but too important to leave out."""


def names() -> tuple[set[str], set[str]]:
    """Ingredients of the demo formulary, and classes."""
    ingredients = {i for m in read_medicines(read_site(ROSHNI)) for i in m.ingredients}
    classes = {rule.other for rule in RULES if rule.kind is RuleKind.CLASS}
    return ingredients, classes


def test_each_rule_speaks_of_an_ingredient_or_a_class_that_is_known() -> None:
    ingredients, classes = names()
    members = {rule.subject for rule in RULES if rule.kind is RuleKind.CLASS}
    known = ingredients | classes | members | ELSEWHERE
    for rule in RULES:
        if rule.kind is not RuleKind.CLASS:
            assert {rule.subject, rule.other or rule.subject} <= known, rule


def test_a_class_has_no_name_of_an_ingredient() -> None:
    ingredients, classes = names()
    assert not ingredients & classes


def test_nothing_is_said_twice() -> None:
    about = Counter((r.kind, r.subject, r.other, r.route, r.from_age_months) for r in RULES)
    assert about.most_common(1)[0][1] == 1


def test_there_is_a_sentence_for_each_interaction_that_fits_its_column() -> None:
    for rule in RULES:
        if rule.kind in (RuleKind.INTERACTION, RuleKind.CROSS_REACTION):
            assert 20 <= len(rule.text) <= 500, rule
            assert rule.level is not RuleLevel.UNKNOWN


def test_the_ages_of_a_dose_follow_on_one_another() -> None:
    ages: dict[tuple[str, str], list[tuple[int, int | None]]] = {}
    for rule in RULES:
        if rule.kind is RuleKind.DOSE:
            span = (rule.from_age_months or 0, rule.to_age_months)
            ages.setdefault((rule.subject, rule.route), []).append(span)
    for about, spans in ages.items():
        assert spans[-1][1] is None, about
        for (_, until), (since, _) in pairwise(spans):
            assert until == since, about


def test_no_single_dose_is_above_the_days() -> None:
    for rule in RULES:
        if rule.max_single_ug and rule.max_daily_ug and rule.subject not in WEEKLY:
            assert rule.max_single_ug <= rule.max_daily_ug, rule


WEEKLY = {"methotrexate", "alendronic acid"}
