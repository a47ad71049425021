"""The page of the shelves: all of them at the left, one at the right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clinicdesk.contract.commands import AdjustStock, ReceiveStock, SetReorder
from clinicdesk.contract.entities import Medicine, StockLevel
from clinicdesk.core.clock import Now
from clinicdesk.core.collection import Change
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.labels import line
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.segmented_tabs import SegmentedTabs, Tab
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.models.row_list import RowListModel
from clinicdesk.desktop.models.selection import RowSelection
from clinicdesk.desktop.models.tally import Tally
from clinicdesk.desktop.wording import refusal_words
from clinicdesk.desktop.workspaces.shared.list_width import fit_list
from clinicdesk.desktop.workspaces.stock.shelf_pane import ShelfPane
from clinicdesk.desktop.workspaces.stock.shelf_rows import ShelfRows, ShelfTab
from clinicdesk.desktop.workspaces.stock.shelf_sheets import CountSheet, ReceiveSheet, ReorderSheet

if TYPE_CHECKING:
    from clinicdesk.core.scanning import ProductScan
    from clinicdesk.core.store.outbox_table import OutboxEntry
    from clinicdesk.desktop.models.medicine_names import MedicineNames
    from clinicdesk.desktop.workspace import Context

_LIST_WIDTH: Final = 412
_CLOCK_MS: Final = 30_000


class ShelvesPage(QWidget):
    """What lies where, what is low and what expires.

    Attributes:
        list: The shelves. pane: The one that is chosen.

    Signals:
        counted: The number of shelves that need somebody has changed.
        order_wanted: A medicine that should be ordered; None: whatever is low.
    """

    counted = Signal()
    order_wanted = Signal(object)

    def __init__(self, context: Context, names: MedicineNames, now: Now) -> None:
        super().__init__()
        self._context = context
        self._names = names
        self._now = now
        desk = context.desk
        replica = desk.replica
        self._rows = ShelfRows(replica.batches, names, desk.member.pharmacy_id, self._today)
        self._tab = ShelfTab.ALL
        self._day = self._today()
        self._low = Tally(replica.stock_levels, lambda row: self._rows.is_low(row) or None, self)
        self.search = SearchField(
            context.design, self.tr("Scan a pack, or search the shelves"), icon="scan-line",
            key="Ctrl+F",
        )  # fmt: skip
        self.tabs = SegmentedTabs(
            context.design,
            [
                Tab(ShelfTab.ALL, self.tr("All"), 0),
                Tab(ShelfTab.LOW, self.tr("Low"), 0),
                Tab(ShelfTab.EXPIRING, self.tr("Expiring"), 0),
            ],
        )
        self.list = RowList()
        self.list.setAccessibleName(self.tr("Shelves"))
        self.list.dress(context.design)
        self.model = RowListModel(
            replica.stock_levels,
            order=self._rows.order,
            content=self._rows.content,
            words=self._rows.words,
            lane=self._rows.accepts(self._tab),
            parent=self,
        )
        self.selection = RowSelection(self.list, self.model)
        self.pane = ShelfPane(context, self._rows, self._today, now)
        made = (context.design, context.tasks, desk.stock)
        self._receive = ReceiveSheet(*made, desk.clinic.currency, self.pane)
        self._count = CountSheet(*made, self.pane)
        self._reorder = ReorderSheet(*made, self.pane)
        self._sheets = (self._receive, self._count, self._reorder)
        for sheet in self._sheets:
            self.pane.sheet_row.addWidget(sheet)
            sheet.done.connect(self._tell)
            sheet.closed.connect(self._sheet_closed)
        self._nothing = EmptyState(context.design, "package", "")
        self._nothing.next_step.connect(lambda: self.order_wanted.emit(None))
        self._right = QStackedWidget()
        self._right.addWidget(self._nothing)
        self._right.addWidget(self.pane)
        self._lay_out()
        self._connect()
        self._refresh_later = QTimer(self, singleShot=True, interval=0)
        self._refresh_later.timeout.connect(self._refresh)
        self._clock = QTimer(self, interval=_CLOCK_MS)
        self._clock.timeout.connect(self._look_at_the_day)
        self._clock.start()
        self.destroyed.connect(self._follow())
        self._refresh()

    def needing(self) -> int:
        """How many shelves are low."""
        return self._low.count(True)

    def show_tab(self, tab: ShelfTab) -> None:
        """Show all, what is low, or what expires."""
        self.tabs.select(tab)

    def open_medicine(self, medicine_id: UUID) -> bool:
        """Show the shelf of a medicine; False when the pharmacy keeps none of it."""
        levels = self._context.desk.replica.stock_levels.of(medicine_id)
        ours = next((level for level in levels if self._rows.is_ours(level)), None)
        if ours is None:
            return False
        self.search.clear()
        if not self._rows.accepts(self._tab)(ours):
            self.tabs.select(ShelfTab.ALL)
        self.selection.choose(ours.id)
        self.focus_list()
        return True

    def take_scan(self, scan: ProductScan) -> bool:
        """A pack: what it says goes into the sheet that asks for it, else its shelf is shown."""
        if self._receive.isVisible():
            if not self._receive.take_scan(scan):
                self._tell(self.tr("That pack is of another medicine."), Tone.WARNING)
            return True
        if any(self.open_medicine(medicine.id) for medicine in scan.medicines):
            return True
        if scan.medicines:
            self._tell(self.tr("This pharmacy keeps no stock of it yet."), Tone.WARNING)
        return bool(scan.medicines)

    def mend(self, entry: OutboxEntry) -> bool:
        """Ask for what was refused again, as it was typed; False where there is no shelf for it."""
        command = entry.command
        batch = self._context.desk.replica.batches.get(command.aggregate_id)
        match command:
            case ReceiveStock(medicine_id=medicine_id) | SetReorder(medicine_id=medicine_id):
                pass
            case AdjustStock() if batch is not None:
                medicine_id = batch.medicine_id
            case _:
                return False
        if not self.open_medicine(medicine_id):
            return False
        self._context.tasks.start(
            self._context.desk.search.medicines_of([medicine_id]),
            doing=self.tr("opening the shelf"),
            on_done=lambda known: self._ask_again(entry, known.get(medicine_id)),
            of=self,
        )
        return True

    def receive(self) -> None:
        """Ask what came."""
        level = self.pane.level
        medicine = None if level is None else self._names.get(level.medicine_id)
        if level is not None and medicine is not None:
            batches = self._rows.batches_of(level)
            last = max(batches, key=lambda batch: batch.received_at, default=None)
            self._open(self._receive)
            self._receive.open_for(medicine, last.cost_minor if last else medicine.price_minor)

    def count(self) -> None:
        """Ask how much there is of the current batch."""
        batch = self.pane.current_batch
        if batch is None:
            self._tell(self.tr("There is no batch to count on this shelf."), Tone.WARNING)
        else:
            self._open(self._count)
            self._count.open_for(batch)

    def reorder(self) -> None:
        """Ask when it is ordered."""
        level = self.pane.level
        if level is not None:
            self._open(self._reorder)
            self._reorder.open_for(level, self._rows.name(level))

    def order(self) -> None:
        """Have it ordered."""
        if self.pane.level is not None:
            self.order_wanted.emit(self.pane.level.medicine_id)

    def focus_list(self) -> None:
        """On the shelves."""
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_again(self, entry: OutboxEntry, medicine: Medicine | None) -> None:
        command, level = entry.command, self.pane.level
        batch = self._context.desk.replica.batches.get(command.aggregate_id)
        match command:
            case ReceiveStock() if medicine is not None:
                self._open(self._receive)
                self._receive.open_again(medicine, command)
                self._receive.say_why(self._why(entry))
            case AdjustStock() if batch is not None:
                self._open(self._count)
                self._count.open_again(batch, command)
                self._count.say_why(self._why(entry))
            case SetReorder() if level is not None and level.medicine_id == command.medicine_id:
                self._open(self._reorder)
                self._reorder.open_again(level, self._rows.name(level), command)
                self._reorder.say_why(self._why(entry))

    def _why(self, entry: OutboxEntry) -> str:
        refusal = entry.refusal
        return "" if refusal is None else refusal_words(entry.command, refusal, self._context.zone)

    def _sheet_closed(self) -> None:
        if all(sheet.isHidden() for sheet in self._sheets):
            self.pane.action_bar.show()
            self.focus_list()

    def _open(self, wanted: QWidget) -> None:
        self.pane.action_bar.hide()
        for sheet in self._sheets:
            if sheet is not wanted:
                sheet.leave()

    def _tell(self, text: str, tone: Tone = Tone.SUCCESS) -> None:
        if text:
            self._context.toast(text, tone)

    def _lay_out(self) -> None:
        self._left = QFrame()
        self._left.setProperty("pane", "surface")
        self._left.setProperty("edge", "right")
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 12, 1, 0)
        column.setSpacing(10)
        for part in (self.search, self.tabs):
            inset = QHBoxLayout()
            inset.setContentsMargins(14, 0, 13, 0)
            inset.addWidget(part)
            column.addLayout(inset)
        rows = QVBoxLayout()
        rows.setSpacing(0)
        rows.addWidget(line())
        rows.addWidget(self.list, 1)
        column.addLayout(rows, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left)
        row.addWidget(self._right, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(self.model.set_text)
        self.search.left.connect(self.focus_list)
        self.search.returnPressed.connect(self._take_first)
        self.tabs.selected.connect(self._choose_tab)
        self.selection.chosen.connect(lambda _row: self._refresh())
        self._low.changed.connect(self.counted)
        self._names.changed.connect(self._names_came)
        self.pane.receive_wanted.connect(self.receive)
        self.pane.count_wanted.connect(self.count)
        self.pane.reorder_wanted.connect(self.reorder)
        self.pane.order_wanted.connect(self.order)
        for keys, run in (
            ("F2", self.receive), ("F3", self.count), ("F4", self.reorder), ("F5", self.order),
            ("Ctrl+F", self.search.setFocus),
        ):  # fmt: skip
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def _follow(self) -> Callable[[], None]:
        replica = self._context.desk.replica
        leaves = [
            replica.stock_levels.subscribe(self._on_rows),
            replica.batches.subscribe(self._on_batches),
        ]

        def leave() -> None:
            for each in leaves:
                each()

        return leave

    def _on_rows(self, _change: Change[Any]) -> None:
        self._refresh_later.start()

    def _on_batches(self, change: Change[Any]) -> None:
        # A batch is told before or after its shelf; either way the shelf's row says something else.
        touched = {row.medicine_id for row in (*change.added, *change.removed)}
        touched |= {new.medicine_id for _, new in change.updated}
        levels = self._context.desk.replica.stock_levels
        rows = [level.id for medicine in touched for level in levels.of(medicine)]
        if change.reset:
            self._low.recount()
        else:
            self._low.look_again(rows)
        self.model.refresh(None if change.reset else rows)
        self._refresh_later.start()

    def _look_at_the_day(self) -> None:
        """At midnight something may expire by itself."""
        if (today := self._today()) != self._day:
            self._day = today
            self._low.recount()
            self.model.set_lane(self._rows.accepts(self._tab))
            self.model.refresh()
            self._refresh()

    def _names_came(self) -> None:
        self.model.refresh()
        self.model.set_order(self._rows.order)
        self._refresh_later.start()

    def _choose_tab(self, key: str) -> None:
        self._tab = ShelfTab(key)
        self.model.set_lane(self._rows.accepts(self._tab))
        self.selection.choose_first()

    def _take_first(self) -> None:
        self.selection.choose_first()
        self.focus_list()

    def _today(self) -> date:
        return self._now().astimezone(self._context.zone).date()

    def _refresh(self) -> None:
        levels = [row for row in self._context.desk.replica.stock_levels.values()
                  if self._rows.is_ours(row)]  # fmt: skip
        self.tabs.set_count(ShelfTab.ALL, len(levels))
        self.tabs.set_count(ShelfTab.LOW, self._low.count(True))
        self.tabs.set_count(ShelfTab.EXPIRING, sum(map(self._rows.is_expiring, levels)))
        if self.selection.current is None:
            self.selection.choose_first()
        level: StockLevel | None = self._context.desk.replica.stock_levels.get(
            self.selection.current
        )
        if level is None:
            self._say_nothing(bool(levels))
        else:
            self.pane.show_level(level, self._names.get(level.medicine_id))
        self._right.setCurrentWidget(self._nothing if level is None else self.pane)

    def _say_nothing(self, some: bool) -> None:
        if some:
            self._nothing.say(
                "package", self.tr("Choose a shelf"), self.tr("Its batches are shown.")
            )
        else:
            self._nothing.say(
                "package",
                self.tr("No stock is kept yet"),
                self.tr("Receive an order from a supplier, and its medicines lie here."),
                self.tr("New order to a supplier"),
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        fit_list(self._left, self.width(), _LIST_WIDTH)
        super().resizeEvent(event)
