"""What a product's barcode says, and which ones are refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clinicdesk.contract.gtin import check_digit, gtin14
from clinicdesk.core.product_code import Misread, ProductCode, read_product

GTIN = "07032069804988"
GS = "\x1d"


@pytest.mark.parametrize(
    "text",
    [
        f"]d201{GTIN}17251200{'10'}12AB{GS}21XYZ",
        f"01{GTIN}1725120010{'12AB'}{GS}21XYZ",
        f"{GS}01{GTIN}1725120010{'12AB'}{GS}21XYZ",
        f"]C101{GTIN}21XYZ{GS}1012AB{GS}17251231",
        f"(01){GTIN}(17)251231(10)12AB(21)XYZ",
        f"01{GTIN}1725120010{'12AB'}␝21XYZ",
        f"https://id.gs1.org/01/{GTIN}/10/12AB/21/XYZ?17=251231",
    ],
)
def test_a_pack_says_number_batch_expiry_and_serial(text: str) -> None:
    assert read_product(text) == ProductCode(
        gtin=GTIN, batch="12AB", expiry=date(2025, 12, 31), serial="XYZ"
    )


@pytest.mark.parametrize(
    "text",
    ["7032069804988", GTIN, f"01{GTIN}", f"]d201{GTIN}", "]E07032069804988", f"01{GTIN}{GS}"],
)
def test_a_bare_number_is_a_product_without_a_batch(text: str) -> None:
    assert read_product(text) == ProductCode(gtin=GTIN)


def test_a_number_that_begins_like_an_identifier_is_still_a_number() -> None:
    assert read_product("96385074") == ProductCode(gtin="00000096385074")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("290200", date(2029, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("261130", date(2026, 11, 30)),
        ("700101", date(2070, 1, 1)),
    ],
)
def test_a_day_of_zero_is_the_last_of_its_month(said: str, meant: date) -> None:
    found = read_product(f"01{GTIN}17{said}")
    assert isinstance(found, ProductCode)
    assert found.expiry == meant


@pytest.mark.parametrize("text", ["010703206980498", f"01{GTIN[:5]}", f"]d201{GTIN}17"])
def test_half_a_barcode_is_refused(text: str) -> None:
    found = read_product(text)
    assert isinstance(found, Misread)
    assert "Scan it again" in found.sentence


@pytest.mark.parametrize("text", ["7032069804987", "01070320698049871725120010A", "00000000"])
def test_a_misread_digit_is_refused(text: str) -> None:
    found = read_product(text)
    assert isinstance(found, Misread)
    assert "check digit" in found.sentence


@pytest.mark.parametrize("day", ["251301", "250231", "250132"])
def test_a_day_that_no_calendar_has_is_refused(day: str) -> None:
    found = read_product(f"01{GTIN}17{day}10AB")
    assert isinstance(found, Misread)
    assert "calendar" in found.sentence


@pytest.mark.parametrize("text", [f"01{GTIN}10AB17251231", f"01{GTIN}21SERIAL1726010010B1"])
def test_parts_that_run_together_are_not_guessed_at(text: str) -> None:
    found = read_product(text)
    assert isinstance(found, Misread)
    assert "separator" in found.sentence


def test_a_batch_of_digits_is_a_batch_when_its_end_is_marked() -> None:
    found = read_product(f"01{GTIN}1726010010AB17251231")
    assert isinstance(found, ProductCode)
    assert (found.batch, found.expiry) == ("AB17251231", date(2026, 1, 31))


def test_two_batches_in_one_code_are_refused() -> None:
    assert isinstance(read_product(f"(01){GTIN}(10)A(10)B"), Misread)
    assert isinstance(read_product(f"01{GTIN}10A{GS}10B"), Misread)


def test_a_code_without_a_product_is_refused() -> None:
    found = read_product(f"]d210AB{GS}17251231")
    assert isinstance(found, Misread)
    assert "names no product" in found.sentence


@pytest.mark.parametrize(
    "text", ["", "RX-7F3K2", "P-004182", "amoxicillin", "https://example.org/a", "01", "²²²²²²²²"]
)
def test_what_is_no_product_is_left_to_others(text: str) -> None:
    assert read_product(text) is None


ANY_TEXT = (
    st.text(max_size=200)
    | st.text("0123456789", min_size=8, max_size=14)
    | st.text("0123456789()]dCeQ\x1d ", max_size=40).map(lambda text: f"01{text}")
)


@given(ANY_TEXT)
@example(GTIN)
@example(f"]d201{GTIN}10A")
def test_whatever_is_scanned_is_a_number_that_stands_in_it_or_a_sentence_or_not_ours(
    text: str,
) -> None:
    found = read_product(text)
    assert read_product(f" {text}\r\n") == found, "a scanner's end of line says nothing"
    match found:
        case ProductCode(gtin=gtin):
            assert gtin14(gtin) == gtin, "fourteen digits, and the last belongs to them"
            assert gtin.lstrip("0") in text
            assert read_product(gtin) == ProductCode(gtin=gtin)
        case Misread(sentence=sentence):
            assert sentence.endswith(".")
        case None:
            assert gtin14(text) is None


@given(st.text(st.sampled_from("0123456789AB\x1d()]d"), max_size=60).map(lambda t: f"01{GTIN}{t}"))
def test_whatever_stands_behind_a_product_it_is_that_product_or_refused(text: str) -> None:
    found = read_product(text)
    assert isinstance(found, Misread) or (found is not None and found.gtin == GTIN)


@given(
    st.text("0123456789", min_size=13, max_size=13).filter(lambda d: bool(d.strip("0"))),
    st.text("ABCDEFGHJKLMNPQRSTUVWX", min_size=1, max_size=12),
    st.dates(date(2026, 1, 1), date(2060, 12, 31)),
    st.permutations(["10", "17", "21"]),
)
def test_the_order_of_the_parts_does_not_matter(
    digits: str, batch: str, expiry: date, order: list[str]
) -> None:
    gtin = digits + str(check_digit(digits))
    parts = {"10": f"10{batch}{GS}", "17": f"17{expiry:%y%m%d}", "21": f"21S1{GS}"}
    text = f"01{gtin}" + "".join(parts[ai] for ai in order)
    assert read_product(text) == ProductCode(gtin=gtin, batch=batch, expiry=expiry, serial="S1")
