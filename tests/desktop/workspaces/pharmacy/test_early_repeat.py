"""A repeat before what was last given should be used up is opened only once that was said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from clinicdesk.contract.commands import DispenseRepeat
from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.desktop.wording import date_text
from clinicdesk.desktop.workspaces.shared.sheet import Sheet
from tests.core.sample import NOON
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    settled,
    until,
)


def given(counter: Counter) -> list[DispenseRepeat]:
    entries = counter.desk.outbox.entries()
    return [each.command for each in entries if isinstance(each.command, DispenseRepeat)]


@pytest.mark.parametrize(("days_ago", "early"), [(0, True), (6, True), (7, False), (30, False)])
async def test_a_repeat_that_is_early_says_from_when_it_is_due_before_it_is_opened(
    open_with: Opening, days_ago: int, early: bool
) -> None:
    rows = a_counter_prescription(status=PrescriptionStatus.FULFILLED)
    done = replace(
        rows.prescriptions[0], status=PrescriptionStatus.COMPLETED, repeats=2, repeats_used=0,
        completed_at=NOON - timedelta(days=days_ago), collected_by="Meera Deshpande",
    )  # fmt: skip
    rows.prescriptions[0] = done
    rows.items[:] = [
        replace(each, status=ItemStatus.HANDED_OVER, supplied=each.quantity, days=10)
        for each in rows.items
    ]
    counter = await open_with(*rows.all())
    counter.workspace.open_thing("prescription", done.id)
    await settled()
    counter.key(Qt.Key.Key_N)
    sheet = counter.find(Sheet, "repeat_sheet")
    assert sheet.isVisible() is early
    if early:
        assert not given(counter)
        given_on = NOON.date() - timedelta(days=days_ago)
        due = given_on + timedelta(days=7)
        assert sheet.ui.sheet_note.text() == (
            f"10 day(s)' supply was given on {date_text(given_on)}: "
            f"the next is due from {date_text(due)}."
        )
        counter.key(Qt.Key.Key_Return)
    await until(lambda: given(counter))
    await until(lambda: not sheet.isVisible())
    (command,) = given(counter)
    repeat = replace(
        done, id=command.repeat_id, repeat_of=done.id, status=PrescriptionStatus.DRAFT, repeats=0,
        code="RX-7F3L9", completed_at=None, collected_by=None, paid_minor=0, paid_at=None,
    )  # fmt: skip
    await counter.feed(repeat)
    await until(lambda: counter.workspace.pane.prescription == repeat)
