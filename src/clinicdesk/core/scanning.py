"""What was scanned: a prescription, a product, a patient, or nothing of ours.

It is decided on this desk, with the rows and the public keys that it holds, so that it works
without a server. Only a prescription that is not here is asked for at the server.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Struct

from clinicdesk.contract.codes import typed_code
from clinicdesk.contract.entities import Clinic, Medicine, Prescription
from clinicdesk.contract.problems import Refusal
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.scanning import (
    LONGEST_CODE,
    OPENS,
    SCAN,
    ScanAnswer,
    ScannedCode,
    Verdict,
    refusal,
    standing,
)
from clinicdesk.contract.seal import BadSeal, is_seal, parse
from clinicdesk.contract.working_set import is_settled, settled_before
from clinicdesk.core.clock import Now
from clinicdesk.core.denial import Denied
from clinicdesk.core.live.link import Link
from clinicdesk.core.older import OlderPrescriptions
from clinicdesk.core.product_code import Misread, ProductCode, read_product, warm_up
from clinicdesk.core.replica import Replica
from clinicdesk.core.sealed import is_replaced, key_named, verdict_on
from clinicdesk.core.transport import Answer, Tokens, Transport

PATIENCE_S: Final = 3.0
"""How long the server has for an answer, and a prescription that it knows to come here by the log:
whoever scans the next code waits behind it."""

_LEAST_PRODUCT: Final = 13
_SORT_OF_CODE: Final = re.compile(r"^\][A-Za-z]\d")
"""AIM's symbology identifier (ISO/IEC 15424), as `]Q1` for a QR code."""

_HALF_SEAL: Final = (
    "Only a part of the prescription's code was read. Scan it again, or type the code that begins "
    "with RX."
)
_AWAY_CODE: Final = (
    "{code} is not on this desk, and the server is out of reach: it may be older than what is kept "
    "here. Try again when the connection is back, or find it by the patient."
)
_AWAY: Final = (
    "This prescription is genuine, but it is not on this desk and the server is out of reach. "
    "Scan it again when the connection is back."
)
_AWAY_UNKNOWN: Final = (
    "This desk does not know the key of this code and the server is out of reach. Do not dispense "
    "from it: scan it again when the connection is back."
)
_ON_ITS_WAY: Final = "This prescription is on its way to this desk. Scan it again in a moment."
_NOTHING: Final = (
    "This is no code of a prescription, a product or a patient. Scan it again, or type what is "
    "printed below it."
)
_TOO_LONG: Final = "This code is longer than any of ours: it is no prescription and no product."

FindByGtin = Callable[[str], Awaitable[list[Medicine]]]


class PrescriptionScan(Struct, frozen=True):
    """A prescription to be shown.

    Attributes:
        sentence: What a person must know before they go on; empty when nothing stands against it.
    """

    prescription_id: UUID
    verdict: Verdict
    sentence: str = ""


class OlderScan(Struct, frozen=True):
    """A prescription that this desk has let go, as the server has it: only to be read.

    Attributes:
        sentence: As that of `PrescriptionScan`.
    """

    found: PrescriptionDetail
    verdict: Verdict
    sentence: str = ""


class ProductScan(Struct, frozen=True):
    """A product.

    Attributes:
        gtin: Fourteen digits. medicines: Those of the formulary with it; empty: none has.
    """

    gtin: str
    batch: str | None
    expiry: date | None
    medicines: list[Medicine]


class PatientScan(Struct, frozen=True):
    """A patient's number."""

    patient_id: UUID


class Refused(Struct, frozen=True):
    """It is a prescription's code and nothing may be done with it; `verdict` None: not here."""

    sentence: str
    verdict: Verdict | None = None


class Unreadable(Struct, frozen=True):
    """Nothing that can be used; the sentence says what to do."""

    sentence: str


Scanned = PrescriptionScan | OlderScan | ProductScan | PatientScan | Refused | Unreadable


def looks_like_code(text: str) -> bool:
    """Whether a text that was pasted is a code of ours rather than something to search for.

    Short numbers are not: a telephone number may well have a fitting check digit.
    """
    text = text.strip()
    if is_seal(text) or typed_code(text) is not None:
        return True
    return len(text) >= _LEAST_PRODUCT and isinstance(read_product(text), ProductCode)


