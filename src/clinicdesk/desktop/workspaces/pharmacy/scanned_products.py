"""Which line of a prescription a scanned product belongs to, or why it belongs to none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.boxes import is_box_of
from clinicdesk.contract.entities import Batch, ItemStatus, Medicine, PrescriptionItem
from clinicdesk.core.scanning import ProductScan
from clinicdesk.desktop.models.item_words import medicine_words
from clinicdesk.desktop.wording import date_text

OPEN: Final = frozenset({ItemStatus.PENDING, ItemStatus.PICKING, ItemStatus.OWING})
"""Lines that a product may still be checked for."""


@dataclass(frozen=True, slots=True)
class Match:
    """A line and the product in the hand."""

    item: PrescriptionItem
    medicine_id: UUID


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A product that must not go into the bag.

    Attributes:
        title: What is wrong. what_to_do: What to do now.
        scanned, wanted: The two products in words; both empty where nothing was scanned.
    """

    title: str
    what_to_do: str
    scanned: str = ""
    wanted: str = ""


def wanted_product(item: PrescriptionItem) -> UUID:
    """The product that the line is dispensed with: its substitute, or as prescribed."""
    return item.substitute_id or item.medicine_id


def match(
    scan: ProductScan,
    items: Sequence[PrescriptionItem],
    current: PrescriptionItem | None,
    today: date,
) -> Match | Mismatch:
    """The line that a scanned product is checked for.

    Of several that fit the first open one is meant, unless the keyboard is on another of them.

    Args:
        today: The clinic's day: what has expired before it is refused.
    """
    products = {medicine.id for medicine in scan.medicines}
    fitting = [item for item in items if wanted_product(item) in products]
    still_open = [item for item in fitting if item.status in OPEN]
    if not fitting:
        return _wrong_product(scan, items, current)
    if scan.expiry is not None and scan.expiry < today:
        return _expired(scan)
    if not still_open:
        return _checked_already(scan, fitting[0])
    item = current if current in still_open else still_open[0]
    assert item is not None
    return Match(item, wanted_product(item))


def batch_scanned(scan: ProductScan, batches: Sequence[Batch]) -> Batch | Mismatch | None:
    """The batch on the shelves that was scanned; None where the code names none.

    A batch that the pharmacy does not have is a mismatch: it was never received here. So is one
    that expires on another day than the batch of its number.

    Args:
        batches: First expiry first: where the code leaves several, the first is taken.
    """
    if scan.batch is None and scan.expiry is None:
        return None
    for batch in batches:
        if is_box_of(batch, scan.batch, scan.expiry):
            return batch
    same = [batch for batch in batches if is_box_of(batch, scan.batch, None)]
    if scan.batch is not None and same:
        return _another_expiry(scan, same)
    return _never_received(scan, [batch for batch in batches if batch.on_hand])


def scanned_words(scan: ProductScan) -> str:
    """What was scanned, as it is printed on the box."""
    if not scan.medicines:
        text = QCoreApplication.translate("Scan", "Product %1, not in the formulary")
        words = text.replace("%1", scan.gtin)
    else:
        words = product_words(scan.medicines[0])
    parts = [words]
    if scan.batch:
        text = QCoreApplication.translate("Scan", "batch %1")
        parts.append(text.replace("%1", scan.batch))
    if scan.expiry is not None:
        text = QCoreApplication.translate("Scan", "expires on %1")
        parts.append(text.replace("%1", date_text(scan.expiry)))
    return " · ".join(parts)


def product_words(medicine: Medicine) -> str:
    """A product with its brand: "Azithromycin 500 mg tablet · Azrel"."""
    name = " ".join(part for part in (medicine.generic_name, medicine.strength, medicine.form))
    return f"{name} · {medicine.brand}"


def wanted_words(item: PrescriptionItem) -> str:
    """What a line is dispensed with, with its brand."""
    return f"{medicine_words(item)} · {item.substitute_brand or item.brand}"


