"""A scanner's keys, from the X server, in real windows."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Thread
from typing import ParamSpec

import pytest

from tests.desktop_session import wait_until

pytestmark = pytest.mark.display

CODE = "CD1.000G40Q40L0R5U64F887-7O"
KEYS_TOLD = ("pressed", "released")
PLACES = ("quantity", "note", "table", "dialog", "popup")


LATE_MS = 10
"""No scanner waits longer between a key and its release; xdotool does on a machine that is busy."""
ATTEMPTS = 8

Case = ParamSpec("Case")


class NoScanner(Exception):
    """The display struck the keys slower than a scanner: what came of it says nothing."""


@dataclass
class Window:
    """The program, and what it has told.

    Attributes:
        scans: When each scan began and ended, in milliseconds of the display's clock.
    """

    process: subprocess.Popen[str]
    told: list[dict[str, str]] = field(default_factory=list)
    scans: list[tuple[float, float]] = field(default_factory=list)

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(json.loads(line))

    def all(self, what: str) -> list[str]:
        return [each[what] for each in self.told if what in each]

    def last(self, what: str) -> str:
        return self.all(what)[-1] if self.all(what) else ""

    @property
    def reached(self) -> list[dict[str, str]]:
        """What fields, shortcuts and buttons saw of it."""
        others = {"scanned", "torn", "ready", "pressed", "released"}
        return [each for each in self.told if not others & each.keys()]

    def strike(self, *arguments: str) -> None:
        """Have xdotool do what a scanner does."""
        begun = time.monotonic() * 1000
        xdotool(*arguments)
        self.scans.append((begun, time.monotonic() * 1000))

    def scan(self, code: str = CODE, *, delay_ms: int = 4, end: str = "Return") -> None:
        """As a scanner does: one key after the other, and the end at the same pace."""
        pace = ("--delay", str(delay_ms))
        self.strike("type", "--args", "1", *pace, code, "key", *pace, end)

    @property
    def too_slow(self) -> bool:
        """Whether a key of a scan came later than a scanner's, by the display's own clock."""
        keys = [int(at) for each in self.told for what, at in each.items() if what in KEYS_TOLD]
        return any(
            later - earlier > LATE_MS
            for begun, ended in self.scans
            for earlier, later in pairwise(at for at in keys if begun - 1 <= at <= ended)
        )


@contextmanager
def window(place: str) -> Iterator[Window]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.desktop.scanning.wedge_window", place],
        env=os.environ | {"QT_QPA_PLATFORM": "xcb"},
        stdout=subprocess.PIPE,
        text=True,
    )
    opened = Window(process)
    reading = Thread(target=opened.read)
    reading.start()
    try:
        wait_until(lambda: opened.all("ready"))
        yield opened
    except AssertionError as failed:
        if opened.too_slow:
            raise NoScanner from failed
        raise
    finally:
        process.kill()
        reading.join()
        process.communicate()


def xdotool(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True, capture_output=True)


def at_a_scanners_pace(test: Callable[Case, None]) -> Callable[Case, None]:
    """Try it again when it failed after keys that no scanner sends."""

    @functools.wraps(test)
    def tried(*args: Case.args, **kwargs: Case.kwargs) -> None:
        for _ in range(ATTEMPTS - 1):
            try:
                return test(*args, **kwargs)
            except NoScanner:
                continue
        return test(*args, **kwargs)

    return tried


def a_person_types(text: str) -> None:
    xdotool("type", "--delay", "90", "--", text)


@at_a_scanners_pace
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("delay_ms", [2, 15])
def test_a_scan_is_heard_and_leaves_nothing_behind(place: str, delay_ms: int) -> None:
    with window(place) as here:
        here.scan(delay_ms=delay_ms)
        wait_until(lambda: here.all("scanned"))
        here.scan("0107032069804988", delay_ms=delay_ms, end="Tab")
        wait_until(lambda: len(here.all("scanned")) == 2)
        assert here.all("scanned") == [CODE, "0107032069804988"]
        assert here.reached == []


def test_what_a_person_types_arrives_as_it_was_typed() -> None:
    with window("note") as here:
        a_person_types("Take 2 tablets, 500 mg.")
        wait_until(lambda: here.last("note") == "Take 2 tablets, 500 mg.")
        assert here.all("scanned") == []


def test_a_quantity_is_typed_and_entered_as_ever() -> None:
    with window("quantity") as here:
        a_person_types("1200")
        xdotool("key", "Return")
        wait_until(lambda: here.last("entered") == "1200")
        assert here.all("scanned") == []


@at_a_scanners_pace
def test_a_scan_in_the_middle_of_a_number_leaves_the_number() -> None:
    with window("quantity") as here:
        a_person_types("12")
        wait_until(lambda: here.last("quantity") == "12")
        here.scan("8901234567890")
        wait_until(lambda: here.all("scanned") == ["8901234567890"])
        a_person_types("34")
        wait_until(lambda: here.last("quantity") == "1234")
        assert here.all("quantity") == ["1", "12", "123", "1234"]


def test_a_burst_that_is_no_code_arrives_whole_and_in_order() -> None:
    with window("note") as here:
        xdotool("type", "--delay", "3", "--", "a word pasted by a program and 12345678 more")
        wait_until(lambda: here.last("note") == "a word pasted by a program and 12345678 more")
        assert here.all("scanned") == []


def test_a_shortcut_of_one_letter_works_for_a_person() -> None:
    with window("table") as here:
        xdotool("key", "o")
        wait_until(lambda: here.all("shortcut") == ["O"])


@at_a_scanners_pace
def test_half_a_code_does_nothing_and_is_told() -> None:
    with window("table") as here:
        here.strike("type", "--delay", "4", CODE[:5])
        wait_until(lambda: here.all("torn"))
        assert here.all("torn") == ["told"]
        assert here.reached == []


@at_a_scanners_pace
def test_a_scanner_may_send_nothing_behind_its_codes() -> None:
    with window("quantity") as here:
        here.strike("type", "--delay", "4", "4006381333931")
        wait_until(lambda: here.all("scanned"))
        assert here.all("scanned") == ["4006381333931"]
        assert here.reached == []


KEYS = {"C": 54, "D": 40, "1": 10, ".": 60, "7": 16, "F": 41, "3": 12, "K": 45, "2": 11}
"""Where an American scanner has them; X11's numbers."""


