"""The preview: the pages as they will come out, where they go, and the button that sends them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QSizePolicy, QWidget

from clinicdesk.contract.paper import MOST_COPIES, Document
from clinicdesk.core.print_log import PrintLog
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.design.number_field import NumberField
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.forms.print_preview import Ui_PrintPreview
from clinicdesk.desktop.printing.destinations import (
    Destination,
    NetworkPrinter,
    PrintingChoices,
    RawQueue,
    SystemPrinter,
    ToFile,
)
from clinicdesk.desktop.printing.page_panel import PagePanel
from clinicdesk.desktop.printing.papers import LabelsPaper, Paper, Shape
from clinicdesk.desktop.printing.print_run import PrintRun
from clinicdesk.desktop.printing.sending import Order, Pages, printers
from clinicdesk.desktop.printing.where import Where
from clinicdesk.desktop.workspace import Context

_PLACES = 24
_LARGEST = QSize(1240, 980)
_AROUND = 32
"""Of the window below it that stays to be seen on each side."""


class PrintPreview(QDialog):
    """One paper.

    Signals:
        setup_wanted: The person wants to set up printers.
        printed: It was sent, or saved: what went, where.
    """

    setup_wanted = Signal()
    printed = Signal(str)

    def __init__(
        self,
        context: Context,
        paper: Paper,
        log: PrintLog,
        choices: PrintingChoices,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._paper = paper
        self._run = PrintRun(paper, log)
        self._choices = choices
        self._shown: tuple[Shape, int, Pages] | None = None
        self._busy = False
        self.ui = Ui_PrintPreview()
        self.ui.setupUi(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_fields()
        self._dress()

    def begin(self) -> None:
        """Appear as large as the window allows, and make the pages."""
        if (window := self.parentWidget()) is not None:
            room = window.size() - QSize(2 * _AROUND, 2 * _AROUND)
            self.resize(room.boundedTo(_LARGEST).expandedTo(self.minimumSize()))
        self.open()
        self.pages.say(self.tr("Preparing the pages…"))
        self._look_for_printers()

    def offer_again(self) -> None:
        """Printers were set up: offer them."""
        self._choices = PrintingChoices.read(self._context.desk.session.home.config)
        self._look_for_printers()

    @property
    def destination(self) -> Destination | None:
        """Where it would go."""
        return self._where.destination

    def send(self) -> None:
        """Print, or ask for the file's name first; what is wrong is said here."""
        destination = self.destination
        if self._busy or self._shown is None or destination is None:
            return
        if isinstance(destination, ToFile):
            self._ask_path(destination)
        else:
            self._start(destination, None)

    def _make_fields(self) -> None:
        design = self._context.design
        self.pages = PagePanel(self._context)
        self.pages.failed.connect(self._failed)
        self.ui.page_place.addWidget(self.pages)
        self._where = Where(self._paper.document)
        self._copies = NumberField()
        self._copies.setObjectName("preview_copies")
        self._copies.setRange(1, MOST_COPIES)
        self._copies_block = FieldBlock(design, self.tr("Copies"), self._copies)
        self._place = NumberField()
        self._place.setObjectName("preview_place")
        self._place.setRange(1, _PLACES)
        self._place.setValue(self._choices.first_place)
        self._place_block = FieldBlock(
            design,
            self.tr("First free label on the sheet"),
            self._place,
            hint=self.tr("Counted row by row from the upper left, 1 to 24."),
        )
        where = FieldBlock(design, self.tr("Printer"), self._where)
        for block in (where, self._copies_block, self._place_block):
            block.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            self.ui.fields.addWidget(block)
        self._copy = Banner(
            design,
            Tone.WARNING,
            self.tr("This print is marked as a copy"),
            self.tr("It was printed before: the first print may be in use."),
        )
        self._copy.setObjectName("preview_copy")
        self._copy.hide()
        self.ui.fields.insertWidget(0, self._copy)
        self._error = InlineError(design)
        self._error.setObjectName("preview_error")
        self.ui.error_place.addWidget(self._error)

    def _dress(self) -> None:
        design, ui = self._context.design, self.ui
        title = self._title()
        self.setWindowTitle(title)
        ui.preview_title.setText(title)
        ui.preview_about.setText(self._paper.about)
        ui.preview_setup.dress(design, kind=Kind.QUIET, icon="settings", compact=True)
        ui.preview_close.dress(design, key="Esc")
        ui.preview_print.dress(design, kind=Kind.PRIMARY, icon="printer", key="Enter")
        ui.preview_print.setEnabled(False)
        ui.preview_note.setText(self.tr("The server hears of the print when it is back."))
        ui.preview_note.hide()
        ui.preview_setup.clicked.connect(self.setup_wanted)
        ui.preview_close.clicked.connect(self.reject)
        ui.preview_print.clicked.connect(self.send)
        self._where.currentIndexChanged.connect(self._chosen)
        self._place.valueChanged.connect(lambda _place: self._make())

    def _title(self) -> str:
        match self._paper.document:
            case Document.PRESCRIPTION:
                return self.tr("Print the prescription")
            case Document.LABELS:
                return self.tr("Print labels")
            case Document.REGISTER:
                return self.tr("Print the register")
            case Document.SUPPLY_ORDER:
                return self.tr("Print the order")

    def _look_for_printers(self) -> None:
        self._context.tasks.start(
            printers(), doing=self.tr("looking for printers"), on_done=self._offer, of=self
        )

    def _offer(self, names: list[str]) -> None:
        self._where.offer(names, self._choices)
        self._chosen()

    def _chosen(self) -> None:
        filed = self._where.is_file
        sheet = self._paper.document is Document.LABELS and self._shape().roll is None
        self._copies_block.setVisible(not filed)
        self._place_block.setVisible(sheet)
        self.ui.preview_print.set_icon_name("save" if filed else "printer")
        self.ui.preview_print.setText(self.tr("Save") if filed else self.tr("Print"))
        self._error.show_error("")
        self._make()

    def _shape(self) -> Shape:
        return self._where.shape(self._choices, self._place.value())

    def _make(self) -> None:
        """Make the pages anew, unless they are right as they are."""
        self._context.tasks.start(
            self._make_pages(self._shape()),
            doing=self.tr("preparing the pages"),
            on_done=self._made,
            on_problem=self._failed,
            of=self,
        )

    async def _make_pages(self, shape: Shape) -> tuple[Shape, int, Pages]:
        return shape, *await self._run.pages(shape)

    def _made(self, made: tuple[Shape, int, Pages]) -> None:
        shape, earlier, pages = made
        if shape != self._shape():
            return  # something else was chosen meanwhile
        other = self._shown is None or self._shown[2] is not pages
        self._shown = made
        first = not self.ui.preview_print.isEnabled()
        self.ui.preview_print.setEnabled(not self._busy)
        if first:
            self.ui.preview_print.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say_whether_copy(earlier)
        if other:
            self.pages.show_pages(pages, anew=True)

    def _say_whether_copy(self, earlier: int) -> None:
        self._copy.setVisible(earlier > 0)
        waits = not self._paper.entered and not self._context.desk.link.reachable
        self.ui.preview_note.setVisible(waits)

    def _ask_path(self, destination: ToFile) -> None:
        ending = str(destination.form)
        kind = self.tr("PDF (*.pdf)")
        if destination.zpl:
            kind = self.tr("Label commands (*.zpl)")
        elif destination.csv:
            kind = self.tr("CSV (*.csv)")
        dialog = QFileDialog(self, self.tr("Save"), f"{self._paper.name}.{ending}", kind)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._start(destination, Path(path)))
        dialog.open()

    def _start(self, destination: Destination, path: Path | None) -> None:
        assert self._shown is not None
        _shape, earlier, pages = self._shown
        self._busy = True
        self.ui.preview_print.setEnabled(False)
        self._error.show_error("")
        order = Order(
            paper=self._paper,
            destination=destination,
            shape=self._shape(),
            roll=self._choices.roll,
            copies=1 if path is not None else self._copies.value(),
            earlier=earlier,
            pages=pages,
            path=path,
        )
        self._context.tasks.start(
            self._run.send(order),
            doing=self.tr("printing"),
            on_done=lambda _sent: self._sent(order),
            on_problem=self._failed,
            of=self,
        )

    def _sent(self, order: Order) -> None:
        self._choices.remember(self._paper.document, order.destination)
        if isinstance(self._paper, LabelsPaper) and isinstance(order.destination, SystemPrinter):
            used = order.shape.first_place - 1 + self._paper.places
            self._choices.use_up(used % _PLACES + 1)
        said = self.tr("Saved")
        match order.destination:
            case SystemPrinter(name=name) | RawQueue(name=name) | NetworkPrinter(host=name):
                said = self.tr("Sent to %1").replace("%1", name)
        self._context.toast(said, Tone.SUCCESS)
        self.printed.emit(said)
        self.accept()

    def _failed(self, sentence: str) -> None:
        self._busy = False
        self.ui.preview_print.setEnabled(self._shown is not None)
        self._error.show_error(sentence)
        if self._shown is None:
            self.pages.say("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.send()
        elif not self.pages.take_key(event):
            super().keyPressEvent(event)
