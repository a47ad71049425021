"""What a pack costs, and from which day: asked at the medicine's prices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from clinicdesk.contract.entities import Medicine
from clinicdesk.contract.money import GREATEST_PRICE_MINOR
from clinicdesk.contract.prices import wrong_price
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.labels import set_ink
from clinicdesk.desktop.design.tokens import SPACE_4
from clinicdesk.desktop.models.medicine_names import medicine_title
from clinicdesk.desktop.models.units import pack_words
from clinicdesk.desktop.wording import date_text, money
from clinicdesk.desktop.workspaces.shared.amounts import amount_text, read_amount
from clinicdesk.desktop.workspaces.shared.asking import Asking, Work
from clinicdesk.desktop.workspaces.stock.days import day_text, read_day

if TYPE_CHECKING:
    from clinicdesk.core.pricing import Pricing
    from clinicdesk.desktop.design.appearance import Design
    from clinicdesk.desktop.tasks import TaskOwner

_SHOWN_OF_TYPED: Final = 24
_DOUBTFUL: Final = 3
"""So many times the price that holds, or so small a part of it, is looked at twice."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the fields at first.

    Attributes:
        correcting: It is said of a price that stands, not of a new one.
    """

    price_minor: int
    begins: date
    ends: date | None = None
    correcting: bool = False


class PriceSheet(Asking):
    """A new price, or another one in the place of one that was wrong.

    Attributes:
        price, begins, ends: The fields.
    """

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        pricing: Pricing,
        today: Callable[[], date],
        parent: QWidget,
    ) -> None:
        super().__init__(design, tasks, parent)
        self._pricing = pricing
        self._today = today
        self._medicine: Medicine | None = None
        self._now_minor = 0
        self.setObjectName("price_sheet")
        self.price = QLineEdit(maxLength=20)
        self.price.setObjectName("price_field")
        self.begins = QLineEdit(maxLength=24)
        self.begins.setObjectName("begins_field")
        self.ends = QLineEdit(maxLength=24)
        self.ends.setObjectName("ends_field")
        self._price = FieldBlock(design, self.tr("Price of a pack"), self.price)
        self._begins = FieldBlock(
            design, self.tr("From"), self.begins, hint=self.tr("1 Dec 2026, tomorrow or +7")
        )
        self._ends = FieldBlock(
            design, self.tr("Until"), self.ends, hint=self.tr("Empty: until another begins"),
            optional=self.tr("optional"),
        )  # fmt: skip
        row = QHBoxLayout()
        row.setSpacing(SPACE_4)
        for block in (self._price, self._begins, self._ends):
            row.addWidget(block, 1)
            assert isinstance(block.control, QLineEdit)
            block.control.textChanged.connect(lambda _text, block=block: block.set_error(""))
        self.ui.body.addLayout(row)
        self.price.textChanged.connect(self._tell_difference)
        self.ui.sheet_confirm.setObjectName("confirm_price_button")

    def open_for(self, medicine: Medicine, asked: Asked, now_minor: int) -> None:
        """Appear for a medicine.

        Args:
            now_minor: What a pack costs now; the difference is told beside the buttons.
        """
        self._medicine = medicine
        self._now_minor = now_minor
        title = self.tr("Correct the price") if asked.correcting else self.tr("New price")
        about = f"{medicine_title(medicine)} · {pack_words(medicine)}"
        self.name_it(title, about, self.tr("Set the price"), "check", Kind.PRIMARY)
        self.price.setText(amount_text(asked.price_minor, medicine.currency))
        self.begins.setText(day_text(asked.begins))
        self.ends.setText("" if asked.ends is None else day_text(asked.ends))
        self.appear()
        self.price.selectAll()
        self._tell_difference()

    def first_field(self) -> QWidget:
        """The price."""
        return self.price

    def asked(self) -> Work | None:
        """The price, on its way; what is wrong is said at its field."""
        medicine = self._medicine
        if medicine is None:
            return None
        minor = read_amount(self.price.text(), medicine.currency)
        begins = read_day(self.begins.text(), self._today())
        typed = self.ends.text().strip()
        ends = read_day(typed, self._today()) if typed else None
        self._price.set_error(self._wrong_amount(minor, medicine.currency))
        self._begins.set_error("" if begins else self._no_day(self.begins.text()))
        self._ends.set_error("" if ends or not typed else self._no_day(typed))
        if minor is None or begins is None or any(
            block.error() for block in (self._price, self._begins, self._ends)
        ):  # fmt: skip
            self._stay()
            return None
        self._say_wrong_day(minor, begins, ends)
        if self._begins.error() or self._ends.error():
            self._stay()
            return None
        return self._pricing.set_price(medicine.id, minor, begins, ends)

    def doing(self) -> str:
        """See Asking."""
        return self.tr("setting the price")

    def outcome(self) -> str:
        """What holds from when on."""
        begins = read_day(self.begins.text(), self._today())
        if begins is None or begins <= self._today():
            return self.tr("The price is in force.")
        return self.tr("The price holds from %1.").replace("%1", date_text(begins))

    def forget(self) -> None:
        """It is about no medicine any more."""
        self._medicine = None

    def _stay(self) -> None:
        """The keyboard goes to the first field that is wrong."""
        for block in (self._price, self._begins, self._ends):
            if block.error():
                block.control.setFocus()
                return

    def _wrong_amount(self, minor: int | None, currency: str) -> str:
        typed = self.price.text().strip()
        if not typed:
            return self.tr("Write what a pack costs.")
        if minor is None:
            return self.tr("“%1” is no amount. Write it like 12.50.").replace("%1", _short(typed))
        if minor == 0:
            return self.tr("%1 is no price: it has to be above zero.").replace(
                "%1", money(minor, currency)
            )
        if minor > GREATEST_PRICE_MINOR:
            text = self.tr("%1 is more than anything costs.")
            return text.replace("%1", money(minor, currency))
        return ""

    def _no_day(self, typed: str) -> str:
        if not typed.strip():
            return self.tr("Write a day, as 1 Dec 2026.")
        text = self.tr("“%1” cannot be read in one way only. Write it like 1 Dec 2026.")
        return text.replace("%1", _short(typed.strip()))

    def _say_wrong_day(self, minor: int, begins: date, ends: date | None) -> None:
        wrong = wrong_price(minor, begins, ends, self._today())
        if wrong is None:
            return
        if wrong.field == "effective_until":
            text = self.tr("%1 is before it could hold.")
            self._ends.set_error(text.replace("%1", date_text(ends or begins)))
        else:
            text = self.tr("%1 is years away: look at the year again.")
            self._begins.set_error(text.replace("%1", date_text(begins)))

    def _tell_difference(self) -> None:
        """How far it is from what holds, since a slip of the point is seen there first."""
        medicine = self._medicine
        minor = None if medicine is None else read_amount(self.price.text(), medicine.currency)
        if medicine is None or not minor:
            self.note("")
            return
        doubtful = bool(self._now_minor) and not (
            self._now_minor / _DOUBTFUL < minor < self._now_minor * _DOUBTFUL
        )
        set_ink(self.ui.sheet_note, "warning" if doubtful else "second")
        now = money(self._now_minor, medicine.currency)
        difference = money(abs(minor - self._now_minor), medicine.currency)
        if minor == self._now_minor:
            text = self.tr("As it is now: %1")
        elif doubtful:
            text = self.tr("Now %1: is the point where it should be?")
        elif minor > self._now_minor:
            text = self.tr("Now %1: %2 dearer")
        else:
            text = self.tr("Now %1: %2 cheaper")
        self.note(text.replace("%1", now).replace("%2", difference))


def _short(typed: str) -> str:
    return typed if len(typed) <= _SHOWN_OF_TYPED else f"{typed[:_SHOWN_OF_TYPED]}…"
