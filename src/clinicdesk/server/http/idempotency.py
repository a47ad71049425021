"""A command takes effect once, however often it is sent.

Its identity, what it said and what it was answered are stored in the transaction of its effect
(draft-ietf-httpapi-idempotency-key-header). A refusal undoes what the command had begun and is
stored too, unless it says nothing about the command itself (`contract.problems.RETRYABLE`).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct

from clinicdesk.contract.commands import Done
from clinicdesk.contract.problems import (
    RETRYABLE,
    KeyReused,
    NotAllowed,
    Problem,
    Refusal,
    StillRunning,
    Unavailable,
    encode_problem,
)
from clinicdesk.server.database.database import RETRYABLE as LOST_RACES
from clinicdesk.server.database.queries import load_queries

if TYPE_CHECKING:
    from clinicdesk.server.database.database import Database
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.domain.actor import MemberActor

_QUERIES = load_queries("clinicdesk.server.http", "idempotency.sql")

Effect: TypeAlias = Callable[["Transaction"], Awaitable[Done | Refusal]]


_BUSY = Unavailable(
    detail="What this command changes is being changed by somebody else; nothing was done. "
    "Try again."
)


_CROWDED = Unavailable(
    detail="More commands of this clinic have come than can be carried out now; nothing was done. "
    "Try again."
)

TURN_WITHIN_S = 5.0
"""How long a command waits for its clinic's earlier ones. A desk that hears nothing for longer
gives up and sends again: what waits on then keeps those waiting who are still there."""


class Attempt(Struct, frozen=True, kw_only=True):
    """One sending of a command.

    Attributes:
        op_id: The command's identity.
        fingerprint: SHA-256 over all that makes the command what it is.
        created: The status of success: 201 where something begins, otherwise 200.
    """

    actor: MemberActor
    op_id: UUID
    fingerprint: bytes
    created: bool


class Answer(Struct, frozen=True, kw_only=True):
    """What is sent back.

    Attributes:
        code: `done`, or the refusal's; of a refusal that is sent again only that it is `refused`.
        replayed: It had been answered before.
    """

    status: int
    content: bytes
    code: str
    replayed: bool = False


class _Stored(Struct, frozen=True):
    body_hash: bytes
    member_id: UUID
    status: int
    response: bytes


class _Undo(Exception):
    """Rolls the transaction back and carries the refusal out of it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(type(refusal).__name__)
        self.refusal = refusal


def fingerprint(method: str, path: str, match: str, body: bytes) -> bytes:
    """SHA-256 over all that makes the command what it is."""
    digest = hashlib.sha256()
    for part in (method.encode(), path.encode(), match.encode(), body):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


