"""A store in a folder of its own, a small server on a real socket, and its members' desks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from clinicdesk.contract.entities import Member
from clinicdesk.core.desk import Desk
from clinicdesk.core.home import Home
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.session import Session
from clinicdesk.core.store.store import Store
from clinicdesk.core.vault import MemoryVault
from tests.core import sample
from tests.core.sample import NOON
from tests.core.small_server import PASSWORD, SmallServer

KEY = bytes(range(32))
IDENTITY = {"server": "https://clinic.example", "clinic": "c", "member": "m"}

OpenDesk = Callable[[Member], Awaitable[Desk]]


class LastingVault(MemoryVault):
    """A vault that says it lasts, as a keyring does; it lasts as long as the test."""

    @property
    def lasting(self) -> bool:
        return True


@pytest.fixture
def store_path(tmp_path: Path) -> Path:
    return tmp_path / "stores" / "desk.db"


@pytest.fixture
async def store(store_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(store_path, KEY, IDENTITY, lambda: NOON)
    yield opened
    await opened.close()


@pytest.fixture
def vault() -> LastingVault:
    return LastingVault()


@pytest.fixture
async def server() -> AsyncIterator[SmallServer]:
    """A clinic with a therapist, a pharmacist, a patient and three medicines."""
    small = SmallServer(sample.therapist, sample.pharmacist)
    small.write(sample.a_patient(), sample.an_allergy())
    small.medicines = [
        sample.a_medicine(),
        sample.a_medicine("Ibuprofen", "400 mg"),
        sample.a_medicine("Paracetamol", "650 mg"),
    ]
    await small.start()
    yield small
    await small.stop()


def home_for(folder: Path, member: Member) -> Home:
    profile = str(member.role)
    return Home(profile, folder / profile / "config", folder / profile / "data")


async def sign_in(server: SmallServer, member: Member, folder: Path, vault: MemoryVault) -> Session:
    home = home_for(folder, member)
    session = await Session.sign_in(
        server.address,
        member.name,
        PASSWORD,
        home=home,
        vault=vault,
        profiles=Profiles.read(home),
        device_name="a desk",
    )
    assert isinstance(session, Session)
    return session


@pytest.fixture
async def open_desk(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> AsyncIterator[OpenDesk]:
    """Opens the desk of a member; every desk is closed at the end."""
    desks: list[Desk] = []

    async def opened(member: Member) -> Desk:
        desk = await Desk.open(await sign_in(server, member, tmp_path, vault))
        desks.append(desk)
        return desk

    yield opened
    for desk in desks:
        await desk.close()
