"""Each end answers for itself, and a patient is told or not: the policies say so too."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_sql_beside(__file__)
