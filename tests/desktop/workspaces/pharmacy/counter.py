"""A pharmacist's desk without a server: the real core over a store, filled as by the feed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from clinicdesk.contract.entities import (
    Allergy,
    Batch,
    ItemStatus,
    Medicine,
    Member,
    OrderStatus,
    Patient,
    Payment,
    PaymentKind,
    PaymentStatus,
    Practitioner,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    PurchaseOrder,
    Role,
    Row,
    Schedule,
    Severity,
    Sex,
    StockLevel,
)
from clinicdesk.contract.frames import SignalKind, Signalled
from clinicdesk.contract.threads import thread_of
from clinicdesk.core.clock import Now
from clinicdesk.core.desk import Desk
from clinicdesk.core.device import Device
from clinicdesk.core.home import Home
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.profiles import Profiles, Remembered
from clinicdesk.core.replica import Replica
from clinicdesk.core.scanning import ProductScan
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
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.pharmacy.workspace import PharmacyWorkspace
from tests.core.sample import (
    CLINIC,
    NOON,
    a_frame,
    a_patient,
    a_payment,
    a_prescription,
    a_snapshot,
    an_allergy,
    an_id,
    an_item,
    change,
    clinic,
    formulary,
    pharmacist,
    pharmacy,
    practitioner,
)

MUMBAI = ZoneInfo("Asia/Kolkata")
PATIENCE_S = 10.0


@dataclass
class Counter:
    """The pharmacist's place with what the window around it would hear."""

    desk: Desk
    context: Context
    workspace: PharmacyWorkspace
    tasks: TaskOwner
    said: list[tuple[str, Tone]] = field(default_factory=list)
    gone_to: list[tuple[str, UUID]] = field(default_factory=list)
    seq: int = 1
    keys: int = 0  # how many were pressed

    def find(self, kind: type[Any], name: str) -> Any:
        """A widget by its stable name."""
        found = self.workspace.findChild(kind, name)
        assert found is not None, name
        return found

    async def feed(self, *rows: Row, op_ids: tuple[UUID, ...] = ()) -> None:
        """The server tells of changed rows."""
        op_id = op_ids[0] if op_ids else None
        items = [change(row, seq=self.seq + 1, op_id=op_id) for row in rows]
        frame = a_frame(self.seq, self.seq + 1, *items)
        self.seq += 1
        await self.desk.replica.apply(frame)
        await settled()

    async def colleagues(self, *names: str, role: Role = Role.PHARMACIST) -> None:
        """These are members of staff as well."""
        member = self.desk.member
        await self.feed(*(replace(member, id=an_id(name), name=name, role=role) for name in names))

    def meets(
        self, name: str, at: str | Prescription | None, what: SignalKind = SignalKind.PRESENT
    ) -> None:
        """The server tells that a colleague is at a prescription, at another counter."""
        prescription = an_id(at) if isinstance(at, str) else at.id if at is not None else None
        told = Signalled(
            thread=thread_of("pharmacy", self.desk.member.pharmacy_id or an_id("nowhere")),
            what=what,
            by=an_id(name),
            device=an_id(name),
            lease_s=30,
            about=prescription,
        )
        self.desk.presence.heard(told)
        if prescription is not None:
            thread = thread_of("prescription", prescription)
            self.desk.presence.heard(replace(told, thread=thread, about=None))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
        """Press a key where the keyboard is."""
        where = QApplication.focusWidget()
        assert where is not None
        self.keys += 1
        QTest.keyClick(where, key, modifiers or Qt.KeyboardModifier.NoModifier)

    def type(self, text: str) -> None:
        """Type where the keyboard is, which a letter may move."""
        for letter in text:
            where = QApplication.focusWidget()
            assert where is not None
            self.keys += 1
            QTest.keyClicks(where, letter)

    def prescription(self, name: str) -> Prescription:
        """A prescription as the screens show it now."""
        found = self.desk.replica.prescriptions.get(an_id(name))
        assert found is not None
        return found


async def settled() -> None:
    """Let Qt and the event loop do what they have been asked to."""
    for _ in range(3):
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


