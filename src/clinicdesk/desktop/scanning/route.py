"""Where a scanned code is taken: to the place in front, else to the counter, and what is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from clinicdesk.core.scanning import (
    OlderScan,
    PatientScan,
    PrescriptionScan,
    ProductScan,
    Refused,
    Scanned,
    Unreadable,
)
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.scanning.forms import is_of_another_layout
from clinicdesk.desktop.workspace import Context, Workspace

COUNTER = "pharmacy"
"""The workspace that products are for, wherever somebody was when they scanned one."""


class ScanRoute(QObject):
    """Takes texts from all the ways that a code comes in, one after the other.

    Args of the constructor:
        nearest_first: The workspaces, that in front first.
        show: Puts a workspace in front, by its key.

    Signals:
        came: A code is about to be looked at; what was said of the one before is over.
        older_found: A prescription that only the server has still: an `OlderScan`.
    """

    came = Signal()
    older_found = Signal(object)

    def __init__(
        self,
        context: Context,
        nearest_first: Callable[[], Sequence[Workspace]],
        show: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._nearest_first = nearest_first
        self._show = show
        self._turn = asyncio.Lock()

    def warm_up(self) -> None:
        """Have the first product as quick as the second."""
        self._context.tasks.start(
            self._context.desk.scanning.warm_up(), doing=self.tr("getting ready to scan")
        )

    def take(self, text: str) -> None:
        """Read a code and go where it leads; codes are taken in the order in which they came."""
        self._context.painted.scanned()
        self._context.tasks.start(
            self._take(text), doing=self.tr("looking at the scanned code"), of=self
        )

    def tell_torn(self) -> None:
        """A scanner's keys were no whole code: nothing was done with them."""
        self.came.emit()
        self._say(self.tr("Only a part of a code came from the scanner. Scan it again."))

    async def _take(self, text: str) -> None:
        async with self._turn:
            self.came.emit()
            scanned = await self._context.desk.scanning.read(text)
            if isinstance(scanned, Unreadable) and is_of_another_layout(text):
                self._say(
                    self.tr(
                        "The scanner types for a keyboard of another country. Set it to this "
                        "computer's keyboard with the codes in its manual, then scan again."
                    )
                )
                return
            self._follow(scanned)

    def _follow(self, scanned: Scanned) -> None:
        match scanned:
            case Refused(sentence):
                self._refuse(sentence)
            case Unreadable(sentence):
                self._say(sentence)  # until the next scan, which is at once
            case PrescriptionScan():
                self._open(scanned)
            case OlderScan():
                self.older_found.emit(scanned)
            case ProductScan():
                self._give(scanned)
            case PatientScan(patient_id):
                if not self._is_taken(scanned, self._nearest_first()):
                    self._context.go("patient", patient_id)

    def _open(self, scanned: PrescriptionScan) -> None:
        self._context.painted.asked_for(scanned.prescription_id)
        everywhere = self._nearest_first()
        if self._is_taken(scanned, everywhere):
            return  # it has said what there is to say
        if self._is_shown(scanned, everywhere):
            if scanned.sentence:
                self._say(scanned.sentence)
        else:
            self._refuse(
                scanned.sentence
                or self.tr("That prescription is not on this desk: it may not be yours to see.")
            )

    def _is_shown(self, scanned: PrescriptionScan, everywhere: Sequence[Workspace]) -> bool:
        for workspace in everywhere:
            if workspace.open_thing("prescription", scanned.prescription_id):
                self._show(workspace.key)
                return True
        return False

    def _give(self, scanned: ProductScan) -> None:
        everywhere = self._nearest_first()
        counter = [each for each in everywhere[1:] if each.key == COUNTER]
        if self._is_taken(scanned, [*everywhere[:1], *counter]):
            return
        if not scanned.medicines:
            text = self.tr("No medicine of the formulary has the barcode %1.")
            self._say(text.replace("%1", scanned.gtin))
            return
        medicine = scanned.medicines[0]
        name = f"{medicine.generic_name} {medicine.strength} ({medicine.brand})"
        text = self.tr("This is %1. Open the prescription that it is for, then scan it again.")
        self._say(text.replace("%1", name))

    def _is_taken(self, scanned: Scanned, asked: Sequence[Workspace]) -> bool:
        for workspace in asked:
            if workspace.take_scan(scanned):
                self._show(workspace.key)
                return True
        return False

    def _say(self, sentence: str) -> None:
        """Something to know before going on: eyes are on the pack, so it is heard as well."""
        QApplication.beep()
        self._context.toast(sentence, Tone.WARNING, of_scan=True)

    def _refuse(self, sentence: str) -> None:
        QApplication.beep()
        self._context.toast(sentence, Tone.DANGER, of_scan=True)
