"""Whoever puts goods on the shelf reads at once which prescriptions can go on."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from clinicdesk.contract.entities import NoticeStatus, Prescription, PrescriptionStatus, Row
from tests.core.sample import a_frame, an_id, change
from tests.desktop.workspaces.dashboard.clinics import a_call
from tests.desktop.workspaces.pharmacy.counter import (
    NOON,
    a_counter_prescription,
    focused,
    settled,
)
from tests.desktop.workspaces.stock.place import Place


async def feed(place: Place, *rows: Row) -> None:
    """The server tells of changed rows."""
    cursor = place.desk.replica.cursor
    assert cursor is not None
    seq = cursor.seq
    items = [change(row, seq=seq + 1) for row in rows]
    await place.desk.replica.apply(a_frame(seq, seq + 1, *items))
    await settled()


def paid(name: str) -> Prescription:
    header: Prescription = a_counter_prescription(status=PrescriptionStatus.PAID).prescriptions[0]
    return replace(header, id=an_id(name), code=f"RX-{name.upper()}")


def words(place: Place) -> str:
    found = place.workspace.served.findChild(QLabel, "served_words")
    assert found is not None
    return found.text()


async def test_enter_opens_the_prescriptions_that_goods_have_served_one_by_one(
    place: Place,
) -> None:
    opened: list[object] = []
    place.workspace.served.wanted.connect(opened.append)
    one, two = paid("one"), paid("two")
    await feed(place, one, two, a_call(one, NOON), a_call(two, NOON))
    assert words(place).startswith("2 ")
    assert words(place).endswith("can be dispensed now: RX-ONE, RX-TWO")
    assert focused() is place.workspace.served.button
    place.key(Qt.Key.Key_Return)
    assert words(place).endswith("can be dispensed now: RX-TWO")
    place.key(Qt.Key.Key_Return)
    assert opened == [one.id, two.id]
    assert not place.workspace.served.isVisible()


async def test_escape_puts_it_away_and_the_keyboard_is_on_the_list_again(place: Place) -> None:
    one = paid("one")
    await feed(place, one, a_call(one, NOON))
    place.key(Qt.Key.Key_Escape)
    assert not place.workspace.served.isVisible()
    assert focused() is place.workspace.shelves.list


async def test_what_somebody_told_already_is_no_news(place: Place) -> None:
    one = paid("one")
    told = replace(
        a_call(one, NOON), status=NoticeStatus.TOLD, told_at=NOON, told_by=an_id("somebody")
    )
    await feed(place, one, told)
    assert not place.workspace.served.isVisible()