class _SessionAtNoon(Session):
    """On these desks it is noon, whatever day the tests run on."""

    def server_now(self) -> datetime:
        return NOON


async def open_desk(folder: Path, *rows: Row, member: Member = pharmacist) -> Desk:
    """A desk that never meets a server; `rows` are its snapshot."""
    home = Home("test", folder / "config", folder / "data")
    home.config.mkdir(parents=True)
    vault = MemoryVault()
    profiles = Profiles.read(home)
    user = Remembered(
        server="https://clinic.example",
        login="pia",
        session_id=an_id("session"),
        member=member,
        clinic=clinic,
        last_used=NOON,
    )
    device = await Device.load(profiles.device_id, home, vault)
    session = _SessionAtNoon(user, device, Transport(user.server), home, vault, profiles, "token")
    identity = {"server": "s", "clinic": str(CLINIC), "member": str(member.id)}
    store = await Store.open(folder / "desk.db", bytes(range(32)), identity, lambda: NOON)
    await store.medicines.take_page(formulary.id, medicines(), CatalogueState(1, None))
    replica = Replica(store.rows, member.id, NoTrace())
    await replica.load()
    if rows:
        await replica.swap(a_snapshot(member, *rows))
    desk = Desk(session, store, replica, NoTrace(), lambda: NOON)
    await desk.outbox.load()
    await desk.notices.load()
    desk.search.index()
    await desk.search.indexed()
    return desk


def open_counter(
    desk: Desk, design: Design, *, live: bool | None = True, now: Now = lambda: NOON
) -> Counter:
    """The place itself, live or offline, as a window would make it; None: as the desk stands."""
    if live is not None:
        desk.link.become(LinkStatus.LIVE if live else LinkStatus.OFFLINE)
    reporter = Reporter()
    tasks = TaskOwner(reporter)
    said: list[tuple[str, Tone]] = []
    gone_to: list[tuple[str, UUID]] = []
    reporter.reported.connect(lambda text: said.append((text, Tone.DANGER)))

    def toast(
        text: str,
        tone: Tone = Tone.NEUTRAL,
        *,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        of_scan: bool = False,
    ) -> None:
        said.append((text, tone))

    context = Context(
        desk=desk,
        design=design,
        tasks=tasks,
        toast=toast,
        go=lambda kind, thing: gone_to.append((kind, thing)),
        zone=MUMBAI,
        painted=PaintTrace(NoTrace()),
    )
    workspace = PharmacyWorkspace(context, now)
    workspace.resize(1220, 726)
    return Counter(desk, context, workspace, tasks, said, gone_to)


PEOPLE: tuple[tuple[str, str | None, Sex, date], ...] = (
    ("Meera Deshpande", "मीरा देशपांडे", Sex.FEMALE, date(1992, 3, 12)),
    ("Tāne Wiremu", None, Sex.MALE, date(1987, 11, 2)),
    ("राजेश शर्मा", None, Sex.MALE, date(1975, 6, 30)),
    ("Fatima Sheikh", None, Sex.FEMALE, date(2001, 1, 19)),
    ("Arjun Nair", None, Sex.MALE, date(1968, 9, 4)),
    ("Hine Ngāta", None, Sex.FEMALE, date(1999, 12, 24)),
    ("Venkatanarasimharajuvaripeta Krishnamurthy-Subramaniam", None, Sex.MALE, date(1950, 2, 8)),
    ("Lakshmi Iyer", "லட்சுமி", Sex.FEMALE, date(2024, 8, 15)),
    ("Omar Farooqui", None, Sex.MALE, date(1983, 4, 27)),
    ("Grace Thomas", None, Sex.FEMALE, date(1961, 7, 7)),
    ("Wiremu Parata-Kāretu", None, Sex.MALE, date(1990, 5, 14)),
    ("अनीता कुलकर्णी", None, Sex.FEMALE, date(1958, 10, 3)),
)
MEDICINES: tuple[tuple[str, str, str, str, str, str, int | None, int, str, int], ...] = (
    ("Cetirizine", "10 mg", "tablet", "Cetzy", "1 tablet", "HS", 10, 10, "", 3150),
    ("Azithromycin", "500 mg", "tablet", "Azrel", "1 tablet", "OD", 3, 3,
     "one hour before food", 11900),
    ("Paracetamol", "500 mg", "tablet", "Calpar", "1-2 tablets", "SOS", None, 20,
     "not more than 8 tablets in 24 hours", 2000),
    ("Aceclofenac + Paracetamol + Serratiopeptidase", "100 mg + 325 mg + 15 mg", "tablet",
     "Aceflam-SP", "1 tablet", "BD", 5, 10, "after food, with a full glass of water", 14250),
    ("Amoxicillin", "250 mg / 5 ml", "oral suspension", "Amoxel", "5 ml", "TDS", 7, 105,
     "shake well before use; keep in the refrigerator and throw away what is left after 7 days",
     8800),
    ("Metformin", "500 mg", "prolonged-release tablet", "Glyfor XR", "1 tablet", "BD", 30, 60,
     "with food", 24600),
    ("Salbutamol", "100 micrograms / dose", "pressurised inhaler", "Airolin", "2 puffs", "SOS",
     None, 1, "", 16900),
)  # fmt: skip
OTHER_BRANDS = (("Cetirizine", "Alerid", 2800), ("Cetirizine", "Okacet", 3600))


