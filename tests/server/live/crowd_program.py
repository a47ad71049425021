"""A program: very many sockets at once from one address, that never say hello.

    crowd_program.py HOST PORT COUNT

Prints how they ended, as JSON: close code, or `open`, or `cut`, to a number.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from collections import Counter

from tests.server.live.hostile import UPGRADE

AT_ONCE = 1000
WAIT_S = 3.0


class Crowd:
    """Sockets of which those that are let in stay until all know what became of them."""

    def __init__(self, host: str, port: int, count: int) -> None:
        self.ended: Counter[str] = Counter()
        self._address = host, port
        self._count = count
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._over = asyncio.Event()

    async def run(self) -> None:
        await asyncio.gather(*(self._one() for _ in range(self._count)))

    async def _one(self) -> None:
        try:
            async with self._gate:
                reader, writer = await asyncio.open_connection(*self._address)
                lines = [
                    "GET /api/live HTTP/1.1",
                    *(f"{n}: {v}" for n, v in UPGRADE.items()),
                    "",
                    "",
                ]
                writer.write("\r\n".join(lines).encode())
                await reader.readuntil(b"\r\n\r\n")
        except (OSError, asyncio.IncompleteReadError):
            self._end("cut")
            return
        how = await self._ending(reader)
        self._end(how)
        if how == "open":
            await self._over.wait()
        writer.close()

    async def _ending(self, reader: asyncio.StreamReader) -> str:
        try:
            async with asyncio.timeout(WAIT_S):
                head = await reader.readexactly(2)
                payload = await reader.readexactly(head[1] & 0x7F)
        except TimeoutError:
            return "open"
        except (OSError, asyncio.IncompleteReadError):
            return "cut"
        return str(int.from_bytes(payload[:2]))

    def _end(self, how: str) -> None:
        self.ended[how] += 1
        if self.ended.total() == self._count:
            self._over.set()


async def crowd(host: str, port: int, count: int) -> Counter[str]:
    crowd = Crowd(host, port, count)
    await crowd.run()
    return crowd.ended


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    print(json.dumps(asyncio.run(crowd(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
