"""The page of the prices: what a medicine costs here, and a file of prices while one is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget

from clinicdesk.core.clock import Now
from clinicdesk.core.scanning import ProductScan
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.workspaces.stock.price_import import PriceImportPage
from clinicdesk.desktop.workspaces.stock.price_lookup import PriceLookup

if TYPE_CHECKING:
    from clinicdesk.desktop.workspace import Context


class PricesPage(QStackedWidget):
    """One of the two at a time.

    Attributes:
        lookup: What a medicine costs. importing: A file.

    Signals:
        turned: The other one is shown now.
    """

    turned = Signal()

    def __init__(self, context: Context, now: Now) -> None:
        super().__init__()
        self.lookup = PriceLookup(context, now)
        self.importing = PriceImportPage(context)
        self.addWidget(self.lookup)
        self.addWidget(self.importing)
        self.lookup.import_wanted.connect(self.choose_file)
        self.importing.begun.connect(lambda: self._turn_to(self.importing))
        self.importing.left.connect(lambda: self._turn_to(self.lookup))
        keys = QShortcut(QKeySequence("Ctrl+O"), self)
        keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        keys.activated.connect(self.choose_file)

    @property
    def is_importing(self) -> bool:
        """Whether a file is shown."""
        return self.currentWidget() is self.importing

    def choose_file(self) -> None:
        """Ask for a file."""
        self.importing.choose_file()

    def read(self, path: Path) -> None:
        """See what a file would change."""
        self.importing.read(path)

    def open_medicine(self, medicine_id: UUID) -> None:
        """Show what a medicine costs."""
        self.importing.leave()
        self.lookup.open_medicine(medicine_id)

    def take_scan(self, scan: ProductScan) -> bool:
        """What the pack costs; False while a file is shown."""
        return not self.is_importing and self.lookup.take_scan(scan)

    def mend(self, entry: OutboxEntry) -> bool:
        """Ask for a refused price again."""
        self.importing.leave()
        return self.lookup.mend(entry)

    def focus_start(self) -> None:
        """On what is to be done next."""
        if self.is_importing:
            self.importing.focus_start()
        else:
            self.lookup.focus_start()

    def _turn_to(self, page: PriceLookup | PriceImportPage) -> None:
        if self.currentWidget() is not page:
            self.setCurrentWidget(page)
            self.focus_start()
            self.turned.emit()
