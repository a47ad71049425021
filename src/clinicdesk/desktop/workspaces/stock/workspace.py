"""The pharmacist's shelves, the orders that fill them, and the prices."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clinicdesk.contract.commands import (
    AdjustStock,
    ReceiveGoods,
    ReceiveStock,
    ReviseSupplyOrder,
    SetPrice,
    SetReorder,
    WriteSupplier,
    WriteSupplyOrder,
)
from clinicdesk.contract.entities import Formulary
from clinicdesk.core.clock import Now, utc_now
from clinicdesk.core.collection import Change
from clinicdesk.core.scanning import ProductScan
from clinicdesk.desktop.design.button import Button
from clinicdesk.desktop.design.labels import label, line
from clinicdesk.desktop.design.segmented_tabs import SegmentedTabs, Tab
from clinicdesk.desktop.design.tokens import SPACE_4, TextRole
from clinicdesk.desktop.models.medicine_names import MedicineNames
from clinicdesk.desktop.printing.desk_printing import REGISTERS_KEY, DeskPrinting
from clinicdesk.desktop.workspace import Context, Hint, NamedAction, Workspace
from clinicdesk.desktop.workspaces.stock.orders import OrdersPage
from clinicdesk.desktop.workspaces.stock.prices import PricesPage
from clinicdesk.desktop.workspaces.stock.served_bar import ServedBar
from clinicdesk.desktop.workspaces.stock.shelf_rows import ShelfTab
from clinicdesk.desktop.workspaces.stock.shelves import ShelvesPage

if TYPE_CHECKING:
    from clinicdesk.core.scanning import Scanned
    from clinicdesk.core.store.outbox_table import OutboxEntry


class Page(StrEnum):
    """The pages, in the order of the tabs."""

    SHELVES = "shelves"
    ORDERS = "orders"
    PRICES = "prices"


class StockWorkspace(Workspace):
    """Three pages under one row of tabs.

    Attributes:
        shelves, orders, prices: The pages. served: Whom goods that came have served.
    """

    key = "stock"
    icon = "package"
    opens = frozenset({"medicine", "supply_order", "batch", "stock_level", "price_list"})

    def __init__(self, context: Context, now: Now = utc_now) -> None:
        super().__init__()
        self._context = context
        self._counted = 0
        desk = context.desk
        self._names = MedicineNames(desk, context.tasks, self)
        self.shelves = ShelvesPage(context, self._names, now)
        self.orders = OrdersPage(context, self._names, now)
        self.prices = PricesPage(context, now)
        self.tabs = SegmentedTabs(
            context.design,
            [
                Tab(Page.SHELVES, self.tr("Shelves"), icon="package"),
                Tab(Page.ORDERS, self.tr("Orders"), icon="truck"),
                Tab(Page.PRICES, self.tr("Prices"), icon="receipt"),
            ],
        )
        self._pages: dict[Page, QWidget] = {
            Page.SHELVES: self.shelves, Page.ORDERS: self.orders, Page.PRICES: self.prices,
        }  # fmt: skip
        self.served = ServedBar(context.design, desk.replica, self)
        self.served.wanted.connect(partial(context.go, "prescription"))
        self.served.appeared.connect(self._turn_to_served)
        self.served.left.connect(self.focus_start)
        self._stack = QStackedWidget()
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._lay_out()
        self.tabs.selected.connect(self._show_page)
        self.shelves.counted.connect(self._count)
        self.orders.counted.connect(self._count)
        self.shelves.order_wanted.connect(self._order)
        self.prices.turned.connect(self.hints_changed)
        self.destroyed.connect(desk.replica.formularies.subscribe(self._on_formulary))
        for place, key in enumerate(Page, start=1):
            shortcut = QShortcut(QKeySequence(f"Alt+{place}"), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._turn_to, key))
        self._count()

    def title(self) -> str:
        """See Workspace."""
        return self.tr("Stock")

    def hints(self) -> list[Hint]:
        """The keys of the page that is shown."""
        pages = Hint(("Alt+1–3",), self.tr("pages"))
        match Page(self.tabs.current):
            case Page.SHELVES:
                return [
                    Hint(("F2",), self.tr("receive")),
                    Hint(("F3",), self.tr("count")),
                    Hint(("F4",), self.tr("when to order")),
                    Hint(("F5",), self.tr("order")),
                    Hint(("Ctrl+F",), self.tr("search")),
                    pages,
                ]
            case Page.ORDERS:
                return [
                    Hint(("Ctrl+N",), self.tr("new order")),
                    Hint(("F5",), self.tr("send to supplier")),
                    Hint(("Ctrl+P",), self.tr("print")),
                    Hint(("F2",), self.tr("receive")),
                    Hint(("F9",), self.tr("close")),
                    Hint(("F7",), self.tr("suppliers")),
                    pages,
                ]
            case Page.PRICES if self.prices.is_importing:
                return [
                    Hint(("Ctrl+O",), self.tr("open another")),
                    Hint(("Esc",), self.tr("put it away")),
                    pages,
                ]
            case Page.PRICES:
                return [
                    Hint(("Up", "Down"), self.tr("move")),
                    Hint(("Enter",), self.tr("its prices")),
                    Hint(("F2",), self.tr("new price")),
                    Hint(("F3",), self.tr("correct")),
                    Hint(("Ctrl+F",), self.tr("search")),
                    Hint(("Ctrl+O",), self.tr("open a price list")),
                    pages,
                ]

    def named_actions(self) -> list[NamedAction]:
        """What can be done by name."""
        return [
            NamedAction(self.tr("New order to a supplier"), "truck", self._new_order, "Ctrl+N"),
            NamedAction(self.tr("Suppliers"), "truck", self._show_suppliers, "F7"),
            NamedAction(self.tr("New supplier"), "truck", self._new_supplier, "F3"),
            NamedAction(self.tr("What is low"), "package", lambda: self.show_place("low")),
            NamedAction(self.tr("What expires"), "package", lambda: self.show_place("expiring")),
            NamedAction(self.tr("Price of a medicine"), "receipt", self._look_up_price),
            NamedAction(self.tr("Import a price list"), "receipt", self._import_prices),
        ]

    def counter(self) -> int:
        """Shelves that are low."""
        return self._counted

    def counter_words(self, count: int) -> str:
        """See Workspace."""
        return self.tr("%n medicine(s) to order", "", count)

    def open_thing(self, kind: str, thing: UUID) -> bool:
        """Show the shelf of a medicine, or an order."""
        replica = self._context.desk.replica
        if kind == "supply_order":
            shown = self.orders.open_order(thing)
            return shown and self._turn_to(Page.ORDERS)
        if kind == "price_list":
            return self._turn_to(Page.PRICES)
        if kind == "batch" and (batch := replica.batches.get(thing)) is not None:
            thing = batch.medicine_id
        if kind == "stock_level" and (level := replica.stock_levels.get(thing)) is not None:
            thing = level.medicine_id
        return (
            kind in self.opens
            and self.shelves.open_medicine(thing)
            and (self._turn_to(Page.SHELVES))
        )

    def mend(self, entry: OutboxEntry) -> bool:
        """Ask for what was refused again, as it was typed."""
        match entry.command:
            case SetPrice():
                return self._turn_to(Page.PRICES) and self.prices.mend(entry)
            case ReceiveStock() | AdjustStock() | SetReorder():
                return self._turn_to(Page.SHELVES) and self.shelves.mend(entry)
            case ReceiveGoods() | WriteSupplyOrder() | ReviseSupplyOrder() | WriteSupplier():
                return self._turn_to(Page.ORDERS) and self.orders.mend(entry)
        return False

    def show_place(self, place: str) -> None:
        """A page, or a tab of the shelves."""
        if place in set(ShelfTab):
            self.shelves.show_tab(ShelfTab(place))
            place = Page.SHELVES
        self._turn_to(Page(place))

    def take_scan(self, scanned: Scanned) -> bool:
        """A pack, for the page that is shown."""
        if not isinstance(scanned, ProductScan):
            return False
        page = Page(self.tabs.current)
        if page is Page.ORDERS and self.orders.take_scan(scanned):
            return True
        if page is Page.PRICES and self.prices.take_scan(scanned):
            return True
        return self.shelves.take_scan(scanned) and self._turn_to(Page.SHELVES)

    def focus_start(self) -> None:
        """On the list of the page."""
        match Page(self.tabs.current):
            case Page.SHELVES:
                self.shelves.focus_list()
            case Page.ORDERS:
                self.orders.focus_list()
            case Page.PRICES:
                self.prices.focus_start()

    def _lay_out(self) -> None:
        bar = QFrame()
        bar.setProperty("pane", "surface")
        head = QHBoxLayout(bar)
        head.setContentsMargins(14, 10, 14, 10)
        head.setSpacing(SPACE_4)
        head.addWidget(label(self.tr("Stock"), TextRole.TITLE))
        head.addWidget(self.tabs)
        head.addStretch(1)
        head.addWidget(self._registers_button())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(line())
        column.addWidget(self.served)
        column.addWidget(self._stack, 1)

    def _registers_button(self) -> Button:
        """Where a pharmacist looks for them: beside what they count."""
        printing = DeskPrinting(self._context, self)
        button = Button()
        button.setText(self.tr("Registers"))
        button.setObjectName("stock_registers")
        button.dress(self._context.design, icon="file-text", key=REGISTERS_KEY)
        button.clicked.connect(printing.open_registers)
        return button

    def _turn_to_served(self) -> None:
        """Enter opens what can go on now, unless somebody is typing."""
        if self.shelves.list.hasFocus() or self.orders.list.hasFocus():
            self.served.button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _turn_to(self, page: Page) -> bool:
        self.tabs.select(page)
        return True

    def _show_page(self, key: str) -> None:
        self._stack.setCurrentWidget(self._pages[Page(key)])
        self.focus_start()
        self.hints_changed.emit()

    def _order(self, medicine_id: UUID | None) -> None:
        self._turn_to(Page.ORDERS)
        self.orders.new_order(medicine_id)

    def _new_order(self) -> None:
        self._turn_to(Page.ORDERS)
        self.orders.new_order()

    def _show_suppliers(self) -> None:
        self._turn_to(Page.ORDERS)
        self.orders.show_suppliers()

    def _new_supplier(self) -> None:
        self._turn_to(Page.ORDERS)
        self.orders.new_supplier()

    def _look_up_price(self) -> None:
        self._turn_to(Page.PRICES)
        self.prices.focus_start()

    def _import_prices(self) -> None:
        self._turn_to(Page.PRICES)
        self.prices.choose_file()

    def _on_formulary(self, _change: Change[Formulary] | Change[Any]) -> None:
        self._names.forget()

    def _count(self) -> None:
        count = self.shelves.needing()
        if count != self._counted:
            self._counted = count
            self.badge_changed.emit(count)
