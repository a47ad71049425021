"""A clinic's server in miniature, on a real socket: sign-in, commands once each, snapshot, feed.

It keeps rows in memory and carries commands out by the same rules that a desk projects, so it says
nothing about the rules. It is here for what the network and the order of things do to a desk.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
import uvicorn

from clinicdesk.contract.access import access_digest, audience_of, body_of, scopes_of, view_for
from clinicdesk.contract.commands import ROUTES, Command, Done, name_of
from clinicdesk.contract.entities import Medicine, Member, Row
from clinicdesk.contract.frames import (
    CloseCode,
    Ev,
    Head,
    Heartbeat,
    Hello,
    Item,
    Resync,
    ResyncReason,
    Welcome,
    decode_client_frame,
    encode_frame,
)
from clinicdesk.contract.problems import (
    IllegalState,
    InvalidField,
    NotFound,
    Problem,
    SessionExpired,
    Stale,
    WrongCredentials,
    encode_problem,
)
from clinicdesk.contract.session import (
    PRESCRIPTION_LIST,
    ClinicChoice,
    Refresh,
    Refreshed,
    SignedIn,
    SignIn,
)
from clinicdesk.contract.version import PROTOCOL, PROTOCOL_HEADER, SUBPROTOCOL
from clinicdesk.core.overlay import (
    PARTS,
    Pending,
    PrescriptionRows,
    flat_prescription,
    project,
)
from tests.core.cable import Cable
from tests.core.patience import eventually
from tests.core.sample import (
    CLINIC,
    KINDS,
    a_document,
    an_id,
    clinic,
    formulary,
    pharmacy,
    practitioner,
)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PASSWORD = "correct horse"
PAGE = 2


class SmallServer:
    """One clinic.

    Attributes:
        cable: Between it and its desks; `address` is the cable's end.
        received: (op_id, If-Match, command) of each command that came, replays included.
        carried_out: op_ids in the order of their effect.
        lose_answers: So many commands are carried out and their answers lost with the connection.
        refuse: By command name: a refusal to give instead of carrying it out.
        looked_up: What prescriptions were asked for one by one.
        pages: How many medicines each page of the formulary had that was asked for.
        faults: So many commands are answered with a bare 503 before anything is done.
        database_away_since: What its heartbeats say; `lose_database` and `find_database`.
        token_life: Of access tokens.
    """

    def __init__(self, *members: Member) -> None:
        self.members = {member.account_id: member for member in members}
        self.rows: dict[tuple[str, UUID], Row] = {}
        self.medicines: list[Medicine] = []
        self.log: list[list[tuple[Item, Row | None, Row | None]]] = []
        self.epoch = "first"
        self.received: list[tuple[UUID, str | None, Command]] = []
        self.carried_out: list[UUID] = []
        self.results: dict[UUID, tuple[int, bytes]] = {}
        self.lose_answers = 0
        self.refuse: dict[str, Problem] = {}
        self.faults = 0
        self.database_away_since: datetime | None = None
        self.looked_up: list[str] = []
        self.pages: list[int] = []
        self.snapshots = 0
        self.refreshes = 0
        self.token_life = timedelta(minutes=10)
        self.tokens: dict[str, Member] = {}
        self.refresh_tokens: dict[str, Member] = {}
        self.clock_ahead = timedelta(0)
        self.protocol = PROTOCOL
        self._sockets: list[_Socket] = []
        self._uvicorn: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._clinic_rows(clinic, practitioner, pharmacy, formulary, *members)

    # Its life

    async def start(self) -> None:
        config = uvicorn.Config(
            self._app,
            port=0,
            interface="asgi3",
            log_level="error",
            lifespan="off",
            ws="websockets-sansio",
        )
        self._uvicorn = uvicorn.Server(config)
        self._uvicorn.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self._serving = asyncio.create_task(self._uvicorn._serve())
        await eventually(lambda: self._uvicorn is not None and self._uvicorn.started)
        port = self._uvicorn.servers[0].sockets[0].getsockname()[1]
        self.cable = Cable(port)
        await self.cable.lay()

    async def stop(self) -> None:
        await self.cable.remove()
        assert self._uvicorn is not None
        assert self._serving is not None
        self._uvicorn.should_exit = True
        self._uvicorn.force_exit = True
        await self._serving

    def lose_database(self) -> None:
        """Tell every desk that nothing can be read or written."""
        self.database_away_since = self.now
        self._wake_all()

    def find_database(self) -> None:
        """Tell every desk that it can again."""
        self.database_away_since = None
        self._wake_all()

    def _wake_all(self) -> None:
        for socket in self._sockets:
            socket.wake.set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.cable.port}"

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_ahead

    # What tests do to it

    def write(self, *rows: Row, by: UUID | None = None, op_id: UUID | None = None) -> None:
        """One transaction."""
        entries: list[tuple[Item, Row | None, Row | None]] = []
        for row in rows:
            key = (KINDS[type(row)], row.id)
            old = self.rows.get(key)
            self.rows[key] = row
            item = Item(
                seq=self.seq + len(entries) + 1, kind=key[0], id=row.id, v=row.version,
                op_id=op_id, by=by,
            )  # fmt: skip
            entries.append((item, old, row))
        self.log.append(entries)
        for socket in self._sockets:
            socket.wake.set()

    def restore(self, epoch: str, *, forget_prescriptions: bool = False) -> None:
        """Another database takes the place of this one: its answers are forgotten."""
        self.epoch = epoch
        self.results.clear()
        self.log = self.log[:1]
        if forget_prescriptions:
            self.rows = {key: row for key, row in self.rows.items() if key[0] in _STANDING}
        for socket in self._sockets:
            socket.gone.set()

    def get(self, kind: str, row_id: UUID) -> Any:
        return self.rows.get((kind, row_id))

    @property
    def seq(self) -> int:
        return sum(len(entries) for entries in self.log)

    @property
    def desks(self) -> int:
        """Live sockets."""
        return len(self._sockets)

    def _clinic_rows(self, *rows: Row) -> None:
        self.write(*rows)

    # HTTP

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await _Socket(self, receive, send).run()
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        status, content = self._answer(scope, headers, body)
        # Nobody hears it when the connection was lost meanwhile.
        with suppress(OSError):
            await send(
                {
                    "type": "http.response.start",
                    "status": status,
                    "headers": [
                        (b"content-type", b"application/json"),
                        (PROTOCOL_HEADER.lower().encode(), str(self.protocol).encode()),
                    ],
                }
            )
            await send({"type": "http.response.body", "body": content})

    def _answer(self, scope: Scope, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        method, path = scope["method"], scope["path"]
        if (method, path) == ("GET", "/api/server"):
            return 200, msgspec.json.encode(
                {"name": "small", "version": "0", "protocol": 1, "server_time": self.now}
            )
        if (method, path) == ("POST", "/api/session"):
            return self._sign_in(msgspec.json.decode(body, type=SignIn))
        if (method, path) == ("POST", "/api/session/refresh"):
            return self._refresh(msgspec.json.decode(body, type=Refresh))
        member = self.tokens.get(headers.get("authorization", "").removeprefix("Bearer "))
        if member is None:
            return _problem(SessionExpired(detail="Please sign in."))
        if (method, path) == ("DELETE", "/api/session"):
            self.refresh_tokens.clear()
            return 204, b""
        if (method, path) == ("GET", "/api/snapshot"):
            return 200, self._snapshot(member)
        if path.startswith("/api/formularies/"):
            return 200, self._page(scope["query_string"].decode())
        if method == "GET" and path.startswith(PRESCRIPTION_LIST):
            return self._prescriptions(member, path, scope["query_string"].decode())
        return self._command(member, method, path, headers, body)

    def _prescriptions(self, member: Member, path: str, query: str) -> tuple[int, bytes]:
        """Those of one patient in pages, the newest first; or one with all that belongs to it."""
        scopes = scopes_of(member)

        def seen(kind: str) -> list[dict[str, Any]]:
            rows = (row for (of_kind, _), row in self.rows.items() if of_kind == kind)
            return [body for row in rows if (body := _seen(kind, row, scopes)) is not None]

        wanted = path.removeprefix(PRESCRIPTION_LIST).strip("/")
        if not wanted:
            asked = parse_qs(query)
            after = int(asked.get("after", ["0"])[0])
            of_patient = [
                p for p in seen("prescription") if p["patient_id"] == asked["patient_id"][0]
            ]
            of_patient.sort(key=lambda p: p["created_at"], reverse=True)
            more = str(after + PAGE) if after + PAGE < len(of_patient) else None
            page = {"prescriptions": of_patient[after : after + PAGE], "next_after": more}
            return 200, msgspec.json.encode(page)
        self.looked_up.append(wanted)
        code = wanted.removeprefix("by-code/")
        heads = [p for p in seen("prescription") if wanted in (p["id"], f"by-code/{p['code']}")]
        if not heads:
            missing = NotFound(detail=f"You see no {code}.", entity="prescription")
            return _problem(missing)
        wanted = heads[0]["id"]
        detail = {
            "prescription": heads[0],
        } | {
            part: [row for row in seen(kind) if row["prescription_id"] == wanted]
            for kind, part in PARTS.items()
        }
        return 200, msgspec.json.encode(detail)

    def _sign_in(self, request: SignIn) -> tuple[int, bytes]:
        member = next((m for m in self.members.values() if m.name == request.login), None)
        if member is None or request.password != PASSWORD:
            return _problem(WrongCredentials(detail="The name or the password is not right."))
        access, refresh = self._issue(member)
        return 201, msgspec.json.encode(
            SignedIn(
                session_id=an_id("session"), access_token=access, refresh_token=refresh,
                expires=self.now + self.token_life, server_time=self.now, member=member,
                clinic=clinic, clinics=[ClinicChoice(id=CLINIC, name=clinic.name)],
            )
        )  # fmt: skip

    def _refresh(self, request: Refresh) -> tuple[int, bytes]:
        if abs(self.now - request.signed_at) > timedelta(minutes=15):
            return _problem(InvalidField(detail="The clock is wrong.", field="signed_at"))
        member = self.refresh_tokens.get(request.refresh_token)
        if member is None:
            return _problem(SessionExpired(detail="Please sign in again."))
        access, refresh = self._issue(member)
        return 200, msgspec.json.encode(
            Refreshed(
                access_token=access, refresh_token=refresh, server_time=self.now,
                expires=self.now + self.token_life,
            )
        )  # fmt: skip

    def _issue(self, member: Member) -> tuple[str, str]:
        self.refreshes += 1
        access, refresh = f"access {self.refreshes}", f"refresh {self.refreshes}"
        self.tokens[access] = self.refresh_tokens[refresh] = member
        return access, refresh

    def _snapshot(self, member: Member) -> bytes:
        self.snapshots += 1
        scopes = scopes_of(member)
        rows: dict[str, list[Any]] = {}
        for (kind, _id), row in self.rows.items():
            body = _seen(kind, row, scopes)
            if body is not None:
                rows.setdefault(kind, []).append(body)
        return a_document(rows, seq=self.seq, epoch=self.epoch, access=access_digest(scopes))

    def _page(self, query: str) -> bytes:
        revision, _, skipped = parse_qs(query).get("after", ["0"])[0].partition(":")
        newer = [each for each in self.medicines if each.revision > int(revision)]
        after = int(skipped or 0)
        page = newer[after : after + PAGE]
        self.pages.append(len(page))
        more = after + PAGE < len(newer)
        row = self.get("formulary", formulary.id)
        return msgspec.json.encode(
            {
                "formulary_id": formulary.id, "revision": row.revision, "medicines": page,
                "next_after": f"{revision}:{after + PAGE}" if more else None,
            }
        )  # fmt: skip

    # Commands

    def _command(
        self, member: Member, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        command = _read_command(method, path, body)
        op_id = UUID(headers["idempotency-key"])
        self.received.append((op_id, headers.get("if-match"), command))
        if self.faults > 0:
            self.faults -= 1
            return 503, b"<html>upstream is down</html>"
        if op_id not in self.results:
            self.results[op_id] = self._carry_out(member, op_id, headers.get("if-match"), command)
        if self.lose_answers > 0:
            self.lose_answers -= 1
            self.cable.drop()
        return self.results[op_id]

    def _carry_out(
        self, member: Member, op_id: UUID, if_match: str | None, command: Command
    ) -> tuple[int, bytes]:
        name = name_of(command)
        if name in self.refuse:
            return _problem(self.refuse[name])
        before = self._rows_of(command.aggregate_id)
        header = before.prescription
        if header is not None and if_match != f'"{header.version}"':
            return _problem(
                Stale(
                    detail="It was changed.", entity="prescription", id=header.id,
                    current=header.version, state=header.status, by="somebody", at=self.now,
                )
            )  # fmt: skip
        medicines = {medicine.id: medicine for medicine in self.medicines}
        after = project(Pending(command, member, self.now, medicines, "INR"), before)  # type: ignore[arg-type]
        if after == before or after.prescription is None:
            return _problem(
                IllegalState(
                    detail="Not possible.", entity="prescription", id=command.aggregate_id,
                    command=name, state="", by="somebody", at=self.now,
                )
            )  # fmt: skip
        changed = flat_prescription(after).values()
        fresh = [row for row in changed if self.rows.get((KINDS[type(row)], row.id)) != row]
        self.write(*fresh, by=member.id, op_id=op_id)
        self.carried_out.append(op_id)
        done = Done(op_id=op_id, version=after.prescription.version, seq=self.seq)
        return 200, msgspec.json.encode(done)

    def _rows_of(self, prescription_id: UUID) -> PrescriptionRows:
        def below(kind: str) -> dict[UUID, Any]:
            return {
                row_id: row
                for (row_kind, row_id), row in self.rows.items()
                if row_kind == kind and row.prescription_id == prescription_id  # type: ignore[attr-defined]
            }

        parts = {part: below(kind) for kind, part in PARTS.items()}
        return PrescriptionRows(self.get("prescription", prescription_id), **parts)


class _Socket:
    """One desk's live socket."""

    def __init__(self, server: SmallServer, receive: Receive, send: Send) -> None:
        self._server = server
        self._receive = receive
        self._send = send
        self._sent = 0
        self._told_away_since: datetime | None = None
        self.wake = asyncio.Event()
        self.gone = asyncio.Event()

    async def run(self) -> None:
        await self._receive()
        await self._send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        first = await self._receive()
        if first["type"] == "websocket.disconnect":
            return
        hello = decode_client_frame(first["text"])
        assert isinstance(hello, Hello)
        member = self._server.tokens.get(hello.token)
        if member is None:
            await self._send({"type": "websocket.close", "code": int(CloseCode.AUTH)})
            return
        self._server._sockets.append(self)
        tasks = [
            asyncio.create_task(work)
            for work in (self._read(), self._write(hello, member), self._wait_for_the_end())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._server._sockets.remove(self)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self.gone.is_set():
            await self._send({"type": "websocket.close", "code": int(CloseCode.RESTART)})

    async def _wait_for_the_end(self) -> None:
        await self.gone.wait()

    async def _read(self) -> None:
        while (await self._receive())["type"] != "websocket.disconnect":
            pass

    async def _write(self, hello: Hello, member: Member) -> None:
        server = self._server
        scopes = scopes_of(member)
        head = Head(clinic=CLINIC, epoch=server.epoch, seq=server.seq, access=access_digest(scopes))
        await self._frame(
            Welcome(
                session=an_id("session"), expires=server.now + server.token_life, heads=[head],
                ping_s=20, window=512, server_time=server.now,
            )
        )  # fmt: skip
        cursor = hello.cursors[0]
        if cursor.epoch != server.epoch:
            await self._frame(Resync(clinic=CLINIC, reason=ResyncReason.EPOCH))
            return
        if cursor.access != head.access:
            await self._frame(Resync(clinic=CLINIC, reason=ResyncReason.ACCESS))
            return
        self._sent = cursor.seq
        while True:
            self.wake.clear()
            if server.seq > self._sent:
                to = server.seq
                items = [
                    item
                    for entries in server.log
                    for entry in entries
                    if entry[0].seq > self._sent and (item := _item_for(entry, scopes)) is not None
                ]
                await self._frame(
                    Ev(clinic=CLINIC, epoch=server.epoch, from_=self._sent, to=to, items=items)
                )
                self._sent = to
            if self._told_away_since != server.database_away_since:
                self._told_away_since = server.database_away_since
                await self._frame(
                    Heartbeat(
                        heads=[msgspec.structs.replace(head, seq=self._sent)],
                        server_time=server.now,
                        database_away_since=server.database_away_since,
                    )
                )  # fmt: skip
            await self.wake.wait()

    async def _frame(self, frame: Any) -> None:
        await self._send({"type": "websocket.send", "text": encode_frame(frame).decode()})


_STANDING = ("clinic", "member", "practitioner", "pharmacy", "formulary", "patient")


def _item_for(entry: tuple[Item, Row | None, Row | None], scopes: frozenset[str]) -> Item | None:
    item, old, new = entry
    body = None if new is None else _seen(item.kind, new, scopes)
    if body is not None:
        return msgspec.structs.replace(item, body=msgspec.Raw(msgspec.json.encode(body)))
    if old is not None and _seen(item.kind, old, scopes) is not None:
        return msgspec.structs.replace(item, gone=True)
    return None


def _seen(kind: str, row: Row, scopes: frozenset[str]) -> dict[str, Any] | None:
    columns = msgspec.to_builtins(row)
    view = view_for(scopes, audience_of(kind, columns))
    return None if view is None else body_of(kind, view, columns)


def _read_command(method: str, path: str, body: bytes) -> Command:
    for command_type, route in ROUTES.items():
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[0-9a-f-]{36})", route.path)
        found = re.fullmatch(pattern, path)
        if found is not None and route.method == method:
            fields = {**msgspec.json.decode(body), **found.groupdict()}
            return msgspec.convert(fields, command_type)
    raise AssertionError(f"no route for {method} {path}")


def _problem(problem: Problem) -> tuple[int, bytes]:
    return problem.status, encode_problem(problem)
