"""Under row-level security, the lists that desks and commands ask for are read by an index."""

from __future__ import annotations

import json

import pytest

from clinicdesk.contract.entities import Role
from clinicdesk.server.database.database import Actor, Database
from clinicdesk.server.database.insertion import insert_rows
from tests.server.database.clinic import (
    NOW,
    a_patient,
    a_prescription,
    an_item,
    make_clinic,
    make_member,
)

NEWEST_FIRST = "order by created_at desc, id desc limit 200"


@pytest.fixture
async def pharmacist(database: Database) -> Actor:
    async with database.as_owner() as tx:
        clinic = await make_clinic(tx)
        actor = await make_member(tx, clinic, Role.PHARMACIST, pharmacy_id=clinic.pharmacies[0])
        patients = [a_patient(clinic) for _ in range(500)]
        prescriptions = [
            a_prescription(
                patients[n % 500], clinic.practitioners[n % 2], clinic.admin,
                pharmacy_id=clinic.pharmacies[n % 2], signed_at=NOW,
            )
            for n in range(5_000)
        ]  # fmt: skip
        await insert_rows(tx, "patient", patients)
        await insert_rows(tx, "prescription", prescriptions)
        items = [an_item(clinic, each) for each in prescriptions]
        await insert_rows(tx, "prescription_item", items)
        await tx.execute("analyze")
    return actor


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            "select * from prescription where clinic_id = %(clinic)s and pharmacy_id = %(pharmacy)s"
            f" and status = 'DRAFT' {NEWEST_FIRST}",
            "prescription_by_pharmacy",
        ),
        (
            "select * from prescription where clinic_id = %(clinic)s"
            f" and practitioner_id = %(pharmacy)s and status = 'PAID' {NEWEST_FIRST}",
            "prescription_by_practitioner",
        ),
        (
            f"select * from prescription where clinic_id = %(clinic)s {NEWEST_FIRST}",
            "prescription_recent",
        ),
        (
            "select * from prescription where clinic_id = %(clinic)s and id = %(pharmacy)s",
            "prescription_pkey",
        ),
        (
            "select * from prescription_item where clinic_id = %(clinic)s"
            " and prescription_id = %(pharmacy)s order by line",
            "prescription_item_clinic_id_prescription_id_line_key",
        ),
        (
            "select * from patient where clinic_id = %(clinic)s and number = 'P-004182'",
            "patient_clinic_id_number_key",
        ),
    ],
)
async def test_a_list_is_read_by_its_index(
    database: Database, pharmacist: Actor, query: str, index: str
) -> None:
    async with database.as_member(pharmacist) as tx:
        pharmacy = await tx.value("select acting_pharmacy()")
        plan = await tx.value(
            "explain (format json) " + query,
            {"clinic": pharmacist.clinic_id, "pharmacy": pharmacy},
        )
    assert index in json.dumps(plan)
