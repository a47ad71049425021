"""Whether a seal is the clinic's: verified on this desk, with the keys that it holds."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clinicdesk.contract.entities import SealKey
from clinicdesk.contract.scanning import Verdict
from clinicdesk.contract.seal import Seal, altered, same, signed_words


def key_named(kid: str, keys: Iterable[SealKey]) -> SealKey | None:
    """The key that a seal names; None: it is not one of this clinic's."""
    return next((key for key in keys if key.kid == kid), None)


def verdict_on(
    text: str, seal: Seal, signature: bytes, key: SealKey, seals: Iterable[str | None]
) -> Verdict | None:
    """What is wrong with a seal that names this key; None: it is genuine.

    Args:
        seals: Those of the prescriptions that are here: one of them may have been altered.
    """
    if not _is_signed(seal, signature, key):
        theirs = any(known is not None and altered(text, known) for known in seals)
        return Verdict.ALTERED if theirs else Verdict.FORGED
    return None if key.active else Verdict.WITHDRAWN


def is_replaced(text: str, present: str | None) -> bool:
    """Whether a genuine seal is not the one that its prescription has now.

    A role that is shown no seal takes any genuine one.
    """
    return present is not None and not same(text, present)


def _is_signed(seal: Seal, signature: bytes, key: SealKey) -> bool:
    raw = base64.urlsafe_b64decode(key.public_key + "=" * (-len(key.public_key) % 4))
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, signed_words(seal))
    except (InvalidSignature, ValueError):
        return False
    return True
