"""How commands of the outbox hang together: what was built upon what, what does another anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from clinicdesk.contract.commands import (
    ROUTES,
    AnyCommand,
    ReviseDraft,
    ReviseSupplyOrder,
    WriteDraft,
    WriteSupplyOrder,
)
from clinicdesk.core.store.outbox_table import NEVER, OutboxEntry


def built_upon(entry: OutboxEntry, entries: Sequence[OutboxEntry]) -> list[OutboxEntry]:
    """The commands that were given upon the effect of `entry` and cannot be carried out without
    it. `entries` are those about the same thing, in their order, and so is the answer."""
    built: list[OutboxEntry] = []
    for later in entries:
        if later.n <= entry.n or _stands_alone(later, entry):
            continue
        if not (later.unanswered if entry.unanswered else _depends(later)):
            break
        built.append(later)
    return built


def does_anew(command: AnyCommand, refused: AnyCommand) -> bool:
    """Whether it does to the same thing what a refused command was to do."""
    if command.aggregate_id != refused.aggregate_id:
        return False
    if isinstance(command, _WRITES):
        return isinstance(refused, _WRITES)
    if type(command) is not type(refused):
        return False
    lines = frozenset(getattr(refused, "item_ids", ()))
    return lines <= frozenset(getattr(command, "item_ids", ())) and all(
        getattr(command, part, None) == getattr(refused, part, None) for part in _PARTS
    )


_WRITES: Final = (WriteDraft, ReviseDraft, WriteSupplyOrder, ReviseSupplyOrder)
"""To write a draft and to write it anew come to the same."""
_PARTS: Final = ("item_id", "payment_id", "delivery_id", "price_id")
"""Fields that say which part of the aggregate a command is about."""


def _stands_alone(later: OutboxEntry, entry: OutboxEntry) -> bool:
    """Whether its effect is the same without the other: "20 more" on a thing that is there."""
    return ROUTES[type(later.command)].relative and not ROUTES[type(entry.command)].creates


def _depends(entry: OutboxEntry) -> bool:
    """Whether it was given upon a command that was refused, or not answered yet."""
    return entry.version == NEVER or (entry.unanswered and entry.version is None)
