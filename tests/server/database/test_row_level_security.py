"""What PostgreSQL shows a member of staff is what the contract's access matrix says: for each kind
of row, over random staff and rows, across two clinics.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from clinicdesk.contract.access import audience_of, scopes_of, view_for
from clinicdesk.contract.entities import ENTITIES, Member, PaymentKind, PaymentStatus, Role
from clinicdesk.server.database.database import Actor, Database
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.transaction import Transaction
from tests.server.database.clinic import (
    NOW,
    MadeClinic,
    a_patient,
    a_payment,
    a_prescription,
    an_allergy,
    an_item,
    make_clinic,
    make_member,
)

EVERY_ROW = " union all ".join(
    f"select '{kind}', id, to_jsonb({kind}) from {kind}" for kind in ENTITIES
)

one_of_two = st.integers(0, 1)
perhaps = st.none() | one_of_two
some = st.lists(one_of_two, unique=True)


class Staff(Struct, frozen=True):
    role: Role
    practitioner: int | None
    pharmacy: int | None
    active: bool


class Written(Struct, frozen=True):
    """A patient and their prescription: who may see them, by place in the clinic's lists."""

    care_team: list[int]
    suppliers: list[int]
    prescriber: int
    pharmacy: int | None
    signed: bool
    refund: bool


staff = st.builds(Staff, st.sampled_from(Role), perhaps, perhaps, st.booleans() | st.just(True))
written = st.builds(Written, some, some, one_of_two, perhaps, st.booleans(), st.booleans())
clinics = st.tuples(
    st.lists(staff, min_size=1, max_size=4), st.lists(written, min_size=1, max_size=4)
)


async def fill(
    tx: Transaction, people: Sequence[Staff], records: Sequence[Written]
) -> tuple[MadeClinic, list[Actor]]:
    clinic = await make_clinic(tx)
    actors = [clinic.admin]
    for person in people:
        actor = await make_member(
            tx, clinic, person.role, active=person.active,
            practitioner_id=pick(clinic.practitioners, person.practitioner),
            pharmacy_id=pick(clinic.pharmacies, person.pharmacy),
        )  # fmt: skip
        actors.append(actor)
    for record in records:
        await write(tx, clinic, record)
    return clinic, actors


async def write(tx: Transaction, clinic: MadeClinic, record: Written) -> None:
    patient = a_patient(
        clinic,
        practitioner_ids=[clinic.practitioners[n] for n in record.care_team],
        pharmacy_ids=[clinic.pharmacies[n] for n in record.suppliers],
    )
    pharmacy_id = pick(clinic.pharmacies, record.pharmacy)
    prescription = a_prescription(
        patient, clinic.practitioners[record.prescriber], clinic.admin, pharmacy_id=pharmacy_id,
        signed_at=NOW if record.signed and pharmacy_id else None,
    )  # fmt: skip
    await insert_rows(tx, "patient", [patient])
    await insert_rows(tx, "allergy", [an_allergy(patient)])
    await insert_rows(tx, "prescription", [prescription])
    await insert_rows(tx, "prescription_item", [an_item(clinic, prescription)])
    if pharmacy_id:
        kind = PaymentKind.REFUND if record.refund else PaymentKind.PAYMENT
        status = PaymentStatus.PENDING if record.refund else PaymentStatus.COMPLETED
        payment = a_payment(
            prescription, clinic.admin, kind=kind, status=status,
            settled_at=None if record.refund else NOW,
        )  # fmt: skip
        await insert_rows(tx, "payment", [payment])


def pick(keys: Sequence[UUID], place: int | None) -> UUID | None:
    return None if place is None else keys[place]


async def every_row(tx: Transaction) -> list[tuple[str, UUID, dict[str, Any]]]:
    return [(kind, identifier, row) for kind, identifier, row in await tx.all(EVERY_ROW)]


@given(here=clinics, there=clinics)
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_a_member_sees_the_rows_that_the_contract_grants_and_no_other(
    database: Database,
    here: tuple[list[Staff], list[Written]],
    there: tuple[list[Staff], list[Written]],
) -> None:
    async with database.as_owner() as tx:
        made = [await fill(tx, *here), await fill(tx, *there)]
        rows = await every_row(tx)
        members = {m.id: m for m in await tx.all("select * from member", into=Member)}
    for clinic, actors in made:
        for actor in actors:
            scopes = scopes_of(members[actor.member_id])
            granted = {
                (kind, identifier)
                for kind, identifier, row in rows
                if row["clinic_id"] == str(clinic.id)
                and view_for(scopes, audience_of(kind, row)) is not None
            }
            async with database.snapshot(actor) as tx:
                seen = {(kind, identifier) for kind, identifier, _ in await every_row(tx)}
            assert seen == granted


async def test_a_member_of_one_clinic_is_nobody_in_another(database: Database) -> None:
    async with database.as_owner() as tx:
        one, other = await make_clinic(tx), await make_clinic(tx)
    crossing = Actor(other.id, one.admin.member_id, one.admin.account_id, one.admin.device_id)
    async with database.as_member(crossing) as tx:
        assert await every_row(tx) == []


async def test_who_says_no_clinic_sees_nothing(database: Database) -> None:
    async with database.as_owner() as tx:
        await make_clinic(tx)
    async with database.as_owner() as tx:
        await tx.execute("set local role clinicdesk_app")
        assert await every_row(tx) == []


async def test_a_membership_that_ends_ends_at_once(database: Database) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
    async with database.as_member(clinic.admin) as tx:
        assert await tx.value("select count(*) from service") == 1
        async with database.as_owner() as other:
            await other.execute("update member set active = false")
        assert await tx.value("select count(*) from service") == 0


async def test_medicines_are_seen_by_the_members_of_their_clinic(database: Database) -> None:
    async with database.as_owner() as tx:
        one, _ = await make_clinic(tx), await make_clinic(tx)
    async with database.as_member(one.admin) as tx:
        assert await tx.all("select id from medicine") == [(one.medicine,)]
