"""A therapist's desk without a server: the real core over a store, with the demo clinic's content.

`open_room` opens a place over it and hears what the window around it would hear.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from clinicdesk.contract.codes import prescription_code
from clinicdesk.contract.entities import (
    Allergy,
    FindingKind,
    ItemStatus,
    Medicine,
    Member,
    OrderResponse,
    OrderStatus,
    Patient,
    Pharmacy,
    Practitioner,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    Price,
    PriceList,
    PurchaseOrder,
    Role,
    Row,
    RuleSet,
    SafetyFinding,
    SafetyRule,
    Stage,
    StockLevel,
    Tier,
)
from clinicdesk.contract.money import line_amount
from clinicdesk.core.desk import Desk
from clinicdesk.core.device import Device
from clinicdesk.core.home import Home
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.profiles import Profiles, Remembered
from clinicdesk.core.replica import Replica
from clinicdesk.core.session import Session
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from clinicdesk.core.transport import Transport
from clinicdesk.core.vault import MemoryVault
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context, Workspace
from clinicdesk.server.demo_clinic import DemoClinic, PrescriptionPlan, Target, generate
from clinicdesk.server.domain.safety.own_rules import own_rules
from tests.core.sample import CLINIC, a_frame, a_snapshot, an_id, change, clinic, formulary

MUMBAI = ZoneInfo("Asia/Kolkata")
TODAY = datetime.now(UTC).date()
PATIENCE_S = 10.0
W = TypeVar("W", bound=Workspace)

_RANK = {
    Target.DRAFT: 0, Target.SIGNED: 1, Target.PAID: 2, Target.PART_FULFILLED: 2,
    Target.FULFILLED: 3, Target.COMPLETED: 4,
}  # fmt: skip
_STATUS = (
    PrescriptionStatus.DRAFT, PrescriptionStatus.DRAFT, PrescriptionStatus.PAID,
    PrescriptionStatus.FULFILLED, PrescriptionStatus.COMPLETED,
)  # fmt: skip
_ITEM_STATUS = {
    PrescriptionStatus.FULFILLED: ItemStatus.READY,
    PrescriptionStatus.COMPLETED: ItemStatus.HANDED_OVER,
    PrescriptionStatus.CANCELLED: ItemStatus.CANCELLED,
}


class KeptVault(MemoryVault):
    """As a keyring to the desk: its store stays on the disk when it is closed."""

    @property
    def lasting(self) -> bool:
        return True


class DemoRows:
    """The demo clinic's content as the rows and medicines of one therapist's desk.

    Everybody is in this therapist's care, and they wrote every prescription.

    Attributes:
        member: The therapist. rows: Everything but medicines. patients: The familiar ones first.
    """

    def __init__(self, patients: int = 24, prescriptions: int = 40, seed: int = 7) -> None:
        self.demo: DemoClinic = generate(seed, patients, prescriptions, TODAY)
        self.now = datetime.now(UTC)
        doctor = self.demo.practitioners[0]
        self.practitioner = Practitioner(
            id=an_id("practitioner"), clinic_id=CLINIC, version=1, name="Dr Sunita Rao",
            specialization=doctor.specialization, qualification=doctor.qualification,
            registration_number=doctor.registration_number, phone=doctor.phone, active=True,
        )  # fmt: skip
        self.member = Member(
            id=an_id("member"), clinic_id=CLINIC, version=1, account_id=an_id("account"),
            name="Dr Sunita Rao", role=Role.THERAPIST, practitioner_id=self.practitioner.id,
            pharmacy_id=None, active=True,
        )  # fmt: skip
        self.pharmacies = [
            Pharmacy(
                id=an_id(f"pharmacy {n}"), clinic_id=CLINIC, version=1, name=p.name,
                licence_number=p.licence_number, address=p.address, phone=p.phone, active=True,
            )
            for n, p in enumerate(self.demo.pharmacies)
        ]  # fmt: skip
        self.pharmacist = Member(
            id=an_id("pharmacist"), clinic_id=CLINIC, version=1, account_id=an_id("account 2"),
            name="Vikram Patil", role=Role.PHARMACIST, practitioner_id=None,
            pharmacy_id=self.pharmacies[0].id, active=True,
        )  # fmt: skip
        self.medicines = list(self._medicines())
        self.patients = list(self._patients())
        self.allergies = list(self._allergies())
        self.prescriptions: list[Prescription] = []
        self.items: list[PrescriptionItem] = []
        for number, plan in enumerate(self.demo.prescriptions):
            self._add(number, plan)

    @property
    def rows(self) -> list[Row]:
        """All rows of the desk."""
        return [
            self.practitioner, self.pharmacist, *self.pharmacies, *self.patients, *self.allergies,
            *self.prescriptions, *self.items,
        ]  # fmt: skip

    def patient(self, name: str) -> Patient:
        """A patient by name."""
        return next(patient for patient in self.patients if patient.name == name)

    def medicine(self, name: str, strength: str = "", form: str = "") -> Medicine:
        """A medicine by its name, and strength or form."""
        return next(
            m for m in self.medicines
            if m.generic_name == name and strength in m.strength and form in m.form
        )  # fmt: skip

    def _medicines(self) -> Iterator[Medicine]:
        for row in self.demo.medicines:
            yield Medicine(
                id=an_id(row.code), clinic_id=CLINIC, formulary_id=formulary.id, revision=1,
                code=row.code, generic_name=row.generic_name, strength=row.strength, form=row.form,
                route=row.route, brand=row.brand, manufacturer=row.manufacturer,
                pack_size=row.pack_size, pack_unit=row.pack_unit, price_minor=row.price_minor,
                currency=row.currency, schedule=row.schedule, ingredients=row.ingredients,
                discontinued=row.discontinued, default_dose=row.default_dose,
                default_frequency=row.default_frequency, default_days=row.default_days,
            )  # fmt: skip

    def _patients(self) -> Iterator[Patient]:
        for seed in self.demo.patients():
            yield Patient(
                id=an_id(f"patient {seed.index}"), clinic_id=CLINIC, version=1,
                number=f"P-{4182 + seed.index:06}", name=seed.name, name_local=seed.name_local,
                sex=seed.sex, birth_date=seed.birth_date, phone=seed.phone, email=seed.email,
                address=seed.address, practitioner_ids=[self.practitioner.id],
                pharmacy_ids=[self.pharmacies[0].id], created_at=self.now, updated_at=self.now,
            )  # fmt: skip

    def _allergies(self) -> Iterator[Allergy]:
        for seed in self.demo.patients():
            for place, known in enumerate(seed.allergies):
                yield Allergy(
                    id=an_id(f"allergy {seed.index} {place}"), clinic_id=CLINIC, version=1,
                    patient_id=an_id(f"patient {seed.index}"),
                    practitioner_ids=[self.practitioner.id], pharmacy_ids=[],
                    substance=known.substance, reaction=known.reaction, severity=known.severity,
                    active=True, recorded_at=self.now,
                )  # fmt: skip

    def _add(self, number: int, plan: PrescriptionPlan) -> None:
        cancelled = plan.target is Target.CANCELLED
        rank = _RANK[plan.cancelled_from or Target.SIGNED] if cancelled else _RANK[plan.target]
        status = PrescriptionStatus.CANCELLED if cancelled else _STATUS[rank]
        written = self.now - timedelta(minutes=plan.written_minutes_ago)
        reached = self.now - timedelta(minutes=plan.reached_minutes_ago)
        pharmacy = None if plan.pharmacy is None else self.pharmacies[plan.pharmacy].id
        lines = [(self.medicines[line.medicine], line) for line in plan.lines]
        total = sum(line_amount(m.price_minor, m.pack_size, x.quantity) for m, x in lines)
        identifier = an_id(f"prescription {number}")
        moments = [written if rank > place else None for place in range(4)]
        if 0 < rank <= 4 and not cancelled:
            moments[rank - 1] = reached
        signed, paid, fulfilled, completed = moments
        row = Prescription(
            id=identifier, clinic_id=CLINIC, version=1, code=prescription_code(identifier),
            patient_id=an_id(f"patient {plan.patient}"), practitioner_id=self.practitioner.id,
            pharmacy_id=pharmacy, status=status, signed_at=signed, note=plan.reason,
            item_count=len(lines), controlled=any(m.schedule.controlled for m, _ in lines),
            total_minor=total, paid_minor=total if rank >= 2 and not cancelled else 0,
            currency="INR", created_at=written, paid_at=paid, fulfilled_at=fulfilled,
            completed_at=completed, collected_by=plan.collected_by or None,
            cancelled_at=reached if cancelled else None,
            cancel_reason=plan.cancel_reason or None, updated_at=reached,
            updated_by=self.pharmacist.id if rank >= 2 else self.member.id,
        )  # fmt: skip
        self.prescriptions.append(row)
        for place, (medicine, line) in enumerate(lines, start=1):
            self.items.append(
                PrescriptionItem(
                    id=an_id(f"item {number} {place}"), clinic_id=CLINIC, version=1,
                    prescription_id=identifier, patient_id=row.patient_id,
                    practitioner_id=self.practitioner.id, pharmacy_id=pharmacy, signed_at=signed,
                    line=place, medicine_id=medicine.id, generic_name=medicine.generic_name,
                    strength=medicine.strength, form=medicine.form, brand=medicine.brand,
                    schedule=medicine.schedule, dose=line.dose, route=medicine.route,
                    frequency=line.frequency, days=line.days, quantity=line.quantity,
                    instructions=line.instructions,
                    amount_minor=line_amount(
                        medicine.price_minor, medicine.pack_size, line.quantity
                    ),
                    currency="INR", status=_ITEM_STATUS.get(status, ItemStatus.PENDING),
                    supplied=0, decline_reason=line.decline_reason or None, updated_at=reached,
                    updated_by=self.member.id,
                )
            )  # fmt: skip


@dataclass
class Room(Generic[W]):
    """A place with what the window around it would hear."""

    desk: Desk
    place: W
    tasks: TaskOwner
    said: list[str] = field(default_factory=list)
    offered: list[Callable[[], object]] = field(default_factory=list)
    gone_to: list[tuple[str, UUID]] = field(default_factory=list)
    seq: int = 1

    def find(self, kind: type[Any], name: str) -> Any:
        """A widget by its stable name."""
        found = self.place.findChild(kind, name)
        assert found is not None, name
        return found

    async def feed(self, *rows: Row, op_id: UUID | None = None) -> None:
        """The server tells of changed rows."""
        items = [change(row, seq=self.seq + 1, op_id=op_id) for row in rows]
        frame = a_frame(self.seq, self.seq + 1, *items)
        self.seq += 1
        await self.desk.replica.apply(frame)
        await settled()

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
        """Press a key where the keyboard is."""
        where = QApplication.focusWidget()
        assert where is not None
        QTest.keyClick(where, key, modifiers or Qt.KeyboardModifier.NoModifier)

    def type(self, text: str) -> None:
        """Type where the keyboard is, which a letter may move."""
        for letter in text:
            where = QApplication.focusWidget()
            assert where is not None
            QTest.keyClicks(where, letter)

    async def close(self) -> None:
        """End the place, not the desk."""
        await self.place.settle()
        await self.tasks.end()
        self.place.close()
        self.place.deleteLater()
        await settled()


async def settled() -> None:
    """Let Qt and the event loop do what they have been asked to."""
    for _ in range(4):
        QApplication.processEvents()
        await asyncio.sleep(0)


async def until(true: Callable[[], object], what: str = "") -> None:
    """Wait until something holds, for at most `PATIENCE_S` seconds."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not true():
        assert asyncio.get_running_loop().time() < deadline, what or "it never came true"
        QApplication.processEvents()
        await asyncio.sleep(0.005)
    await settled()


