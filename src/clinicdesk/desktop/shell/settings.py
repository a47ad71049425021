"""What a profile remembers of its window. No secret, and nothing about patients."""

from __future__ import annotations

import base64
import logging
import os
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from clinicdesk.core.home import Home

_log = logging.getLogger(__name__)
_FILE = "window.json"


class _Content(Struct, kw_only=True):
    appearance: str = "system"
    geometry: str = ""
    sign_in_geometry: str = ""
    server: str = ""
    signed_in: bool = False
    workspace: str = ""


class Settings:
    """The file of one profile; each change is written at once, whole or not at all.

    A file that cannot be read is begun anew, and one that cannot be written is no reason to stop a
    person from working: both are noted in the journal alone.

    Attributes:
        appearance: Name of an `Appearance`.
        server: The address that was signed in to last.
        signed_in: Somebody has signed in and not out: the next start goes straight to their desk.
        workspace: Key of the one shown last.
    """

    def __init__(self, path: Path, content: _Content) -> None:
        self._path = path
        self._content = content

    @classmethod
    def read(cls, home: Home) -> Settings:
        """The settings of a profile."""
        path = home.config / _FILE
        content = _Content()
        try:
            content = msgspec.json.decode(path.read_bytes(), type=_Content)
        except FileNotFoundError:
            pass
        except (OSError, msgspec.DecodeError):
            _log.warning("the window's settings could not be read and are begun anew")
        return cls(path, content)

    @property
    def appearance(self) -> str:
        """See the class."""
        return self._content.appearance

    @property
    def server(self) -> str:
        """See the class."""
        return self._content.server

    @property
    def signed_in(self) -> bool:
        """See the class."""
        return self._content.signed_in

    @property
    def workspace(self) -> str:
        """See the class."""
        return self._content.workspace

    def geometry(self, window: str) -> bytes:
        """What `QWidget.saveGeometry` said of a window ("main", "sign_in"); empty at first."""
        kept = self._content.geometry if window == "main" else self._content.sign_in_geometry
        with suppress(ValueError):
            return base64.b64decode(kept, validate=True)
        return b""

    def keep_geometry(self, window: str, geometry: bytes) -> None:
        """Remember where a window is."""
        text = base64.b64encode(geometry).decode()
        if window == "main":
            self._content.geometry = text
        else:
            self._content.sign_in_geometry = text
        self._write()

    def choose_appearance(self, appearance: str) -> None:
        """Remember the theme."""
        self._content.appearance = appearance
        self._write()

    def sign_in(self, server: str) -> None:
        """Remember that somebody has signed in to this server."""
        self._content.server = server
        self._content.signed_in = True
        self._write()

    def sign_out(self) -> None:
        """Remember that the next start has to ask who is there."""
        self._content.signed_in = False
        self._write()

    def show_workspace(self, key: str) -> None:
        """Remember the workspace."""
        if key != self._content.workspace:
            self._content.workspace = key
            self._write()

    def _write(self) -> None:
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.format(msgspec.json.encode(self._content)))
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("the window's settings could not be written: %s", error.strerror)
