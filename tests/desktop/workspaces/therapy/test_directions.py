"""A typed line for a medicine, read as a line of a prescription."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import Medicine
from clinicdesk.contract.sig import ROUTES
from clinicdesk.core.command_check import checked
from clinicdesk.desktop.workspaces.therapy.directions import (
    Missing,
    default_line,
    plural_of,
    read_directions,
)
from tests.core.sample import a_draft_command, a_medicine, an_id

TABLET = a_medicine(
    "Cetirizine", "10 mg", form="tablet", pack_unit="tablet", default_dose="1 tablet",
    default_frequency="HS", default_days=10,
)  # fmt: skip
SYRUP = a_medicine(
    "Amoxicillin", "125 mg/5 ml", form="oral suspension", pack_size=60, pack_unit="ml",
    default_dose="5 ml",
)  # fmt: skip
DROPS = a_medicine(
    "Timolol", "0.5%", form="eye drops", route="ophthalmic", pack_size=5, pack_unit="ml",
    default_dose="1 drop", default_frequency="BD", default_days=30,
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "dose", "frequency", "days", "instructions", "quantity"),
    [
        ("1 tab bd 5d pc", "1 tablet", "BD", 5, "after food", 10),
        ("2 tab tds 1w", "2 tablets", "TDS", 7, "", 42),
        ("1 bd 5d", "1 tablet", "BD", 5, "", 10),
        ("½ hs 10d", "½ tablet", "HS", 10, "", 5),
        ("1-2 tabs sos", "1-2 tablets", "SOS", None, "", 10),
        ("1 tab stat", "1 tablet", "STAT", None, "", 1),
        ("1 tablet hs 10d", "1 tablet", "HS", 10, "", 10),
    ],
)
def test_a_few_letters_make_a_line_with_its_quantity(
    typed: str, dose: str, frequency: str, days: int | None, instructions: str, quantity: int
) -> None:
    read = read_directions(typed, TABLET)
    assert (read.dose, read.frequency, read.days) == (dose, frequency, days)
    assert (read.instructions, read.quantity, read.missing) == (instructions, quantity, None)


def test_a_syrup_is_dispensed_in_whole_bottles() -> None:
    assert read_directions("5 ml tds 7d", SYRUP).quantity == 120


def test_drops_are_dispensed_by_the_bottle_not_by_the_drop() -> None:
    assert read_directions("1 drop bd 30d", DROPS).quantity == 5


@pytest.mark.parametrize(
    ("typed", "medicine", "missing"),
    [
        ("2 tab qid 5d", DROPS, Missing.OTHER_UNIT),
        ("1 capsule bd 5d", SYRUP, Missing.OTHER_UNIT),
        ("5 ml bd 5d", TABLET, Missing.OTHER_UNIT),
        ("1 capsule bd 5d", TABLET, Missing.OTHER_UNIT),
        ("500 mg bd 5d", TABLET, None),
        ("1-2 tabs bd 5d", TABLET, None),
        ("5 mls bd 5d", SYRUP, None),
        ("2 drops bd 5d", DROPS, None),
    ],
)
def test_tablets_of_a_syrup_are_not_taken_for_a_dose(
    typed: str, medicine: Medicine, missing: Missing | None
) -> None:
    assert read_directions(typed, medicine).missing is missing


@pytest.mark.parametrize(
    ("unit", "plural"),
    [
        ("tablet", "tablets"), ("suppository", "suppositories"), ("pessary", "pessaries"),
        ("patch", "patches"), ("spray", "sprays"), ("ml", "ml"), ("g", "g"),
    ],
)  # fmt: skip
def test_units_have_the_plural_of_plain_english(unit: str, plural: str) -> None:
    assert plural_of(unit) == plural


def test_the_route_is_the_medicines_own_unless_it_is_typed() -> None:
    assert read_directions("1 tab bd 5d", TABLET).route == "oral"
    read = read_directions("1 tab sl bd 5d", TABLET)
    assert (read.route, read.dose, read.frequency) == ("sublingual", "1 tablet", "BD")
    told = read_directions("5 ml bd 5d mix with oral solution", SYRUP)
    assert (told.route, told.instructions) == ("oral", "mix with oral solution")


def test_the_usual_directions_are_typed_for_one() -> None:
    assert default_line(TABLET) == "1 tablet hs 10d"
    assert read_directions(default_line(TABLET), TABLET).missing is None


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        ("", Missing.DOSE),
        ("bd 5d", Missing.DOSE),
        ("1 tab", Missing.FREQUENCY),
        ("1 tab bd 99w", None),
        ("1 tab bd 36m", Missing.DAYS_TOO_MANY),
        (f"{'much ' * 20}bd", Missing.DOSE_TOO_LONG),
        (f"1 tab bd {'x' * 201}", Missing.INSTRUCTIONS_TOO_LONG),
    ],
)
def test_what_a_line_lacks_is_named(typed: str, missing: Missing | None) -> None:
    assert read_directions(typed, TABLET).missing is missing


@given(st.text(max_size=300))
def test_whatever_is_typed_either_lacks_something_or_makes_a_lawful_command(typed: str) -> None:
    read = read_directions(typed, TABLET)
    assert read.route in ROUTES
    if read.missing is None:
        assert read.frequency is not None
        assert read.quantity is not None
        item = DraftItem(
            id=an_id("line"), medicine_id=TABLET.id, dose=read.dose, route=read.route,
            frequency=read.frequency, days=read.days, quantity=read.quantity,
            instructions=read.instructions,
        )  # fmt: skip
        assert checked(a_draft_command(item)) is None
