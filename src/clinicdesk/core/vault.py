"""Where a desk's secrets rest: refresh tokens, device keys, the key of the local store.

What every vault does, and the one that needs nothing. The operating system's keyring and the choice
between them are in `keyring_vault`, the file under a passphrase in `passphrase_vault`.
"""

from __future__ import annotations

from typing import Protocol

LONGEST_SECRET = 1_200
"""In UTF-16 code units: Windows holds 2,560 bytes of UTF-16 in one entry. Tokens are shorter."""

NO_KEYRING = (
    "This computer has no keyring to keep your sign-in safe, so it is kept in memory only: "
    "you will sign in again the next time you open clinicdesk."
)
"""Why secrets are in memory only, unless there is a better reason."""


class VaultUnavailable(Exception):
    """A vault could not do what was asked; the message is a sentence for the person."""


class Vault(Protocol):
    """Keeps short secrets by name. Every method raises VaultUnavailable when it cannot."""

    @property
    def lasting(self) -> bool:
        """Whether secrets are there again after the program ends."""

    @property
    def explanation(self) -> str:
        """A sentence that tells a person where the secrets are."""

    async def read(self, name: str) -> str | None:
        """The secret of this name, or None when there is none."""

    async def write(self, name: str, secret: str) -> None:
        """Keep a secret in place of the older one. Raises ValueError above LONGEST_SECRET."""

    async def delete(self, name: str) -> None:
        """Forget a secret; nothing happens when there is none."""


class MemoryVault:
    """Keeps secrets for as long as the program runs.

    Args of the constructor: the sentence that tells why nothing better is there.
    """

    def __init__(self, explanation: str = NO_KEYRING) -> None:
        self._explanation = explanation
        self._secrets: dict[str, str] = {}

    @property
    def lasting(self) -> bool:
        """Always False."""
        return False

    @property
    def explanation(self) -> str:
        """Why secrets are in memory only."""
        return self._explanation

    async def read(self, name: str) -> str | None:
        """See Vault."""
        return self._secrets.get(name)

    async def write(self, name: str, secret: str) -> None:
        """See Vault."""
        refuse_long(secret)
        self._secrets[name] = secret

    async def delete(self, name: str) -> None:
        """See Vault."""
        self._secrets.pop(name, None)


def refuse_long(secret: str) -> None:
    """Raises ValueError when a secret is longer than every keyring can hold."""
    if len(secret.encode("utf-16-le")) > 2 * LONGEST_SECRET:
        raise ValueError(f"a secret is longer than {LONGEST_SECRET} characters")
