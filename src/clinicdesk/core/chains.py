"""How commands of the outbox hang together: what was built upon what, what does another anew."""

from __future__ import annotations

from collections.abc import Sequence

from clinicdesk.contract.commands import (
    AnyCommand,
    DeclineItem,
    FulfillItems,
    PayOutRefund,
    ReviseDraft,
    WriteDraft,
)
from clinicdesk.core.store.outbox_table import NEVER, OutboxEntry


def built_upon(entry: OutboxEntry, entries: Sequence[OutboxEntry]) -> list[OutboxEntry]:
    """The commands that were given upon the effect of `entry` and cannot be carried out without
    it. `entries` is all of the outbox in its order, and so is the answer."""
    built: list[OutboxEntry] = []
    for later in entries:
        if later.n <= entry.n or not same_thing(later, entry):
            continue
        if not (later.unanswered if entry.unanswered else _depends(later)):
            break
        built.append(later)
    return built


def same_thing(one: OutboxEntry, other: OutboxEntry) -> bool:
    """Whether both are about one prescription."""
    return one.command.prescription_id == other.command.prescription_id


def does_anew(command: AnyCommand, refused: AnyCommand) -> bool:
    """Whether it does to the same thing what a refused command was to do."""
    if command.prescription_id != refused.prescription_id:
        return False
    match command, refused:
        case DeclineItem(), DeclineItem():
            return command.item_id == refused.item_id
        case PayOutRefund(), PayOutRefund():
            return command.payment_id == refused.payment_id
        case FulfillItems(), FulfillItems():
            return set(refused.item_ids) <= set(command.item_ids)
        case ((WriteDraft() | ReviseDraft()), (WriteDraft() | ReviseDraft())):
            return True
        case _:
            return type(command) is type(refused)


def _depends(entry: OutboxEntry) -> bool:
    """Whether it was given upon a command that was refused, or not answered yet."""
    return entry.version == NEVER or (entry.unanswered and entry.version is None)
