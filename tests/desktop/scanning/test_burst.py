"""Keys of a scanner and keys of a person."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.desktop.scanning.burst import LEAST, TAIL_MS, TORN_MS
from clinicdesk.desktop.scanning.keys import Kind
from clinicdesk.desktop.scanning.pace import GAP_MS, TAP_MS
from tests.core.test_scanning import a_seal
from tests.desktop.scanning.keyboard import FINGER_MS, SHIFT, Desk

CODE = "CD1.7F3K2"
PRODUCT = "4006381333931"
PICTURE_MS = 16
"""A key reaches its field within one picture of the screen."""


@pytest.fixture(params=[True, False], ids=["in a field", "where letters are deeds"])
def desk(request: pytest.FixtureRequest) -> Desk:
    return Desk(in_field=request.param)


def test_a_scanner_s_code_reaches_nothing(desk: Desk) -> None:
    desk.scan(f"{CODE}\n")
    assert desk.scanned == [CODE]
    assert desk.reached == []


def test_a_slow_scanner_is_a_scanner(desk: Desk) -> None:
    for _ in range(5):
        desk.scan(f"{CODE}\n", gap_ms=GAP_MS - 1, held_ms=TAP_MS - 2)
        desk.wait(500)
    assert desk.scanned == [CODE] * 5
    assert desk.reached == []


def test_a_person_s_typing_is_a_person_s(desk: Desk) -> None:
    desk.type("500 amoxicillin\n", gap_ms=FINGER_MS + 5)
    desk.settle()
    assert desk.pressed == "500 amoxicillin\n"
    assert desk.scanned == []
    assert desk.late_ms < PICTURE_MS


def test_a_key_under_a_finger_goes_on_before_the_next_picture(desk: Desk) -> None:
    desk.move("o", down=True)
    desk.wait(PICTURE_MS)
    assert desk.pressed == "o"


def test_two_fingers_at_once_are_two_fingers(desk: Desk) -> None:
    desk.move("t", down=True)
    desk.wait(5)
    desk.move("h", down=True)
    desk.wait(60)
    desk.move("t", down=False)
    desk.wait(20)
    desk.move("h", down=False)
    assert desk.reached == ["t↓", "h↓", "t↑", "h↑"]
    assert desk.late_ms < PICTURE_MS


def test_a_program_s_short_burst_into_a_field_is_not_ours() -> None:
    desk = Desk()
    desk.scan("12345\n")
    assert desk.pressed == "12345\n"
    assert desk.scanned == []


def test_a_short_burst_does_no_deeds() -> None:
    desk = Desk(in_field=False)
    desk.scan("12345\n")
    assert desk.reached == []
    assert desk.scanned == ["12345"]


def test_a_word_without_a_digit_is_no_code() -> None:
    desk = Desk()
    desk.scan("amoxicillin\n")
    assert desk.pressed == "amoxicillin\n"


def test_a_number_that_a_program_writes_goes_on_after_a_moment() -> None:
    desk = Desk()
    desk.scan("12345678")
    assert desk.pressed == ""
    desk.settle()
    assert desk.pressed == "12345678"


def test_an_arrow_within_a_burst_lets_everything_go_on_in_its_order() -> None:
    desk = Desk()
    desk.scan("1234567←8")
    desk.settle()
    assert desk.pressed == "1234567←8"


def test_a_group_separator_belongs_to_the_code_and_alone_to_the_person(desk: Desk) -> None:
    desk.type("\x1d", gap_ms=200)
    desk.scan("0107032\x1d17\n")
    assert desk.scanned == ["0107032\x1d17"]
    assert desk.pressed == "\x1d"


def test_a_line_feed_behind_enter_presses_no_button(desk: Desk) -> None:
    desk.scan(f"{CODE}\n\n", gap_ms=3)
    desk.wait(300)
    assert desk.reached == []
    desk.press("\n")
    assert desk.pressed == "\n"


def test_shift_of_the_scanner_is_swallowed_with_its_letters(desk: Desk) -> None:
    for letter in "AB12CD34":
        desk.stroke("⇧", Kind.MODIFIER, down=True, code=SHIFT)
        desk.press(letter)
        desk.stroke("⇧", Kind.MODIFIER, down=False, code=SHIFT)
    desk.press("\n")
    assert desk.scanned == ["AB12CD34"]
    # The first Shift went down before anything could be known of a code; it types nothing.
    assert desk.reached == ["⇧↓"]


def test_a_character_that_comes_twice_is_of_the_code_even_where_it_is_said_to_repeat(
    desk: Desk,
) -> None:
    for key in "8906":
        desk.press(key, held_ms=0)
    for down in (True, False, True, False):
        desk.stroke("7", Kind.CHARACTER, down=down, code=7, text="7", repeats=True)
    desk.press("\n")
    assert desk.scanned == ["890677"]
    assert desk.reached == []


def test_a_key_that_is_held_down_repeats_for_the_person(desk: Desk) -> None:
    desk.stroke("7", Kind.CHARACTER, down=True, code=7, text="7")
    desk.wait(300)
    for _ in range(20):
        desk.stroke("7", Kind.CHARACTER, down=True, code=7, text="7", repeats=True)
        desk.wait(30)
    desk.stroke("7", Kind.CHARACTER, down=False, code=7, text="7")
    desk.type("\n")
    assert desk.pressed == "7" * 21 + "\n"


def test_a_scanner_that_is_slow_to_let_go_is_learnt_within_its_first_code(desk: Desk) -> None:
    for _ in range(3):
        desk.scan(f"{CODE}\n", gap_ms=30, held_ms=25)
        desk.wait(500)
    # What of the first had gone on before it was learnt is of the code nevertheless.
    assert desk.scanned == [CODE] * 3
    assert desk.pressed == CODE[:3]


def test_a_quick_scanner_in_its_place_has_keys_go_on_at_once_again(desk: Desk) -> None:
    desk.scan(f"{CODE}\n", gap_ms=30, held_ms=25)
    for _ in range(4):
        desk.wait(500)
        desk.scan(f"{CODE}\n")
    desk.late_ms = 0
    desk.type("o")
    assert desk.late_ms < PICTURE_MS


def test_a_text_longer_than_any_code_goes_on() -> None:
    desk = Desk()
    desk.scan("1" * 900 + "\n")
    desk.settle()
    assert desk.pressed.count("1") + sum(len(code) for code in desk.scanned) == 900
    assert desk.pressed.startswith("1" * 700)


# Behind some scanners' codes comes nothing.


def test_a_code_without_an_end_is_over_when_nothing_more_comes(desk: Desk) -> None:
    for code in (PRODUCT, "RX-7F3K2", a_seal(), "010400638133393110B42"):
        desk.scan(code)
        desk.settle()
    assert desk.scanned == [PRODUCT, "RX-7F3K2", a_seal(), "010400638133393110B42"]
    assert desk.reached == []


def test_it_is_over_sooner_when_that_is_known_of_the_scanner(desk: Desk) -> None:
    for _ in range(2):
        desk.scan(PRODUCT)
        desk.settle()
    desk.scan(PRODUCT)
    desk.wait(90)
    assert desk.scanned == [PRODUCT] * 3


def test_a_person_who_types_into_the_silence_ends_the_code(desk: Desk) -> None:
    desk.scan(PRODUCT)
    desk.wait(100)
    desk.type("o", gap_ms=400)
    assert desk.scanned == [PRODUCT]
    assert desk.reached == ["o↓", "o↑"]


def test_the_code_of_a_scanner_that_always_ends_them_is_not_whole_without(desk: Desk) -> None:
    desk.scan(f"{PRODUCT}\n")
    desk.wait(500)
    desk.scan("010400638133393110B4")  # of batch B42
    desk.settle()
    assert desk.scanned == [PRODUCT]
    assert (desk.reached, desk.torn) == ([], 1)


def test_a_scanner_that_was_set_to_end_them_no_more_is_learnt(desk: Desk) -> None:
    desk.scan(f"{PRODUCT}\n")
    for _ in range(4):
        desk.settle()
        desk.scan(PRODUCT)
    desk.settle()
    assert desk.scanned == [PRODUCT] * 3
    assert (desk.reached, desk.torn) == ([], 2)


# A machine that is behind tears codes.


def test_a_code_with_a_pause_in_it_is_one(desk: Desk) -> None:
    desk.scan(CODE[:5])
    desk.wait(TORN_MS - 10)
    desk.scan(f"{CODE[5:]}\n")
    assert desk.scanned == [CODE]


def test_of_a_torn_code_nothing_is_done_and_it_is_said_once() -> None:
    desk = Desk(in_field=False)
    desk.scan(f"{PRODUCT}\n")
    desk.wait(800)
    desk.scan(CODE[:7])
    desk.wait(TORN_MS + 60)
    desk.scan(f"{CODE[7:]}\n")
    desk.settle()
    assert (desk.reached, desk.torn, desk.scanned) == ([], 1, [PRODUCT])


def test_a_person_s_keys_behind_a_torn_code_go_on(desk: Desk) -> None:
    desk.scan("CD1.7F")
    desk.wait(TORN_MS + 10)
    desk.type("o\n")
    assert desk.pressed == "o\n"
    assert desk.late_ms < PICTURE_MS


def test_the_late_enter_of_a_whole_seal_presses_no_button(desk: Desk) -> None:
    desk.scan(f"{PRODUCT}\n")
    desk.wait(800)
    desk.scan(a_seal())
    desk.wait(TORN_MS + 60)
    desk.scan("\n")
    desk.settle()
    assert desk.scanned == [PRODUCT, a_seal()]
    assert (desk.reached, desk.torn) == ([], 0)


# The scanner may be set to another country's keyboard than the computer.

FRENCH = dict(zip("1234567890-.", "&é\"'(-è_çà):", strict=True))
FRENCH |= dict(zip("QWAZqwaz", "AZQWazqw", strict=True))


@pytest.mark.parametrize("code", [a_seal(), "RX-7F3K2", PRODUCT])
def test_an_american_scanner_at_a_french_computer_is_read(desk: Desk, code: str) -> None:
    for letter in code:
        key = FRENCH.get(letter, letter)
        for down in (True, False):
            desk.stroke(
                key, Kind.CHARACTER, down=down, code=ord(letter), text=key, keyed=letter
            )  # fmt: skip
            desk.wait(2)
    desk.press("\n")
    assert desk.scanned == [code]
    assert desk.reached == []


# Any stream of keys.

keys = st.sampled_from("ab19 .\x1d\n←")
gaps = st.one_of(st.integers(2, 40), st.integers(36, 400))
places = st.booleans()


@given(st.lists(st.tuples(keys, gaps), max_size=60))
def test_nothing_is_lost_or_reordered_at_any_pace(strokes: list[tuple[str, int]]) -> None:
    desk = Desk()
    for key, gap in strokes:
        desk.press(key)
        desk.wait(gap - 1)
    desk.settle()
    assert desk.numbers == sorted(desk.numbers)
    # A separator that begins a code goes on as well: it is written nowhere.
    unwritten = str.maketrans("", "", "\n\x1d")
    assert desk.missing.translate(unwritten) == "".join(desk.scanned).translate(unwritten)
    for code in desk.scanned:
        assert len(code) >= LEAST
        assert any(c.isdigit() for c in code)


@given(st.lists(st.tuples(keys, gaps, st.integers(1, 120)), max_size=60))
def test_each_key_that_reached_a_field_comes_up_after_it_went_down(
    strokes: list[tuple[str, int, int]],
) -> None:
    desk = Desk()
    for key, gap, held in strokes:
        desk.press(key, held_ms=held)
        desk.wait(gap)
    desk.settle()
    assert [e for e in desk.reached if e[1] == "↑"] == [
        f"{e[0]}↑" for e in desk.reached if e[1] == "↓"
    ]
    assert all(up == f"{down[0]}↑" for down, up in list(pairwise(desk.reached))[::2])


def play(desk: Desk, strokes: list[tuple[str, int, int]]) -> None:
    """Keys of a person, who strikes the next before the last is up: key, pause before, held."""
    moves: list[tuple[float, int, str, bool]] = []
    at, up_again = desk.now, dict[str, float]()
    for number, (key, pause, held) in enumerate(strokes):
        at = max(at + pause, up_again.get(key, 0) + 1)
        up_again[key] = at + held
        moves += [(at, number, key, True), (at + held, number, key, False)]
    for when, _, key, down in sorted(moves):
        desk.wait(when - desk.now)
        desk.move(key, down=down)


fingers = st.lists(
    st.tuples(keys, st.integers(0, 400), st.integers(GAP_MS + 1, 300)), min_size=1, max_size=30
)


@given(fingers, places)
def test_what_fingers_type_goes_on_in_time_and_is_never_a_code(
    strokes: list[tuple[str, int, int]], in_field: bool
) -> None:
    desk = Desk(in_field=in_field)
    play(desk, strokes)
    desk.settle()
    assert desk.scanned == []
    assert desk.pressed == "".join(key for key, _, _ in strokes)
    assert desk.late_ms < PICTURE_MS


codes = st.one_of(
    st.sampled_from([PRODUCT, "RX-7F3K2", a_seal(), "010400638133393110B42"]),
    st.text("0123456789ABCDEF", min_size=LEAST, max_size=40).filter(
        lambda code: any(c.isdigit() for c in code)
    ),
)


@given(
    st.lists(
        st.tuples(
            fingers,
            codes,
            st.lists(st.integers(2, GAP_MS), min_size=200, max_size=200),
            st.integers(1, TAP_MS),
        ),
        max_size=4,
    ),
    places,
)
def test_typing_and_scanning_in_turn_lose_nothing_and_keep_the_order(
    turns: list[tuple[list[tuple[str, int, int]], str, list[int], int]], in_field: bool
) -> None:
    desk = Desk(in_field=in_field)
    typed = ""
    for strokes, code, paces, held in turns:
        play(desk, strokes)
        typed += "".join(key for key, _, _ in strokes)
        assert desk.pressed == typed[: len(desk.pressed)]
        for key, gap in zip(f"{code}\n", paces, strict=False):
            desk.press(key, held_ms=min(held, gap - 1))
            desk.wait(gap - min(held, gap - 1))
        desk.wait(GAP_MS + 1)
    desk.settle()
    assert desk.scanned == [code for _, code, _, _ in turns]
    assert desk.pressed == typed
    assert desk.late_ms < PICTURE_MS


@given(codes, st.lists(st.integers(3, 39), max_size=2), st.integers(GAP_MS, TORN_MS - 5), places)
def test_a_code_that_a_busy_machine_holds_up_is_whole(
    code: str, pauses: list[int], pause: int, in_field: bool
) -> None:
    desk = Desk(in_field=in_field)
    for place, key in enumerate(f"{code}\n"):
        if place in pauses and any(map(str.isdigit, code[:place])):
            desk.wait(pause)
        desk.scan(key)
    desk.settle()
    assert desk.scanned == [code]
    assert desk.reached == []


@given(codes, st.integers(3, 39), st.integers(TORN_MS, TAIL_MS - 100))
def test_of_a_code_in_two_pieces_no_key_is_a_deed(code: str, place: int, pause: int) -> None:
    desk = Desk(in_field=False)
    desk.scan(f"{PRODUCT}\n")
    desk.wait(800)
    text = f"{code}\n"
    desk.scan(text[:place])
    desk.wait(pause)
    desk.scan(text[place:])
    desk.settle()
    assert desk.reached == []
