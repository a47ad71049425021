"""This device's key pair: it signs each refresh, so that a copied token alone is worth nothing."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from clinicdesk.contract.session import Refresh, refresh_message
from clinicdesk.core.home import Home
from clinicdesk.core.vault import Vault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class Device:
    """The Ed25519 key (RFC 8032) of one profile on one computer.

    Attributes:
        id: By which servers know it. public_key: 32 bytes in unpadded URL-safe base 64.
    """

    def __init__(self, device_id: UUID, key: Ed25519PrivateKey) -> None:
        self.id = device_id
        self._key = key

    @classmethod
    async def load(cls, device_id: UUID, home: Home, vault: Vault) -> Device:
        """The device's key out of the vault, made there the first time. Raises VaultUnavailable."""
        # Loaded late: the window is there before the ciphers are.
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        name = home.secret_name("device-key")
        kept = await vault.read(name)
        if kept is not None:
            return cls(device_id, Ed25519PrivateKey.from_private_bytes(_bytes(kept)))
        key = Ed25519PrivateKey.generate()
        await vault.write(name, _text(key.private_bytes_raw()))
        return cls(device_id, key)

    @property
    def public_key(self) -> str:
        """What the server checks signatures with."""
        return _text(self._key.public_key().public_bytes_raw())

    def sign_refresh(self, refresh_token: str, signed_at: datetime) -> Refresh:
        """A request to renew a session; `signed_at` by the server's clock, if it is known."""
        message = refresh_message(refresh_token, self.id, signed_at)
        return Refresh(
            refresh_token=refresh_token,
            device_id=self.id,
            signed_at=signed_at,
            signature=_text(self._key.sign(message)),
        )


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