def _wrong_product(
    scan: ProductScan, items: Sequence[PrescriptionItem], current: PrescriptionItem | None
) -> Mismatch:
    still_open = [item for item in items if item.status in OPEN]
    meant = current if current in still_open else next(iter(still_open), None)
    same = [
        item
        for item in still_open
        for medicine in scan.medicines
        if _generic(medicine) == _generic(item)
    ]
    if same:
        return Mismatch(
            QCoreApplication.translate("Scan", "Another product of the same medicine"),
            QCoreApplication.translate(
                "Scan", "Put it back, or press S on its line to substitute it with a reason."
            ),
            scanned_words(scan),
            wanted_words(same[0]),
        )
    return Mismatch(
        QCoreApplication.translate("Scan", "Wrong product: it is on no line of this prescription"),
        QCoreApplication.translate("Scan", "Put it back on the shelf. Nothing was checked."),
        scanned_words(scan),
        wanted_words(meant) if meant is not None else "",
    )


def _another_expiry(scan: ProductScan, same: Sequence[Batch]) -> Mismatch:
    assert scan.batch is not None
    title = QCoreApplication.translate("Scan", "Batch %1 has another expiry on the shelf")
    return Mismatch(
        title.replace("%1", scan.batch),
        QCoreApplication.translate(
            "Scan", "Put this box aside and compare: receive it into stock as what it is."
        ),
        scanned_words(scan),
        _on_the_shelf(same),
    )


def _never_received(scan: ProductScan, there: Sequence[Batch]) -> Mismatch:
    if scan.batch is not None:
        title = QCoreApplication.translate("Scan", "Batch %1 was never received here")
        said = title.replace("%1", scan.batch)
    else:
        assert scan.expiry is not None
        title = QCoreApplication.translate("Scan", "Nothing on the shelf expires on %1")
        said = title.replace("%1", date_text(scan.expiry))
    return Mismatch(
        said,
        QCoreApplication.translate(
            "Scan", "Receive it into stock first, or take a box of a batch that is on the shelf."
        ),
        scanned_words(scan),
        _on_the_shelf(there) if there else "",
    )


def _on_the_shelf(batches: Sequence[Batch]) -> str:
    """The batches with their expiries: "On the shelf: B2207 (30 Apr 2028)"."""
    known = ", ".join(f"{batch.number} ({date_text(batch.expiry)})" for batch in batches)
    return QCoreApplication.translate("Scan", "On the shelf: %1").replace("%1", known)


def _expired(scan: ProductScan) -> Mismatch:
    assert scan.expiry is not None
    title = QCoreApplication.translate("Scan", "Expired on %1").replace(
        "%1", date_text(scan.expiry)
    )
    return Mismatch(
        title,
        QCoreApplication.translate(
            "Scan", "It must not be dispensed. Take it out of stock and take another box."
        ),
        scanned_words(scan),
    )


def _checked_already(scan: ProductScan, item: PrescriptionItem) -> Mismatch:
    match item.status:
        case ItemStatus.CHECKED | ItemStatus.READY:
            title = QCoreApplication.translate("Scan", "This line is checked already")
        case ItemStatus.ON_HOLD:
            title = QCoreApplication.translate("Scan", "This line is on hold")
        case ItemStatus.HANDED_OVER:
            title = QCoreApplication.translate("Scan", "This line was handed over already")
        case _:
            title = QCoreApplication.translate("Scan", "This line is not dispensed")
    return Mismatch(
        title,
        QCoreApplication.translate(
            "Scan", "Put the box back: it would be one too many. U undoes a check."
        ),
        scanned_words(scan),
        wanted_words(item),
    )


def _generic(of: Medicine | PrescriptionItem) -> tuple[str, str, str]:
    return of.generic_name.casefold(), of.strength.casefold(), of.form.casefold()
