"""How many connections the process has file descriptors for."""

from __future__ import annotations

import contextlib
import sys
from typing import Final

RESERVE: Final = 128
"""Descriptors that are not for connections: the database's, files, the libraries' own."""
_UNLIMITED: Final = 1_000_000

if sys.platform == "win32":

    def raise_limit() -> None:
        """Nothing: there is no such limit here."""

    def most_connections() -> int:
        """As many as anybody wants."""
        return _UNLIMITED

else:
    import resource

    def raise_limit() -> None:
        """Take as many as the administrator allows: the usual 1,024 suits other programs."""
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.suppress(OSError, ValueError):  # some systems call the hard one unlimited
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def most_connections() -> int:
        """How many may be open at once."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return _UNLIMITED if soft == resource.RLIM_INFINITY else max(1, soft - RESERVE)
