"""The collections of a desk: one for each kind of rows, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clinicdesk.contract.entities import (
    Allergy,
    Batch,
    Clinic,
    Dispense,
    Formulary,
    Member,
    Patient,
    PatientNotice,
    Payment,
    Pharmacy,
    Practitioner,
    Prescription,
    PrescriptionItem,
    PriceList,
    PurchaseOrder,
    RuleSet,
    SafetyFinding,
    SealKey,
    Service,
    StockLevel,
    Supplier,
    SupplyOrder,
    SupplyOrderLine,
)
from clinicdesk.core.collection import Collection


class RowsInMemory:
    """What screens read.

    Attributes:
        clinics, members, practitioners, pharmacies, services, formularies, patients, allergies,
        prescriptions, items, payments, dispenses, findings, orders, patient_notices, rule_sets,
        seal_keys, price_lists, stock_levels, batches, suppliers, supply_orders, supply_order_lines:
            The collections. `allergies` and `prescriptions` group by patient, the parts of a family
            by prescription, `stock_levels` and `batches` by medicine, lines by their order.
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
        self.dispenses: Collection[Dispense] = Collection("dispense", lambda d: d.prescription_id)
        self.findings: Collection[SafetyFinding] = Collection(
            "safety_finding", lambda f: f.prescription_id
        )
        self.orders: Collection[PurchaseOrder] = Collection(
            "purchase_order", lambda o: o.prescription_id
        )
        self.patient_notices: Collection[PatientNotice] = Collection(
            "patient_notice", lambda n: n.prescription_id
        )
        self.rule_sets: Collection[RuleSet] = Collection("rule_set")
        self.seal_keys: Collection[SealKey] = Collection("seal_key")
        self.price_lists: Collection[PriceList] = Collection("price_list")
        self.stock_levels: Collection[StockLevel] = Collection(
            "stock_level", lambda s: s.medicine_id
        )
        self.batches: Collection[Batch] = Collection("batch", lambda b: b.medicine_id)
        self.suppliers: Collection[Supplier] = Collection("supplier")
        self.supply_orders: Collection[SupplyOrder] = Collection("supply_order")
        self.supply_order_lines: Collection[SupplyOrderLine] = Collection(
            "supply_order_line", lambda line: line.supply_order_id
        )
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
                self.rule_sets,
                self.seal_keys,
                self.price_lists,
                self.stock_levels,
                self.batches,
                self.suppliers,
                self.supply_orders,
                self.supply_order_lines,
                self.prescriptions,
                self.items,
                self.payments,
                self.dispenses,
                self.findings,
                self.orders,
                self.patient_notices,
            )
        }

    def collection(self, kind: str) -> Collection[Any]:
        """The collection of a kind by its name on the wire. Raises KeyError."""
        return self.by_kind[kind]
