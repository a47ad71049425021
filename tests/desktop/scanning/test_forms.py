"""Codes by their form, and by the keyboard that they were typed on."""

from __future__ import annotations

import pytest

from clinicdesk.desktop.scanning.american import american
from clinicdesk.desktop.scanning.forms import (
    begins,
    is_certain,
    is_of_another_layout,
    is_whole,
    meant,
)
from clinicdesk.desktop.scanning.keys import Code
from tests.core.test_scanning import a_seal


def said(text: str, keyed: str | None = None) -> Code:
    return Code(text, text if keyed is None else keyed)


def test_a_seal_is_certain_when_no_character_is_missing() -> None:
    assert is_certain(said(a_seal()))
    assert not is_certain(said(a_seal()[:-1]))
    assert not is_whole(said(a_seal()[:-1]))


@pytest.mark.parametrize("text", ["RX-7F3K2", "4006381333931", "0104006381333931"])
def test_codes_are_whole_where_their_form_says_so(text: str) -> None:
    assert is_whole(said(text))


@pytest.mark.parametrize("text", ["", "9812345678", "asha", "4006381333930", "12 tablets"])
def test_what_people_write_is_no_code(text: str) -> None:
    assert not is_whole(said(text))
    assert not begins(said(text))


@pytest.mark.parametrize("text", ["CD1.7", "rx-", "]d201", "010400638133393110B"])
def test_codes_begin_as_nothing_else_does(text: str) -> None:
    assert begins(said(text))


def test_of_two_readings_the_one_is_meant_that_says_something() -> None:
    assert meant(said("RX)èF\"K'", "RX-7F3K2")) == "RX-7F3K2"
    assert meant(said("RX-7F3K2", "RX=&F#K@")) == "RX-7F3K2"
    assert meant(said("P-00042", "P=))$@")) == "P-00042"
    assert meant(said("P)àààé'", "P-00024")) == "P-00024"


def test_digits_that_came_as_a_french_keyboard_s_letters_are_noticed() -> None:
    assert is_of_another_layout("CD&:àààçà")
    assert not is_of_another_layout("l'été")
    assert not is_of_another_layout("CD1.000")


@pytest.mark.parametrize(("platform", "ahead"), [("xcb", 8), ("wayland", 8), ("windows", 0)])
def test_a_key_s_place_says_what_an_american_keyboard_has_there(platform: str, ahead: int) -> None:
    places = {16: "q", 44: "z", 2: "1", 11: "0", 12: "-", 27: "]", 52: ".", 53: "/", 57: ""}
    for place, key in places.items():
        assert american(place + ahead, shifted=False, platform=platform) == key
    assert american(30 + ahead, shifted=True, platform=platform) == "A"
    assert american(12 + ahead, shifted=True, platform=platform) == "_"


def test_where_places_have_other_numbers_nothing_is_said() -> None:
    assert american(16, shifted=False, platform="cocoa") == ""
