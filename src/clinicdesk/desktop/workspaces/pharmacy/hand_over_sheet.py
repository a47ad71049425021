"""Hands over: asks who stands at the counter."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.contract.commands import DeliverOrder, HandOver
from clinicdesk.contract.entities import Prescription
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.core.ordering import Ordering
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.design.flow_row import FlowRow
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

_NAME_LENGTH = 120
_NOBODY_ELSE = -1


class CollectorSheet(Sheet):
    """The patient's name stands there already; a digit says who else has come, and their name may
    be written or left out. What `work` does with it is the subclass's."""

    def __init__(self, design: Design, tasks: TaskOwner, parent: QWidget | None = None) -> None:
        super().__init__(design, tasks, parent)
        self._patient = ""
        self._given = ""
        self._relation = 0
        self._relations = (
            self.tr("The patient"),
            self.tr("Spouse"),
            self.tr("Parent"),
            self.tr("Child"),
            self.tr("Carer"),
            self.tr("Neighbour"),
        )
        self._field = QLineEdit()
        self._field.setObjectName("collected_by_field")
        self._field.setMaxLength(_NAME_LENGTH)
        self._field.installEventFilter(self)
        self._block = FieldBlock(design, self.who(), self._field)
        self._field.textChanged.connect(lambda: self._block.set_error(""))
        self._field.textEdited.connect(self._on_typed)
        self.ui.body.addWidget(self._block)
        self._chips: list[Chip] = []
        row = FlowRow()
        for place, relation in enumerate(self._relations):
            chip = Chip(design, Pill(relation), key=str(place + 1))
            chip.clicked.connect(partial(self._choose, place))
            self._chips.append(chip)
            row.add(chip)
        self.ui.body.addWidget(row)

    def who(self) -> str:
        """What the field asks for."""
        return self.tr("Collected by")

    def prepare(self, patient: str, warning: str, given: str = "") -> None:
        """Say whose it is, what should be known before, and who was named before; then
        `open_about`."""
        self._patient = patient
        self._given = given
        self.note(warning)

    def fill(self, _prescription: Prescription) -> None:
        """The patient's name, or the one that was given."""
        self._choose(_NOBODY_ELSE if self._given else 0)
        self._field.setText(self._given or self._patient)
        self._block.set_error("")

    def first_field(self) -> QWidget:
        """Who collects."""
        return self._field

    def collector(self) -> str:
        """Who it is, in the words that the register keeps and that go into sentences: "Sunil Rao
        (spouse)", "spouse of Meera Rao"."""
        name = self._field.text().strip()
        if self._relation <= 0:
            return name
        relation = self._relations[self._relation].lower()
        if not name:
            text = self.tr("%1 of %2").replace("%1", relation)
            return text.replace("%2", self._patient)[:_NAME_LENGTH]
        return f"{name} ({relation})"[:_NAME_LENGTH]

    def checked_collector(self) -> str:
        """The same; empty, and said beside the field, when nobody is named."""
        who = self.collector()
        if not who:
            self._block.set_error(self.tr("Collected by: write who takes it."))
        return who

    def _choose(self, place: int, _checked: bool = False) -> None:
        """Somebody of this relation has come."""
        self._relation = place
        for at, (chip, words) in enumerate(zip(self._chips, self._relations, strict=True)):
            chip.show_pill(Pill(words, Tone.ACCENT if at == place else Tone.NEUTRAL))
        if place > 0:
            self._field.clear()
            text = self.tr("Their name, if you ask for it")
            self._field.setPlaceholderText(text)
        elif place == 0:
            self._field.setText(self._patient)
            self._field.selectAll()
        self._field.setFocus()

    def _on_typed(self) -> None:
        """Another name than the patient's is somebody else's."""
        if self._relation == 0:
            self._choose_none()

    def _choose_none(self) -> None:
        self._relation = _NOBODY_ELSE
        self._chips[0].show_pill(Pill(self._relations[0]))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self._field
            and event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
        ):
            place = event.key() - Qt.Key.Key_1
            if 0 <= place < len(self._relations):  # no name has a digit
                self._choose(place)
                return True
        return False


class HandOverSheet(CollectorSheet):
    """At the counter; Enter hands over."""

    command = HandOver

    def __init__(
        self,
        design: Design,
        tasks: TaskOwner,
        dispensing: Dispensing,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(design, tasks, parent)
        self._dispensing = dispensing
        self.setObjectName("hand_over_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_hand_over_button")

    def fill(self, prescription: Prescription) -> None:
        """Name it."""
        self.name_it(
            self.tr("Hand over"), prescription.code, self.tr("Hand over"), "hand-helping",
            Kind.PRIMARY,
        )  # fmt: skip
        super().fill(prescription)

    def work(self, prescription: Prescription) -> Work | None:
        """The handing over, to whoever is named."""
        who = self.checked_collector()
        return self._dispensing.hand_over(prescription.id, who) if who else None

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("handing over")

    def outcome(self) -> str:
        """Who has it now."""
        return self.tr("Handed over to %1.").replace("%1", self.collector())


class DeliveredSheet(CollectorSheet):
    """At the patient's door."""

    command = DeliverOrder

    def __init__(
        self, design: Design, tasks: TaskOwner, orders: Ordering, parent: QWidget | None = None
    ) -> None:
        super().__init__(design, tasks, parent)
        self._orders = orders
        self.setObjectName("delivered_sheet")
        self.ui.sheet_confirm.setObjectName("confirm_delivered_button")

    def who(self) -> str:
        """See CollectorSheet."""
        return self.tr("Taken in by")

    def fill(self, prescription: Prescription) -> None:
        """Name it."""
        self.name_it(
            self.tr("Delivered"), prescription.code, self.tr("Record delivery"), "truck",
            Kind.PRIMARY,
        )  # fmt: skip
        super().fill(prescription)

    def work(self, prescription: Prescription) -> Work | None:
        """The delivery, to whoever took it in."""
        who = self.checked_collector()
        return self._orders.deliver(prescription.id, who) if who else None

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("recording the delivery")

    def outcome(self) -> str:
        """Who has it now."""
        return self.tr("Delivered to %1.").replace("%1", self.collector())
