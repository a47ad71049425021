"""A refused step is asked again at the counter, with the answers that were given."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.contract.commands import (
    AnyCommand,
    CancelItem,
    CancelPrescription,
    CheckItem,
    DeclineItem,
    FulfillItems,
    HandOver,
    HoldItems,
    RejectOrder,
    ReturnToStock,
    SubstituteItem,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    OrderResponse,
    PrescriptionStatus,
    RuleKind,
    RuleLevel,
    RuleSet,
    SafetyRule,
    Verified,
)
from clinicdesk.contract.problems import Conflict
from clinicdesk.core.remedies import can_be_changed
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspaces.shared.sheet import Sheet
from tests.core.sample import CLINIC, NOON, an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    an_order,
    settled,
    until,
)

RX = an_id("rx")


async def refused(counter: Counter, command: AnyCommand, field: str = "") -> OutboxEntry:
    op_id = (await counter.desk.outbox.submit(command)).op_id
    await counter.desk.outbox.finish(op_id, Conflict(detail="Write the whole name.", field=field))
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


LINE, GIVEN = an_id("rx line 2"), "as the doctor said"
OF_A_LINE: list[tuple[AnyCommand, ItemStatus, str]] = [
    (
        CheckItem(
            prescription_id=RX, item_id=LINE, dispense_id=an_id("d"), medicine_id=an_id("m"),
            quantity=1, batch_id=None, verified=Verified.HAND, hand_reason=GIVEN,
        ),
        ItemStatus.PENDING,
        "by_hand_sheet",
    ),
    (
        SubstituteItem(prescription_id=RX, item_id=LINE, medicine_id=an_id("m"), reason=GIVEN),
        ItemStatus.PENDING,
        "substitute_sheet",
    ),
    (
        HoldItems(prescription_id=RX, item_ids=[LINE], reason=GIVEN),
        ItemStatus.PENDING,
        "hold_sheet",
    ),
    (
        DeclineItem(prescription_id=RX, item_id=LINE, reason=GIVEN),
        ItemStatus.PENDING,
        "decline_sheet",
    ),
    (
        CancelItem(prescription_id=RX, item_id=LINE, reason=GIVEN),
        ItemStatus.OWING,
        "cancel_rest_sheet",
    ),
    (
        ReturnToStock(prescription_id=RX, item_ids=[LINE], reason=GIVEN),
        ItemStatus.READY,
        "return_sheet",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("command", "status", "sheet"), OF_A_LINE)
async def test_what_was_done_to_a_line_is_asked_again_with_its_reason(
    open_with: Opening, command: AnyCommand, status: ItemStatus, sheet: str
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    owing = rows.items[1].quantity if status is ItemStatus.OWING else 0
    rows.items[1] = replace(rows.items[1], status=status, owing=owing)
    counter = await open_with(*rows.all())
    entry = await refused(counter, command)
    assert can_be_changed(entry)
    assert counter.workspace.mend(entry)
    await settled()
    asked = counter.find(Sheet, sheet)
    assert asked.isVisible()
    assert asked.item_id == LINE
    assert GIVEN in [field.text() for field in asked.findChildren(QLineEdit)]


async def test_what_is_done_by_now_is_not_undone_by_asking_again(open_with: Opening) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    rows.items[1] = replace(rows.items[1], status=ItemStatus.ON_HOLD, hold_reason="asked before")
    counter = await open_with(*rows.all())
    entry = await refused(counter, HoldItems(prescription_id=RX, item_ids=[LINE], reason=GIVEN))
    assert counter.workspace.mend(entry)
    await settled()
    assert [each.op_id for each in counter.desk.outbox.entries()] == [entry.op_id]
    assert ("This line is on hold already.", Tone.WARNING) in counter.said


async def test_making_ready_is_asked_again(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.PAID).all())
    command = FulfillItems(prescription_id=RX, item_ids=[LINE], bin="A7", hand_reason=GIVEN)
    entry = await refused(counter, command)
    assert can_be_changed(entry)
    assert counter.workspace.mend(entry)
    await settled()
    assert counter.find(Sheet, "ready_sheet").isVisible()


async def test_sending_back_is_asked_again_with_the_answer_that_was_given(
    open_with: Opening,
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all(), an_order(rows.prescriptions[0]))
    command = RejectOrder(
        prescription_id=RX, response=OrderResponse.QUOTE, note=GIVEN, quoted_minor=51_200
    )
    entry = await refused(counter, command)
    assert counter.workspace.mend(entry)
    await settled()
    assert counter.find(QLineEdit, "send_back_note").text() == GIVEN
    assert counter.find(QLineEdit, "send_back_price").text() == "512.00"
    counter.key(Qt.Key.Key_Escape)
    counter.key(Qt.Key.Key_X)
    await settled()
    assert counter.find(QLineEdit, "send_back_note").text() == "", "asked anew, it is empty"


async def know_that_two_lines_must_not_be_taken_together(counter: Counter) -> None:
    listed = RuleSet(
        id=an_id("rules"), clinic_id=CLINIC, version=1, name="Rules", revision=1, rule_count=1,
        updated_at=NOON,
    )  # fmt: skip
    rule = SafetyRule(
        id=an_id("rule"), clinic_id=CLINIC, rule_set_id=listed.id, revision=1,
        kind=RuleKind.INTERACTION, subject="azithromycin", other="cetirizine",
        level=RuleLevel.MAJOR, text="Made up.", source="test", route="", max_single_ug=None,
        max_daily_ug=None, from_age_months=None, to_age_months=None, withdrawn=False,
    )  # fmt: skip
    await counter.desk.rules._table.take_page(listed.id, [rule], CatalogueState(1, None))
    await counter.feed(listed)


async def test_a_finding_that_the_server_knew_of_alone_is_asked_about_the_next_time(
    open_with: Opening,
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    counter = await open_with(*rows.all())
    findings = counter.workspace.pane.findings
    await until(lambda: not counter.tasks.running, "the first look is over")
    assert findings.findings() == []
    await know_that_two_lines_must_not_be_taken_together(counter)
    assert findings.findings() == [], "nobody has looked again"
    command = FulfillItems(prescription_id=RX, item_ids=[LINE], hand_reason=GIVEN)
    await refused(counter, command, "overrides")
    await until(lambda: findings.findings())
    assert findings.unanswered(LINE)
