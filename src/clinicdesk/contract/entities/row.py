"""What every row has."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct


class Row(Struct, frozen=True, kw_only=True):
    """What every row has.

    Attributes:
        id: UUIDv7, made by whoever creates the row (a desk without a server included).
        clinic_id: The tenant. Nothing ever crosses it.
        version: For optimistic locking; the newest version of a row wins at a desk.
    """

    id: UUID
    clinic_id: UUID
    version: int
