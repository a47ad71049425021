"""Which hints the settings ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clinicdesk.server.live.hints.hints import Hints, LocalHints
from clinicdesk.server.live.hints.nats import NatsBus
from clinicdesk.server.live.hints.notify import NotifyBus
from clinicdesk.server.live.hints.peers import PeerHints

if TYPE_CHECKING:
    from clinicdesk.server.settings import Settings


def hints_for(settings: Settings) -> Hints:
    """NATS where one is named, otherwise the database's notifications.

    One bus, never both: a server on the wrong one would hear nobody, and would not know it. When
    the bus is away the poll of each gateway serves. An embedded database has no other servers.
    """
    if settings.database_url is None:
        return LocalHints()
    if settings.nats_urls:
        return PeerHints(NatsBus(settings.nats_urls))
    if not settings.notify:
        return LocalHints()
    return PeerHints(NotifyBus(settings.notify_url or settings.database_url))
