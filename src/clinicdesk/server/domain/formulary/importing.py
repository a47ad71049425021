"""Taking a list of medicines into a formulary: what is new is added, what differs is changed.

Medicines that the list does not name stay as they are. However many change, it is one new revision
of the formulary and one entry of the log; the same list again changes nothing at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from msgspec import Struct

from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.formulary.rows import HEADER, MedicineRow, RejectedRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clinicdesk.server.database.transaction import Transaction

_QUERIES = load_queries("clinicdesk.server.domain.formulary", "importing.sql")

_TOLD_EVERY: Final = 5000

_COLUMNS: Final = (
    "code", "generic_name", "strength", "form", "route", "brand", "manufacturer", "pack_size",
    "pack_unit", "price_minor", "currency", "schedule", "ingredients", "discontinued",
    "default_dose", "default_frequency", "default_days", "gtin",
)  # fmt: skip
"""What a list says of a medicine."""


class ImportReport(Struct, frozen=True, kw_only=True):
    """What came of an import.

    Attributes:
        revision: Of the formulary afterwards.
        rejected: The rows that were left out, with the reason.
    """

    read: int
    added: int
    changed: int
    revision: int
    rejected: list[RejectedRow]

    @property
    def unchanged(self) -> int:
        """Medicines that were there already, just so."""
        return self.read - len(self.rejected) - self.added - self.changed

    @property
    def unreadable(self) -> RejectedRow | None:
        """Why nothing of the file could be read, if that is so."""
        return next((row for row in self.rejected if row.field == HEADER), None)


class _Standing(Struct, frozen=True):
    revision: int


class _Written(Struct, frozen=True):
    added: int
    changed: int


async def import_medicines(
    tx: Transaction,
    clinic_id: UUID,
    formulary_id: UUID,
    rows: Iterable[MedicineRow | RejectedRow],
    progress: Callable[[int], None],
) -> ImportReport | None:
    """Take the rows into the formulary, as the owner; None when there is no such formulary.

    Args:
        tx: The import is one transaction: all of it takes effect, or nothing.
        clinic_id: Whose formulary it is.
        formulary_id: Which.
        rows: As `reading.read_formulary` gives them.
        progress: Told now and then how many rows have been read.
    """
    key = {"clinic_id": clinic_id, "formulary_id": formulary_id}
    standing = await tx.one(_QUERIES["hold_formulary"], key, into=_Standing)
    if standing is None:
        return None
    await tx.execute(_QUERIES["make_incoming"])
    rejected: list[RejectedRow] = []
    read = await _copy(tx, formulary_id, _accepted(rows, rejected, progress))
    await tx.execute(_QUERIES["know_incoming"])
    revision = standing.revision + 1
    written = await tx.one(_QUERIES["take_incoming"], {**key, "revision": revision}, into=_Written)
    assert written is not None  # aggregates answer one row
    if written.added or written.changed:
        await tx.execute(_QUERIES["new_revision"], {**key, "revision": revision})
    else:
        revision = standing.revision
    await tx.execute(_QUERIES["forget_incoming"])
    return ImportReport(
        read=read + len(rejected),
        added=written.added,
        changed=written.changed,
        revision=revision,
        rejected=rejected,
    )


def medicine_id(formulary_id: UUID, code: str) -> UUID:
    """The identifier of a product of a formulary: the same whenever and wherever it is imported."""
    return uuid5(formulary_id, code)


def _accepted(
    rows: Iterable[MedicineRow | RejectedRow],
    rejected: list[RejectedRow],
    progress: Callable[[int], None],
) -> Iterator[MedicineRow]:
    for count, row in enumerate(rows, 1):
        if isinstance(row, RejectedRow):
            rejected.append(row)
        else:
            yield row
        if count % _TOLD_EVERY == 0:
            progress(count)


async def _copy(tx: Transaction, formulary_id: UUID, rows: Iterator[MedicineRow]) -> int:
    count = 0
    async with (
        tx.connection.cursor() as cursor,
        cursor.copy(_QUERIES["copy_incoming"].sql) as copy,
    ):
        for row in rows:
            values = (getattr(row, column) for column in _COLUMNS)
            await copy.write_row((medicine_id(formulary_id, row.code), *values))
            count += 1
    return count
