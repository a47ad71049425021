"""Searching a medicine by its name: the field, and what is found while somebody types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from clinicdesk.contract.entities import Allergy, Medicine
from clinicdesk.core.medicine_choice import MedicineChoice, MedicineChoices
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.therapy.medicine_popup import MOST, MedicinePopup
from clinicdesk.desktop.workspaces.therapy.words import medicine_name

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MedicineSearch(QObject):
    """Proposes medicines below its field; Enter takes the first, or goes on from the one chosen.

    While proposals stand there, what they cost and whether the pharmacy has them follows what
    changes; their order stays, since a hand may be on its way to Enter.

    Attributes:
        there: The chosen medicine as the pharmacy has it; None while that is looked up.

    Signals:
        typed: The person typed something else than the name of what is chosen: the text.
        taken: A medicine was chosen.
        there_changed: `there` is another.
        gone_on: Enter was pressed with a medicine chosen.
        left_below: Down was pressed in the empty field.
    """

    typed = Signal(str)
    taken = Signal(object)
    there_changed = Signal()
    gone_on = Signal()
    left_below = Signal()

    def __init__(
        self, context: Context, field: SearchField, host: QWidget, parent: QObject
    ) -> None:
        """Make it work on a field.

        Args:
            host: What the list of medicines may cover.
        """
        super().__init__(parent)
        self._context = context
        self._desk = desk = context.desk
        self._choices = MedicineChoices(desk.search, desk.stock, desk.pricing)
        self._field = field
        self._popup = MedicinePopup(context.design, host)
        self._chosen: Medicine | None = None
        self.there: MedicineChoice | None = None
        self._allergies: Sequence[Allergy] = ()
        self._age: int | None = None
        self._pharmacy_id: UUID | None = None
        self._filling = False
        self._take_first = False
        self._give_up: Callable[[], None] = _nothing
        field.textChanged.connect(self._text_changed)
        field.installEventFilter(self)
        self._popup.taken.connect(self._take)
        self.destroyed.connect(desk.replica.stock_levels.subscribe(self._look_again))
        self.destroyed.connect(desk.prices.changed.add(self._look_again))

    @property
    def settled(self) -> bool:
        """Whether what is proposed is what the whole text means."""
        return self._give_up is _nothing

    def show_medicine(self, text: str, chosen: Medicine | None) -> None:
        """Show this in the field, without searching it."""
        self._popup.hide()
        self._give_up()
        self._give_up = _nothing
        self._fill(text, chosen)
        self.there = None
        self._ask_there()

    def set_patient(self, allergies: Sequence[Allergy], age: int | None) -> None:
        """Mark what they are allergic to; propose the usual forms at their whole years first."""
        self._allergies = allergies
        self._age = age

    def set_pharmacy(self, pharmacy_id: UUID | None) -> None:
        """Propose what this pharmacy has, at its prices; None: as the formulary has it."""
        if pharmacy_id != self._pharmacy_id:
            self._pharmacy_id = pharmacy_id
            self._ask_there()
            if self._popup.isVisible():
                self._find(self._field.text())

    def _text_changed(self, text: str) -> None:
        if self._filling:
            return
        if self._chosen is not None and text != medicine_name(self._chosen):
            self._chosen = None
        self.typed.emit(text)
        self._find(text)

    def _find(self, text: str) -> None:
        self._give_up()
        self._take_first = False
        if not text.strip():
            self._popup.hide()
            return
        self._give_up = self._context.tasks.start(
            self._choices.find(text, MOST, age=self._age, pharmacy_id=self._pharmacy_id),
            doing=self.tr("searching the medicines"),
            on_done=self._show_found,
            of=self,
        )

    def _show_found(self, found: list[MedicineChoice]) -> None:
        self._give_up = _nothing
        if not self._field.hasFocus() or self._chosen is not None:
            return
        self._popup.show_found(
            found, self._allergies, self._field, self._nothing_found(), self._where()
        )
        if self._take_first and found:
            self._popup.take()
        self._take_first = False

    def _look_again(self, _change: Any) -> None:
        """A price or a shelf is another one."""
        self._ask_there()
        if not self._popup.isVisible() or self._give_up is not _nothing:
            return
        shown = self._popup.model.medicines()

        def show(found: list[MedicineChoice]) -> None:
            if self._popup.model.medicines() == shown:
                self._popup.show_anew(found, self._allergies)

        self._context.tasks.start(
            self._choices.at(self._pharmacy_id, shown),
            doing=self.tr("searching the medicines"),
            on_done=show,
            of=self,
        )

    def _ask_there(self) -> None:
        """How the pharmacy has what is chosen."""
        chosen = self._chosen
        if chosen is None:
            return

        def show(found: list[MedicineChoice]) -> None:
            if self._chosen is chosen and found != [self.there]:
                self.there = found[0]
                self.there_changed.emit()

        self._context.tasks.start(
            self._choices.at(self._pharmacy_id, [chosen]),
            doing=self.tr("searching the medicines"),
            on_done=show,
            of=self,
        )

    def _where(self) -> str:
        """Whose prices and stock are shown."""
        pharmacy = self._desk.replica.pharmacies.get(self._pharmacy_id)
        if pharmacy is None:
            return self.tr("Prices by the formulary: no pharmacy is chosen yet")
        if not self._desk.stock.keeps_any(pharmacy.id):
            return self.tr("Prices at %1, which counts no stock here").replace("%1", pharmacy.name)
        return self.tr("Price of a pack and stock at %1").replace("%1", pharmacy.name)

    def _nothing_found(self) -> str:
        if not self._desk.formulary.complete:
            return self.tr("Nothing found. The list of medicines may not be whole on this desk.")
        return self.tr("No medicine in the clinic's list matches this.")

    def _take(self, choice: MedicineChoice) -> None:
        self._fill(medicine_name(choice.medicine), choice.medicine)
        self.there = choice
        self.taken.emit(choice.medicine)

    def _fill(self, text: str, chosen: Medicine | None) -> None:
        self._chosen = chosen
        self._filling = True
        self._field.setText(text)
        self._filling = False

    def _key(self, event: QKeyEvent) -> bool:
        key, popup, text = event.key(), self._popup, self._field.text()
        match key:
            case Qt.Key.Key_Down | Qt.Key.Key_Up if popup.isVisible():
                popup.move_by(1 if key == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_Down if text.strip():
                self._find(text)
            case Qt.Key.Key_Down:
                self.left_below.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab if popup.isVisible():
                return popup.take() or key != Qt.Key.Key_Tab
            case _ if key in _ENTER:
                self._enter()
            case _:
                return False
        return True

    def _enter(self) -> None:
        if self._chosen is not None:
            self.gone_on.emit()
        elif self._give_up is not _nothing:
            self._take_first = True  # typed faster than found
        else:
            self._find(self._field.text())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusOut:
            self._popup.hide()
            return False
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return not held & ~Qt.KeyboardModifier.ShiftModifier and self._key(event)


def _nothing() -> None:
    """Nothing is being searched for."""
