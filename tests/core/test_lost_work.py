"""What waits in a store whose key is lost: kept, told of, and taken over when the key is back."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from clinicdesk.contract.entities import Member
from clinicdesk.core.desk import Desk
from clinicdesk.core.device import Device
from clinicdesk.core.home import Home
from clinicdesk.core.profiles import Profiles, Remembered
from clinicdesk.core.session import Session
from clinicdesk.core.store.unsent_note import (
    Unsent,
    path_of_note,
    read_note,
    unsent_below,
    write_note,
)
from clinicdesk.core.transport import Transport
from clinicdesk.core.vault import MemoryVault, Vault
from tests.core import sample
from tests.core.conftest import LastingVault
from tests.core.sample import (
    NOON,
    PATIENT,
    a_draft_command,
    a_line,
    a_medicine,
    a_patient,
    a_snapshot,
    an_id,
    clinic,
)

NOBODY = "http://127.0.0.1:9"
Seat = Callable[..., Awaitable[Desk]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home("test", tmp_path / "config", tmp_path / "data")


@pytest.fixture
async def seat(home: Home) -> AsyncIterator[Seat]:
    """Seats a member with the secrets of a vault, at a desk without a server."""
    desks: list[Desk] = []

    async def sit(vault: Vault, member: Member = sample.therapist) -> Desk:
        profiles = Profiles.read(home)
        user = remembered(member)
        profiles.remember(user)
        device = await Device.load(profiles.device_id, home, vault)
        session = Session(user, device, Transport(NOBODY), home, vault, profiles, "token")
        desk = await Desk.open(session)
        if desk.replica.position is None:
            await desk.replica.swap(a_snapshot(member, a_patient()))
        desks.append(desk)
        return desk

    yield sit
    for desk in desks:
        await desk.close()


def remembered(member: Member) -> Remembered:
    return Remembered(
        server=NOBODY, login=member.name, session_id=an_id("session"), member=member,
        clinic=clinic, last_used=NOON,
    )  # fmt: skip


async def work(desk: Desk, name: str = "rx") -> None:
    command = a_draft_command(a_line(a_medicine(), name), name=name)
    await desk.outbox.submit(command, [a_medicine()])


def unsent_of(home: Home, member: Member) -> int:
    return unsent_below(home.store_path(NOBODY, clinic.id, member.id))


def notes_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*.unsent"))


def given(desk: Desk) -> list[object]:
    return [entry.command.prescription_id for entry in desk.outbox.entries()]


async def lose_key(desk: Desk, vault: MemoryVault) -> str:
    """The keyring's entry is gone; the key, for whoever kept a copy."""
    user, home = desk.session.user, desk.session.home
    name = home.secret_name("store-key", user.server, user.clinic.id, user.member.id)
    key = await vault.read(name)
    assert key is not None
    await vault.delete(name)
    return key


async def put_key_back(desk: Desk, vault: MemoryVault, key: str) -> None:
    user, home = desk.session.user, desk.session.home
    name = home.secret_name("store-key", user.server, user.clinic.id, user.member.id)
    await vault.write(name, key)


async def test_work_under_a_lost_key_is_kept_and_said(seat: Seat, tmp_path: Path) -> None:
    vault = LastingVault()
    desk = await seat(vault)
    await work(desk, "one")
    await work(desk, "two")
    await desk.close()
    await lose_key(desk, vault)
    later = await seat(vault)
    assert later.outbox.entries() == []
    [note] = later.notes
    assert "2 unsent change(s) are in it: they are kept" in note
    [locked] = later.lost_work.files
    assert locked.unsent == Unsent(2, 0)
    assert locked.path.exists()
    assert later.lost_work.unsent == 2
    await later.close()
    once_more = await seat(vault)
    assert once_more.notes == []
    assert once_more.lost_work.unsent == 2, "told for as long as it is true"


async def test_work_is_taken_over_when_the_key_is_back(seat: Seat) -> None:
    vault = LastingVault()
    desk = await seat(vault)
    await work(desk, "one")
    await desk.close()
    key = await lose_key(desk, vault)
    between = await seat(vault)
    await work(between, "two")
    await between.close()
    await put_key_back(desk, vault, key)
    later = await seat(vault)
    assert given(later) == [an_id("one")]
    assert any("1 change(s)" in note and "are back" in note for note in later.notes)
    [locked] = later.lost_work.files
    assert locked.unsent == Unsent(1, 0), "now it is the other one whose key is away"


async def test_an_older_file_is_opened_with_another_vault_while_the_desk_is_open(
    seat: Seat,
) -> None:
    keyring, passphrase = LastingVault(), LastingVault()
    desk = await seat(keyring)
    await work(desk, "one")
    await desk.close()
    later = await seat(passphrase)
    assert later.lost_work.unsent == 1
    await work(later, "two")
    told: list[None] = []
    later.lost_work.changed.add(told.append)
    assert await later.lost_work.take_over(keyring) == 1
    assert given(later) == [an_id("two"), an_id("one")]
    assert later.lost_work.files == []
    assert told
    assert later.replica.prescriptions.get(an_id("one")) is not None
    assert await later.lost_work.take_over(keyring) == 0


