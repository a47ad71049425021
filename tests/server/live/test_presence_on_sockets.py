"""Presence at a real server: who tells whom over real sockets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from clinicdesk.contract.frames import (
    CloseCode,
    Hello,
    Signal,
    SignalKind,
    Signalled,
    Welcome,
    decode_server_frame,
    encode_frame,
)
from clinicdesk.contract.session import LIVE
from clinicdesk.contract.threads import thread_of
from clinicdesk.contract.version import SUBPROTOCOL
from tests.running_server import Desk, Owner, RunningServer

DEADLINE_S = 20.0
PRESENT, TYPING, GONE = SignalKind.PRESENT, SignalKind.TYPING, SignalKind.GONE


class Line:
    """A desk's socket, as far as presence goes."""

    def __init__(self, socket: ClientConnection, desk: Desk) -> None:
        self._socket = socket
        self.member = desk.session.member.id
        frame = Hello(token=desk.access_token, device_id=desk.device_id, cursors=[])
        self._send(encode_frame(frame))
        self.next(Welcome)

    def says(self, thread: str, what: SignalKind = PRESENT, about: UUID | None = None) -> None:
        self._send(encode_frame(Signal(thread=thread, what=what, about=about)))

    def next(self, kind: type[Any], within_s: float = DEADLINE_S) -> Any:
        """The next frame of a kind; others are passed over."""
        until = time.monotonic() + within_s
        while True:
            data = self._socket.recv(timeout=max(0.0, until - time.monotonic()), decode=False)
            frame = decode_server_frame(data)
            if isinstance(frame, kind):
                return frame

    def hears(self) -> tuple[UUID, SignalKind]:
        frame: Signalled = self.next(Signalled)
        return frame.by, frame.what

    def hears_nothing(self) -> bool:
        """In this long a word that was on its way would have come."""
        try:
            self.next(Signalled, 0.7)
        except TimeoutError:
            return True
        return False

    def close_code(self) -> int | None:
        try:
            self.next(type(None))
        except ConnectionClosed as closed:
            return None if closed.rcvd is None else closed.rcvd.code
        return None

    def cut(self) -> None:
        self._socket.socket.close()

    def close(self) -> None:
        self._socket.close()

    def _send(self, data: bytes) -> None:
        self._socket.send(data.decode())


@dataclass(frozen=True)
class Prescription:
    """One that was sent to a pharmacy, with the logins of those who see it and of one who not."""

    id: UUID
    pharmacy: UUID
    pharmacist: str
    prescriber: str
    stranger: str

    @property
    def thread(self) -> str:
        return thread_of("prescription", self.id)

    @property
    def room(self) -> str:
        return thread_of("pharmacy", self.pharmacy)


@pytest.fixture
def prescription(owner: Owner) -> Prescription:
    ((id_, pharmacy, pharmacist, prescriber, stranger),) = owner(
        """
        select p.id, p.pharmacy_id, at_counter.login, wrote.login, other.login
        from prescription p
        join lateral (select login from member m join account a on a.id = m.account_id
              where m.clinic_id = p.clinic_id and m.pharmacy_id = p.pharmacy_id and m.active
              limit 1) at_counter on true
        join lateral (select login from member m join account a on a.id = m.account_id
              where m.clinic_id = p.clinic_id and m.practitioner_id = p.practitioner_id
              limit 1) wrote on true
        join lateral (select login from member m join account a on a.id = m.account_id
              where m.clinic_id = p.clinic_id and m.role = 'therapist'
                and m.practitioner_id <> p.practitioner_id and m.active
              limit 1) other on true
        where p.signed_at is not null order by p.id limit 1
        """
    )
    return Prescription(id_, pharmacy, pharmacist, prescriber, stranger)


Opening = Callable[[str], Line]


@pytest.fixture
def line(server: RunningServer) -> Iterator[Opening]:
    """Opens the socket of somebody's desk."""
    url = "ws" + server.url.removeprefix("http") + LIVE
    spoken = [Subprotocol(SUBPROTOCOL)]
    with ExitStack() as opened:

        def open_for(login: str) -> Line:
            desk = server.sign_in(login)
            socket = connect(url, subprotocols=spoken, compression=None, close_timeout=1)
            return Line(opened.enter_context(socket), desk)

        yield open_for


