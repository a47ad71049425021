"""Bringing a database to the schema of this release.

Migrations are SQL files beside a few lines of Python that say their order (Alembic runs them). They
only go forward. All of them run in one transaction, so a database is at one release or at another.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psycopg
from alembic import command, op
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from clinicdesk.server.database.errors import DatabaseDown, MigrationFailed

MONTHS_AHEAD: Final = 3
"""The log has partitions for this many months to come."""

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_LOCK: Final = "select pg_advisory_xact_lock(hashtextextended('clinicdesk migrations', 0))"


def migrate(url: str) -> None:
    """Bring the database to `needed_revision()`; nothing happens when it is there already.

    Two servers that start at once do it one after the other.

    Args:
        url: libpq's connection URL or string, of the role that owns (or shall own) the schema.

    Raises:
        DatabaseDown: no connection.
        MigrationFailed: a migration could not run; nothing was changed.
    """
    try:
        with _engine(url).begin() as connection:
            connection.exec_driver_sql(_LOCK)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.exec_driver_sql(f"select make_log_partitions({MONTHS_AHEAD})")
    except (psycopg.OperationalError, OperationalError) as error:
        raise DatabaseDown(_first_line(error)) from error
    except (psycopg.Error, DBAPIError) as error:
        raise MigrationFailed(_first_line(error)) from error


def current_revision(url: str) -> str | None:
    """The schema that the database is at; None when it has none.

    Raises:
        DatabaseDown: no connection.
    """
    try:
        with _engine(url).connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except (psycopg.OperationalError, OperationalError) as error:
        raise DatabaseDown(_first_line(error)) from error


def needed_revision() -> str:
    """The schema of this release."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None  # there is a first migration
    return head


def run_sql_beside(module_file: str) -> None:
    """Run the SQL file that stands beside a migration and has its name."""
    statements = Path(module_file).with_suffix(".sql").read_text(encoding="utf-8")
    raw = op.get_bind().connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    # Past SQLAlchemy: without parameters a per cent sign is one, and many statements may go at
    # once.
    raw.execute(statements)


def _first_line(error: Exception) -> str:
    """What PostgreSQL says, without SQLAlchemy's additions and without a full stop."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return str(cause).strip().splitlines()[0].rstrip(".")


def _engine(url: str) -> Engine:
    # The driver reads the URL itself: SQLAlchemy's own reading knows fewer forms. What it left
    # prepared behind a pooler would be in the way of others.
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(url, prepare_threshold=None),
        poolclass=NullPool,
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
