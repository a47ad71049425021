"""An order that a pharmacy cannot supply goes back to the prescriber, and to another pharmacy."""

from __future__ import annotations

from clinicdesk.contract.entities import OrderResponse, OrderStatus
from tests.end_to_end.clinic import CORNER, MAIN
from tests.end_to_end.desks import Office, sent, stands_at, submitted, write_and_sign
from tests.end_to_end.polling import until


async def test_what_one_pharmacy_sends_back_is_dispensed_by_another(office: Office) -> None:
    tara, pia, quin = [await office.open(login) for login in ("tara", "pia", "quin")]
    prescription_id = await write_and_sign(tara, pharmacy=MAIN)
    await until(lambda: prescription_id in pia.replica.prescriptions)
    submitted(await pia.dispensing.take_payment(prescription_id))
    await sent(pia)
    await until(lambda: pia.orders.open_order(prescription_id))
    submitted(await pia.orders.reject(prescription_id, OrderResponse.OUT_OF_STOCK, "None left."))
    await sent(pia)
    assert pia.outbox.refused() == []

    await until(lambda: tara.orders.sent_back(prescription_id))
    order = tara.orders.sent_back(prescription_id)
    assert order is not None
    assert (order.response, order.response_note) == (OrderResponse.OUT_OF_STOCK, "None left.")
    assert prescription_id not in quin.replica.prescriptions

    submitted(await tara.orders.reroute(prescription_id, CORNER))
    await sent(tara)
    assert tara.outbox.refused() == []
    await until(lambda: prescription_id in quin.replica.prescriptions)
    await until(lambda: prescription_id not in pia.replica.prescriptions)
    assert pia.replica.items.of(prescription_id) == []
    await until(lambda: quin.orders.open_order(prescription_id))
    lines = [item.id for item in quin.replica.items.of(prescription_id)]
    submitted(await quin.dispensing.fulfill(prescription_id, lines, hand_reason="no scanner here"))
    submitted(await quin.dispensing.hand_over(prescription_id, "Ravi"))
    await stands_at(tara, prescription_id, "COMPLETED")
    assert quin.outbox.refused() == []
    orders = sorted(tara.replica.orders.of(prescription_id), key=lambda each: each.created_at)
    assert [each.status for each in orders] == [OrderStatus.REJECTED, OrderStatus.COLLECTED]
    assert [each.pharmacy_id for each in orders] == [MAIN, CORNER]


async def test_dispensing_after_it_was_sent_back_is_refused_in_words(office: Office) -> None:
    tara, pia, paul = [await office.open(login) for login in ("tara", "pia", "paul")]
    prescription_id = await write_and_sign(tara)
    await until(lambda: prescription_id in pia.replica.prescriptions)
    submitted(await pia.dispensing.take_payment(prescription_id))
    await sent(pia)
    await until(lambda: paul.orders.open_order(prescription_id))
    submitted(await pia.orders.reject(prescription_id, OrderResponse.CANNOT_SUPPLY, "Cannot."))
    lines = [item.id for item in paul.replica.items.of(prescription_id)]
    submitted(await paul.dispensing.fulfill(prescription_id, lines, hand_reason="no scanner here"))
    await until(lambda: pia.outbox.unsent + paul.outbox.unsent == 0)
    refused = [*pia.outbox.refused(), *paul.outbox.refused()]
    assert len(refused) == 1
