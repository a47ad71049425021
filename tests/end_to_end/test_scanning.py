"""Scans at desks that talk to a real server."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from clinicdesk.contract.scanning import Verdict
from clinicdesk.contract.seal import parse, text_of
from clinicdesk.core.scanning import OlderScan, PrescriptionScan, Refused
from tests.end_to_end.clinic import CORNER, MAIN
from tests.end_to_end.desks import Office, make_ready, sent, stands_at, submitted, write_and_sign
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.truth import Truth


async def a_seal(office: Office, pharmacy: UUID = MAIN) -> str:
    """What the print of a prescription says that somebody signs for this pharmacy."""
    tara = await office.open("tara")
    prescription_id = await write_and_sign(tara, pharmacy=pharmacy)
    await sent(tara)
    prescriptions = tara.replica.prescriptions
    await until(lambda: (p := prescriptions.get(prescription_id)) is not None and p.seal)
    prescription = prescriptions.get(prescription_id)
    assert prescription is not None
    assert prescription.seal is not None
    await office.close(tara)
    return prescription.seal


async def test_what_is_signed_at_one_desk_is_scanned_at_another(office: Office) -> None:
    pia = await office.open("pia")
    seal = await a_seal(office)
    scanned = await pia.scanning.read(seal)
    assert scanned == PrescriptionScan(parse(seal)[0].rx, Verdict.OPEN)


async def test_a_print_that_is_quicker_than_the_log_waits_for_it(office: Office) -> None:
    seal = await a_seal(office)
    rx = parse(seal)[0].rx
    pia = await office.open("pia")
    await until(lambda: rx in pia.replica.prescriptions)
    row = pia.replica.prescriptions.server_row(rx)
    pia.replica.prescriptions.stage_server(rx, None)
    reading = pia.scanning.read(seal)
    pia.replica.prescriptions.stage_server(rx, row)
    pia.replica.prescriptions.announce()
    assert isinstance(await reading, PrescriptionScan)


async def test_the_other_pharmacy_is_told_that_it_went_elsewhere(office: Office) -> None:
    quin = await office.open("quin")
    seal = await a_seal(office, MAIN)
    scanned = await quin.scanning.read(seal)
    assert isinstance(scanned, Refused)
    assert scanned.verdict is Verdict.ELSEWHERE
    pia = await office.open("pia")
    theirs = await a_seal(office, CORNER)
    scanned = await pia.scanning.read(theirs)
    assert isinstance(scanned, Refused)
    assert scanned.verdict is Verdict.ELSEWHERE


async def test_a_photocopy_at_the_second_counter_finds_nothing_left(office: Office) -> None:
    pia, paul = await office.open("pia"), await office.open("paul")
    seal = await a_seal(office)
    rx = parse(seal)[0].rx
    await make_ready(pia, rx)
    submitted(await pia.dispensing.hand_over(rx, "Ravi"))
    await stands_at(paul, rx, "COMPLETED")
    scanned = await paul.scanning.read(seal)
    assert isinstance(scanned, PrescriptionScan)
    assert scanned.verdict is Verdict.DISPENSED
    assert "to Ravi" in scanned.sentence


async def test_what_a_desk_let_go_is_read_from_the_server_by_its_print_and_by_its_code(
    office: Office, truth: Truth
) -> None:
    seal = await a_seal(office)
    rx = parse(seal)[0].rx
    paul = await office.open("paul")
    await make_ready(paul, rx)
    submitted(await paul.dispensing.hand_over(rx, "Ravi"))
    await stands_at(paul, rx, "COMPLETED")
    await sent(paul)
    row = paul.replica.prescriptions.get(rx)
    assert row is not None
    await truth.age(rx)
    pia, quin = await office.open("pia"), await office.open("quin")
    assert rx not in pia.replica.prescriptions
    for text in (seal, row.code, row.code.lower()):
        scanned = await pia.scanning.read(text)
        assert isinstance(scanned, OlderScan)
        assert scanned.verdict is Verdict.DISPENSED
        assert "was handed over to Ravi" in scanned.sentence
        assert [item.supplied for item in scanned.found.items] == [
            item.quantity for item in scanned.found.items
        ]
    theirs = await quin.scanning.read(row.code)
    assert isinstance(theirs, Refused)
    assert f"no prescription with the code {row.code} that you may see" in theirs.sentence


async def test_a_seal_of_nowhere_is_asked_about_and_foreign(office: Office, proxy: Proxy) -> None:
    pia = await office.open("pia")
    seal = await a_seal(office)
    parsed, signature = parse(seal)
    foreign = text_of(replace(parsed, kid="0" * len(parsed.kid)), signature)
    scanned = await pia.scanning.read(foreign)
    assert isinstance(scanned, Refused)
    assert scanned.verdict is Verdict.FOREIGN
