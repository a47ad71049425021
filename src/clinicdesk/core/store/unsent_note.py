"""How much a store holds that was not sent, told beside the store: numbers only.

The store itself opens to nobody but its owner, and not at all once its key is lost. Whoever looks
at the list of people who work here, or at a file that no key opens, should still see that
something is waiting. It is a hint: after a crash it may be a second old.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct


class Unsent(Struct, frozen=True):
    """What waits in an outbox.

    Attributes:
        unsent: Commands without an answer. refused: Refused ones that nobody has dealt with.
    """

    unsent: int = 0
    refused: int = 0

    @property
    def nothing(self) -> bool:
        """Whether nothing is there that anybody would miss."""
        return self.unsent == 0 and self.refused == 0


def path_of_note(store: Path) -> Path:
    """Where the note of a store lies."""
    return store.with_suffix(".unsent")


def write_note(store: Path, count: Unsent) -> None:
    """Note it, or take the note away when nothing waits. A disk that is full keeps the old one."""
    path = path_of_note(store)
    with suppress(OSError):
        if count.nothing:
            path.unlink(missing_ok=True)
            return
        fresh = path.with_suffix(".unsent-new")
        fresh.write_bytes(msgspec.json.encode(count))
        fresh.chmod(0o600)
        fresh.replace(path)


def read_note(store: Path) -> Unsent:
    """What the note tells; nothing without one, or when it cannot be read."""
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(path_of_note(store).read_bytes(), type=Unsent)
    return Unsent()


def unsent_below(store: Path) -> int:
    """The unsent commands of one member on this computer, by the notes of their store and of files
    that were put aside; nothing is opened."""
    notes = store.parent.glob(f"{store.stem}*.unsent")
    return sum(read_note(note).unsent for note in notes)
