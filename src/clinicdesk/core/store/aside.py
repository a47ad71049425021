"""Files that were renamed out of the way, in steps that can be gone on with after a crash.

A mark lies beside such a file until its commands are in the store that took its place: made before
the first step, gone after the last.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from msgspec import Struct

from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState
from clinicdesk.core.store.unsent_note import Unsent, path_of_note

PARTS: Final = ("", "-wal", "-shm")
"""What the name of each file of a store ends with."""
_MARK: Final = ".unread"


class WhyAside(StrEnum):
    """Why a file could not be used."""

    WRONG_KEY = "wrong-key"  # or damaged at its very beginning: the two look alike
    DAMAGED = "damaged"
    FOREIGN = "foreign"


class SetAside(Struct, frozen=True):
    """A file that was renamed out of the way.

    Attributes:
        path: Where it lies now.
        recovered: Commands to be taken over from it.
        noted: What waited in it, as was noted beside it.
    """

    path: Path
    why: WhyAside
    recovered: list[OutboxEntry]
    noted: Unsent = Unsent()

    @property
    def sentence(self) -> str:
        """What happened, what was saved and what comes next, for the person."""
        what = {
            WhyAside.WRONG_KEY: "The data kept on this computer could not be unlocked",
            WhyAside.DAMAGED: "The data kept on this computer is damaged",
            WhyAside.FOREIGN: "A file that is not clinicdesk's lay where this desk keeps its data",
        }[self.why]
        return (
            f"{what}, so it was put aside as {self.path.name} and everything is fetched "
            f"from the server again.{self._unsent_sentence}"
        )

    @property
    def left(self) -> Unsent:
        """What waits in it still: it was noted and could not be taken over."""
        return Unsent(
            max(0, self.noted.unsent - self._recovered(OutboxState.WAITING)),
            max(0, self.noted.refused - self._recovered(OutboxState.REFUSED)),
        )

    def _recovered(self, state: OutboxState) -> int:
        return sum(entry.state is state for entry in self.recovered)

    @property
    def _unsent_sentence(self) -> str:
        unsent, missing = self._recovered(OutboxState.WAITING), self.left.unsent
        said = f" {unsent} unsent change(s) were recovered and will be sent." if unsent else ""
        if missing > 0 and self.why is WhyAside.WRONG_KEY:
            said += (
                f" {missing} unsent change(s) are in it: they are kept, and taken over when its "
                "key is there again."
            )
        elif missing > 0:
            said += f" {missing} unsent change(s) could not be read; the file is kept."
        return said


def put_aside(path: Path, why: WhyAside, now: datetime) -> Path:
    """Rename a store; where it lies then. `was_read` when what waits in it was taken over."""
    aside = path.with_name(f"{path.stem}.{now:%Y%m%dT%H%M%S%f}.{why.value}.db")
    aside.with_suffix(_MARK).touch(mode=0o600)
    _move(path, aside)
    return aside


def unread(path: Path) -> list[Path]:
    """The files put aside from `path` that nobody has read, the oldest first.

    An earlier run may have died over one of them: it is renamed to the end.
    """
    found = []
    for mark in sorted(path.parent.glob(f"{path.stem}.*{_MARK}")):
        aside = mark.with_suffix(".db")
        if not aside.exists():  # it had not begun
            mark.unlink()
            continue
        if not path.exists():  # or what lies there is the next store's
            _move(path, aside)
        found.append(aside)
    return found


def was_read(aside: Path) -> None:
    """The commands that can be read in the file are on the disk elsewhere."""
    aside.with_suffix(_MARK).unlink(missing_ok=True)


def why_of(aside: Path) -> WhyAside:
    """Why it was put aside: its name says so."""
    return WhyAside(aside.suffixes[-2].removeprefix("."))


def _move(path: Path, aside: Path) -> None:
    parts = [(path.with_name(path.name + end), aside.with_name(aside.name + end)) for end in PARTS]
    for before, after in (*parts, (path_of_note(path), path_of_note(aside))):
        if before.exists():
            before.rename(after)
