"""Rows of the pharmacy counter for the tests of the database, written as the owner."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from clinicdesk.contract.entities import (
    Batch,
    Dispense,
    DispenseStatus,
    FindingKind,
    NoticeKind,
    NoticeStatus,
    OrderStatus,
    PatientNotice,
    Prescription,
    PrescriptionItem,
    PriceList,
    PurchaseOrder,
    Row,
    RuleSet,
    SafetyFinding,
    SealKey,
    Stage,
    StockLevel,
    Supplier,
    SupplyOrder,
    SupplyOrderLine,
    SupplyOrderStatus,
    Tier,
    Verified,
)
from tests.server.database.clinic import NOW, MadeClinic, new_id


def a_counter(
    clinic: MadeClinic, prescription: Prescription, item: PrescriptionItem
) -> dict[str, Row]:
    """A row of each kind that the counter has, by its table; what is referenced comes first."""
    level = a_stock_level(clinic)
    batch = a_batch(level)
    supplier = Supplier(
        id=new_id(), clinic_id=clinic.id, version=1, name="Sahyadri Wholesale", phone="", email="",
        address="", active=True,
    )  # fmt: skip
    order = a_supply_order(clinic, supplier.id)
    return {
        "rule_set": RuleSet(
            id=new_id(), clinic_id=clinic.id, version=1, name="Own rules", revision=0, rule_count=0,
            updated_at=NOW,
        ),
        "seal_key": SealKey(
            id=new_id(), clinic_id=clinic.id, version=1, kid="k1", public_key="A" * 43, active=True,
            created_at=NOW,
        ),
        "price_list": PriceList(
            id=new_id(), clinic_id=clinic.id, version=1, pharmacy_id=clinic.pharmacies[0],
            name="Counter prices", currency="INR", revision=0, price_count=0, updated_at=NOW,
        ),
        "stock_level": level,
        "batch": batch,
        "supplier": supplier,
        "supply_order": order,
        "supply_order_line": a_supply_line(clinic, order),
        "dispense": a_dispense(prescription, item, batch),
        "safety_finding": SafetyFinding(
            id=new_id(), clinic_id=clinic.id, version=1, prescription_id=prescription.id,
            item_id=item.id, patient_id=prescription.patient_id,
            practitioner_id=prescription.practitioner_id, pharmacy_id=prescription.pharmacy_id,
            signed_at=prescription.signed_at, stage=Stage.PRESCRIBING, kind=FindingKind.DUPLICATE,
            tier=Tier.OVERRIDE, key="duplicate:paracetamol", summary="Paracetamol twice",
            reason="a week's overlap", by=clinic.admin.member_id, at=NOW,
        ),
        "purchase_order": a_purchase_order(prescription),
        "patient_notice": PatientNotice(
            id=new_id(), clinic_id=clinic.id, version=1, patient_id=prescription.patient_id,
            practitioner_id=prescription.practitioner_id, pharmacy_id=clinic.pharmacies[0],
            prescription_id=prescription.id, kind=NoticeKind.OWING_READY, subject_id=new_id(),
            status=NoticeStatus.QUEUED, created_at=NOW,
        ),
    }  # fmt: skip


def a_stock_level(clinic: MadeClinic) -> StockLevel:
    return StockLevel(
        id=new_id(), clinic_id=clinic.id, version=1, pharmacy_id=clinic.pharmacies[0],
        medicine_id=clinic.medicine, on_hand=0, reorder_level=20, reorder_packs=5, shelf="A3",
        updated_at=NOW,
    )  # fmt: skip


def a_batch(level: StockLevel) -> Batch:
    return Batch(
        id=new_id(), clinic_id=level.clinic_id, version=1, pharmacy_id=level.pharmacy_id,
        medicine_id=level.medicine_id, number="B-1", expiry=date(2027, 3, 31), on_hand=0,
        cost_minor=900, currency="INR", received_at=NOW, updated_at=NOW,
    )  # fmt: skip


def a_supply_order(clinic: MadeClinic, supplier_id: UUID) -> SupplyOrder:
    return SupplyOrder(
        id=new_id(), clinic_id=clinic.id, version=1, code="SO-00001",
        pharmacy_id=clinic.pharmacies[0], supplier_id=supplier_id, status=SupplyOrderStatus.DRAFT,
        note=None, line_count=1, total_minor=900, currency="INR", created_at=NOW, submitted_at=None,
        acknowledged_at=None, expected_on=None, received_at=None, closed_at=None, close_reason=None,
        updated_at=NOW, updated_by=clinic.admin.member_id,
    )  # fmt: skip


def a_supply_line(clinic: MadeClinic, order: SupplyOrder) -> SupplyOrderLine:
    return SupplyOrderLine(
        id=new_id(), clinic_id=clinic.id, version=1, supply_order_id=order.id,
        pharmacy_id=order.pharmacy_id, line=1, medicine_id=clinic.medicine,
        description="Paracetamol 500 mg tablet · Dolofin", pack_size=10, packs_ordered=1,
        packs_received=0, cost_minor=900, currency="INR", updated_at=NOW,
        updated_by=clinic.admin.member_id,
    )  # fmt: skip


def a_dispense(prescription: Prescription, item: PrescriptionItem, batch: Batch) -> Dispense:
    return Dispense(
        id=new_id(), clinic_id=prescription.clinic_id, version=1, prescription_id=prescription.id,
        item_id=item.id, patient_id=prescription.patient_id,
        practitioner_id=prescription.practitioner_id, pharmacy_id=batch.pharmacy_id,
        medicine_id=item.medicine_id, brand=item.brand, manufacturer="Sahyadri", batch_id=batch.id,
        batch_number=batch.number, expiry=batch.expiry, quantity=5, status=DispenseStatus.PREPARED,
        verified=Verified.SCAN, hand_reason=None, checked_by=prescription.updated_by,
        checked_at=NOW, handed_over_at=None, collected_by=None, return_reason=None,
    )  # fmt: skip


def a_purchase_order(prescription: Prescription) -> PurchaseOrder:
    assert prescription.pharmacy_id is not None
    return PurchaseOrder(
        id=new_id(), clinic_id=prescription.clinic_id, version=1, prescription_id=prescription.id,
        patient_id=prescription.patient_id, practitioner_id=prescription.practitioner_id,
        pharmacy_id=prescription.pharmacy_id, code="PO-00001", status=OrderStatus.PENDING,
        delivery=False, response=None, response_note=None, quoted_minor=None, currency="INR",
        created_at=NOW, acknowledged_at=None, ready_at=None, dispatched_at=None, closed_at=None,
        received_by=None, updated_at=NOW, updated_by=prescription.updated_by,
    )  # fmt: skip
