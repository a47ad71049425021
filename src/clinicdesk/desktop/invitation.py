"""A sign-in that was prepared for this start, as the demo does for its two windows."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
from msgspec import Struct

from clinicdesk.failures import StartupFailure

VARIABLE = "CLINICDESK_AUTO_SIGN_IN"
"""The environment variable that names the file."""


class Invitation(Struct, frozen=True):
    """Where and as whom to sign in."""

    server: str
    login: str
    password: str

    def __repr__(self) -> str:
        return f"Invitation({self.server!r}, {self.login!r}, ...)"


def take_invitation() -> Invitation | None:
    """Read the file that the environment names, and delete it: it is good once.

    Raises StartupFailure when it is not there, not of this shape, or open to other users.
    """
    named = os.environ.pop(VARIABLE, None)
    if named is None:
        return None
    path = Path(named)
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise StartupFailure(f"The file {path} has a password and must be of mode 0600.")
        content = path.read_bytes()
        path.unlink()
        return msgspec.json.decode(content, type=Invitation)
    except OSError as error:
        raise StartupFailure(f"The file {path} cannot be read: {error.strerror}.") from error
    except msgspec.DecodeError as error:
        raise StartupFailure(f"The file {path} does not say server, login and password.") from error