def medicines() -> list[Medicine]:
    """The products of the lines, and other brands of some of them."""
    made = []
    for place, (generic, strength, form, brand, dose, frequency, days, pack, _, price) in enumerate(
        MEDICINES
    ):
        medicine = Medicine(
            id=an_id(f"medicine {brand}"), clinic_id=CLINIC, formulary_id=formulary.id, revision=1,
            code=brand, generic_name=generic, strength=strength, form=form, route="oral",
            brand=brand, manufacturer="Sample Labs", pack_size=pack, pack_unit=form,
            price_minor=price, currency="INR", schedule=Schedule.H,
            ingredients=[part.strip().lower() for part in generic.split("+")], discontinued=False,
            default_dose=dose, default_frequency=frequency, default_days=days,
            gtin=f"0890123456{place:03}0",
        )  # fmt: skip
        made.append(medicine)
        for other, name, pack_price in OTHER_BRANDS:
            if other == generic:
                product = replace(
                    medicine, id=an_id(f"medicine {name}"), code=name, brand=name,
                    price_minor=pack_price, gtin=f"0890999456{len(made):03}0",
                )  # fmt: skip
                made.append(product)
    return made


def product(brand: str) -> Medicine:
    """A product by its brand."""
    return next(medicine for medicine in medicines() if medicine.brand == brand)


def on_shelf(brand: str, *batches: tuple[str, date, int]) -> list[Row]:
    """A product of which these batches (number, expiry, units) lie on the pharmacy's shelf."""
    medicine = product(brand)
    level = StockLevel(
        id=an_id(f"level {brand}"), clinic_id=CLINIC, version=1, pharmacy_id=pharmacy.id,
        medicine_id=medicine.id, on_hand=sum(units for _, _, units in batches), reorder_level=0,
        reorder_packs=1, shelf="A1", updated_at=NOON,
    )  # fmt: skip
    return [
        level,
        *(
            Batch(
                id=an_id(f"batch {number}"), clinic_id=CLINIC, version=1, pharmacy_id=pharmacy.id,
                medicine_id=medicine.id, number=number, expiry=expiry, on_hand=units,
                cost_minor=1_000, currency="INR", received_at=NOON, updated_at=NOON,
            )
            for number, expiry, units in batches
        ),
    ]  # fmt: skip


def scan_of(brand: str, batch: str | None = None, expiry: date | None = None) -> ProductScan:
    """A box of a product, scanned."""
    medicine = product(brand)
    return ProductScan(medicine.gtin or "", batch, expiry, [medicine])


