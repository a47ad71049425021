"""Answers keyed by clinic; triggers' functions for triggers alone."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql_beside(__file__)
