"""Strengths and doses, as lists and prescribers write them."""

from __future__ import annotations

import csv
from fractions import Fraction
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinicdesk.contract.safety.dose import Dose, micrograms, read_dose
from clinicdesk.contract.safety.dosing import amount_words
from clinicdesk.contract.safety.strength import read_strength, strengths_of


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("500 mg", [(500_000, "piece")]),
        ("500mg", [(500_000, "piece")]),
        ("500 mg + 125 mg", [(500_000, "piece"), (125_000, "piece")]),
        ("125 mg/5 ml", [(25_000, "ml")]),
        ("200 mg/5 ml + 28.5 mg/5 ml", [(40_000, "ml"), (5_700, "ml")]),
        ("1 % w/w", [(10_000, "g")]),
        ("0.05% w/v", [(500, "ml")]),
        ("100 microgram/dose", [(100, "dose")]),
        ("6 microgram + 200 microgram/dose", [(6, "dose"), (200, "dose")]),
        ("10 microgram/hour", [(10, "hour")]),
        ("1,000 mcg", [(1_000, "piece")]),
        ("2,5 mg", [(2_500, "piece")]),
        ("1.53 g/5 ml", [(306_000, "ml")]),
        ("250 µg", [(250, "piece")]),
        ("100 units/ml", [None]),
        ("1.2 million units", [None]),
        ("500 mg + 250 IU", [(500_000, "piece"), None]),
        ("", [None]),
        ("10 mg/0 ml", [None]),
        ("5 %", [None]),
    ],
)
def test_a_strength_is_read(text: str, each: list[tuple[int, str] | None]) -> None:
    read = [part and (part.each, part.measure) for part in read_strength(text)]
    assert read == each


@pytest.mark.parametrize("file", ["formulary.csv", "formulary_nz.csv"])
def test_every_mass_in_the_demo_formularies_is_read(file: str) -> None:
    text = files("clinicdesk.server.demo_clinic").joinpath("data", file).read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        ingredients = tuple((row["ingredients"] or row["generic_name"]).split("; "))
        for part, read in zip(
            row["strength"].split("+"), read_strength(row["strength"]), strict=True
        ):
            by_mass = any(unit in part for unit in ("mg", " g", "microgram", "%"))
            assert (read is not None) is by_mass, row["code"]
        assert len(strengths_of(ingredients, row["strength"])) == len(ingredients)


@pytest.mark.parametrize(
    ("dose", "strength", "expected"),
    [
        ("1 tablet", "500 mg", 500_000),
        ("2 tablets", "500 mg", 1_000_000),
        ("1-2 tablets", "500 mg", 1_000_000),
        ("1 to 2 tabs", "500 mg", 1_000_000),
        ("½ tablet", "500 mg", 250_000),
        ("1/2 tablet", "500 mg", 250_000),
        ("1½ tablets", "500 mg", 750_000),
        ("1 1/2 tablets", "500 mg", 750_000),
        ("half a tablet", "500 mg", 250_000),
        ("one capsule", "500 mg", 500_000),
        ("1", "500 mg", 500_000),
        ("2.5 ml", "125 mg/5 ml", 62_500),
        ("1 teaspoon", "125 mg/5 ml", 125_000),
        ("10 drops", "100 mg/ml", 50_000),
        ("2 puffs", "100 microgram/dose", 200),
        ("1 respule", "0.5 mg/2 ml", 500),
        ("1 ampoule", "75 mg/3 ml", 75_000),
        ("250 mg", "500 mg", 250_000),
        ("500 mg (1 tablet)", "500 mg", 500_000),
        ("5 ml", "500 mg", None),
        ("1", "125 mg/5 ml", None),
        ("10 units", "100 units/ml", None),
        ("apply thinly", "1% w/w", None),
        ("1 application", "1% w/w", None),
    ],
)
def test_a_dose_of_a_strength_is_a_mass(dose: str, strength: str, expected: int | None) -> None:
    read = read_strength(strength)[0]
    assert micrograms(read_dose(dose), read, alone=True) == expected


def test_a_mass_says_nothing_of_one_of_two_ingredients() -> None:
    read = read_strength("500 mg + 125 mg")[0]
    assert micrograms(read_dose("625 mg"), read, alone=False) is None


MEASURES = {"piece", "ml", "g", "dose", "hour", "ug", "container"}
AMOUNTS = st.text(max_size=60) | st.text("0123456789 .,/+%-½µmgldosetabw", max_size=30)


@given(AMOUNTS, AMOUNTS)
@example("1/0 tablet", "500 mg/0 ml")
@example("2 tablets", "500 mg + 125 mg/5 ml")
def test_whatever_is_written_a_mass_is_what_was_read_and_grows_with_the_dose(
    dosed: str, strength: str
) -> None:
    dose, parts = read_dose(dosed), read_strength(strength)
    assert len(parts) == strength.count("+") + 1, "each ingredient has its place"
    assert dose is None or (dose.amount >= 0 and dose.measure in MEASURES)
    for part in parts:
        assert part is None or (part.each >= 0 and part.per > 0 and part.measure in MEASURES)
        mass = micrograms(dose, part, alone=True)
        if dose is None or mass is None:
            assert mass is None, "nothing comes of a dose that could not be read"
            continue
        assert mass >= 0
        assert dose.measure == "ug" or part is not None
        assert micrograms(Dose(2 * dose.amount, dose.measure), part, alone=True) == 2 * mass
        # Of one of two ingredients the same, but for a mass, which could be the other's.
        of_one = micrograms(dose, part, alone=False)
        assert of_one == (None if dose.measure == "ug" else mass)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (4_000_000, "4 g"),
        (62_500, "62.5 mg"),
        (100, "100 microgram"),
        (Fraction(7_500_000, 7), "1.07 g"),
    ],
)
def test_a_mass_is_written_as_prescribers_do(amount: int | Fraction, words: str) -> None:
    assert amount_words(amount) == words
