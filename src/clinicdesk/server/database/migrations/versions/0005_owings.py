"""Lines that wait for goods are found by index, and repeats have their prescriber's reasons."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql_beside(__file__)
