"""Where one medicine is typed: its name, how it is taken, how much of it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QWidget

from clinicdesk.contract.entities import Allergy, Medicine, Severity
from clinicdesk.contract.money import line_amount
from clinicdesk.core.identity import new_id
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.design.labels import label
from clinicdesk.desktop.design.pill import PILL_HEIGHT, Pill
from clinicdesk.desktop.design.search_field import SearchField
from clinicdesk.desktop.design.stylesheet import restyle
from clinicdesk.desktop.design.tokens import TextRole, Tone
from clinicdesk.desktop.forms.therapy_entry import Ui_TherapyEntry
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.therapy.directions import (
    Directions,
    default_line,
    read_directions,
)
from clinicdesk.desktop.workspaces.therapy.draft import DraftLine, Entry, conflicts
from clinicdesk.desktop.workspaces.therapy.medicine_search import MedicineSearch
from clinicdesk.desktop.workspaces.therapy.pill_flow import PillFlow
from clinicdesk.desktop.workspaces.therapy.words import (
    availability_look,
    directions_pills,
    medicine_name,
    missing_words,
    pack_words,
    schedule_pill,
    unit_words,
    warning_text,
    warning_title,
)

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LineEntry(QWidget):
    """Search, directions and quantity of one line; Enter leads from one to the next.

    Escape is the form's: only it knows where a step back leads.

    Signals:
        changed: `entry()` says something else.
        added: Enter was pressed on a line that is complete: a `DraftLine`.

    Attributes:
        search: Where its medicine is searched.
    """

    changed = Signal()
    added = Signal(object)

    def __init__(self, context: Context, host: QWidget, parent: QWidget | None = None) -> None:
        """Make an empty line.

        Args:
            host: What the list of medicines may cover.
        """
        super().__init__(parent)
        self._context = context
        self._allergies: Sequence[Allergy] = ()
        self._entry = Entry()
        self._directions: Directions | None = None
        self._course: object = None
        self._filling = False
        design = context.design
        self.ui = Ui_TherapyEntry()
        self.ui.setupUi(self)
        self._field = SearchField(design, self.tr("Medicine, strength or brand"))
        self._field.setObjectName("medicine_search")
        self.ui.search_column.addWidget(self._field)
        self.ui.search_caption.setBuddy(self._field)
        self.search = MedicineSearch(context, self._field, host, self)
        self._pills = PillFlow(design)
        self._pills.setObjectName("directions_read")
        self._error = InlineError(design)
        self._error.setObjectName("entry_error")
        self._warning = Banner(design, Tone.WARNING)
        self._warning.setObjectName("allergy_warning")
        self._help = label(
            self.tr("Directions as: 1 tab bd 5d pc · od bd tds qid hs sos stat · 5d 2w 1m · ac pc"),
            TextRole.SECONDARY,
            "third",
        )
        self._help.setFixedHeight(PILL_HEIGHT)
        for below in (self._help, self._pills, self._error, self._warning):
            self.ui.column.addWidget(below)
        self.ui.add_line_button.dress(design, kind=Kind.SECONDARY, icon="plus")
        self._connect()
        self._show_medicine()

    def entry(self) -> Entry:
        """What is typed."""
        return self._entry

    def show_entry(self, entry: Entry) -> None:
        """Type this, as it was kept."""
        self._entry = entry
        self.search.show_medicine(entry.search, entry.medicine)
        self._filling = True
        self.ui.sig_line.setText(entry.typed)
        self._filling = False
        self._course = None
        if entry.medicine is not None:
            self._course = read_directions(entry.typed, entry.medicine).course
        self._show_medicine()

    def edit(self, line: DraftLine) -> None:
        """Take a line of the table back to change it."""
        usual = read_directions(line.typed, line.medicine).quantity
        self.show_entry(
            Entry(
                search=medicine_name(line.medicine),
                medicine=line.medicine,
                typed=line.typed,
                quantity=None if line.quantity == usual else line.quantity,
                replaces=line.id,
            )
        )
        self.changed.emit()
        self.ui.sig_line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ui.sig_line.selectAll()

    def set_patient(self, allergies: Sequence[Allergy], age: int | None) -> None:
        """Warn of these; propose the forms first that are usual at their whole years."""
        self._allergies = allergies
        self.search.set_patient(allergies, age)
        self._show_warning()

    def clear(self) -> None:
        """Begin another line."""
        self.focus_search()
        self.show_entry(Entry())
        self.changed.emit()

    def focus_search(self) -> None:
        """Put the keyboard where a line begins."""
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)

    def add(self) -> None:
        """Add the line, or say what it lacks and go there."""
        medicine, directions = self._entry.medicine, self._directions
        if medicine is None or directions is None:
            self.focus_search()
            return
        quantity = self.ui.quantity_field.value()
        if directions.missing is not None:
            self._refuse(missing_words(directions.missing, medicine), self.ui.sig_line)
        elif quantity < 1:
            self._refuse(self.tr("How much is to be dispensed?"), self.ui.quantity_field)
        else:
            assert directions.frequency is not None  # or it would be missing
            line = DraftLine(
                id=self._entry.replaces or new_id(),
                medicine=medicine,
                typed=self._entry.typed,
                dose=directions.dose,
                route=directions.route,
                frequency=directions.frequency,
                days=directions.days,
                instructions=directions.instructions,
                quantity=quantity,
            )
            # First: from a field that is switched off Qt would go on to the lines.
            self.focus_search()
            self.added.emit(line)
            self.show_entry(Entry())

    def _connect(self) -> None:
        self.search.typed.connect(self._search_changed)
        self.search.taken.connect(self._take)
        self.search.there_changed.connect(self._show_pills)
        self.search.gone_on.connect(self.ui.sig_line.setFocus)
        self.ui.sig_line.textChanged.connect(self._typed_changed)
        self.ui.quantity_field.valueChanged.connect(self._quantity_changed)
        self.ui.add_line_button.clicked.connect(self.add)
        for field in (self.ui.sig_line, self.ui.quantity_field):
            field.installEventFilter(self)

    def _search_changed(self, text: str) -> None:
        if self._entry.medicine is not None and text != medicine_name(self._entry.medicine):
            self._entry = replace(self._entry, medicine=None, quantity=None)
            self._show_medicine()
        self._entry = replace(self._entry, search=text)
        self.changed.emit()

    def _take(self, medicine: Medicine) -> None:
        edited = self._entry.replaces is not None and bool(self._entry.typed)
        self._entry = replace(
            self._entry,
            search=medicine_name(medicine),
            medicine=medicine,
            typed=self._entry.typed if edited else default_line(medicine),
            quantity=None,
        )
        self._filling = True
        self.ui.sig_line.setText(self._entry.typed)
        self._filling = False
        self._course = None
        self._show_medicine()
        self.changed.emit()
        self.ui.sig_line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ui.sig_line.end(False)

    def _typed_changed(self, text: str) -> None:
        if self._filling:
            return
        self._entry = replace(self._entry, typed=text)
        self._clear_error()
        self._read()
        self.changed.emit()

    def _quantity_changed(self, value: int) -> None:
        if self._filling:
            return
        usual = None if self._directions is None else self._directions.quantity
        self._entry = replace(self._entry, quantity=None if value == usual else value)
        self._clear_error()
        self._show_pills()
        self.changed.emit()

    def _read(self) -> None:
        """Read the directions again; a quantity set by hand holds for the course it was set for."""
        medicine = self._entry.medicine
        self._directions = None
        quantity = 0
        if medicine is not None:
            self._directions = read_directions(self._entry.typed, medicine)
            if self._course != self._directions.course:
                if self._course is not None:
                    self._entry = replace(self._entry, quantity=None)
                self._course = self._directions.course
            quantity = self._entry.quantity or self._directions.quantity or 0
        self._filling = True
        self.ui.quantity_field.setValue(quantity)
        self._filling = False
        self._show_pills()

    def _show_medicine(self) -> None:
        """Everything that depends on which medicine is chosen."""
        medicine = self._entry.medicine
        for control in (self.ui.sig_line, self.ui.quantity_field, self.ui.add_line_button):
            control.setEnabled(medicine is not None)
        self.ui.sig_line.setPlaceholderText(
            self.tr("1 tablet bd 5d after food")
            if medicine is not None
            else self.tr("Choose the medicine first")
        )
        self.ui.add_line_button.setText(
            self.tr("Add") if self._entry.replaces is None else self.tr("Replace")
        )
        unit = "" if medicine is None else unit_words(medicine)
        self.ui.quantity_caption.setText(
            self.tr("Quantity, %1").replace("%1", unit) if unit else self.tr("Quantity")
        )
        self._clear_error()
        self._read()
        self._show_warning()

    def _show_pills(self) -> None:
        medicine, directions = self._entry.medicine, self._directions
        self._help.setVisible(medicine is None)
        self._pills.setVisible(medicine is not None)
        if medicine is None or directions is None:
            self._pills.show_pills([])
            return
        there = self.search.there
        price = medicine.price_minor if there is None else there.price_minor
        amount = line_amount(price, medicine.pack_size, self.ui.quantity_field.value())
        pills = directions_pills(directions, medicine, amount, ask=not self._error.text())
        if there is not None and there.availability is not None:
            pills.append(availability_look(there.availability))
        mark = schedule_pill(medicine.schedule)
        if mark is not None and medicine.schedule.controlled:
            pills.append(mark)
        if self._entry.quantity is not None:
            text = self.tr("quantity by hand")
            pills.append(Pill(text, Tone.INFO, "pencil"))
        self._pills.show_pills(pills)
        self._pills.setToolTip(f"{medicine.brand}, {pack_words(medicine)}")

    def _show_warning(self) -> None:
        medicine = self._entry.medicine
        met = [] if medicine is None else conflicts(medicine, self._allergies)
        self._warning.setVisible(bool(met))
        if met:
            severe = met[0].severity is Severity.SEVERE
            self._warning.set_tone(Tone.DANGER if severe else Tone.WARNING)
            self._warning.say(warning_title(met), warning_text(met))

    def _refuse(self, sentence: str, field: QWidget) -> None:
        self._error.show_error(sentence)
        self._show_pills()
        field.setProperty("invalid", True)
        restyle(field)
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clear_error(self) -> None:
        if self._error.text():
            self._error.show_error("")
            for field in (self.ui.sig_line, self.ui.quantity_field):
                field.setProperty("invalid", False)
                restyle(field)

    def _line_key(self, event: QKeyEvent) -> bool:
        if event.key() in _ENTER:
            self.ui.quantity_field.interpretText()
            self.add()
            return True
        return False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if held & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        if watched is self.ui.sig_line or isinstance(watched, QAbstractSpinBox):
            return self._line_key(event)
        return False
