"""Carries the outbox to the server, in the order of each prescription.

When an answer is lost nobody knows whether the command took effect: it is sent again with the same
key, and the server answers what it answered then.
"""

from __future__ import annotations

import asyncio
import random
import re
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.commands import ROUTES, Command, Done, path_of
from clinicdesk.contract.problems import RETRYABLE, Problem, Refusal, SessionExpired, WrongProtocol
from clinicdesk.core.errors import StoreLost
from clinicdesk.core.listeners import Unsubscribe
from clinicdesk.core.live.link import Link
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.sending_delay import delay_of, may_be_done
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.core.trace import Trace
from clinicdesk.core.transport import Answer, Outcome, Tokens, Transport

AT_ONCE: Final = 4
"""Prescriptions whose commands are on their way at one time."""
_FIRST_DELAY_S: Final = 0.5
_LONGEST_DELAY_S: Final = 30.0


class _Attempts(Struct):
    count: int = 0
    not_before: float = 0.0


class Sender:
    """Sends what waits in the outbox, from `start` to `close`."""

    def __init__(
        self,
        outbox: Outbox,
        transport: Transport,
        tokens: Tokens,
        link: Link,
        chance: random.Random,
        trace: Trace,
    ) -> None:
        self._outbox = outbox
        self._transport = transport
        self._tokens = tokens
        self._link = link
        self._chance = chance
        self._trace = trace
        self._wake = asyncio.Event()
        self._sending: dict[UUID, asyncio.Task[None]] = {}
        self._attempts: dict[UUID, _Attempts] = {}
        self._loop: asyncio.Task[None] | None = None
        self._leave: list[Unsubscribe] = []

    def start(self) -> None:
        """Begin to send."""
        self._leave = [
            self._outbox.work.add(lambda _event: self._wake.set()),
            self._link.changed.add(lambda _status: self._link_changed()),
        ]
        self._wake.set()
        self._loop = asyncio.create_task(self._run(), name="sender")

    async def close(self) -> None:
        """Stop; what was on its way is sent again the next time."""
        for leave in self._leave:
            leave()
        tasks = [*self._sending.values(), *([self._loop] if self._loop is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _link_changed(self) -> None:
        if self._link.reachable:
            self._attempts.clear()  # the server is back: nobody waits for a delay to pass
            self._wake.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            due = self._send_what_is_due(loop.time())
            try:
                async with asyncio.timeout_at(due):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _send_what_is_due(self, now: float) -> float | None:
        """Start what may go now; answer when to look again, None: after the next event."""
        next_due: float | None = None
        for entry in self._outbox.next_to_send(frozenset(self._sending)):
            aggregate = entry.command.prescription_id
            attempts = self._attempts.get(aggregate)
            if attempts is not None and attempts.not_before > now:
                next_due = min(next_due or attempts.not_before, attempts.not_before)
            elif len(self._sending) < AT_ONCE:
                task = asyncio.create_task(self._send(entry), name="send a command")
                self._sending[aggregate] = task
                task.add_done_callback(partial(self._sent, aggregate))
        return next_due

    def _sent(self, aggregate: UUID, task: asyncio.Task[None]) -> None:
        self._sending.pop(aggregate, None)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            task.get_loop().call_exception_handler(
                {"message": "sending a command failed", "exception": error, "task": task}
            )

    async def _send(self, entry: OutboxEntry) -> None:
        self._outbox.mark_sending(entry.op_id, sending=True)
        self._trace.mark("send", op_id=entry.op_id)
        outcome = await self._transport.call(
            ROUTES[type(entry.command)].method,
            path_of(entry.command),
            body_of(entry.command),
            headers_of(entry),
            tokens=self._tokens,
        )
        answer = _about_the_command(outcome)
        try:
            if answer is not None:
                await self._outbox.finish(entry.op_id, answer)
        except StoreLost:
            answer = None  # it is asked for again, and answered alike
        if answer is None:
            self._outbox.put_off(entry.op_id, delay_of(outcome), heard=may_be_done(outcome))
            self._wait_longer(entry.command.prescription_id)
        else:
            self._attempts.pop(entry.command.prescription_id, None)

    def _wait_longer(self, aggregate: UUID) -> None:
        attempts = self._attempts.setdefault(aggregate, _Attempts())
        most = min(_LONGEST_DELAY_S, _FIRST_DELAY_S * 2.0**attempts.count)
        attempts.count = min(attempts.count + 1, 16)
        now = asyncio.get_running_loop().time()
        attempts.not_before = now + self._chance.uniform(0, most)


def headers_of(entry: OutboxEntry) -> dict[str, str]:
    """The command's identity and the version it was given upon; the same at each sending."""
    headers = {"Idempotency-Key": str(entry.op_id)}
    if not ROUTES[type(entry.command)].creates:
        headers["If-Match"] = f'"{entry.version}"'
    return headers


def body_of(command: Command) -> bytes:
    """The command as its route takes it: without what the path says."""
    in_path = set(_IN_PATH.findall(ROUTES[type(command)].path))
    fields = {
        name: getattr(command, name) for name in command.__struct_fields__ if name not in in_path
    }
    return msgspec.json.encode(fields)


def _about_the_command(outcome: Outcome) -> Done | Refusal | None:
    """The answer to keep; None when it says nothing about the command, which is then sent again."""
    if isinstance(outcome, Answer):
        try:
            return msgspec.json.decode(outcome.content, type=Done)
        except msgspec.DecodeError:
            return None
    if isinstance(outcome, Problem) and not isinstance(outcome, _LATER):
        return outcome
    return None


_LATER: Final[tuple[type[Problem], ...]] = (*RETRYABLE, SessionExpired, WrongProtocol)
_IN_PATH: Final = re.compile(r"\{(\w+)\}")
