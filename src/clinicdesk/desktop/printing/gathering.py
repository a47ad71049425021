"""The facts of paper out of a desk's rows, and why there is none to print."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.entities import (
    Dispense,
    DispenseStatus,
    Prescription,
    Role,
    SupplyOrderStatus,
)
from clinicdesk.core.desk import Desk
from clinicdesk.printing.facts import LabelFacts, PrescriptionFacts, Printing, SupplyFacts


def why_no_prescription(desk: Desk, prescription_id: UUID) -> str | None:
    """Why it cannot be printed, in a sentence; None: it can."""
    replica = desk.replica
    prescription = replica.prescriptions.get(prescription_id)
    if prescription is None or not replica.items.of(prescription_id):
        return QCoreApplication.translate(
            "Printing", "This desk does not hold the prescription any more."
        )
    if prescription.signed_at is None:
        return QCoreApplication.translate(
            "Printing", "It is a draft: sign it first, then it can be printed."
        )
    if prescription.seal is None and desk.outbox.pending(prescription_id) and desk.link.reachable:
        return QCoreApplication.translate(
            "Printing", "It is on its way to the server, which seals it: a moment."
        )
    return _why_nobody(desk, prescription)


def why_no_labels(desk: Desk, prescription_id: UUID) -> str | None:
    """Why there are no labels, in a sentence; None: there are."""
    replica = desk.replica
    if desk.member.role is not Role.PHARMACIST:
        return QCoreApplication.translate("Printing", "Pharmacists print labels.")
    prescription = replica.prescriptions.get(prescription_id)
    if prescription is None:
        return QCoreApplication.translate(
            "Printing", "This desk does not hold the prescription any more."
        )
    if not labelled(replica.dispenses.of(prescription_id)):
        return QCoreApplication.translate(
            "Printing", "Nothing is checked yet: a label says what is in your hand."
        )
    if replica.pharmacies.get(prescription.pharmacy_id) is None:
        return QCoreApplication.translate(
            "Printing", "This desk does not hold the pharmacy's address yet."
        )
    return _why_nobody(desk, prescription)


def why_no_supply_order(desk: Desk, supply_order_id: UUID) -> str | None:
    """Why an order to a supplier cannot be printed, in a sentence; None: it can."""
    replica = desk.replica
    order = replica.supply_orders.get(supply_order_id)
    if order is None:
        return QCoreApplication.translate("Printing", "This desk does not hold the order any more.")
    if not replica.supply_order_lines.of(supply_order_id):
        return QCoreApplication.translate("Printing", "It orders nothing yet: add a product first.")
    if replica.pharmacies.get(order.pharmacy_id) is None:
        return QCoreApplication.translate(
            "Printing", "This desk does not hold the pharmacy's address yet."
        )
    if replica.suppliers.get(order.supplier_id) is None:
        return QCoreApplication.translate(
            "Printing", "This desk does not hold the supplier's name and address yet."
        )
    return None


def labelled(dispenses: list[Dispense]) -> list[Dispense]:
    """What labels are for: what is prepared; when nothing is, what was handed over last."""
    prepared = [each for each in dispenses if each.status is DispenseStatus.PREPARED]
    if prepared:
        return prepared
    gone = [each for each in dispenses if each.status is DispenseStatus.HANDED_OVER]
    last = max((each.handed_over_at for each in gone if each.handed_over_at), default=None)
    return [each for each in gone if each.handed_over_at == last]


async def gather_prescription(desk: Desk, prescription_id: UUID, at: datetime) -> PrescriptionFacts:
    """The facts of one that `why_no_prescription` has nothing against. Raises StoreLost."""
    replica = desk.replica
    prescription = replica.prescriptions.get(prescription_id)
    assert prescription is not None
    practitioner = replica.practitioners.get(prescription.practitioner_id)
    patient = replica.patients.get(prescription.patient_id)
    assert practitioner is not None
    assert patient is not None
    items = sorted(replica.items.of(prescription_id), key=lambda item: item.line)
    products = await desk.search.medicines_of({item.medicine_id for item in items})
    return PrescriptionFacts(
        clinic=desk.clinic,
        practitioner=practitioner,
        patient=patient,
        prescription=prescription,
        items=items,
        pharmacy=replica.pharmacies.get(prescription.pharmacy_id),
        units={key: product.pack_unit for key, product in products.items()},
        printing=Printing(at=at, by=desk.member.name),
    )


async def gather_labels(desk: Desk, prescription_id: UUID, at: datetime) -> LabelFacts:
    """The facts of labels that `why_no_labels` has nothing against. Raises StoreLost."""
    whole = await gather_prescription(desk, prescription_id, at)
    dispenses = labelled(desk.replica.dispenses.of(prescription_id))
    products = await desk.search.medicines_of({each.medicine_id for each in dispenses})
    assert whole.pharmacy is not None
    return LabelFacts(
        clinic=whole.clinic,
        practitioner=whole.practitioner,
        patient=whole.patient,
        pharmacy=whole.pharmacy,
        prescription=whole.prescription,
        items=whole.items,
        dispenses=dispenses,
        ingredients={key: product.ingredients for key, product in products.items()},
        units={key: product.pack_unit for key, product in products.items()},
        printing=whole.printing,
        repeated=desk.replica.prescriptions.get(whole.prescription.repeat_of),
    )


async def gather_supply_order(desk: Desk, supply_order_id: UUID, at: datetime) -> SupplyFacts:
    """The facts of an order that `why_no_supply_order` has nothing against. Raises StoreLost."""
    replica = desk.replica
    order = replica.supply_orders.get(supply_order_id)
    assert order is not None
    pharmacy = replica.pharmacies.get(order.pharmacy_id)
    supplier = replica.suppliers.get(order.supplier_id)
    assert pharmacy is not None
    assert supplier is not None
    lines = replica.supply_order_lines.of(supply_order_id)
    draft = order.status is SupplyOrderStatus.DRAFT
    who = replica.members.get(order.updated_by if draft else order.submitted_by)
    return SupplyFacts(
        clinic=desk.clinic,
        pharmacy=pharmacy,
        supplier=supplier,
        order=order,
        lines=lines,
        medicines=await desk.search.medicines_of({line.medicine_id for line in lines}),
        ordered_by="" if who is None else who.name,
        printing=Printing(at=at, by=desk.member.name),
    )


def _why_nobody(desk: Desk, prescription: Prescription) -> str | None:
    replica = desk.replica
    if replica.patients.get(prescription.patient_id) is None:
        return QCoreApplication.translate(
            "Printing", "This desk does not hold the patient's name and address yet."
        )
    if replica.practitioners.get(prescription.practitioner_id) is None:
        return QCoreApplication.translate(
            "Printing", "This desk does not hold the prescriber's name yet."
        )
    return None
