"""Desks behind packaging/haproxy.cfg, as it is delivered, with two servers behind it."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from clinicdesk.contract.session import LIVE
from clinicdesk.contract.version import SUBPROTOCOL
from tests.end_to_end.desks import Office, equals_a_fresh_snapshot, live, sent, write
from tests.end_to_end.polling import until
from tests.end_to_end.strangers import make_certificate
from tests.end_to_end.truth import Truth
from tests.server.several_servers.fleet import Fleet, measured
from tests.server.several_servers.ports import free_port

CONFIGURATION = Path(__file__).parents[3] / "packaging" / "haproxy.cfg"


class Balancer:
    """HAProxy on a free port.

    Attributes:
        url: Where desks find it. authority: The certificate to trust. tls: Trusts it.
    """

    def __init__(self, folder: Path, ports: list[int]) -> None:
        self.authority, key = make_certificate(folder)
        self.tls = ssl.create_default_context(cafile=self.authority)
        self._port = free_port()
        self.url = f"https://127.0.0.1:{self._port}"
        pem = folder / "clinic.pem"
        pem.write_bytes(self.authority.read_bytes() + key.read_bytes())
        self._configuration = folder / "haproxy.cfg"
        self._configuration.write_text(_under_this_account(CONFIGURATION.read_text()))
        self._environment = os.environ | {
            "CLINICDESK_BIND": f"127.0.0.1:{self._port}",
            "CLINICDESK_PEM": str(pem),
            "CLINICDESK_ONE": f"127.0.0.1:{ports[0]}",
            "CLINICDESK_TWO": f"127.0.0.1:{ports[1]}",
        }
        self._said = folder / "haproxy.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
        assert program is not None, "packaging/install-system-packages installs haproxy"
        with self._said.open("wb") as said:
            self._process = await asyncio.create_subprocess_exec(
                program, "-db", "-f", str(self._configuration), env=self._environment,
                stdout=said, stderr=said,
            )  # fmt: skip
        await until(self.answers)

    async def answers(self) -> bool:
        return await self.status("/healthz") == 200

    async def status(self, path: str) -> int | None:
        """What a call is answered; None when it is not."""
        assert self._process is not None
        assert self._process.returncode is None, self._said.read_text()
        async with httpx.AsyncClient(verify=self.tls, trust_env=False) as http:
            try:
                return (await http.get(self.url + path)).status_code
            except httpx.TransportError:
                return None

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@pytest.fixture
async def balancer(fleet: Fleet, tmp_path: Path) -> AsyncIterator[Balancer]:
    servers = await fleet.start(2)
    balancer = Balancer(tmp_path, [server.port for server in servers])
    try:
        await balancer.start()
        yield balancer
    finally:
        await balancer.kill()


@pytest.fixture
async def office(balancer: Balancer, tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path, balancer.url)
    for login in ("tara", "pia"):
        office.profiles(login).pin_authority(balancer.url, balancer.authority)
    yield office
    await office.close_all()


async def test_a_desk_goes_on_at_the_other_server_whichever_is_killed(
    fleet: Fleet, office: Office, truth: Truth
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    written = [await write(tara)]
    await sent(tara)

    for server in fleet.servers:
        await server.kill()
        written.append(await write(tara))
        await sent(tara)
        await live(tara)
        await live(pia)
        await server.start()

    for desk in (tara, pia):
        await equals_a_fresh_snapshot(desk)
    assert await truth.value("select count(*) from prescription") == len(written)
    assert tara.outbox.refused() == []


async def test_servers_that_are_restarted_one_after_the_other_leave_no_desk_without_one(
    fleet: Fleet, office: Office
) -> None:
    """How a new release comes in."""
    tara = await office.open("tara")

    for server in fleet.servers:
        assert await server.stop() == 0
        written = await write(tara)
        await sent(tara)
        await server.start()
        await live(tara)
        await until(lambda written=written: tara.replica.prescriptions.server_row(written))

    await equals_a_fresh_snapshot(tara)


async def test_new_sockets_go_where_the_fewest_are(fleet: Fleet, balancer: Balancer) -> None:
    url = balancer.url.replace("http", "ws", 1) + LIVE
    async with AsyncExitStack() as sockets:
        for _ in range(4):
            await sockets.enter_async_context(
                connect(
                    url,
                    ssl=balancer.tls,
                    subprotocols=[Subprotocol(SUBPROTOCOL)],
                    compression=None,
                    proxy=None,
                )
            )
        held = [await measured(server, "clinicdesk_live_sockets") for server in fleet.servers]

    assert held == [2, 2]


async def test_what_is_for_monitoring_is_not_for_the_world(balancer: Balancer) -> None:
    assert await balancer.status("/metrics") == 404
    assert await balancer.status("/readyz") == 404
    assert await balancer.status("/healthz") == 200


async def test_what_a_caller_says_of_its_address_is_not_believed(
    fleet: Fleet, balancer: Balancer, truth: Truth
) -> None:
    guess = {
        "login": "tara", "password": "a wrong password", "device_name": "guesser",
        "device_id": "0195d000-0000-7000-8000-00000000000a", "device_key": "A" * 43,
    }  # fmt: skip
    async with httpx.AsyncClient(verify=balancer.tls, trust_env=False) as http:
        answer = await http.post(
            balancer.url + "/api/session", json=guess, headers={"X-Forwarded-For": "203.0.113.9"}
        )

    assert answer.status_code == 401
    assert await truth.all("select distinct address from sign_in_attempt") == [("127.0.0.1",)]


def _under_this_account(configuration: str) -> str:
    """Without the lines that only root can follow: the packaged service changes its account."""
    lines = configuration.splitlines(keepends=True)
    return "".join(line for line in lines if line.split()[:1] not in (["user"], ["group"]))
