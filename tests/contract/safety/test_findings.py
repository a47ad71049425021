"""What the checks say of a prescription."""

from __future__ import annotations

import pytest

from clinicdesk.contract.entities import FindingKind, Severity, Tier
from clinicdesk.contract.safety import (
    Allergen,
    CheckedLine,
    Finding,
    RuleBook,
    findings,
    names_to_look_up,
    unanswered,
)
from tests.contract.safety.rulings import ADULT, BOOK, CHILD, RULES, line


def check(
    *lines: CheckedLine,
    allergies: tuple[Allergen, ...] = (),
    current: tuple[CheckedLine, ...] = (),
    age: int = ADULT,
) -> list[Finding]:
    return findings(lines, age, allergies, current, BOOK)


def tiers(found: list[Finding]) -> dict[str, Tier]:
    return {finding.key: finding.tier for finding in found}


def test_a_prescription_without_anything_known_has_no_findings() -> None:
    assert check(line(1, "calamine"), line(2, "urea")) == []


def test_a_severe_allergy_to_the_ingredient_or_its_class_stops() -> None:
    severe = (Allergen(substance="penicillin", severity=Severity.SEVERE, reaction="collapse"),)
    (found,) = check(line(1, "amoxicillin trihydrate + clavulanic acid"), allergies=severe)
    assert (found.kind, found.tier) == (FindingKind.ALLERGY, Tier.STOP)
    assert "collapse" in found.detail
    assert "one of the penicillins" in found.detail
    (itself,) = check(
        line(1, "amoxicillin"),
        allergies=(Allergen(substance="amoxycillin", severity=Severity.SEVERE),),
    )
    assert itself.tier is Tier.STOP


def test_a_lesser_allergy_and_a_class_that_reacts_alike_ask_for_a_reason() -> None:
    mild = (Allergen(substance="penicillins", severity=Severity.MILD),)
    severe = (Allergen(substance="penicillins", severity=Severity.SEVERE),)
    assert tiers(check(line(1, "amoxicillin"), allergies=mild)) == {
        "allergy:penicillins:amoxicillin": Tier.OVERRIDE
    }
    for recorded in (mild, severe):
        assert [f.tier for f in check(line(1, "cefalexin"), allergies=recorded)] == [Tier.OVERRIDE]


def test_the_gravest_of_several_rules_decides_how_alike_two_classes_react() -> None:
    severe = (Allergen(substance="penicillins", severity=Severity.SEVERE),)
    only_minor = RuleBook(rule for rule in RULES if rule.other != "cephalosporins")
    (found,) = findings([line(1, "ceftriaxone")], ADULT, severe, (), only_minor)
    assert found.tier is Tier.INFORMATION
    assert check(line(1, "ceftriaxone"), allergies=severe)[0].tier is Tier.OVERRIDE


def test_a_severe_allergy_to_one_of_a_class_stops_another_where_a_rule_says_so() -> None:
    severe = (Allergen(substance="ampicillin", severity=Severity.SEVERE),)
    assert [f.tier for f in check(line(1, "amoxicillin"), allergies=severe)] == [Tier.STOP]


def test_an_allergy_to_what_is_no_medicine_says_nothing() -> None:
    assert (
        check(
            line(1, "amoxicillin"),
            allergies=(Allergen(substance="latex", severity=Severity.SEVERE),),
        )
        == []
    )


def test_the_worst_reaction_on_record_counts() -> None:
    twice = (
        Allergen(substance="penicillins", severity=Severity.SEVERE),
        Allergen(substance="penicillins", severity=Severity.MILD),
    )
    assert [f.tier for f in check(line(1, "amoxicillin"), allergies=twice)] == [Tier.STOP]


def test_an_interaction_is_found_by_class_and_the_gravest_rule_speaks() -> None:
    (found,) = check(line(1, "warfarin"), line(2, "diclofenac"))
    assert found.key == "interaction:diclofenac+warfarin"
    assert (found.tier, found.detail) == (Tier.OVERRIDE, "Bleeding.")
    assert [i.int for i in found.item_ids] == [1, 2]


def test_a_contraindicated_pair_stops_also_when_one_comes_from_another_prescription() -> None:
    (found,) = check(line(1, "ketamine"), current=(line(9, "sertraline"),))
    assert found.tier is Tier.STOP
    assert [i.int for i in found.item_ids] == [1]
    assert "another prescription" in found.detail


def test_what_is_applied_locally_is_only_mentioned() -> None:
    (found,) = check(line(1, "warfarin"), line(2, "diclofenac", route="topical"))
    assert found.tier is Tier.INFORMATION


def test_the_ingredients_of_one_product_are_meant_to_be_together() -> None:
    assert check(line(1, "warfarin + diclofenac")) == []


def test_the_same_ingredient_twice_asks_for_a_reason() -> None:
    found = check(line(1, "ibuprofen"), line(2, "ibuprofen + paracetamol", "400 mg + 325 mg"))
    assert tiers(found) == {"duplicate:ibuprofen": Tier.OVERRIDE}


def test_a_class_of_which_one_is_enough_asks_or_informs_as_the_rules_say() -> None:
    assert tiers(check(line(1, "ibuprofen"), line(2, "diclofenac"))) == {
        "duplicate:diclofenac+ibuprofen": Tier.OVERRIDE
    }
    assert tiers(check(line(1, "omeprazole"), line(2, "pantoprazole"))) == {
        "duplicate:omeprazole+pantoprazole": Tier.INFORMATION
    }


