"""What a server asks of its hints, and the hints of a server that is alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias
from uuid import UUID

OnHint: TypeAlias = Callable[[UUID], None]
"""Told the clinic whose log moved on. Must not block."""
OnSignal: TypeAlias = Callable[[bytes], None]
"""Told what a peer passed on. Must not block."""


class Hints(Protocol):
    """Word between the servers of one database. Nothing here blocks or fails for want of a peer."""

    async def start(self, on_hint: OnHint, on_signal: OnSignal) -> None:
        """Begin. Returns at once; peers that cannot be reached are tried until they can."""
        ...

    def committed(self, clinic_id: UUID) -> None:
        """This server committed something: its own gateway hears at once, the peers soon."""
        ...

    def pass_on(self, signal: bytes) -> None:
        """Tell the peers, and only them, of somebody's presence. It may be lost."""
        ...

    async def stop(self) -> None:
        """Tell what still waits to be told, then end. Safe to repeat."""
        ...


class LocalHints:
    """The hints of a server without peers: only its own gateway hears."""

    def __init__(self) -> None:
        self._on_hint: OnHint = _nobody

    async def start(self, on_hint: OnHint, _on_signal: OnSignal) -> None:
        """As `Hints.start`; no signal ever comes."""
        self._on_hint = on_hint

    def committed(self, clinic_id: UUID) -> None:
        """As `Hints.committed`."""
        self._on_hint(clinic_id)

    def pass_on(self, _signal: bytes) -> None:
        """Nobody is there to be told."""

    async def stop(self) -> None:
        """As `Hints.stop`."""


def _nobody(_clinic_id: UUID) -> None:
    return None
