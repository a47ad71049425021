"""Hands over: asks who stands at the counter."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.contract.commands import HandOver
from clinicdesk.contract.entities import Prescription
from clinicdesk.core.dispensing import Dispensing
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import Kind
from clinicdesk.desktop.design.field_block import FieldBlock
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspaces.shared.sheet import Sheet, Work

_FIELD_WIDTH = 360
_NAME_LENGTH = 120


class HandOverSheet(Sheet):
    """The patient's name stands there already; Enter hands over."""

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
        self._patient = ""
        self._field = QLineEdit()
        self._field.setObjectName("collected_by_field")
        self._field.setMaxLength(_NAME_LENGTH)
        self._block = FieldBlock(
            design,
            self.tr("Collected by"),
            self._field,
            hint=self.tr("The patient. Type over it when somebody else has come."),
        )
        self._block.setFixedWidth(_FIELD_WIDTH)
        self._field.textChanged.connect(lambda: self._block.set_error(""))
        self.ui.body.addWidget(self._block)
        self.ui.sheet_confirm.setObjectName("confirm_hand_over_button")

    def prepare(self, patient: str, warning: str) -> None:
        """Say whose it is, and what should be done before; then `open_about`."""
        self._patient = patient
        self.note(warning)

    def open_about(self, prescription: Prescription) -> None:
        """Appear with the patient's name in the field, chosen, so that typing replaces it."""
        self.name_it(
            self.tr("Hand over"), prescription.code, self.tr("Hand over"), "hand-helping",
            Kind.PRIMARY,
        )  # fmt: skip
        super().open_about(prescription)
        self._field.setText(self._patient)
        self._field.selectAll()

    def first_field(self) -> QWidget:
        """Who collects."""
        return self._field

    def work(self, prescription: Prescription) -> Work | None:
        """The handing over, to whoever is named."""
        name = self._field.text().strip()
        if not name:
            self._block.set_error(self.tr("Collected by: write who takes it."))
            return None
        return self._dispensing.hand_over(prescription.id, name)

    def doing(self) -> str:
        """See Sheet."""
        return self.tr("handing over")

    def outcome(self) -> str:
        """Who has it now."""
        text = self.tr("Handed over to %1.")
        return text.replace("%1", self._field.text().strip())