async def test_what_was_taken_over_is_not_taken_twice(seat: Seat) -> None:
    keyring, passphrase = LastingVault(), LastingVault()
    desk = await seat(keyring)
    await work(desk, "one")
    await desk.close()
    later = await seat(passphrase)
    await later.lost_work.take_over(keyring)
    await later.outbox.discard(later.outbox.entries()[0].op_id)
    await later.close()
    again = await seat(passphrase)
    await again.lost_work.take_over(keyring)
    assert again.outbox.entries() == []


def taken_over(folder: Path) -> list[Path]:
    return list(folder.rglob("*.taken-over.db"))


def age(path: Path, days: int) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


async def test_a_file_that_was_taken_over_is_deleted_when_nobody_can_miss_it(
    seat: Seat, tmp_path: Path
) -> None:
    keyring, passphrase = LastingVault(), LastingVault()
    desk = await seat(keyring)
    await work(desk, "one")
    await desk.close()
    later = await seat(passphrase)
    await later.lost_work.take_over(keyring)
    [file] = taken_over(tmp_path)
    await later.close()

    age(file, 40)
    waiting = await seat(passphrase)
    assert file.exists(), "what was in it has not been sent yet"
    await waiting.outbox.discard(waiting.outbox.entries()[0].op_id)
    await waiting.close()

    age(file, 20)
    soon = await seat(passphrase)
    assert file.exists(), "somebody may yet miss something"
    await soon.close()

    age(file, 31)
    await seat(passphrase)
    assert taken_over(tmp_path) == []


async def test_a_file_is_as_old_as_its_taking_over_not_as_its_last_work(
    seat: Seat, home: Home, tmp_path: Path
) -> None:
    keyring, passphrase = LastingVault(), LastingVault()
    desk = await seat(keyring)
    await work(desk, "one")
    await desk.close()
    age(home.store_path(NOBODY, clinic.id, sample.therapist.id), 90)
    later = await seat(passphrase)
    await later.lost_work.take_over(keyring)
    await later.outbox.discard(later.outbox.entries()[0].op_id)
    await later.close()
    await seat(passphrase)
    assert len(taken_over(tmp_path)) == 1


async def test_a_key_that_does_not_fit_changes_nothing(seat: Seat) -> None:
    keyring, other = LastingVault(), LastingVault()
    desk = await seat(keyring)
    await work(desk)
    await desk.close()
    later = await seat(LastingVault())
    await put_key_back(desk, other, bytes(32).hex())
    assert await later.lost_work.take_over(other) == 0
    assert later.lost_work.unsent == 1


async def test_without_a_keyring_the_key_can_be_kept_under_a_passphrase(seat: Seat) -> None:
    passphrase = LastingVault()
    desk = await seat(MemoryVault())
    await work(desk)
    await desk.lost_work.keep_key(passphrase)
    await desk.close()
    later = await seat(passphrase)
    assert given(later) == [an_id("rx")]
    assert later.lost_work.files == []


async def test_while_the_keyring_is_away_the_desk_tells_of_what_waits_under_it(
    seat: Seat,
) -> None:
    keyring = LastingVault()
    desk = await seat(keyring)
    await work(desk)
    await desk.close()
    without = await seat(MemoryVault())
    assert without.lost_work.unsent == 1
    await without.close()
    assert given(await seat(keyring)) == [an_id("rx")]


async def test_the_desk_of_one_member_neither_shows_nor_opens_another_s_work(
    seat: Seat, home: Home
) -> None:
    vault = LastingVault()
    asha = await seat(vault)
    await work(asha)
    await asha.close()
    pia = await seat(vault, sample.pharmacist)
    assert pia.outbox.entries() == []
    assert pia.lost_work.files == []
    assert unsent_of(home, sample.therapist) == 1
    assert unsent_of(home, sample.pharmacist) == 0
    assert PATIENT in pia.replica.patients
    await pia.close()
    assert given(await seat(vault)) == [an_id("rx")]


async def test_the_note_counts_also_what_a_lost_key_locks(seat: Seat, home: Home) -> None:
    vault = LastingVault()
    desk = await seat(vault)
    await work(desk, "one")
    await desk.close()
    await lose_key(desk, vault)
    later = await seat(vault)
    await work(later, "two")
    await later.close()
    assert unsent_of(home, sample.therapist) == 2


async def test_the_note_says_numbers_and_nothing_else(seat: Seat, tmp_path: Path) -> None:
    desk = await seat(LastingVault())
    await work(desk)
    [note] = notes_in(tmp_path)
    assert note.read_bytes() == b'{"unsent":1,"refused":0}'
    assert note.stat().st_mode & 0o077 == 0
    await desk.outbox.discard(desk.outbox.entries()[0].op_id)
    await desk.close()
    assert notes_in(tmp_path) == []


def test_a_note_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    store = tmp_path / "desk.db"
    path_of_note(store).write_bytes(b"half a no")
    assert read_note(store) == Unsent()
    write_note(tmp_path / "no such folder" / "desk.db", Unsent(1))
    assert read_note(tmp_path / "no such folder" / "desk.db") == Unsent()
