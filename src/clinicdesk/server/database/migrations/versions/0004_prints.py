"""Prints stand in the log."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql_beside(__file__)
