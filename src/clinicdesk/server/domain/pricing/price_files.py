"""Reads a price list's file line by line: a price for each good one, a reason for each bad one."""

from __future__ import annotations

import codecs
import csv
import io
from itertools import chain
from typing import TYPE_CHECKING, Final

from clinicdesk.contract.prices import MOST_ROWS
from clinicdesk.server.domain.formulary.physical_lines import records
from clinicdesk.server.domain.formulary.rows import HEADER, ROW, BadFieldError
from clinicdesk.server.domain.pricing.price_rows import (
    COLUMNS,
    FOR_PEOPLE,
    PriceRow,
    Reading,
    RejectedPrice,
    read_row,
)
from clinicdesk.server.domain.pricing.workbook import is_workbook, workbook_rows
from clinicdesk.server.domain.pricing.workbook_extent import UnreadableWorkbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_UNDERSTOOD: Final = (
    "The first line names the columns: code or gtin, and price; where they are wanted also "
    "currency, effective_from and effective_until."
)
_DELIMITERS: Final = (",", ";", "\t")
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_TOLD_EVERY: Final = 2000

Line = tuple[int, list[str] | BadFieldError]
"""A line's number, and its cells or what is wrong with all of it."""


def read_prices(
    content: bytes, reading: Reading, progress: Callable[[int], None]
) -> Iterator[PriceRow | RejectedPrice]:
    """Each line of the file, in its order; a file that cannot be read at all gives one
    `RejectedPrice` whose field is `HEADER`.

    Args:
        content: CSV or XLSX, as it was uploaded.
        reading: What it is read against.
        progress: Told now and then how many lines were read.
    """
    try:
        lines = _workbook_lines(content) if is_workbook(content) else _csv_lines(content)
        first = next(lines, None)
        if first is None:
            raise UnreadableWorkbook(f"The file is empty. {_UNDERSTOOD}")
        columns = _columns(first)
        for count, (number, cells) in enumerate(lines, 1):
            if count > MOST_ROWS:
                raise UnreadableWorkbook(f"The file has more than {MOST_ROWS} lines; divide it.")
            yield _row(number, cells, columns, reading)
            if count % _TOLD_EVERY == 0:
                progress(count)
    except UnreadableWorkbook as unreadable:
        yield RejectedPrice(line=1, code="", field=HEADER, detail=str(unreadable))


def _row(
    number: int, cells: list[str] | BadFieldError, columns: list[str], reading: Reading
) -> PriceRow | RejectedPrice:
    named: dict[str, str] = {}
    try:
        if isinstance(cells, BadFieldError):
            raise cells
        named = _named(cells, columns)
        return read_row(number, named, reading)
    except BadFieldError as bad:
        code = (named.get("code") or named.get("gtin") or "")[:60]
        return RejectedPrice(
            line=number,
            code="".join(c if c.isprintable() else "?" for c in code),
            field=bad.field,
            detail=bad.reason,
        )


def _named(cells: list[str], columns: list[str]) -> dict[str, str]:
    if len(cells) > len(columns) and not any(cell.strip() for cell in cells[len(columns) :]):
        cells = cells[: len(columns)]
    if len(cells) != len(columns):
        raise BadFieldError(
            ROW, f"The line has {len(cells)} fields where the header has {len(columns)}."
        )
    return dict(zip(columns, cells, strict=True))


def _columns(first: Line) -> list[str]:
    number, cells = first
    if isinstance(cells, BadFieldError):
        raise UnreadableWorkbook(f"{cells.reason} {_UNDERSTOOD}")
    columns = ["_".join(cell.lower().split()) for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    twice = [name for name in columns if columns.count(name) > 1]
    unknown = [name for name in columns if name not in COLUMNS | FOR_PEOPLE]
    if not set(columns) & COLUMNS:
        shown = "".join(c if c.isprintable() else "?" for c in ",".join(columns)[:60])
        raise UnreadableWorkbook(
            f'Line {number} is not a header: it begins "{shown}". {_UNDERSTOOD}'
        )
    if twice:
        raise UnreadableWorkbook(f'The header names "{twice[0][:40]}" twice. {_UNDERSTOOD}')
    if unknown:
        named = ", ".join(name[:40] or "(empty)" for name in unknown[:5])
        raise UnreadableWorkbook(f"The header has unknown columns: {named}. {_UNDERSTOOD}")
    if "price" not in columns or not {"code", "gtin"} & set(columns):
        lacking = "price" if "price" not in columns else "code or gtin"
        raise UnreadableWorkbook(f"The header lacks {lacking}. {_UNDERSTOOD}")
    return columns


def _workbook_lines(content: bytes) -> Iterator[Line]:
    yield from workbook_rows(content)


def _csv_lines(content: bytes) -> Iterator[Line]:
    if content.startswith(_OLD_EXCEL):
        raise UnreadableWorkbook("This is an old Excel file (XLS); save it as XLSX or CSV.")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableWorkbook("The file is in UTF-16; save it as CSV in UTF-8.")
    rows = records(io.BytesIO(content))
    header = next(rows, None)
    if header is None:
        return
    delimiter = max(_DELIMITERS, key=header.text.count)
    for record in chain([header], rows):
        if record.fault:
            yield record.line, BadFieldError(ROW, record.fault)
        else:
            yield record.line, _split(record.text, delimiter)


def _split(text: str, delimiter: str) -> list[str] | BadFieldError:
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return BadFieldError(ROW, "The line has a quotation mark in the wrong place.")
