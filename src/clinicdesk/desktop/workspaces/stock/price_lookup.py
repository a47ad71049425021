"""What a medicine costs here: typed or scanned at the left, its prices at the right.

With nothing typed the medicines on the shelves are listed. Whatever is typed is looked up in the
lists on this computer, so it is there at once, and without a server.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clinicdesk.contract.commands import SetPrice
from clinicdesk.core.clock import Now
from clinicdesk.core.scanning import ProductScan
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.design.button import Button
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.empty_state import EmptyState
from clinicdesk.desktop.design.labels import line
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.tokens import TextRole, Tone
from clinicdesk.desktop.models.found_rows import FoundRows
from clinicdesk.desktop.models.medicine_names import medicine_title
from clinicdesk.desktop.wording import moment_text, money
from clinicdesk.desktop.workspaces.shared.list_width import fit_list
from clinicdesk.desktop.workspaces.stock.price_finder import Answer, Found, PriceFinder, Prices
from clinicdesk.desktop.workspaces.stock.price_pane import PricePane
from clinicdesk.desktop.workspaces.stock.price_sheet import Asked, PriceSheet

if TYPE_CHECKING:
    from clinicdesk.desktop.workspace import Context

_LIST_WIDTH: Final = 412
_PAUSE_MS: Final = 20
"""Between the last letter and the look-up: a scanner's letters come faster."""
_SETTLE_MS: Final = 250
"""While a list is being fetched, page after page, it is not looked up anew for each of them."""


