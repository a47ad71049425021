"""What the server says of a scanned prescription that a desk does not hold."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from clinicdesk.contract.codes import typed_code
from clinicdesk.contract.problems import InvalidField, NotFound
from clinicdesk.contract.scanning import ScanAnswer, Verdict, refusal, standing
from clinicdesk.contract.seal import (
    BadSeal,
    Seal,
    altered,
    is_seal,
    parse,
    same,
    signed_words,
)
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.domain.prescribing.held import no_such_prescription
from clinicdesk.server.domain.prescribing.reading import prescription_detail

if TYPE_CHECKING:
    from datetime import datetime

    from clinicdesk.contract.reading import PrescriptionDetail
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.domain.prescribing", "scanning.sql")

_NOT_READ: Final = "The code was read in part only; scan it again, or type the code that begins RX."
_NO_CODE: Final = (
    "This is no code of a prescription: scan its QR code, or type the code that begins RX."
)


class _Key(Struct, frozen=True):
    public_key: str
    active: bool


async def scanned(
    tx: Transaction, actor: MemberActor, prescription_id: UUID, code: str, now: datetime
) -> ScanAnswer | InvalidField | NotFound:
    """The verdict on a code that is said to be this prescription's.

    Of a seal that is not genuine nothing is told but that: not even whether there is such a
    prescription. A genuine one that the member may not see was sent elsewhere.
    """
    found = await prescription_detail(tx, actor, prescription_id)
    if is_seal(code):
        wrong = await _wrong_with(tx, actor, prescription_id, code, found)
        if isinstance(wrong, InvalidField):
            return wrong
        if wrong is not None:
            return _answer(prescription_id, wrong, refusal(wrong))
    elif (typed := typed_code(code)) is None:
        return InvalidField(detail=_NO_CODE, field="code")
    elif found is None or found.prescription.code != typed:
        return no_such_prescription()
    assert found is not None  # otherwise it was sent elsewhere, or there is none
    there = now.astimezone(await _zone(tx, actor))
    return _answer(prescription_id, *standing(found.prescription, found.items, there))


async def _wrong_with(
    tx: Transaction,
    actor: MemberActor,
    prescription_id: UUID,
    code: str,
    found: PrescriptionDetail | None,
) -> Verdict | InvalidField | None:
    try:
        seal, signature = parse(code)
    except BadSeal:
        return InvalidField(detail=_NOT_READ, field="code")
    if seal.rx != prescription_id:
        detail = "The code is of another prescription than the address names."
        return InvalidField(detail=detail, field="code")
    key = await tx.one(
        _QUERIES["key"], {"clinic_id": actor.member.clinic_id, "kid": seal.kid}, into=_Key
    )
    if key is None:
        return Verdict.FOREIGN
    present = None if found is None else found.prescription.seal
    if not _is_signed(seal, signature, key):
        made_from = present is not None and altered(code, present)
        return Verdict.ALTERED if made_from else Verdict.FORGED
    if not key.active:
        return Verdict.WITHDRAWN
    if found is None:
        return Verdict.ELSEWHERE
    return None if present is None or same(code, present) else Verdict.REPLACED


def _is_signed(seal: Seal, signature: bytes, key: _Key) -> bool:
    raw = base64.urlsafe_b64decode(key.public_key + "=" * (-len(key.public_key) % 4))
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, signed_words(seal))
    except (InvalidSignature, ValueError):
        return False
    return True


async def _zone(tx: Transaction, actor: MemberActor) -> ZoneInfo:
    name = await tx.value(_QUERIES["zone"], {"clinic_id": actor.member.clinic_id})
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _answer(prescription_id: UUID, verdict: Verdict, detail: str) -> ScanAnswer:
    return ScanAnswer(prescription_id=prescription_id, verdict=verdict, detail=detail)
