"""The preview: the pages as they will come out, where they go, and the button that sends them."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QComboBox, QDialog, QFileDialog, QSizePolicy, QWidget

from clinicdesk.contract.paper import MOST_COPIES, Document, PaperForm, Printed
from clinicdesk.contract.problems import Problem, Refusal
from clinicdesk.core.denial import Denied
from clinicdesk.core.print_log import PrintLog
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
from clinicdesk.desktop.printing.page_view import PageView
from clinicdesk.desktop.printing.papers import LabelsPaper, Paper, Shape
from clinicdesk.desktop.printing.sending import (
    Order,
    Pages,
    image_of_page,
    pages_of,
    printers,
    send,
)
from clinicdesk.desktop.workspace import Context

_PLACES = 24


class PrintPreview(QDialog):
    """One paper. It is entered as printed once, however often a printer has to be tried.

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
        self._log = log
        self._choices = choices
        self._print_id = uuid4()
        self._entered: int | None = None
        self._earlier = 0
        self._pages: Pages | None = None
        self._made_for = (-1, Shape(roll=None))
        self._page = 0
        self._busy = False
        self.ui = Ui_PrintPreview()
        self.ui.setupUi(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_fields()
        self._dress()

    def begin(self) -> None:
        """Appear, and make the pages."""
        self.open()
        self._view.say(self.tr("Preparing the pages…"))
        self._context.tasks.start(
            printers(), doing=self.tr("looking for printers"), on_done=self._offer, of=self
        )

    def offer_again(self) -> None:
        """Printers were set up: offer them."""
        self._choices = PrintingChoices.read(self._context.desk.session.home.config)
        self._context.tasks.start(
            printers(), doing=self.tr("looking for printers"), on_done=self._offer, of=self
        )

    @property
    def destination(self) -> Destination | None:
        """Where it would go."""
        chosen = self._where.currentData()
        return chosen if isinstance(chosen, Destination) else None

    def send(self) -> None:
        """Print, or ask for the file's name first; what is wrong is said here."""
        destination = self.destination
        if self._busy or self._pages is None or destination is None:
            return
        if isinstance(destination, ToFile):
            self._ask_path(destination)
        else:
            self._start(destination, None)

    def turn(self, by: int) -> None:
        """Show another page."""
        if self._pages is not None and 0 <= self._page + by < self._pages.count:
            self._page += by
            self._draw_page()

    def _make_fields(self) -> None:
        design = self._context.design
        self._view = PageView(design)
        self._view.setObjectName("preview_page")
        self.ui.page_place.addWidget(self._view)
        self._where = QComboBox()
        self._where.setObjectName("preview_where")
        self._where.setMinimumWidth(260)
        self._copies = NumberField()
        self._copies.setObjectName("preview_copies")
        self._copies.setRange(1, MOST_COPIES)
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
        for block in (
            FieldBlock(design, self.tr("Printer"), self._where),
            FieldBlock(design, self.tr("Copies"), self._copies),
            self._place_block,
        ):
            block.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            self.ui.fields.addWidget(block)
        self._error = InlineError(design)
        self._error.setObjectName("preview_error")
        self.ui.error_place.addWidget(self._error)

    def _dress(self) -> None:
        design, ui = self._context.design, self.ui
        title = self._title()
        self.setWindowTitle(title)
        ui.preview_title.setText(title)
        ui.preview_about.setText(self._paper.about)
        ui.page_back.dress(design, kind=Kind.QUIET, icon="chevron-left", compact=True)
        ui.page_on.dress(design, kind=Kind.QUIET, icon="chevron-right", compact=True)
        ui.preview_setup.dress(design, kind=Kind.QUIET, icon="settings")
        ui.preview_close.dress(design, key="Esc")
        ui.preview_print.dress(design, kind=Kind.PRIMARY, icon="printer", key="Enter")
        ui.preview_print.setEnabled(False)
        ui.page_back.clicked.connect(lambda: self.turn(-1))
        ui.page_on.clicked.connect(lambda: self.turn(1))
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

    def _offer(self, names: list[str]) -> None:
        """The places that this paper can go to, with the one of the last time chosen."""
        labels = isinstance(self._paper, LabelsPaper)
        offers: list[tuple[str, Destination]] = []
        if labels and self._choices.label_printer is not None:
            offers.append((self._label_printer_words(), self._choices.label_printer))
        sheet = self.tr("%1, sheet of A4") if labels else "%1"
        offers += [(sheet.replace("%1", name), SystemPrinter(name)) for name in names]
        offers.append((self.tr("Save as PDF…"), ToFile()))
        if labels:
            offers.append((self.tr("Save for a label printer (ZPL)…"), ToFile(zpl=True)))
        last = self._choices.destination(self._paper.document)
        self._where.blockSignals(True)
        self._where.clear()
        for words, destination in offers:
            self._where.addItem(words, destination)
        known = [destination for _words, destination in offers]
        self._where.setCurrentIndex(known.index(last) if last in known else 0)
        self._where.blockSignals(False)
        self._chosen()

    def _label_printer_words(self) -> str:
        match self._choices.label_printer:
            case NetworkPrinter(host=name) | RawQueue(name=name):
                return self.tr("Label printer %1").replace("%1", name)
            case None:
                return ""

    def _chosen(self) -> None:
        filed = isinstance(self.destination, ToFile)
        sheet = self._paper.document is Document.LABELS and self._shape().roll is None
        self._copies.setEnabled(not filed)
        self._place_block.setVisible(sheet)
        self.ui.preview_print.setText(self.tr("Save") if filed else self.tr("Print"))
        self._error.show_error("")
        self._make()

    def _shape(self) -> Shape:
        destination = self.destination
        roll = isinstance(destination, RawQueue | NetworkPrinter) or (
            isinstance(destination, ToFile) and destination.zpl
        )
        return Shape(roll=self._choices.roll if roll else None, first_place=self._place.value())

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
        earlier = self._entered
        if earlier is None:
            earlier = 0 if self._paper.entered else await self._log.earlier(self._record())
        if self._pages is not None and self._made_for == (earlier, shape):
            return shape, earlier, self._pages
        return shape, earlier, await pages_of(self._paper, earlier, shape)

    def _made(self, made: tuple[Shape, int, Pages]) -> None:
        shape, earlier, pages = made
        if shape != self._shape():
            return  # something else was chosen meanwhile
        if pages is not self._pages:
            self._page = 0
        self._earlier, self._pages, self._made_for = earlier, pages, (earlier, shape)
        first = not self.ui.preview_print.isEnabled()
        self.ui.preview_print.setEnabled(not self._busy)
        if first:
            self.ui.preview_print.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say_whether_copy()
        self._draw_page()

    def _say_whether_copy(self) -> None:
        said = ""
        if self._earlier:
            said = self.tr("It was printed before: this print is marked as a copy.")
        if not self._paper.entered and not self._context.desk.link.reachable:
            later = self.tr("The server hears of the print when it is back.")
            said = f"{said} {later}".strip()
        self.ui.preview_note.setText(said)
        self.ui.preview_note.setVisible(bool(said))

    def _draw_page(self) -> None:
        pages = self._pages
        assert pages is not None
        self.ui.page_back.setVisible(pages.count > 1)
        self.ui.page_on.setVisible(pages.count > 1)
        self.ui.page_back.setEnabled(self._page > 0)
        self.ui.page_on.setEnabled(self._page + 1 < pages.count)
        words = self.tr("Page %1 of %2").replace("%1", str(self._page + 1))
        self.ui.page_words.setText(words.replace("%2", str(pages.count)))
        shown = (pages, self._page)
        small = self._made_for[1].roll is not None

        def draw(image: QImage) -> None:
            if shown == (self._pages, self._page):
                self._view.show_page(image, self.ui.page_words.text())

        self._context.tasks.start(
            image_of_page(pages, self._page, small=small),
            doing=self.tr("drawing the page"),
            on_done=draw,
            on_problem=self._failed,
            of=self,
        )

    def _ask_path(self, destination: ToFile) -> None:
        ending = "zpl" if destination.zpl else "pdf"
        kind = self.tr("Label commands (*.zpl)") if destination.zpl else self.tr("PDF (*.pdf)")
        dialog = QFileDialog(self, self.tr("Save"), f"{self._paper.name}.{ending}", kind)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(ending)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._start(destination, Path(path)))
        dialog.open()

    def _start(self, destination: Destination, path: Path | None) -> None:
        self._busy = True
        self.ui.preview_print.setEnabled(False)
        self._error.show_error("")
        order = Order(
            paper=self._paper,
            destination=destination,
            shape=self._shape(),
            roll=self._choices.roll,
            copies=1 if path is not None else self._copies.value(),
            earlier=self._earlier,
            pages=self._pages,
            path=path,
        )
        self._context.tasks.start(
            self._send(order),
            doing=self.tr("printing"),
            on_done=lambda _sent: self._sent(order),
            on_problem=self._failed,
            of=self,
        )

    async def _send(self, order: Order) -> Order | Denied | Refusal:
        """Enter the print, then send it: what lies somewhere on paper is always known of."""
        if self._entered is None and not self._paper.entered:
            entered = await self._log.enter(self._record(order))
            if isinstance(entered, Problem):
                return entered
            self._entered = entered.earlier
        earlier = self._earlier if self._entered is None else self._entered
        if earlier != order.earlier:  # somebody else has printed it: this one is a copy
            order = Order(
                paper=order.paper, destination=order.destination, shape=order.shape,
                roll=order.roll, copies=order.copies, earlier=earlier, path=order.path,
            )  # fmt: skip
        return await send(order) or order

    def _record(self, order: Order | None = None) -> Printed:
        labels = order is not None and self._shape().roll is not None
        return Printed(
            id=self._print_id,
            document=self._paper.document,
            subject_id=self._paper.subject_id,
            form=PaperForm.ZPL if labels else PaperForm.PDF,
            copies=1 if order is None else order.copies,
            what=self._paper.what,
        )

    def _sent(self, order: Order) -> None:
        self._choices.remember(self._paper.document, order.destination)
        if isinstance(self._paper, LabelsPaper) and isinstance(order.destination, SystemPrinter):
            used = order.shape.first_place - 1 + self._paper.count
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
        self.ui.preview_print.setEnabled(self._pages is not None)
        self._error.show_error(sentence)
        if self._pages is None:
            self._view.say("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.send()
            case Qt.Key.Key_PageUp:
                self.turn(-1)
            case Qt.Key.Key_PageDown:
                self.turn(1)
            case _:
                super().keyPressEvent(event)