def safety_rules() -> tuple[RuleSet, list[SafetyRule]]:
    """The product's own rules, as a clinic's."""
    rule_set = RuleSet(
        id=an_id("rules"), clinic_id=CLINIC, version=1, name="Safety rules", revision=1,
        rule_count=1, updated_at=datetime.now(UTC),
    )  # fmt: skip
    rules = [
        SafetyRule(
            id=an_id(f"rule {place}"), clinic_id=CLINIC, rule_set_id=rule_set.id, revision=1,
            source="clinicdesk", withdrawn=False, **structs.asdict(row),
        )
        for place, row in enumerate(own_rules())
    ]  # fmt: skip
    return rule_set, rules


async def open_desk(
    folder: Path,
    member: Member,
    rows: Sequence[Row],
    medicines: Sequence[Medicine],
    *,
    rules: bool = False,
) -> Desk:
    """A desk that never meets a server. The folder may hold the store of an earlier one.

    `rules`: The clinic has safety rules.
    """
    home = Home("test", folder / "config", folder / "data")
    home.config.mkdir(parents=True, exist_ok=True)
    vault = KeptVault()
    profiles = Profiles.read(home)
    now = datetime.now(UTC)
    user = Remembered(
        server="https://clinic.example", login="sunita", session_id=an_id("session"),
        member=member, clinic=clinic, last_used=now,
    )  # fmt: skip
    device = await Device.load(profiles.device_id, home, vault)
    session = Session(user, device, Transport(user.server), home, vault, profiles, "token")
    identity = {"server": "s", "clinic": str(CLINIC), "member": str(member.id)}
    store = await Store.open(folder / "desk.db", bytes(range(32)), identity, utc)
    if medicines:
        await store.medicines.take_page(formulary.id, medicines, CatalogueState(1, None))
    if rules:
        rule_set, known = safety_rules()
        await store.rules.take_page(rule_set.id, known, CatalogueState(1, None))
        rows = [rule_set, *rows]
    replica = Replica(store.rows, member.id, NoTrace())
    await replica.load()
    if rows:
        await replica.swap(a_snapshot(member, *rows))
    desk = Desk(session, store, replica, NoTrace(), utc)
    await desk.outbox.load()
    await desk.notices.load()
    desk.search.index()
    await desk.search.indexed()
    return desk


