"""Clients that are broken or mean harm: each ends with its close code, is counted, and costs the
desks beside it nothing.

The table of who ends how is in docs/server.md.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psycopg
import pytest
from msgspec import Struct
from prometheus_client import generate_latest
from psycopg import sql

from clinicdesk.contract.commands import WriteDraft
from clinicdesk.contract.frames import (
    MAX_CLIENT_FRAME,
    Ack,
    Auth,
    ClientFrame,
    CloseCode,
    Cursor,
    Ev,
    Hello,
    Resync,
    ResyncReason,
    Signal,
    SignalKind,
    Welcome,
    decode_server_frame,
    encode_frame,
)
from clinicdesk.server.domain.staff import Tokens
from clinicdesk.server.live import admission, protocol, transport, window
from tests.postgres import url_of
from tests.running_server import SECRET, Desk, RunningServer, settings_for_tests
from tests.server.http.hands import snapshot
from tests.server.live.hostile import (
    BINARY,
    CLOSE,
    CONTINUATION,
    DEADLINE_S,
    PING,
    Line,
    frame,
)

NAME = "hostile_clients"
HOSTILE_ADDRESS = "203.0.113.7"
CROWD = 10_000


class Clinic(Struct, frozen=True):
    """A server with two clinics, and one desk in each.

    Attributes:
        desk: Of whoever is hostile. head, epoch: of its clinic's log when it began.
    """

    server: RunningServer
    desk: Desk
    elsewhere: Desk
    head: int
    epoch: str
    access: str

    @property
    def clinic_id(self) -> uuid.UUID:
        return self.desk.session.member.clinic_id

    def hello(self, **changes: Any) -> Hello:
        """A good greeting, with something else in it."""
        hello = Hello(token=self.desk.access_token, device_id=self.desk.device_id, cursors=[])
        return msgspec.structs.replace(hello, **changes)

    def cursor(self, **changes: Any) -> Cursor:
        """A good cursor, with something else in it."""
        cursor = Cursor(clinic=self.clinic_id, epoch=self.epoch, seq=self.head, access=self.access)
        return msgspec.structs.replace(cursor, **changes)


class Neighbour:
    """A well-behaved desk, which is there all the time.

    Attributes:
        desk: It has written everything that it waits for.
    """

    def __init__(self, server: RunningServer, desk: Desk) -> None:
        self.desk = desk
        self._line = Line(server.url)
        assert self._line.upgrade().startswith(b"HTTP/1.1 101 ")
        hello = Hello(token=desk.access_token, device_id=desk.device_id, cursors=[])
        self._line.send(hello)
        assert isinstance(decode_server_frame(self._line.next_message()), Welcome)
        whole = snapshot(desk)
        team = msgspec.json.decode(whole.rows["patient"][0])
        self._patient = uuid.UUID(team["id"])

    def hears_of_a_change(self) -> None:
        """Something happens in its clinic, and it is told."""
        command = WriteDraft(
            prescription_id=uuid.uuid4(), patient_id=self._patient, pharmacy_id=None, note=None,
            items=[],
        )  # fmt: skip
        self.desk.done(command)
        while True:
            told = decode_server_frame(self._line.next_message())
            if not isinstance(told, Ev):
                continue
            self._line.send(Ack(clinic=told.clinic, to=told.to))
            if any(item.id == command.prescription_id for item in told.items):
                return

    def close(self) -> None:
        """Leave."""
        self._line.__exit__(None, None, None)


@pytest.fixture(scope="module")
def clinic(
    demo_template: str, postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinic]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(NAME), sql.Identifier(demo_template)
            )
        )
    server = RunningServer(url_of(NAME, postgres_url), tmp_path_factory.mktemp("hostile"))
    server.start()
    desk = server.sign_in("anjali.kulkarni")
    first = snapshot(desk).head
    login = next(iter(_logins_of_another_clinic(server, desk)))
    elsewhere = server.sign_in(login)
    yield Clinic(server, desk, elsewhere, first.seq, first.epoch, first.access)
    server.stop()
    server.client.close()


def _logins_of_another_clinic(server: RunningServer, desk: Desk) -> list[str]:
    with psycopg.connect(server.database_url) as connection:
        rows = connection.execute(
            "select a.login from account a join member m on m.account_id = a.id"
            " where m.clinic_id <> %s and m.role = 'admin'",
            [desk.session.member.clinic_id],
        ).fetchall()
    return [login for (login,) in rows]


@pytest.fixture(scope="module")
def neighbour(clinic: Clinic) -> Iterator[Neighbour]:
    neighbour = Neighbour(clinic.server, clinic.server.sign_in("sunita.rao"))
    yield neighbour
    neighbour.close()


def closes(code: int, reason: str) -> float:
    """How many sockets the server says it closed so."""
    wanted = f'clinicdesk_live_closes_total{{code="{code}",reason="{reason}"}} '
    lines = generate_latest().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(wanted))


@contextlib.contextmanager
def connected(clinic: Clinic) -> Iterator[Line]:
    """A socket that was let in and has said nothing."""
    with Line(clinic.server.url) as line:
        assert line.upgrade().startswith(b"HTTP/1.1 101 ")
        yield line


@contextlib.contextmanager
def greeted(clinic: Clinic) -> Iterator[Line]:
    """A socket that the server follows the log for."""
    with connected(clinic) as line:
        line.send(clinic.hello(cursors=[clinic.cursor()]))
        assert isinstance(decode_server_frame(line.next_message()), Welcome)
        yield line


def token(clinic: Clinic, *, secret: bytes = SECRET, age: timedelta = timedelta()) -> str:
    """A token of the hostile desk's session, by a server with this key, made so long ago."""
    made, _ = Tokens(secret).access(clinic.desk.session.session_id, datetime.now(UTC) - age)
    return made


