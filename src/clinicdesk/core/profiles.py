"""Servers and users that this computer remembers. Secrets are in the vault."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.entities import Clinic, Member
from clinicdesk.core.home import Home
from clinicdesk.core.identity import new_id

_FILE = "remembered.json"


class Remembered(Struct, frozen=True, kw_only=True):
    """Somebody who has signed in here: enough to open their desk without the server.

    Attributes:
        server: The server's address, as `https://clinic.example`.
        session_id: Of the session whose refresh token is in the vault.
        last_used: When they signed in or their session was last renewed.
    """

    server: str
    login: str
    session_id: UUID
    member: Member
    clinic: Clinic
    last_used: datetime


class _File(Struct, kw_only=True):
    """What is in the file. `device_id` names this computer's profile to servers."""

    device_id: UUID
    users: list[Remembered] = []
    authorities: dict[str, str] = {}


class Profiles:
    """The remembered users of one profile; every change is written at once, whole or not at all.

    Attributes:
        device_id: Made once; the server knows this profile's device by it.
    """

    def __init__(self, path: Path, content: _File) -> None:
        self._path = path
        self._content = content

    @classmethod
    def read(cls, home: Home) -> Profiles:
        """Read the file of this profile; one that is not there, or not readable, is begun anew."""
        path = home.config / _FILE
        try:
            content = msgspec.json.decode(path.read_bytes(), type=_File)
        except (FileNotFoundError, msgspec.DecodeError):
            content = _File(device_id=new_id())
            profiles = cls(path, content)
            profiles._write()
            return profiles
        return cls(path, content)

    @property
    def device_id(self) -> UUID:
        """Of this profile on this computer."""
        return self._content.device_id

    def users(self) -> list[Remembered]:
        """Who has signed in here, the one who did last first."""
        return sorted(self._content.users, key=lambda user: user.last_used, reverse=True)

    def remember(self, user: Remembered) -> None:
        """Keep a user, in place of what was kept of the same member of the same server."""
        self._content.users = [u for u in self._content.users if not _same(u, user)] + [user]
        self._write()

    def forget(self, user: Remembered) -> None:
        """Drop a user from the list; their store stays."""
        self._content.users = [u for u in self._content.users if not _same(u, user)]
        self._write()

    def authority(self, server: str) -> Path | None:
        """The certificate authority that was pinned for a server when it was paired, if one was."""
        path = self._content.authorities.get(server)
        return None if path is None else Path(path)

    def pin_authority(self, server: str, certificate: Path) -> None:
        """Trust this authority, and no other, for `server` (a clinic's own, on its network)."""
        self._content.authorities[server] = str(certificate)
        self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(self._content)))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _same(one: Remembered, other: Remembered) -> bool:
    return (one.server, one.member.id) == (other.server, other.member.id)
