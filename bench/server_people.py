"""People who are signed in over HTTP, and the prescriptions that they write."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
from msgspec import Struct

from bench.http_calls import Calls
from bench.server_place import Place
from clinicdesk.contract.commands import (
    ROUTES,
    Command,
    Done,
    DraftItem,
    SignAndSend,
    WriteDraft,
    path_of,
)
from clinicdesk.contract.entities import Role
from clinicdesk.contract.session import SESSION, SignedIn, SignIn
from clinicdesk.core.identity import new_id
from clinicdesk.core.sending import body_of
from clinicdesk.server.demo_data import PASSWORD


async def sign_in(calls: Calls, login: str) -> SignedIn:
    """A session at a device of its own."""
    request = SignIn(
        login=login, password=PASSWORD, device_id=uuid4(), device_name="bench",
        device_key="A" * 43,
    )  # fmt: skip
    status, content = await calls.call("POST", SESSION, msgspec.json.encode(request))
    assert status == 201, content
    return msgspec.json.decode(content, type=SignedIn)


class Prescriber(Struct, frozen=True):
    """A therapist at the wire, with a patient, a medicine and the pharmacist's pharmacy."""

    calls: Calls
    patient_id: UUID
    medicine_id: UUID
    pharmacy_id: UUID

    async def draft(self) -> UUID:
        """Write a draft of one line; its identifier."""
        prescription_id = new_id()
        await self.write(prescription_id)
        return prescription_id

    async def write(self, prescription_id: UUID) -> Done:
        """Write a draft of one line."""
        command = WriteDraft(
            prescription_id=prescription_id, patient_id=self.patient_id, pharmacy_id=None,
            note=None,
            items=[
                DraftItem(
                    id=new_id(), medicine_id=self.medicine_id, dose="1 tablet", route="oral",
                    frequency="BD", days=5, quantity=10, instructions="",
                )
            ],
        )  # fmt: skip
        return await self.give(command)

    async def drafts(self, count: int) -> list[UUID]:
        """Write several, one after the other."""
        return [await self.draft() for _ in range(count)]

    async def sign(self, prescription_id: UUID) -> Done:
        """Sign and send a draft that nobody touched."""
        command = SignAndSend(prescription_id=prescription_id, pharmacy_id=self.pharmacy_id)
        return await self.give(command, If_Match='"1"')

    async def give(self, command: Command, **headers: str) -> Done:
        """Send a command that must take effect."""
        route = ROUTES[type(command)]
        status, content = await self.calls.call(
            route.method, path_of(command), body_of(command),
            Idempotency_Key=str(uuid4()), **headers,
        )  # fmt: skip
        assert status in (200, 201), content
        return msgspec.json.decode(content, type=Done)


async def prescriber(place: Place, server: str, number: int) -> Prescriber:
    """The therapist of the place, on a connection of their own, with a patient of each number."""
    calls = await Calls.connect(server)
    calls.token = (await sign_in(calls, place.logins[Role.THERAPIST])).access_token
    practitioner_id = place.people[Role.THERAPIST].member.practitioner_id
    pharmacy_id = place.people[Role.PHARMACIST].member.pharmacy_id
    assert pharmacy_id is not None
    async with place.database.as_owner() as tx:
        patient_id = await tx.value(
            "select id from patient where %(who)s = any(practitioner_ids) order by id "
            "offset %(number)s limit 1",
            {"who": practitioner_id, "number": number},
        )
        medicine_id = await tx.value(
            "select id from medicine where schedule = 'OTC' and not discontinued "
            "order by id limit 1"
        )
    return Prescriber(calls, patient_id, medicine_id, pharmacy_id)
