"""The folders of one profile on this computer."""

from __future__ import annotations

import hashlib
from pathlib import Path
from uuid import UUID

from msgspec import Struct


class Home(Struct, frozen=True):
    """Where a profile keeps things. A profile is a name that keeps sign-in and stores apart.

    Attributes:
        profile: Part of every name in the vault, so that two profiles never share a secret.
        config: For what is remembered and no secret. data: For the encrypted stores.
    """

    profile: str
    config: Path
    data: Path

    def store_path(self, server: str, clinic: UUID, member: UUID) -> Path:
        """The store's file. Hashed: a file's name tells nobody who works here."""
        return self.data / "stores" / f"{_digest(server, clinic, member)}.db"

    def secret_name(self, purpose: str, *parts: object) -> str:
        """The name in the vault of a secret of this profile."""
        tail = f"/{_digest(*parts)}" if parts else ""
        return f"{self.profile}/{purpose}{tail}"


def home_of(profile: str) -> Home:
    """The folders of `profile` where this system wants them; made when first written to."""
    from platformdirs import PlatformDirs

    dirs = PlatformDirs("clinicdesk", appauthor=False)
    return Home(
        profile,
        Path(dirs.user_config_dir) / "profiles" / profile,
        Path(dirs.user_data_dir) / "profiles" / profile,
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:24]
