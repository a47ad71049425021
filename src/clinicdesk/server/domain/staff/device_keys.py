"""Device keys: Ed25519 (RFC 8032), raw, in unpadded URL-safe base 64."""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def decode_unpadded(text: str) -> bytes | None:
    """The bytes that `text` stands for; None when it is not URL-safe base 64."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None


def signed_by(public_key: bytes, signature: str, message: bytes) -> bool:
    """Whether the device with this public key signed the message."""
    raw = decode_unpadded(signature)
    if raw is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw, message)
    except (InvalidSignature, ValueError):
        return False
    return True
