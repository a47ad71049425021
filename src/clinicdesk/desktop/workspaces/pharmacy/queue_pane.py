"""The queue at the left: lanes with their counts, a search over all of them, the rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from clinicdesk.contract.entities import Patient, Payment, Prescription, PrescriptionItem, Row
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Change
from clinicdesk.core.folding import fold
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.segmented_tabs import SegmentedTabs, Tab
from clinicdesk.desktop.forms.pharmacy_queue import Ui_PharmacyQueue
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.models.tally import Tally
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.pharmacy.counters import Counters
from clinicdesk.desktop.workspaces.pharmacy.lanes import (
    OPEN_LANES,
    Lane,
    empty_words,
    in_lane,
    lane_of,
    lane_word,
    order,
    order_word,
)
from clinicdesk.desktop.workspaces.pharmacy.queue_rows import QueueRows
from clinicdesk.desktop.workspaces.pharmacy.refunds_due import RefundsDue
from clinicdesk.desktop.workspaces.shared.traced_rows import dress_rows

T = TypeVar("T", bound=Row)

_FOUND_PATIENTS = 100
_CODE_MARK = re.compile("^RX-?")
_SHORTEST_CODE = 2  # with fewer letters thousands of codes would do, and none is meant yet
_GLOWING = 50
_CLOCK_MS = 30_000


class QueuePane(QFrame):
    """Lists the prescriptions of this pharmacy.

    A text in the search field looks in all lanes at once: who stands at the counter does not know
    in which one they are. Choosing a lane leaves the search.

    Signals:
        chosen: Another prescription is chosen: identifier, or None.
        entered: Enter was pressed on a row: go on with its lines.
        counted: Some lane has another count.
    """

    chosen = Signal(object)
    entered = Signal()
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
        self._make_controls()
        self.tally: Tally[Prescription] = Tally(self._replica.prescriptions, lane_of, self)
        first = self._first_lane()
        rows = QueueRows(context.desk, refunds, counters, context.zone, now, parent=self)
        self.model: RowListModel[Prescription] = RowListModel(
            self._replica.prescriptions,
            order=order,
            content=rows.content,
            words=rows.words,
            lane=in_lane(first),
            parent=self,
        )
        dress_rows(self.ui.queue_list, context.design, context.painted)
        self.ui.queue_list.installEventFilter(self)
        self.selection = RowSelection(self.ui.queue_list, cast("RowListModel[Row]", self.model))
        self.selection.chosen.connect(self.chosen)
        self.tally.changed.connect(self._show_counts)
        refunds.changed.connect(self._on_refunds)
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
        self._clock.timeout.connect(self.model.refresh)
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
            self.show_lane(lane_of(prescription) or Lane.UNPAID)
        self.selection.choose(prescription.id)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def focus_rows(self) -> None:
        """Put the keyboard on the rows, with one chosen; without rows on the search."""
        if self.selection.current is None:
            self.selection.choose_first()
        rows = self.ui.queue_list if self.model.rowCount() else self.search
        rows.setFocus(Qt.FocusReason.OtherFocusReason)

    def say_state(self, freshness: str) -> None:
        """Show in which order the rows stand, and how fresh they are."""
        ordered = self.tr("found in all lanes") if self.search.text() else order_word(self.lane)
        self.ui.queue_state.setText(f"{ordered} · {freshness}" if freshness else ordered)

    def _make_controls(self) -> None:
        design = self._context.design
        self.search = SearchField(design, self.tr("Name, code, phone, number"), key="Ctrl+F")
        self.search.setObjectName("queue_search")
        self.search.textChanged.connect(self._on_text)
        self.search.returnPressed.connect(self._take_first)
        self.search.left.connect(self.focus_rows)
        self.search.installEventFilter(self)
        self.ui.search_row.addWidget(self.search)
        self.tabs = SegmentedTabs(design, [Tab(lane, lane_word(lane), 0) for lane in Lane])
        self.tabs.setObjectName("queue_lanes")
        self.ui.tabs_row.addWidget(self.tabs)
        self.empty = EmptyState(design, "inbox", "")
        self.empty.setObjectName("queue_empty")
        self.ui.rows.addWidget(self.empty)

    def _follow(self) -> Callable[[], None]:
        """Ask for rows' words again when something beside the rows changes."""
        replica = self._replica
        leaves = [
            replica.prescriptions.subscribe(self._glow),
            replica.items.subscribe(partial(self._refresh, _own_prescription)),
            replica.payments.subscribe(partial(self._refresh, _own_prescription)),
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
        if change.reset:
            self.model.refresh()
            return
        rows = (*change.added, *change.removed, *(new for _, new in change.updated))
        self.model.refresh({row_id for row in rows for row_id in touched(row)})

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
            self.model.set_lane(lambda row: row.id in self._refunds, self._owing)
        else:
            self.model.set_lane(in_lane(lane), partial(self.tally.rows_in, lane), name=lane)
        self._show_emptiness()
        self.counted.emit()

    def _on_text(self, text: str) -> None:
        wanted = fold(text.strip())
        if not wanted:
            self._show_chosen_lane()
            return
        hits = self._context.desk.search.patients(wanted, _FOUND_PATIENTS)
        patients = {hit.patient.id for hit in hits}

        # A code has a digit, or is said to be one: only then all codes have to be looked at.
        as_code = not patients or wanted.startswith("rx") or any(map(str.isdigit, wanted))
        code = _CODE_MARK.sub("", wanted.upper()) if as_code else ""
        if len(code) < _SHORTEST_CODE:
            code = ""

        def found(row: Prescription) -> bool:
            fits = row.patient_id in patients or (code and code in row.code)
            return bool(fits) and row.signed_at is not None

        self.model.set_lane(found, partial(self._candidates, patients, code))
        self._show_emptiness()
        self.counted.emit()

    def _owing(self) -> list[Prescription]:
        found = map(self._replica.prescriptions.get, self._refunds)
        return [row for row in found if row is not None]

    def _candidates(self, patients: set[UUID], code: str) -> list[Prescription]:
        """The prescriptions of these patients, and those whose code has `code` in it, if given."""
        rows = self._replica.prescriptions
        found = {row.id: row for patient_id in patients for row in rows.of(patient_id)}
        if code:
            found.update((row.id, row) for row in rows.values() if code in row.code)
        return list(found.values())

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
        elif self.search.text():
            self.empty.say(
                "search",
                self.tr("Nothing found"),
                self.tr("Search by name, telephone, patient number or prescription code."),
            )
        else:
            self.empty.say("inbox", *empty_words(self.lane))
        self.ui.rows.setCurrentWidget(self.empty)

    def _on_list_key(self, event: QKeyEvent) -> bool:
        """Letters search, Enter goes on; anything else is the list's own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return True
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
        )  # fmt: skip
        if plain and event.text().isprintable() and event.text().strip():
            self.focus_search()
            self.search.setText(event.text())
            return True
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._begin()  # rows may have come while it was hidden

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.ui.queue_list:
                return self._on_list_key(event)
            if watched is self.search and event.key() == Qt.Key.Key_Down:
                self.focus_rows()
                return True
        return False


def _own_prescription(row: PrescriptionItem | Payment) -> list[UUID]:
    return [row.prescription_id]
