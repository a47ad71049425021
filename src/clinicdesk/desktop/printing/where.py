"""The places that a paper can go to, with the one of the last time chosen."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QWidget

from clinicdesk.contract.paper import Document
from clinicdesk.desktop.printing.destinations import (
    Destination,
    NetworkPrinter,
    PrintingChoices,
    RawQueue,
    SystemPrinter,
    ToFile,
)
from clinicdesk.desktop.printing.papers import Shape


class Where(QComboBox):
    """Offers printers and files for one kind of document."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.setObjectName("preview_where")
        self.setMinimumWidth(260)

    @property
    def destination(self) -> Destination | None:
        """Where it would go; None before printers were looked for."""
        chosen = self.currentData()
        return chosen if isinstance(chosen, Destination) else None

    @property
    def is_file(self) -> bool:
        """Whether it would be saved and not printed."""
        return isinstance(self.destination, ToFile)

    def shape(self, choices: PrintingChoices, first_place: int) -> Shape:
        """How labels are wanted there."""
        at = self.destination
        roll = isinstance(at, RawQueue | NetworkPrinter) or (isinstance(at, ToFile) and at.zpl)
        return Shape(roll=choices.roll if roll else None, first_place=first_place)

    def offer(self, names: list[str], choices: PrintingChoices) -> None:
        """Offer the system's printers by name, the label printer, and files; tells nobody."""
        offers = self._offers(names, choices)
        last = choices.destination(self._document)
        known = [destination for _words, destination in offers]
        self.blockSignals(True)
        self.clear()
        for words, destination in offers:
            self.addItem(words, destination)
        self.setCurrentIndex(known.index(last) if last in known else 0)
        self.blockSignals(False)

    def _offers(self, names: list[str], choices: PrintingChoices) -> list[tuple[str, Destination]]:
        offers: list[tuple[str, Destination]] = []
        labels = self._document is Document.LABELS
        match choices.label_printer if labels else None:
            case NetworkPrinter(host=name) | RawQueue(name=name) as printer:
                offers.append((self.tr("Label printer %1").replace("%1", name), printer))
            case None:
                pass
        sheet = self.tr("%1, sheet of A4") if labels else "%1"
        offers += [(sheet.replace("%1", name), SystemPrinter(name)) for name in names]
        offers.append((self.tr("Save as PDF…"), ToFile()))
        if labels:
            offers.append((self.tr("Save for a label printer (ZPL)…"), ToFile(zpl=True)))
        if self._document is Document.SUPPLY_ORDER:
            offers.append((self.tr("Save as a table (CSV)…"), ToFile(csv=True)))
        return offers
