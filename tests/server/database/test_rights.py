"""Who may write what: the roles of the contract's commands, on their own rows, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from msgspec import Struct
from msgspec.structs import replace

from clinicdesk.contract.entities import (
    NoticeStatus,
    Patient,
    PaymentKind,
    PaymentStatus,
    Prescription,
    Role,
    Stage,
)
from clinicdesk.server.database.database import Actor, Database
from clinicdesk.server.database.insertion import insert_rows
from tests.server.database.clinic import (
    NOW,
    MadeClinic,
    a_patient,
    a_payment,
    a_prescription,
    an_item,
    make_clinic,
    make_member,
    new_id,
)
from tests.server.database.counter import a_counter

REFUSED = (psycopg.errors.InsufficientPrivilege,)


class Desk(Struct, frozen=True):
    """A clinic with the people of its desks, a draft, and a prescription that was sent."""

    clinic: MadeClinic
    therapist: Actor
    other_therapist: Actor
    pharmacist: Actor
    other_pharmacist: Actor
    reception: Actor
    patient: Patient
    draft: Prescription
    sent: Prescription


@pytest.fixture
async def desk(database: Database) -> Desk:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        therapists = [
            await make_member(tx, clinic, Role.THERAPIST, practitioner_id=each)
            for each in clinic.practitioners
        ]
        pharmacists = [
            await make_member(tx, clinic, Role.PHARMACIST, pharmacy_id=each)
            for each in clinic.pharmacies
        ]
        reception = await make_member(tx, clinic, Role.RECEPTION)
        patient = a_patient(clinic, practitioner_ids=[clinic.practitioners[0]])
        draft = a_prescription(patient, clinic.practitioners[0], therapists[0])
        sent = a_prescription(
            patient, clinic.practitioners[0], therapists[0],
            pharmacy_id=clinic.pharmacies[0], signed_at=NOW,
        )  # fmt: skip
        await insert_rows(tx, "patient", [patient])
        await insert_rows(tx, "prescription", [draft, sent])
        items = [an_item(clinic, draft), an_item(clinic, sent)]
        await insert_rows(tx, "prescription_item", items)
    return Desk(clinic, *therapists, *pharmacists, reception, patient, draft, sent)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("therapist", True),
        ("other_therapist", False),
        ("pharmacist", False),
        ("reception", False),
    ],
)
async def test_a_draft_is_written_by_the_prescriber_it_names(
    database: Database, desk: Desk, who: str, may: bool
) -> None:
    actor: Actor = getattr(desk, who)
    draft = a_prescription(desk.patient, desk.clinic.practitioners[0], actor)
    if may:
        async with database.as_member(actor) as tx:
            await insert_rows(tx, "prescription", [draft])
            assert await insert_rows(tx, "prescription_item", [an_item(desk.clinic, draft)]) == 1
    else:
        with pytest.raises(REFUSED):
            async with database.as_member(actor) as tx:
                await insert_rows(tx, "prescription", [draft])


@pytest.mark.parametrize(
    ("who", "draft", "sent"),
    [
        ("therapist", 1, 1),
        ("other_therapist", 0, 0),
        ("pharmacist", 0, 1),
        ("other_pharmacist", 0, 0),
        ("reception", 0, 0),
    ],
)
async def test_a_prescription_is_changed_by_its_prescriber_and_the_pharmacy_it_was_sent_to(
    database: Database, desk: Desk, who: str, draft: int, sent: int
) -> None:
    actor: Actor = getattr(desk, who)
    change = "update prescription set updated_by = %(by)s where id = %(id)s"
    lock = "select from prescription where id = %(id)s for no key update"
    async with database.as_member(actor) as tx:
        for prescription, rows in ((desk.draft, draft), (desk.sent, sent)):
            named = {"by": actor.member_id, "id": prescription.id}
            assert len(await tx.all(lock, named)) == rows
            assert await tx.execute(change, named) == rows


async def test_nobody_signs_with_another_ones_name(database: Database, desk: Desk) -> None:
    with pytest.raises(REFUSED):
        async with database.as_member(desk.pharmacist) as tx:
            await tx.execute(
                "update prescription set updated_by = %(by)s where id = %(id)s",
                {"by": desk.therapist.member_id, "id": desk.sent.id},
            )


async def test_lines_are_struck_from_drafts_only(database: Database, desk: Desk) -> None:
    async with database.as_member(desk.therapist) as tx:
        assert await tx.execute("delete from prescription_item") == 1
        left = await tx.all("select prescription_id from prescription_item")
    assert left == [(desk.sent.id,)]


async def test_a_signed_line_is_frozen_even_for_the_owner(database: Database, desk: Desk) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="a signed line is frozen"):
        async with database.as_owner() as tx:
            await tx.execute("update prescription_item set dose = '2 tablets'")


async def test_the_pharmacy_takes_a_payment_and_the_prescriber_owes_a_refund(
    database: Database, desk: Desk
) -> None:
    async with database.as_member(desk.pharmacist) as tx:
        await insert_rows(tx, "payment", [a_payment(desk.sent, desk.pharmacist)])
    refund = a_payment(
        desk.sent, desk.therapist, kind=PaymentKind.REFUND, status=PaymentStatus.PENDING,
        settled_at=None,
    )  # fmt: skip
    async with database.as_member(desk.therapist) as tx:
        await insert_rows(tx, "payment", [refund])
    for actor in (desk.therapist, desk.other_pharmacist):
        with pytest.raises(REFUSED):
            async with database.as_member(actor) as tx:
                await insert_rows(tx, "payment", [a_payment(desk.sent, actor)])
    settle = "update payment set status = 'COMPLETED', settled_at = now()"
    async with database.as_member(desk.other_pharmacist) as tx:
        assert await tx.execute(settle) == 0
    async with database.as_member(desk.pharmacist) as tx:
        assert await tx.execute(settle) == 1  # the refund; the payment stands
        assert await tx.execute(settle) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "delete from prescription",
        "delete from payment",
        "update payment set amount_minor = 0",
        "update prescription set version = 9",
        "update prescription set code = 'RX-00000'",
        "update patient set name = 'Somebody Else'",
        "insert into member select * from member",
        "update member set role = 'admin'",
        "select * from account",
        "select * from clinic_log",
        "select * from clinic_counter",
        "select make_log_partitions(1)",
        "select append_to_log(null, '', '', '{}', '{}', null, null)",
        "truncate prescription_item",
        "create table anything (id integer)",
    ],
)
async def test_the_business_has_no_right_to_more(
    database: Database, desk: Desk, statement: str
) -> None:
    with pytest.raises(REFUSED):
        async with database.as_member(desk.therapist) as tx:
            await tx.execute(statement)


async def test_the_gate_knows_accounts_and_members_and_no_patient(
    database: Database, desk: Desk
) -> None:
    async with database.at_the_gate() as tx:
        assert await tx.value("select count(*) from account") == 6
        assert await tx.value("select count(*) from member") == 6
        await tx.execute(
            "insert into sign_in_attempt (login, address, succeeded) values ('a', 'b', true)"
        )
    for table in ("patient", "prescription", "clinic_log", "op_result"):
        with pytest.raises(REFUSED):
            async with database.at_the_gate() as tx:
                await tx.execute(f"select * from {table}")


async def test_the_feed_reads_the_log_and_nothing_else(database: Database, desk: Desk) -> None:
    for table in ("patient", "member", "account", "op_result"):
        with pytest.raises(REFUSED):
            async with database.on_the_feed() as tx:
                await tx.execute(f"select * from {table}")


async def test_a_result_is_read_at_the_device_that_it_was_given_to(
    database: Database, desk: Desk
) -> None:
    keep = (
        "insert into op_result"
        " (device_id, op_id, clinic_id, member_id, body_hash, status, response)"
        " values (%(device)s, gen_random_uuid(), %(clinic)s, %(member)s, sha256('x'), 200, '{}')"
    )

    def named(actor: Actor) -> dict[str, object]:
        return {
            "device": actor.device_id,
            "clinic": actor.clinic_id,
            "member": actor.member_id,
        }

    async with database.as_member(desk.therapist) as tx:
        await tx.execute(keep, named(desk.therapist))
        assert await tx.value("select count(*) from op_result") == 1
    async with database.as_member(desk.pharmacist) as tx:
        assert await tx.value("select count(*) from op_result") == 0
    with pytest.raises(REFUSED):
        async with database.as_member(desk.pharmacist) as tx:
            await tx.execute(keep, named(desk.therapist))


@pytest.mark.parametrize(
    ("changed", "may"),
    [
        ({}, True),
        ({"reason": "never said"}, False),
        ({"key": "duplicate:ibuprofen"}, False),
        ({"at": NOW + timedelta(days=1)}, False),
    ],
    ids=["as it was", "another reason", "another question", "another day"],
)
async def test_a_repeat_gets_an_answer_of_its_prescriber_as_it_was_and_no_other(
    database: Database, desk: Desk, changed: dict[str, object], may: bool
) -> None:
    repeat = replace(
        a_prescription(desk.patient, desk.clinic.practitioners[0], desk.pharmacist),
        pharmacy_id=desk.clinic.pharmacies[0], signed_at=NOW, repeat_of=desk.sent.id,
    )  # fmt: skip
    first, item = an_item(desk.clinic, desk.sent, line=2), an_item(desk.clinic, repeat)
    answer = a_counter(desk.clinic, desk.sent, first)["safety_finding"]
    async with database.as_owner() as tx:
        await insert_rows(tx, "prescription", [repeat])
        await insert_rows(tx, "prescription_item", [first, item])
        await insert_rows(tx, "safety_finding", [answer])
    of_repeat = {"id": new_id(), "prescription_id": repeat.id, "item_id": item.id}
    carried = replace(answer, **of_repeat, **changed)

    async def carry() -> None:
        async with database.as_member(desk.pharmacist) as tx:
            await insert_rows(tx, "safety_finding", [carried])

    if may:
        await carry()
    else:
        with pytest.raises(REFUSED):
            await carry()


@pytest.mark.parametrize(("stage", "may"), [(Stage.DISPENSING, True), (Stage.PRESCRIBING, False)])
async def test_a_pharmacist_answers_for_the_counter_alone(
    database: Database, desk: Desk, stage: Stage, may: bool
) -> None:
    item = an_item(desk.clinic, desk.sent, line=2)
    found = a_counter(desk.clinic, desk.sent, item)["safety_finding"]
    async with database.as_owner() as tx:
        await insert_rows(tx, "prescription_item", [item])
    answer = replace(found, stage=stage, by=desk.pharmacist.member_id)

    async def say() -> None:
        async with database.as_member(desk.pharmacist) as tx:
            await insert_rows(tx, "safety_finding", [answer])

    if may:
        await say()
    else:
        with pytest.raises(REFUSED):
            await say()


@pytest.mark.parametrize(("status", "may"), [("TOLD", True), ("DELIVERED", False)])
async def test_of_a_message_to_a_patient_a_pharmacist_says_that_they_were_told_and_no_more(
    database: Database, desk: Desk, status: str, may: bool
) -> None:
    item = an_item(desk.clinic, desk.sent, line=2)
    notice = a_counter(desk.clinic, desk.sent, item)["patient_notice"]
    async with database.as_owner() as tx:
        await insert_rows(tx, "patient_notice", [replace(notice, status=NoticeStatus.QUEUED)])

    async def tell() -> None:
        async with database.as_member(desk.pharmacist) as tx:
            await tx.execute(
                "update patient_notice set status = %(status)s, told_at = now(),"
                " told_by = acting_member() where id = %(id)s",
                {"status": status, "id": notice.id},
            )

    if may:
        await tell()
    else:
        with pytest.raises(REFUSED):
            await tell()


@pytest.mark.parametrize(
    "function",
    [
        "copy_patient_keys",
        "pass_patient_keys",
        "copy_prescription_keys",
        "pass_prescription_keys",
        "log_insert",
        "log_update",
        "log_delete",
        "keep_patient_words",
    ],
)
async def test_nobody_hangs_a_function_that_acts_for_the_owner_on_a_table_of_their_own(
    database: Database, desk: Desk, function: str
) -> None:
    forge = (
        "create temporary table forged (clinic_id uuid, id uuid, version int);"
        "create trigger forging after insert on forged referencing new table as new_rows"
        f" for each statement execute function public.{function}()"
    )
    with pytest.raises(REFUSED):
        async with database.as_member(desk.reception) as tx:
            await tx.execute(forge)