def utc() -> datetime:
    """The clock of the desk."""
    return datetime.now(UTC)


def open_room(
    desk: Desk, design: Design, make: Callable[[Context], W], *, live: bool | None = True
) -> Room[W]:
    """A place of a desk, live or offline, as a window would make it; None: as the desk stands."""
    if live is not None:
        desk.link.become(LinkStatus.LIVE if live else LinkStatus.OFFLINE)
    reporter = Reporter()
    tasks = TaskOwner(reporter)
    said: list[str] = []
    offered: list[Callable[[], object]] = []
    gone_to: list[tuple[str, UUID]] = []
    reporter.reported.connect(said.append)

    def toast(
        text: str,
        tone: Tone = Tone.NEUTRAL,
        *,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        of_scan: bool = False,
    ) -> None:
        said.append(text)
        if on_action is not None:
            offered.append(on_action)

    context = Context(
        desk=desk, design=design, tasks=tasks, toast=toast,
        go=lambda kind, thing: gone_to.append((kind, thing)), zone=MUMBAI,
        painted=PaintTrace(NoTrace()),
    )  # fmt: skip
    place = make(context)
    place.resize(1220, 726)
    return Room(desk, place, tasks, said, offered, gone_to)


def an_order(prescription: Prescription, at: datetime, **changes: Any) -> PurchaseOrder:
    """The order of a prescription that is paid, as it is made."""
    made: dict[str, Any] = {
        "version": 1, "status": OrderStatus.PENDING, "response": None, "response_note": None,
        "quoted_minor": None, "closed_at": None,
    }  # fmt: skip
    return sent_back(prescription, at, **{**made, **changes})


