"""Sealing: what the QR code of a signed prescription says, so that no other can be made up.

Each clinic has an Ed25519 key of its own, derived from the secret key that all servers of a
database share: they seal alike, nothing more has to be kept, and the private half is in no
database. The public half is a `seal_key` row, which travels to the desks; those of earlier secrets
stay there, and what they sealed stays good until somebody sets their `active` to false.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clinicdesk.contract.entities import Prescription
from clinicdesk.contract.seal import NONCE_BYTES, Seal, kid_of, signed_words, text_of
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.database import Database

_QUERIES = load_queries("clinicdesk.server.domain.prescribing", "sealing.sql")
_PURPOSE: Final = b"clinicdesk seals of prescriptions, version 1\n"

SealOf: TypeAlias = Callable[[Prescription], str]
"""Gives the seal of a prescription that is about to be signed, at the version that is signed."""


class Sealer:
    """The clinics' keys at one server."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._keys: dict[UUID, tuple[str, Ed25519PrivateKey]] = {}
        self._published: set[UUID] = set()

    def seal(self, prescription: Prescription) -> str:
        """What its QR code says."""
        kid, key = self._key_of(prescription.clinic_id)
        seal = Seal(
            kid=kid,
            rx=prescription.id,
            rev=prescription.version,
            exp=prescription.valid_until,
            nonce=secrets.token_bytes(NONCE_BYTES),
        )
        return text_of(seal, key.sign(signed_words(seal)))

    async def publish(self, database: Database, clinic_id: UUID) -> None:
        """See that the desks of a clinic have its public key before the first seal comes to them.

        Not within another transaction. Raises DatabaseDown.
        """
        if clinic_id in self._published:
            return
        kid, key = self._key_of(clinic_id)
        public = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=")
        row = {
            "id": uuid5(clinic_id, f"seal key {kid}"),
            "clinic_id": clinic_id,
            "kid": kid,
            "public_key": public.decode(),
        }
        async with database.as_owner() as tx:
            await tx.execute(_QUERIES["publish"], row)
        self._published.add(clinic_id)

    def _key_of(self, clinic_id: UUID) -> tuple[str, Ed25519PrivateKey]:
        known = self._keys.get(clinic_id)
        if known is None:
            seed = hmac.digest(self._secret, _PURPOSE + clinic_id.bytes, "sha256")
            key = Ed25519PrivateKey.from_private_bytes(seed)
            fingerprint = hashlib.sha256(key.public_key().public_bytes_raw()).digest()
            known = self._keys[clinic_id] = (kid_of(fingerprint), key)
        return known
