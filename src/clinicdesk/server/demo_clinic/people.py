"""The patients: an endless-seeming variety of people out of lists of names, towns and ages.

A generator, so that a hundred thousand cost little memory; each person follows from the seed and
the people before.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct

from clinicdesk.contract.entities import Severity, Sex
from clinicdesk.server.demo_clinic.contents import PatientSeed
from clinicdesk.server.demo_clinic.datafile import read_toml
from clinicdesk.server.demo_clinic.sites import mail_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clinicdesk.server.demo_clinic.allergies import Allergens
    from clinicdesk.server.demo_clinic.sites import Site

_AGES = ((0, 1), (1, 6), (6, 13), (13, 18), (18, 40), (40, 60), (60, 75), (75, 94))
"""Years from and to. A therapy clinic sees many children and many older people."""
_AGE_SHARES = (3, 17, 35, 42, 57, 72, 90, 100)

_SAME_HOUSEHOLD = 0.2
_HAS_MAIL = 0.55
_MAIL_DOMAINS = ("example.com", "example.org", "example.net")
_YEAR = 365.2425


class Region(Struct, frozen=True, forbid_unknown_fields=True):
    """Names of one region: "Latin|देवनागरी", the second where people there write it too."""

    key: str
    country: str
    weight: int
    female: list[str]
    male: list[str]
    family: list[str]
    local_share: float = 0.0


class Town(Struct, frozen=True, forbid_unknown_fields=True):
    """Where people live. `form` puts number, building, street, district and code together."""

    country: str
    weight: int
    name: str
    mobile: list[str]
    streets: list[str]
    districts: list[tuple[str, str]]
    buildings: list[str]
    form: str


class FamiliarPatient(Struct, frozen=True, forbid_unknown_fields=True):
    """Someone who is there whatever the seed."""

    name: str
    sex: Sex
    birth_date: date
    phone: str
    address: str
    allergies: list[tuple[str, str, Severity]]
    name_local: str | None = None


class _Names(Struct, frozen=True):
    region: list[Region]


class _Towns(Struct, frozen=True):
    town: list[Town]


class _Familiar(Struct, frozen=True):
    patient: list[FamiliarPatient]


class _Household(Struct, frozen=True):
    region: Region
    family: str
    address: str
    phone: str


def read_regions() -> list[Region]:
    """All regions' names."""
    return read_toml("names.toml", _Names).region


def read_towns() -> list[Town]:
    """All towns."""
    return read_toml("addresses.toml", _Towns).town


def read_familiar(name: str) -> list[FamiliarPatient]:
    """The familiar patients of a site's file; "" has none."""
    return read_toml(name, _Familiar).patient if name else []


def patients(
    site: Site, allergens: Allergens, seed: int, count: int, today: date
) -> Iterator[PatientSeed]:
    """`count` patients, the familiar ones first, no two with name and birth date alike."""
    familiar = read_familiar(site.familiar_patients)[:count]
    for index, person in enumerate(familiar):
        yield _familiar(index, person, allergens)
    population = _Population(site, allergens, Random(f"{site.key} patients {seed}"), today)
    population.known.update((person.name, person.birth_date) for person in familiar)
    for index in range(len(familiar), count):
        yield population.person(index)


def _familiar(index: int, person: FamiliarPatient, allergens: Allergens) -> PatientSeed:
    return PatientSeed(
        index=index,
        name=person.name,
        name_local=person.name_local,
        sex=person.sex,
        birth_date=person.birth_date,
        phone=person.phone,
        email=f"{mail_name(person.name)}@example.com",
        address=person.address,
        allergies=tuple(allergens.seed(*allergy) for allergy in person.allergies),
    )


class _Population:
    """Draws people one after the other; some live with the one before."""

    def __init__(self, site: Site, allergens: Allergens, rng: Random, today: date) -> None:
        self.known: set[tuple[str, date]] = set()
        self._allergens = allergens
        self._rng = rng
        self._today = today
        self._regions = [r for r in read_regions() if r.country in site.patient_countries]
        self._region_weights = list(accumulate(region.weight for region in self._regions))
        self._towns = [town for town in read_towns() if town.country == site.home_country]
        self._town_weights = list(accumulate(town.weight for town in self._towns))
        self._calling_code = "+91" if site.home_country == "IN" else "+64"
        self._last: _Household | None = None

    def person(self, index: int) -> PatientSeed:
        rng = self._rng
        home = self._last
        if home is None or rng.random() >= _SAME_HOUSEHOLD:
            home = self._last = self._household(index)
        sex = Sex.FEMALE if rng.random() < 0.53 else Sex.MALE
        given, _, given_local = rng.choice(
            home.region.female if sex is Sex.FEMALE else home.region.male
        ).partition("|")
        family, _, family_local = home.family.partition("|")
        name = f"{given} {family}"
        birth_date = self._birth_date(name)
        local = given_local and family_local and rng.random() < home.region.local_share
        return PatientSeed(
            index=index,
            name=name,
            name_local=f"{given_local} {family_local}" if local else None,
            sex=sex,
            birth_date=birth_date,
            phone=home.phone,
            email=self._mail(name, birth_date, index),
            address=home.address,
            allergies=self._allergens.draw(rng),
        )

    def _household(self, index: int) -> _Household:
        rng = self._rng
        region = rng.choices(self._regions, cum_weights=self._region_weights)[0]
        town = rng.choices(self._towns, cum_weights=self._town_weights)[0]
        district, code = rng.choice(town.districts)
        address = town.form.format(
            number=rng.randint(1, 96),
            building=rng.choice(town.buildings),
            street=rng.choice(town.streets),
            district=district,
            code=code,
        )
        prefix = rng.choice(town.mobile)
        places = 10 - len(prefix) if self._calling_code == "+91" else 7
        # A stride that is coprime with ten gives each household another number.
        number = (index * 7_654_321 + 314_159) % 10**places
        phone = f"{self._calling_code}{prefix}{number:0{places}d}"
        return _Household(region, rng.choice(region.family), address, phone)

    def _birth_date(self, name: str) -> date:
        rng = self._rng
        while True:
            youngest, oldest = rng.choices(_AGES, cum_weights=_AGE_SHARES)[0]
            days = rng.randrange(int(youngest * _YEAR), int(oldest * _YEAR))
            born = self._today - timedelta(days=days)
            if (name, born) not in self.known:
                self.known.add((name, born))
                return born

    def _mail(self, name: str, birth_date: date, index: int) -> str | None:
        """Most adults have one; the index keeps it theirs alone."""
        rng = self._rng
        if rng.random() >= _HAS_MAIL or (self._today - birth_date).days < 14 * _YEAR:
            return None
        return f"{mail_name(name)}.{index}@{rng.choice(_MAIL_DOMAINS)}"
