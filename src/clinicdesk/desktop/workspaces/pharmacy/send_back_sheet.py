"""Sends an order back to the prescriber: why, and in their words what they can do."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from clinicdesk.contract.commands import RejectOrder
from clinicdesk.contract.entities import OrderResponse, Prescription
from clinicdesk.core.ordering import Ordering
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.flow_row import FlowRow
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_4, Tone
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.shared.amounts import amount_text, read_amount
from clinicdesk.desktop.workspaces.shared.order_words import is_only_the_word, response_word
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

_NOTE_LENGTH = 300
_SHORTEST = 3
_PRICE_WIDTH = 180
_SPEAKS_FOR_ITSELF = frozenset({OrderResponse.OUT_OF_STOCK, OrderResponse.QUOTE})


class SendBackSheet(Sheet):
    """A digit says why while nothing is written; with a quote the new total is asked for."""

    command = RejectOrder

    def __init__(
        self, design: Design, tasks: TaskOwner, orders: Ordering, parent: QWidget | None = None
    ) -> None:
        super().__init__(design, tasks, parent)
        self._orders = orders
        self._response = OrderResponse.OUT_OF_STOCK
        self._given: RejectOrder | None = None
        self.setObjectName("send_back_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_send_back_button")
        self._chips: dict[OrderResponse, Chip] = {}
        row = FlowRow()
        for number, response in enumerate(OrderResponse, start=1):
            chip = Chip(design, Pill(response_word(response)), key=str(number))
            chip.clicked.connect(partial(self._choose, response))
            self._chips[response] = chip
            row.add(chip)
        self.ui.body.addWidget(row)
        self._note = QLineEdit()
        self._note.setObjectName("send_back_note")
        self._note.setMaxLength(_NOTE_LENGTH)
        self._note.installEventFilter(self)
        self._note_block = FieldBlock(design, self.tr("What they should know"), self._note)
        self._note.textChanged.connect(lambda: self._note_block.set_error(""))
        self._price = QLineEdit()
        self._price.setObjectName("send_back_price")
        self._price_block = FieldBlock(design, self.tr("It would cost here"), self._price)
        self._price_block.setFixedWidth(_PRICE_WIDTH)
        self._price.textChanged.connect(lambda: self._price_block.set_error(""))
        fields = QHBoxLayout()
        fields.setSpacing(SPACE_4)
        fields.addWidget(self._note_block, 1)
        fields.addWidget(self._price_block)
        self.ui.body.addLayout(fields)

    def prepare(self, given: RejectOrder | None = None) -> None:
        """Say which answer was given before; then `open_about`."""
        self._given = given

    def fill(self, prescription: Prescription) -> None:
        """Begin with what is most often the case, or with what was said before."""
        self.name_it(
            self.tr("Send back to the prescriber?"), prescription.code, self.tr("Send back"),
            "undo-2", Kind.DESTROY,
        )  # fmt: skip
        self._note_block.set_error("")
        self._price_block.set_error("")
        given = self._given
        quoted = None if given is None else given.quoted_minor
        amount = prescription.total_minor if quoted is None else quoted
        self._price.setText(amount_text(amount, prescription.currency))
        written = (
            "" if given is None or is_only_the_word(given.response, given.note) else given.note
        )
        self._note.setText(written)
        self._choose(OrderResponse.OUT_OF_STOCK if given is None else given.response)
        self.note("")

    def first_field(self) -> QWidget:
        """What the prescriber should know."""
        return self._note

    def work(self, prescription: Prescription) -> Work | None:
        """The answer, with what was written; some answers say enough by themselves."""
        note = self._note.text().strip()
        if not note and self._response in _SPEAKS_FOR_ITSELF:
            note = response_word(self._response)
        if len(note) < _SHORTEST:
            self._note_block.set_error(self.tr("What they should know: write at least a word."))
            return None
        quoted = None
        if self._response is OrderResponse.QUOTE:
            quoted = read_amount(self._price.text(), prescription.currency)
            if quoted is None:
                self._price_block.set_error(self.tr("Write an amount, like 412.00."))
                return None
        return self._orders.reject(prescription.id, self._response, note, quoted_minor=quoted)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("sending the order back")

    def outcome(self) -> str:
        """See Sheet."""
        return self.tr("Sent back. The prescriber is told.")

    def _choose(self, response: OrderResponse, _checked: bool = False) -> None:
        self._response = response
        for each, chip in self._chips.items():
            tone = Tone.ACCENT if each is response else Tone.NEUTRAL
            chip.show_pill(Pill(response_word(each), tone))
        self._note.setPlaceholderText(
            self.tr("The prescriber reads this; it may be left empty")
            if response in _SPEAKS_FOR_ITSELF
            else self.tr("The prescriber reads this and sends it elsewhere")
        )
        self._note_block.set_error("")
        self._price_block.setVisible(response is OrderResponse.QUOTE)
        self._note.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self._note
            and event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and not self._note.text()
        ):
            responses = list(OrderResponse)
            place = event.key() - Qt.Key.Key_1
            if 0 <= place < len(responses):
                self._choose(responses[place])
                return True
        return False