def test_the_next_course_of_what_soon_ends_is_only_mentioned() -> None:
    running = check(line(1, "ibuprofen"), current=(line(9, "ibuprofen", ends_in_days=20),))
    ending = check(line(1, "ibuprofen"), current=(line(9, "ibuprofen", ends_in_days=3),))
    assert [running[0].tier, ending[0].tier] == [Tier.OVERRIDE, Tier.INFORMATION]


def test_by_mouth_and_on_the_skin_is_no_duplicate_to_answer() -> None:
    found = check(line(1, "ibuprofen"), line(2, "ibuprofen", route="topical"))
    assert [f.tier for f in found] == [Tier.INFORMATION]


@pytest.mark.parametrize(
    ("dose", "frequency", "tier"),
    [
        ("2 tablets", "QID", None),
        ("2 tablets", "Q4H", Tier.OVERRIDE),
        ("3 tablets", "BD", Tier.OVERRIDE),
        ("5 tablets", "OD", Tier.STOP),
    ],
)
def test_more_than_the_most_asks_and_more_than_twice_that_stops(
    dose: str, frequency: str, tier: Tier | None
) -> None:
    found = check(line(1, "paracetamol", "500 mg", dose, frequency))
    assert [f.tier for f in found] == ([] if tier is None else [tier])


def test_the_day_is_reckoned_over_all_lines_that_have_the_ingredient() -> None:
    found = check(
        line(1, "paracetamol", "650 mg", "1 tablet", "QID"),
        line(2, "tramadol + paracetamol", "37.5 mg + 325 mg", "1 tablet", "Q4H"),
    )
    amount = next(f for f in found if f.key == "dose:paracetamol:amount")
    assert amount.summary == "Paracetamol: 4.55 g a day; the most is 4 g"
    assert [i.int for i in amount.item_ids] == [1, 2]


def test_a_childs_limits_are_of_its_age() -> None:
    adults = line(1, "paracetamol", "500 mg", "1 tablet", "TDS")
    assert check(adults) == []
    assert [f.tier for f in check(adults, age=CHILD)] == [Tier.OVERRIDE]
    syrup = line(1, "paracetamol", "120 mg/5 ml", "5 ml", "QID")
    assert check(syrup, age=CHILD) == []


def test_a_weekly_medicine_written_for_every_day_stops() -> None:
    weekly = line(1, "methotrexate", "7.5 mg", "1 tablet", "WEEKLY")
    daily = line(1, "methotrexate", "7.5 mg", "1 tablet", "OD")
    assert check(weekly) == []
    assert [f.tier for f in check(daily)] == [Tier.STOP]


def test_a_medicine_that_is_not_for_this_age_stops() -> None:
    (found,) = check(line(1, "doxycycline", "100 mg"), age=CHILD)
    assert (found.tier, found.detail) == (Tier.STOP, "Teeth.")


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"dose": "as directed"}, "dose:paracetamol:unknown"),
        ({"strength": ""}, "dose:paracetamol:unknown"),
        ({"dose": "1 drop"}, "dose:paracetamol:unknown"),
        ({"frequency": "SOS"}, "dose:paracetamol:when needed"),
    ],
)
def test_a_dose_that_cannot_be_reckoned_is_said(changed: dict[str, str], key: str) -> None:
    written = {"ingredients": "paracetamol", "strength": "500 mg", "dose": "1 tablet", **changed}
    assert tiers(check(line(1, **written))) == {key: Tier.INFORMATION}


def test_limits_for_other_ages_alone_are_said() -> None:
    found = check(line(1, "paracetamol", "500 mg"), age=3)
    assert tiers(found) == {"dose:paracetamol:age": Tier.INFORMATION}


def test_a_reason_answers_an_override_and_never_a_stop() -> None:
    found = check(
        line(1, "ketamine"), line(2, "sertraline"), line(3, "warfarin"), line(4, "ibuprofen")
    )
    keys = {f.key for f in found}
    assert [f.key for f in unanswered(found, keys)] == ["interaction:ketamine+sertraline"]
    of_other_lines = unanswered(found, (), {line(4, "").item_id})
    assert [f.key for f in of_other_lines] == ["interaction:ibuprofen+warfarin"]


def test_the_rules_that_a_store_looks_up_by_name_say_what_all_rules_say() -> None:
    lines = [line(1, "warfarin"), line(2, "ibuprofen", "400 mg"), line(3, "cefalexin")]
    current = [line(9, "sertraline"), line(10, "ketamine")]
    allergies = [Allergen(substance="ampicillin", severity=Severity.SEVERE)]
    names = set(names_to_look_up([*lines, *current], allergies))
    names |= {rule.other for rule in RULES if rule.kind == "class" and rule.subject in names}
    looked_up = RuleBook(r for r in RULES if r.subject in names and r.other in {*names, ""})
    assert findings(lines, ADULT, allergies, current, looked_up) == findings(
        lines, ADULT, allergies, current, BOOK
    )


def test_a_clinic_without_rules_has_its_allergies_alone_looked_at() -> None:
    lines = [line(1, "amoxicillin"), line(2, "amoxicillin"), line(3, "warfarin + ibuprofen")]
    severe = [Allergen(substance="penicillins", severity=Severity.SEVERE)]
    found = findings(lines, ADULT, severe, (), None)
    assert tiers(found) == {"allergy:penicillins:amoxicillin": Tier.STOP}