def an_answer(item: PrescriptionItem, by: Member, at: datetime, **changes: Any) -> SafetyFinding:
    """A reason that a pharmacist gave when a line was dispensed."""
    answer = SafetyFinding(
        id=an_id(f"answer {item.id}"), clinic_id=CLINIC, version=1,
        prescription_id=item.prescription_id, item_id=item.id, patient_id=item.patient_id,
        practitioner_id=item.practitioner_id, pharmacy_id=item.pharmacy_id,
        signed_at=item.signed_at, stage=Stage.DISPENSING, kind=FindingKind.INTERACTION,
        tier=Tier.OVERRIDE, key="interaction:ibuprofen+warfarin",
        summary="Warfarin and ibuprofen: major interaction",
        reason="Agreed with the prescriber on the telephone", by=by.id, at=at,
    )  # fmt: skip
    return structs.replace(answer, **changes)


def sent_back(prescription: Prescription, at: datetime, **changes: Any) -> PurchaseOrder:
    """The order of a prescription that is paid, as its pharmacy sends it back with a quote."""
    assert prescription.pharmacy_id is not None
    order = PurchaseOrder(
        id=uuid5(prescription.id, "order 1"), clinic_id=prescription.clinic_id, version=2,
        prescription_id=prescription.id, patient_id=prescription.patient_id,
        practitioner_id=prescription.practitioner_id, pharmacy_id=prescription.pharmacy_id,
        code="PO-7F3K2", status=OrderStatus.REJECTED, delivery=False,
        response=OrderResponse.QUOTE,
        response_note="Only the imported brand can be had this week", quoted_minor=64_250,
        currency=prescription.currency, created_at=at, acknowledged_at=None, ready_at=None,
        dispatched_at=None, closed_at=at, received_by=None, updated_at=at,
        updated_by=prescription.updated_by,
    )  # fmt: skip
    return structs.replace(order, **changes)


