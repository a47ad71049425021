"""Whoever tells a patient themselves what has come for them settles the message."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_sql_beside(__file__)
