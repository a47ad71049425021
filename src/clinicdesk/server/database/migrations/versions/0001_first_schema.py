"""The first schema."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_sql_beside(__file__)
