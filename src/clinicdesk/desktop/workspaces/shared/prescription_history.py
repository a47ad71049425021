"""One patient's prescriptions, the newest first, as they stand this moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from clinicdesk.contract.entities import (
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    PurchaseOrder,
    Row,
)
from clinicdesk.core.clock import utc_now
from clinicdesk.core.collection import Change
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.wording import moment_text, money
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.order_words import standing_look
from clinicdesk.desktop.workspaces.shared.prescription_facts import pending_pill
from clinicdesk.desktop.workspaces.shared.traced_rows import dress_rows

_NAMED = 3
_SEPARATOR = " · "


class PrescriptionHistory(QWidget):
    """A list that fills its place; nothing is shown until a patient is.

    Attributes:
        selection: The chosen prescription.
        list: The rows, for the focus.

    Signals:
        counted: How many there are now.
        entered: Enter was pressed on one, or it was double-clicked: identifier.
        keyboard_moved: The rows have the keyboard now, or have it no more.
    """

    counted = Signal(int)
    entered = Signal(object)
    keyboard_moved = Signal()

    def __init__(self, context: Context, *, clinical: bool, parent: QWidget | None = None) -> None:
        """Make the list.

        Args:
            clinical: Whether this desk may name the medicines.
        """
        super().__init__(parent)
        self._context = context
        self._clinical = clinical
        self._patient_id: UUID | None = None
        replica, outbox = context.desk.replica, context.desk.outbox
        self.list = RowList()
        self.list.setObjectName("prescription_history")
        self.list.setAccessibleName(self.tr("Prescriptions of this patient"))
        self.model: RowListModel[Prescription] = RowListModel(
            replica.prescriptions,
            order=lambda row: (-row.created_at.timestamp(),),
            content=self._content,
            words=lambda row: row.code,
            parent=self,
        )
        self.model.set_lane(self._is_theirs)
        dress_rows(self.list, context.design, context.painted)
        self.selection = RowSelection(self.list, cast("RowListModel[Row]", self.model))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        self.list.installEventFilter(self)
        self.list.doubleClicked.connect(self.enter)
        leaving: tuple[Callable[[], None], ...] = (
            replica.prescriptions.subscribe(self._prescriptions_changed),
            replica.items.subscribe(self._items_changed),
            replica.orders.subscribe(self._orders_changed),
            outbox.changed.add(self._pending_changed),
        )
        for leave in leaving:
            self.destroyed.connect(leave)

    @property
    def has_keyboard(self) -> bool:
        """Whether what is typed goes to the rows, while this window is in front."""
        return self.window().focusWidget() is self.list

    def show_patient(self, patient_id: UUID | None) -> None:
        """Show the prescriptions of another patient, or of nobody."""
        if patient_id != self._patient_id:
            self._patient_id = patient_id
            self.model.set_lane(self._is_theirs)
            self.selection.choose_first()
        self.counted.emit(self.model.rowCount())

    def enter(self) -> None:
        """Ask for the chosen one."""
        if self.selection.current is not None:
            self.entered.emit(self.selection.current)

    def _is_theirs(self, prescription: Prescription) -> bool:
        return prescription.patient_id == self._patient_id

    def _content(self, prescription: Prescription) -> RowContent:
        desk = self._context.desk
        when = moment_text(
            prescription.signed_at or prescription.created_at, self._context.zone, utc_now()
        )
        named = self._medicines(prescription) if self._clinical else ""
        parts = [
            # Where the medicines stand first, a long list of them must not push the code away.
            prescription.code if named else "",
            when,
            self._place(prescription),
            self._price(prescription),
        ]
        if not named:
            parts.insert(1, self.tr("%n medicine(s)", "", prescription.item_count))
        look = standing_look(prescription, desk.orders)
        pending = pending_pill(desk.outbox.pending(prescription.id))
        return RowContent(
            key=prescription.id,
            primary=named or prescription.code,
            secondary=_SEPARATOR.join(part for part in parts if part),
            pill=look.pill(),
            status="" if pending is None else pending.text,
            status_tone=Tone.NEUTRAL if pending is None else pending.tone,
        )

    def _place(self, prescription: Prescription) -> str:
        """Its pharmacy; for the front desk, which takes no payment, that it is paid there."""
        pharmacy = self._context.desk.replica.pharmacies.get(prescription.pharmacy_id)
        if pharmacy is None:
            return ""
        unpaid = prescription.status is PrescriptionStatus.DRAFT and not self._clinical
        return self.tr("Pays at %1").replace("%1", pharmacy.name) if unpaid else pharmacy.name

    def _price(self, prescription: Prescription) -> str:
        if prescription.status is PrescriptionStatus.CANCELLED:
            return ""
        return money(prescription.total_minor, prescription.currency)

    def _medicines(self, prescription: Prescription) -> str:
        items = sorted(
            self._context.desk.replica.items.of(prescription.id), key=lambda item: item.line
        )
        named = ", ".join(f"{item.generic_name} {item.strength}" for item in items[:_NAMED])
        return f"{named} +{len(items) - _NAMED}" if len(items) > _NAMED else named

    def _prescriptions_changed(self, change: Change[Prescription]) -> None:
        for old, new in change.updated:
            if (old.status, old.signed_at is None) != (new.status, new.signed_at is None):
                self.list.glow.flash(new.id)
        for row in change.added:
            self.list.glow.flash(row.id)
        self.counted.emit(self.model.rowCount())

    def _items_changed(self, change: Change[PrescriptionItem]) -> None:
        if change.reset:
            self.model.refresh()
            return
        touched = (*change.added, *change.removed, *(new for _, new in change.updated))
        self.model.refresh({item.prescription_id for item in touched})

    def _orders_changed(self, change: Change[PurchaseOrder]) -> None:
        if change.reset:
            self.model.refresh()
            return
        touched = (*change.added, *change.removed, *(new for _, new in change.updated))
        self.model.refresh({order.prescription_id for order in touched})
        for old, new in change.updated:
            if old.status is not new.status:
                self.list.glow.flash(new.prescription_id)

    def _pending_changed(self, prescription_id: UUID | None) -> None:
        self.model.refresh(None if prescription_id is None else (prescription_id,))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.list and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.keyboard_moved.emit()
        if (
            watched is self.list
            and isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            self.enter()
            return True
        return False
