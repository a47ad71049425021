"""Puts a demo clinic together out of its data files, the same for the same arguments."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct

from clinicdesk.server.demo_clinic.allergies import Allergens
from clinicdesk.server.demo_clinic.contents import (
    ClinicSeed,
    PatientSeed,
    PharmacySeed,
    PractitionerSeed,
    PrescriptionPlan,
    PriceSeed,
    ServiceSeed,
    ShelfSeed,
    StaffSeed,
    SupplierSeed,
    SupplySeed,
)
from clinicdesk.server.demo_clinic.datafile import open_data
from clinicdesk.server.demo_clinic.people import patients as draw_patients
from clinicdesk.server.demo_clinic.prescriptions import Planner, draw_targets
from clinicdesk.server.demo_clinic.prices import price_seeds
from clinicdesk.server.demo_clinic.scenarios import read_scenarios
from clinicdesk.server.demo_clinic.shelves import shelf_seeds, supply_seeds
from clinicdesk.server.demo_clinic.sites import ROSHNI, Site, read_site
from clinicdesk.server.domain.formulary.reading import read_formulary
from clinicdesk.server.domain.formulary.rows import MedicineRow, RejectedRow

if TYPE_CHECKING:
    from collections.abc import Iterator


class DemoClinic(Struct, frozen=True, kw_only=True):
    """Everything in the clinic. The patients stream from `patients()`: there may be many."""

    site: Site
    seed: int
    today: date
    patient_count: int
    clinic: ClinicSeed
    services: tuple[ServiceSeed, ...]
    practitioners: tuple[PractitionerSeed, ...]
    pharmacies: tuple[PharmacySeed, ...]
    staff: tuple[StaffSeed, ...]
    medicines: tuple[MedicineRow, ...]
    prescriptions: tuple[PrescriptionPlan, ...]
    """The oldest first."""
    suppliers: tuple[SupplierSeed, ...]
    shelves: tuple[ShelfSeed, ...]
    prices: tuple[PriceSeed, ...]
    supplies: tuple[SupplySeed, ...]

    def patients(self) -> Iterator[PatientSeed]:
        """The patients in the order of their index; each call gives the same people."""
        return draw_patients(self.site, Allergens(), self.seed, self.patient_count, self.today)


class BrokenFormulary(Exception):
    """A formulary of ours has a row that the import would refuse."""


def generate(
    seed: int, patients: int, prescriptions: int, today: date, *, site: str = ROSHNI
) -> DemoClinic:
    """The clinic of `site` with so many patients and prescriptions.

    Args:
        seed: Equal seeds give equal clinics.
        patients: How many.
        prescriptions: How many, in all states; none where no patient needs one.
        today: Ages are reckoned at this day.
        site: `ROSHNI` or `AOTEAROA`.
    """
    described = read_site(site)
    medicines = read_medicines(described)
    plans = _plans(described, medicines, seed, patients, prescriptions, today)
    shelves = shelf_seeds(described, medicines, plans, seed)
    return DemoClinic(
        site=described,
        seed=seed,
        today=today,
        patient_count=patients,
        clinic=described.clinic(),
        services=tuple(described.service),
        practitioners=tuple(described.practitioner),
        pharmacies=tuple(described.pharmacy),
        staff=described.everyone(),
        medicines=medicines,
        prescriptions=plans,
        suppliers=tuple(described.supplier),
        shelves=shelves,
        prices=price_seeds(described, medicines, seed),
        supplies=supply_seeds(described, medicines, shelves),
    )


def read_medicines(site: Site) -> tuple[MedicineRow, ...]:
    """The site's formulary, through the same reader as any import."""
    rows = []
    with open_data(site.formulary) as source:
        for row in read_formulary(source, currency=site.currency):
            if isinstance(row, RejectedRow):
                raise BrokenFormulary(f"{site.formulary}:{row.line}: {row.reason}")
            rows.append(row)
    return tuple(rows)


def _plans(
    site: Site,
    medicines: tuple[MedicineRow, ...],
    seed: int,
    patients: int,
    count: int,
    today: date,
) -> tuple[PrescriptionPlan, ...]:
    if not count or not patients:
        return ()
    rng = Random(f"{site.key} prescriptions {seed}")
    allergens = Allergens()
    scenarios = read_scenarios(medicines, whole=site.formulary == "formulary.csv")
    planner = Planner(site, medicines, scenarios, allergens, rng, today)
    # More candidates than prescriptions: not everyone is ill, and some come often.
    wanted = set(rng.choices(range(patients), k=2 * count)) | set(range(min(patients, 20)))
    candidates = [
        patient
        for patient in draw_patients(site, allergens, seed, max(wanted) + 1, today)
        if patient.index in wanted and planner.suits(patient)
    ]
    if not candidates:
        return ()
    return tuple(
        planner.plan(rng.choice(candidates), target, written, reached)
        for target, written, reached in draw_targets(rng, count)
    )
