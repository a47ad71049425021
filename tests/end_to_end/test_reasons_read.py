"""What a pharmacist does to a line at the counter, and why, is read in the prescriber's window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QListView

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem
from clinicdesk.core.clock import utc_now
from clinicdesk.core.notices import Notice, NoticeKind
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.content import CONTENT_ROLE, CellContent
from clinicdesk.desktop.models.prescription_items import ItemColumn, PrescriptionItems
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from tests.desktop.workspaces.pharmacy.counter import Counter, open_counter, settled, until
from tests.desktop.workspaces.therapy.room import Room, open_room
from tests.end_to_end.clinic import AMOXICILLIN, MORPHINE, PARACETAMOL, PATIENTS, a_line, an_id
from tests.end_to_end.desks import Office, sent, stands_at, submitted, write_and_sign
from tests.end_to_end.truth import Truth

CROCIN = an_id("medicine crocin")
_ANOTHER_BRAND = """
insert into medicine
select (jsonb_populate_record(m, jsonb_build_object(
  'id', %(id)s::uuid, 'code', 'Crocin', 'brand', 'Crocin', 'price_minor', 1500,
  'gtin', '08901234567999'))).*
from medicine m where m.id = %(like)s
"""


class Ends(Struct):
    """A prescription that is paid for, in both windows."""

    counter: Counter
    room: Room[PrescriptionsWorkspace]
    prescription_id: UUID
    heard: list[Notice]

    def item(self, medicine: UUID) -> PrescriptionItem:
        lines = self.room.desk.replica.items.of(self.prescription_id)
        return next(line for line in lines if line.medicine_id == medicine)

    def remarks(self, medicine: UUID) -> tuple[list[str], list[str]]:
        """What the counter's table and the prescriber's say of a line."""
        line = self.item(medicine).id
        shown = (self.counter.workspace.pane.items, self.room.place.detail.items)
        counter, prescriber = (_remarks(items, line) for items in shown)
        return counter, prescriber

    def choose(self, medicine: UUID) -> None:
        self.counter.workspace.activateWindow()
        self.counter.workspace.pane.table.setFocus()
        self.counter.workspace.pane.choose_line(self.item(medicine).id)

    async def done(self) -> None:
        await until(lambda: not self.counter.tasks.running)
        await sent(self.counter.desk)
        assert self.counter.desk.outbox.refused() == []


def _remarks(items: PrescriptionItems, line: UUID) -> list[str]:
    place = items.place_of(line)
    if place is None:
        return []
    cell: CellContent = items.index(place, ItemColumn.MEDICINE).data(CONTENT_ROLE)
    return [remark.replace("\N{NO-BREAK SPACE}", " ") for remark in cell.remarks]


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
async def ends(office: Office, design: Design, truth: Truth) -> AsyncIterator[Ends]:
    await truth.do(_ANOTHER_BRAND, id=CROCIN, like=PARACETAMOL)
    tara, pia = await office.open("tara"), await office.open("pia")
    lines = [a_line(each, 10) for each in (PARACETAMOL, AMOXICILLIN, MORPHINE)]
    prescription_id = await write_and_sign(tara, *lines, patient=PATIENTS[1])
    await until(lambda: prescription_id in pia.replica.prescriptions)
    submitted(await pia.dispensing.take_payment(prescription_id))
    await sent(pia)
    await stands_at(tara, prescription_id, "PAID")
    room = open_room(tara, design, PrescriptionsWorkspace)
    room.place.detail.show_prescription(prescription_id)
    counter = open_counter(pia, design, live=None, now=utc_now)
    counter.workspace.show()
    counter.workspace.activateWindow()
    await settled()
    counter.workspace.open_thing("prescription", prescription_id)
    await settled()
    heard: list[Notice] = []
    tara.notices.arrived.add(heard.append)
    yield Ends(counter, room, prescription_id, heard)
    await room.close()
    await counter.tasks.end()
    counter.workspace.close()
    counter.workspace.deleteLater()
    await settled()


async def test_another_product_is_named_at_both_ends_and_the_prescriber_is_told(
    ends: Ends,
) -> None:
    ends.choose(PARACETAMOL)
    ends.counter.key(Qt.Key.Key_S)
    products: QListView = ends.counter.find(QListView, "substitutes_list")
    await until(products.isVisible)
    ends.counter.type("Out of stock")
    ends.counter.key(Qt.Key.Key_Return)
    await until(lambda: ends.item(PARACETAMOL).substitute_id == CROCIN)
    await ends.done()
    said = ["Crocin instead of Paracetamolex · ₹ 5.00 less · Out of stock"]
    await until(lambda: ends.remarks(PARACETAMOL) == (said, said))
    await until(lambda: ends.heard)
    assert [notice.kind for notice in ends.heard] == [NoticeKind.ITEM_SUBSTITUTED]
    ends.choose(PARACETAMOL)
    ends.counter.key(Qt.Key.Key_Space)
    ends.counter.type("Barcode is torn")
    ends.counter.key(Qt.Key.Key_Return)
    await ends.done()
    dispenses = ends.room.desk.replica.dispenses
    await until(lambda: dispenses.of(ends.prescription_id))
    (dispense,) = dispenses.of(ends.prescription_id)
    assert (dispense.brand, dispense.medicine_id) == ("Crocin", CROCIN), "for labels and registers"


async def test_the_reason_of_a_hold_is_read_at_both_ends_until_it_goes_on(ends: Ends) -> None:
    ends.choose(AMOXICILLIN)
    ends.counter.key(Qt.Key.Key_H)
    ends.counter.type("Dose to be asked")
    ends.counter.key(Qt.Key.Key_Return)
    await until(lambda: ends.item(AMOXICILLIN).status is ItemStatus.ON_HOLD)
    said = ["On hold: Dose to be asked"]
    await until(lambda: ends.remarks(AMOXICILLIN) == (said, said))
    await ends.done()
    ends.choose(AMOXICILLIN)
    ends.counter.key(Qt.Key.Key_H)
    await until(lambda: ends.item(AMOXICILLIN).status is ItemStatus.PENDING)
    await until(lambda: ends.remarks(AMOXICILLIN) == ([], []))
    assert [notice.kind for notice in ends.heard] == [NoticeKind.ITEM_HELD]


async def test_the_reason_of_a_cancelled_rest_is_read_at_both_ends_and_told(ends: Ends) -> None:
    ends.choose(MORPHINE)
    ends.counter.key(Qt.Key.Key_O)
    await until(lambda: ends.item(MORPHINE).status is ItemStatus.OWING)
    await ends.done()
    ends.choose(MORPHINE)
    ends.counter.key(Qt.Key.Key_D)
    ends.counter.type("Cannot be had")
    ends.counter.key(Qt.Key.Key_Return)
    await until(lambda: ends.item(MORPHINE).status is ItemStatus.CANCELLED)
    await ends.done()
    said = ["Cancelled: Cannot be had"]
    await until(lambda: ends.remarks(MORPHINE) == (said, said))
    await until(lambda: ends.heard)
    assert [notice.kind for notice in ends.heard] == [NoticeKind.ITEM_CANCELLED]


async def test_a_cancelled_prescription_is_told_once_not_line_by_line(ends: Ends) -> None:
    dispensing = ends.counter.desk.dispensing
    submitted(await dispensing.cancel(ends.prescription_id, "Sent twice"))
    await ends.done()
    await until(lambda: ends.item(MORPHINE).status is ItemStatus.CANCELLED)
    await until(lambda: ends.heard)
    assert [notice.kind for notice in ends.heard] == [NoticeKind.PRESCRIPTION_CANCELLED]
