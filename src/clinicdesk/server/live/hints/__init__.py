"""Telling the other servers of one database that something was committed.

Each server reads the log itself; what travels between them are hints, "clinic so-and-so moved on",
and the presence of people, which no log keeps. Either may be lost: every gateway asks for the heads
once a second, and presence is said again and again.

    hints.py      what a server asks of it; `LocalHints` where there are no peers
    peers.py      `PeerHints`: pacing, connecting again, over any bus
    word.py       what travels at one time
    standing.py   what the journal and the measurements say of the bus
    notify.py     PostgreSQL's LISTEN and NOTIFY
    nats.py       NATS
    choosing.py   which of them the settings ask for
"""

from __future__ import annotations

from clinicdesk.server.live.hints.choosing import hints_for
from clinicdesk.server.live.hints.hints import Hints, LocalHints, OnHint, OnSignal
from clinicdesk.server.live.hints.nats import NatsBus
from clinicdesk.server.live.hints.notify import NotifyBus
from clinicdesk.server.live.hints.peers import PeerHints

__all__ = [
    "Hints",
    "LocalHints",
    "NatsBus",
    "NotifyBus",
    "OnHint",
    "OnSignal",
    "PeerHints",
    "hints_for",
]
