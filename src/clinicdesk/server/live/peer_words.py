"""What servers of one database tell each other of who is present where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.frames import SignalKind

WORDS_AT_ONCE: Final = 16
"""In one message: under 4 kB, as a NOTIFY must stay under 8."""


class Word(Struct, frozen=True, array_like=True):
    """One person at one thread, as their own server knows it; `lease_s` is what is left of it."""

    clinic: UUID
    thread: str
    what: SignalKind
    member: UUID
    device: UUID
    lease_s: float
    about: UUID | None


class PeerWords(Struct, frozen=True, array_like=True):
    """What one server says to all others. `asks`: it has just come and asks who is there."""

    server: UUID
    asks: bool
    words: list[Word]


_decoder = msgspec.json.Decoder(PeerWords)


def encode_words(server: UUID, words: Sequence[Word]) -> Iterator[bytes]:
    """The words in as many messages as they need."""
    for first in range(0, len(words), WORDS_AT_ONCE):
        some = list(words[first : first + WORDS_AT_ONCE])
        yield msgspec.json.encode(PeerWords(server, asks=False, words=some))


def encode_question(server: UUID) -> bytes:
    """Who is there?"""
    return msgspec.json.encode(PeerWords(server, asks=True, words=[]))


def decode_words(data: bytes) -> PeerWords | None:
    """What a peer said; None when it is not of this version."""
    try:
        return _decoder.decode(data)
    except msgspec.DecodeError:
        return None
