"""The server: lists, search, commands, the way to another desk. One clinic serves all of them."""

from __future__ import annotations

import asyncio
import os
from typing import Final

from bench import server_commands, server_list, server_live, server_search
from bench.figures import heading, machine
from bench.server_place import FULL, SMALL, filled_place

PARTS: Final = (server_list, server_search, server_commands, server_live)


def main() -> None:
    """Print the figures; `BENCH_SCALE=full` measures more prescriptions, longer."""
    asyncio.run(_measure())


async def _measure() -> None:
    scale = FULL if os.environ.get("BENCH_SCALE") == "full" else SMALL
    heading(
        f"Server: a clinic of {scale.patients:,} patients, {scale.prescriptions:,} prescriptions"
    )
    print(f"being made ... ({machine()})", flush=True)
    async with filled_place(scale) as place:
        for part in PARTS:
            await part.measure(place)


if __name__ == "__main__":
    main()
