"""Orders to suppliers go on paper: who sent one is kept, and its prints are entered."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_sql_beside(__file__)