class Once:
    """Carries commands out, each once.

    Args:
        database: Where the effects and their results are.
        hint: Told the clinic after each commit that changed something.
    """

    def __init__(self, database: Database, hint: Callable[[UUID], None]) -> None:
        self._database = database
        self._hint = hint
        # Writes of one clinic wait for each other anyway. If all of them wait, because somebody
        # holds the clinic's log, other clinics and all reading still have connections.
        at_once = max(1, database.size // 2)
        self._turns: defaultdict[UUID, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(at_once)
        )

    async def carry_out(self, attempt: Attempt, effect: Effect) -> Answer:
        """The answer to the command, of now or of when it was sent first.

        Raises:
            DatabaseDown: Nothing took effect, or all did and the answer is stored.
        """
        turn = self._turns[attempt.actor.member.clinic_id]
        try:
            async with asyncio.timeout(TURN_WITHIN_S):
                await turn.acquire()
        except TimeoutError:
            return _refusal(_CROWDED)
        try:
            return await self._in_turn(attempt, effect)
        finally:
            turn.release()

    async def _in_turn(self, attempt: Attempt, effect: Effect) -> Answer:
        try:
            try:
                return await self._carry_out(attempt, effect)
            except _Undo as undo:
                return await self._remember(attempt, undo.refusal)
        except psycopg.errors.InsufficientPrivilege:
            # The membership changed since the session was looked up; the policies know it already.
            changed = NotAllowed(detail="Your rights have changed; please sign in again.")
            return _refusal(changed)
        except LOST_RACES:
            return _refusal(_BUSY)

    async def _carry_out(self, attempt: Attempt, effect: Effect) -> Answer:
        actor = attempt.actor.ids
        async with self._database.as_member(actor, op_id=attempt.op_id) as tx:
            earlier, epoch = await self._claim(tx, attempt)
            if earlier is not None:
                return earlier
            outcome = await effect(tx)
            if not isinstance(outcome, Done):
                raise _Undo(outcome)
            answer = Answer(
                status=201 if attempt.created else 200,
                content=msgspec.json.encode(outcome),
                code="done",
            )
            await _store(tx, attempt, answer, outcome.seq)
        self._hint(actor.clinic_id)
        return _given_in(epoch, answer)

    async def _remember(self, attempt: Attempt, refusal: Refusal) -> Answer:
        if isinstance(refusal, RETRYABLE):
            return _refusal(refusal)
        answer = _refusal(refusal)
        async with self._database.as_member(attempt.actor.ids, op_id=attempt.op_id) as tx:
            # The same command may have been sent again since the roll-back: that answer counts.
            earlier, _ = await self._claim(tx, attempt)
            if earlier is not None:
                return earlier
            await _store(tx, attempt, answer, None)
        return answer

    async def _claim(self, tx: Transaction, attempt: Attempt) -> tuple[Answer | None, str]:
        """The answer that was given before, or the reason why there is none to give now; and the
        epoch."""
        key = {
            "clinic_id": attempt.actor.member.clinic_id,
            "device_id": attempt.actor.device_id,
            "op_id": attempt.op_id,
        }
        claimed = await tx.one(_QUERIES["claim"], key)
        assert claimed is not None
        free, *parts = claimed
        if not free:
            running = StillRunning(
                detail="This command is being carried out this moment; ask again."
            )
            return _refusal(running), ""
        epoch = await self._database.epochs.of(tx, tuple(parts))
        earlier = await _earlier(tx, attempt, key)
        return (None if earlier is None else _given_in(epoch, earlier)), epoch


def _given_in(epoch: str, answer: Answer) -> Answer:
    """The answer with the history that its numbers are of."""
    if answer.code != "done":
        return answer
    done = msgspec.json.decode(answer.content, type=Done)
    content = msgspec.json.encode(msgspec.structs.replace(done, epoch=epoch))
    return msgspec.structs.replace(answer, content=content)


async def _earlier(tx: Transaction, attempt: Attempt, key: dict[str, UUID]) -> Answer | None:
    """The answer that was given before."""
    stored = await tx.one(_QUERIES["stored"], key, into=_Stored)
    if stored is None:
        return None
    same = (attempt.fingerprint, attempt.actor.member.id)
    if (stored.body_hash, stored.member_id) != same:
        return _refusal(
            KeyReused(detail="This Idempotency-Key was used for another command; make a new one.")
        )
    code = "done" if stored.status < 400 else "refused"
    return Answer(status=stored.status, content=stored.response, code=code, replayed=True)


async def _store(tx: Transaction, attempt: Attempt, answer: Answer, seq: int | None) -> None:
    member = attempt.actor.member
    row = {
        "device_id": attempt.actor.device_id,
        "op_id": attempt.op_id,
        "clinic_id": member.clinic_id,
        "member_id": member.id,
        "body_hash": attempt.fingerprint,
        "status": answer.status,
        "response": answer.content,
        "seq": seq,
    }
    await tx.execute(_QUERIES["store"], row)


def _refusal(problem: Problem) -> Answer:
    code = problem.__struct_config__.tag
    return Answer(status=problem.status, content=encode_problem(problem), code=str(code))
