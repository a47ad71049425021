"""How much of a clinic's log travels in one frame: whole commands, by number and by size.

A desk that reads nothing holds its last frame at the server, so a frame must not grow with what is
written in the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias
from uuid import UUID

if TYPE_CHECKING:
    from clinicdesk.server.live.render import RenderedEntry

MOST_ENTRIES: Final = 512
MOST_BYTES: Final = 1 << 19
"""Of the items in the widest view there is; a command that is larger alone travels alone."""

Entries: TypeAlias = "list[RenderedEntry]"


def whole_commands(entries: Entries) -> Entries:
    """Leave off the last command when it may go on past the limit: no desk sees half of one."""
    if len(entries) < MOST_ENTRIES:
        return entries
    last = entries[-1].op_id
    whole = len(entries)
    while whole and last is not None and entries[whole - 1].op_id == last:
        whole -= 1
    return entries[:whole] if whole else entries


def portions(entries: Sequence[RenderedEntry]) -> Iterator[Entries]:
    """The entries in their order, in parts of at most `MOST_BYTES`, each of whole commands."""
    portion: Entries = []
    held = 0
    for _, command in groupby(entries, key=_command):
        together = list(command)
        size = sum(entry.size for entry in together)
        if portion and held + size > MOST_BYTES:
            yield portion
            portion, held = [], 0
        portion += together
        held += size
    if portion:
        yield portion


def _command(entry: RenderedEntry) -> UUID | int:
    return entry.seq if entry.op_id is None else entry.op_id