class PriceLookup(QWidget):
    """Type, see the price; F2 sets another.

    Attributes:
        search: Where one types. list: What was found. pane: The one that is chosen.
        sheet: Asks for another price.

    Signals:
        import_wanted: A file of prices is to be read.
    """

    import_wanted = Signal()

    def __init__(self, context: Context, now: Now) -> None:
        super().__init__()
        self._context = context
        self._now = now
        self._desk = context.desk
        self._finder = PriceFinder(context.desk, self._today)
        self._chosen: UUID | None = None
        self._shown: Prices | None = None
        self._give_up: Callable[[], None] | None = None
        self._looking = False
        self._is_old = True
        self._then: Callable[[], None] | None = None
        self._scan: ProductScan | None = None
        design = context.design
        self.search = SearchField(
            design,
            self.tr("Scan a pack, or type a medicine or its code"),
            icon="scan-line",
            key="Ctrl+F",
        )
        self.list = RowList()
        self.list.setAccessibleName(self.tr("Medicines with their prices"))
        self.list.dress(design)
        self.model = FoundRows()
        self.list.setModel(self.model)
        self.pane = PricePane(context)
        self.sheet = PriceSheet(design, context.tasks, self._desk.pricing, self._today, self.pane)
        self.pane.sheet_row.addWidget(self.sheet)
        self._list_name = ElidedLabel(design, "", TextRole.STRONG)
        self._list_facts = ElidedLabel(design, "", TextRole.SECONDARY, "second")
        self.open_button = Button()
        self.open_button.setText(self.tr("Import…"))
        self.open_button.setToolTip(self.tr("Read a price list from a file"))
        self.open_button.dress(design, icon="file-text", key="Ctrl+O", compact=True)
        self._nothing = EmptyState(design, "receipt", "")
        self._right = QStackedWidget()
        self._right.addWidget(self._nothing)
        self._right.addWidget(self.pane)
        self._typed = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._changed = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._lay_out()
        self._connect()
        self.destroyed.connect(self._follow())
        self._say_list()

    @property
    def shown(self) -> Prices | None:
        """The medicine at the right."""
        return self._shown

    def focus_start(self) -> None:
        """Where one types."""
        if not self.sheet.isVisible():
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
            self.search.selectAll()

    def open_medicine(self, medicine_id: UUID) -> None:
        """Show a medicine whatever is typed."""
        self._forget_typed()
        self._chosen = medicine_id
        self.look_up()

    def take_scan(self, scan: ProductScan) -> bool:
        """Show what a pack costs; while a price is asked for, only that medicine's."""
        if not scan.medicines:
            return False
        if self.sheet.isVisible():
            if self._chosen not in {medicine.id for medicine in scan.medicines}:
                text = self.tr("That pack is of another medicine. Nothing of the price is lost.")
                self._context.toast(text, Tone.WARNING, of_scan=True)
            return True
        self._forget_typed()
        self._scan = scan
        self._start(self._finder.scanned(scan.medicines))
        return True

    def mend(self, entry: OutboxEntry) -> bool:
        """Ask for a refused price again, as it was typed."""
        command = entry.command
        if not isinstance(command, SetPrice):
            return False
        self._forget_typed()
        self._chosen = command.medicine_id

        def ask(prices: Prices | None) -> None:
            self._show_prices(prices)
            if prices is not None:
                self._ask_again(command)

        self._context.tasks.start(
            self._finder.prices(command.medicine_id),
            doing=self.tr("looking up the price"), on_done=ask, of=self,
        )  # fmt: skip
        return True

    def new_price(self) -> None:
        """Ask for a price from today on; of what is being looked up, once it is shown."""
        shown = self._shown
        if self._is_looking:
            self._then = self.new_price
        elif shown is not None and self._may(shown):
            self._ask(Asked(shown.now_minor, self._today()))

    def correct(self) -> None:
        """Ask for another price in the place of the one where the keyboard is."""
        shown = self._shown
        if self._is_looking:
            self._then = self.correct
            return
        if shown is None or not self._may(shown):
            return
        span = self.pane.current_span
        if span is None:
            self._ask(Asked(shown.now_minor, self._today()))
        else:
            ends = span.effective_until
            self._ask(Asked(span.price_minor, span.effective_from, ends, correcting=True))

    def look_up(self) -> None:
        """Look again for what is typed, or what was scanned."""
        self._is_old = False
        if self._scan is not None:
            self._start(self._finder.scanned(self._scan.medicines))
        else:
            self._start(self._finder.find(self.search.text(), self._chosen))

    @property
    def _is_looking(self) -> bool:
        """Whether what is shown is about to be something else."""
        return self._looking or self._typed.isActive()

    def _start(self, work: Coroutine[Any, Any, Answer]) -> None:
        if self._give_up is not None:
            self._give_up()
        self._looking = True
        self._give_up = self._context.tasks.start(
            work, doing=self.tr("looking up the price"), on_done=self._show,
            on_problem=self._on_problem, of=self,
        )  # fmt: skip

    def _on_problem(self, sentence: str) -> None:
        self._looking, self._then = False, None
        self._context.toast(sentence, Tone.DANGER)

    def _show(self, answer: Answer) -> None:
        self._looking = False
        self._chosen = None if answer.chosen is None else answer.chosen.medicine.id
        self.model.show_rows([(each.medicine.id, self._row(each)) for each in answer.found])
        place = self.model.place_of(self._chosen)
        index = QModelIndex() if place is None else self.model.index(place)
        if index != self.list.currentIndex():
            self.list.setCurrentIndex(index)
        self._show_prices(answer.chosen)
        self._say_nothing()
        then, self._then = self._then, None
        if then is not None:
            then()

    def _show_prices(self, prices: Prices | None) -> None:
        shown = self._shown
        if shown is None or prices is None or prices.medicine.id != shown.medicine.id:
            self.sheet.leave()  # it is never about another medicine than the one above it
        self._shown = prices
        self._chosen = None if prices is None else prices.medicine.id
        if prices is not None:
            self.pane.show_prices(prices)
        self._right.setCurrentWidget(self._nothing if prices is None else self.pane)

    def _row(self, found: Found) -> RowContent:
        medicine = found.medicine
        parts = (medicine.brand, medicine.manufacturer)
        own = found.listed_minor is not None
        return RowContent(
            key=medicine.id,
            primary=medicine_title(medicine),
            secondary=" · ".join(part for part in parts if part) or medicine.code,
            pill=Pill(money(found.price_minor, medicine.currency)),
            status="" if own else self.tr("Formulary"),
            status_tone=Tone.NEUTRAL,
        )

    def _say_nothing(self) -> None:
        typed = self.search.text().strip()
        if self.model.rowCount():
            return
        if typed:
            text = self.tr("Nothing is called “%1”").replace("%1", typed)
            self._nothing.say(
                "circle-help", text, self.tr("Look at the spelling, or scan its pack.")
            )
        else:
            self._nothing.say(
                "receipt",
                self.tr("What does it cost?"),
                self.tr("Type the name of a medicine, or scan a pack: its price is shown here."),
            )

    def _choose(self, index: QModelIndex) -> None:
        medicine_id = self.model.id_at(index.row())
        if medicine_id is None or medicine_id == self._chosen:
            return
        self._chosen = medicine_id
        self.look_up()

    def _may(self, shown: Prices) -> bool:
        if shown.why_not:
            self._context.toast(shown.why_not, Tone.WARNING)
        return not shown.why_not

    def _ask(self, asked: Asked) -> None:
        if self._shown is not None:
            self.pane.action_bar.hide()
            self.sheet.open_for(self._shown.medicine, asked, self._shown.now_minor)

    def _ask_again(self, command: SetPrice) -> None:
        self._ask(Asked(command.price_minor, command.effective_from, command.effective_until, True))

    def _on_refused(self) -> None:
        refused = None if self._shown is None else self._shown.refused
        if refused is not None and isinstance(refused.command, SetPrice):
            self._ask_again(refused.command)

    def _sheet_closed(self) -> None:
        self.pane.action_bar.show()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_done(self, said: str) -> None:
        self._context.toast(said, Tone.SUCCESS)
        self.look_up()

    def _on_typed(self, _text: str) -> None:
        self._scan = None
        self._chosen = None
        self._then = None
        self.sheet.leave()
        self._typed.start()

    def _forget_typed(self) -> None:
        self.search.blockSignals(True)  # nobody typed: what is looked up is said by the caller
        self.search.clear()
        self.search.blockSignals(False)
        self._scan = None

    def _to_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_typed)
        self.search.returnPressed.connect(self._to_list)
        self.search.left.connect(self._to_list)
        self.search.installEventFilter(self)
        self._typed.timeout.connect(self.look_up)
        self._changed.timeout.connect(self.look_up)
        self.list.selectionModel().currentChanged.connect(lambda now, _old: self._choose(now))
        self.list.activated.connect(lambda _index: self.pane.table.setFocus())
        self.pane.table.activated.connect(lambda _index: self.correct())
        back = QShortcut(QKeySequence("Esc"), self.pane.table)
        back.setContext(Qt.ShortcutContext.WidgetShortcut)
        back.activated.connect(self._to_list)
        self.pane.new_wanted.connect(self.new_price)
        self.pane.correct_wanted.connect(self.correct)
        self.pane.refusal_wanted.connect(self._on_refused)
        self.sheet.closed.connect(self._sheet_closed)
        self.sheet.done.connect(self._on_done)
        self.open_button.clicked.connect(self.import_wanted)
        for keys, run in (
            ("F2", self.new_price), ("F3", self.correct), ("Ctrl+F", self.focus_start),
        ):  # fmt: skip
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)

    def _follow(self) -> Callable[[], None]:
        desk = self._desk
        leaves = (
            desk.replica.price_lists.subscribe(lambda _change: self._say_list()),
            desk.replica.stock_levels.subscribe(lambda _change: self._later()),
            desk.outbox.changed.add(lambda _which: self._later()),
            desk.prices.changed.add(lambda _page: self._later()),
            desk.formulary.changed.add(lambda _page: self._later()),
        )

        def leave() -> None:
            for each in leaves:
                each()

        return leave

    def _later(self) -> None:
        """What is shown may be old; while nobody sees it, it is looked up when it is seen again."""
        if not self.isVisible():
            self._is_old = True
        elif not self._changed.isActive():
            self._changed.start()

    def _today(self) -> date:
        return self._now().astimezone(self._context.zone).date()

    def _say_list(self) -> None:
        pharmacy_id = self._desk.member.pharmacy_id
        listed = None if pharmacy_id is None else self._desk.pricing.list_of(pharmacy_id)
        if listed is None:
            self._list_name.set_text(self.tr("No price list"))
            self._list_facts.set_text(self.tr("The formulary's prices hold."))
            return
        self._list_name.set_text(listed.name)
        text = self.tr("%Ln price(s), changed %1", "", listed.price_count)
        when = moment_text(listed.updated_at, self._context.zone, self._now())
        self._list_facts.set_text(text.replace("%1", when))

    def _lay_out(self) -> None:
        self._left = QFrame()
        self._left.setProperty("pane", "surface")
        self._left.setProperty("edge", "right")
        field = QHBoxLayout()
        field.setContentsMargins(14, 0, 13, 0)
        field.addWidget(self.search)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._list_name)
        words.addWidget(self._list_facts)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 10, 13, 10)
        foot.setSpacing(10)
        foot.addLayout(words, 1)
        foot.addWidget(self.open_button)
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 12, 1, 0)
        column.setSpacing(0)
        column.addLayout(field)
        column.addSpacing(12)
        column.addWidget(line())
        column.addWidget(self.list, 1)
        column.addWidget(line())
        column.addLayout(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._left)
        row.addWidget(self._right, 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Down and Up move through what was found while one goes on typing.
        if watched is self.search and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and event.type() == QEvent.Type.KeyPress:
                place = self.list.currentIndex().row() + step
                if 0 <= place < self.model.rowCount():
                    self.list.setCurrentIndex(self.model.index(place))
                return True
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_old:
            self.look_up()

    def hideEvent(self, event: QHideEvent) -> None:
        self._typed.stop()
        self._changed.stop()
        self._is_old = True
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        fit_list(self._left, self.width(), _LIST_WIDTH)
        super().resizeEvent(event)