def ack(clinic: Clinic, /, **changes: Any) -> Ack:
    return msgspec.structs.replace(Ack(clinic=clinic.clinic_id, to=clinic.head), **changes)


def signal(thread: str) -> Signal:
    return Signal(thread=thread, what=SignalKind.PRESENT)


THREAD = f"prescription:{uuid.UUID(int=7)}"
NOT_A_FRAME = (1007, "not a frame of clinicdesk.v1")
NO_FRAME_KIND = (1002, "a frame of no known kind")
NOT_MASKED = (1002, "the frame is not masked")
SHORT_CONTROL = (1002, "a control frame is short and in one piece")
NO_BEGINNING = (1002, "a continuation that continues nothing")
TOO_LONG = (1009, "the frame is too long")
NO_TOKEN = (CloseCode.AUTH, "sign in again")
TOO_MANY = (CloseCode.RATE, "more frames than anybody needs")
NOT_SENT = (CloseCode.GAP, "acknowledged what was not sent")

Ending = tuple[int, str]
Says = Callable[[Clinic], "ClientFrame | bytes"]

BEFORE_HELLO: list[tuple[str, Says, Ending]] = [
    ("an ack before hello", ack, NOT_SENT),
    ("a signal before hello", lambda _: signal(THREAD), (CloseCode.GAP, "signal before hello")),
    ("auth before hello", lambda c: Auth(token=token(c)), (CloseCode.AUTH, "auth before hello")),
    ("nothing at all", lambda _: b"", NOT_A_FRAME),
    ("not JSON", lambda _: b"hello, server", NOT_A_FRAME),
    ("half of JSON", lambda c: encode_frame(c.hello())[:-1], NOT_A_FRAME),
    ("not UTF-8", lambda _: b'{"t":"auth","token":"\xff"}', NOT_A_FRAME),
    ("a surrogate", lambda _: b'{"t":"auth","token":"\\ud800"}', NOT_A_FRAME),
    ("JSON of another shape", lambda _: b'[{"t":"hello"}]', NOT_A_FRAME),
    ("a hello without anything", lambda _: b'{"t":"hello"}', NOT_A_FRAME),
    ("a frame of no known type", lambda _: b'{"t":"drop","table":"patient"}', NOT_A_FRAME),
    ("a frame of the server", lambda _: b'{"t":"bye","code":1,"spread_ms":0}', NOT_A_FRAME),
    ("two types", lambda _: b'{"t":"auth","t":"ack","token":"x"}', NOT_A_FRAME),
    ("deep nesting", lambda _: b'{"x":' + b"[" * 16_000, NOT_A_FRAME),
    ("deep nesting that ends", lambda _: b"[" * 8_000 + b"]" * 8_000, NOT_A_FRAME),
    ("a number without end", lambda _: b'{"t":"ack","to":' + b"9" * 16_000 + b"}", NOT_A_FRAME),
    (
        "a cursor below nothing",
        lambda c: encode_frame(c.hello(cursors=[c.cursor()])).replace(b'"seq":', b'"seq":-'),
        NOT_A_FRAME,
    ),
    (
        "a cursor beyond numbers",
        lambda c: encode_frame(c.hello(cursors=[c.cursor()])).replace(b'"seq":', b'"seq":1e'),
        NOT_A_FRAME,
    ),
    ("too many cursors", lambda c: c.hello(cursors=[c.cursor()] * 17), NOT_A_FRAME),
    (
        "a cursor of another clinic",
        lambda c: c.hello(cursors=[c.cursor(clinic=c.elsewhere.session.member.clinic_id)]),
        (CloseCode.REVOKED, "a cursor of another clinic"),
    ),
    (
        "a cursor of another clinic beside one's own",
        lambda c: c.hello(cursors=[c.cursor(), c.cursor(clinic=uuid.uuid4())]),
        (CloseCode.REVOKED, "a cursor of another clinic"),
    ),
    ("no token", lambda c: c.hello(token=""), NO_TOKEN),
    ("a token that is none", lambda c: c.hello(token="x" * 9000), NO_TOKEN),
    ("a token with a nul", lambda c: c.hello(token="a\0b.c.d"), NO_TOKEN),
    ("a token that is signed by nobody", lambda c: c.hello(token=_unsigned(c)), NO_TOKEN),
    ("a token of another server", lambda c: c.hello(token=token(c, secret=b"x" * 44)), NO_TOKEN),
    ("an old token", lambda c: c.hello(token=token(c, age=timedelta(minutes=11))), NO_TOKEN),
    ("a refresh token", lambda c: c.hello(token=c.desk.refresh_token), NO_TOKEN),
]