def an_order(prescription: Prescription, **changes: Any) -> PurchaseOrder:
    """The pharmacy's order for a prescription that is paid."""
    order = PurchaseOrder(
        id=uuid5(prescription.id, "order 1"), clinic_id=CLINIC, version=1,
        prescription_id=prescription.id, patient_id=prescription.patient_id,
        practitioner_id=prescription.practitioner_id, pharmacy_id=pharmacy.id, code="PO-7F3K2",
        status=OrderStatus.PENDING, delivery=prescription.delivery, response=None,
        response_note=None, quoted_minor=None, currency="INR", created_at=NOON,
        acknowledged_at=None, ready_at=None, dispatched_at=None, closed_at=None, received_by=None,
        updated_at=NOON, updated_by=pharmacist.id,
    )  # fmt: skip
    return replace(order, **changes)


DOCTORS = ("Dr Sunita Rao", "Dr Mereana Parata", "Dr Thomas Menon", "Dr Anand Pillai")


@dataclass
class Rows:
    """A clinic's rows as they are put together."""

    practitioners: list[Practitioner] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)
    allergies: list[Allergy] = field(default_factory=list)
    prescriptions: list[Prescription] = field(default_factory=list)
    items: list[PrescriptionItem] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    shelves: list[Row] = field(default_factory=list)

    def all(self) -> list[Row]:
        """Everything, parents first."""
        return [
            *self.practitioners,
            *self.patients,
            *self.allergies,
            *self.prescriptions,
            *self.items,
            *self.payments,
            *self.shelves,
        ]


def many(count: int, *, patients: int | None = None, lines: bool = True) -> Rows:
    """So many prescriptions in all states, the same each time."""
    rows = Rows()
    for number, name in enumerate(DOCTORS):
        who = replace(practitioner, id=an_id(f"doctor {number}"), name=name)
        rows.practitioners.append(who)
    for number in range(patients or len(PEOPLE)):
        name, local, sex, birth = PEOPLE[number % len(PEOPLE)]
        rows.patients.append(
            a_patient(
                name,
                id=an_id(f"patient {number}"),
                number=f"P-{4182 + number:06}",
                name_local=local,
                sex=sex,
                birth_date=birth,
                phone=f"98220 {14417 + 37 * number:05}",
            )
        )
    rows.allergies = [
        an_allergy(id=an_id("allergy 0"), patient_id=rows.patients[0].id),
        *(
            an_allergy(id=an_id(f"allergy {number}"), patient_id=rows.patients[2].id,
                       substance=substance, severity=severity)
            for number, (substance, severity) in enumerate(
                (("sulfonamides", Severity.SEVERE), ("aspirin", Severity.MILD),
                 ("iodine contrast", Severity.MODERATE)), start=1,
            )
        ),
    ]  # fmt: skip
    for number in range(count):
        _add(rows, number, lines=lines)
    return rows


STATES = (
    PrescriptionStatus.DRAFT,
    PrescriptionStatus.PAID,
    PrescriptionStatus.PAID,
    PrescriptionStatus.FULFILLED,
    PrescriptionStatus.COMPLETED,
    PrescriptionStatus.COMPLETED,
    PrescriptionStatus.CANCELLED,
)


