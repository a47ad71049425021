from __future__ import annotations

import re
import tracemalloc
from collections import Counter
from datetime import date
from itertools import islice

import msgspec
import pytest

from clinicdesk.contract.entities import Sex
from clinicdesk.contract.quantity import quantity_to_dispense
from clinicdesk.server.demo_clinic import AOTEAROA, DemoClinic, Target, generate
from clinicdesk.server.demo_clinic.allergies import Allergens

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def clinic() -> DemoClinic:
    return generate(7, 2000, 300, TODAY)


def test_equal_arguments_give_an_equal_clinic_to_the_last_byte(clinic: DemoClinic) -> None:
    again = generate(7, 2000, 300, TODAY)
    encode = msgspec.json.encode
    assert encode(clinic) == encode(again)
    assert encode(list(clinic.patients())) == encode(list(again.patients()))


def test_another_seed_gives_other_people(clinic: DemoClinic) -> None:
    other = {person.name for person in generate(8, 200, 0, TODAY).patients()}
    assert len(other & {person.name for person in islice(clinic.patients(), 200)}) < 60


def test_more_patients_do_not_change_those_who_were_there(clinic: DemoClinic) -> None:
    larger = generate(7, 2500, 0, TODAY)
    assert list(islice(larger.patients(), 2000)) == list(clinic.patients())


def test_two_thousand_patients_are_two_thousand_people(clinic: DemoClinic) -> None:
    people = list(clinic.patients())
    assert [person.index for person in people] == list(range(2000))
    assert len({(person.name, person.birth_date) for person in people}) == 2000
    assert len({person.name for person in people}) > 1800
    mails = [person.email for person in people if person.email]
    assert len(set(mails)) == len(mails)


def test_the_people_of_the_tours_are_always_there(clinic: DemoClinic) -> None:
    meera = next(clinic.patients())
    assert (meera.name, meera.name_local) == ("Meera Deshpande", "मीरा देशपांडे")
    assert (meera.birth_date, meera.phone) == (date(1992, 3, 12), "+919822014417")
    assert [allergy.substance for allergy in meera.allergies] == ["penicillins"]
    assert meera == next(generate(99, 30, 0, TODAY).patients())


def test_the_patients_are_those_of_a_therapy_clinic(clinic: DemoClinic) -> None:
    people = list(clinic.patients())
    ages = [(TODAY - person.birth_date).days / 365.2425 for person in people]
    assert min(ages) >= 0
    assert max(ages) < 100
    assert sum(age < 18 for age in ages) > 0.35 * len(ages)
    assert sum(age >= 60 for age in ages) > 0.2 * len(ages)
    sexes = Counter(person.sex for person in people)
    assert sexes[Sex.FEMALE] > sexes[Sex.MALE] > 800
    assert sum(person.name_local is not None for person in people) > 200
    assert sum(bool(set(person.name) & set("āēīōūĀĒĪŌŪ")) for person in people) > 20
    share = sum(bool(person.allergies) for person in people) / len(people)
    assert 0.15 < share < 0.3


def test_telephones_addresses_and_mail_are_well_formed_and_reach_nobody(
    clinic: DemoClinic,
) -> None:
    for person in clinic.patients():
        assert re.fullmatch(r"\+91[6-9][0-9]{9}", person.phone), person.phone
        assert re.search(r" [1-9][0-9]{5}$", person.address), person.address
        assert "  " not in person.address
        if person.email is not None:
            assert re.fullmatch(r"[a-z0-9.]+@example\.(com|org|net)", person.email), person.email


def test_a_telephone_belongs_to_one_household(clinic: DemoClinic) -> None:
    homes: dict[str, str] = {}
    for person in clinic.patients():
        assert homes.setdefault(person.phone, person.address) == person.address


def test_there_are_as_many_prescriptions_as_asked_for_in_every_state(clinic: DemoClinic) -> None:
    assert len(clinic.prescriptions) == 300
    counts = Counter(plan.target for plan in clinic.prescriptions)
    assert set(counts) == set(Target)
    assert counts[Target.COMPLETED] > 120
    assert 20 < counts[Target.PAID] < 70
    assert counts[Target.SIGNED] > 10


def test_prescriptions_come_oldest_first_and_reach_their_state_after_they_were_written(
    clinic: DemoClinic,
) -> None:
    written = [plan.written_minutes_ago for plan in clinic.prescriptions]
    assert written == sorted(written, reverse=True)
    for plan in clinic.prescriptions:
        assert 0 <= plan.reached_minutes_ago <= plan.written_minutes_ago


