"""Facts of paper for tests: one clinic in India, one in New Zealand, and people with real names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from msgspec.structs import replace

from clinicdesk.contract.entities import (
    Clinic,
    Dispense,
    DispenseStatus,
    ItemStatus,
    Medicine,
    MovementKind,
    Patient,
    Pharmacy,
    PrescriptionItem,
    PrescriptionStatus,
    Schedule,
    Sex,
    Supplier,
    SupplyOrder,
    SupplyOrderLine,
    SupplyOrderStatus,
    Verified,
)
from clinicdesk.contract.paper import RegisterKind
from clinicdesk.printing.facts import (
    LabelFacts,
    PrescriptionFacts,
    Printing,
    RegisterEntry,
    RegisterFacts,
    SupplyFacts,
)
from tests.core.sample import (
    CLINIC,
    NOON,
    a_medicine,
    a_patient,
    a_prescription,
    an_id,
    an_item,
    clinic,
    pharmacist,
    pharmacy,
    practitioner,
)

SEAL = "CD1." + "eyJraWQiOiIxIn0" * 9 + "." + "Zx9_" * 21 + "Zw"

MEDICINES: tuple[tuple[str, str, str, Schedule, str, str, str, int | None, int, str, str], ...] = (
    ("Amoxicillin + clavulanic acid", "625 mg", "tablet", Schedule.H, "1 tablet", "oral", "BD", 5,
     10, "after food", "tablet"),
    ("Paracetamol", "500 mg", "tablet", Schedule.OTC, "1-2 tablet", "oral", "SOS", None, 15,
     "for fever", "tablet"),
    ("Alprazolam", "0.25 mg", "tablet", Schedule.H1, "1 tablet", "oral", "HS", 10, 10, "",
     "tablet"),
    ("Methylphenidate", "10 mg", "prolonged-release tablet", Schedule.X, "1 tablet", "oral", "OM",
     30, 30, "with breakfast", "tablet"),
    ("Clobetasol", "0.05 %", "cream", Schedule.H, "1 application", "topical", "BD", 7, 15,
     "thinly on the rash", "g"),
)  # fmt: skip

NEW_ZEALAND: Clinic = replace(
    clinic, name="Aotearoa Therapy", country="NZ", zone="Pacific/Auckland", currency="NZD",
    address="5 Queen Street, Tāmaki Makaurau / Auckland 1010",
)  # fmt: skip

MAIN_STREET: Pharmacy = replace(
    pharmacy, name="Main Street Pharmacy", address="14 Hill Road, Bandra West, Mumbai 400050",
    phone="+912226401234", licence_number="MH-MZ4-123456",
)  # fmt: skip


def kshitij() -> Patient:
    return a_patient(
        "Kṣitij Sharma", name_local="क्षितिज शर्मा", address="Rose Villa, Hill Road, Mumbai 400050"
    )


def marama() -> Patient:
    return a_patient(
        "Mārama Te Ngāti Whātua", sex=Sex.FEMALE, birth_date=date(2019, 1, 5),
        address="12 Kōwhai Road, Whangārei",
    )  # fmt: skip


def items(count: int) -> list[PrescriptionItem]:
    prescription = a_prescription()
    made = []
    for place in range(count):
        name, strength, form, schedule, dose, route, frequency, days, quantity, said, _unit = (
            MEDICINES[place % len(MEDICINES)]
        )
        made.append(
            an_item(
                prescription, f"line {place}", line=place + 1, medicine_id=an_id(name),
                generic_name=name, strength=strength, form=form, brand=f"Brandex {place}",
                schedule=schedule, dose=dose, route=route, frequency=frequency, days=days,
                quantity=quantity, instructions=said, status=ItemStatus.PENDING,
            )
        )  # fmt: skip
    return made


def prescription_facts(
    lines: int = 4, *, earlier: int = 0, patient: Patient | None = None, **changes: Any
) -> PrescriptionFacts:
    prescription = a_prescription(
        status=PrescriptionStatus.PAID, signed_at=NOON, seal=SEAL, repeats=2,
        valid_until=date(2026, 9, 8), note="Review in 2 weeks. पानी पीने दें।", item_count=lines,
    )  # fmt: skip
    facts = PrescriptionFacts(
        clinic=clinic, practitioner=replace(practitioner, qualification="MBBS, MD"),
        patient=patient or kshitij(), prescription=prescription, items=items(lines),
        pharmacy=MAIN_STREET, units={an_id(name): unit for name, *_rest, unit in MEDICINES},
        printing=Printing(at=NOON, by="Pia Patel", earlier=earlier),
    )  # fmt: skip
    return replace(facts, **changes)


def label_facts(lines: int = 3, *, earlier: int = 0, **changes: Any) -> LabelFacts:
    whole = prescription_facts(lines, earlier=earlier)
    facts = LabelFacts(
        clinic=whole.clinic, practitioner=whole.practitioner, patient=whole.patient,
        pharmacy=MAIN_STREET, prescription=whole.prescription, items=whole.items,
        dispenses=[dispense(item) for item in whole.items], ingredients={},
        units=whole.units, printing=whole.printing,
    )  # fmt: skip
    return replace(facts, **changes)


def dispense(item: PrescriptionItem, **changes: Any) -> Dispense:
    made = Dispense(
        id=an_id(f"dispense {item.line}"), clinic_id=item.clinic_id, version=1,
        prescription_id=item.prescription_id, item_id=item.id, patient_id=item.patient_id,
        practitioner_id=item.practitioner_id, pharmacy_id=pharmacy.id,
        medicine_id=item.medicine_id, brand=item.brand, manufacturer="Sample Labs",
        batch_id=an_id("batch"), batch_number=f"B24{item.line}", expiry=date(2027, 5, 31),
        quantity=item.quantity, status=DispenseStatus.PREPARED, verified=Verified.SCAN,
        hand_reason=None, checked_by=pharmacist.id, checked_at=NOON, handed_over_at=None,
        collected_by=None, return_reason=None,
    )  # fmt: skip
    return replace(made, **changes)


def register(entries: int, kind: RegisterKind = RegisterKind.X) -> RegisterFacts:
    """Every twentieth entry is a delivery of 200, the others are supplies of 10."""
    balanced = kind in (RegisterKind.X, RegisterKind.CONTROLLED)
    made, balance = [], 0
    for place in range(entries):
        delivery = balanced and place % 20 == 0
        quantity = 200 if delivery else -10 if balanced else 10
        balance += quantity
        movement = MovementKind.RECEIVED if delivery else MovementKind.DISPENSED
        entry = RegisterEntry(
            number=place + 1, at=NOON + timedelta(minutes=37 * place),
            kind=movement if balanced else None,
            generic_name="Methylphenidate", strength="10 mg", form="prolonged-release tablet",
            brand="Methyrel", manufacturer="Sample Labs", schedule="X", batch_number=f"B{place}",
            expiry=date(2027, 3, 31), quantity=quantity, balance=balance if balanced else None,
            by="Pia Patel", unit="tablet",
        )  # fmt: skip
        if not delivery:
            entry = replace(
                entry, prescription_code="RX-7F3K2", prescribed_on=date(2026, 3, 1),
                patient_name="Kṣitij Sharma" if place % 7 else "क्षितिज शर्मा",
                patient_address="Rose Villa, Hill Road, Mumbai 400050",
                prescriber_name="Dr Asha Rao", prescriber_registration="MH-1",
                collected_by="the patient",
            )  # fmt: skip
        made.append(entry)
    return RegisterFacts(
        kind=kind, clinic=clinic, pharmacy=MAIN_STREET, first=date(2026, 3, 1),
        last=date(2026, 3, 31), entries=made, printing=Printing(at=NOON, by="Pia Patel"),
    )  # fmt: skip


SAHYADRI = Supplier(
    id=an_id("supplier"), clinic_id=CLINIC, version=1, name="Sahyadri Pharma Distributors",
    phone="+912025530000", email="orders@sahyadri.example",
    address="Gala 14, Timber Market Road, Bhawani Peth, Pune 411042", active=True,
)  # fmt: skip


def ordered_medicine(place: int) -> Medicine:
    name, strength, form, schedule, *_dose, unit = MEDICINES[place % len(MEDICINES)]
    return a_medicine(
        f"{name} {place}", strength, generic_name=name, form=form, schedule=schedule,
        brand=f"Brandex {place}", code=f"IN-{4000 + place}", gtin=f"{8901234500000 + place:014}",
        manufacturer="Sahyadri Laboratories Private Limited", pack_unit=unit,
    )  # fmt: skip


def supply(lines: int = 5, **changes: Any) -> SupplyFacts:
    """An order that was sent; five packs of each product, at 120.50 each."""
    medicines = [ordered_medicine(place) for place in range(lines)]
    order = SupplyOrder(
        id=an_id("supply order"), clinic_id=CLINIC, version=2, code="SO-7F3K2",
        pharmacy_id=MAIN_STREET.id, supplier_id=SAHYADRI.id, status=SupplyOrderStatus.SUBMITTED,
        note=None, line_count=lines, total_minor=lines * 5 * 12_050, currency="INR",
        created_at=NOON - timedelta(days=2), submitted_at=NOON, acknowledged_at=None,
        expected_on=None, received_at=None, closed_at=None, close_reason=None, updated_at=NOON,
        updated_by=pharmacist.id, submitted_by=pharmacist.id,
    )  # fmt: skip
    facts = SupplyFacts(
        clinic=clinic, pharmacy=MAIN_STREET, supplier=SAHYADRI, order=order,
        lines=[supply_line(order, medicine, line) for line, medicine in enumerate(medicines, 1)],
        medicines={medicine.id: medicine for medicine in medicines}, ordered_by="Pia Patel",
        printing=Printing(at=NOON + timedelta(hours=1), by="Pia Patel"),
    )  # fmt: skip
    return replace(facts, **changes)


def supply_line(
    order: SupplyOrder, medicine: Medicine, line: int, **changes: Any
) -> SupplyOrderLine:
    name = f"{medicine.generic_name} {medicine.strength} {medicine.form} · {medicine.brand}"
    made = SupplyOrderLine(
        id=an_id(f"supply line {line}"), clinic_id=CLINIC, version=1, supply_order_id=order.id,
        pharmacy_id=order.pharmacy_id, line=line, medicine_id=medicine.id, description=name,
        pack_size=medicine.pack_size, packs_ordered=5, packs_received=0, cost_minor=12_050,
        currency="INR", updated_at=NOON, updated_by=pharmacist.id,
    )  # fmt: skip
    return replace(made, **changes)
