"""Price lists out of a file: `POST .../preview` says what it would change, `.../import` does it.

Both answer with lines of JSON as the work goes on (`contract.prices`). Whatever is refused before
the file is looked at is refused as everywhere; later the last line says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias
from uuid import UUID

import msgspec
from litestar import post
from litestar.params import QueryParameter
from litestar.response import Stream

from clinicdesk.contract.commands import Done
from clinicdesk.contract.prices import (
    IMPORT_MEDIA_TYPE,
    LARGEST_FILE,
    ImportLine,
    ImportProgress,
    ImportRefused,
    PricePreview,
    PricesImported,
)
from clinicdesk.contract.problems import Malformed, decode_problem
from clinicdesk.contract.session import PRICE_IMPORT, PRICE_PREVIEW
from clinicdesk.server.database.errors import DatabaseDown
from clinicdesk.server.domain.pricing.importing import (
    Rows,
    considered,
    import_prices,
    list_of,
    read_file,
)
from clinicdesk.server.domain.pricing.price_lists import ListAsItStands
from clinicdesk.server.ending import end
from clinicdesk.server.http.authentication import SignedInAs
from clinicdesk.server.http.bodies import path_id
from clinicdesk.server.http.commands import IdempotencyKey, identity
from clinicdesk.server.http.idempotency import Attempt, Once, fingerprint
from clinicdesk.server.http.problems import (
    AnyRequest,
    Refused,
    documented,
    fault,
    unavailable,
)

if TYPE_CHECKING:
    from litestar.handlers import HTTPRouteHandler

    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.database import Database
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.telemetry import Metrics

AT_ONCE: Final = 2
"""Files that a server reads at one time: each costs a processor and some tens of megabytes."""

Told: TypeAlias = Callable[[str, int, int], None]
Work: TypeAlias = Callable[[Told], Awaitable[ImportLine]]

Digest = Annotated[
    str,
    QueryParameter(min_length=64, max_length=64, description="Of the preview that was looked at."),
]


class PriceFiles:
    """Looks at price files, and imports them.

    Args of the constructor: what is read and written; what carries an import out once.
    """

    def __init__(self, database: Database, once: Once) -> None:
        self._database = database
        self._once = once
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def list_of(self, actor: MemberActor, price_list_id: UUID) -> ListAsItStands:
        """The list of the actor's own pharmacy. Raises `Refused`, `DatabaseDown`."""
        async with self._database.snapshot(actor.ids) as tx:
            found = await list_of(tx, actor, price_list_id)
        if not isinstance(found, ListAsItStands):
            raise Refused(found)
        return found

    async def preview(
        self, actor: MemberActor, standing: ListAsItStands, content: bytes, told: Told
    ) -> ImportLine:
        """What the file would change."""
        async with self._turns:
            rows = await read_file(content, standing, told)
            if not isinstance(rows, list):
                return ImportRefused(problem=rows)
            told("comparing", 0, len(rows))
            async with self._database.snapshot(actor.ids) as tx:
                now = await list_of(tx, actor, standing.id)
                if not isinstance(now, ListAsItStands):
                    return ImportRefused(problem=now)
                found = await considered(tx, actor.member.clinic_id, now, content, rows)
            return found.preview

    async def take(
        self,
        attempt: Attempt,
        standing: ListAsItStands,
        content: bytes,
        digest: str,
        told: Told,
    ) -> tuple[ImportLine, str, bool]:
        """Carry it out; the last line, the outcome's code, and whether it had been answered."""
        otherwise: list[PricePreview] = []
        async with self._turns:
            rows = await read_file(content, standing, told)
            if not isinstance(rows, list):
                return ImportRefused(problem=rows), "refused", False
            told("comparing", 0, len(rows))
            actor = attempt.actor
            read: Rows = rows
            answer = await self._once.carry_out(
                attempt,
                lambda tx: import_prices(
                    tx, actor, standing.id, content, read, digest, told, otherwise.append
                ),
            )
        if answer.code == "done":
            done = msgspec.json.decode(answer.content, type=Done)
            return PricesImported(done=done), answer.code, answer.replayed
        problem: Refusal = decode_problem(answer.content)
        seen = otherwise[-1] if otherwise else None
        return ImportRefused(problem=problem, preview=seen), answer.code, answer.replayed


def price_import_routes(database: Database, once: Once, metrics: Metrics) -> list[HTTPRouteHandler]:
    """The two routes; a file may be larger than other requests are."""
    files = PriceFiles(database, once)

    @post(
        _typed(PRICE_PREVIEW),
        status_code=200,
        request_max_body_size=LARGEST_FILE,
        operation_id="preview_prices",
        tags=["prices"],
        description="The body is a CSV or XLSX file. Answers lines of JSON, a preview at last.",
        responses=documented(PricePreview),
        name="preview prices",
    )
    async def preview(request: AnyRequest, authenticated: SignedInAs) -> Stream:
        standing, content = await _asked(files, request, authenticated.actor)
        return _stream(lambda told: files.preview(authenticated.actor, standing, content, told))

    @post(
        _typed(PRICE_IMPORT),
        status_code=200,
        request_max_body_size=LARGEST_FILE,
        operation_id="import_prices",
        tags=["prices"],
        description="The same file again. Answers lines of JSON, what came of it at last.",
        responses=documented(PricesImported),
        name="import prices",
    )
    async def take(
        request: AnyRequest,
        authenticated: SignedInAs,
        digest: Digest,
        idempotency_key: IdempotencyKey = None,
    ) -> Stream:
        op_id = identity(idempotency_key)
        standing, content = await _asked(files, request, authenticated.actor)
        path = request.url.path
        attempt = Attempt(
            actor=authenticated.actor,
            op_id=op_id,
            fingerprint=await asyncio.to_thread(fingerprint, "POST", path, digest, content),
            created=False,
        )

        async def work(told: Told) -> ImportLine:
            line, code, replayed = await files.take(attempt, standing, content, digest, told)
            metrics.command("import_prices", code, replayed=replayed)
            return line

        return _stream(work)

    return [preview, take]


async def _asked(
    files: PriceFiles, request: AnyRequest, actor: MemberActor
) -> tuple[ListAsItStands, bytes]:
    standing = await files.list_of(actor, path_id(request.path_params, "price_list_id"))
    content = await request.body()
    if not content:
        raise Refused(Malformed(detail="The request has no body; it should be the file."))
    return standing, content


def _stream(work: Work) -> Stream:
    return Stream(_lines(work), media_type=IMPORT_MEDIA_TYPE)


async def _lines(work: Work) -> AsyncIterator[bytes]:
    """How far the work has come, and what came of it. Who goes away ends it."""
    queue: asyncio.Queue[ImportProgress | None] = asyncio.Queue()

    def told(stage: str, done: int, of: int) -> None:
        queue.put_nowait(ImportProgress(stage=stage, done=done, of=of))

    task = asyncio.ensure_future(_outcome(work, told))
    task.add_done_callback(lambda _task: queue.put_nowait(None))
    try:
        while (progress := await queue.get()) is not None:
            yield _line(progress)
        yield _line(task.result())
    finally:
        await end(task)


async def _outcome(work: Work, told: Told) -> ImportLine:
    try:
        return await work(told)
    except DatabaseDown:
        return ImportRefused(problem=unavailable())
    except Exception as error:
        return ImportRefused(problem=fault(error))


def _line(line: Any) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def _typed(path: str) -> str:
    return path.replace("{price_list_id}", "{price_list_id:str}")
