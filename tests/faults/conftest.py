"""The server of the end-to-end tests, for what is tested of the harness itself."""

from __future__ import annotations

from tests.end_to_end.conftest import server

__all__ = ["server"]