AFTER_HELLO: list[tuple[str, Says, Ending]] = [
    ("hello once more", lambda c: c.hello(), (CloseCode.GAP, "hello out of turn")),
    ("an ack beyond what was sent", lambda c: ack(c, to=c.head + 10**6), NOT_SENT),
    ("an ack beyond all numbers", lambda c: ack(c, to=2**62), NOT_SENT),
    (
        "an ack of another clinic",
        lambda c: ack(c, clinic=c.elsewhere.session.member.clinic_id),
        NOT_SENT,
    ),
    (
        "a token of somebody else",
        lambda c: Auth(token=c.elsewhere.access_token),
        (CloseCode.AUTH, "the token is somebody else's"),
    ),
    ("auth with a token that is none", lambda _: Auth(token="x"), NO_TOKEN),
    ("a signal to nothing", lambda _: b'{"t":"signal","thread":"x","what":"gone"}', NOT_A_FRAME),
]

MISFRAMED: list[tuple[str, bytes, Ending]] = [
    ("a frame that is not masked", frame(b"{}", masked=False), NOT_MASKED),
    ("reserved bits", frame(b"{}", reserved=0b100), NO_FRAME_KIND),
    ("every reserved bit", frame(b"{}", reserved=0b111), NO_FRAME_KIND),
    ("a kind of the future", frame(b"{}", 3), NO_FRAME_KIND),
    ("a control frame of the future", frame(b"", 11), NO_FRAME_KIND),
    ("binary", frame(b"{}", BINARY), (1003, "messages are text")),
    ("a long ping", frame(b"x" * 126, PING), SHORT_CONTROL),
    ("a ping in parts", frame(b"x", PING, fin=False), SHORT_CONTROL),
    ("a continuation of nothing", frame(b"{}", CONTINUATION), NO_BEGINNING),
    ("a message within a message", frame(b"{", fin=False) + frame(b"{}"), NO_BEGINNING),
    ("a frame that is too long", frame(b" " * (MAX_CLIENT_FRAME + 1)), TOO_LONG),
    ("a frame of 2**62 bytes", frame(b"", length=2**62), TOO_LONG),
    ("a frame of 2**64 - 1 bytes", frame(b"", length=2**64 - 1), TOO_LONG),
    (
        "a message that is too long in parts",
        frame(b" " * MAX_CLIENT_FRAME, fin=False) + frame(b" ", CONTINUATION, fin=False),
        (1009, "the message is too long"),
    ),
    ("parts without end", frame(b"", fin=False) + frame(b"", CONTINUATION, fin=False) * 300,
     TOO_MANY),
    ("a flood of pings", frame(b"x", PING) * 300, TOO_MANY),
    ("a close code of nobody", frame(b"\x03\xe7", CLOSE), (1002, "no such close code")),
    ("half of a close code", frame(b"\x03", CLOSE), (1002, "no such close code")),
    ("a close reason that is no text", frame(b"\x03\xe8\xff", CLOSE),
     (1002, "the reason is not text")),
]  # fmt: skip


