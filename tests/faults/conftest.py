"""The small clinic of the end-to-end tests, with a server beside the test."""

from __future__ import annotations

from tests.end_to_end.conftest import clinic_template, database_url, server, truth

__all__ = ["clinic_template", "database_url", "server", "truth"]
