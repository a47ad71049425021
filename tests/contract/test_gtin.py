"""Trade item numbers of GS1."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract.gtin import LENGTHS, check_digit, gtin14


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("96385074", "00000096385074"),  # EAN-8, from the standard
        ("036000291452", "00036000291452"),  # UPC-A
        ("4006381333931", "04006381333931"),  # EAN-13
        ("10012345000017", "10012345000017"),  # ITF-14
    ],
)
def test_all_lengths_are_kept_in_fourteen_digits(text: str, number: str) -> None:
    assert gtin14(text) == number


@pytest.mark.parametrize("text", ["", "400638133393", "4006381333932", "400638133393A", "²" * 13])
def test_what_is_no_number_is_none(text: str) -> None:
    assert gtin14(text) is None


def test_nothing_but_zeros_names_no_product() -> None:
    assert gtin14("0" * 13) is None


@given(
    st.sampled_from(LENGTHS).flatmap(
        lambda n: st.text("0123456789", min_size=n - 1, max_size=n - 1)
    )
)
def test_one_digit_read_wrongly_is_always_noticed(digits: str) -> None:
    if not digits.strip("0"):
        return
    whole = digits + str(check_digit(digits))
    assert gtin14(whole) == whole.zfill(14)
    for at, digit in enumerate(whole):
        other = whole[:at] + str((int(digit) + 1) % 10) + whole[at + 1 :]
        assert gtin14(other) is None