def _unsigned(clinic: Clinic) -> str:
    """The token with the algorithm `none` (RFC 8725 section 3.1)."""
    claims = token(clinic).split(".")[1]
    return f"eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}."


def names(cases: list[Any]) -> list[str]:
    return [case[0] for case in cases]


@pytest.mark.parametrize(("_name", "says", "ending"), BEFORE_HELLO, ids=names(BEFORE_HELLO))
def test_what_is_said_instead_of_a_greeting(
    clinic: Clinic, neighbour: Neighbour, _name: str, says: Says, ending: Ending
) -> None:
    before = closes(*ending)
    with connected(clinic) as line:
        line.send(says(clinic))
        assert line.ending() == ending
        assert line.is_hung_up()
    assert closes(*ending) == before + 1
    neighbour.hears_of_a_change()


@pytest.mark.parametrize(("_name", "says", "ending"), AFTER_HELLO, ids=names(AFTER_HELLO))
def test_what_is_said_after_a_greeting(
    clinic: Clinic, neighbour: Neighbour, _name: str, says: Says, ending: Ending
) -> None:
    before = closes(*ending)
    with greeted(clinic) as line:
        line.send(says(clinic))
        assert line.ending() == ending
        assert line.is_hung_up()
    assert closes(*ending) == before + 1
    neighbour.hears_of_a_change()


@pytest.mark.parametrize(("_name", "data", "ending"), MISFRAMED, ids=names(MISFRAMED))
def test_bytes_that_are_no_websocket(
    clinic: Clinic, neighbour: Neighbour, _name: str, data: bytes, ending: Ending
) -> None:
    before = closes(*ending)
    with greeted(clinic) as line:
        line.send_bytes(data)
        assert line.ending() == ending
        assert line.is_hung_up()
    assert closes(*ending) == before + 1
    neighbour.hears_of_a_change()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seq": 10**9}, ResyncReason.AHEAD),
        ({"seq": 2**62}, ResyncReason.AHEAD),
        ({"epoch": "of another history"}, ResyncReason.EPOCH),
        ({"access": "of other rights"}, ResyncReason.ACCESS),
    ],
)
def test_a_cursor_that_cannot_be_served_is_answered_with_resync(
    clinic: Clinic, neighbour: Neighbour, changes: dict[str, Any], reason: ResyncReason
) -> None:
    with connected(clinic) as line:
        line.send(clinic.hello(cursors=[clinic.cursor(**changes)]))
        assert isinstance(decode_server_frame(line.next_message()), Welcome)
        resync = decode_server_frame(line.next_message())
        assert resync == Resync(clinic=clinic.clinic_id, reason=reason)
        line.send(clinic.hello(cursors=[clinic.cursor()]))
        assert isinstance(decode_server_frame(line.next_message()), Welcome)
    neighbour.hears_of_a_change()


def test_what_a_later_release_adds_is_passed_over(clinic: Clinic) -> None:
    with connected(clinic) as line:
        hello = encode_frame(clinic.hello())
        line.send(hello[:-1] + b',"newer":{"a":[1,2,{"b":null}]}}')
        assert isinstance(decode_server_frame(line.next_message()), Welcome)


def test_a_frame_that_comes_byte_by_byte_is_a_frame(clinic: Clinic) -> None:
    with connected(clinic) as line:
        for byte in frame(encode_frame(clinic.hello())):
            line.send_bytes(bytes([byte]))
        assert isinstance(decode_server_frame(line.next_message()), Welcome)


def test_a_flood_of_good_frames_is_stopped(clinic: Clinic, neighbour: Neighbour) -> None:
    before = closes(*TOO_MANY)
    with greeted(clinic) as line:
        line.send_bytes(frame(encode_frame(ack(clinic))) * 1000)
        assert line.ending() == TOO_MANY
        assert line.is_hung_up()
    assert closes(*TOO_MANY) == before + 1
    neighbour.hears_of_a_change()


