"""The rows a desk may hold, as they travel.

A body on the wire is the database row in JSON, cut to the fields below and to the view of who
reads it (`access`). Fields that a view hides arrive as null, hence the `| None` on them. Every row
carries the keys that decide who sees it, also where a parent has them, so that one row alone says
its audience.

Times are UTC. Money is in minor units. `version` starts at 1 and grows by one with each change of
the row. Names follow FHIR R5 where it has one (Patient, Practitioner, AllergyIntolerance,
MedicationRequest, MedicationDispense).

Map: `row`, then `clinic`, `patients`, `formulary`, `prescribing`, `dispensing`, `stock`, `safety`.
"""

from __future__ import annotations

from clinicdesk.contract.entities.clinic import (
    Clinic,
    Member,
    Pharmacy,
    Practitioner,
    Role,
    Service,
    Specialization,
)
from clinicdesk.contract.entities.dispensing import (
    Dispense,
    DispenseStatus,
    NoticeKind,
    NoticeStatus,
    OrderResponse,
    OrderStatus,
    PatientNotice,
    PurchaseOrder,
    Verified,
)
from clinicdesk.contract.entities.formulary import Formulary, Medicine, Schedule
from clinicdesk.contract.entities.patients import Allergy, Patient, Severity, Sex
from clinicdesk.contract.entities.prescribing import (
    ItemStatus,
    Payment,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
)
from clinicdesk.contract.entities.row import Row
from clinicdesk.contract.entities.safety import (
    FindingKind,
    RuleKind,
    RuleLevel,
    RuleSet,
    SafetyFinding,
    SafetyRule,
    SealKey,
    Stage,
    Tier,
)
from clinicdesk.contract.entities.stock import (
    Batch,
    Lot,
    MovementKind,
    Price,
    PriceList,
    StockLevel,
    StockMovement,
    Supplier,
    SupplyOrder,
    SupplyOrderLine,
    SupplyOrderStatus,
)

ENTITIES: dict[str, type[Row]] = {
    "clinic": Clinic,
    "service": Service,
    "member": Member,
    "practitioner": Practitioner,
    "pharmacy": Pharmacy,
    "patient": Patient,
    "allergy": Allergy,
    "formulary": Formulary,
    "rule_set": RuleSet,
    "seal_key": SealKey,
    "price_list": PriceList,
    "stock_level": StockLevel,
    "batch": Batch,
    "supplier": Supplier,
    "supply_order": SupplyOrder,
    "supply_order_line": SupplyOrderLine,
    "prescription": Prescription,
    "prescription_item": PrescriptionItem,
    "payment": Payment,
    "dispense": Dispense,
    "safety_finding": SafetyFinding,
    "purchase_order": PurchaseOrder,
    "patient_notice": PatientNotice,
}
"""Kind on the wire, which is also the table's name, to its type; referenced kinds come first."""

__all__ = [
    "ENTITIES",
    "Allergy",
    "Batch",
    "Clinic",
    "Dispense",
    "DispenseStatus",
    "FindingKind",
    "Formulary",
    "ItemStatus",
    "Lot",
    "Medicine",
    "Member",
    "MovementKind",
    "NoticeKind",
    "NoticeStatus",
    "OrderResponse",
    "OrderStatus",
    "Patient",
    "PatientNotice",
    "Payment",
    "PaymentKind",
    "PaymentMethod",
    "PaymentStatus",
    "Pharmacy",
    "Practitioner",
    "Prescription",
    "PrescriptionItem",
    "PrescriptionStatus",
    "Price",
    "PriceList",
    "PurchaseOrder",
    "Role",
    "Row",
    "RuleKind",
    "RuleLevel",
    "RuleSet",
    "SafetyFinding",
    "SafetyRule",
    "Schedule",
    "SealKey",
    "Service",
    "Severity",
    "Sex",
    "Specialization",
    "Stage",
    "StockLevel",
    "StockMovement",
    "Supplier",
    "SupplyOrder",
    "SupplyOrderLine",
    "SupplyOrderStatus",
    "Tier",
    "Verified",
]
