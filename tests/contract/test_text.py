"""What a person may type, as both ends read it."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinicdesk.contract.text import Line, Name, Note, Phone, Place, Reason, what_it_needs

ONE_LINERS = {"name": Name, "line": Line, "reason": Reason, "phone": Phone, "place": Place}
UNSEEN = [
    "\0",
    "\a",
    "\n",
    "\t",
    "\r",
    "\x1b",
    "\x7f",
    "\x85",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066",
]
UNDERSTOOD = ["not in stock", "स्टॉक में नहीं", "kāore i te toa", "O'Brien – ½ strip", "👩‍⚕️ asked"]


def read(kind: Any, text: str) -> str | None:
    """What is wrong with the text; None when it is taken as it is."""
    try:
        taken = msgspec.json.decode(msgspec.json.encode(text), type=kind)
    except msgspec.ValidationError as error:
        return what_it_needs(str(error)) or str(error)
    assert taken == text
    return None


@pytest.mark.parametrize("kind", ONE_LINERS)
@pytest.mark.parametrize("unseen", UNSEEN, ids=repr)
def test_one_line_has_no_character_that_cannot_be_seen(kind: str, unseen: str) -> None:
    for text in (f"abc{unseen}", f"{unseen}abc", f"ab{unseen}cd"):
        wrong = read(ONE_LINERS[kind], text)
        assert wrong is not None
        assert "control characters" in wrong
        assert "regex" not in wrong


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_what_people_write_is_taken_whatever_their_script(text: str) -> None:
    wrong = [read(kind, text) for kind in (Name, Line, Reason, Place, Note)]
    assert wrong == [None] * 5


@pytest.mark.parametrize(
    "blank",
    ["   ", "\xa0\xa0\xa0", "\u3000" * 4, " a ", "ab ", " \xa0ab", "\u200b" * 3, "\ufeffab"],
)
def test_a_reason_says_something(blank: str) -> None:
    assert "at least 3 characters" in str(read(Reason, blank))


def test_a_name_is_more_than_blanks_and_a_line_may_be_empty() -> None:
    for blank in (" ", "\u200b", "\u2060 \ufeff", "\u2800"):
        assert "more than blanks" in str(read(Name, blank))
    assert read(Name, "\u200fعلی") is None, "a mark of direction was copied with it"
    assert read(Name, "Q") is None
    assert read(Line, "") is None
    assert read(Place, "") is None


def test_a_note_has_lines_and_tabs_and_nothing_else_unseen() -> None:
    assert read(Note, "once\n\ttwice\r\n") is None
    assert "other than line breaks" in str(read(Note, "bell\a"))
    assert "other than line breaks" in str(read(Note, "ends in a bell\a\n"))


@given(st.text(max_size=40))
@example("abc\n")
@example("ab\xad")
def test_a_reason_that_is_taken_can_be_read_on_one_line(text: str) -> None:
    if read(Reason, text) is None:
        assert len(text.strip()) >= 3
        assert len(text.splitlines()) == 1
        assert not any(unicodedata.category(character) == "Cc" for character in text)


def test_other_mismatches_are_not_taken_for_these() -> None:
    shouting = Annotated[str, msgspec.Meta(pattern="^[A-Z]+$")]
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(b'"quiet"', type=shouting)
    assert what_it_needs(str(raised.value)) is None
