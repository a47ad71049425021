"""The cells of a spreadsheet (XLSX), without what a spreadsheet can do to its reader.

The library lays a sheet out as a full rectangle, and a package of a few kilobytes may hold
gigabytes. So the package is unpacked first by something that counts, and a sheet that is wider or
longer than any price list is not given to the library.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

import python_calamine

from clinicdesk.contract.prices import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_UNPACKED: Final = 96 * 1024 * 1024
"""Bytes: a list of 200,000 rows has a third of it."""
MOST_COLUMNS: Final = 64
MOST_PARTS: Final = 200

_REFERENCE: Final = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]*)([0-9]+)\s*["']""")
_ANY_REFERENCE: Final = re.compile(rb"""\br\s*=\s*["']""")


class UnreadableWorkbook(Exception):
    """Says in a sentence why nothing of it can be read."""


def is_workbook(content: bytes) -> bool:
    """Whether it is a package at all, as XLSX files are."""
    return content.startswith(b"PK\x03\x04")


def workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The first sheet's rows that hold something, as text, with their numbers.

    Raises:
        UnreadableWorkbook: It is none, it is damaged, or it is beyond all measure.
    """
    checked = _checked(content)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(checked))
        sheet = book.get_sheet_by_index(0)
        for number, row in enumerate(sheet.iter_rows(), 1):
            cells = [_text(cell) for cell in row]
            if any(cells):
                yield number, cells
    except UnreadableWorkbook:
        raise
    except BaseException as error:
        # A fault inside the library is no Exception: pyo3 raises it as a kind of its own.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise UnreadableWorkbook(
                "The spreadsheet is damaged; open it, and save it as CSV or as XLSX again."
            ) from error
        raise


def _checked(content: bytes) -> bytes:
    """The package again, with every part as long as was counted."""
    copy = io.BytesIO()
    left = MOST_UNPACKED
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as package,
            zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as stored,
        ):
            parts = package.infolist()
            if len(parts) > MOST_PARTS:
                raise UnreadableWorkbook("The spreadsheet has too many parts; save it as CSV.")
            for part in parts:
                with package.open(part) as source:
                    text = source.read(left + 1)
                left -= len(text)
                if left < 0:
                    raise UnreadableWorkbook(
                        "The spreadsheet is far larger inside than a price list; save it as CSV."
                    )
                if "worksheets/" in part.filename and part.filename.endswith(".xml"):
                    _check_extent(text)
                stored.writestr(part.filename, text)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableWorkbook(
            "The spreadsheet is damaged or locked with a password; save it as CSV."
        ) from error
    except ValueError as error:
        raise UnreadableWorkbook("The spreadsheet is damaged; save it as CSV.") from error
    return copy.getvalue()


def _check_extent(sheet: bytes) -> None:
    found = _REFERENCE.findall(sheet)
    if b"\x00" in sheet or len(found) != len(_ANY_REFERENCE.findall(sheet)):
        raise UnreadableWorkbook("The spreadsheet is written in an unusual way; save it as CSV.")
    columns = {letters for letters, _ in found}
    if any(_column(letters) > MOST_COLUMNS for letters in columns):
        raise UnreadableWorkbook(
            f"The sheet has something beyond its column {MOST_COLUMNS}; remove it, or save the "
            "list as CSV."
        )
    longest = max((len(number) for _, number in found), default=0)
    last = max((int(number) for _, number in found), default=0) if longest < 10 else 10**10
    if last > MOST_ROWS + 1:
        raise UnreadableWorkbook(
            f"The sheet has something in row {last}; a list has {MOST_ROWS} rows at most."
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        # A spreadsheet reckons in binary: 412.1 may come out of a formula as 412.10000000000002.
        return f"{cell:.6f}".rstrip("0").rstrip(".")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
