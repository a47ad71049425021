"""Price files of any kind: whatever comes, each line is a price or a reason, and nothing bursts."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.server.domain.pricing.price_files import read_prices
from clinicdesk.server.domain.pricing.price_rows import PriceRow, Reading, RejectedPrice, read_date
from clinicdesk.server.domain.pricing.workbook import MOST_UNPACKED
from clinicdesk.server.domain.pricing.workbook_extent import MOST_CELLS

READING = Reading(currency="INR", today=date(2026, 3, 2))
SHEET = "xl/worksheets/sheet1.xml"
LINKS = "xl/_rels/workbook.xml.rels"


def read(content: bytes) -> list[PriceRow | RejectedPrice]:
    return list(read_prices(content, READING, lambda _count: None))


def why(content: bytes) -> str:
    """Why nothing of the file can be read."""
    last = read(content)[-1]
    assert isinstance(last, RejectedPrice)
    assert last.field == "header"
    return last.detail


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_sheet(content: bytes, sheet: bytes) -> bytes:
    """The workbook with another sheet in the place of its first."""
    return with_part(content, SHEET, sheet)


def with_part(content: bytes, part: str, text: bytes) -> bytes:
    """The workbook with this part, in the place of one of its name."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", 8) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, text)
    return changed.getvalue()


