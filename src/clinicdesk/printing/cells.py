"""Tables as CSV (RFC 4180), to be opened in a spreadsheet without harm."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

_FORMULA: Final = re.compile(r"^\s*[=+\-@|%]")
_BREAKS: Final = re.compile(r"[\r\n\t\v\f]+")


def table(headings: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """The rows below one line of headings, in UTF-8 with its mark: Excel asks for it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text on one line, and never a formula: one that could be is led in by an apostrophe.

    See OWASP, "CSV Injection".
    """
    line = _BREAKS.sub(" ", text)
    return f"'{line}" if _FORMULA.match(line) else line


def iso(day: date | None) -> str:
    """The day in ISO 8601; nothing for none."""
    return "" if day is None else day.isoformat()
