"""A shelf says what lies there by its expiry, for those who see no batches."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_sql_beside(__file__)
