"""Search finds whom and what people mean, as they say it."""

from __future__ import annotations

import random
from datetime import date
from uuid import UUID

import pytest

from clinicdesk.contract.entities import Patient
from clinicdesk.core.birth_date import BirthDate, find_birth_date
from clinicdesk.core.folding import fold, words
from clinicdesk.core.patient_index import Matched, PatientIndex
from clinicdesk.core.replica import Replica
from clinicdesk.core.search import Search
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.sample import a_medicine, a_patient, an_id

PEOPLE = {
    "ravi": a_patient("Ravi Sharma", phone="+919812345678", number="P-004182"),
    "tane": a_patient("Tāne Ngata", phone="021 555 0199", number="P-000007"),
    "asha": a_patient("Asha Iyer", name_local="आशा अय्यर", phone=None, number="P-000310"),
    "priya": a_patient("Priyanka Deshpande", phone="+919988776655", number="P-000311"),
    "obrien": a_patient("Mary O'Brien-Smith", phone="+64 9 555 0123", number="P-000312"),
    "ravindra": a_patient("Ravindra Sharma", phone="+919812000000", number="P-010004"),
}
BORN = {
    "ravi": date(1992, 3, 12),
    "tane": date(1985, 12, 3),
    "asha": date(2015, 7, 1),
    "priya": date(1992, 3, 30),
    "obrien": date(1960, 1, 31),
    "ravindra": date(1971, 3, 12),
}


@pytest.fixture(scope="module")
def index() -> PatientIndex:
    index = PatientIndex()
    for key, patient in PEOPLE.items():
        index.put(_person(key, patient))
    return index


def _person(key: str, patient: Patient) -> Patient:
    import msgspec

    return msgspec.structs.replace(patient, id=an_id(key), birth_date=BORN[key])


def found(index: PatientIndex, text: str) -> list[str]:
    names = {an_id(key): key for key in PEOPLE}
    return [names[hit.patient.id] for hit in index.search(text, 20)]


def test_who_fits_alike_stands_by_name_however_else_the_name_is_written() -> None:
    index = PatientIndex()
    people = [
        ("Zoya Sharma", None, "P-000001"),
        ("Asha Sharma", "आशा शर्मा", "P-000004"),
        ("Meera Sharma", None, "P-000003"),
        ("Binita Sharma", "बिनीता शर्मा", "P-000002"),
        ("Asha Sharma", None, "P-000005"),
    ]
    for name, local, number in people:
        index.put(a_patient(name, id=an_id(number), name_local=local, number=number))
    hits = [(hit.patient.name, hit.patient.number) for hit in index.search("sharma", 20)]
    assert hits == [
        ("Asha Sharma", "P-000004"),
        ("Asha Sharma", "P-000005"),
        ("Binita Sharma", "P-000002"),
        ("Meera Sharma", "P-000003"),
        ("Zoya Sharma", "P-000001"),
    ]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ravi", "ravi"),
        ("sharma ravi", "ravi"),
        ("rav sha", "ravi"),
        ("RAVI SHARMA", "ravi"),
        ("ravi shrama", "ravi"),
        ("Tane", "tane"),
        ("tāne", "tane"),
        ("Taene", "tane"),
        ("आशा", "asha"),
        ("आशा अय्य", "asha"),
        ("asha ayer", "asha"),
        ("prya", "priya"),
        ("Deshpanday", "priya"),
        ("o'brien", "obrien"),
        ("brien smith", "obrien"),
        ("O’Brien", "obrien"),
        ("9812345678", "ravi"),
        ("+91 98123 45678", "ravi"),
        ("345678", "ravi"),
        ("0215550199", "tane"),
        ("09 555 0123", "obrien"),
        ("P-004182", "ravi"),
        ("p4182", "ravi"),
        ("4182", "ravi"),
        ("P-0101", None),
        ("12/03/1992", "ravi"),
        ("12-3-92", "ravi"),
        ("1992-03-12", "ravi"),
        ("12 Mar 1992", "ravi"),
        ("12th March 1992", "ravi"),
        ("March 12, 1992", "ravi"),
        ("03/31/1992", None),
        ("01/31/1960", "obrien"),
        ("3/12/1985", "tane"),
        ("sharma 1971", "ravindra"),
        ("sharma 12/03/1992", "ravi"),
        ("1960", "obrien"),
        ("xyzzy", None),
        ("", None),
        ("   ", None),
        ("'\"*%_()", None),
    ],
)
def test_a_patient_is_found_by(index: PatientIndex, typed: str, first: str | None) -> None:
    assert next(iter(found(index, typed)), None) == first


