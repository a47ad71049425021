"""What the lines of a price list's file come to, in words."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.prices import ImportProgress, PriceChange, PriceFileLine, PricePreview
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.wording import date_text, money

_ORDER: Final = (
    PriceChange.NEW, PriceChange.DEARER, PriceChange.CHEAPER, PriceChange.REDATED,
    PriceChange.SAME, PriceChange.UNKNOWN, PriceChange.REJECTED,
)  # fmt: skip


def change_pill(change: PriceChange) -> Pill:
    """What a line does, as a pill."""
    match change:
        case PriceChange.NEW:
            return Pill(QCoreApplication.translate("Prices", "New"), Tone.INFO, "plus")
        case PriceChange.DEARER:
            return Pill(QCoreApplication.translate("Prices", "Dearer"), Tone.WARNING, "arrow-up")
        case PriceChange.CHEAPER:
            return Pill(QCoreApplication.translate("Prices", "Cheaper"), Tone.SUCCESS, "arrow-down")
        case PriceChange.REDATED:
            return Pill(
                QCoreApplication.translate("Prices", "Other dates"), Tone.INFO, "calendar-days"
            )
        case PriceChange.SAME:
            return Pill(QCoreApplication.translate("Prices", "Same"), Tone.NEUTRAL, "minus")
        case PriceChange.UNKNOWN:
            return Pill(
                QCoreApplication.translate("Prices", "Unknown"), Tone.WARNING, "circle-help"
            )
        case PriceChange.REJECTED:
            return Pill(QCoreApplication.translate("Prices", "Left out"), Tone.DANGER, "x")


def counts_words(preview: PricePreview) -> str:
    """ "12 new, 340 dearer, 3 cheaper; 49,645 the same; 2 left out"."""
    parts = [
        f"{preview.counts[change]:,} {change_pill(change).text.lower()}"
        for change in _ORDER
        if preview.counts.get(change)
    ]
    return " · ".join(parts)


def line_cells(line: PriceFileLine, currency: str) -> list[CellContent]:
    """A line of the file: where it stands, what it is about, both prices, and what it does."""
    left_out = line.change in (PriceChange.UNKNOWN, PriceChange.REJECTED)
    about = line.detail if left_out else _dates(line)
    return [
        CellContent(f"{line.line:,}", right=True, quiet=True),
        CellContent(line.name or line.code, strong=True, second=about),
        CellContent("" if line.before_minor is None else money(line.before_minor, currency),
                    right=True, quiet=True),
        CellContent("" if line.price_minor is None else money(line.price_minor, currency),
                    right=True, strong=True),
        CellContent(pill=change_pill(line.change)),
    ]  # fmt: skip


def progress_words(progress: ImportProgress) -> str:
    """How far it has come."""
    match progress.stage:
        case "reading":
            text = QCoreApplication.translate("Prices", "Reading the file: line %1")
        case "comparing":
            text = QCoreApplication.translate("Prices", "Comparing with the list: %1")
        case _:
            text = QCoreApplication.translate("Prices", "Writing prices: %1")
    said = f"{progress.done:,}"
    if progress.of:
        of = QCoreApplication.translate("Prices", "%1 of %2")
        said = of.replace("%1", said).replace("%2", f"{progress.of:,}")
    return text.replace("%1", said)


def _dates(line: PriceFileLine) -> str:
    if line.effective_from is None:
        return line.code
    if line.effective_until is None:
        text = QCoreApplication.translate("Prices", "%1 · from %2")
        return text.replace("%1", line.code).replace("%2", date_text(line.effective_from))
    text = QCoreApplication.translate("Prices", "%1 · from %2 to %3")
    text = text.replace("%1", line.code).replace("%2", date_text(line.effective_from))
    return text.replace("%3", date_text(line.effective_until))