def test_nobody_is_given_what_they_are_allergic_to() -> None:
    clinic = generate(3, 1500, 2500, TODAY)
    people = list(clinic.patients())
    allergens = Allergens()
    allergic = 0
    for plan in clinic.prescriptions:
        ruled_out = allergens.ruled_out(people[plan.patient].allergies)
        allergic += bool(ruled_out)
        for line in plan.lines:
            assert ruled_out.isdisjoint(clinic.medicines[line.medicine].ingredients)
    assert allergic > 100


def test_only_prescribers_prescribe_and_paediatricians_treat_children(clinic: DemoClinic) -> None:
    people = list(clinic.patients())
    for plan in clinic.prescriptions:
        practitioner = clinic.practitioners[plan.practitioner]
        assert practitioner.field
        if practitioner.field == "paediatrics":
            assert (TODAY - people[plan.patient].birth_date).days < 18 * 365.25


def test_each_plan_has_what_its_state_needs(clinic: DemoClinic) -> None:
    for plan in clinic.prescriptions:
        assert 1 <= len(plan.lines) <= 6
        assert plan.pharmacy is not None or plan.target is Target.DRAFT
        assert bool(plan.cancel_reason) == (plan.target is Target.CANCELLED)
        assert (plan.cancelled_from is not None) == (plan.target is Target.CANCELLED)
        assert bool(plan.collected_by) == (plan.target is Target.COMPLETED)
        settled = [line.ready == line.quantity or line.decline_reason for line in plan.lines]
        supplied = [line for line in plan.lines if line.ready]
        if plan.target in (Target.FULFILLED, Target.COMPLETED):
            assert all(settled)
            assert supplied
        elif plan.target is Target.PART_FULFILLED:
            assert any(settled)
            assert not all(settled)
        else:
            assert not supplied


def test_quantities_are_within_what_a_prescription_may_order(clinic: DemoClinic) -> None:
    for plan in clinic.prescriptions:
        for line in plan.lines:
            assert 1 <= line.quantity <= 2000
            assert line.ready in (0, line.quantity)


@pytest.mark.parametrize(
    ("dose", "frequency", "days", "pack_size", "pack_unit", "quantity"),
    [
        ("1 tablet", "TDS", 5, 10, "tablet", 15),
        ("2 tablets", "BD", 10, 10, "tablet", 40),
        ("½ tablet", "HS", 7, 15, "tablet", 4),
        ("1 capsule", "WEEKLY", 56, 4, "capsule", 8),
        ("1 tablet", "ALT", 15, 10, "tablet", 8),
        ("4 tablets", "STAT", None, 10, "tablet", 4),
        ("1 tablet", "SOS", None, 4, "tablet", 4),
        ("5 ml", "TDS", 7, 60, "ml", 120),
        ("2 puffs", "BD", 30, 120, "dose", 120),
        ("2 puffs", "SOS", None, 200, "dose", 200),
        ("2 sprays", "OD", 28, 120, "dose", 120),
        ("1 drop", "QID", 7, 5, "ml", 5),
        ("1 application", "BD", 28, 15, "g", 30),
        ("12 units", "HS", 30, 3, "ml", 6),
        ("0.5 ml", "STAT", None, 1, "ampoule", 1),
    ],
)
def test_the_quantity_follows_from_the_directions(
    dose: str, frequency: str, days: int | None, pack_size: int, pack_unit: str, quantity: int
) -> None:
    assert quantity_to_dispense(dose, frequency, days, pack_size, pack_unit) == quantity


def test_the_clinic_in_wellington_stands_beside_it_with_people_of_its_own() -> None:
    clinic = generate(7, 24, 10, TODAY, site=AOTEAROA)
    assert (clinic.clinic.currency, clinic.clinic.zone) == ("NZD", "Pacific/Auckland")
    assert len(clinic.prescriptions) == 10
    for person in clinic.patients():
        assert re.fullmatch(r"\+642[0-9]{8}", person.phone)
        assert "Wellington" in person.address


@pytest.mark.parametrize(("patients", "prescriptions"), [(0, 0), (0, 5), (1, 3), (5, 1)])
def test_very_small_clinics_can_be_made(patients: int, prescriptions: int) -> None:
    clinic = generate(1, patients, prescriptions, TODAY)
    assert len(list(clinic.patients())) == patients
    assert len(clinic.prescriptions) == (prescriptions if patients else 0)


def test_patients_stream_in_little_memory() -> None:
    clinic = generate(7, 20_000, 0, TODAY)
    tracemalloc.start()
    try:
        for person in clinic.patients():
            assert person.name
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000
