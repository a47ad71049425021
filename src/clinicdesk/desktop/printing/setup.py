"""The label printer of this computer: how it is reached, and which labels are in it."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLineEdit, QWidget

from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.number_field import NumberField
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.forms.printer_setup import Ui_PrinterSetup
from clinicdesk.desktop.printing.destinations import (
    RAW_PORT,
    LabelPrinter,
    LabelRoll,
    NetworkPrinter,
    PrintingChoices,
    RawQueue,
)
from clinicdesk.desktop.printing.sending import send_test
from clinicdesk.desktop.workspace import Context

_NONE, _NETWORK, _QUEUE = "none", "network", "queue"
_RESOLUTIONS = (203, 300)


class PrinterSetup(QDialog):
    """Asks for the label printer; the others are chosen in the preview.

    Signals:
        saved: Something else is set up now.
    """

    saved = Signal()

    def __init__(
        self, context: Context, choices: PrintingChoices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._choices = choices
        self.ui = Ui_PrinterSetup()
        self.ui.setupUi(self)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_fields()
        self._dress()
        self._show(choices)
        self._way.setFocus(Qt.FocusReason.OtherFocusReason)

    def chosen(self) -> LabelPrinter | str | None:
        """The label printer as it is typed, None for none; a sentence when it cannot be."""
        host, queue = (field.text().strip() for field in (self._host, self._queue))
        try:
            match self._way.currentData():
                case "network":
                    return msgspec.convert(
                        {"type": "network", "host": host, "port": self._port.value()},
                        NetworkPrinter,
                    )
                case "queue":
                    return msgspec.convert({"type": "queue", "name": queue}, RawQueue)
                case _:
                    return None
        except msgspec.ValidationError:
            if self._way.currentData() == _NETWORK:
                return self.tr("That is no address: it looks like 192.168.1.50 or zebra.local.")
            return self.tr("Type the name of the print queue, as the system shows it.")

    def roll(self) -> LabelRoll:
        """The labels as they are typed."""
        return LabelRoll(
            width=self._width.value(),
            height=self._height.value(),
            dpi=int(self._dpi.currentData()),
        )

    def save(self) -> None:
        """Keep it, or say what is wrong."""
        printer = self.chosen()
        if isinstance(printer, str):
            self._typed().set_error(printer)
            self._typed().control.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self._choices.set_up(printer, self.roll())
        self.saved.emit()
        self.accept()

    def test(self) -> None:
        """Print a label that names nobody, to see that size and address are right."""
        printer = self.chosen()
        if isinstance(printer, str) or printer is None:
            self._typed().set_error(printer or self.tr("Choose how the printer is reached."))
            return
        self.ui.setup_test.setEnabled(False)
        self._context.tasks.start(
            send_test(printer, self.roll()),
            doing=self.tr("printing a test label"),
            on_done=self._tested,
            on_problem=self._test_failed,
            of=self,
        )

    def _make_fields(self) -> None:
        design = self._context.design
        self._way = QComboBox()
        self._way.setObjectName("setup_way")
        self._way.addItem(self.tr("No label printer"), _NONE)
        self._way.addItem(self.tr("By its network address"), _NETWORK)
        self._way.addItem(self.tr("By a print queue of the system (raw)"), _QUEUE)
        self._host, self._queue = QLineEdit(), QLineEdit()
        for field, name in ((self._host, "setup_host"), (self._queue, "setup_queue")):
            field.setObjectName(name)
            field.setMaxLength(120)
        self._port = NumberField()
        self._port.setRange(1, 65535)
        self._port.setValue(RAW_PORT)
        self._width, self._height = NumberField(), NumberField()
        self._width.setRange(57, 160)
        self._height.setRange(32, 160)
        for size in (self._width, self._height):
            size.setSuffix(" mm")
        self._dpi = QComboBox()
        for resolution in _RESOLUTIONS:
            self._dpi.addItem(
                self.tr("%1 dots per inch").replace("%1", str(resolution)), resolution
            )
        self._host_block = FieldBlock(
            design, self.tr("Network address"), self._host, keeps_room=True
        )
        self._queue_block = FieldBlock(
            design, self.tr("Name of the print queue"), self._queue, keeps_room=True
        )
        self._port_block = FieldBlock(design, self.tr("Port"), self._port)
        self._roll_blocks = [
            FieldBlock(design, self.tr("Width of a label"), self._width),
            FieldBlock(design, self.tr("Height of a label"), self._height),
            FieldBlock(design, self.tr("Resolution"), self._dpi),
        ]
        self.ui.fields.addWidget(FieldBlock(design, self.tr("Label printer"), self._way))
        self._beside(self._host_block, self._port_block)
        self.ui.fields.addWidget(self._queue_block)
        self._beside(*self._roll_blocks)

    def _beside(self, *blocks: FieldBlock) -> None:
        row = QHBoxLayout()
        row.setSpacing(12)
        for block in blocks:
            row.addWidget(block, 3 if block is self._host_block else 1)
        self.ui.fields.addLayout(row)

    def _typed(self) -> FieldBlock:
        """The field that says which printer."""
        return self._queue_block if self._way.currentData() == _QUEUE else self._host_block

    def _dress(self) -> None:
        design, ui = self._context.design, self.ui
        ui.setup_test.dress(design, kind=Kind.QUIET, icon="printer")
        ui.setup_close.dress(design, key="Esc")
        ui.setup_save.dress(design, kind=Kind.PRIMARY, icon="check", key="Enter")
        ui.setup_error.hide()
        ui.setup_test.clicked.connect(self.test)
        ui.setup_close.clicked.connect(self.reject)
        ui.setup_save.clicked.connect(self.save)
        for field in (self._host, self._queue):
            field.returnPressed.connect(self.save)
        self._way.currentIndexChanged.connect(self._show_fields)

    def _show(self, choices: PrintingChoices) -> None:
        match choices.label_printer:
            case NetworkPrinter(host=host, port=port):
                self._way.setCurrentIndex(self._way.findData(_NETWORK))
                self._host.setText(host)
                self._port.setValue(port)
            case RawQueue(name=name):
                self._way.setCurrentIndex(self._way.findData(_QUEUE))
                self._queue.setText(name)
            case None:
                self._way.setCurrentIndex(0)
        self._width.setValue(choices.roll.width)
        self._height.setValue(choices.roll.height)
        self._dpi.setCurrentIndex(max(0, self._dpi.findData(choices.roll.dpi)))
        self._show_fields()

    def _show_fields(self) -> None:
        way = self._way.currentData()
        for block in self._roll_blocks:
            block.setVisible(way != _NONE)
        for block in (self._host_block, self._port_block):
            block.setVisible(way == _NETWORK)
        self._queue_block.setVisible(way == _QUEUE)
        self.ui.setup_test.setVisible(way != _NONE)
        for block in (self._host_block, self._queue_block):
            block.set_error("")
        self.adjustSize()

    def _tested(self, _answer: object) -> None:
        self.ui.setup_test.setEnabled(True)
        self._context.toast(self.tr("The test label was sent"), Tone.SUCCESS)

    def _test_failed(self, sentence: str) -> None:
        self.ui.setup_test.setEnabled(True)
        self._typed().set_error(sentence)