def test_pharmacist_and_prescriber_are_told_of_each_other(
    line: Opening, prescription: Prescription
) -> None:
    pharmacist, prescriber = line(prescription.pharmacist), line(prescription.prescriber)
    pharmacist.says(prescription.thread)
    prescriber.says(prescription.thread, TYPING)
    assert pharmacist.hears() == (prescriber.member, TYPING)
    assert prescriber.hears() == (pharmacist.member, PRESENT)
    prescriber.says(prescription.thread, GONE)
    assert pharmacist.hears() == (prescriber.member, GONE)


def test_who_may_not_see_it_is_told_nothing_and_not_told_of(
    line: Opening, prescription: Prescription
) -> None:
    pharmacist, stranger = line(prescription.pharmacist), line(prescription.stranger)
    stranger.says(prescription.thread)
    pharmacist.says(prescription.thread)
    assert stranger.hears_nothing()
    assert pharmacist.hears_nothing()
    stranger.says(thread_of("prescription", uuid4()))  # neither is it told that there is such one
    assert stranger.hears_nothing()


def test_two_desks_of_one_person_are_told_of_each_other(
    line: Opening, prescription: Prescription
) -> None:
    first, second = line(prescription.pharmacist), line(prescription.pharmacist)
    first.says(prescription.thread)
    second.says(prescription.thread)
    assert first.hears() == (second.member, PRESENT)


def test_at_the_counters_of_a_pharmacy_it_is_known_what_is_open_where(
    line: Opening, prescription: Prescription
) -> None:
    first, second = line(prescription.pharmacist), line(prescription.pharmacist)
    prescriber = line(prescription.prescriber)
    for each in (first, prescriber):
        each.says(prescription.room)
    second.says(prescription.room, about=prescription.id)
    told: Signalled = first.next(Signalled)
    assert (told.by, told.about) == (second.member, prescription.id)
    assert prescriber.hears_nothing()


@pytest.mark.parametrize("cut", [Line.cut, Line.close])
def test_whose_socket_ends_is_gone(
    line: Opening, prescription: Prescription, cut: Callable[[Line], None]
) -> None:
    pharmacist, prescriber = line(prescription.pharmacist), line(prescription.prescriber)
    pharmacist.says(prescription.thread)
    prescriber.says(prescription.thread)
    assert pharmacist.hears() == (prescriber.member, PRESENT)
    cut(prescriber)
    assert pharmacist.hears() == (prescriber.member, GONE)


def test_whose_membership_ends_is_gone_at_once_and_hears_no_more(
    line: Opening, prescription: Prescription, owner: Owner
) -> None:
    pharmacist, prescriber = line(prescription.pharmacist), line(prescription.prescriber)
    pharmacist.says(prescription.thread)
    prescriber.says(prescription.thread)
    assert pharmacist.hears() == (prescriber.member, PRESENT)
    owner("update member set active = false where id = %s", prescriber.member)
    assert pharmacist.hears() == (prescriber.member, GONE)
    assert prescriber.close_code() == CloseCode.REVOKED


@pytest.mark.parametrize("kind", ["account", "clinic_log"])
def test_a_signal_at_what_is_no_row_of_a_desk_ends_the_socket(
    line: Opening, prescription: Prescription, kind: str
) -> None:
    pharmacist = line(prescription.pharmacist)
    pharmacist.says(thread_of(kind, uuid4()))
    assert pharmacist.close_code() == 1007


def test_a_flood_of_signals_ends_the_socket(line: Opening, prescription: Prescription) -> None:
    pharmacist = line(prescription.pharmacist)
    with pytest.raises(ConnectionClosed) as ended:  # noqa: PT012 - at whichever frame it is noticed
        for _ in range(500):
            pharmacist.says(prescription.thread, TYPING)
        pharmacist.next(type(None))
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == CloseCode.RATE


def test_of_presence_nothing_is_written_anywhere(
    line: Opening, prescription: Prescription, owner: Owner, server: RunningServer
) -> None:
    ((before,),) = owner("select count(*) from clinic_log")
    pharmacist, prescriber = line(prescription.pharmacist), line(prescription.prescriber)
    pharmacist.says(prescription.thread)
    prescriber.says(prescription.thread, TYPING)
    assert pharmacist.hears() == (prescriber.member, TYPING)
    assert owner("select count(*) from clinic_log") == [(before,)]
    assert str(prescription.id) not in server.journal.getvalue()
