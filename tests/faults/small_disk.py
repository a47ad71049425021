"""A small disk that can be full, as a file system of its own in memory."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

_CHUNK: Final = 64 * 1024


class NotPermitted(Exception):
    """This process may not mount; the message says why."""


class SmallDisk:
    """Mounted at `path` from its making to `close`. Raises NotPermitted."""

    def __init__(self, path: Path, megabytes: int) -> None:
        path.mkdir(parents=True)
        command = ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(path))
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", "") or str(error)
            raise NotPermitted(said.strip()) from error
        self.path = path
        self._filler = path / "filler"

    def fill(self) -> None:
        """Leave not one byte."""
        descriptor = os.open(self._filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        size = _CHUNK
        try:
            while size:
                try:
                    os.write(descriptor, bytes(size))
                except OSError:
                    size //= 2
        finally:
            os.close(descriptor)

    def free(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        with suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(("umount", "-l", str(self.path)), check=True, capture_output=True)
