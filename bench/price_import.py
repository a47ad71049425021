"""A price list of 50,000 rows: looked at, then imported, while somebody else asks the server.

Both over HTTP, as a desk sends it: a CSV file and a spreadsheet. Beside it goes a call every few
milliseconds that a desk could make; what it waits is what the import costs the others.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

import httpx
import msgspec
import openpyxl

from bench.figures import heading, line, machine
from bench.server_place import Place, Scale, filled_place, server_on
from clinicdesk.contract.entities import Role
from clinicdesk.contract.prices import (
    ImportLine,
    ImportProgress,
    PricePreview,
    PricesImported,
    decode_import_line,
)
from clinicdesk.contract.session import SESSION, SignedIn, SignIn
from clinicdesk.server.demo_data import PASSWORD
from clinicdesk.server.domain.formulary.importing import import_medicines
from clinicdesk.server.domain.formulary.reading import read_formulary
from tests.server.domain.formulary.indian_list_file import write

ROWS: Final = 50_000
_SCALE: Final = Scale(patients=2_000, prescriptions=1_000, rounds=1, commands=1)
_HEADER: Final = ("code", "price", "currency", "effective_from")


def main() -> None:
    """Print the figures."""
    asyncio.run(_measure())


async def _measure() -> None:
    heading(f"Price list: {ROWS:,} rows")
    print(f"being made ... ({machine()})", flush=True)
    async with filled_place(_SCALE) as place:
        list_id = await _prepared(place)
        with server_on(place) as server:
            async with httpx.AsyncClient(base_url=server, timeout=120) as client:
                await _sign_in(client, place.logins[Role.PHARMACIST])
                quiet = await _waits(client, asyncio.sleep(3))
                print(line("another's call, nothing imported", quiet))
                for kind, make in (("CSV", _csv), ("XLSX", _xlsx)):
                    await _import(client, list_id, kind, make)


async def _import(
    client: httpx.AsyncClient, list_id: UUID, kind: str, make: Callable[[int], bytes]
) -> None:
    content = make(1)
    path = f"/api/price-lists/{list_id}"
    told: list[ImportLine] = []
    waited: list[float] = []
    begun = time.perf_counter()
    waited += await _waits(client, _post(client, f"{path}/preview", content, told))
    seen = told[-1]
    assert isinstance(seen, PricePreview), seen
    looked = time.perf_counter() - begun
    begun = time.perf_counter()
    taken = f"{path}/import?digest={seen.digest}"
    waited += await _waits(client, _post(client, taken, content, told))
    assert isinstance(told[-1], PricesImported), told[-1]
    spent = time.perf_counter() - begun
    progress = sum(isinstance(one, ImportProgress) for one in told)
    print(
        f"{kind}: {len(content) / 1e6:.1f} MB, looked at in {looked:.2f} s, imported in "
        f"{spent:.2f} s, {progress} times told how far   ({seen.writes:,} written; {machine()})"
    )
    print(line(f"{kind}: another's call meanwhile", waited), flush=True)


async def _post(
    client: httpx.AsyncClient, path: str, content: bytes, told: list[ImportLine]
) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    async with client.stream("POST", path, content=content, headers=headers) as answer:
        assert answer.is_success, await answer.aread()
        told += [decode_import_line(text.encode()) async for text in answer.aiter_lines()]


async def _waits(client: httpx.AsyncClient, work: Awaitable[None]) -> list[float]:
    """Milliseconds of a call that is made again and again while the work goes on."""
    task = asyncio.ensure_future(work)
    waited: list[float] = []
    while not task.done():
        begun = time.perf_counter()
        answer = await client.get("/api/prescriptions", params={"limit": 1})
        assert answer.is_success
        waited.append((time.perf_counter() - begun) * 1e3)
        await asyncio.sleep(0.01)
    await task
    return waited


async def _prepared(place: Place) -> UUID:
    """The formulary with as many medicines as the list has rows; the list, empty."""
    actor = place.people[Role.PHARMACIST]
    list_id = uuid.uuid4()
    async with place.database.as_owner() as tx:
        key = {"clinic_id": place.clinic_id, "pharmacy_id": actor.member.pharmacy_id}
        formulary_id = await tx.value(
            "select id from formulary where clinic_id = %(clinic_id)s", key
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "medicines.csv"
            write(path, ROWS)
            with path.open("rb") as file:
                await import_medicines(
                    tx, place.clinic_id, formulary_id, read_formulary(file), lambda _count: None
                )
        await tx.execute(
            "insert into price_list (id, clinic_id, pharmacy_id, name, currency, revision, "
            "price_count) values (%(id)s, %(clinic_id)s, %(pharmacy_id)s, 'bench', 'INR', 0, 0)",
            {**key, "id": list_id},
        )
    async with place.database.as_owner() as tx:
        await tx.execute("analyze")
    return list_id


async def _sign_in(client: httpx.AsyncClient, login: str) -> None:
    request = SignIn(
        login=login,
        password=PASSWORD,
        device_id=uuid.uuid4(),
        device_name="bench",
        device_key="A" * 43,
    )
    answer = await client.post(
        SESSION,
        content=msgspec.json.encode(request),
        headers={"Content-Type": "application/json"},
    )
    assert answer.is_success, answer.text
    session = msgspec.json.decode(answer.content, type=SignedIn)
    client.headers["Authorization"] = f"Bearer {session.access_token}"


def _lines(seed: int) -> list[tuple[str, str, str, str]]:
    rng = Random(seed)
    today = datetime.now(UTC).date().isoformat()
    return [
        (f"in-{n}", f"{rng.randint(1, 3000)}.{rng.randint(0, 99):02}", "INR", today)
        for n in range(1, ROWS + 1)
    ]


def _csv(seed: int) -> bytes:
    return "\n".join([",".join(row) for row in (_HEADER, *_lines(seed))]).encode()


def _xlsx(seed: int) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(_HEADER)
    for code, price, currency, begins in _lines(seed + 1):
        sheet.append((code, float(price), currency, datetime.fromisoformat(begins)))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


if __name__ == "__main__":
    main()
