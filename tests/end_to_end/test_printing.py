"""Prints of two desks, one of them cut off: first prints and copies, and all of them in the log."""

from __future__ import annotations

from uuid import UUID, uuid4

from clinicdesk.contract.paper import Document, PaperForm, Printed, PrintEntered
from clinicdesk.contract.problems import NotFound
from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.print_log import PrintLog
from clinicdesk.desktop.printing.gathering import gather_prescription, why_no_prescription
from clinicdesk.printing.prescription import render_prescription
from clinicdesk.server.database.audit import verify
from clinicdesk.server.database.database import Database
from tests.end_to_end.desks import Office, live, sent, write_and_sign
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.truth import Truth


def log_of(desk: Desk) -> PrintLog:
    return PrintLog(desk.scratch, desk.session.transport, desk.session, desk.link)


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
