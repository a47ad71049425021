"""What the safety rules hold against dispensing: a stop is shown, otherwise a reason asked."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QObject

from clinicdesk.contract.entities import Prescription, Tier
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.pharmacy.check_sheets import Bagging, Check, OverrideSheet
from clinicdesk.desktop.workspaces.pharmacy.prescription_pane import PrescriptionPane
from clinicdesk.desktop.workspaces.pharmacy.scanned_products import Mismatch
from clinicdesk.desktop.workspaces.pharmacy.sheet_place import SheetPlace
from clinicdesk.desktop.workspaces.pharmacy.stop_sheet import StopSheet


class Objections(QObject):
    """Stands between what is about to be done at a `PrescriptionPane` and its command.

    Attributes:
        stop_sheet: Shows what must not be done.
    """

    def __init__(self, context: Context, pane: PrescriptionPane, place: SheetPlace) -> None:
        super().__init__(pane)
        self._pane = pane
        self._place = place
        made = (context.design, context.tasks)
        self._override = place.add(OverrideSheet(*made, context.desk.dispensing))
        self.stop_sheet = place.add(StopSheet(*made))

    def stopped(self, prescription: Prescription, *item_ids: UUID) -> bool:
        """Whether a finding forbids to dispense these lines; which one is said in a way that cannot
        be overlooked."""
        found = self._pane.findings.unanswered(*item_ids)
        stop = next((finding for finding in found if finding.tier is Tier.STOP), None)
        if stop is None:
            return False
        next_step = self.tr("Decline the line with D, and tell the prescriber.")
        self.show_stop(
            Mismatch(stop.summary, f"{stop.detail}\n{next_step}"),
            prescription,
        )
        return True

    def show_stop(self, mismatch: Mismatch, prescription: Prescription) -> None:
        """Nothing goes on until it was read."""
        self.stop_sheet.prepare(mismatch)
        self._place.open(self.stop_sheet, prescription)

    def asked(self, about_to: Check | Bagging, about: str, prescription: Prescription) -> bool:
        """Whether findings have to be answered first; then it is asked why they are no obstacle,
        and what was about to be done is done with the answer."""
        lines = [about_to.item_id] if isinstance(about_to, Check) else about_to.unchecked
        if self.stopped(prescription, *lines):
            return True
        found = self._pane.findings.unanswered(*lines)
        if found:
            self._override.begin(about_to, about, found)
            self._place.open(self._override, prescription)
        return bool(found)
