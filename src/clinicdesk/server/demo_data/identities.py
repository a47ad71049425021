"""Identifiers that follow from the seed, so that the same seed makes the same clinic everywhere."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from clinicdesk.server.demo_clinic import DemoClinic

_BASE_MS: Final = 1_767_225_600_000
"""1 January 2026: where the time part of the identifiers begins."""
_LOW_BITS: Final = (1 << 62) - 1


class Identities:
    """Names the n-th of a kind.

    Args:
        demo: The content; its site and its seed decide.
    """

    def __init__(self, demo: DemoClinic) -> None:
        self._origin = f"{demo.site.key} {demo.seed}"

    def of(self, kind: str, place: int) -> UUID:
        """A UUIDv7 (RFC 9562) whose time and chance follow from the seed."""
        digest = hashlib.sha256(f"{self._origin} {kind} {place}".encode()).digest()
        chance = int.from_bytes(digest[:10], "big")
        bits = ((_BASE_MS + place) << 80) | (7 << 76) | (chance >> 68 << 64) | (2 << 62)
        return UUID(int=bits | (chance & _LOW_BITS))

    def several(self, kind: str, count: int) -> list[UUID]:
        """The first `count` of a kind."""
        return [self.of(kind, place) for place in range(count)]
