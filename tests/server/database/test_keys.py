"""Rows carry the keys that decide who sees them, and the keys are always their parent's."""

from __future__ import annotations

import psycopg
import pytest

from clinicdesk.contract.entities import Allergy, Patient, Payment, PrescriptionItem
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.log import heads, read_log
from tests.server.database.clinic import (
    NOW,
    a_patient,
    a_payment,
    a_prescription,
    an_allergy,
    an_item,
    make_clinic,
    new_id,
)


async def test_an_allergy_follows_its_patients_care_team_and_suppliers(database: Database) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        patient = a_patient(clinic, practitioner_ids=[clinic.practitioners[0]])
        await insert_rows(tx, "patient", [patient])
        await insert_rows(tx, "allergy", [an_allergy(patient)])
        await tx.execute("update allergy set practitioner_ids = '{}'")
        await tx.execute(
            "update patient set pharmacy_ids = %(ids)s", {"ids": list(clinic.pharmacies)}
        )
        allergy = await tx.one("select * from allergy", into=Allergy)
    assert allergy is not None
    assert allergy.practitioner_ids == [clinic.practitioners[0]]
    assert allergy.pharmacy_ids == list(clinic.pharmacies)


async def test_signing_passes_its_keys_to_the_items_after_the_prescription_in_the_log(
    database: Database,
) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        patient = a_patient(clinic)
        draft = a_prescription(patient, clinic.practitioners[0], clinic.admin)
        await insert_rows(tx, "patient", [patient])
        await insert_rows(tx, "prescription", [draft])
        await insert_rows(
            tx, "prescription_item", [an_item(clinic, draft, 1), an_item(clinic, draft, 2)]
        )
        before = (await heads(tx, [clinic.id]))[clinic.id]
        await tx.execute(
            "update prescription set pharmacy_id = %(id)s, signed_at = %(at)s",
            {"id": clinic.pharmacies[1], "at": NOW},
        )
        items = await tx.all("select * from prescription_item", into=PrescriptionItem)
        entries = await read_log(tx, clinic.id, before)
    assert {(item.pharmacy_id, item.signed_at) for item in items} == {(clinic.pharmacies[1], NOW)}
    assert [entry.entity for entry in entries] == ["prescription"] + ["prescription_item"] * 2


async def test_items_and_payments_cannot_claim_keys_of_their_own(database: Database) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        patient, stranger = a_patient(clinic), a_patient(clinic)
        sent = a_prescription(
            patient, clinic.practitioners[0], clinic.admin,
            pharmacy_id=clinic.pharmacies[0], signed_at=NOW,
        )  # fmt: skip
        claimed = {
            "patient_id": stranger.id,
            "practitioner_id": clinic.practitioners[1],
            "pharmacy_id": clinic.pharmacies[1],
        }
        await insert_rows(tx, "patient", [patient, stranger])
        await insert_rows(tx, "prescription", [sent])
        await insert_rows(tx, "prescription_item", [an_item(clinic, sent, **claimed)])
        await insert_rows(tx, "payment", [a_payment(sent, clinic.admin, **claimed)])
        item = await tx.one("select * from prescription_item", into=PrescriptionItem)
        payment = await tx.one("select * from payment", into=Payment)
    for row in (item, payment):
        assert row is not None
        assert (row.patient_id, row.practitioner_id, row.pharmacy_id) == (
            sent.patient_id,
            sent.practitioner_id,
            sent.pharmacy_id,
        )


async def test_a_row_that_is_written_as_it_was_is_no_change(database: Database) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        patient = a_patient(clinic)
        draft = a_prescription(patient, clinic.practitioners[0], clinic.admin)
        await insert_rows(tx, "patient", [patient])
        await insert_rows(tx, "prescription", [draft])
        await insert_rows(tx, "prescription_item", [an_item(clinic, draft)])
        assert await tx.execute("update prescription_item set signed_at = null") == 0
        assert await tx.value("select version from prescription_item") == 1


async def test_each_change_makes_the_version_one_higher_and_says_when(database: Database) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        await insert_rows(tx, "patient", [a_patient(clinic)])
        await tx.execute("update patient set email = 'mārama@example.org', version = 40")
        await tx.execute("update patient set email = null, updated_at = '2001-01-01'")
        patient = await tx.one("select * from patient", into=Patient)
        now = await tx.value("select now()")
    assert patient is not None
    assert (patient.version, patient.updated_at) == (3, now)


async def test_a_row_keeps_its_identity(database: Database) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        await insert_rows(tx, "patient", [a_patient(clinic)])
    with pytest.raises(psycopg.errors.RestrictViolation):
        async with database.as_owner() as tx:
            await tx.execute("update patient set id = %(id)s", {"id": new_id()})


async def test_no_reference_crosses_clinics(database: Database) -> None:
    async with database.as_owner() as tx:
        here, there = await make_clinic(tx), await make_clinic(tx)
        await insert_rows(tx, "patient", [patient := a_patient(there)])
    foreign = a_prescription(a_patient(here, id=patient.id), here.practitioners[0], here.admin)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        async with database.as_owner() as tx:
            await insert_rows(tx, "prescription", [foreign])


async def test_numbers_are_allotted_in_runs_without_gaps(database: Database) -> None:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        named = {"clinic": clinic.id}
        allot = "select allot_numbers(%(clinic)s, 'patient', {})"
        assert await tx.value(allot.format(1), named) == 1
        assert await tx.value(allot.format(2_000), named) == 2
        assert await tx.value(allot.format(1), named) == 2_002
