"""A row of the log, made into the items that desks receive: once per view, for all sockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from clinicdesk.contract.access import View, audience_of, body_of, view_for
from clinicdesk.contract.entities import ENTITIES
from clinicdesk.contract.frames import Item

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from clinicdesk.server.database.log import LogEntry

_encoder = msgspec.json.Encoder()
_EMPTY: Mapping[str, View] = {}


class RenderedEntry:
    """One log entry: who saw it before and sees it now, and the item for each of their views.

    The row itself is let go of, for entries are remembered.

    Attributes:
        seq: Its place in the clinic's log.
        entity_id: Of the row. op_id: The command it belongs to.
        member: The member's row after the change, when the change is one of a member of staff.
        size: Bytes of its largest item.
    """

    __slots__ = ("_after", "_before", "_gone", "_items", "entity_id", "member", "op_id", "seq",
                 "size")  # fmt: skip

    def __init__(self, entry: LogEntry) -> None:
        self.seq = entry.seq
        self.entity_id = entry.entity_id
        self.op_id = entry.op_id
        self.member: Mapping[str, Any] | None = entry.new if entry.entity == "member" else None
        known = entry.entity in ENTITIES
        self._after = audience_of(entry.entity, entry.new) if known and entry.new else _EMPTY
        before = audience_of(entry.entity, entry.old) if known and entry.old else _EMPTY
        self._before = self._after if before == self._after else before
        self._items = {view: _shown(entry, view) for view in set(self._after.values())}
        leaves = not self._before.keys() <= self._after.keys()
        self._gone = _encoder.encode(_item(entry, gone=True)) if leaves else None
        self.size = max(map(len, (*self._items.values(), self._gone or b"")))

    def item_for(self, scopes: frozenset[str]) -> bytes | None:
        """The item as somebody with `scopes` receives it; None when it is none of theirs."""
        view = view_for(scopes, self._after)
        if view is not None:
            return self._items[view]
        return self._gone if view_for(scopes, self._before) is not None else None


def _shown(entry: LogEntry, view: View) -> bytes:
    assert entry.new is not None  # an audience after the change means a row after it
    body = _encoder.encode(body_of(entry.entity, view, entry.new))
    return _encoder.encode(_item(entry, body=msgspec.Raw(body)))


def _item(
    entry: LogEntry, *, body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET, gone: bool = False
) -> Item:
    return Item(
        seq=entry.seq,
        kind=entry.entity,
        id=entry.entity_id,
        v=entry.version,
        body=body,
        gone=gone,
        op_id=entry.op_id,
        by=entry.actor_id,
    )
