"""The left side of a therapist's prescriptions: lanes with counts, a search, the list."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from clinicdesk.contract.entities import (
    Patient,
    Prescription,
    PrescriptionItem,
    PurchaseOrder,
    Row,
)
from clinicdesk.core.collection import Change
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.segmented_tabs import SegmentedTabs, Tab
from clinicdesk.desktop.forms.therapy_list import Ui_TherapyList
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.models.tally import Tally
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.shared.traced_rows import dress_rows
from clinicdesk.desktop.workspaces.therapy.lanes import Lane, empty_words, lane_of, lane_word
from clinicdesk.desktop.workspaces.therapy.prescription_rows import PrescriptionRows
from clinicdesk.desktop.workspaces.therapy.sent_back import SentBack


class PrescriptionList(QFrame):
    """The prescriptions of one practitioner by lane; while one searches, of all lanes.

    As in the finder of patients, what a search does not find does not stay chosen: nobody cancels
    or prints another one than they look for. It is chosen again when the search is taken back.

    Attributes:
        selection: What is chosen. sent_back: What waits for the prescriber's decision.

    Signals:
        entered: Enter was pressed on a row, or it was double-clicked.
        counted: The lanes hold other numbers.
    """

    entered = Signal()
    counted = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        replica = context.desk.replica
        self._mine = context.desk.member.practitioner_id
        self._aside: UUID | None = None
        self.ui = Ui_TherapyList()
        self.ui.setupUi(self)
        self.sent_back = SentBack(context.desk, self)
        self._rows = PrescriptionRows(context, self.sent_back, self)
        self._search = SearchField(
            context.design, self.tr("Code, patient or medicine"), key="Ctrl+F"
        )
        self._search.setObjectName("prescription_search")
        self.ui.search_place.addWidget(self._search)
        self._tally = Tally(replica.prescriptions, self._lane_of, self)
        self.tabs = SegmentedTabs(
            context.design, [Tab(lane, lane_word(lane), self.count(lane)) for lane in Lane]
        )
        self.tabs.setObjectName("prescription_lanes")
        self.ui.tabs_place.addWidget(self.tabs)
        self._empty = EmptyState(context.design, "file-text", "")
        self._empty.next_step.connect(self.clear_search)
        self.ui.column.addWidget(self._empty, 1)
        self.list = self.ui.prescription_list
        self.model: RowListModel[Prescription] = RowListModel(
            replica.prescriptions,
            order=self._newest_first,
            content=self._rows.content,
            words=self._rows.words,
            parent=self,
        )
        self.model.set_lane(self._is_shown)
        dress_rows(self.list, context.design, context.painted)
        self.selection = RowSelection(self.list, cast("RowListModel[Row]", self.model))
        self._connect()
        self._show_state()

    @property
    def lane(self) -> Lane:
        """The lane that is shown."""
        return Lane(self.tabs.current)

    @property
    def searching(self) -> bool:
        """Whether what a search finds is listed, instead of a lane."""
        return bool(self._search.text().strip())

    @property
    def put_aside(self) -> bool:
        """Whether something was chosen before the search, which does not find it."""
        return self._aside is not None and self.selection.current is None

    def count(self, lane: Lane) -> int:
        """How many stand in a lane."""
        return self._tally.count(lane)

    def show_lane(self, lane: Lane) -> None:
        """Show a lane, with its first row chosen."""
        self._aside = None
        self.clear_search()
        self.tabs.select(lane)
        self.selection.choose_first()

    def open_prescription(self, prescription: Prescription) -> None:
        """Choose one, in its lane."""
        self._aside = None
        if self.model.place_of(prescription.id) is None:
            self.clear_search()
            self.tabs.select(self._lane(prescription))
        self.selection.choose(prescription.id)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def focus_rows(self) -> None:
        """Put the keyboard on the list, with something chosen; into the search when it is empty."""
        if not self.model.rowCount():
            self.focus_search()
            return
        if self.selection.current is None:
            self.selection.choose_first()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def clear_search(self) -> None:
        """Show the lane again."""
        self._search.clear()

    def _connect(self) -> None:
        replica, outbox = self._context.desk.replica, self._context.desk.outbox
        self.tabs.selected.connect(self._lane_chosen)
        self._tally.changed.connect(self._recounted)
        self._search.textChanged.connect(self._searched)
        self._search.left.connect(self.focus_rows)
        self._search.installEventFilter(self)
        self.list.installEventFilter(self)
        self.list.doubleClicked.connect(self.entered)
        for signal in (
            self.model.rowsInserted, self.model.rowsRemoved, self.model.modelReset,
        ):  # fmt: skip
            signal.connect(self._show_state)
        self.sent_back.changed.connect(self._sent_back_changed)
        self.destroyed.connect(replica.prescriptions.subscribe(self._prescriptions_changed))
        self.destroyed.connect(replica.items.subscribe(self._items_changed))
        self.destroyed.connect(replica.orders.subscribe(self._orders_changed))
        self.destroyed.connect(replica.patients.subscribe(self._patients_changed))
        self.destroyed.connect(outbox.changed.add(self._pending_changed))

    def _newest_first(self, prescription: Prescription) -> tuple[float]:
        return (-self._rows.moment(prescription).timestamp(),)

    def _lane_of(self, prescription: Prescription) -> Lane | None:
        return self._lane(prescription) if prescription.practitioner_id == self._mine else None

    def _lane(self, prescription: Prescription) -> Lane:
        return lane_of(prescription, sent_back=prescription.id in self.sent_back)

    def _is_shown(self, prescription: Prescription) -> bool:
        lane = self._lane_of(prescription)
        if lane is None:
            return False
        return self.searching or lane is self.lane

    def _lane_chosen(self, _lane: str) -> None:
        if self._search.text():
            self._search.clear()
        self.model.set_lane(self._is_shown)
        self.list.scrollToTop()
        if self.model.place_of(self.selection.current) is None:
            self.selection.choose_first()

    def _searched(self, text: str) -> None:
        # The lane lets everything through while something is searched for.
        self.model.set_lane(self._is_shown)
        self.model.set_text(text)
        self._choose_among_found()
        self._show_state()

    def _choose_among_found(self) -> None:
        current = self.selection.current or self._aside
        self._aside = None
        if self.searching and self.model.place_of(current) is None:
            self._aside, current = current, None
        self.selection.choose(current)

    def _recounted(self) -> None:
        for lane in Lane:
            self.tabs.set_count(lane, self.count(lane))
        self.counted.emit()

    def _show_state(self) -> None:
        count = self.model.rowCount()
        searching = self.searching
        if not count and self.list.hasFocus():
            self.focus_search()  # a list that hides would leave the keyboard to the rail
        self.list.setVisible(count > 0)
        self._empty.setVisible(count == 0)
        self.ui.list_state.setText(self.tr("%n found", "", count) if searching and count else "")
        if count:
            return
        if searching:
            self._empty.say(
                "search",
                self.tr("Nothing found"),
                self.tr("Code, patient and medicine are searched, in all lanes."),
                self.tr("Show the lane"),
            )
        else:
            self._empty.say("file-text", empty_words(self.lane))

    def _prescriptions_changed(self, change: Change[Prescription]) -> None:
        for old, new in change.updated:
            if self._lane(old) is not self._lane(new):
                self.list.glow.flash(new.id)
        for row in change.added:
            self.list.glow.flash(row.id)

    def _sent_back_changed(self, moved: set[UUID]) -> None:
        self._tally.look_again(moved)
        self.model.look_again(moved)
        for prescription_id in moved:
            self.list.glow.flash(prescription_id)

    def _orders_changed(self, change: Change[PurchaseOrder]) -> None:
        # A row tells how far its pharmacy is, and stands where that puts it.
        if change.reset:
            self.model.refresh()
            self.model.set_order(self._newest_first)
            return
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        self.model.look_again({row.prescription_id for row in rows})
        for old, new in change.updated:
            if old.status is not new.status:
                self.list.glow.flash(new.prescription_id)

    def _items_changed(self, change: Change[PrescriptionItem]) -> None:
        # The words that are searched name the medicines.
        rows = (*change.added, *change.removed)
        self.model.refresh(None if change.reset else {row.prescription_id for row in rows})

    def _patients_changed(self, change: Change[Patient]) -> None:
        if change.reset:
            self.model.refresh()
            return
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        prescriptions = self._context.desk.replica.prescriptions
        self.model.refresh({each.id for row in rows for each in prescriptions.of(row.id)})

    def _pending_changed(self, prescription_id: UUID | None) -> None:
        self.model.refresh(None if prescription_id is None else (prescription_id,))

    def _search_key(self, key: int) -> bool:
        if key not in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        # With Enter what was found first is meant, as in the pharmacy's queue.
        meant = key != Qt.Key.Key_Down and self.searching
        if meant or self.model.place_of(self.selection.current) is None:
            self.selection.choose_first()
        self.focus_rows()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        if watched is self._search:
            return self._search_key(event.key())
        if watched is self.list and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return True
        return False
