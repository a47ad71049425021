"""One medicine's price here: what holds, since when, what held before, what the formulary says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from clinicdesk.contract.commands import SetPrice
from clinicdesk.core.price_history import PriceSpan, Standing, in_force, next_to_come
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.desktop.design.availability import reason_when_disabled
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import Button, Kind
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.design.content import CellContent
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.design.labels import label, paragraph
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import SPACE_4, TABLE_ROW_HEIGHT, TextRole, Tone
from clinicdesk.desktop.design.views import HEADER_HEIGHT, dress_table
from clinicdesk.desktop.models.cells import CellRow, CellsModel
from clinicdesk.desktop.models.medicine_names import medicine_title
from clinicdesk.desktop.models.row_list import ID_ROLE
from clinicdesk.desktop.models.units import pack_words
from clinicdesk.desktop.wording import date_text, money, problem_sentence

if TYPE_CHECKING:
    from clinicdesk.desktop.workspace import Context
    from clinicdesk.desktop.workspaces.stock.price_finder import Prices

_WIDTHS: Final = (140, 160, 160, 180)
_OF_FORMULARY: Final = UUID("5d0c8f0e-0d1c-4c43-8c32-0b9e6a5a7f21")


class PricePane(QFrame):
    """Shows one medicine.

    Attributes:
        table: Its prices; the current row is what correcting is about.
        sheet_row: Where the sheet appears. action_bar: The buttons.
        new_button, correct_button: Off, with the reason, where nobody may set prices.

    Signals:
        new_wanted, correct_wanted: What the buttons ask for.
        refusal_wanted: The refused price is to be said otherwise.
    """

    new_wanted = Signal()
    correct_wanted = Signal()
    refusal_wanted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._design = context.design
        self._zone = context.zone
        self._shown: Prices | None = None
        self._name = ElidedLabel(context.design, "", TextRole.NAME)
        self._about = ElidedLabel(context.design, "", TextRole.SECONDARY, "second")
        self._price = label("", TextRole.COUNTER)
        self._price.setObjectName("price_now")
        self._pack = label("", TextRole.SECONDARY, "second")
        self._sentence = paragraph("", TextRole.BODY)
        self._sentence.setObjectName("price_sentence")
        self._refused = Banner(context.design, Tone.DANGER)
        self._refused.setObjectName("refused_price")
        self._refused.acted.connect(self.refusal_wanted)
        self._refused.hide()
        self._model = CellsModel(
            (self.tr("Price of a pack"), self.tr("From"), self.tr("Until"), self.tr("State")), self
        )
        self.table = QTableView()
        self.table.setAccessibleName(self.tr("Prices of this medicine"))
        self.table.setModel(self._model)
        dress_table(self.table, context.design, ID_ROLE)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(False)
        self._card = Card(context.design, self.tr("Prices"), padded=False)
        self._card.head.setContentsMargins(14, 13, 14, 3)
        self._card.fill(self.table)
        self.sheet_row = QVBoxLayout()
        self.action_bar = QFrame()
        self.new_button, self.correct_button = Button(), Button()
        self._why = label("", TextRole.SECONDARY, "second")
        self._lay_out()

    @property
    def shown(self) -> Prices | None:
        """What is shown."""
        return self._shown

    @property
    def current_span(self) -> PriceSpan | None:
        """The price where the keyboard is; None on the formulary's."""
        place = self.table.currentIndex().row()
        history = () if self._shown is None else self._shown.history
        return history[place] if 0 <= place < len(history) else None

    def show_prices(self, shown: Prices) -> None:
        """Show a medicine as its prices are now."""
        moved = self._shown is None or self._shown.medicine.id != shown.medicine.id
        place = self.table.currentIndex().row()
        self._shown = shown
        medicine = shown.medicine
        self._name.set_text(medicine_title(medicine))
        parts = (medicine.brand, medicine.manufacturer, medicine.code, medicine.gtin)
        self._about.set_text(" · ".join(part for part in parts if part))
        self._price.setText(money(shown.now_minor, medicine.currency))
        self._pack.setText(pack_words(medicine))
        self._sentence.setText(self._sentence_of(shown))
        self._say_refused(shown.refused)
        self._model.show_rows(self._rows(shown))
        rows = self._model.rowCount()
        self.table.setFixedHeight(HEADER_HEIGHT + TABLE_ROW_HEIGHT * rows + 2)
        if moved or not 0 <= place < rows:
            price = in_force(shown.history)
            place = len(shown.history) if price is None else shown.history.index(price)
        self.table.setCurrentIndex(self._model.index(place, 0))
        for button in (self.new_button, self.correct_button):
            reason_when_disabled(button, shown.why_not)
        self._why.setText(shown.why_not)

    def _say_refused(self, entry: OutboxEntry | None) -> None:
        """A price that was refused is named with its amount, for nobody to think it holds."""
        self._refused.setVisible(entry is not None)
        if entry is None or entry.refusal is None or not isinstance(entry.command, SetPrice):
            return
        text = self.tr("The server did not take %1 from %2")
        currency = "" if self._shown is None else self._shown.medicine.currency
        text = text.replace("%1", money(entry.command.price_minor, currency))
        title = text.replace("%2", date_text(entry.command.effective_from))
        sentence = problem_sentence(entry.refusal, self._zone)
        self._refused.say(title, sentence, self.tr("Correct it"))

    def _sentence_of(self, shown: Prices) -> str:
        price, coming = in_force(shown.history), next_to_come(shown.history)
        if price is None:
            said = self.tr("The formulary's price: the list of this pharmacy has none today.")
        elif price.holds_until is None:
            text = self.tr("In force since %1, until another begins.")
            said = text.replace("%1", date_text(price.holds_since))
        else:
            text = self.tr("In force since %1, until %2.")
            text = text.replace("%1", date_text(price.holds_since))
            said = text.replace("%2", date_text(price.holds_until))
        if coming is None:
            return said
        text = self.tr("From %1 a pack costs %2.").replace("%1", date_text(coming.effective_from))
        return f"{said} {text.replace('%2', money(coming.price_minor, shown.medicine.currency))}"

    def _rows(self, shown: Prices) -> list[CellRow]:
        medicine = shown.medicine
        rows: list[CellRow] = [
            (
                uuid5(medicine.id, span.effective_from.isoformat()),
                self._cells(span, medicine.currency),
            )
            for span in shown.history
        ]
        holds = in_force(shown.history) is None
        pill = self._pill(Standing.IN_FORCE) if holds else None
        formulary = (
            CellContent(money(medicine.price_minor, medicine.currency), right=True, strong=holds,
                        quiet=not holds),
            CellContent(self.tr("The formulary's price"), quiet=not holds),
            CellContent(),
            CellContent(pill=pill) if pill else CellContent(self.tr("Where no other holds"),
                                                            quiet=True),
        )  # fmt: skip
        return [*rows, (uuid5(_OF_FORMULARY, str(medicine.id)), formulary)]

    def _cells(self, span: PriceSpan, currency: str) -> tuple[CellContent, ...]:
        holds = span.standing is Standing.IN_FORCE
        past = span.standing in (Standing.OVER, Standing.REPLACED)
        until = date_text(span.holds_until) if span.holds_until else self.tr("another begins")
        sent = self.tr("being sent") if span.waits else ""
        return (
            CellContent(money(span.price_minor, currency), right=True, strong=holds, quiet=past),
            CellContent(date_text(span.effective_from), quiet=past, second=sent),
            CellContent(until, quiet=past or span.holds_until is None),
            CellContent(pill=self._pill(span.standing)),
        )

    def _pill(self, standing: Standing) -> Pill:
        match standing:
            case Standing.IN_FORCE:
                return Pill(self.tr("In force"), Tone.SUCCESS, "check")
            case Standing.TO_COME:
                return Pill(self.tr("To come"), Tone.INFO, "calendar-days")
            case Standing.SET_ASIDE:
                return Pill(self.tr("Holds again later"), Tone.NEUTRAL, "pause")
            case Standing.REPLACED:
                return Pill(self.tr("Replaced"), Tone.NEUTRAL, "minus")
            case Standing.OVER:
                return Pill(self.tr("Over"), Tone.NEUTRAL, "minus")

    def _lay_out(self) -> None:
        self.setProperty("pane", "background")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._name)
        words.addWidget(self._about)
        head = QFrame()
        head.setProperty("pane", "surface")
        head.setProperty("edge", "bottom")
        amounts = QVBoxLayout()
        amounts.setSpacing(0)
        amounts.addWidget(self._price, 0, Qt.AlignmentFlag.AlignRight)
        amounts.addWidget(self._pack, 0, Qt.AlignmentFlag.AlignRight)
        row = QHBoxLayout(head)
        row.setContentsMargins(20, 14, 20, 14)
        row.setSpacing(SPACE_4)
        row.addLayout(words, 1)
        row.addLayout(amounts)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(20, 16, 20, 16)
        inner.setSpacing(SPACE_4)
        for part in (self._refused, self._sentence, self._card):
            inner.addWidget(part)
        inner.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(body)
        self._lay_out_buttons()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(scroll, 1)
        column.addLayout(self.sheet_row)
        column.addWidget(self.action_bar)

    def _lay_out_buttons(self) -> None:
        self.action_bar.setProperty("pane", "surface")
        self.action_bar.setProperty("edge", "top")
        buttons = QHBoxLayout(self.action_bar)
        buttons.setContentsMargins(20, 13, 20, 13)
        buttons.setSpacing(10)
        self.correct_button.setText(self.tr("Correct this price"))
        self.correct_button.dress(self._design, kind=Kind.SECONDARY, icon="pencil", key="F3")
        self.correct_button.clicked.connect(self.correct_wanted)
        self.new_button.setText(self.tr("New price"))
        self.new_button.dress(self._design, kind=Kind.PRIMARY, icon="plus", key="F2")
        self.new_button.clicked.connect(self.new_wanted)
        buttons.addWidget(self.correct_button)
        buttons.addWidget(self._why, 1)
        buttons.addStretch(1)
        buttons.addWidget(self.new_button)
