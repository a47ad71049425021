"""Orders to suppliers: what a wholesaler reads on paper, and what their program reads."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from clinicdesk.contract.entities import SupplyOrderStatus
from clinicdesk.printing.facts import SupplyFacts
from clinicdesk.printing.supply import render_csv, render_order
from clinicdesk.printing.supply.csv import HEADINGS
from tests.core.sample import NOON
from tests.printing.facts import supply
from tests.printing.readers import pages_of, picture_of, text_of, words_of


def rows_of(facts: SupplyFacts) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_csv(facts).decode("utf-8-sig"))))


def has_words_across(facts: SupplyFacts, folder: Path) -> bool:
    """Whether large pale letters stand below the lines, where nothing else does."""
    picture = Image.open(picture_of(render_order(facts), folder, dpi=72)).convert("L")
    darkest, lightest = picture.crop((60, 400, 535, 780)).getextrema()
    assert lightest == 255
    return 200 < int(darkest) < 255


def with_line(facts: SupplyFacts, place: int, **changes: object) -> SupplyFacts:
    lines = list(facts.lines)
    lines[place] = replace(lines[place], **changes)
    return replace(facts, lines=lines)


def test_the_paper_says_who_orders_what_from_whom() -> None:
    said = words_of(render_order(supply()))
    for part in (
        "Main Street Pharmacy", "14 Hill Road, Bandra West, Mumbai 400050", "+91 22 2640 1234",
        "Licence MH-MZ4-123456", "Order SO-7F3K2", "12 Mar 2026",
        "To Sahyadri Pharma Distributors", "Gala 14, Timber Market Road, Bhawani Peth, Pune 411042",
        "+91 20 2553 0000 · orders@sahyadri.example",
        "Ordered by Pia Patel · 12 Mar 2026, 17:30", "5 products, 25 packs",
        "Expected cost ₹ 3,012.50",
    ):  # fmt: skip
        assert part in said.replace("\N{NO-BREAK SPACE}", " "), part


def test_each_line_has_its_code_its_trade_item_number_its_pack_and_its_cost() -> None:
    said = words_of(render_order(supply())).replace("\N{NO-BREAK SPACE}", " ")
    assert "Code IN-4001 · GTIN 08901234500001" in said
    assert "Paracetamol 500 mg tablet" in said
    assert "Brandex 1 · Sahyadri Laboratories" in said
    assert "Paracetamol 500 mg tablet 10 tablets 5 ₹ 120.50 ₹ 602.50" in said
    assert "Clobetasol 0.05 % cream 10 g 5 ₹ 120.50" in said


def test_lines_stand_on_pages_with_the_head_on_each_and_the_sum_on_the_last() -> None:
    pdf = render_order(supply(70))
    pages = text_of(pdf).split("\f")[:-1]
    assert len(pages) == pages_of(pdf) > 3
    for number, page in enumerate(pages, 1):
        assert "Order SO-7F3K2" in page
        assert "Licence MH-MZ4-123456" in page
        assert "Cost each" in page
        assert f"Page {number} of {len(pages)}" in page
        assert "IN-4" in page, "no sum stands alone"
        assert ("Ordered by" in page) == (number == len(pages))
    codes = {f"IN-{4000 + place}" for place in range(70)}
    assert codes <= set(text_of(pdf).split())


@pytest.mark.parametrize("lines", range(10, 19))
def test_nothing_of_the_end_is_cut_however_full_the_page_is(lines: int, tmp_path: Path) -> None:
    pdf = render_order(supply(lines))
    last = text_of(pdf, pages_of(pdf))
    assert "Signature, stamp" in last
    picture = Image.open(picture_of(pdf, tmp_path, pages_of(pdf), dpi=72)).convert("L")
    width, height = picture.size
    edges = [(0, 0, 30, height), (width - 30, 0, width, height), (0, height - 20, width, height)]
    for edge in edges:
        assert picture.crop(edge).getextrema() == (255, 255), "nothing stands in the margins"


def test_a_cost_that_is_not_known_is_left_open_and_the_sum_says_so() -> None:
    facts = with_line(supply(2), 0, cost_minor=0)
    said = words_of(render_order(facts)).replace("\N{NO-BREAK SPACE}", " ")
    assert "5 – –" in said
    assert "Expected cost, of what is known ₹ 602.50" in said
    first, second = rows_of(facts)
    assert (first["Cost of a pack"], first["Cost"]) == ("", "")
    assert (second["Cost of a pack"], second["Cost"], second["Currency"]) == (
        "120.50", "602.50", "INR",
    )  # fmt: skip


def test_a_product_that_has_left_the_list_goes_by_what_it_was_called() -> None:
    facts = replace(supply(1), medicines={})
    said = words_of(render_order(facts))
    assert "Amoxicillin + clavulanic acid 625 mg tablet" in said
    assert "Brandex 0" in said
    assert not {"Code", "GTIN"} & set(said.split())
    (row,) = rows_of(facts)
    assert (row["Code"], row["GTIN"], row["Brand"]) == ("", "", "Brandex 0")


def test_a_draft_and_a_cancelled_order_say_so_across_the_page(tmp_path: Path) -> None:
    facts = supply(1)
    draft = replace(
        facts, order=replace(facts.order, status=SupplyOrderStatus.DRAFT, submitted_at=None)
    )
    cancelled = replace(facts, order=replace(facts.order, status=SupplyOrderStatus.CANCELLED))
    assert has_words_across(draft, tmp_path)
    assert has_words_across(cancelled, tmp_path)
    assert not has_words_across(facts, tmp_path)
    said = words_of(render_order(draft))
    assert "Draft of an order SO-7F3K2" in said
    assert "Written by Pia Patel" in said
    assert rows_of(draft)[0]["Order"] == "SO-7F3K2 (draft)"
    assert "Cancelled order SO-7F3K2" in words_of(render_order(cancelled))


def test_a_further_print_says_that_it_is_no_second_order() -> None:
    facts = supply(1)
    copy = replace(facts, printing=replace(facts.printing, earlier=2))
    assert "Copy 3: not a second order" in words_of(render_order(copy))
    assert "Copy" not in words_of(render_order(facts))


def test_names_in_other_scripts_are_written_and_read_back() -> None:
    facts = supply(2)
    facts = replace(
        facts,
        supplier=replace(facts.supplier, name="सह्याद्री फार्मा · Kōwhai"),
        order=replace(facts.order, note="सकाळी १० पूर्वी द्या"),
    )
    said = text_of(render_order(facts))
    assert "सह्याद्री फार्मा · Kōwhai" in said
    assert "सकाळी १० पूर्वी द्या" in said
    assert rows_of(facts)[0]["Supplier"] == "सह्याद्री फार्मा · Kōwhai"


def test_the_longest_texts_stay_on_the_paper() -> None:
    facts = supply(3)
    facts = with_line(facts, 0, description=f"{'Vitamin ' * 40}· {'B' * 120}", packs_ordered=10_000,
                      cost_minor=1_000_000_000)  # fmt: skip
    facts = replace(
        facts,
        pharmacy=replace(facts.pharmacy, name="Pharmacy " * 20, address="Hill Road " * 40),
        supplier=replace(facts.supplier, name="Supplier " * 20),
        order=replace(facts.order, note="Deliver early. " * 130),
    )
    said = words_of(render_order(facts)).replace(" ", "")
    assert said.count("Vitamin") == 40
    assert said.count("Deliverearly.") >= 130


def test_the_csv_says_on_each_row_of_which_order_it_is() -> None:
    facts = supply(3)
    content = render_csv(facts)
    assert content.startswith(b"\xef\xbb\xbfOrder,Ordered on,")
    assert len(HEADINGS) == len(set(HEADINGS))
    rows = rows_of(facts)
    assert [row["No"] for row in rows] == ["1", "2", "3"]
    for row in rows:
        assert row["Order"] == "SO-7F3K2"
        assert row["Ordered on"] == f"{NOON:%Y-%m-%d}"
        assert (row["Pharmacy"], row["Licence"]) == ("Main Street Pharmacy", "MH-MZ4-123456")
    assert rows[1] | {
        "Code": "IN-4001", "GTIN": "08901234500001", "Medicine": "Paracetamol 500 mg tablet",
        "Brand": "Brandex 1", "Manufacturer": "Sahyadri Laboratories Private Limited",
        "Pack size": "10", "Unit": "tablet", "Packs": "5",
    } == rows[1]  # fmt: skip


def test_no_cell_of_the_table_is_a_formula() -> None:
    facts = with_line(supply(1), 0, description="=1+1 · +cmd|x")
    (row,) = rows_of(replace(facts, supplier=replace(facts.supplier, name="@SUM(A1)")))
    for heading in ("Medicine", "Brand", "Supplier"):
        assert row[heading].startswith("'")


def test_the_same_order_makes_the_same_bytes() -> None:
    assert render_order(supply()) == render_order(supply())
