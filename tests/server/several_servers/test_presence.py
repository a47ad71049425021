"""People at desks of different servers see each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinicdesk.contract.threads import thread_of
from clinicdesk.core.desk import Desk
from tests.end_to_end.desks import Office, sent, write_and_sign
from tests.end_to_end.polling import until
from tests.server.several_servers.fleet import Fleet, joined
from tests.server.several_servers.nats_process import NatsProcess


def seen(desk: Desk, thread: str) -> list[tuple[str, bool]]:
    people = desk.presence.others(thread)
    named = [(desk.replica.members.get(who.member), who.typing) for who in people]
    return [(member.name, typing) for member, typing in named if member is not None]


@pytest.mark.parametrize("bus", ["notify", "nats"])
async def test_presence_is_told_from_server_to_server(
    fleet: Fleet, nats: NatsProcess, tmp_path: Path, bus: str
) -> None:
    environment = {"CLINICDESK_NATS_URL": nats.url} if bus == "nats" else {}
    here, there = await fleet.start(2, **environment)
    await joined(fleet.servers, bus)
    offices = Office(tmp_path / "a", here.url), Office(tmp_path / "b", there.url)
    tara, pia = await offices[0].open("tara"), await offices[1].open("pia")
    prescription = await write_and_sign(tara)
    await sent(tara)
    await until(lambda: pia.replica.prescriptions.get(prescription) is not None)
    thread = thread_of("prescription", prescription)

    tara.presence.opened(thread)
    pia.presence.opened(thread)
    tara_name, pia_name = tara.member.name, pia.member.name
    await until(lambda: seen(pia, thread) == [(tara_name, False)])
    await until(lambda: seen(tara, thread) == [(pia_name, False)])
    tara.presence.typing(thread)
    await until(lambda: seen(pia, thread) == [(tara_name, True)])
    pia.presence.closed(thread)
    await until(lambda: seen(tara, thread) == [])
    pia.presence.opened(thread)  # what the other server had told is known here
    await until(lambda: seen(pia, thread) == [(tara_name, True)])
    await offices[0].close_all()
    await until(lambda: seen(pia, thread) == [])
    await offices[1].close_all()