class Scanning:
    """Reads scanned texts for one desk.

    Args of the constructor:
        by_gtin: The medicines of the formulary that have a trade item number.
        clinic: The clinic, whose zone says which day it is.
        now: The server's time, as far as it is known.
    """

    def __init__(
        self,
        replica: Replica,
        by_gtin: FindByGtin,
        transport: Transport,
        tokens: Tokens,
        older: OlderPrescriptions,
        link: Link,
        clinic: Callable[[], Clinic],
        now: Now,
    ) -> None:
        self._replica = replica
        self._by_gtin = by_gtin
        self._transport = transport
        self._tokens = tokens
        self._older = older
        self._link = link
        self._clinic = clinic
        self._now = now

    async def read(self, text: str) -> Scanned:
        """What a text is that came from a scanner, a camera, a picture or the clipboard."""
        text = text.strip(" \t\r\n")
        if len(text) > LONGEST_CODE:
            return Unreadable(_TOO_LONG)
        # Some scanners say first what sort of code it was; products need that, nothing else does.
        plain = _SORT_OF_CODE.sub("", text)
        if is_seal(plain):
            return await self._read_seal(plain)
        code = typed_code(plain)
        if code is not None:
            return await self._read_code(code)
        return self._read_patient(plain) or await self._read_product(text)

    async def warm_up(self) -> None:
        """Load what the first scan of a product needs."""
        await asyncio.to_thread(warm_up)

    async def _read_seal(self, text: str) -> Scanned:
        try:
            seal, signature = parse(text)
        except BadSeal:
            return Unreadable(_HALF_SEAL)
        key = key_named(seal.kid, self._replica.seal_keys.values())
        if key is None:
            # It may be so new that its row is still on its way.
            return await self._ask(seal.rx, text, _AWAY_UNKNOWN)
        seals = (each.seal for each in self._replica.prescriptions.values())
        wrong = verdict_on(text, seal, signature, key, seals)
        if wrong is not None:
            return Refused(refusal(wrong), wrong)
        prescription = self._replica.prescriptions.get(seal.rx)
        if prescription is None:
            return await self._ask(seal.rx, text, _AWAY)
        if is_replaced(text, prescription.seal):
            return Refused(refusal(Verdict.REPLACED), Verdict.REPLACED)
        return self._shown(prescription)

    async def _read_code(self, code: str) -> Scanned:
        every = self._replica.prescriptions.values()
        here = next((each for each in every if each.code == code), None)
        if here is not None:
            return self._shown(here)
        away = Refused(_AWAY_CODE.format(code=code))
        if not self._link.reachable:
            return away
        match await self._older.by_code(code, PATIENCE_S):
            case PrescriptionDetail() as found:
                return await self._read_through(found)
            case Denied():
                return away
            case refusal:
                return Refused(refusal.detail)

    async def _read_through(self, found: PrescriptionDetail) -> Scanned:
        """What the server has and this desk has not: let go long ago, or on its way here."""
        prescription = found.prescription
        if not is_settled(prescription, found.payments, settled_before(self._now())):
            if not await self._comes(prescription.id):
                return Refused(_ON_ITS_WAY)
            come = self._replica.prescriptions.get(prescription.id)
            return self._shown(prescription if come is None else come)
        verdict, sentence = standing(prescription, found.items, self._clinic_time())
        return OlderScan(found, verdict, sentence)

    def _read_patient(self, text: str) -> PatientScan | None:
        number = text.casefold()
        every = self._replica.patients.values()
        found = next((each for each in every if each.number.casefold() == number), None)
        return None if found is None else PatientScan(found.id)

    async def _read_product(self, text: str) -> Scanned:
        match read_product(text):
            case Misread(sentence):
                return Unreadable(sentence)
            case ProductCode() as product:
                medicines = await self._by_gtin(product.gtin)
                return ProductScan(product.gtin, product.batch, product.expiry, medicines)
            case None:
                return Unreadable(_NOTHING)

    def _shown(self, prescription: Prescription) -> PrescriptionScan:
        verdict, sentence = standing(
            prescription, self._replica.items.of(prescription.id), self._clinic_time()
        )
        return PrescriptionScan(prescription.id, verdict, sentence)

    async def _ask(self, prescription_id: UUID, text: str, away: str) -> Scanned:
        """What the server says of a prescription that is not here."""
        if not self._link.reachable:
            return Refused(away)
        outcome = await self._transport.call(
            "POST",
            SCAN.format(prescription_id=prescription_id),
            msgspec.json.encode(ScannedCode(code=text)),
            tokens=self._tokens,
            timeout_s=PATIENCE_S,
        )
        if isinstance(outcome, Refusal):
            return Refused(outcome.detail)
        if not isinstance(outcome, Answer):
            return Refused(away)
        try:
            said = msgspec.json.decode(outcome.content, type=ScanAnswer)
        except msgspec.DecodeError:
            return Refused(away)
        if said.verdict not in OPENS:
            return Refused(said.detail, said.verdict)
        if prescription_id in self._replica.prescriptions:
            return PrescriptionScan(prescription_id, said.verdict, said.detail)
        found = await self._older.detail(prescription_id, PATIENCE_S)
        if not isinstance(found, PrescriptionDetail):
            return Refused(said.detail or away, said.verdict)
        return await self._read_through(found)

    async def _comes(self, prescription_id: UUID) -> bool:
        """Whether the log brings it here before the patience ends."""
        here = asyncio.Event()

        def look(_change: object = None) -> None:
            if prescription_id in self._replica.prescriptions:
                here.set()

        leave = self._replica.prescriptions.subscribe(look)
        try:
            look()
            async with asyncio.timeout(PATIENCE_S):
                await here.wait()
        except TimeoutError:
            return False
        finally:
            leave()
        return True

    def _clinic_time(self) -> datetime:
        try:
            zone = ZoneInfo(self._clinic().zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        return self._now().astimezone(zone)
