"""The things that people meet over, and how they are named in a `signal`.

A thread is an entity kind and a row: whoever has the row open is present there. Some rows are
rooms: those who work there are present all day, and say in `about` which thing of theirs they have
open, so that a list of such things can show who is at which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from clinicdesk.contract.entities import ENTITIES

KINDS: Final = frozenset(ENTITIES)
"""The kinds of rows that can be met over."""

ROOMS: Final[Mapping[str, str]] = {"pharmacy": "prescription"}
"""Kinds that are rooms, each with the kind of what `about` names. Only those who work in a room are
let in, and only with what everybody who works there may see."""


def thread_of(kind: str, row_id: UUID) -> str:
    """The name of a thread, as `contract.frames.Thread`."""
    return f"{kind}:{row_id}"


def split_thread(thread: str) -> tuple[str, UUID]:
    """The kind and the row of a thread, of the form that `contract.frames.Thread` has."""
    kind, _, row_id = thread.partition(":")
    return kind, UUID(row_id)
