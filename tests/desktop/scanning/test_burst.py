"""Keys of a scanner and keys of a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.desktop.scanning.burst import GAP_MS, LEAST, Burst, Kind, Stroke

ENTER, SHIFT = 36, 50
CODE = "CD1.7F3K2"


@dataclass
class Desk:
    """A burst between a keyboard and a field."""

    burst: Burst[str] = field(default_factory=Burst)
    now: float = 1000.0
    reached: list[str] = field(default_factory=list)
    scanned: list[str] = field(default_factory=list)

    def stroke(
        self, name: str, kind: Kind, *, down: bool, code: int, text: str = "", repeats: bool = False
    ) -> None:
        event = f"{name}{'↓' if down else '↑'}"
        outcome = self.burst.take(Stroke(event, kind, down, code, self.now, text, repeats))
        self.reached += outcome.deliver
        if outcome.passes:
            self.reached.append(event)
        if outcome.scanned is not None:
            self.scanned.append(outcome.scanned)

    def press(self, key: str, *, held_ms: float = 1.0) -> None:
        """A key goes down and up; "\n" is Enter, "←" an arrow, "\x1d" Ctrl+]."""
        kind, code, text = (
            (Kind.END, ENTER, "")
            if key == "\n"
            else (Kind.OTHER, 113, "")
            if key == "←"
            else (Kind.SEPARATOR, 35, "")
            if key == "\x1d"
            else (Kind.CHARACTER, ord(key), key)
        )
        self.stroke(key, kind, down=True, code=code, text=text)
        self.wait(held_ms)
        self.stroke(key, kind, down=False, code=code, text=text)

    def type(self, text: str, gap_ms: float) -> None:
        for key in text:
            self.press(key)
            self.wait(gap_ms - 1)

    def wait(self, milliseconds: float) -> None:
        """Time passes; the timer ends when it should."""
        self.now += milliseconds
        if self.burst.holding and self.now - self.burst._last_ms > self.burst.wait_ms:
            self.reached += self.burst.give_up()

    @property
    def pressed(self) -> str:
        """What went down in the field."""
        return "".join(event[0] for event in self.reached if event[1] == "↓")


def test_a_scanner_s_code_reaches_no_field() -> None:
    desk = Desk()
    desk.type(f"{CODE}\n", gap_ms=2)
    assert desk.scanned == [CODE]
    assert desk.reached == []


def test_a_slow_scanner_is_a_scanner() -> None:
    desk = Desk()
    for _ in range(5):
        desk.type(f"{CODE}\n", gap_ms=GAP_MS - 1)
        desk.wait(500)
    assert desk.scanned == [CODE] * 5
    assert desk.reached == []


def test_a_person_s_typing_is_a_person_s() -> None:
    desk = Desk()
    desk.type("500 amoxicillin\n", gap_ms=GAP_MS + 5)
    desk.wait(100)
    assert desk.pressed == "500 amoxicillin\n"
    assert desk.scanned == []


def test_a_short_burst_is_a_person_s() -> None:
    desk = Desk()
    desk.type("12345\n", gap_ms=2)
    assert desk.pressed == "12345\n"
    assert desk.scanned == []


def test_a_word_without_a_digit_is_no_code() -> None:
    desk = Desk()
    desk.type("amoxicillin\n", gap_ms=2)
    assert desk.pressed == "amoxicillin\n"


def test_a_burst_without_an_end_goes_on_after_a_moment() -> None:
    desk = Desk()
    desk.type("12345678", gap_ms=2)
    assert desk.pressed == ""
    desk.wait(100)
    assert desk.pressed == "12345678"


def test_an_arrow_within_a_burst_lets_everything_go_on_in_its_order() -> None:
    desk = Desk()
    desk.type("1234567←8", gap_ms=2)
    desk.wait(100)
    assert desk.pressed == "1234567←8"


def test_a_group_separator_belongs_to_the_code_and_alone_to_the_person() -> None:
    desk = Desk()
    desk.type("\x1d", gap_ms=200)
    desk.type("0107032\x1d17\n", gap_ms=2)
    assert desk.scanned == ["0107032\x1d17"]
    assert desk.pressed == "\x1d"


def test_a_line_feed_behind_enter_presses_no_button() -> None:
    desk = Desk()
    desk.type(f"{CODE}\n\n", gap_ms=3)
    desk.wait(300)
    assert desk.reached == []
    desk.type("\n", gap_ms=3)
    assert desk.pressed == "\n"


def test_shift_of_the_scanner_is_swallowed_with_its_letters() -> None:
    desk = Desk()
    for letter in "AB12CD34":
        desk.stroke("⇧", Kind.MODIFIER, down=True, code=SHIFT)
        desk.press(letter)
        desk.stroke("⇧", Kind.MODIFIER, down=False, code=SHIFT)
    desk.press("\n")
    assert desk.scanned == ["AB12CD34"]
    # The first Shift went down before anything could be known of a code; it types nothing.
    assert desk.reached == ["⇧↓"]


def test_a_character_that_comes_twice_is_of_the_code_even_where_it_is_said_to_repeat() -> None:
    desk = Desk()
    for key in "8906":
        desk.press(key, held_ms=0)
    for down in (True, False, True, False):
        desk.stroke("7", Kind.CHARACTER, down=down, code=7, text="7", repeats=True)
    desk.press("\n")
    assert desk.scanned == ["890677"]
    assert desk.reached == []


def test_a_key_that_is_held_down_repeats_for_the_person() -> None:
    desk = Desk()
    for _ in range(20):
        desk.stroke("7", Kind.CHARACTER, down=True, code=7, text="7", repeats=True)
        desk.wait(30)
    desk.press("\n")
    assert desk.pressed == "7" * 20 + "\n"


def test_typing_is_held_up_less_when_the_scanner_is_known_to_be_quick() -> None:
    desk = Desk()
    for _ in range(3):
        desk.type(f"{CODE}\n", gap_ms=2)
        desk.wait(500)
    assert desk.burst.wait_ms < 16
    desk.type("a", gap_ms=16)
    assert desk.pressed == "a"


def test_a_slower_scanner_that_comes_later_is_learnt_by_one_missed_code() -> None:
    desk = Desk()
    for gap_ms in (2, 2, 2, 30, 30):
        desk.type(f"{CODE}\n", gap_ms)
        desk.wait(500)
    assert desk.scanned == [CODE] * 4
    assert desk.pressed == f"{CODE}\n"


def test_a_quick_scanner_may_have_a_hiccup() -> None:
    desk = Desk()
    for _ in range(3):
        desk.type(f"{CODE}\n", gap_ms=2)
        desk.wait(500)
    desk.type(CODE[:5], gap_ms=2)
    desk.wait(28)
    desk.type(f"{CODE[5:]}\n", gap_ms=2)
    assert desk.scanned[3:] == [CODE]


def test_a_text_longer_than_any_code_goes_on() -> None:
    desk = Desk()
    desk.type("1" * 900 + "\n", gap_ms=1)
    desk.wait(100)
    assert desk.pressed.count("1") + sum(len(code) for code in desk.scanned) == 900
    assert desk.pressed.startswith("1" * 700)


keys = st.sampled_from("ab19 .\x1d\n←")
gaps = st.one_of(st.integers(2, 40), st.integers(36, 400))


@given(st.lists(st.tuples(keys, gaps), max_size=60))
def test_nothing_is_lost_or_reordered_at_any_pace(strokes: list[tuple[str, int]]) -> None:
    desk = Desk()
    order: list[str] = []
    for key, gap in strokes:
        order.append(key)
        desk.press(key)
        desk.wait(gap - 1)
    desk.wait(1000)
    rest = iter(order)
    # What reached the field is what was typed, in its order, with whole codes taken out of it.
    taken: list[str] = []
    for key in desk.pressed:
        for typed in rest:
            if typed == key:
                break
            taken.append(typed)
        else:
            raise AssertionError("a key that nobody typed")
    taken += rest
    codes = "".join(f"{code}\n" for code in desk.scanned)
    assert "".join(taken).replace("\n", "") == codes.replace("\n", "")
    for code in desk.scanned:
        assert len(code) >= LEAST
        assert any(c.isdigit() for c in code)


@given(st.lists(st.tuples(keys, st.integers(GAP_MS + 1, 400)), max_size=40))
def test_what_a_person_types_is_never_a_code(strokes: list[tuple[str, int]]) -> None:
    desk = Desk()
    for key, gap in strokes:
        desk.press(key)
        desk.wait(gap - 1)
    desk.wait(1000)
    assert desk.scanned == []
    assert desk.pressed == "".join(key for key, _ in strokes)


@given(
    st.text("abcdefgh 12", max_size=12),
    st.text("0123456789ABCDEF", min_size=LEAST, max_size=40).filter(
        lambda code: any(c.isdigit() for c in code)
    ),
    st.lists(st.integers(2, GAP_MS), min_size=60, max_size=60),
)
def test_a_code_in_the_middle_of_typing_is_taken_out_of_it(
    typed: str, code: str, paces: list[int]
) -> None:
    desk = Desk()
    desk.type(typed, gap_ms=90)
    desk.wait(90)
    for key, gap in zip(f"{code}\n", paces, strict=False):
        desk.press(key)
        desk.wait(gap - 1)
    desk.wait(90)
    desk.type(typed, gap_ms=90)
    assert desk.scanned == [code]
    assert desk.pressed == typed + typed


@given(st.lists(st.tuples(keys, gaps, st.integers(1, 120)), max_size=60))
def test_each_key_that_reached_a_field_comes_up_after_it_went_down(
    strokes: list[tuple[str, int, int]],
) -> None:
    desk = Desk()
    for key, gap, held in strokes:
        desk.press(key, held_ms=held)
        desk.wait(gap)
    desk.wait(1000)
    assert [e for e in desk.reached if e[1] == "↑"] == [
        f"{e[0]}↑" for e in desk.reached if e[1] == "↓"
    ]
    assert all(up == f"{down[0]}↑" for down, up in list(pairwise(desk.reached))[::2])
