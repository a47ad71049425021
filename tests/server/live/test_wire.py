"""A desk's bytes, read as the standard and a well-known library write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame
from websockets.frames import Opcode as TheirOpcode

from clinicdesk.contract.frames import MAX_CLIENT_FRAME
from clinicdesk.server.live.message import Message
from clinicdesk.server.live.wire import (
    FrameReader,
    Misframed,
    Opcode,
    Received,
    WireCode,
    answer_to_close,
    close_frame,
)


def sent(opcode: int, payload: bytes, *, fin: bool = True, mask: bool = True) -> bytes:
    """A frame as a client writes it."""
    return Frame(TheirOpcode(opcode), payload, fin=fin).serialize(mask=mask)


def read(data: bytes) -> list[Received]:
    received = list(FrameReader().feed(data))
    return [one for one in received if one.opcode != Opcode.CONTINUATION]  # a part came


def refused(data: bytes) -> int:
    with pytest.raises(Misframed) as refusal:
        read(data)
    return refusal.value.code


@given(st.lists(st.binary(max_size=700), max_size=8), st.lists(st.integers(1, 400), min_size=1))
def test_however_the_bytes_are_cut_the_same_messages_come_out(
    payloads: list[bytes], cuts: list[int]
) -> None:
    data = b"".join(sent(Opcode.TEXT, payload) for payload in payloads)
    reader, received, place, turn = FrameReader(), [], 0, 0
    while place < len(data):
        size = cuts[turn % len(cuts)]
        received += reader.feed(data[place : place + size])
        place, turn = place + size, turn + 1
    assert [message.payload for message in received] == payloads


@given(st.lists(st.binary(max_size=200), min_size=2, max_size=6), st.binary(max_size=125))
def test_a_message_in_pieces_is_one_and_a_ping_may_come_between_them(
    pieces: list[bytes], ping: bytes
) -> None:
    last = len(pieces) - 1
    frames = [
        sent(Opcode.CONTINUATION if number else Opcode.TEXT, piece, fin=number == last)
        for number, piece in enumerate(pieces)
    ]
    frames.insert(1, sent(Opcode.PING, ping))
    assert read(b"".join(frames)) == [
        Received(Opcode.PING, ping),
        Received(Opcode.TEXT, b"".join(pieces)),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (sent(Opcode.TEXT, b"{}", mask=False), WireCode.PROTOCOL_ERROR),
        (sent(Opcode.BINARY, b"{}"), WireCode.UNSUPPORTED),
        (sent(Opcode.CONTINUATION, b"{}"), WireCode.PROTOCOL_ERROR),
        (sent(Opcode.TEXT, b"{", fin=False) + sent(Opcode.TEXT, b"}"), WireCode.PROTOCOL_ERROR),
        (bytes([0xC1, 0x80]), WireCode.PROTOCOL_ERROR),  # compressed, as nobody agreed on
        (bytes([0x83, 0x80]), WireCode.PROTOCOL_ERROR),  # no such opcode
        (bytes([0x09, 0x80]), WireCode.PROTOCOL_ERROR),  # a ping in pieces
        (bytes([0x89, 0xFE]), WireCode.PROTOCOL_ERROR),  # a ping too long
        (sent(Opcode.TEXT, bytes(MAX_CLIENT_FRAME + 1)), WireCode.TOO_BIG),
        (bytes([0x81, 0xFF]) + b"\xff" * 8, WireCode.TOO_BIG),  # refused before it has come
    ],
    ids=[
        "unmasked",
        "binary",
        "a continuation of nothing",
        "a new message within another",
        "reserved bits",
        "no such opcode",
        "a ping in pieces",
        "a ping too long",
        "too long",
        "far too long",
    ],
)
def test_what_is_not_spoken_here_has_its_close_code(data: bytes, code: int) -> None:
    assert refused(data) == code


def test_pieces_add_up_to_no_more_than_a_message_may_have() -> None:
    half = bytes(MAX_CLIENT_FRAME // 2 + 1)
    pieces = sent(Opcode.TEXT, half, fin=False) + sent(Opcode.CONTINUATION, half)
    assert refused(pieces) == WireCode.TOO_BIG


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    codes = [Opcode.TEXT]
    try:
        codes += [Opcode(received.opcode) for received in FrameReader().feed(data)]
    except Misframed as refusal:
        codes.append(Opcode.CLOSE)
        code = refusal.code
    else:
        code = WireCode.NORMAL
    assert Opcode.BINARY not in codes
    assert code in tuple(WireCode)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 300_000])
def test_our_messages_are_framed_as_the_library_frames_them(size: int) -> None:
    message = Message(b"x" * size)
    assert message.wire == Frame(TheirOpcode.TEXT, b"x" * size).serialize(mask=False)
    assert message.text == b"x" * size


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", b""),
        (b"\x03\xe8", b"\x03\xe8"),
        (b"\x03\xe8all done", b"\x03\xe8"),
        (b"\x0f\xa0", b"\x0f\xa0"),  # 4000: private
    ],
)
def test_a_close_is_answered_with_its_code(payload: bytes, code: bytes) -> None:
    assert answer_to_close(payload)[2:4] == code


@pytest.mark.parametrize(
    "payload",
    [
        b"\x03",
        b"\x03\xed",  # 1005 is never sent
        b"\x00\x01",
        b"\x03\xe8\xff",  # the reason is not UTF-8
    ],
)
def test_a_close_that_makes_no_sense_is_a_fault(payload: bytes) -> None:
    with pytest.raises(Misframed):
        answer_to_close(payload)


def test_a_reason_for_closing_fits_into_a_control_frame() -> None:
    assert len(close_frame(4400, "x" * 500)) == 2 + 125