@contextmanager
def a_french_keyboard() -> Iterator[None]:
    subprocess.run(["setxkbmap", "fr"], check=True)
    try:
        yield
    finally:
        subprocess.run(["setxkbmap", "us"], check=True)


@at_a_scanners_pace
@pytest.mark.parametrize("place", ["note", "table"])
def test_an_american_scanner_at_a_french_computer_is_read(place: str) -> None:
    with a_french_keyboard(), window(place) as here:
        strokes = (
            ["keydown", "50", "key", "--delay", "2", str(KEYS[each]), "keyup", "50"]
            if each.isalpha()
            else ["key", "--delay", "2", str(KEYS[each])]
            for each in "CD1.7F3K2"
        )
        here.strike(*(word for stroke in strokes for word in stroke), "key", "--delay", "2", "36")
        wait_until(lambda: here.all("scanned"))
        assert here.all("scanned") == ["CD1.7F3K2"]
        assert here.reached == []


@at_a_scanners_pace
def test_the_group_separator_of_a_data_matrix_comes_through() -> None:
    with window("quantity") as here:
        here.strike(
            "key", "--delay", "4", *"0107032069804988", *"10", "shift+b", *"42",
            "ctrl+bracketright", *"17271200", "Return",
        )  # fmt: skip
        wait_until(lambda: here.all("scanned"))
        assert here.all("scanned") == ["010703206980498810B42\x1d17271200"]
        assert here.reached == []


@at_a_scanners_pace
def test_a_password_is_left_alone() -> None:
    with window("password") as here:
        here.scan("Secret123456")
        wait_until(lambda: here.last("password") == "Secret123456")
        assert here.all("scanned") == []


@at_a_scanners_pace
def test_many_scans_one_behind_the_other_are_all_heard() -> None:
    with window("note") as here:
        codes = [f"89012345678{n:02d}" for n in range(20)]
        for code in codes:
            here.scan(code, delay_ms=1)
        wait_until(lambda: len(here.all("scanned")) == len(codes))
        assert here.all("scanned") == codes
        assert here.reached == []
