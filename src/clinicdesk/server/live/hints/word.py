"""What one server tells the others at one time."""

from __future__ import annotations

from uuid import UUID

import msgspec
from msgspec import Struct


class Word(Struct, frozen=True, array_like=True, forbid_unknown_fields=False):
    """Clinics whose log moved on, and signals to pass on; both may be empty."""

    clinics: tuple[UUID, ...] = ()
    signals: tuple[bytes, ...] = ()


class Envelope(Struct, frozen=True, array_like=True):
    """A word on a bus that tells everybody, the sender too."""

    sender: str
    word: Word


def pack(sender: str, word: Word, limit: int) -> list[str]:
    """The word as JSON texts of at most `limit` bytes each; at least one.

    A signal that does not fit into a text of its own is left out: it may be lost.
    """
    whole = _encode(sender, word)
    if len(whole) <= limit:
        return [whole]
    if len(word.clinics) + len(word.signals) <= 1:
        return [_encode(sender, Word())]
    left, right = _halves(word)
    return [*pack(sender, left, limit), *pack(sender, right, limit)]


def unpack(text: str | bytes) -> Envelope | None:
    """What `pack` made; None for anything else, whoever wrote it there."""
    try:
        return msgspec.json.decode(text, type=Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _encode(sender: str, word: Word) -> str:
    return msgspec.json.encode(Envelope(sender, word)).decode()


def _halves(word: Word) -> tuple[Word, Word]:
    if word.clinics and word.signals:
        return Word(clinics=word.clinics), Word(signals=word.signals)
    clinics, signals = len(word.clinics) // 2, len(word.signals) // 2
    return (
        Word(word.clinics[:clinics], word.signals[:signals]),
        Word(word.clinics[clinics:], word.signals[signals:]),
    )