def _add(rows: Rows, number: int, *, lines: bool) -> None:
    patient = rows.patients[number % len(rows.patients)]
    status = STATES[number % len(STATES)]
    count = 1 + number % 4
    picked = [MEDICINES[(number + place) % len(MEDICINES)] for place in range(count)]
    total = sum(medicine[-1] for medicine in picked)
    signed = NOON - timedelta(minutes=3 + 7 * number % 9000)
    later = [signed + timedelta(minutes=minutes) for minutes in (1, 2, 3)]
    rank = {PrescriptionStatus.PAID: 1, PrescriptionStatus.FULFILLED: 2,
            PrescriptionStatus.COMPLETED: 3}.get(status, 0)  # fmt: skip
    prescription = a_prescription(
        f"rx {number}",
        code=f"RX-{number + 0x7F3A0:05X}",
        patient_id=patient.id,
        practitioner_id=rows.practitioners[number % len(DOCTORS)].id,
        status=status,
        signed_at=signed,
        created_at=signed,
        note="Macrolide, since she is allergic to penicillins." if number % 3 == 1 else None,
        item_count=count,
        total_minor=total,
        paid_minor=total if rank else 0,
        paid_at=later[0] if rank >= 1 else None,
        fulfilled_at=later[1] if rank >= 2 else None,
        completed_at=later[2] if rank >= 3 else None,
        collected_by=patient.name if rank >= 3 else None,
        cancelled_at=later[0] if status is PrescriptionStatus.CANCELLED else None,
        cancel_reason="Not collected" if status is PrescriptionStatus.CANCELLED else None,
    )
    rows.prescriptions.append(prescription)
    if not lines:
        return
    item_status = {
        PrescriptionStatus.FULFILLED: ItemStatus.READY,
        PrescriptionStatus.COMPLETED: ItemStatus.HANDED_OVER,
        PrescriptionStatus.CANCELLED: ItemStatus.CANCELLED,
    }.get(status, ItemStatus.PENDING)
    for place, medicine in enumerate(picked):
        generic, strength, form, brand, dose, frequency, days, quantity, told, price = medicine
        rows.items.append(
            an_item(
                prescription, f"rx {number} line {place + 1}", line=place + 1,
                medicine_id=an_id(f"medicine {brand}"),
                generic_name=generic, strength=strength, form=form, brand=brand, dose=dose,
                frequency=frequency, days=days, quantity=quantity, instructions=told,
                amount_minor=price, status=item_status, schedule=Schedule.H,
            )
        )  # fmt: skip


def a_counter_prescription(
    name: str = "rx",
    *,
    lines: int = 3,
    status: PrescriptionStatus = PrescriptionStatus.DRAFT,
    **changes: Any,
) -> Rows:
    """One signed prescription of Meera Deshpande, with her allergy and, once paid, its payment."""
    rows = many(0)
    _add(rows, 0, lines=False)
    paid = status is not PrescriptionStatus.DRAFT
    amounts = [10_000, 20_000, 11_200, 5_000][:lines]
    prescription = replace(
        rows.prescriptions.pop(),
        id=an_id(name),
        code="RX-7F3K2",
        status=status,
        note="Macrolide, since she is allergic to penicillins.",
        signed_at=NOON - timedelta(minutes=4),
        item_count=lines,
        total_minor=sum(amounts),
        paid_minor=sum(amounts) if paid else 0,
        paid_at=NOON - timedelta(minutes=2) if paid else None,
        fulfilled_at=at(-1) if status is PrescriptionStatus.FULFILLED else None,
    )
    prescription = replace(prescription, **changes)
    rows.prescriptions.append(prescription)
    for place, amount in enumerate(amounts):
        generic, strength, form, brand, dose, frequency, days, quantity, told, _ = MEDICINES[place]
        ready = status is PrescriptionStatus.FULFILLED
        rows.items.append(
            an_item(
                prescription, f"{name} line {place + 1}", line=place + 1, generic_name=generic,
                medicine_id=an_id(f"medicine {brand}"), strength=strength, form=form,
                brand=brand, dose=dose, frequency=frequency, days=days, quantity=quantity,
                instructions=told, amount_minor=amount,
                status=ItemStatus.READY if ready else ItemStatus.PENDING,
            )
        )  # fmt: skip
    if paid:
        rows.payments.append(a_payment(prescription, f"{name} payment", amount_minor=sum(amounts)))
    return rows


def a_refund(prescription: Prescription, amount_minor: int, **changes: Any) -> Payment:
    """A refund that is owed."""
    owed = a_payment(
        prescription,
        f"refund of {prescription.code}",
        kind=PaymentKind.REFUND,
        status=PaymentStatus.PENDING,
        amount_minor=amount_minor,
        settled_at=None,
    )
    return replace(owed, **changes)


def focused() -> QWidget | None:
    """Where the keyboard is."""
    return QApplication.focusWidget()


def is_inside(widget: QObject | None, parent: QObject) -> bool:
    """Whether a widget is `parent` or somewhere in it."""
    while widget is not None and widget is not parent:
        widget = widget.parent()
    return widget is not None


def at(minutes: int) -> datetime:
    """A moment so many minutes after noon."""
    return NOON + timedelta(minutes=minutes)