def test_everybody_of_a_month_is_found(index: PatientIndex) -> None:
    assert set(found(index, "Mar 1992")) == {"ravi", "priya"}


def test_the_view_is_told_by_what_somebody_was_found(index: PatientIndex) -> None:
    by = {text: index.search(text, 1)[0].matched for text in ("ravi", "345678", "p4182", "1960")}
    assert list(by.values()) == [Matched.NAME, Matched.PHONE, Matched.NUMBER, Matched.BIRTH_DATE]


def test_whoever_bears_exactly_the_typed_name_comes_before_those_whose_name_begins_so(
    index: PatientIndex,
) -> None:
    assert found(index, "ravi") == ["ravi", "ravindra"]


def test_somebody_who_changed_their_name_is_found_by_the_new_one_only() -> None:
    index = PatientIndex()
    index.put(a_patient("Ravi Sharma"))
    index.put(a_patient("Ravi Kulkarni"))
    assert len(index) == 1
    assert [hit.patient.name for hit in index.search("kulkarni", 5)] == ["Ravi Kulkarni"]
    assert index.search("sharma", 5) == []
    index.remove(a_patient().id)
    assert index.search("ravi", 5) == []


def test_devanagari_keeps_its_vowel_signs_and_latin_loses_its_marks() -> None:
    assert fold("Tāne") == fold("TANE") == "tane"
    assert fold("आशा") != fold("आश")
    assert words("हिन्दी नाम") == ["हिन्दी", "नाम"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("12/03/1992", BirthDate(1992, 3, 12)),
        ("31.12.99", BirthDate(1999, 12, 31)),
        ("1.2.05", BirthDate(2005, 2, 1)),
        ("मार्च 1992", BirthDate(1992, 3)),
        ("12 मार्च 1992", BirthDate(1992, 3, 12)),
        ("31/02/1992", None),
        ("00/00/1992", None),
        ("99/99/9999", None),
        ("April", None),
        ("12 Foo 1992", BirthDate(1992)),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, said: BirthDate | None) -> None:
    found = find_birth_date(text)
    assert (None if found is None else found[0]) == said


def test_a_hundred_thousand_patients_are_never_all_scored() -> None:
    index = PatientIndex()
    chance = random.Random(7)
    names = [f"{first}{n}" for first in ("Asha", "Ravi", "Hemi", "Mere") for n in range(50)]
    for number in range(20_000):
        name = f"{chance.choice(names)} {chance.choice(names)}"
        index.put(a_patient(name, id=UUID(int=number), number=f"P-{number:06}"))
    assert len(index.search("a", 50)) == 50
    assert len(index.search("ashaa1 ravi2", 5)) <= 5


