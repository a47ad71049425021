"""Prints of two desks, one of them cut off: first prints and copies, and all of them in the log."""

from __future__ import annotations

from uuid import UUID, uuid4

from clinicdesk.contract.commands import SupplyLine
from clinicdesk.contract.paper import Document, PaperForm, Printed, PrintEntered
from clinicdesk.contract.problems import NotFound
from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.print_log import PrintLog, is_on_its_way
from clinicdesk.desktop.printing.gathering import (
    gather_prescription,
    gather_supply_order,
    why_no_prescription,
    why_no_supply_order,
)
from clinicdesk.printing.prescription import render_prescription
from clinicdesk.printing.supply import render_order
from clinicdesk.server.database.audit import verify
from clinicdesk.server.database.database import Database
from tests.end_to_end.clinic import PARACETAMOL
from tests.end_to_end.desks import Office, live, sent, submitted, write_and_sign
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.truth import Truth
from tests.printing.readers import words_of


def log_of(desk: Desk) -> PrintLog:
    return PrintLog(
        desk.scratch,
        desk.session.transport,
        desk.session,
        desk.link,
        lambda subject_id: is_on_its_way(desk.outbox, subject_id),
    )


def a_print(prescription_id: UUID) -> Printed:
    return Printed(
        id=uuid4(), document=Document.PRESCRIPTION, subject_id=prescription_id, form=PaperForm.PDF
    )


async def test_the_first_print_is_one_for_all_desks_and_prints_made_offline_are_told_later(
    office: Office, proxy: Proxy, truth: Truth, database_url: str
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    prescription_id = await write_and_sign(tara)
    await sent(tara)
    await until(lambda: pia.replica.prescriptions.get(prescription_id))

    assert await log_of(tara).enter(a_print(prescription_id)) == PrintEntered(earlier=0)
    assert await log_of(pia).enter(a_print(prescription_id)) == PrintEntered(earlier=1)

    proxy.cut()
    await until(lambda: pia.link.status is LinkStatus.OFFLINE)
    assert await log_of(pia).enter(a_print(prescription_id)) == PrintEntered(earlier=2)
    proxy.resume()
    await live(pia)
    assert await log_of(pia).tell_rest() == 0

    found = await truth.all(
        "select actor_id, (new ->> 'earlier')::int from clinic_log "
        "where entity = 'print' and change = 'view' and entity_id = %(id)s order by seq",
        id=prescription_id,
    )
    assert [earlier for _actor, earlier in found] == [0, 1, 2]
    assert [actor for actor, _earlier in found] == [tara.member.id, pia.member.id, pia.member.id]
    database = await Database.open(database_url, pool_size=1)
    async with database.inspection() as tx:
        findings = await verify(tx)
    await database.close()
    assert findings == []


async def test_a_desk_s_rows_make_the_paper_and_the_server_s_seal_stands_on_it(
    office: Office,
) -> None:
    tara = await office.open("tara")
    prescription_id = await write_and_sign(tara)
    await sent(tara)
    await until(lambda: why_no_prescription(tara, prescription_id) is None)
    facts = await gather_prescription(tara, prescription_id, utc_now())
    assert facts.prescription.seal is not None
    assert render_prescription(facts).startswith(b"%PDF-")


async def test_somebody_else_s_prescription_cannot_be_entered_as_printed(office: Office) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    refused = await log_of(pia).enter(a_print(uuid4()))
    assert isinstance(refused, NotFound)
    assert await log_of(tara).tell_rest() == 0


async def test_an_order_that_was_written_and_printed_offline_stands_in_the_log_as_printed(
    office: Office, proxy: Proxy, truth: Truth
) -> None:
    pia = await office.open("pia")
    submitted(await pia.supply.write_supplier("Sahyadri Pharma"))
    await sent(pia)
    await until(lambda: pia.replica.suppliers.values())
    (supplier,) = pia.replica.suppliers.values()
    proxy.cut()
    await until(lambda: pia.link.status is LinkStatus.OFFLINE)
    order_id = new_id()
    line = SupplyLine(id=new_id(), medicine_id=PARACETAMOL, packs=5, cost_minor=900)
    submitted(await pia.supply.write(supplier.id, [line], None, order_id))
    submitted(await pia.supply.submit(order_id))
    assert why_no_supply_order(pia, order_id) is None
    said = words_of(render_order(await gather_supply_order(pia, order_id, utc_now())))
    assert f"Ordered by {pia.member.name}" in said
    assert "Draft" not in said
    log = log_of(pia)
    told = Printed(
        id=uuid4(), document=Document.SUPPLY_ORDER, subject_id=order_id, form=PaperForm.PDF
    )
    assert await log.enter(told) == PrintEntered(earlier=0)
    proxy.resume()
    await live(pia)
    assert await log.tell_rest() in (0, 1), "it is not given up where the order is not there yet"
    await sent(pia)
    assert await log.tell_rest() == 0
    found = await truth.all(
        "select actor_id, new ->> 'document', new ->> 'form' from clinic_log "
        "where entity = 'print' and entity_id = %(id)s",
        id=order_id,
    )
    assert found == [(pia.member.id, "supply_order", "pdf")]
    sender = await truth.all("select submitted_by from supply_order where id = %(id)s", id=order_id)
    assert sender == [(pia.member.id,)]
