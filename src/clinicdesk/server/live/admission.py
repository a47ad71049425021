"""Who is let in to the live feed, and how fast they may speak.

Counts and token buckets, without I/O; times are seconds of any monotonic clock. A desk has one
socket and sends a few frames a minute, so the limits are met by what is broken or hostile only; a
clinic behind one address with more desks than that raises `sockets_per_address`.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from enum import StrEnum
from typing import Final

from msgspec import Struct

FRAMES_PER_S: Final = 100.0
"""Frames that a socket may send in the long run; a desk acknowledges in bulk."""
FRAMES_AT_ONCE: Final = 200.0
"""Frames that it may send at once after a rest."""
_SILENT_SHARE: Final = 4
_NETWORK_BITS: Final = 64
"""Of an IPv6 address: what one subscriber is given, who may use any address in it."""


class Limits(Struct, frozen=True, kw_only=True):
    """How many sockets a server takes.

    Attributes:
        sockets_per_address: Open ones from one address.
        sockets: Open ones in all.
    """

    sockets_per_address: int = 256
    sockets: int = 20_000

    @property
    def silent_per_address(self) -> int:
        """Those of one address that have not said hello yet: a quarter of its sockets."""
        return max(1, self.sockets_per_address // _SILENT_SHARE)


class TurnedAway(StrEnum):
    """Why a socket is not let in, and what its close code's reason says."""

    FULL = "the server has no room for another socket"
    ADDRESS = "too many sockets from your address"
    SILENT = "too many sockets from your address that have not said hello"


class Visit:
    """One socket that was let in."""

    def __init__(self, admission: Admission, address: str, now: float) -> None:
        self._admission = admission
        self._address = address
        self._silent = True
        self._inside = True
        self._tokens = FRAMES_AT_ONCE
        self._counted_at = now

    def may_speak(self, now: float) -> bool:
        """Take one more frame from it. False: it sends more than anybody needs to."""
        earned = (now - self._counted_at) * FRAMES_PER_S
        self._tokens = min(FRAMES_AT_ONCE, self._tokens + earned)
        self._counted_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def said_hello(self) -> None:
        """It has shown a good token. Safe to call again."""
        if self._silent and self._inside:
            self._silent = False
            self._admission.heard_from(self._address)

    def leave(self) -> None:
        """It is gone. Safe to call again."""
        if self._inside:
            self.said_hello()
            self._inside = False
            self._admission.left(self._address)


class Admission:
    """The sockets of one server, by address.

    Attributes:
        inside: How many there are.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sockets: Counter[str] = Counter()
        self._silent: Counter[str] = Counter()
        self.inside = 0

    def enter(self, address: str, now: float) -> Visit | TurnedAway:
        """Let a socket in, or say why not. `address`: of the desk, not of a proxy before us."""
        counted = _counted_as(address)
        limits = self._limits
        if self.inside >= limits.sockets:
            return TurnedAway.FULL
        if self._sockets[counted] >= limits.sockets_per_address:
            return TurnedAway.ADDRESS
        if self._silent[counted] >= limits.silent_per_address:
            return TurnedAway.SILENT
        self.inside += 1
        self._sockets[counted] += 1
        self._silent[counted] += 1
        return Visit(self, counted, now)

    def heard_from(self, counted: str) -> None:
        """A socket of this address said hello."""
        _less(self._silent, counted)

    def left(self, counted: str) -> None:
        """A socket of this address is gone."""
        self.inside -= 1
        _less(self._sockets, counted)


def _counted_as(address: str) -> str:
    """The address, or the IPv6 network that one subscriber has for themselves."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address  # of a socket without one, or whatever a proxy makes of it
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((known, _NETWORK_BITS), strict=False))


def _less(counts: Counter[str], key: str) -> None:
    """One less; nothing is kept of who has none, or the memory would grow with every address."""
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
