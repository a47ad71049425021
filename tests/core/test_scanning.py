"""What a desk makes of a scanned text, with and without its server."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinicdesk.contract.entities import Prescription, PrescriptionStatus, SealKey
from clinicdesk.contract.scanning import Verdict
from clinicdesk.contract.seal import Seal, kid_of, signed_words, text_of
from clinicdesk.contract.working_set import settled_before
from clinicdesk.core.clock import utc_now
from clinicdesk.core.desk import Desk
from clinicdesk.core.scanning import (
    PATIENCE_S,
    OlderScan,
    PatientScan,
    PrescriptionScan,
    ProductScan,
    Refused,
    Unreadable,
)
from tests.core import sample
from tests.core.conftest import OpenDesk
from tests.core.patience import eventually
from tests.core.sample import NOON, PATIENT, a_prescription, an_id, an_item, signed
from tests.core.small_server import SmallServer

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KID = kid_of(b"the clinic's key")
GTIN = "07032069804988"

seal_key = SealKey(
    id=an_id("seal key"), clinic_id=sample.CLINIC, version=1, kid=KID,
    public_key=base64.urlsafe_b64encode(KEY.public_key().public_bytes_raw()).rstrip(b"=").decode(),
    active=True, created_at=NOON,
)  # fmt: skip


def a_seal(name: str = "prescription", key: Ed25519PrivateKey = KEY, **changes: Any) -> str:
    seal = Seal(kid=KID, rx=an_id(name), rev=1, exp=date(2090, 1, 1), nonce=bytes(8))
    seal = msgspec.structs.replace(seal, **changes)
    return text_of(seal, key.sign(signed_words(seal)))


def a_sealed(**changes: Any) -> Prescription:
    fields = {"status": PrescriptionStatus.PAID, "seal": a_seal(), "valid_until": date(2090, 1, 1)}
    return signed(a_prescription(), **{**fields, **changes})


async def a_desk(server: SmallServer, open_desk: OpenDesk, *rows: Any) -> Desk:
    server.medicines[0] = msgspec.structs.replace(server.medicines[0], gtin=GTIN)
    server.write(seal_key, *rows)
    desk = await open_desk(sample.pharmacist)
    await eventually(lambda: desk.formulary.complete)
    await eventually(lambda: len(desk.replica.seal_keys) == 1)
    return desk


async def offline(server: SmallServer, desk: Desk) -> None:
    await server.stop()
    await eventually(lambda: not desk.link.reachable)


async def test_a_sealed_prescription_opens_without_a_server(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await a_desk(server, open_desk, a_sealed())
    await offline(server, desk)
    assert await desk.scanning.read(a_seal()) == PrescriptionScan(
        an_id("prescription"), Verdict.OPEN
    )
    assert await desk.scanning.read(f"]Q1{a_seal()}") == PrescriptionScan(
        an_id("prescription"), Verdict.OPEN
    )
    assert await desk.scanning.read(f" {a_seal().swapcase()}\r\n") == PrescriptionScan(
        an_id("prescription"), Verdict.OPEN
    )


async def test_a_part_that_was_handed_over_is_told_with_what_is_left(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    row = a_sealed()
    desk = await a_desk(server, open_desk, row, an_item(row, supplied=10))
    said = await desk.scanning.read(a_seal())
    assert isinstance(said, PrescriptionScan)
    assert said.verdict is Verdict.PART
    assert "Amoxicillin 500 mg, 5 of 15" in said.sentence


async def test_a_photocopy_of_a_completed_one_finds_nothing_left(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)  # what was settled long ago is let go
    late = yesterday.replace(hour=20, minute=0)  # the next day in India
    day = late.date() + timedelta(days=1)
    row = a_sealed(
        status=PrescriptionStatus.COMPLETED, completed_at=late, collected_by="Asha", updated_at=late
    )
    desk = await a_desk(server, open_desk, row)
    said = await desk.scanning.read(a_seal())
    assert said == PrescriptionScan(
        row.id,
        Verdict.DISPENSED,
        f"RX-7F3K2 was handed over to Asha on {day.day} {day:%b %Y}. Nothing is left to dispense.",
    )


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"status": PrescriptionStatus.CANCELLED}, Verdict.CANCELLED),
        ({"valid_until": date(2026, 1, 1)}, Verdict.EXPIRED),
        ({"status": PrescriptionStatus.DRAFT}, Verdict.OPEN),
    ],
)
async def test_it_is_shown_as_what_it_is(
    server: SmallServer, open_desk: OpenDesk, changes: dict[str, Any], verdict: Verdict
) -> None:
    recent = datetime.now(UTC) - timedelta(minutes=5)
    desk = await a_desk(server, open_desk, a_sealed(updated_at=recent, **changes))
    said = await desk.scanning.read(a_seal())
    assert isinstance(said, PrescriptionScan)
    assert said.verdict is verdict
    assert bool(said.sentence) == (verdict is not Verdict.OPEN)


async def test_what_is_not_genuine_opens_nothing(server: SmallServer, open_desk: OpenDesk) -> None:
    desk = await a_desk(server, open_desk, a_sealed())
    await offline(server, desk)
    stranger = Ed25519PrivateKey.generate()
    genuine = a_seal()
    prefix, payload, _ = genuine.split(".")
    for text, verdict in (
        (a_seal(key=stranger, nonce=b"anything"), Verdict.FORGED),
        (f"{prefix}.{payload}.{a_seal('another').split('.')[2]}", Verdict.ALTERED),
        (a_seal(nonce=b"an older"), Verdict.REPLACED),
    ):
        said = await desk.scanning.read(text)
        assert isinstance(said, Refused)
        assert said.verdict is verdict
        assert said.sentence


async def test_a_withdrawn_key_is_not_believed(server: SmallServer, open_desk: OpenDesk) -> None:
    desk = await a_desk(server, open_desk, a_sealed())
    server.write(msgspec.structs.replace(seal_key, version=2, active=False))
    await eventually(lambda: not desk.replica.seal_keys.values()[0].active)
    said = await desk.scanning.read(a_seal())
    assert isinstance(said, Refused)
    assert said.verdict is Verdict.WITHDRAWN


async def test_without_a_server_an_unknown_one_says_to_wait_for_it(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await a_desk(server, open_desk)
    await offline(server, desk)
    for text in (a_seal("not here"), a_seal(kid=kid_of(b"another"))):
        said = await desk.scanning.read(text)
        assert isinstance(said, Refused)
        assert "out of reach" in said.sentence


@pytest.mark.parametrize("text", ["RX-7F3K2", "rx7f3k2", "Rx 7F3K2", "rx-7f3k2\n"])
async def test_the_code_that_people_read_aloud_opens_it(
    server: SmallServer, open_desk: OpenDesk, text: str
) -> None:
    desk = await a_desk(server, open_desk, a_sealed(seal=None))
    assert await desk.scanning.read(text) == PrescriptionScan(an_id("prescription"), Verdict.OPEN)
    assert server.looked_up == [], "what is here is not asked for"


async def test_a_code_that_nobody_may_see_is_asked_for_and_says_so(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await a_desk(server, open_desk)
    assert await desk.scanning.read("RX-00OO0") == Refused("You see no RX-00000.")


async def test_a_code_that_is_not_here_says_what_to_do_without_a_server(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await a_desk(server, open_desk)
    await offline(server, desk)
    said = await desk.scanning.read("rx 00oo0")
    assert isinstance(said, Refused)
    assert said.sentence.startswith("RX-00000 is not on this desk, and the server is out of reach")


async def test_a_server_that_does_not_answer_does_not_hold_up_the_next_code(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await a_desk(server, open_desk)
    server.cable.freeze()
    assert desk.link.reachable
    async with asyncio.timeout(3 * PATIENCE_S):
        said = await desk.scanning.read("RX-00000")
    assert isinstance(said, Refused)
    assert "the server is out of reach" in said.sentence


async def test_a_code_that_the_desk_let_go_is_read_from_the_server(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    row = a_sealed(
        status=PrescriptionStatus.COMPLETED, completed_at=NOON, collected_by="Asha", updated_at=NOON
    )
    desk = await a_desk(server, open_desk, row, an_item(row))
    await desk.replica.let_go(settled_before(utc_now()), frozenset())
    assert desk.replica.prescriptions.get(row.id) is None
    said = await desk.scanning.read("rx-7f3k2")
    assert isinstance(said, OlderScan)
    assert said.found.prescription.id == row.id
    assert [item.quantity for item in said.found.items] == [15]
    assert said.verdict is Verdict.DISPENSED
    assert "was handed over to Asha" in said.sentence
    assert desk.replica.prescriptions.get(row.id) is None, "nothing of it is kept"


async def test_a_code_that_is_on_its_way_is_waited_for(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    row = a_sealed()
    desk = await a_desk(server, open_desk, row, an_item(row))
    held = desk.replica.prescriptions
    there = held.server_row(row.id)
    held.stage_server(row.id, None)
    held.announce()
    reading = asyncio.create_task(desk.scanning.read("RX-7F3K2"))
    await eventually(lambda: server.looked_up == ["by-code/RX-7F3K2"])
    held.stage_server(row.id, there)
    held.announce()
    assert await reading == PrescriptionScan(row.id, Verdict.OPEN)


async def test_a_product_is_found_by_its_barcode(server: SmallServer, open_desk: OpenDesk) -> None:
    desk = await a_desk(server, open_desk)
    said = await desk.scanning.read(f"]d201{GTIN}17271200{'10'}B42")
    assert said == ProductScan(GTIN, "B42", date(2027, 12, 31), [server.medicines[0]])
    bare = await desk.scanning.read(GTIN.lstrip("0"))
    assert bare == ProductScan(GTIN, None, None, [server.medicines[0]])
    unknown = await desk.scanning.read("4006381333931")
    assert unknown == ProductScan("04006381333931", None, None, [])


async def test_a_patient_s_number_is_the_patient(server: SmallServer, open_desk: OpenDesk) -> None:
    desk = await a_desk(server, open_desk)
    assert await desk.scanning.read("p-004182") == PatientScan(PATIENT)


@pytest.mark.parametrize(
    "text", ["", "hello", "CD1.", "CD1.half", a_seal()[:90], "P-999999", "x" * 5000, "12345678"]
)
async def test_what_cannot_be_read_says_what_to_do(
    server: SmallServer, open_desk: OpenDesk, text: str
) -> None:
    desk = await a_desk(server, open_desk)
    said = await desk.scanning.read(text)
    assert isinstance(said, Unreadable)
    assert said.sentence.endswith(".")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(max_size=700))
async def test_no_text_is_too_strange_for_a_desk(any_desk: Desk, text: str) -> None:
    await any_desk.scanning.read(text)


@pytest.fixture
async def any_desk(server: SmallServer, open_desk: OpenDesk) -> Desk:
    desk = await a_desk(server, open_desk, a_sealed())
    await offline(server, desk)
    return desk