def test_a_flood_of_signals_is_stopped_before_that(clinic: Clinic, neighbour: Neighbour) -> None:
    with greeted(clinic) as line:
        line.send_bytes(frame(encode_frame(signal(THREAD))) * 150)
        code, reason = line.ending()
        assert (code, reason) != TOO_MANY
        assert code == CloseCode.RATE
    assert closes(code, reason) >= 1
    neighbour.hears_of_a_change()


def test_a_signal_to_what_one_may_not_see_is_told_to_nobody(
    clinic: Clinic, neighbour: Neighbour
) -> None:
    draft = WriteDraft(
        prescription_id=uuid.uuid4(), patient_id=neighbour._patient, pharmacy_id=None, note=None,
        items=[],
    )  # fmt: skip
    neighbour.desk.done(draft)
    thread = f"prescription:{draft.prescription_id}"
    neighbour._line.send(signal(thread))
    with greeted(clinic) as line:
        line.send(signal(thread))
        line.send(signal(f"patient:{uuid.uuid4()}"))
        for _ in range(3):
            neighbour.hears_of_a_change()
        assert not any(b'"t":"signal"' in said for said in [*neighbour._line.said, *line.said])


@pytest.mark.parametrize("offered", [None, "clinicdesk.v2", "mqtt, chat"])
def test_another_subprotocol_is_told_which_is_spoken(clinic: Clinic, offered: str | None) -> None:
    with Line(clinic.server.url) as line:
        assert line.upgrade(Sec_WebSocket_Protocol=offered).startswith(b"HTTP/1.1 101 ")
        assert line.ending() == (CloseCode.UPGRADE, "clinicdesk.v1 is spoken here")


@pytest.mark.parametrize(
    ("path", "changes", "status"),
    [
        ("/api/elsewhere", {}, b"404"),
        ("/api/live/..%2flive", {}, b"404"),
        ("/api/live", {"Sec_WebSocket_Version": "8"}, b"400"),
        ("/api/live", {"Sec_WebSocket_Key": None}, b"400"),
        ("/api/live", {"Sec_WebSocket_Key": "short"}, b"400"),
        ("/api/live", {"Upgrade": None}, b"4"),
        ("/api/live", {"X_Long": "x" * 7_000}, b"101"),
        ("/api/live", {"X_Long": "x" * 30_000}, b"431"),
        ("/api/live", {"X_Long": "x" * 200_000}, b"4"),
    ],
)
def test_an_upgrade_that_is_none_is_refused_as_a_call_is(
    clinic: Clinic, neighbour: Neighbour, path: str, changes: dict[str, str | None], status: bytes
) -> None:
    with Line(clinic.server.url) as line:
        assert line.upgrade(path, **changes).startswith(b"HTTP/1.1 " + status)
    neighbour.hears_of_a_change()


def test_a_close_without_a_code_is_answered(clinic: Clinic, neighbour: Neighbour) -> None:
    with greeted(clinic) as line:
        line.send(b"", CLOSE)
        assert line.ending() == (None, "")
        assert line.is_hung_up()
    neighbour.hears_of_a_change()


def test_who_goes_in_the_middle_of_a_frame_leaves_nothing_behind(
    clinic: Clinic, neighbour: Neighbour
) -> None:
    before = open_sockets()
    for _ in range(20):
        with greeted(clinic) as line:
            line.send_bytes(frame(encode_frame(ack(clinic)))[:-3])
    neighbour.hears_of_a_change()
    until_open(before)


