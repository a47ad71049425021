"""Registers: each entry once, sums that are right, nothing that a spreadsheet would carry out."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.paper import RegisterKind
from clinicdesk.printing.cells import harmless
from clinicdesk.printing.facts import RegisterFacts
from clinicdesk.printing.registers import render_csv, render_register
from clinicdesk.printing.registers.csv import HEADINGS
from tests.printing.facts import register
from tests.printing.readers import pages_of, text_of, words_of

ENTRY = re.compile(r"^ *(\d+) +\d+ \w{3} 2026", re.MULTILINE)
"""Of an entry on paper: its number, and then its day."""


def rows_of(facts: RegisterFacts) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_csv(facts).decode("utf-8-sig"))))


def test_a_register_of_schedule_x_tells_each_movement_with_what_is_left() -> None:
    rows = rows_of(register(21))
    assert rows[0]["What"] == "received"
    assert (rows[0]["In"], rows[0]["Out"], rows[0]["Balance"]) == ("200", "", "200")
    assert (rows[1]["In"], rows[1]["Out"], rows[1]["Balance"]) == ("", "10", "190")
    assert (rows[20]["In"], rows[20]["Balance"]) == ("200", "210")
    assert rows[1]["Patient"] == "Kṣitij Sharma"
    assert rows[1]["Date"] == "2026-03-12"
    assert rows[1]["Time"] == "18:07", "in the clinic's zone"


def test_a_register_of_schedule_h_has_quantities_and_no_balance() -> None:
    facts = register(3, RegisterKind.H)
    assert [row["Balance"] for row in rows_of(facts)] == ["", "", ""]
    said = words_of(render_register(facts))
    assert "Register of Schedule H drugs" in said
    assert "Balance" not in said
    assert (
        "3 entries. In all: Quantity Methylphenidate 10 mg prolonged-release tablet 30 tablets"
        in said
    )


def test_the_csv_begins_with_its_mark_and_its_headings() -> None:
    content = render_csv(register(0))
    assert content.startswith(b"\xef\xbb\xbfNo,Date,")
    assert content.count(b"\r\n") == 1
    assert len(HEADINGS) == len(set(HEADINGS))


@pytest.mark.parametrize(
    "evil", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "  =1", "\r\n=1", "|x", "%x"]
)
def test_no_cell_is_a_formula(evil: str) -> None:
    facts = register(2)
    entry = replace(facts.entries[1], patient_name=evil, collected_by=evil, reason=evil)
    row = rows_of(replace(facts, entries=[entry]))[0]
    for cell in (row["Patient"], row["Collected by"], row["Reason"]):
        assert cell.startswith("'")


@given(st.text())
def test_a_cell_is_one_line_and_never_begins_as_a_formula_does(text: str) -> None:
    cell = harmless(text)
    assert not any(each in cell for each in "\r\n\t")
    assert cell.lstrip()[:1] not in tuple("=+-@|%")


def test_each_page_has_the_register_s_name_and_nothing_is_lost_over_pages() -> None:
    pdf = render_register(register(120))
    pages = pages_of(pdf)
    assert pages > 5
    whole = text_of(pdf)
    for page in range(1, pages + 1):
        said = text_of(pdf, page)
        assert "Register of Schedule X drugs · 1 Mar 2026 to 31 Mar 2026" in said
        assert f"Page {page} of {pages}" in said
    words = set(whole.split())
    assert {f"B{place}" for place in range(120)} <= words
    assert "prolonged-release tablet 1,200 1,140 60 tablets" in " ".join(whole.split())


def test_a_register_without_entries_says_so() -> None:
    assert "nothing to enter" in words_of(render_register(register(0)))


def test_hindi_names_are_in_both_forms() -> None:
    facts = register(8)
    assert rows_of(facts)[7]["Patient"] == "क्षितिज शर्मा"
    assert "क्षितिज" in text_of(render_register(facts))


@pytest.mark.parametrize("kind", [RegisterKind.H, RegisterKind.H1, RegisterKind.X])
def test_a_thousand_entries_have_their_heads_on_each_page_and_their_sums_on_the_last(
    kind: RegisterKind,
) -> None:
    pdf = render_register(register(1000, kind))
    pages = text_of(pdf).split("\f")[:-1]
    assert len(pages) == pages_of(pdf) > 40
    balanced = kind is RegisterKind.X
    for number, page in enumerate(pages, 1):
        assert "Main Street Pharmacy · Licence MH-MZ4-123456" in page
        assert f"Page {number} of {len(pages)}" in page
        assert "Batch, expiry" in page
        assert ENTRY.search(page), "nobody signs a page without an entry"
        assert ("Pharmacist in charge" in page) == (number == len(pages))
    numbers = [int(found) for found in ENTRY.findall("".join(pages))]
    assert numbers == list(range(1, 1001))
    last = " ".join(pages[-1].split())
    sums = "10,000 9,500 500 tablets" if balanced else "10,000 tablets"
    assert f"1,000 entries. In all: {'In Out Balance' if balanced else 'Quantity'}" in last
    assert sums in last


def test_the_prescriber_s_address_is_in_both_forms() -> None:
    facts = register(2, RegisterKind.H1)
    assert rows_of(facts)[0]["Prescriber address"] == "Roshni Clinic, 12 MG Road"
    assert "Prescribers of Roshni Clinic, 12 MG Road" in words_of(render_register(facts))


def test_figures_are_counted_in_what_the_product_is_counted_in() -> None:
    facts = register(1, RegisterKind.H)
    syrup = replace(facts.entries[0], generic_name="Codeine", form="syrup", unit="ml", quantity=100)
    facts = replace(facts, entries=[syrup])
    assert rows_of(facts)[0]["Unit"] == "ml"
    assert "Codeine 10 mg syrup 100 ml" in words_of(render_register(facts))
