"""A text is found by any part of it, whatever has been entered and struck out before."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from clinicdesk.core.text_parts import TextParts

few_digits = st.text("0123", min_size=1, max_size=6)
entries = st.lists(st.tuples(st.integers(0, 12), few_digits | st.none()), max_size=60)


@given(entries, few_digits)
@settings(deadline=None)
def test_exactly_the_texts_that_stand_are_found(
    steps: list[tuple[int, str | None]], part: str
) -> None:
    book = TextParts(on_a_page=4)
    standing: dict[UUID, str] = {}
    for number, digits in steps:
        owner = UUID(int=number)
        if digits is None:
            book.remove(owner)
            standing.pop(owner, None)
        else:
            book.put(owner, digits)
            standing[owner] = digits
    expected = [(owner, d.endswith(part)) for owner, d in standing.items() if part in d]
    assert sorted(book.holding(part)) == sorted(expected)


def test_what_changes_often_leaves_no_pages_behind() -> None:
    parts = TextParts(on_a_page=4)
    for turn in range(50):
        for owner in range(8):
            parts.put(UUID(int=owner), f"{turn}{owner}")
            parts.put(UUID(int=owner), f"{turn}{owner}")
    assert len(parts._pages) <= 3
    assert sorted(owner.int for owner, _ in parts.holding("49")) == list(range(8))
