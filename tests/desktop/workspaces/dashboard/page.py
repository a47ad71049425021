"""The page by itself, with a desk that never meets a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from clinicdesk.contract.entities import Batch, Medicine, Row, Schedule, StockLevel
from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.dashboard.workspace import DashboardWorkspace
from tests.core.sample import CLINIC, an_id
from tests.desktop.workspaces.pharmacy.counter import MUMBAI, NOON, pharmacist

NAMES = ("Paracetamol", "Azithromycin", "Cetirizine", "Amoxicillin", "Salbutamol", "Metformin")


@dataclass
class Page:
    """The page and what it asked for."""

    desk: Desk
    workspace: DashboardWorkspace
    tasks: TaskOwner
    gone_to: list[tuple[str, UUID]] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)


async def open_page(desk: Desk, design: Design) -> Page:
    """Make it as a window would."""
    await keep_medicines(desk)
    desk.link.become(LinkStatus.LIVE)
    tasks = TaskOwner(Reporter())
    gone_to: list[tuple[str, UUID]] = []

    def toast(text: str, tone: Tone = Tone.NEUTRAL, **_more: object) -> None:
        raise AssertionError(f"{tone}: {text}")

    context = Context(
        desk=desk,
        design=design,
        tasks=tasks,
        toast=toast,
        go=lambda kind, thing: gone_to.append((kind, thing)),
        zone=MUMBAI,
        painted=PaintTrace(NoTrace()),
    )
    workspace = DashboardWorkspace(context, lambda: NOON)
    workspace.resize(1220, 726)
    page = Page(desk, workspace, tasks, gone_to)
    workspace.place_wanted.connect(lambda key, place: page.places.append((key, place)))
    return page


async def keep_medicines(desk: Desk) -> None:
    """Have the desk hold the medicines of `NAMES`."""
    await desk._store.medicines.take_page(
        an_id("formulary"), [a_medicine(name) for name in NAMES], CatalogueState(1, "1")
    )


def a_medicine(name: str) -> Medicine:
    """A product on the shelves."""
    return Medicine(
        id=an_id(name),
        clinic_id=CLINIC,
        formulary_id=an_id("formulary"),
        revision=1,
        code=name,
        generic_name=name,
        strength="500 mg",
        form="tablet",
        route="oral",
        brand="",
        manufacturer="",
        pack_size=10,
        pack_unit="tablet",
        price_minor=1000,
        currency="INR",
        schedule=Schedule.OTC,
        ingredients=[name.lower()],
        discontinued=False,
        default_dose="1 tablet",
        default_frequency="OD",
        default_days=None,
    )


def some_shelves() -> list[Row]:
    """Shelves on which some things are low, out, expiring or expired."""
    rows: list[Row] = []
    for place, name in enumerate(NAMES):
        rows.append(a_level(name, on_hand=(0, 8, 500, 12, 500, 500)[place], reorder_level=20))
    rows.append(a_batch("Salbutamol", "S-881", on_hand=40, expires_in=-3))
    rows.append(a_batch("Metformin", "M-12", on_hand=120, expires_in=25))
    rows.append(a_batch("Cetirizine", "C-9", on_hand=200, expires_in=400))
    return rows


def a_level(name: str, *, on_hand: int, reorder_level: int) -> StockLevel:
    """How much of a medicine there is."""
    assert pharmacist.pharmacy_id is not None
    return StockLevel(
        id=an_id(f"{name} level"),
        clinic_id=CLINIC,
        version=1,
        pharmacy_id=pharmacist.pharmacy_id,
        medicine_id=an_id(name),
        on_hand=on_hand,
        reorder_level=reorder_level,
        reorder_packs=5,
        shelf="A3",
        updated_at=NOON,
    )


def a_batch(name: str, number: str, *, on_hand: int, expires_in: int) -> Batch:
    """A batch that expires in so many days."""
    assert pharmacist.pharmacy_id is not None
    return Batch(
        id=an_id(f"{name} {number}"),
        clinic_id=CLINIC,
        version=1,
        pharmacy_id=pharmacist.pharmacy_id,
        medicine_id=an_id(name),
        number=number,
        expiry=NOON.astimezone(MUMBAI).date() + timedelta(days=expires_in),
        on_hand=on_hand,
        cost_minor=500,
        currency="INR",
        received_at=NOON,
        updated_at=NOON,
    )
