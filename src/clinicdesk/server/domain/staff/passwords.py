"""Passwords: argon2id (RFC 9106), kept off the event loop and bounded in number."""

from __future__ import annotations

import asyncio
import os
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST_LENGTH: Final = 8
GREATEST_LENGTH: Final = 256


class Passwords:
    """Makes and verifies hashes.

    One verification costs 19 MiB and a few tens of milliseconds of one core, so only as many run at
    once as there are cores: the others wait, and a flood of sign-ins cannot exhaust the memory.
    """

    def __init__(self, *, at_once: int | None = None) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._slots = asyncio.Semaphore(at_once or os.cpu_count() or 1)
        self._nobody = self._hasher.hash(os.urandom(16).hex())

    def hash(self, password: str) -> str:
        """The hash to store. Blocks for the time that a verification takes."""
        return self._hasher.hash(password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one of `stored`; without a stored hash it takes as long."""
        async with self._slots:
            right = await asyncio.to_thread(self._matches, stored or self._nobody, password)
        return right and stored is not None

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
