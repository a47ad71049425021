"""The request that makes a connection a WebSocket, and its answer (RFC 6455 section 4).

The server's HTTP side has read the request already, whole and within its limits.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from msgspec import Struct
from websockets.datastructures import Headers
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from clinicdesk.contract.session import LIVE
from clinicdesk.contract.version import PROTOCOL, PROTOCOL_HEADER, SUBPROTOCOL

_SPOKEN: Final = Subprotocol(SUBPROTOCOL)
_journal = logging.getLogger("clinicdesk.live.handshake")
_journal.setLevel(logging.WARNING)  # who comes and goes is counted, not told one by one


class Handshake(Struct, frozen=True):
    """What became of a request.

    Attributes:
        answer: The bytes to answer with. accepted: It is a WebSocket from now on.
        spoken: The desk speaks this release's subprotocol. forwarded: What proxies on the way say
        of whom they forward, one list; empty where none does.
    """

    answer: bytes
    accepted: bool = False
    spoken: bool = False
    forwarded: str = ""


def shake_hands(data: bytes) -> Handshake:
    """Answer the whole request."""
    protocol = ServerProtocol(select_subprotocol=_choose, logger=_journal)
    protocol.receive_data(data)
    request = next(iter(protocol.events_received()), None)
    if not isinstance(request, Request):
        return Handshake(b"".join(protocol.data_to_send()) or _NO_REQUEST)
    if request.path.partition("?")[0] != LIVE:
        response = protocol.reject(HTTPStatus.NOT_FOUND, "There is no socket here.\n")
    else:
        response = protocol.accept(request)
    response.headers[PROTOCOL_HEADER] = str(PROTOCOL)
    protocol.send_response(response)
    return Handshake(
        b"".join(protocol.data_to_send()),
        accepted=response.status_code == HTTPStatus.SWITCHING_PROTOCOLS,
        spoken=protocol.subprotocol == _SPOKEN,
        forwarded=_forwarded(request.headers),
    )


def _choose(_protocol: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return _SPOKEN if _SPOKEN in offered else None


def _forwarded(headers: Headers) -> str:
    return ", ".join(headers.get_all("X-Forwarded-For"))


_NO_REQUEST: Final = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
