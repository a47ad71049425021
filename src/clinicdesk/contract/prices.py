"""The import of a pharmacy's price list: what a file would change, and how far it has come.

A file is sent as it is (CSV or XLSX) to `session.PRICE_PREVIEW`, and then, with the digest of what
was seen and an `Idempotency-Key`, to `session.PRICE_IMPORT`. Both answer with lines of JSON: how
far it has come, and at last one line that says what came of it. An answer without that line was
cut off: send the same again.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct, field

from clinicdesk.contract.commands import Done
from clinicdesk.contract.problems import InvalidField, Refusal
from clinicdesk.contract.text import Currency, Minor

IMPORT_MEDIA_TYPE: Final = "application/x-ndjson"
LARGEST_FILE: Final = 8 * 1024 * 1024
"""Bytes."""
MOST_ROWS: Final = 200_000
FURTHEST_START: Final = timedelta(days=5 * 366)
"""From today; a price that would begin later is a slip of the year."""
LONGEST_AGO: Final = timedelta(days=10 * 366)
LISTED: Final = 300
"""Lines of each kind (changes, and what is left out) that a preview lists; it counts all."""


class PriceChange(StrEnum):
    """What a line of a file does."""

    NEW = "new"  # the list has no price of this medicine on that day
    DEARER = "dearer"
    CHEAPER = "cheaper"
    REDATED = "redated"  # the same price, with another end
    SAME = "same"  # nothing is written
    UNKNOWN = "unknown"  # no medicine of the formulary: left out
    REJECTED = "rejected"  # it cannot be read: left out


class PriceFileLine(Struct, frozen=True, kw_only=True, gc=False):
    """A line of the file.

    Attributes:
        line: As an editor or a spreadsheet counts; the header is line 1 in most files.
        before_minor: The list's price on the first day; of a new one the formulary's.
        field: Of a line that is left out: the column at fault, "row" or "header".
        detail: And what to do about it.
    """

    line: int
    change: PriceChange
    code: str
    name: str = ""
    medicine_id: UUID | None = None
    price_minor: Minor | None = None
    before_minor: Minor | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    field: str = ""
    detail: str = ""


class ImportProgress(Struct, frozen=True, kw_only=True, tag_field="t", tag="progress"):
    """How far it has come: `stage` is reading, comparing or writing; `of` is 0 while unknown."""

    stage: str
    done: int
    of: int


class PricePreview(Struct, frozen=True, kw_only=True, tag_field="t", tag="preview"):
    """What the file would change now.

    Attributes:
        digest: Names the file, the list and what it holds: the import must bring it.
        revision: Of the list.
        rows: Lines of the file, without its header and blank ones.
        counts: By kind of change.
        changes: The first lines that change something, or are the same.
        left_out: The first lines that are unknown or rejected.
    """

    price_list_id: UUID
    digest: str
    revision: int
    currency: Currency
    rows: int
    counts: dict[PriceChange, int]
    changes: list[PriceFileLine] = field(default_factory=list)
    left_out: list[PriceFileLine] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """Prices that the import would write."""
        kinds = (PriceChange.NEW, PriceChange.DEARER, PriceChange.CHEAPER, PriceChange.REDATED)
        return sum(self.counts.get(kind, 0) for kind in kinds)


class PricesImported(Struct, frozen=True, kw_only=True, tag_field="t", tag="imported"):
    """All of it is in force; `done.version` is the list's."""

    done: Done


class ImportRefused(Struct, frozen=True, kw_only=True, tag_field="t", tag="refused"):
    """Nothing was changed. `preview`: what the file would do now, where that is the reason."""

    problem: Refusal
    preview: PricePreview | None = None


ImportLine = ImportProgress | PricePreview | PricesImported | ImportRefused


def wrong_price(
    price_minor: int, begins: date, ends: date | None, today: date
) -> InvalidField | None:
    """What is wrong with a price that somebody sets by hand, naming the field of `SetPrice`; None
    when nothing is. Desks ask it before they send, the server before it writes."""
    if price_minor == 0:
        return InvalidField(detail="A price is above zero.", field="price_minor")
    if not today - LONGEST_AGO <= begins <= today + FURTHEST_START:
        return InvalidField(
            detail=f"The price would begin on {begins:%d %b %Y}; look at the year again.",
            field="effective_from",
        )
    if ends is not None and ends < max(begins, today):
        return InvalidField(
            detail=f"The price would end on {ends:%d %b %Y}, before it could hold.",
            field="effective_until",
        )
    return None


_LINE = msgspec.json.Decoder(ImportLine)


def decode_import_line(line: bytes) -> ImportLine:
    """One line without its end. Raises `msgspec.DecodeError`."""
    decoded: ImportLine = _LINE.decode(line)
    return decoded
