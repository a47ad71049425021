"""Identifiers made at a desk: for rows, for commands, for the device itself."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): made without a server, and sorted by the moment it was made."""
    made: UUID = uuid7()
    return made
