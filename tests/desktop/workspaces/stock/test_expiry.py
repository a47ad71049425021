"""An expiry is read as packs print it, and never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.desktop.workspaces.stock.expiry import expiry_text, read_expiry


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-03-31", date(2027, 3, 31)),
        ("2027-3", date(2027, 3, 31)),
        ("03/27", date(2027, 3, 31)),
        (" 2/2028 ", date(2028, 2, 29)),
        ("02.27", date(2027, 2, 28)),
        ("Mar 2027", date(2027, 3, 31)),
        ("MAR-2027".replace("-", " "), date(2027, 3, 31)),
        ("sept. 27", date(2027, 9, 30)),
        ("31 Mar 2027", date(2027, 3, 31)),
    ],
)
def test_a_month_means_its_last_day(text: str, expected: date) -> None:
    assert read_expiry(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "27", "03/04/27", "13/27", "00/27", "2027-02-30", "31 Feb 2027", "Mai 2027", "1999-01-01",
     "2027-13", "99 Mar 2027", "0/2027", "next year", "٠٣/٢٧x"],
)  # fmt: skip
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(text: str) -> None:
    assert read_expiry(text) is None


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_what_is_written_is_read_back(day: date) -> None:
    assert read_expiry(expiry_text(day)) == day


@given(st.text(max_size=30))
def test_no_text_is_too_strange(text: str) -> None:
    assert read_expiry(text) is None or isinstance(read_expiry(text), date)
