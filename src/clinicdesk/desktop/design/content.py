"""What a row or cell says, as plain data: models return it, delegates paint it.

A model answers ``data(index, CONTENT_ROLE)`` with a ``RowContent`` (lists) or a ``CellContent``
(tables); texts are translated and formatted already. Keep the objects, do not build them per paint.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import Qt

from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone

CONTENT_ROLE = Qt.ItemDataRole.UserRole + 100


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody as a small avatar shows them: initials, and the id that gives the tint."""

    letters: str
    person_id: str


@dataclass(frozen=True, slots=True)
class RowContent:
    """A list row of two lines.

    Attributes:
        key: identity of the thing shown; by it the row glows and a person gets a tint.
        primary: strong, first line: the name. ``tail`` follows it quietly: the number.
        secondary: second line.
        pill: at the right of the first line, as the age of a wait; or ``corner``, quiet words.
        status: word at the right of the second line in its ``status_tone``.
        avatar: initials before the two lines, or empty for none.
        unread: a dot before the name: not seen by this user yet.
        company: who else is at it, before the status; ``company_words`` says it in full.
    """

    key: Hashable
    primary: str
    tail: str = ""
    secondary: str = ""
    pill: Pill | None = None
    corner: str = ""
    status: str = ""
    status_tone: Tone = Tone.INFO
    avatar: str = ""
    unread: bool = False
    company: tuple[Face, ...] = ()
    company_words: str = ""


@dataclass(frozen=True, slots=True)
class CellContent:
    """A table cell of one line or more, or a pill, or a key and what it does.

    Attributes:
        text: first line; ``strong`` for what the row is about.
        tail: goes on behind ``text`` in its ``tail_tone``: an expiry that is near.
        second: second line, quiet.
        remarks: further lines, in ordinary ink: what is not as it was written, and why.
        pill: shown instead of the text.
        key: key cap before the text: what the row offers next.
        right: at the right edge, as numbers stand.
        tone: of the text; neutral is ordinary text, quiet with ``quiet``.
    """

    text: str = ""
    strong: bool = False
    tail: str = ""
    tail_tone: Tone = Tone.NEUTRAL
    second: str = ""
    remarks: tuple[str, ...] = ()
    pill: Pill | None = None
    key: str = ""
    right: bool = False
    tone: Tone = Tone.NEUTRAL
    quiet: bool = False
