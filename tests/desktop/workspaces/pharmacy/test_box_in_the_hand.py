"""What a scanned box says of its batch is held against the shelf, and kept where there is none."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace
from PySide6.QtWidgets import QLabel

from clinicdesk.contract.commands import CheckItem
from clinicdesk.contract.entities import Batch, PrescriptionStatus, Row
from clinicdesk.core.scanning import ProductScan
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.models.prescription_items import ItemColumn
from clinicdesk.desktop.workspaces.shared.sheet import Sheet
from tests.core.sample import an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    on_shelf,
    scan_of,
    until,
)

LATER, SOON = date(2028, 4, 30), date(2026, 5, 31)


async def counter_with(open_with: Opening, *shelf: Row) -> Counter:
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    return await open_with(*rows.all(), *shelf)


def checks(counter: Counter) -> list[CheckItem]:
    commands = (entry.command for entry in counter.desk.outbox.entries())
    return [command for command in commands if isinstance(command, CheckItem)]


def stop_said(counter: Counter) -> str:
    stop: Sheet = counter.find(Sheet, "stop_sheet")
    assert stop.isVisible()
    return stop.accessibleDescription()


def twice_the_number() -> list[Row]:
    """Two batches that bear one number and expire on different days."""
    rows = on_shelf("Azrel", ("A1201", SOON, 60), ("A1202", LATER, 60))
    return [
        replace(row, number="A1201") if isinstance(row, Batch) and row.number == "A1202" else row
        for row in rows
    ]


async def test_of_two_batches_with_one_number_the_one_with_the_expiry_is_taken(
    open_with: Opening,
) -> None:
    counter = await counter_with(open_with, *twice_the_number())
    counter.workspace.take_scan(scan_of("Azrel", "A1201", LATER))
    await until(lambda: checks(counter))
    assert [check.batch_id for check in checks(counter)] == [an_id("batch A1202")]


async def test_a_box_with_another_expiry_than_its_batch_stops(open_with: Opening) -> None:
    counter = await counter_with(open_with, *on_shelf("Azrel", ("A1201", SOON, 60)))
    counter.workspace.take_scan(scan_of("Azrel", "A1201", LATER))
    assert "Batch A1201 has another expiry on the shelf" in stop_said(counter)
    assert "expires on 30 Apr 2028" in counter.find(QLabel, "stop_scanned").text()
    assert counter.find(QLabel, "stop_wanted").text() == "On the shelf: A1201 (31 May 2026)"
    assert checks(counter) == []


async def test_a_box_that_says_only_an_expiry_is_held_against_the_shelf_too(
    open_with: Opening,
) -> None:
    counter = await counter_with(open_with, *on_shelf("Azrel", ("A1201", SOON, 60)))
    counter.workspace.take_scan(scan_of("Azrel", None, LATER))
    assert "Nothing on the shelf expires on 30 Apr 2028" in stop_said(counter)


async def test_what_the_box_says_is_kept_where_no_stock_is(open_with: Opening) -> None:
    counter = await counter_with(open_with)
    said: list[tuple[ProductScan, str, str]] = [
        (scan_of("Cetzy", "ZX-7", LATER), "ZX-7 · ", "Apr 2028"),
        (scan_of("Azrel", "ZX-8"), "ZX-8", ""),
        (scan_of("Calpar", None, LATER), "Apr 2028", ""),
    ]
    for place, (scan, text, tail) in enumerate(said):
        counter.workspace.take_scan(scan)
        await until(lambda done=place + 1: len(checks(counter)) == done)  # type: ignore[misc]
        table = counter.workspace.pane.items
        shown: CellContent = table.index(place, ItemColumn.AMOUNT).data(CONTENT_ROLE)
        assert (shown.text, shown.tail) == (text, tail)
    assert [(c.batch_number, c.expiry) for c in checks(counter)] == [
        ("ZX-7", LATER), ("ZX-8", None), (None, LATER),
    ]  # fmt: skip
