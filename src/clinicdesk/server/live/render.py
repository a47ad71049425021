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
    """One log entry with its audiences before and after, and its bodies encoded on first use.

    Attributes:
        seq: Its place in the clinic's log.
        entry: The row of the log.
    """

    __slots__ = ("_after", "_before", "_gone", "_items", "entry", "seq")

    def __init__(self, entry: LogEntry) -> None:
        self.entry = entry
        self.seq = entry.seq
        known = entry.entity in ENTITIES
        self._after = audience_of(entry.entity, entry.new) if known and entry.new else _EMPTY
        self._before = audience_of(entry.entity, entry.old) if known and entry.old else _EMPTY
        self._items: dict[View, bytes] = {}
        self._gone: bytes | None = None

    @property
    def member(self) -> Mapping[str, Any] | None:
        """The member's row after the change, when the change is one of a member of staff."""
        return self.entry.new if self.entry.entity == "member" else None

    def item_for(self, scopes: frozenset[str]) -> bytes | None:
        """The item as somebody with `scopes` receives it; None when it is none of theirs."""
        view = view_for(scopes, self._after)
        if view is not None:
            return self._shown(view)
        if view_for(scopes, self._before) is not None:
            return self._taken_away()
        return None

    def _shown(self, view: View) -> bytes:
        item = self._items.get(view)
        if item is None:
            assert self.entry.new is not None  # an audience after the change means a row after it
            body = _encoder.encode(body_of(self.entry.entity, view, self.entry.new))
            item = self._items[view] = _encoder.encode(self._item(body=msgspec.Raw(body)))
        return item

    def _taken_away(self) -> bytes:
        if self._gone is None:
            self._gone = _encoder.encode(self._item(gone=True))
        return self._gone

    def _item(
        self, *, body: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET, gone: bool = False
    ) -> Item:
        entry = self.entry
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
