"""Carries the outbox to the server, in the order of each aggregate: `sending` with a network."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from functools import partial

from clinicdesk.core.errors import StoreLost
from clinicdesk.core.listeners import Unsubscribe
from clinicdesk.core.live.link import Link
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.sending import Sending, answer_in, request_of
from clinicdesk.core.sending_delay import delay_of, may_be_done
from clinicdesk.core.store.outbox_table import OutboxEntry
from clinicdesk.core.trace import Trace
from clinicdesk.core.transport import Tokens, Transport


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
        self._trace = trace
        self._wake = asyncio.Event()
        self._sending = Sending(chance)
        self._tasks: set[asyncio.Task[None]] = set()
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
        tasks = [*self._tasks, *([self._loop] if self._loop is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _link_changed(self) -> None:
        if self._link.reachable:
            self._sending.server_is_back()
            self._wake.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            going, due = self._sending.begin(self._outbox.next_to_send, loop.time())
            for entry in going:
                task = asyncio.create_task(self._send(entry), name="send a command")
                self._tasks.add(task)
                task.add_done_callback(partial(self._sent, entry))
            try:
                async with asyncio.timeout_at(due):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _sent(self, entry: OutboxEntry, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.set()
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            loop = task.get_loop()
            self._outbox.put_off(entry.op_id, None, heard=True)
            self._sending.over(entry, None, kept=False, now=loop.time())
            loop.call_exception_handler(
                {"message": "sending a command failed", "exception": error, "task": task}
            )

    async def _send(self, entry: OutboxEntry) -> None:
        self._outbox.mark_sending(entry.op_id, sending=True)
        self._trace.mark("send", op_id=entry.op_id)
        request = request_of(entry)
        outcome = await self._transport.call(
            request.method, request.path, request.body, request.headers, tokens=self._tokens
        )
        answer = answer_in(outcome)
        kept = False
        if answer is not None:
            with suppress(StoreLost):  # it is asked for again, and answered alike
                kept = await self._outbox.finish(entry.op_id, answer)
        if not kept:
            self._outbox.put_off(entry.op_id, delay_of(outcome), heard=may_be_done(outcome))
        now = asyncio.get_running_loop().time()
        self._sending.over(entry, outcome, kept=kept, now=now)