@pytest.mark.parametrize("beginning", [b"", frame(b" " * 1000)[:500]], ids=["nothing", "half"])
def test_a_hello_that_never_comes(
    clinic: Clinic, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(protocol, "HELLO_WITHIN_S", 0.5)
    before = closes(CloseCode.HEARTBEAT, "no hello came")
    with connected(clinic) as line:
        line.send_bytes(beginning)
        assert line.ending() == (CloseCode.HEARTBEAT, "no hello came")
        assert line.is_hung_up()
    assert closes(CloseCode.HEARTBEAT, "no hello came") == before + 1
    neighbour.hears_of_a_change()


def test_half_a_frame_and_then_silence(
    clinic: Clinic, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    with greeted(clinic) as line:
        line.send_bytes(frame(encode_frame(ack(clinic)))[:-3])
        monkeypatch.setattr(transport, "PING_AFTER_S", 0.5)
        monkeypatch.setattr(transport, "SILENT_FOR_S", 3.0)
        while not line.has_something(0.2):
            neighbour.hears_of_a_change()
        line.skip_to(PING)
        while not line.has_something(0.2):
            neighbour.hears_of_a_change()
        assert line.ending() == (CloseCode.HEARTBEAT, "no answer to a ping")
        monkeypatch.undo()
    neighbour.hears_of_a_change()


def test_who_takes_everything_and_acknowledges_nothing(
    clinic: Clinic, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "ACK_WITHIN_S", 0.5)
    with Line(clinic.server.url) as line:
        line.upgrade()
        line.send(Hello(
            token=neighbour.desk.access_token, device_id=uuid.uuid4(), cursors=[]
        ))  # fmt: skip
        assert isinstance(decode_server_frame(line.next_message()), Welcome)
        neighbour.hears_of_a_change()
        assert line.ending() == (CloseCode.SLOW, "nothing was acknowledged")
    neighbour.hears_of_a_change()


def test_one_address_has_so_many_sockets_and_no_more(tmp_path: Path, clinic: Clinic) -> None:
    limited = RunningServer(clinic.server.database_url, tmp_path)
    limited._settings = msgspec.structs.replace(
        settings_for_tests(tmp_path), sockets_per_address=8, sockets=11
    )
    limited.start()
    try:
        with contextlib.ExitStack() as lines:

            def arrive(address: str, *, greets: bool) -> Line:
                line = lines.enter_context(Line(limited.url))
                line.upgrade(X_Forwarded_For=address)
                if greets:
                    line.send(clinic.hello())
                    assert isinstance(decode_server_frame(line.next_message()), Welcome)
                return line

            neighbour = Neighbour(limited, limited.sign_in("sunita.rao"))
            silent = [arrive(HOSTILE_ADDRESS, greets=False) for _ in range(2)]
            turned_away = arrive(HOSTILE_ADDRESS, greets=False)
            assert turned_away.ending() == (CloseCode.RATE, admission.TurnedAway.SILENT)
            assert turned_away.is_hung_up()
            for line in silent:
                line.send(clinic.hello())
                assert isinstance(decode_server_frame(line.next_message()), Welcome)
            for _ in range(6):
                arrive(HOSTILE_ADDRESS, greets=True)
            turned_away = arrive(HOSTILE_ADDRESS, greets=False)
            assert turned_away.ending() == (CloseCode.RATE, admission.TurnedAway.ADDRESS)
            for _ in range(2):
                arrive("198.51.100.9", greets=True)
            turned_away = arrive("198.51.100.10", greets=False)
            assert turned_away.ending() == (CloseCode.RATE, admission.TurnedAway.FULL)
            neighbour.hears_of_a_change()
            before = open_sockets()
            neighbour.close()
            silent[0].__exit__(None, None, None)
            until_open(before - 2)
            arrive(HOSTILE_ADDRESS, greets=True)
    finally:
        limited.stop()
        limited.client.close()


def test_ten_thousand_sockets_from_one_address(
    clinic: Clinic, neighbour: Neighbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HELLO_WITHIN_S", 60.0)  # or others come in their place
    before = open_sockets()
    at = urlsplit(clinic.server.url)
    command = [sys.executable, "-m", "tests.server.live.crowd_program"]
    root = Path(__file__).parents[3]
    crowd = subprocess.Popen(
        [*command, str(at.hostname), str(at.port), str(CROWD)],
        stdout=subprocess.PIPE, cwd=root, env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    changes = 0
    while crowd.poll() is None:
        neighbour.hears_of_a_change()
        changes += 1
    assert crowd.stdout is not None
    ended = json.loads(crowd.stdout.read())
    crowd.stdout.close()
    assert sum(ended.values()) == CROWD
    assert ended == {"open": 64, str(int(CloseCode.RATE)): CROWD - 64}
    assert changes > 3
    neighbour.hears_of_a_change()
    until_open(before)


def open_sockets() -> int:
    """How many sockets the servers of this process say they have."""
    found = re.search(r"^clinicdesk_live_sockets (\d+)", generate_latest().decode(), re.M)
    return int(found[1]) if found else 0


def until_open(count: int) -> None:
    """Wait until so many sockets are left."""
    until = time.monotonic() + DEADLINE_S
    while open_sockets() != count:
        assert time.monotonic() < until, f"{count} sockets expected, there are {open_sockets()}"
        time.sleep(0.05)
