"""Finding a patient by what a person types."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import psycopg
import pytest
from msgspec import Struct

from clinicdesk.contract.entities import Role
from clinicdesk.server.database.database import Actor, Database
from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.search import birth_date_in, patients_by_text
from tests.server.database.clinic import MadeClinic, a_patient, make_clinic, make_member
from tests.server.database.conftest import copy_of

PEOPLE = [
    ("P-000101", "Priya Sharma", "प्रिया शर्मा", "+919812345678", date(1984, 3, 12)),
    ("P-000102", "Priyanka Venkataraman", None, "+919700000001", date(1990, 12, 1)),
    ("P-000103", "Mārama Ngata", None, "+64211234567", date(1984, 3, 12)),
    ("P-000104", "Mohammed Ansari", "मोहम्मद अंसारी", "+919822000002", date(1971, 7, 30)),
    ("P-000105", "Katherine O'Brien-Smith", None, None, date(2001, 1, 31)),
    ("P-004182", "Suresh Kumar", "सुरेश कुमार", "+919833000003", date(1965, 5, 5)),
    ("P-000107", "Lakshmi Iyer", None, "+919844000004", date(1999, 9, 9)),
    ("P-000108", "An", None, "+919855000005", date(2010, 10, 10)),
]


class Staffed(Struct, frozen=True):
    clinic: MadeClinic
    reception: Actor
    therapist: Actor
    pharmacist: Actor


@pytest.fixture(scope="module")
def filled(postgres_url: str, migrated: str) -> tuple[str, Staffed]:
    """One database for the tests of this module."""
    url = copy_of(migrated, "with_patients", postgres_url)
    return url, asyncio.run(fill(url))


@pytest.fixture
def staffed(filled: tuple[str, Staffed]) -> Staffed:
    return filled[1]


@pytest.fixture
async def database(filled: tuple[str, Staffed]) -> AsyncIterator[Database]:
    database = await Database.open(filled[0], pool_size=1)
    yield database
    await database.close()


async def fill(url: str) -> Staffed:
    """The first patient is the therapist's, the second one whom the pharmacist supplies."""
    database = await Database.open(url, pool_size=1)
    try:
        return await staff_and_patients(database)
    finally:
        await database.close()


async def staff_and_patients(database: Database) -> Staffed:
    async with database.as_owner() as tx:
        elsewhere = await make_clinic(tx)
        await insert_rows(tx, "patient", [a_patient(elsewhere, name="Priya Sharma")])
        clinic = await make_clinic(tx)
        patients = [
            a_patient(
                clinic, number=number, name=name, name_local=local, phone=phone, birth_date=born,
                practitioner_ids=[clinic.practitioners[0]] if place == 0 else [],
                pharmacy_ids=[clinic.pharmacies[0]] if place == 1 else [],
            )
            for place, (number, name, local, phone, born) in enumerate(PEOPLE)
        ]  # fmt: skip
        await insert_rows(tx, "patient", patients)
        return Staffed(
            clinic,
            await make_member(tx, clinic, Role.RECEPTION),
            await make_member(tx, clinic, Role.THERAPIST, practitioner_id=clinic.practitioners[0]),
            await make_member(tx, clinic, Role.PHARMACIST, pharmacy_id=clinic.pharmacies[0]),
        )


