"""Heads of the log that were signed and kept elsewhere: what nobody can rewrite with the database.

Whoever owns the database can rewrite a log from some entry to its end, or cut it, and the head with
it: the chain of hashes then holds again. So each server signs, once an hour, how far each log
reached and with which hash, with a key that is never in the database, and appends it to a file.

`head_export` writes and reads the file.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from clinicdesk.server.database.audit import Head

_PURPOSE: Final = b"clinicdesk heads of the log, version 1\n"


class SignedHead(Struct, frozen=True, kw_only=True):
    """How far one clinic's log reached at a time.

    Attributes:
        epoch: Of the history it counts in (`database.epoch`).
        hash: SHA-256 in hexadecimal.
        key: The signer's public key; like `signature` in unpadded URL-safe base 64.
        signature: Ed25519 (RFC 8032) over `words_of`.
    """

    clinic: UUID
    epoch: str
    seq: int
    hash: str
    at: datetime
    key: str
    signature: str

    @property
    def head(self) -> Head:
        """The head itself."""
        return Head(clinic_id=self.clinic, seq=self.seq, hash=self.hash)


class Signer:
    """A server's own key for heads.

    Attributes:
        public_key: To be kept where the heads are checked.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(_PURPOSE + secret).digest())
        self.public_key = _text(self._key.public_key().public_bytes_raw())

    def sign(self, head: Head, in_epoch: str, at: datetime) -> SignedHead:
        """The head with the signature."""
        unsigned = SignedHead(
            clinic=head.clinic_id,
            epoch=in_epoch,
            seq=head.seq,
            hash=head.hash,
            at=at,
            key=self.public_key,
            signature="",
        )
        signature = _text(self._key.sign(words_of(unsigned)))
        return msgspec.structs.replace(unsigned, signature=signature)


def words_of(head: SignedHead) -> bytes:
    """What is signed: the fields as text, one a line."""
    fields = (head.clinic, head.epoch, head.seq, head.hash, head.at.isoformat())
    return _PURPOSE + "\n".join(map(str, fields)).encode()


def is_genuine(head: SignedHead, keys: Collection[str]) -> bool:
    """Whether one of `keys` signed this head."""
    if head.key not in keys:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(head.key)).verify(
            _bytes(head.signature), words_of(head)
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
