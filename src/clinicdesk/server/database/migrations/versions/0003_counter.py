"""The counter: dispenses, stock, prices, orders, safety rules, seals."""

from __future__ import annotations

from clinicdesk.server.database.migrate import run_sql_beside

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_sql_beside(__file__)
