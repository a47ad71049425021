"""An interval of a clinic's log, made into messages: one for all desks that receive the same."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

from clinicdesk.server.live.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from clinicdesk.server.live.render import RenderedEntry


class EvMessage(Struct, frozen=True, gc=False):
    """An `ev` frame.

    Attributes:
        to: Where its interval ends. events: How many items it has. size: Bytes of its text.
    """

    message: Message
    to: int
    events: int
    size: int


class Batch:
    """The log's entries of `(after, to]`, for all desks of the clinic.

    What somebody receives of it depends on their scopes alone, so it is looked up once for each set
    of scopes there is, and desks that receive the same items from the same cursor on share one
    message.

    Attributes:
        after: Where it begins. to: Where it ends. entries: What happened between them.
    """

    __slots__ = ("_by_items", "_by_scopes", "_clinic_id", "_epoch", "_members", "after", "entries",
                 "to")  # fmt: skip

    def __init__(
        self, clinic_id: UUID, epoch: str, entries: Sequence[RenderedEntry], after: int, to: int
    ) -> None:
        self.after = after
        self.to = to
        self.entries = entries
        self._clinic_id = clinic_id
        self._epoch = epoch
        self._by_scopes: dict[frozenset[str], _Share] = {}
        self._by_items: dict[tuple[bytes, ...], _Share] = {}
        self._members = frozenset(entry.entity_id for entry in entries if entry.member is not None)

    def message_for(self, scopes: frozenset[str], from_: int) -> EvMessage | None:
        """What somebody with `scopes` receives who stands at `from_`; None when there is nothing.

        `from_` lies before `after` for a desk that nothing has concerned for a while.
        """
        share = self._by_scopes.get(scopes)
        if share is None:
            share = self._by_scopes[scopes] = self._share_of(scopes)
        if not share.items:
            return None
        made = share.made.get(from_)
        if made is None:
            made = ev_message(self._clinic_id, self._epoch, from_, self.to, share.items)
            share.made[from_] = made
        return made

    def concerns(self, member_id: UUID | None) -> bool:
        """Whether the member's own row is among the entries, and so perhaps their rights."""
        return member_id in self._members

    @property
    def changes_staff(self) -> bool:
        """Whether a member of staff was changed."""
        return bool(self._members)

    def until(self, seq: int) -> Batch:
        """Its part up to `seq`."""
        place = bisect_right(self.entries, seq, key=lambda entry: entry.seq)
        return Batch(self._clinic_id, self._epoch, self.entries[:place], self.after, seq)

    def beyond(self, seq: int) -> Batch:
        """Its part after `seq`."""
        place = bisect_right(self.entries, seq, key=lambda entry: entry.seq)
        return Batch(self._clinic_id, self._epoch, self.entries[place:], seq, self.to)

    def _share_of(self, scopes: frozenset[str]) -> _Share:
        items = tuple(item for entry in self.entries if (item := entry.item_for(scopes)))
        return self._by_items.setdefault(items, _Share(items, {}))


class _Share(Struct, frozen=True):
    """The items of some desks, and the messages made of them by the cursor they start from."""

    items: tuple[bytes, ...]
    made: dict[int, EvMessage]


def ev_message(
    clinic_id: UUID, epoch: str, from_: int, to: int, items: Sequence[bytes]
) -> EvMessage:
    """The `ev` frame of `(from_, to]` (`contract.frames.Ev`), from items that are encoded."""
    head = f'{{"t":"ev","clinic":"{clinic_id}","epoch":"{epoch}","from":{from_},"to":{to},"items":['
    text = b"".join((head.encode(), b",".join(items), b"]}"))
    return EvMessage(Message(text), to, len(items), len(text))
