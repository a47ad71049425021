"""The cells of a spreadsheet (XLSX), without what a spreadsheet can do to its reader.

A package of a few kilobytes may hold gigabytes, and ask for more once it is laid out. So it is
unpacked first by something that counts, and `workbook_extent` looks at the parts that make a sheet.
The library is given these parts alone.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final

import python_calamine

from clinicdesk.server.domain.pricing.workbook_extent import (
    UnreadableWorkbook,
    check_extent,
    shared_lengths,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_UNPACKED: Final = 96 * 1024 * 1024
"""Bytes: a list of 200,000 rows has a third of it."""
MOST_PARTS: Final = 200

_SHARED: Final = "xl/sharedstrings.xml"
_SHEETS: Final = "xl/worksheets/"
_READ: Final = frozenset(
    {
        "[content_types].xml", "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
        "xl/styles.xml", _SHARED,
    }
)  # fmt: skip
"""In lower case, as the library compares them; beside them the sheets are read."""


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
    """The package again: the parts that are read, with every part as long as was counted."""
    parts = _unpacked(content)
    shared = shared_lengths(parts[_SHARED]) if _SHARED in parts else []
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as stored:
        for name, text in parts.items():
            if name.startswith(_SHEETS):
                check_extent(text, shared)
            stored.writestr(name, text)
    return copy.getvalue()


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The parts that are read, by their names in lower case."""
    parts: dict[str, bytes] = {}
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            infos = package.infolist()
            if len(infos) > MOST_PARTS:
                raise UnreadableWorkbook("The spreadsheet has too many parts; save it as CSV.")
            for info in infos:
                name = info.filename.lower()
                if name not in _READ and not _is_sheet(name):
                    continue
                with package.open(info) as source:
                    parts[name] = source.read(left + 1)
                left -= len(parts[name])
                if left < 0:
                    raise UnreadableWorkbook(
                        "The spreadsheet is far larger inside than a price list; save it as CSV."
                    )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableWorkbook(
            "The spreadsheet is damaged or locked with a password; save it as CSV."
        ) from error
    except ValueError as error:
        raise UnreadableWorkbook("The spreadsheet is damaged; save it as CSV.") from error
    return parts


def _is_sheet(name: str) -> bool:
    return name.startswith(_SHEETS) and name.endswith(".xml")


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
