"""A refused step is asked again at the counter, with the answers that were given."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.contract.commands import CancelPrescription, HandOver
from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.contract.problems import Conflict
from clinicdesk.core.store.outbox_table import OutboxEntry
from tests.core.sample import an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    settled,
    until,
)

RX = an_id("rx")


async def refused(counter: Counter, command: HandOver | CancelPrescription) -> OutboxEntry:
    op_id = (await counter.desk.outbox.submit(command)).op_id
    await counter.desk.outbox.finish(op_id, Conflict(detail="Write the whole name."))
    await settled()
    entry = counter.desk.outbox.entry(op_id)
    assert entry is not None
    return entry


async def test_handing_over_is_asked_again_with_the_name_that_was_given(
    open_with: Opening,
) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.FULFILLED).all())
    entry = await refused(counter, HandOver(prescription_id=RX, collected_by="M."))
    assert counter.workspace.mend(entry)
    await settled()
    field = counter.find(QLineEdit, "collected_by_field")
    assert field.isVisible()
    assert field.text() == "M."
    field.setText("Meera Deshpande")
    counter.key(Qt.Key.Key_Return)
    await until(lambda: [e.op_id for e in counter.desk.outbox.entries()] != [entry.op_id])
    (again,) = counter.desk.outbox.entries()
    assert isinstance(again.command, HandOver)
    assert again.command.collected_by == "Meera Deshpande"


async def test_cancelling_is_asked_again_with_the_reason_that_was_given(
    open_with: Opening,
) -> None:
    counter = await open_with(*a_counter_prescription().all())
    entry = await refused(counter, CancelPrescription(prescription_id=RX, reason="not collected"))
    assert counter.workspace.mend(entry)
    await settled()
    sheet = counter.find(QWidget, "cancel_sheet")
    assert sheet.isVisible()
    field = sheet.findChild(QLineEdit, "reason_field")
    assert field is not None
    assert field.text() == "not collected"