def a_level(
    pharmacy: Pharmacy, medicine: Medicine, on_hand: int, reorder_level: int = 0, version: int = 1
) -> StockLevel:
    """What a pharmacy has of a medicine."""
    return StockLevel(
        id=an_id(f"level {pharmacy.id} {medicine.id}"), clinic_id=CLINIC, version=version,
        pharmacy_id=pharmacy.id, medicine_id=medicine.id, on_hand=on_hand,
        reorder_level=reorder_level, reorder_packs=1, shelf="", updated_at=datetime.now(UTC),
    )  # fmt: skip


async def set_price(room: Room[Any], pharmacy: Pharmacy, medicine: Medicine, minor: int) -> None:
    """A pharmacy's list has a price of a medicine from now on, and the desk has fetched it."""
    listed = PriceList(
        id=an_id(f"list {pharmacy.id}"), clinic_id=CLINIC, version=1, pharmacy_id=pharmacy.id,
        name="Prices", currency="INR", revision=1, price_count=1, updated_at=datetime.now(UTC),
    )  # fmt: skip
    if room.desk.pricing.list_of(pharmacy.id) is None:
        await room.feed(listed)
    price = Price(
        id=an_id(f"price {pharmacy.id} {medicine.id}"), clinic_id=CLINIC,
        price_list_id=listed.id, pharmacy_id=pharmacy.id, revision=1, medicine_id=medicine.id,
        price_minor=minor, currency="INR", effective_from=TODAY - timedelta(days=2),
        effective_until=None, withdrawn=False,
    )  # fmt: skip
    await room.desk.prices._table.take_page(listed.id, [price], CatalogueState(1, None))
    room.desk.prices.changed.tell(None)
    await settled()
