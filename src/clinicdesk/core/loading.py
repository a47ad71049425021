"""From the store into memory, as quickly as two cores can, with the event loop left free."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from msgspec import DecodeError

from clinicdesk.contract.entities import Row
from clinicdesk.core.bodies import decode_array
from clinicdesk.core.collection import Collection, Prepared
from clinicdesk.core.collector import making_rows
from clinicdesk.core.store.rows import RowStore


async def read_kinds(
    store: RowStore, collections: Mapping[str, Collection[Any]]
) -> dict[str, Prepared[Any] | None]:
    """All rows of these kinds, ready for their collections. Raises StoreLost.

    None for a kind of which a row cannot be read: it was written by another version of this
    program, when its rows had other fields.
    """
    with making_rows():
        # All at once: while the rows of one kind are sorted the store decrypts another's.
        reading = {
            kind: asyncio.create_task(_read(store, collection))
            for kind, collection in collections.items()
        }
        try:
            await asyncio.wait(reading.values())
        finally:
            await _end(reading.values())
        return {kind: task.result() for kind, task in reading.items()}


async def _read(store: RowStore, collection: Collection[Any]) -> Prepared[Any] | None:
    rows: dict[UUID, Row] = {}

    def take(bodies: bytes) -> None:
        rows.update((row.id, row) for row in decode_array(collection.kind, bodies))

    taking: list[asyncio.Task[None]] = []
    try:
        async for bodies in store.read(collection.kind):
            # The store decrypts the next ones meanwhile, which needs no Python.
            while taking:
                await taking.pop()
            taking.append(asyncio.create_task(asyncio.to_thread(take, bodies)))
        while taking:
            await taking.pop()
    except DecodeError:
        return None
    finally:
        await _end(taking)
    return await asyncio.to_thread(collection.prepare, rows)


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Leave none of them running: a cancelled `asyncio.wait` does not end what it waits for."""
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
