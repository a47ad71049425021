"""The version of the wire. It changes only together with the frozen schemas in `tests/contract`."""

from __future__ import annotations

from typing import Final

PROTOCOL: Final = 1
"""Raised when a change of the wire would be misread by the other end."""

SUBPROTOCOL: Final = "clinicdesk.v1"
"""WebSocket subprotocol of the live feed."""

PROTOCOL_HEADER: Final = "Clinicdesk-Protocol"
"""Sent with every request and answer; the ends refuse each other politely when they differ."""
