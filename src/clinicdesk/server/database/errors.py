"""What can be wrong with the database, in sentences for the person who runs the server.

DatabaseError
├── DatabaseDown      no connection, or it broke
├── MigrationFailed   a migration could not run
├── SchemaBehind      the schema is of another release
├── CatalogueRefused  the schema lacks a protection that the server relies on
└── ColumnsDiffer     a query and the type it fills disagree: a bug
"""

from __future__ import annotations

from collections.abc import Sequence


class DatabaseError(Exception):
    """Root of this package's errors; `str()` is one sentence without any patient's data."""


class DatabaseDown(DatabaseError):
    """The database does not answer; nothing of the transaction took effect."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The database cannot be reached: {why}.")


class MigrationFailed(DatabaseError):
    """A migration could not run; the database is as it was."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The database could not be migrated: {why}.")


class SchemaBehind(DatabaseError):
    """The database is not at the schema of this release.

    Attributes:
        current: Its revision; None: there is no schema yet.
        needed: The revision of this release.
    """

    def __init__(self, current: str | None, needed: str) -> None:
        self.current = current
        self.needed = needed
        found = f"at schema {current}" if current else "empty"
        super().__init__(
            f"The database is {found}, this server needs schema {needed}: "
            "run `clinicdesk server migrate` first."
        )


class CatalogueRefused(DatabaseError):
    """The check of the catalogue found something missing.

    Attributes:
        findings: One sentence each.
    """

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        super().__init__("The database lacks a protection: " + " ".join(findings))


class ColumnsDiffer(DatabaseError):
    """A query returns other columns than the fields of the type it fills."""

    def __init__(self, into: str, *, unknown: Sequence[str], missing: Sequence[str]) -> None:
        super().__init__(
            f"A query into {into} has unknown columns {list(unknown)} and lacks {list(missing)}."
        )
