"""Amounts as people type them at a till."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract.money import format_money
from clinicdesk.desktop.workspaces.shared.amounts import amount_text, read_amount


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("500", 50_000),
        ("500.00", 50_000),
        ("500.5", 50_050),
        ("500.", 50_000),
        (" ₹ 500 ", 50_000),
        ("1,000", 100_000),
        ("1,23,456.50", 12_345_650),
        ("1,234,567", 123_456_700),
        ("५००", 50_000),
        ("0", 0),
    ],
)
def test_an_amount_is_read(typed: str, minor: int) -> None:
    assert read_amount(typed, "INR") == minor


@pytest.mark.parametrize(
    "typed", ["", "abc", "12,50", "1,2345", "500.001", ".5", "-5", "1.000,00", "5 or 6", ",500"]
)
def test_what_could_be_misread_is_no_amount(typed: str) -> None:
    assert read_amount(typed, "INR") is None


def test_a_currency_without_minor_units_takes_no_decimals() -> None:
    assert read_amount("500", "JPY") == 500
    assert read_amount("500.5", "JPY") is None


@given(st.integers(0, 10**11), st.sampled_from(["INR", "NZD", "JPY"]))
def test_what_is_shown_can_be_typed_back(minor: int, currency: str) -> None:
    assert read_amount(amount_text(minor, currency), currency) == minor
    assert read_amount(format_money(minor, currency), currency) == minor