async def a_formulary(store: Store) -> Search:
    medicines = [
        a_medicine("Amoxicillin", "500 mg"),
        a_medicine("Amoxicillin", "250 mg"),
        a_medicine("Amoxicillin", "1000 mg"),
        a_medicine("Amoxicillin + Clavulanic acid", "500 mg + 125 mg", brand="Augmex"),
        a_medicine("Amlodipine", "5 mg"),
        a_medicine("Ibuprofen", "400 mg", brand="Ibupro"),
        a_medicine("Azithromycin", "500 mg", discontinued=True),
        a_medicine("Azithromycin", "250 mg"),
        a_medicine("Paracetamol", "650 mg", brand="Febrex"),
    ]
    await store.medicines.take_page(sample.formulary.id, medicines, CatalogueState(1, None))
    return Search(Replica(store.rows, sample.therapist.id, NoTrace()), store.medicines)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("amoxicillin", ["250 mg", "500 mg", "500 mg + 125 mg", "1000 mg"]),
        ("500 amox", ["500 mg", "500 mg + 125 mg"]),
        ("amox 1000", ["1000 mg"]),
        ("augm", ["500 mg + 125 mg"]),
        ("clav", ["500 mg + 125 mg"]),
        ("febrex", ["650 mg"]),
        ("azithro", ["250 mg", "500 mg"]),
        ("amoxycilin 250", ["250 mg"]),
        ("ibuprophen", ["400 mg"]),
        ("paracetmol", ["650 mg"]),
        ("xyzzy", []),
        ("", []),
        ("\"' OR *", []),
    ],
)
async def test_a_medicine_is_found_by(store: Store, typed: str, expected: list[str]) -> None:
    search = await a_formulary(store)
    strengths = [medicine.strength for medicine in await search.medicines(typed)]
    assert sorted(strengths) == sorted(expected)
    if typed in ("azithro", "amoxicillin"):
        assert strengths[0] == expected[0]
    if typed == "azithro":
        assert strengths[-1] == "500 mg", "what is no longer made comes last"


@pytest.mark.parametrize(
    ("typed", "age", "expected"),
    [
        ("para", None, ["tablet", "prolonged-release tablet", "oral drops", "syrup", "injection"]),
        ("para", 40, ["tablet", "prolonged-release tablet", "oral drops", "syrup", "injection"]),
        ("para", 12, ["tablet", "prolonged-release tablet", "oral drops", "syrup", "injection"]),
        ("para", 11, ["oral drops", "syrup", "tablet", "prolonged-release tablet", "injection"]),
        ("para drops", None, ["oral drops"]),
        ("syr para", 40, ["syrup"]),
        ("para tab", 3, ["tablet", "prolonged-release tablet"]),
        ("para oral", None, ["oral drops"]),
        ("parasetamol", None, ["tablet"]),
    ],
)
async def test_the_usual_form_for_the_patient_comes_first(
    store: Store, typed: str, age: int | None, expected: list[str]
) -> None:
    forms = [
        ("100 mg/ml", "oral drops", "oral", "Paradrop"),
        ("250 mg/5 ml", "syrup", "oral", "Calpol"),
        ("150 mg", "injection", "intravenous", "Paraject"),
        ("500 mg", "tablet", "oral", "Febrex"),
        ("650 mg", "prolonged-release tablet", "oral", "Paralong"),
    ]
    medicines = [
        a_medicine("Paracetamol", strength, form=form, route=route, brand=brand)
        for strength, form, route, brand in forms
    ]
    await store.medicines.take_page(sample.formulary.id, medicines, CatalogueState(1, None))
    search = Search(Replica(store.rows, sample.therapist.id, NoTrace()), store.medicines)
    found = [medicine.form for medicine in await search.medicines(typed, age=age)]
    assert found[: len(expected)] == expected


async def test_a_form_that_is_named_comes_before_the_usual_one(store: Store) -> None:
    tablet = a_medicine("Tobramycin", "80 mg", form="tablet", brand="Dropenex")
    drops = a_medicine("Tobramycin", "0.3 %", form="eye drops", route="ophthalmic")
    page = CatalogueState(1, None)
    await store.medicines.take_page(sample.formulary.id, [tablet, drops], page)
    search = Search(Replica(store.rows, sample.therapist.id, NoTrace()), store.medicines)
    assert await search.medicines("tobra drop") == [drops, tablet]
    assert await search.medicines("tobra") == [tablet, drops]


async def test_a_medicine_that_changed_is_found_as_it_is_now(store: Store) -> None:
    search = await a_formulary(store)
    changed = a_medicine("Ibuprofen", "400 mg", brand="Nurix", revision=2)
    await store.medicines.take_page(sample.formulary.id, [changed], CatalogueState(2, None))
    assert await search.medicines("nurix") == [changed]
    assert await search.medicines("ibupro") == [changed]
    assert await store.medicines.count() == 9
