"""The queue at the left: lanes with their counts, a search over all of them, the rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from clinicdesk.contract.codes import typed_code
from clinicdesk.contract.entities import Patient, Payment, Prescription, PrescriptionItem, Row
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Change
from clinicdesk.core.folding import fold
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.segmented_tabs import SegmentedTabs, Tab
from clinicdesk.desktop.design.tokens import SPACE_2
from clinicdesk.desktop.forms.pharmacy_queue import Ui_PharmacyQueue
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.models.tally import Tally
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.pharmacy.counters import Counters
from clinicdesk.desktop.workspaces.pharmacy.queue_rows import QueueRows
from clinicdesk.desktop.workspaces.pharmacy.queue_search import QueueSearch
from clinicdesk.desktop.workspaces.pharmacy.queue_view import KeptView, QueueView, Sort
from clinicdesk.desktop.workspaces.pharmacy.view_menu import ViewMenu
from clinicdesk.desktop.workspaces.shared.lane_book import LaneBook
from clinicdesk.desktop.workspaces.shared.lanes import (
    KEYED_LANES,
    OPEN_LANES,
    Lane,
    empty_words,
    lane_word,
)
from clinicdesk.desktop.workspaces.shared.refunds_due import RefundsDue
from clinicdesk.desktop.workspaces.shared.traced_rows import dress_rows

T = TypeVar("T", bound=Row)

_GLOWING = 50
_CLOCK_MS = 30_000


class QueuePane(QFrame):
    """Lists the prescriptions of this pharmacy.

    A text in the search field looks in all lanes at once: who stands at the counter does not know
    in which one they are. Choosing a lane leaves the search.

    Attributes:
        lanes: Where each prescription stands.
        view_menu: In which order they are shown, and which are left out.

    Signals:
        chosen: Another prescription is chosen: identifier, or None.
        entered: Enter was pressed on a row: go on with its lines.
        pressed: A key that is neither the list's own nor the queue's: the event, to be accepted.
        deserted: The last row has left the list while the keyboard was on it.
        counted: Some lane has another count.
    """

    chosen = Signal(object)
    entered = Signal()
    pressed = Signal(object)
    deserted = Signal()
    counted = Signal()

    def __init__(
        self,
        context: Context,
        refunds: RefundsDue,
        counters: Counters,
        now: Now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._replica = context.desk.replica
        self._refunds = refunds
        self.ui = Ui_PharmacyQueue()
        self.ui.setupUi(self)
        self.lanes = LaneBook(self._replica, context.zone, now, self)
        self._kept = KeptView(context.desk, self.lanes, self)
        self._finding = QueueSearch(context.desk)
        self._make_controls()
        self.tally: Tally[Prescription] = Tally(
            self._replica.prescriptions, self.lanes.lane_of, self
        )
        first = self._first_lane()
        rows = QueueRows(
            context.desk, self.lanes, refunds, counters, context.zone, now, parent=self
        )
        self.model: RowListModel[Prescription] = RowListModel(
            self._replica.prescriptions,
            order=self._kept.order,
            content=rows.content,
            words=rows.words,
            lane=self._accepting(first),
            name=(first, self._view),
            parent=self,
        )
        dress_rows(self.ui.queue_list, context.design, context.painted)
        self.ui.queue_list.installEventFilter(self)
        self.selection = RowSelection(self.ui.queue_list, cast("RowListModel[Row]", self.model))
        self.selection.chosen.connect(self.chosen)
        self.tally.changed.connect(self._show_counts)
        refunds.changed.connect(self._on_refunds)
        self.lanes.moved.connect(self._on_moved)
        self.lanes.day_changed.connect(self._on_new_day)
        self._kept.changed.connect(self._on_view)
        counters.changed.connect(self.model.refresh)
        for signal in (
            self.model.modelReset, self.model.rowsInserted, self.model.rowsRemoved
        ):  # fmt: skip
            signal.connect(self._show_emptiness)
        self.model.modelReset.connect(self._begin)
        self._leave = self._follow()
        self.destroyed.connect(self._leave)
        self._clock = QTimer(self)
        self._clock.setInterval(_CLOCK_MS)
        self._clock.timeout.connect(self._on_clock)
        self._clock.start()
        self.tabs.select(first)
        self.tabs.selected.connect(lambda key: self.show_lane(Lane(key)))
        self._show_emptiness()
        self._show_counts()

    @property
    def lane(self) -> Lane:
        """The lane that is shown, or was before the search."""
        return Lane(self.tabs.current)

    def count(self, lane: Lane) -> int:
        """How many prescriptions stand in a lane."""
        return len(self._refunds) if lane is Lane.REFUND else self.tally.count(lane)

    def show_lane(self, lane: Lane) -> None:
        """Show a lane, and no search."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.tabs.blockSignals(True)
        self.tabs.select(lane)
        self.tabs.blockSignals(False)
        self._show_chosen_lane()

    def search_for(self, text: str) -> None:
        """Show what a text finds, in all lanes."""
        self.search.setText(text)

    def open_prescription(self, prescription: Prescription) -> None:
        """Choose a prescription, in its lane unless it is shown already."""
        if self.model.place_of(prescription.id) is None:
            lane = self.lanes.lane_of(prescription)
            if not self._kept.lets_through(prescription):
                self._kept.show_all()
            if lane is None:
                self.search_for(prescription.code)
            else:
                self.show_lane(lane)
        self.selection.choose(prescription.id)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def focus_rows(self) -> None:
        """Put the keyboard on the rows, with one chosen; where nothing is found on the search.

        In a lane that is empty the keys of the lanes hold still.
        """
        if self.selection.current is None:
            self.selection.choose_first()
        nothing = self.search if self.search.text() else self.empty
        rows = self.ui.queue_list if self.model.rowCount() else nothing
        rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def say_state(self, freshness: str) -> None:
        """Show how fresh the rows are, and which of them are found."""
        found = self.tr("found in all lanes") if self.search.text() else ""
        self.ui.queue_state.setText(" · ".join(part for part in (found, freshness) if part))

    def _make_controls(self) -> None:
        design = self._context.design
        self.search = SearchField(design, self.tr("Name, code, phone, number"), key="/")
        self.search.setObjectName("queue_search")
        self.search.textChanged.connect(self._on_text)
        self.search.returnPressed.connect(self._take_first)
        self.search.left.connect(self.focus_rows)
        self.search.installEventFilter(self)
        self.view_menu = ViewMenu(design, self._kept, self._replica)
        self.view_menu.cancelled_wanted.connect(self._list_cancelled)
        finding = QHBoxLayout()
        finding.setSpacing(SPACE_2 - 2)
        finding.addWidget(self.search, 1)
        finding.addWidget(self.view_menu)
        self.ui.search_row.addLayout(finding)
        self.tabs = SegmentedTabs(design, [Tab(lane, lane_word(lane), 0) for lane in Lane])
        self.tabs.setObjectName("queue_lanes")
        self.ui.tabs_row.addWidget(self.tabs)
        self.ui.tabs_row.addWidget(self.view_menu.left_out, 0, Qt.AlignmentFlag.AlignLeft)
        self.empty = EmptyState(design, "inbox", "")
        self.empty.setObjectName("queue_empty")
        self.empty.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.empty.installEventFilter(self)
        self.ui.rows.addWidget(self.empty)

    def _follow(self) -> Callable[[], None]:
        """Ask for rows' words again when something beside the rows changes."""
        replica = self._replica
        leaves = [
            replica.prescriptions.subscribe(self._glow),
            replica.items.subscribe(partial(self._refresh, _own_prescription)),
            replica.payments.subscribe(partial(self._refresh, _own_prescription)),
            replica.orders.subscribe(partial(self._refresh, _own_prescription)),
            replica.patients.subscribe(partial(self._refresh, self._of_patient)),
            replica.practitioners.subscribe(lambda _change: self.model.refresh()),
            replica.applied.add(lambda applied: self._choose_work() if applied.snapshot else None),
            self._context.desk.outbox.changed.add(
                lambda which: self.model.refresh(None if which is None else [which])
            ),
            self._context.desk.link.changed.add(lambda _status: self.model.refresh()),
        ]

        def leave() -> None:
            for each in leaves:
                each()

        return leave

    def _of_patient(self, patient: Patient) -> list[UUID]:
        return [each.id for each in self._replica.prescriptions.of(patient.id)]

    def _refresh(self, touched: Callable[[T], list[UUID]], change: Change[T]) -> None:
        view = self._view
        sorts = view.mine or view.sort is Sort.NAME  # these follow from more than the row itself
        if change.reset:
            self.model.refresh()
            if sorts:
                self._on_view()
            return
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        prescriptions = {row_id for row in rows for row_id in touched(row)}
        if sorts:
            self.model.look_again(prescriptions)
        else:
            self.model.refresh(prescriptions)

    def _glow(self, change: Change[Prescription]) -> None:
        changed = [*change.added, *(new for _, new in change.updated)]
        if len(changed) <= _GLOWING:
            for prescription in changed:
                self.ui.queue_list.glow.flash(prescription.id)

    def _begin(self) -> None:
        """Rows have come to a pane that is shown."""
        if self.isVisible():
            self._choose_work()

    def _choose_work(self) -> None:
        """Choose a row where the work begins, unless somebody has chosen one."""
        begun = self.selection.current is not None or bool(self.search.text())
        if begun or not self.count(first := self._first_lane()):
            return
        if first is not self.lane:
            self.show_lane(first)
            return
        self.selection.choose_first()
        if self.search.hasFocus():
            self.focus_rows()

    def _first_lane(self) -> Lane:
        """Where the work begins: the first lane with something to do."""
        return next((lane for lane in OPEN_LANES if self.count(lane)), Lane.UNPAID)

    def _show_chosen_lane(self) -> None:
        lane = self.lane
        if lane is Lane.REFUND:
            self.model.set_lane(self._accepting(lane), self._owing)
        else:
            self.model.set_lane(
                self._accepting(lane), partial(self.tally.rows_in, lane), name=(lane, self._view)
            )
        self._show_tabs()
        self._show_emptiness()
        self.counted.emit()

    @property
    def _view(self) -> QueueView:
        return self._kept.view

    def _accepting(self, lane: Lane) -> Callable[[Prescription], bool]:
        """Asks whether a prescription is listed in a lane as it is seen now."""
        lane_of, lets_through = self.lanes.lane_of, self._kept.lets_through
        if lane is Lane.REFUND:
            return lambda row: row.id in self._refunds and lets_through(row)
        if not self._view.filtered:
            return lambda row: lane_of(row) is lane
        return lambda row: lane_of(row) is lane and lets_through(row)

    def _list_cancelled(self) -> None:
        self.show_lane(Lane.CANCELLED)
        self.selection.choose_first()
        self.focus_rows()

    def _show_tabs(self) -> None:
        """Lanes beside the work are there while they hold something, or are looked at."""
        for lane in Lane:
            if lane not in KEYED_LANES:
                holds = bool(self.count(lane)) and lane is not Lane.CANCELLED
                self.tabs.set_shown(lane, holds or lane is self.lane)

    def _on_view(self) -> None:
        """Another order, or other rows are left out."""
        self.model.set_order(self._kept.order)
        if not self.search.text():
            self._show_chosen_lane()

    def _on_moved(self, prescription_ids: set[UUID]) -> None:
        self.tally.look_again(prescription_ids)
        self.model.look_again(prescription_ids)

    def _on_new_day(self) -> None:
        self.tally.recount()
        self.model.set_order(self._kept.order)  # whose turn it is changes at midnight
        if not self.search.text():
            self._show_chosen_lane()

    def _on_clock(self) -> None:
        self.lanes.look_at_clock()
        self.model.refresh()

    def _on_text(self, text: str) -> None:
        wanted = fold(text.strip())
        if not wanted:
            self._show_chosen_lane()
            return
        found = self._finding.find(wanted)
        self.model.set_lane(found.accepts, found.among)
        self._show_emptiness()
        self.counted.emit()

    def _owing(self) -> list[Prescription]:
        found = map(self._replica.prescriptions.get, self._refunds)
        return [row for row in found if row is not None]

    def _take_first(self) -> None:
        """Enter in the search field: what was found first is meant."""
        if self.model.rowCount():
            self.selection.choose_first()
            self.focus_rows()

    def _on_refunds(self) -> None:
        if self.lane is Lane.REFUND and not self.search.text():
            self._show_chosen_lane()
        self._show_counts()

    def _show_counts(self) -> None:
        for lane in Lane:
            self.tabs.set_count(lane, self.count(lane))
        self._show_tabs()
        self.counted.emit()

    def _show_emptiness(self) -> None:
        if self.model.rowCount():
            self.ui.rows.setCurrentWidget(self.ui.queue_list)
            return
        if self._replica.position is None:
            self.empty.say(
                "loader-circle",
                self.tr("Fetching the prescriptions"),
                self.tr("They appear here as soon as the server has sent them."),
            )
        elif not self.search.text() and self._view.filtered and self.count(self.lane):
            self.empty.say(
                "list-filter",
                self.tr("All of them are left out"),
                self.tr("Press F for another filter, or the words above to show all again."),
            )
        elif typed_code(self.search.text()) is not None:
            self.empty.say(
                "search",
                self.tr("Not on this desk"),
                self.tr("It may be older than what is kept here: Ctrl+K and the code asks the "
                        "server for it."),
            )  # fmt: skip
        elif self.search.text():
            self.empty.say(
                "search",
                self.tr("Nothing found"),
                self.tr("Search by name, telephone, patient number or prescription code."),
            )
        else:
            self.empty.say("inbox", *empty_words(self.lane))
        deserted = self.ui.queue_list.hasFocus()
        self.ui.rows.setCurrentWidget(self.empty)
        if deserted:
            self.deserted.emit()

    def _on_list_key(self, event: QKeyEvent) -> bool:
        """Enter goes on, "/" searches, F opens the view; others are the counter's or the list's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return True
        if event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            if event.key() == Qt.Key.Key_Slash:
                self.focus_search()
                return True
            if event.key() == Qt.Key.Key_F:
                self.view_menu.open()
                return True
        event.ignore()
        self.pressed.emit(event)
        if event.isAccepted():
            return True
        # Qt's own search by typing would jump about in the rows.
        return bool(event.text().isprintable() and event.text().strip())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._begin()  # rows may have come while it was hidden

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched in (self.ui.queue_list, self.empty):
                return self._on_list_key(event)
            if watched is self.search and event.key() == Qt.Key.Key_Down:
                self.focus_rows()
                return True
        return False


def _own_prescription(row: PrescriptionItem | Payment) -> list[UUID]:
    return [row.prescription_id]
