"""Walks all hand-written content: whatever a visitor of the demo may meet is sane."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from clinicdesk.contract import allergies as allergy_rules
from clinicdesk.contract.entities import Role, Schedule, Specialization
from clinicdesk.contract.sig import FREQUENCIES, ROUTES, dose_amount
from clinicdesk.server.demo_clinic import AOTEAROA, ROSHNI
from clinicdesk.server.demo_clinic.allergies import Allergens
from clinicdesk.server.demo_clinic.generate import read_medicines
from clinicdesk.server.demo_clinic.people import read_familiar, read_regions, read_towns
from clinicdesk.server.demo_clinic.scenarios import read_scenarios
from clinicdesk.server.demo_clinic.sites import Site, read_site
from clinicdesk.server.domain.formulary.controlled import SCHEDULE_H1, SCHEDULE_X, schedule_of
from clinicdesk.server.domain.formulary.rows import MedicineRow

SITES = [read_site(ROSHNI), read_site(AOTEAROA)]
ROSHNI_SITE = SITES[0]
MEDICINES = read_medicines(ROSHNI_SITE)
DATA = files("clinicdesk.server.demo_clinic") / "data"
FICTIONAL_MAIL = re.compile(r"[a-z0-9.]+@([a-z-]+\.example|example\.(com|org|net))")
E164 = re.compile(r"\+(91[6-9][0-9]{9}|64(2[0-9]{8,9}|4[0-9]{7}))")


def named(medicine: MedicineRow) -> str:
    return medicine.code


def is_devanagari(text: str) -> bool:
    return bool(text) and all("\u0900" <= c <= "\u097f" or c == " " for c in text)


def test_the_formulary_holds_at_least_240_generic_medicines() -> None:
    assert len({medicine.generic_name for medicine in MEDICINES}) >= 240


@pytest.mark.parametrize("what", ["code", "brand", "gtin"])
def test_no_two_medicines_share(what: str) -> None:
    values = [getattr(medicine, what).casefold() for medicine in MEDICINES]
    assert len(set(values)) == len(values)
    assert all(values)


def test_no_medicine_is_there_twice_under_two_names() -> None:
    products = [(m.generic_name, m.strength, m.form, m.manufacturer) for m in MEDICINES]
    assert len(set(products)) == len(products)


def test_some_medicines_have_a_substitute() -> None:
    products = Counter((m.generic_name, m.strength, m.form) for m in MEDICINES)
    assert sum(count > 1 for count in products.values()) >= 20


@pytest.mark.parametrize("medicine", MEDICINES, ids=named)
def test_each_medicine_is_complete_and_can_be_prescribed_as_it_stands(
    medicine: MedicineRow,
) -> None:
    assert medicine.price_minor > 0
    assert medicine.route in ROUTES
    assert medicine.form
    assert medicine.manufacturer
    assert medicine.therapeutic_class
    assert medicine.default_frequency in FREQUENCIES
    assert medicine.default_days is not None
    assert dose_amount(medicine.default_dose) is not None
    assert all(name == name.lower() for name in medicine.ingredients)
    assert not medicine.discontinued


@pytest.mark.parametrize("medicine", MEDICINES, ids=named)
def test_each_gtin_is_of_the_range_that_no_product_in_the_world_carries(
    medicine: MedicineRow,
) -> None:
    assert medicine.gtin is not None
    assert re.fullmatch(r"02[0-9]{12}", medicine.gtin)
    weights = (3, 1) * 7
    total = sum(int(d) * w for d, w in zip(medicine.gtin[:-1], weights, strict=False))
    assert (10 - total % 10) % 10 == int(medicine.gtin[-1])


@pytest.mark.parametrize("medicine", MEDICINES, ids=named)
def test_the_schedule_is_as_strict_as_the_rules_ask(medicine: MedicineRow) -> None:
    by_rule = schedule_of(medicine.ingredients, medicine.form)
    if by_rule in (Schedule.H1, Schedule.X):
        assert medicine.schedule is by_rule
    else:
        assert medicine.schedule in (Schedule.OTC, Schedule.H)


def test_every_schedule_occurs() -> None:
    assert {medicine.schedule for medicine in MEDICINES} == set(Schedule)
    assert not SCHEDULE_H1 & SCHEDULE_X


def test_a_pack_of_pieces_names_the_piece_in_its_dose() -> None:
    for medicine in MEDICINES:
        if medicine.pack_unit in ("tablet", "capsule", "sachet", "suppository", "pessary"):
            assert medicine.pack_unit in medicine.default_dose, medicine.code


def test_the_small_clinics_formulary_is_priced_in_its_own_currency() -> None:
    medicines = read_medicines(SITES[1])
    assert len(medicines) >= 25
    assert {medicine.currency for medicine in medicines} == {"NZD"}
    assert {m.code for m in medicines} <= {m.code for m in MEDICINES}


def test_the_csv_files_are_written_the_way_a_spreadsheet_would_write_them() -> None:
    for name in ("formulary.csv", "formulary_nz.csv"):
        text = (DATA / name).read_text(encoding="utf-8")
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
        assert out.getvalue() == text


def test_nothing_is_filler() -> None:
    filler = re.compile(
        r"lorem|ipsum|dolor sit|foo\b|\bbar baz|xxx|todo|placeholder|john doe", re.I
    )
    for file in DATA.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not filler.search(text), file.name
        assert unicodedata.normalize("NFC", text) == text, file.name
        assert "\ufffd" not in text, file.name


def test_names_occur_once_in_their_list_and_devanagari_is_devanagari() -> None:
    for region in read_regions():
        for names in (region.female, region.male, region.family):
            assert len(names) >= 20, region.key
            latin = [name.partition("|")[0] for name in names]
            assert len(set(latin)) == len(latin), region.key
            for name in names:
                first, bar, second = name.partition("|")
                assert first == first.strip()
                assert first
                assert not is_devanagari(first)
                assert bool(bar) == bool(region.local_share), name
                assert not bar or is_devanagari(second), name


def test_one_name_is_spelt_one_way_in_devanagari_within_its_region() -> None:
    for region in read_regions():
        spelt: dict[str, str] = {}
        for name in (*region.female, *region.male, *region.family):
            first, _, second = name.partition("|")
            assert spelt.setdefault(first, second) == second, name
            assert first.count(" ") == second.count(" ") or not second, name


CONSONANTS = {
    "k": "कख", "g": "गघ", "c": "चछ", "j": "जझ", "t": "तटथठ", "d": "दडधढ", "n": "नणं", "p": "पफ",
    "b": "बभ", "m": "मं", "y": "य", "r": "रऋ", "l": "लळ", "v": "व", "w": "व", "s": "सशष",
    "h": "ह", "f": "फ", "a": "अआ", "i": "इई", "u": "उऊ", "o": "ओऑ", "e": "एऐ", "q": "क",
}  # fmt: skip


def test_the_devanagari_begins_with_the_sound_that_the_latin_begins_with() -> None:
    for region in read_regions():
        for name in (*region.female, *region.male, *region.family):
            first, bar, second = name.partition("|")
            if bar:
                for latin, local in zip(first.split(), second.split(), strict=True):
                    assert local[0] in CONSONANTS[latin[0].lower()], name


def test_maori_names_carry_macrons_and_no_other_accents() -> None:
    maori = next(region for region in read_regions() if region.key == "maori")
    letters = set("".join((*maori.female, *maori.male, *maori.family)).lower())
    assert letters & set("āēīōū")
    assert letters <= set("aeiouāēīōūghkmnprtw ")


def test_the_familiar_patients_live_at_places_and_have_allergies_that_exist() -> None:
    familiar = read_familiar(ROSHNI_SITE.familiar_patients)
    known = {allergen.substance for allergen in Allergens().all}
    assert len({person.name for person in familiar}) == len(familiar)
    assert len({person.phone for person in familiar}) == len(familiar)
    for person in familiar:
        assert E164.fullmatch(person.phone), person.name
        assert person.name_local is None or is_devanagari(person.name_local)
        assert {substance for substance, *_ in person.allergies} <= known


def test_addresses_can_be_put_together_for_every_town() -> None:
    for town in read_towns():
        for district, code in town.districts:
            assert re.fullmatch(r"[1-9][0-9]{5}" if town.country == "IN" else r"[0-9]{4}", code)
            text = town.form.format(
                number=96,
                building=max(town.buildings, key=len),
                street=max(town.streets, key=len),
                district=district,
                code=code,
            )
            assert len(text) <= 200
            assert "{" not in text


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.key)
def test_a_clinic_is_complete(site: Site) -> None:
    ZoneInfo(site.zone)
    assert E164.fullmatch(site.phone)
    assert FICTIONAL_MAIL.fullmatch(site.email)
    assert list(site.working_hours) == [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]  # fmt: skip
    for hours in site.working_hours.values():
        assert hours == "closed" or re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", hours)
    assert {service.specialization for service in site.service} <= set(Specialization)
    registrations = [p.registration_number for p in site.practitioner]
    assert len(set(registrations)) == len(registrations)
    for phone in [p.phone for p in (*site.practitioner, *site.pharmacy)]:
        assert E164.fullmatch(phone), phone


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.key)
def test_everyone_signs_in_by_an_address_of_their_own_that_reaches_nobody(site: Site) -> None:
    everyone = site.everyone()
    mails = [person.email for person in everyone]
    assert len(set(mails)) == len(mails)
    assert all(FICTIONAL_MAIL.fullmatch(mail) for mail in mails)
    assert {person.role for person in everyone} == set(Role)
    for person in everyone:
        assert (person.practitioner is not None) == (person.role is Role.THERAPIST)
        assert (person.pharmacy is not None) == (person.role is Role.PHARMACIST)
    assert {p.pharmacy for p in everyone} - {None} == set(range(len(site.pharmacy)))


def test_roshni_keeps_the_hours_services_and_settings_it_was_founded_with() -> None:
    site = ROSHNI_SITE
    assert site.working_hours["friday"] == "09:00-18:00"
    assert site.working_hours["saturday"] == "09:00-13:00"
    assert site.working_hours["sunday"] == "closed"
    assert [(s.name, s.duration_minutes, s.price_minor) for s in site.service] == [
        ("Speech Therapy Session", 45, 80000),
        ("Occupational Therapy Session", 45, 75000),
        ("Physiotherapy Session", 45, 70000),
        ("Group Speech Therapy", 60, 50000),
        ("Assessment Session", 90, 120000),
    ]
    assert (site.appointment_minutes, site.advance_booking_days) == (45, 30)
    assert (site.cancellation_hours, site.reminder_hours) == (24, [24, 2])
    assert (site.currency, site.tax_basis_points) == ("INR", 0)
    assert len(site.practitioner) == 12
    assert {p.specialization for p in site.practitioner} == set(Specialization)
    assert len(site.pharmacy) == 3


def test_there_are_at_least_sixty_scenarios_each_with_something_that_is_needed() -> None:
    scenarios = read_scenarios(MEDICINES, whole=True)
    assert len(scenarios) >= 60
    assert len({scenario.reason for scenario in scenarios}) == len(scenarios)
    fields = {practitioner.field for practitioner in ROSHNI_SITE.practitioner} - {""}
    for scenario in scenarios:
        assert set(scenario.by) <= fields, scenario.reason
        assert 0 <= scenario.youngest <= scenario.oldest <= 100
        assert any(not line.optional for line in scenario.lines), scenario.reason
        for line in scenario.lines:
            for choice in line.choices:
                assert dose_amount(choice.dose), (scenario.reason, choice.dose)
                assert choice.frequency in FREQUENCIES
                assert choice.days or choice.frequency in ("SOS", "STAT"), scenario.reason


def test_whatever_is_given_up_for_an_allergy_has_another_choice_that_differs() -> None:
    for scenario in read_scenarios(MEDICINES, whole=True):
        for line in scenario.lines:
            ingredients = [tuple(MEDICINES[c.medicine].ingredients) for c in line.choices]
            assert len(set(ingredients)) == len(ingredients), scenario.reason


def test_what_an_allergy_rules_out_is_what_the_prescribing_rules_would_warn_of() -> None:
    formulary = {name for medicine in MEDICINES for name in medicine.ingredients}
    for allergen in Allergens().all:
        if allergen.substance in allergy_rules.CLASSES:
            for medicine in MEDICINES:
                warned = allergy_rules.meets(allergen.substance, medicine.ingredients)
                avoided = not set(allergen.avoid).isdisjoint(medicine.ingredients)
                assert warned == avoided, (allergen.substance, medicine.code)
        assert allergen.kind != "medicine" or formulary & set(allergen.avoid)
