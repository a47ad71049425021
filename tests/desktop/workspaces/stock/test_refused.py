"""What the server refused of the stock is asked for again as it was typed, and given anew once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt

from clinicdesk.contract.commands import (
    AdjustStock,
    AnyCommand,
    ReceivedGoods,
    ReceiveGoods,
    ReceiveStock,
    ReviseSupplyOrder,
    SetReorder,
    SupplyLine,
    WriteSupplier,
    WriteSupplyOrder,
)
from clinicdesk.contract.entities import MovementKind
from clinicdesk.contract.problems import InvalidField
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.workspaces.shared.asking import Asking
from tests.core.sample import an_id
from tests.desktop.workspaces.dashboard.page import a_medicine
from tests.desktop.workspaces.pharmacy.counter import focused, settled, until
from tests.desktop.workspaces.stock.place import Place, line_id

NEXT_YEAR = date(2027, 8, 31)


async def refused(place: Place, given: Any, field: str = "") -> None:
    """A command was given, and the server says no; it is asked for again from the outbox."""
    await given
    outbox = place.desk.outbox
    (entry,) = outbox.entries()
    await outbox.finish(entry.op_id, InvalidField(detail="Look at it again.", field=field))
    await settled()
    (found,) = outbox.refused()
    assert place.workspace.mend(found)


async def shown(sheet: Asking) -> None:
    await until(sheet.isVisible)
    await settled()
    error = sheet.findChild(InlineError, "sheet_error")
    assert error is not None
    assert "Look at it again." in error.text(), "it says why"


async def anew(place: Place) -> AnyCommand:
    """Enter gives it again; what was refused is not kept beside it."""
    if focused() is None:
        place.workspace.setFocus()
    place.key(Qt.Key.Key_Return)
    outbox = place.desk.outbox
    await until(lambda: not outbox.refused() and outbox.entries())
    (entry,) = outbox.entries()
    return entry.command


async def test_what_came(place: Place) -> None:
    medicine = a_medicine("Metformin")
    receive = place.desk.stock.receive(medicine.id, "M-77", NEXT_YEAR, 30, 650)
    await refused(place, receive, "expiry")
    sheet = place.workspace.shelves._receive
    await shown(sheet)
    assert (sheet.batch.text(), sheet.packs.value(), sheet.cost.text()) == ("M-77", 3, "6.50")
    again = await anew(place)
    assert isinstance(again, ReceiveStock)
    assert (again.number, again.expiry, again.quantity) == ("M-77", NEXT_YEAR, 30)


async def test_what_was_counted(place: Place) -> None:
    batch = an_id("Metformin M-12")
    count = place.desk.stock.adjust(batch, -20, "Broken", MovementKind.WRITTEN_OFF)
    await refused(place, count, "quantity")
    sheet = place.workspace.shelves._count
    await shown(sheet)
    assert (sheet.counted.value(), sheet.reason.text()) == (100, "Broken")
    again = await anew(place)
    assert isinstance(again, AdjustStock)
    assert (again.quantity, again.kind) == (-20, MovementKind.WRITTEN_OFF)


async def test_when_to_order(place: Place) -> None:
    await refused(place, place.desk.stock.set_reorder(an_id("Metformin"), 44, 3, "C9"))
    sheet = place.workspace.shelves._reorder
    await shown(sheet)
    again = await anew(place)
    assert isinstance(again, SetReorder)
    assert (again.reorder_level, again.reorder_packs, again.shelf) == (44, 3, "C9")


def goods(line: int, number: str, packs: int) -> ReceivedGoods:
    return ReceivedGoods(
        line_id=line_id("sent", line), batch_id=an_id(number), number=number, expiry=NEXT_YEAR,
        packs=packs, cost_minor=800,
    )  # fmt: skip


@pytest.mark.parametrize(("field", "listed"), [("goods[1].expiry", ["G-1"]), ("", ["G-1", "G-2"])])
async def test_a_delivery_of_which_one_kind_of_pack_is_wrong(
    place: Place, field: str, listed: list[str]
) -> None:
    came = [goods(1, "G-1", 2), goods(2, "G-2", 3)]
    delivery = an_id("delivery")
    await refused(place, place.desk.supply.receive(an_id("sent"), came, delivery), field)
    sheet = place.workspace.orders._goods
    await shown(sheet)
    assert [one.number for one in sheet.goods] == listed
    if field:
        assert (sheet.batch.text(), sheet.packs.value()) == ("G-2", 3)
        place.key(Qt.Key.Key_Return)
        await settled()
    again = await anew(place)
    assert isinstance(again, ReceiveGoods)
    assert again.delivery_id == delivery
    assert [(one.number, one.packs) for one in again.goods] == [("G-1", 2), ("G-2", 3)]


def lines(packs: int) -> list[SupplyLine]:
    medicine = a_medicine("Metformin")
    return [SupplyLine(id=an_id("line"), medicine_id=medicine.id, packs=packs, cost_minor=650)]


async def test_a_new_order(place: Place) -> None:
    supply = place.desk.supply
    await refused(place, supply.write(an_id("other"), lines(7), "By Friday"), "lines[0].packs")
    sheet = place.workspace.orders._write
    await shown(sheet)
    assert sheet.note_field.text() == "By Friday"
    again = await anew(place)
    assert isinstance(again, WriteSupplyOrder)
    assert (again.supplier_id, again.lines, again.note) == (an_id("other"), lines(7), "By Friday")


async def test_a_draft_that_was_changed(place: Place) -> None:
    supply = place.desk.supply
    await refused(place, supply.revise(an_id("draft"), an_id("other"), lines(9)), "lines[0].packs")
    sheet = place.workspace.orders._write
    await shown(sheet)
    again = await anew(place)
    assert isinstance(again, ReviseSupplyOrder)
    assert (again.supply_order_id, again.supplier_id) == (an_id("draft"), an_id("other"))
    assert again.lines == lines(9)


async def test_a_supplier(place: Place) -> None:
    await refused(place, place.desk.supply.write_supplier("Kōwhai", phone="12"), "phone")
    sheet = place.workspace.orders._supplier
    await shown(sheet)
    assert (sheet.name.text(), sheet.phone.text()) == ("Kōwhai", "12")
    sheet.phone.setText("+6449790000")
    again = await anew(place)
    assert isinstance(again, WriteSupplier)
    assert again.phone == "+6449790000"
