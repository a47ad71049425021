"""What the QR code of a prescription says: which prescription, and that this clinic signed it.

    CD1.<payload>.<signature>

The payload names a prescription and nothing of a person. The signature is Ed25519 (RFC 8032) over
`signed_words`. Both are in base 32, in digits and capitals alone: a QR code holds these in its
dense alphanumeric mode, a keyboard with Caps Lock on changes nothing that counts, and without I, O,
Y and Z the text is the same on keyboards of the English and the German layout.

No cryptography here: the server signs (`server.seals`), a desk verifies (`core.sealed`).
"""

from __future__ import annotations

import struct
from datetime import date
from typing import Final
from uuid import UUID

from msgspec import Struct

PREFIX: Final = "CD1"
"""Form and version. Whatever begins so is meant to be a seal."""

KID_BYTES: Final = 6
NONCE_BYTES: Final = 8
SIGNATURE_BYTES: Final = 64

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWX"
_VALUE_OF: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_PURPOSE: Final = b"clinicdesk seal of a prescription, version 1\n"
_PAYLOAD: Final = struct.Struct(f">{KID_BYTES}s16sIH{NONCE_BYTES}s")
_FIRST_DAY: Final = date(2000, 1, 1).toordinal()
_NEVER: Final = 0xFFFF
"""Days after the first of January 2000; this many say that there is no last day."""
_LATEST_VERSION: Final = 0xFFFFFFFF


class Seal(Struct, frozen=True, kw_only=True):
    """What is signed.

    Attributes:
        kid: Names the key, as the clinic's `seal_key` row does.
        rx: The prescription's identifier.
        rev: The version of it that was signed.
        exp: The last day on which it may be dispensed; None where it has none.
        nonce: Chance bytes, so that no seal can be made up from another.
    """

    kid: str
    rx: UUID
    rev: int
    exp: date | None
    nonce: bytes


class BadSeal(ValueError):
    """The text begins like a seal and is none: cut short, misread or made up."""


def kid_of(fingerprint: bytes) -> str:
    """The name of a key, from a hash of its public half."""
    return _base32(fingerprint[:KID_BYTES])


def payload_of(seal: Seal) -> bytes:
    """The seal in bytes. Raises ValueError for what does not fit."""
    kid = _unbase32(seal.kid, KID_BYTES)
    if not 0 <= seal.rev <= _LATEST_VERSION or len(seal.nonce) != NONCE_BYTES:
        raise ValueError("the version or the nonce does not fit into a seal")
    days = _NEVER if seal.exp is None else seal.exp.toordinal() - _FIRST_DAY
    if seal.exp is not None and not 0 <= days < _NEVER:
        raise ValueError("the last day does not fit into a seal")
    return _PAYLOAD.pack(kid, seal.rx.bytes, seal.rev, days, seal.nonce)


def signed_words(seal: Seal) -> bytes:
    """What the signature is over."""
    return _PURPOSE + payload_of(seal)


def text_of(seal: Seal, signature: bytes) -> str:
    """What the QR code says."""
    return f"{PREFIX}.{_base32(payload_of(seal))}.{_base32(signature)}"


def is_seal(text: str) -> bool:
    """Whether the text is meant to be a seal, whole or not."""
    return text[: len(PREFIX) + 1].upper() == f"{PREFIX}."


def parse(text: str) -> tuple[Seal, bytes]:
    """The seal that a text says, and its signature, which is not verified here.

    Raises BadSeal.
    """
    try:
        prefix, payload, signature = text.strip().upper().split(".")
        if prefix != PREFIX:
            raise BadSeal("it is of another form")
        kid, rx, rev, days, nonce = _PAYLOAD.unpack(_unbase32(payload, _PAYLOAD.size))
        exp = None if days == _NEVER else date.fromordinal(_FIRST_DAY + days)
        seal = Seal(kid=_base32(kid), rx=UUID(bytes=rx), rev=rev, exp=exp, nonce=nonce)
        return seal, _unbase32(signature, SIGNATURE_BYTES)
    except ValueError as error:
        raise BadSeal(str(error)) from error


def same(one: str, other: str) -> bool:
    """Whether two texts are the same seal, whatever Caps Lock made of them."""
    return one.strip().upper() == other.strip().upper()


def altered(text: str, genuine: str) -> bool:
    """Whether a text that is no genuine seal was made from one that is: a part is the same."""
    return any(
        one == other for one, other in zip(_parts(text)[1:], _parts(genuine)[1:], strict=False)
    )


def _parts(text: str) -> list[str]:
    return text.strip().upper().split(".")


def _base32(raw: bytes) -> str:
    length = _length(len(raw))
    # Filled up with zero bits at the end, as RFC 4648 does.
    number = int.from_bytes(raw, "big") << (5 * length - 8 * len(raw))
    return "".join(_ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(length)))


def _unbase32(text: str, size: int) -> bytes:
    """Raises ValueError unless it is the one text that stands for `size` bytes."""
    spare = 5 * _length(size) - 8 * size
    if len(text) != _length(size):
        raise ValueError("it is not of the right length")
    number = 0
    for letter in text:
        value = _VALUE_OF.get(letter)
        if value is None:
            raise ValueError("it has a character that seals do not have")
        number = number << 5 | value
    if number & ((1 << spare) - 1):
        raise ValueError("it has bits that seals do not have")
    return (number >> spare).to_bytes(size, "big")


def _length(size: int) -> int:
    return -(-8 * size // 5)
