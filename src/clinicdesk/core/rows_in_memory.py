"""The collections of a desk: one for each kind of rows, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clinicdesk.contract.entities import (
    Allergy,
    Clinic,
    Formulary,
    Member,
    Patient,
    Payment,
    Pharmacy,
    Practitioner,
    Prescription,
    PrescriptionItem,
    Service,
)
from clinicdesk.core.collection import Collection


class RowsInMemory:
    """What screens read.

    Attributes:
        clinics, members, practitioners, pharmacies, services, formularies, patients, allergies,
        prescriptions, items, payments: The collections. `allergies` and `prescriptions` group by
            patient, `items` and `payments` by prescription.
        by_kind: All of them, by the kind's name on the wire; those that others refer to first.
    """

    def __init__(self) -> None:
        self.clinics: Collection[Clinic] = Collection("clinic")
        self.services: Collection[Service] = Collection("service")
        self.members: Collection[Member] = Collection("member")
        self.practitioners: Collection[Practitioner] = Collection("practitioner")
        self.pharmacies: Collection[Pharmacy] = Collection("pharmacy")
        self.patients: Collection[Patient] = Collection("patient")
        self.allergies: Collection[Allergy] = Collection("allergy", lambda a: a.patient_id)
        self.formularies: Collection[Formulary] = Collection("formulary")
        self.prescriptions: Collection[Prescription] = Collection(
            "prescription", lambda p: p.patient_id
        )
        self.items: Collection[PrescriptionItem] = Collection(
            "prescription_item", lambda i: i.prescription_id
        )
        self.payments: Collection[Payment] = Collection("payment", lambda p: p.prescription_id)
        self.by_kind: Mapping[str, Collection[Any]] = {
            collection.kind: collection
            for collection in (
                self.clinics,
                self.services,
                self.members,
                self.practitioners,
                self.pharmacies,
                self.patients,
                self.allergies,
                self.formularies,
                self.prescriptions,
                self.items,
                self.payments,
            )
        }

    def collection(self, kind: str) -> Collection[Any]:
        """The collection of a kind by its name on the wire. Raises KeyError."""
        return self.by_kind[kind]
