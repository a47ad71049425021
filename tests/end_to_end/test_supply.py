"""From a low shelf to the goods that somebody waits for, at desks with a real server."""

from __future__ import annotations

from uuid import UUID

from clinicdesk.contract.commands import CheckItem, ReceivedGoods, SupplyLine
from clinicdesk.contract.entities import (
    ItemStatus,
    NoticeStatus,
    PrescriptionItem,
    SupplyOrderStatus,
)
from clinicdesk.core.desk import Desk
from clinicdesk.core.identity import new_id
from tests.end_to_end.clinic import MAIN, PARACETAMOL, a_line
from tests.end_to_end.desks import Office, sent, stands_at, submitted, write_and_sign
from tests.end_to_end.polling import until
from tests.end_to_end.shelves import EXPIRY, in_database, stocked
from tests.end_to_end.truth import Truth


async def test_what_is_low_is_ordered_received_and_given_to_whoever_waits(
    office: Office, truth: Truth
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    await stocked(pia, PARACETAMOL, packs=1)
    submitted(await pia.stock.set_reorder(PARACETAMOL, 20, 5, "A1"))
    await sent(pia)
    prescription_id = await with_two_packs_owing(tara, pia)
    await until(lambda: line(tara, prescription_id).owing == 20)

    await until(lambda: pia.supply.suggestion())
    (wanted,) = pia.supply.suggestion()
    assert (wanted.medicine_id, wanted.on_hand, wanted.packs) == (PARACETAMOL, 0, 5)
    order_id = await ordered(pia, wanted.packs)
    assert pia.supply.suggestion() == []

    (ordered_line,) = pia.replica.supply_order_lines.of(order_id)
    goods = ReceivedGoods(
        line_id=ordered_line.id, batch_id=new_id(), number="N7", expiry=EXPIRY, packs=5,
        cost_minor=900,
    )  # fmt: skip
    submitted(await pia.supply.receive(order_id, [goods]))
    await sent(pia)
    await until(lambda: status_of(pia, order_id) is SupplyOrderStatus.RECEIVED)
    await until(lambda: pia.stock.on_hand(MAIN, PARACETAMOL) == 50)
    assert await notices(truth, prescription_id) == 1
    await until(lambda: pia.dispensing.to_be_told(prescription_id))
    await until(lambda: notice_of(tara, prescription_id) is NoticeStatus.QUEUED)
    submitted(await pia.dispensing.tell_patient(prescription_id))
    assert pia.dispensing.to_be_told(prescription_id) == []
    await until(lambda: notice_of(tara, prescription_id) is NoticeStatus.TOLD)

    item = line(pia, prescription_id)
    assert pia.dispensing.can(CheckItem, prescription_id, item.id) is None
    submitted(await pia.dispensing.check(prescription_id, item.id, PARACETAMOL))
    submitted(await pia.dispensing.hand_over(prescription_id, "Ravi"))
    await stands_at(tara, prescription_id, "COMPLETED")
    assert line(tara, prescription_id).supplied == 30
    assert await in_database(truth, MAIN) == 30
    await stocked(pia, PARACETAMOL, packs=1, batch="N8")
    assert await notices(truth, prescription_id) == 1


async def with_two_packs_owing(tara: Desk, pia: Desk) -> UUID:
    """Three packs are prescribed and paid for; the one that there is was handed over."""
    prescription_id = await write_and_sign(tara, a_line(PARACETAMOL, 30))
    await until(lambda: prescription_id in pia.replica.prescriptions)
    await until(lambda: pia.replica.items.of(prescription_id))
    submitted(await pia.dispensing.take_payment(prescription_id))
    item = line(pia, prescription_id)
    submitted(await pia.dispensing.check(prescription_id, item.id, PARACETAMOL))
    submitted(await pia.dispensing.owe(prescription_id, item.id))
    submitted(await pia.dispensing.hand_over(prescription_id, "Ravi"))
    await sent(pia)
    assert pia.outbox.refused() == []
    await until(lambda: line(pia, prescription_id).status is ItemStatus.OWING)
    return prescription_id


async def ordered(pia: Desk, packs: int) -> UUID:
    """Of a supplier, who has confirmed it."""
    supplier_id, order_id = new_id(), new_id()
    submitted(await pia.supply.write_supplier("Wholesale", supplier_id=supplier_id))
    await sent(pia)
    wanted = SupplyLine(id=new_id(), medicine_id=PARACETAMOL, packs=packs, cost_minor=900)
    submitted(await pia.supply.write(supplier_id, [wanted], supply_order_id=order_id))
    submitted(await pia.supply.submit(order_id))
    submitted(await pia.supply.acknowledge(order_id))
    await sent(pia)
    assert pia.outbox.refused() == []
    await until(lambda: status_of(pia, order_id) is SupplyOrderStatus.ACKNOWLEDGED)
    return order_id


def line(desk: Desk, prescription_id: UUID) -> PrescriptionItem:
    (item,) = desk.replica.items.of(prescription_id)
    return item


def notice_of(desk: Desk, prescription_id: UUID) -> NoticeStatus | None:
    found = desk.replica.patient_notices.of(prescription_id)
    return found[0].status if found else None


def status_of(desk: Desk, order_id: UUID) -> SupplyOrderStatus | None:
    order = desk.replica.supply_orders.get(order_id)
    return None if order is None else order.status


async def notices(truth: Truth, prescription_id: UUID) -> int:
    count: int = await truth.value(
        "select count(*) from patient_notice where prescription_id = %(id)s", id=prescription_id
    )
    return count
