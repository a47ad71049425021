"""What a box says of its batch is kept also where the pharmacy keeps no stock of it."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_sql_beside(__file__)