def sheet_of(rows: bytes) -> bytes:
    """A sheet with these rows."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (space, rows)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for row in read(content):
        assert isinstance(row, PriceRow | RejectedPrice)


@given(st.lists(st.text(max_size=30), max_size=6))
def test_any_cells_are_a_price_or_a_reason_that_names_a_column(cells: list[str]) -> None:
    line = ",".join(cell.replace("\n", " ").replace("\r", " ") for cell in cells)
    content = f"code,price,currency,effective_from,effective_until\n{line}\nin-1,5,,,\n".encode()
    *others, last = read(content)
    if len(others) == 1 and isinstance(others[0], RejectedPrice):
        assert others[0].detail.endswith((".", ")."))
        assert others[0].field in {
            "code", "price", "currency", "effective_from", "effective_until", "row",
        }  # fmt: skip
    assert isinstance(last, PriceRow | RejectedPrice)


@given(st.integers(min_value=1, max_value=1_000_000_000))
def test_a_price_is_read_to_the_last_paisa(minor: int) -> None:
    (row,) = read(f"code,price\nin-1,{minor // 100}.{minor % 100:02}\n".encode())
    assert isinstance(row, PriceRow)
    assert row.price_minor == minor


@given(st.dates(min_value=date(2017, 1, 1), max_value=date(2030, 12, 31)))
def test_a_day_in_figures_is_that_day_or_is_asked_about(day: date) -> None:
    assert read_date("effective_from", day.isoformat()) == day
    assert read_date("effective_from", f"{day:%d %b %Y}") == day
    try:
        found = read_date("effective_from", f"{day:%d/%m/%Y}")
    except Exception:
        assert day.day <= 12
        assert day.day != day.month
    else:
        assert found == day


def test_a_spreadsheet_of_a_million_columns_is_not_laid_out() -> None:
    content = workbook(["code", "price"], ["in-1", 5])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read(SHEET)
    wide = sheet.replace(b'r="B2"', b'r="XFD2"')
    assert "beyond its column" in why(with_sheet(content, wide))
    long = sheet.replace(b'r="B2"', b'r="B1048576"').replace(b'r="2"', b'r="1048576"')
    assert "row 1048576" in why(with_sheet(content, long))
    hidden = sheet.replace(b'r="B2"', b'r="&#88;FD2"')
    assert "beyond its column" in why(with_sheet(content, hidden))
    entity = b'<!DOCTYPE x [<!ENTITY far "XFD2">]>' + sheet.replace(b'r="B2"', b'r="&far;"')
    assert "unusual" in why(with_sheet(content, entity.replace(b"<?xml version='1.0'?>", b"")))


def test_cells_without_a_reference_are_counted_where_they_will_lie() -> None:
    content = workbook(["code", "price"], ["in-1", 5])
    cells = b"<row>" + b"<c><v>1</v></c>" * 10_000 + b"</row>"
    assert "beyond its column" in why(with_sheet(content, sheet_of(cells)))
    assert "row 200002" in why(with_sheet(content, sheet_of(b'<row r="200001"/><row><c/></row>')))


def test_a_spreadsheet_of_two_cells_far_apart_is_not_laid_out() -> None:
    content = workbook(["code", "price"], ["in-1", 5])
    far = b'<row r="1"><c r="A1"/></row><row r="200000"><c r="BL200000"><v>1</v></c></row>'
    assert "200000 rows and 64 columns" in why(with_sheet(content, sheet_of(far)))


def test_cells_that_are_written_again_and_again_are_counted() -> None:
    content = workbook(["code", "price"], ["in-1", 5])
    again = sheet_of(b"<row>" + b'<c r="A1"/>' * (MOST_CELLS + 1) + b"</row>")
    assert "far larger" in why(with_sheet(content, again))


def test_a_tag_that_does_not_end_is_not_read_to_its_end() -> None:
    content = workbook(["code", "price"], ["in-1", 5])
    endless = sheet_of(b"<row" + b" " * 3_000_000 + b"/>")
    assert "unusual" in why(with_sheet(content, endless))
    long_text = sheet_of(b"<row><c t='str'><v>" + b"x" * 3_000_000 + b"</v></c></row>")
    assert "header" in why(with_sheet(content, long_text))


def test_a_text_that_is_named_by_many_cells_is_counted_with_each_of_them() -> None:
    content = workbook(["code", "price"], ["in-1", 5])
    long = b"<sst><si><t>" + b"x" * 1_000_000 + b"</t></si></sst>"
    cells = b'<row><c t="s"><v>0</v></c><c t="s"><v> 0</v></c></row>' * 60
    many = with_part(with_sheet(content, sheet_of(cells)), "xl/sharedStrings.xml", long)
    assert "far larger" in why(many)


def test_only_the_parts_that_were_looked_at_are_read() -> None:
    content = workbook(["code", "price"], ["in-1", 5])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read(SHEET)
        links = package.read(LINKS)
    elsewhere = with_part(content, "xl/far/sheet1.xml", sheet.replace(b'r="B2"', b'r="XFD2"'))
    links = links.replace(b"worksheets/sheet1.xml", b"far/sheet1.xml")
    assert "damaged" in why(with_part(elsewhere, LINKS, links))


def test_a_spreadsheet_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    content = workbook(["code", "price"], ["in-1", 5])
    assert "far larger" in why(with_sheet(content, b" " * (MOST_UNPACKED + 1)))


def test_a_spreadsheet_that_lies_about_its_size_is_damaged() -> None:
    content = bytearray(with_sheet(workbook(["code", "price"], ["in-1", 5]), b" " * 1_000_000))
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 24 : at + 28] = struct.pack("<I", 10)  # the size in the directory
        at += 4
    assert "damaged" in why(bytes(content))


@pytest.mark.parametrize("keep", [30, 300, 2000, 4000])
def test_a_spreadsheet_that_is_cut_off_is_refused(keep: int) -> None:
    assert "damaged" in why(workbook(["code", "price"], ["in-1", 5])[:keep])


def test_a_package_that_is_no_spreadsheet_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("a.txt", "text")
    assert "damaged" in why(content.getvalue())


def test_what_a_spreadsheet_holds_is_read_as_it_is_shown() -> None:
    content = workbook(
        ["Code", "Price", "Effective From"],
        ["in-1", 412.1 * 3 - 412.1 * 2, date(2026, 4, 1)],
        [None, None, None],
        [10425, "₹1,23,456.50", "soon"],
        [True, 5, None],
    )
    one, two, three = read(content)
    assert isinstance(one, PriceRow)
    assert (one.line, one.price_minor, one.effective_from) == (2, 41210, date(2026, 4, 1))
    assert isinstance(two, RejectedPrice)
    assert (two.line, two.code, two.field) == (4, "10425", "effective_from")
    assert isinstance(three, PriceRow)
    assert (three.line, three.code) == (5, "True")


def test_more_rows_than_a_list_has_are_refused_whole() -> None:
    content = b"code,price\n" + b"in-1,5\n" * 200_001
    assert "divide it" in why(content)
