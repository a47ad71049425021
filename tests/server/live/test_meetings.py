"""Who the database lets in to a meeting, on the demo clinics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID, uuid4

import pytest

from clinicdesk.contract.frames import Signal, SignalKind, Signalled, decode_server_frame
from clinicdesk.contract.threads import thread_of
from clinicdesk.server.database.database import Actor, Database
from clinicdesk.server.live.meetings import ASKING_AT_ONCE, Meetings
from clinicdesk.server.live.message import Message
from clinicdesk.server.live.signals import Signals
from tests.running_server import Owner

DEADLINE_S = 10.0
PRESENT = SignalKind.PRESENT


class Listening:
    """A socket that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[Signalled] = []
        self.closed_with: int | None = None

    def tell(self, message: Message) -> None:
        frame = decode_server_frame(message.text)
        assert isinstance(frame, Signalled)
        self.told.append(frame)

    def misused(self, code: int, _reason: str) -> None:
        self.closed_with = code


class Clinic:
    """The demo clinic, as its owner knows it."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        ((self.pharmacy, self.prescription),) = owner(
            "select pharmacy_id, id from prescription where signed_at is not null"
            " and pharmacy_id in (select pharmacy_id from member where role = 'pharmacist')"
            " order by id limit 1"
        )

    def who(self, condition: str) -> Actor:
        """The first member of the prescription's clinic of whom this is true."""
        ((clinic, member, account),) = self._owner(
            "select clinic_id, id, account_id from member where clinic_id ="
            " (select clinic_id from prescription where id = %s)"
            f" and active and {condition} order by id limit 1",
            self.prescription,
        )
        return Actor(clinic_id=clinic, member_id=member, account_id=account, device_id=uuid4())

    @property
    def pharmacist(self) -> Actor:
        return self.who(f"pharmacy_id = '{self.pharmacy}'")

    @property
    def prescriber(self) -> Actor:
        return self.who(
            f"practitioner_id = (select practitioner_id from prescription"
            f" where id = '{self.prescription}')"
        )

    @property
    def stranger(self) -> Actor:
        return self.who(
            f"role = 'therapist' and practitioner_id <> (select practitioner_id"
            f" from prescription where id = '{self.prescription}')"
        )


@pytest.fixture
def clinic(owner: Owner) -> Clinic:
    return Clinic(owner)


@pytest.fixture
async def meetings(demo_database: str) -> AsyncIterator[Meetings]:
    database = await Database.open(demo_database, pool_size=2)
    faults: list[BaseException] = []
    held = Meetings(database, Signals(uuid4()), lambda _data: None, faults.append)
    running = asyncio.create_task(held.run())
    yield held
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()
    assert faults == []


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not true():  # noqa: ASYNC110 - the database answers when it answers
            await asyncio.sleep(0.01)


def present(thread: str, about: UUID | None = None) -> Signal:
    return Signal(thread=thread, what=PRESENT, about=about)


async def test_pharmacist_and_prescriber_meet_and_a_stranger_hears_nothing(
    meetings: Meetings, clinic: Clinic
) -> None:
    thread = thread_of("prescription", clinic.prescription)
    pharmacist, prescriber, stranger = Listening(), Listening(), Listening()
    meetings.heard(stranger, clinic.stranger, present(thread))
    meetings.heard(pharmacist, clinic.pharmacist, present(thread))
    meetings.heard(prescriber, clinic.prescriber, present(thread))
    await until(lambda: pharmacist.told and prescriber.told)
    assert [told.by for told in pharmacist.told] == [clinic.prescriber.member_id]
    assert [told.by for told in prescriber.told] == [clinic.pharmacist.member_id]
    assert stranger.told == []
    assert stranger.closed_with is None


class Broken(Listening):
    """A mistake of ours shows with it."""

    def tell(self, message: Message) -> None:
        raise RuntimeError("the handler is closed")


async def test_a_mistake_at_one_socket_ends_nobody_else_s_presence(
    demo_database: str, clinic: Clinic
) -> None:
    database = await Database.open(demo_database, pool_size=2)
    faults: list[BaseException] = []
    meetings = Meetings(database, Signals(uuid4()), lambda _data: None, faults.append)
    running = asyncio.create_task(meetings.run())
    thread = thread_of("prescription", clinic.prescription)
    broken, pharmacist, prescriber = Broken(), Listening(), Listening()
    meetings.heard(broken, clinic.pharmacist, present(thread))
    for _ in range(ASKING_AT_ONCE):  # one each for all who ask
        meetings.heard(Listening(), clinic.prescriber, present(thread))
    await until(lambda: faults)
    meetings.left(broken)
    meetings.heard(pharmacist, clinic.pharmacist, present(thread))
    meetings.heard(prescriber, clinic.prescriber, present(thread))
    await until(lambda: pharmacist.told and prescriber.told)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()


async def test_only_who_works_in_a_pharmacy_is_in_its_room(
    meetings: Meetings, clinic: Clinic
) -> None:
    room = thread_of("pharmacy", clinic.pharmacy)
    counter, other_counter, prescriber = Listening(), Listening(), Listening()
    meetings.heard(prescriber, clinic.prescriber, present(room))
    meetings.heard(counter, clinic.pharmacist, present(room))
    meetings.heard(other_counter, clinic.pharmacist, present(room, clinic.prescription))
    await until(lambda: counter.told and other_counter.told)
    assert [told.about for told in counter.told] == [clinic.prescription]
    assert prescriber.told == []


async def test_what_does_not_lie_in_a_room_is_not_named_there(
    meetings: Meetings, clinic: Clinic
) -> None:
    room = thread_of("pharmacy", clinic.pharmacy)
    counter, other_counter = Listening(), Listening()
    meetings.heard(counter, clinic.pharmacist, present(room))
    meetings.heard(other_counter, clinic.pharmacist, present(room, uuid4()))
    meetings.heard(other_counter, clinic.pharmacist, present(room))
    await until(lambda: counter.told)
    assert [told.about for told in counter.told] == [None]


async def test_whose_rights_end_is_shut_out_at_once(
    meetings: Meetings, clinic: Clinic, owner: Owner
) -> None:
    thread = thread_of("prescription", clinic.prescription)
    who = clinic.pharmacist
    pharmacist, prescriber = Listening(), Listening()
    meetings.heard(prescriber, clinic.prescriber, present(thread))
    meetings.heard(pharmacist, who, present(thread))
    await until(lambda: prescriber.told)
    owner("update member set active = false where id = %s", who.member_id)
    meetings.rights_changed(pharmacist)
    await until(lambda: len(prescriber.told) > 1)
    assert prescriber.told[-1].what is SignalKind.GONE


@pytest.mark.parametrize("kind", ["clinic", "patient", "allergy", "prescription_item", "payment"])
async def test_every_kind_of_row_can_be_asked_for(
    meetings: Meetings, clinic: Clinic, kind: str
) -> None:
    pharmacist = Listening()
    meetings.heard(pharmacist, clinic.pharmacist, present(thread_of(kind, uuid4())))
    meetings.heard(pharmacist, clinic.pharmacist, present(thread_of("nothing", uuid4())))
    await until(lambda: pharmacist.closed_with)
    assert pharmacist.told == []
