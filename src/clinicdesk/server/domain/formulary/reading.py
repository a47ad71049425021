"""Reads a formulary file row by row: a medicine for each good row, a reason for each bad one.

Two headers are understood: the widely used Indian list (`indian_list`) and the project's own
(`own_header`). The file may have a byte-order mark, either line ending, quoted fields, and be UTF-8
or, where nothing in it says otherwise, Windows Latin-1. Memory stays small however large the file
is, whatever is in it; a fault costs its own row only.
"""

from __future__ import annotations

import codecs
import csv
from typing import IO, TYPE_CHECKING, Final

from clinicdesk.server.domain.formulary import indian_list, own_header
from clinicdesk.server.domain.formulary.physical_lines import Record, records
from clinicdesk.server.domain.formulary.rows import (
    HEADER,
    ROW,
    BadFieldError,
    MedicineRow,
    RejectedRow,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    RowReader = Callable[[Mapping[str, str], str], MedicineRow]

__all__ = ["HEADER", "ROW", "MedicineRow", "RejectedRow", "read_formulary"]

_UNDERSTOOD: Final = (
    "Two headers are understood: "
    "id,name,price(₹),Is_discontinued,manufacturer_name,type,pack_size_label,short_composition1,"
    "short_composition2; or columns out of " + ",".join(own_header.COLUMNS) + ", of which "
    "generic_name, form, pack_size, pack_unit and price are needed."
)


def read_formulary(
    source: IO[bytes], *, currency: str = "INR"
) -> Iterator[MedicineRow | RejectedRow]:
    """Each row of the file, in its order, as a medicine or as the reason why it is none.

    A file that cannot be read at all gives one `RejectedRow` whose field is `HEADER`.

    Args:
        source: Open in binary mode. `source.tell()` shows the progress while reading.
        currency: ISO 4217 code of the formulary; prices are read as amounts of it.
    """
    rows = records(source)
    header = next(rows, None)
    layout = _layout(header)
    if isinstance(layout, RejectedRow):
        yield layout
        return
    columns, read_row = layout
    first_lines: dict[str, int] = {}
    for record in rows:
        try:
            row = read_row(_fields(record, columns), currency)
        except BadFieldError as bad:
            yield RejectedRow(record.line, bad.field, bad.reason)
            continue
        first = first_lines.setdefault(row.code, record.line)
        if first != record.line:
            field = "id" if read_row is indian_list.read_row else "code"
            yield RejectedRow(record.line, field, f'"{row.code}" already stands on line {first}.')
        else:
            yield row


def _layout(header: Record | None) -> tuple[list[str], RowReader] | RejectedRow:
    """The columns of the file and who reads its rows."""
    if header is None:
        return RejectedRow(1, HEADER, f"The file is empty. {_UNDERSTOOD}")
    if header.text.startswith(("\x00", "ÿþ", "þÿ")) or header.raw_start.startswith(
        (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        return RejectedRow(1, HEADER, "The file is in UTF-16; save it as CSV in UTF-8.")
    if header.fault:
        return RejectedRow(header.line, HEADER, f"{header.fault} {_UNDERSTOOD}")
    try:
        columns = [_column(name) for name in _split(header.text)]
    except BadFieldError as bad:
        return RejectedRow(header.line, HEADER, f"{bad.reason} {_UNDERSTOOD}")
    while columns and not columns[-1]:
        columns.pop()
    present = set(columns)
    for known, required, read_row in (
        (frozenset(indian_list.COLUMNS), indian_list.REQUIRED, indian_list.read_row),
        (frozenset(own_header.COLUMNS), own_header.REQUIRED, own_header.read_row),
    ):
        if required <= present <= known and len(present) == len(columns):
            return columns, read_row
    return RejectedRow(header.line, HEADER, f"{_header_fault(columns)} {_UNDERSTOOD}")


def _column(name: str) -> str:
    """A header's name as it is compared. Many copies have lost the rupee sign."""
    lower = name.strip().lower()
    return "price(₹)" if lower.startswith("price(") and lower.endswith(")") else lower


def _header_fault(columns: list[str]) -> str:
    present = set(columns)
    if len(present) < len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        return f'The header names "{twice[:40]}" twice.'
    nearest = max((indian_list, own_header), key=lambda layout: len(present & set(layout.COLUMNS)))
    if not present & set(nearest.COLUMNS):
        return f'The first line is not a header: it begins "{",".join(columns)[:60]}".'
    missing = [name for name in nearest.COLUMNS if name in nearest.REQUIRED - present]
    if missing:
        return f"The header lacks {', '.join(missing)}."
    unknown = [name for name in columns if name not in nearest.COLUMNS]
    return f"The header has unknown columns: {', '.join(unknown)[:120]}."


def _fields(record: Record, columns: list[str]) -> dict[str, str]:
    if record.fault:
        raise BadFieldError(ROW, record.fault)
    fields = _split(record.text)
    if len(fields) > len(columns) and not any(field.strip() for field in fields[len(columns) :]):
        fields = fields[: len(columns)]
    if len(fields) != len(columns):
        raise BadFieldError(
            ROW, f"The row has {len(fields)} fields where the header has {len(columns)}."
        )
    return dict(zip(columns, fields, strict=True))


def _split(text: str) -> list[str]:
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True))
    except csv.Error:
        raise BadFieldError(ROW, "The row has a quotation mark in the wrong place.") from None