async def names(database: Database, actor: Actor, text: str, limit: int = 20) -> list[str]:
    async with database.as_member(actor) as tx:
        return [patient.name for patient in await patients_by_text(tx, text, limit=limit)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Priya Sharma", "Priya Sharma"),
        ("sharma priya", "Priya Sharma"),
        ("pri sha", "Priya Sharma"),
        ("प्रिया", "Priya Sharma"),
        ("शर्मा", "Priya Sharma"),
        ("marama", "Mārama Ngata"),
        ("MĀRAMA", "Mārama Ngata"),
        ("mārama", "Mārama Ngata"),
        ("obrien", "Katherine O'Brien-Smith"),
        ("o’brien", "Katherine O'Brien-Smith"),
        ("o'brien smith", "Katherine O'Brien-Smith"),
        ("9812345678", "Priya Sharma"),
        ("98123 45678", "Priya Sharma"),
        ("+91 98123-45678", "Priya Sharma"),
        ("345678", "Priya Sharma"),
        ("021 123 4567", "Mārama Ngata"),
        ("P-004182", "Suresh Kumar"),
        ("p4182", "Suresh Kumar"),
        ("4182", "Suresh Kumar"),
        ("30/7/1971", "Mohammed Ansari"),
        ("1971-07-30", "Mohammed Ansari"),
        ("30.07.1971 mohammed", "Mohammed Ansari"),
        ("marama 12/03/1984", "Mārama Ngata"),
    ],
)
async def test_a_patient_is_found_by(
    database: Database, staffed: Staffed, typed: str, found: str
) -> None:
    assert (await names(database, staffed.reception, typed))[:1] == [found]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("shrma", "Priya Sharma"),
        ("pryia shamra", "Priya Sharma"),
        ("mohamed", "Mohammed Ansari"),
        ("muhammad ansari", "Mohammed Ansari"),
        ("catherine", "Katherine O'Brien-Smith"),
        ("catherin", "Katherine O'Brien-Smith"),
        ("lakhsmi", "Lakshmi Iyer"),
        ("vnkataraman", "Priyanka Venkataraman"),
        ("kumra", "Suresh Kumar"),
    ],
)
async def test_a_misspelt_name_is_found(
    database: Database, staffed: Staffed, typed: str, found: str
) -> None:
    assert (await names(database, staffed.reception, typed))[:1] == [found]


async def test_whole_words_come_before_beginnings(database: Database, staffed: Staffed) -> None:
    found = await names(database, staffed.reception, "an")
    assert found[0] == "An"
    assert "Mohammed Ansari" in found


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "%",
        "_",
        "\0",
        "'; drop table patient; --",
        "zzzzqq",
        "31/02/1984",
        "99999999",
        "\\",
    ],
)
async def test_what_means_nobody_finds_nobody(
    database: Database, staffed: Staffed, typed: str
) -> None:
    assert await names(database, staffed.reception, typed) == []


async def test_a_long_text_is_cut(database: Database, staffed: Staffed) -> None:
    assert await names(database, staffed.reception, "priya " * 10_000) != []


async def test_no_more_are_found_than_asked_for(database: Database, staffed: Staffed) -> None:
    assert len(await names(database, staffed.reception, "pri", limit=1)) == 1


async def test_a_therapist_finds_their_own_and_a_pharmacist_those_they_supply(
    database: Database, staffed: Staffed
) -> None:
    assert await names(database, staffed.therapist, "pri") == ["Priya Sharma"]
    assert await names(database, staffed.pharmacist, "pri") == ["Priyanka Venkataraman"]
    assert await names(database, staffed.therapist, "kumar") == []


async def test_nobody_finds_a_patient_of_another_clinic(
    database: Database, staffed: Staffed
) -> None:
    async with database.as_member(staffed.reception) as tx:
        found = await patients_by_text(tx, "priya")
    assert {patient.clinic_id for patient in found} == {staffed.clinic.id}


async def test_a_name_is_found_as_it_was_changed(database: Database, staffed: Staffed) -> None:
    renamed = a_patient(staffed.clinic, name="Aroha Tamihana")
    async with database.as_owner() as tx:
        await insert_rows(tx, "patient", [renamed])
        await tx.execute(
            "update patient set name = 'Wiremu Parata' where id = %(id)s", {"id": renamed.id}
        )
    assert await names(database, staffed.reception, "wirmeu parat") == ["Wiremu Parata"]
    assert await names(database, staffed.reception, "aroha") == []


async def test_the_words_of_names_cannot_be_read_by_the_business(
    database: Database, staffed: Staffed
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.as_member(staffed.reception) as tx:
            await tx.all("select word from patient_word")


def test_a_date_of_birth_is_taken_out_of_the_text() -> None:
    assert birth_date_in("priya 1984-3-12") == (date(1984, 3, 12), "priya  ")
    assert birth_date_in("12-03-1984") == (date(1984, 3, 12), " ")
    assert birth_date_in("31/02/1984") == (None, "31/02/1984")
