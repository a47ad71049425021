"""The list at the left: whom one is looking for, found while one types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast
from uuid import UUID

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.entities import (
    Patient,
    Prescription,
    PrescriptionStatus,
    PurchaseOrder,
    Role,
    Row,
)
from clinicdesk.core.clock import utc_now
from clinicdesk.core.collection import Change
from clinicdesk.desktop.design.avatar import initials
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.forms.patient_finder import Ui_PatientFinder
from clinicdesk.desktop.models.patient_list import PatientListModel
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.wording import (
    age_in_words,
    phone_text,
    sex_letter,
)
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.order_words import standing_look
from clinicdesk.desktop.workspaces.shared.traced_rows import dress_rows

_MOST_FOUND = 60
_SEPARATOR = " · "
_OVER = (PrescriptionStatus.COMPLETED, PrescriptionStatus.CANCELLED)


class PatientFinder(QWidget):
    """Search field and list of the patients of this desk, each with how their newest open
    prescription stands.

    Nobody stays chosen whom a search does not find: what is shown beside the list must not be of
    another person than the one who is looked for. They are chosen again when the search that put
    them aside is taken back.

    Attributes:
        selection: Who is chosen.
        list: The list, for its glow.

    Signals:
        chosen: Another patient is chosen: identifier or None.
        entered: Enter was pressed on a patient, or they were double-clicked: identifier.
        keyboard_moved: The search or the list has the keyboard now, or has it no more.
    """

    chosen = Signal(object)
    entered = Signal(object)
    keyboard_moved = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        replica = context.desk.replica
        self.ui = Ui_PatientFinder()
        self.ui.setupUi(self)
        self.list = self.ui.patient_list
        self._aside: UUID | None = None
        self._search = SearchField(
            context.design, self.tr("Name, phone, birth date, number"), key="Ctrl+F"
        )
        self._search.setObjectName("patient_search")
        self.ui.head.addWidget(self._search)
        self._empty = EmptyState(context.design, "users", "")
        self._empty.setObjectName("patient_list_empty")
        self._empty.next_step.connect(self.clear_search)
        self.ui.column.addWidget(self._empty, 1)
        self.model = PatientListModel(replica.patients, self._content, self)
        dress_rows(self.list, context.design, context.painted)
        self.selection = RowSelection(self.list, cast("RowListModel[Row]", self.model))
        self.selection.chosen.connect(self.chosen)
        # First in order: a list that gets the keyboard chooses somebody, and nobody asked for them.
        self.setTabOrder(self._search, self.list)
        self._search.textChanged.connect(self._find)
        self._search.installEventFilter(self)
        self._search.left.connect(self._to_list)
        self.list.doubleClicked.connect(self._enter)
        self.list.installEventFilter(self)
        self.destroyed.connect(replica.patients.subscribe(self._patients_changed))
        self.destroyed.connect(replica.prescriptions.subscribe(self._prescriptions_changed))
        self.destroyed.connect(replica.orders.subscribe(self._orders_changed))
        self._show_state()

    @property
    def has_keyboard(self) -> bool:
        """Whether what is typed goes to the list, while this window is in front."""
        return self.window().focusWidget() is self.list

    @property
    def search_has_keyboard(self) -> bool:
        """Whether what is typed is searched for, while this window is in front."""
        return self.window().focusWidget() is self._search

    def focus_search(self) -> None:
        """Put the keyboard into the search field, its text ready to be typed over."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def clear_search(self) -> None:
        """Show everybody again."""
        self._search.clear()

    def show_patient(self, patient_id: UUID) -> bool:
        """Choose a patient, whatever is searched for; False when this desk does not hold them."""
        if patient_id not in self._context.desk.replica.patients:
            return False
        self._aside = None
        if self.model.place_of(patient_id) is None:
            self.clear_search()
            self._aside = None
        self.selection.choose(patient_id)
        return True

    def _find(self, text: str) -> None:
        if text.strip():
            hits = self._context.desk.search.patients(text, _MOST_FOUND)
            self.model.show_found([hit.patient.id for hit in hits])
        else:
            self.model.show_found(None)
        self.list.scrollToTop()
        self._choose_among_found()
        self._show_state()

    def _choose_among_found(self) -> None:
        current = self.selection.current
        if current is None:
            current, self._aside = self._aside, None
        if self.model.searching and self.model.place_of(current) is None:
            self._aside, current = current, None
        self.selection.choose(current)

    def _patients_changed(self, change: Change[Patient]) -> None:
        if self.model.searching and (change.reset or change.added):
            self._find(self._search.text())
        self._show_state()

    def _prescriptions_changed(self, change: Change[Prescription]) -> None:
        if change.reset:
            self.model.refresh()
            return
        touched = [new for _, new in change.updated] + change.added
        self.model.refresh({row.patient_id for row in (*touched, *change.removed)})
        for old, new in change.updated:
            if old.status is not new.status:
                self.list.glow.flash(new.patient_id)

    def _orders_changed(self, change: Change[PurchaseOrder]) -> None:
        # A row says how far the pharmacy is with it.
        if change.reset:
            self.model.refresh()
            return
        touched = (*change.added, *change.removed, *(new for _, new in change.updated))
        self.model.refresh({order.patient_id for order in touched})
        for old, new in change.updated:
            if old.status is not new.status:
                self.list.glow.flash(new.patient_id)

    def _show_state(self) -> None:
        """The list, or a sentence in its place; how many there are."""
        count, total = self.model.rowCount(), len(self.model.rows)
        self.list.setVisible(count > 0)
        self._empty.setVisible(count == 0)
        searching = self.model.searching
        if count:
            self.ui.patient_count.setText(self._count_words(count if searching else total))
        elif searching:
            self.ui.patient_count.setText("")
            self._empty.say(
                "search",
                self.tr("Nobody found"),
                self._where_searched(),
                self.tr("Clear the search"),
            )
        else:
            self.ui.patient_count.setText("")
            self._empty.say(
                "users",
                self.tr("No patients here yet"),
                self.tr("Those in your care appear as soon as this desk has caught up."),
            )

    def _where_searched(self) -> str:
        """Among whom nobody was found, and what can be done."""
        if self._context.desk.member.role is Role.THERAPIST:
            return self.tr(
                "Only patients in your care are on this desk. Try part of the name, the phone or "
                "the date of birth, or ask the front desk: it finds everybody."
            )
        return self.tr(
            "Every patient of the clinic was searched. Try part of the name, the phone or the date "
            "of birth."
        )

    def _count_words(self, count: int) -> str:
        if self.model.searching:
            return self.tr("%n found", "", count)
        return self.tr("%n patient(s)", "", count).replace(str(count), QLocale().toString(count))

    def _content(self, patient: Patient) -> RowContent:
        today = utc_now().astimezone(self._context.zone).date()
        born = f"{sex_letter(patient.sex)} {age_in_words(patient.birth_date, today)}"
        phone = phone_text(patient.phone) if patient.phone else None
        parts = (patient.name_local, born, phone)
        newest = newest_open(self._context.desk.replica.prescriptions.of(patient.id))
        look = None if newest is None else standing_look(newest, self._context.desk.orders)
        return RowContent(
            key=patient.id,
            primary=patient.name,
            tail=patient.number,
            secondary=_SEPARATOR.join(part for part in parts if part),
            status="" if look is None else look.word,
            status_tone=Tone.NEUTRAL if look is None else look.tone,
            avatar=initials(patient.name),
        )

    def _to_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_first(self) -> None:
        if self.selection.current is None or self.model.place_of(self.selection.current) is None:
            self.selection.choose_first()

    def _enter(self) -> None:
        if self.selection.current is not None:
            self.entered.emit(self.selection.current)

    def _search_key(self, key: int) -> bool:
        match key:
            case Qt.Key.Key_Down:
                self._take_first()
                self._to_list()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.model.rowCount():
                if self.model.searching:
                    self.selection.choose_first()
                else:
                    self._take_first()
                self._to_list()
            case _:
                return False
        return True

    def _list_key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
            return True
        if event.key() == Qt.Key.Key_Up and self.list.currentIndex().row() <= 0:
            self.focus_search()
            return True
        typed = event.text()
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.ShiftModifier,
        )
        if plain and typed.isprintable() and typed.strip():
            # Typing on the list means searching it.
            self._search.setFocus(Qt.FocusReason.OtherFocusReason)
            self._search.setText(typed)
            return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.keyboard_moved.emit()
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if watched is self._search:
                return self._search_key(event.key())
            if watched is self.list:
                return self._list_key(event)
        return False


def newest_open(prescriptions: Iterable[Prescription]) -> Prescription | None:
    """Of prescriptions that are neither handed over nor cancelled the one written last."""
    going_on = (p for p in prescriptions if p.status not in _OVER)
    return max(going_on, key=lambda p: p.created_at, default=None)
