"""The two clinics: Roshni in Pune, which the demo shows, and a small one in Wellington."""

from __future__ import annotations

import unicodedata
from typing import Final

from msgspec import Struct

from clinicdesk.contract.entities import Role
from clinicdesk.server.demo_clinic.contents import (
    ClinicSeed,
    PharmacySeed,
    PractitionerSeed,
    ServiceSeed,
    StaffSeed,
    SupplierSeed,
)
from clinicdesk.server.demo_clinic.datafile import read_toml

ROSHNI: Final = "roshni_clinic.toml"
AOTEAROA: Final = "aotearoa_therapy.toml"


class StaffEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A member of staff as the file writes it, the pharmacy by its name."""

    name: str
    role: Role
    email: str
    pharmacy: str = ""


class Site(ClinicSeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One clinic's file.

    Attributes:
        formulary: Name of its CSV file among the data files.
        familiar_patients: Name of the file of people who are always there; "" for none.
        patient_countries: Where the names of its patients come from.
        home_country: Where its patients live.
    """

    formulary: str
    familiar_patients: str
    patient_countries: list[str]
    home_country: str
    service: list[ServiceSeed]
    practitioner: list[PractitionerSeed]
    pharmacy: list[PharmacySeed]
    supplier: list[SupplierSeed]
    staff: list[StaffEntry]

    def clinic(self) -> ClinicSeed:
        """The settings alone."""
        return ClinicSeed(**{name: getattr(self, name) for name in ClinicSeed.__struct_fields__})

    def everyone(self) -> tuple[StaffSeed, ...]:
        """All who sign in: the practitioners in their order, then the others."""
        domain = self.email.partition("@")[2]
        therapists = (
            StaffSeed(
                name=practitioner.name,
                role=Role.THERAPIST,
                email=f"{mail_name(practitioner.name.removeprefix('Dr '))}@{domain}",
                practitioner=position,
            )
            for position, practitioner in enumerate(self.practitioner)
        )
        pharmacies = {pharmacy.name: place for place, pharmacy in enumerate(self.pharmacy)}
        others = (
            StaffSeed(
                name=entry.name,
                role=entry.role,
                email=entry.email,
                pharmacy=pharmacies[entry.pharmacy] if entry.pharmacy else None,
            )
            for entry in self.staff
        )
        return (*therapists, *others)


def read_site(name: str) -> Site:
    """`ROSHNI` or `AOTEAROA`."""
    return read_toml(name, Site)


def mail_name(name: str) -> str:
    """The name as the local part of an address: "Moana Tūhoe" is moana.tuhoe."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return ".".join("".join(c for c in word if c.isalnum()) for word in plain.lower().split())
