"""The shelves by themselves, with a desk that never meets a server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from clinicdesk.contract.entities import (
    Row,
    Supplier,
    SupplyOrder,
    SupplyOrderLine,
    SupplyOrderStatus,
)
from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.stock.workspace import StockWorkspace
from tests.core.sample import CLINIC, an_id
from tests.desktop.workspaces.dashboard.page import NAMES, a_medicine, keep_medicines
from tests.desktop.workspaces.pharmacy.counter import MUMBAI, NOON, focused, pharmacist


@dataclass
class Place:
    """The workspace, and what it said."""

    desk: Desk
    workspace: StockWorkspace
    tasks: TaskOwner
    said: list[tuple[str, Tone]] = field(default_factory=list)

    def key(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Press a key where the keyboard is."""
        QTest.keyClick(focused() or self.workspace, key, modifier)

    def type(self, text: str) -> None:
        """Type where the keyboard is."""
        QTest.keyClicks(focused() or self.workspace, text)


async def open_place(desk: Desk, design: Design) -> Place:
    """Make it as a window would."""
    await keep_medicines(desk)
    desk.link.become(LinkStatus.LIVE)
    reporter = Reporter()
    tasks = TaskOwner(reporter)
    said: list[tuple[str, Tone]] = []
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
        go=lambda _kind, _thing: None,
        zone=MUMBAI,
        painted=PaintTrace(NoTrace()),
    )
    workspace = StockWorkspace(context, lambda: NOON)
    workspace.resize(1220, 726)
    return Place(desk, workspace, tasks, said)


def some_orders() -> list[Row]:
    """A supplier, an order on its way and a draft."""
    supplier = Supplier(
        id=an_id("supplier"), clinic_id=CLINIC, version=1, name="Sahyadri Pharma Distributors",
        phone="+912025530000", email="orders@example.org", address="Pune", active=True,
    )  # fmt: skip
    other = Supplier(
        id=an_id("other"), clinic_id=CLINIC, version=1, name="Aotearoa Wholesale", phone="",
        email="", address="", active=True,
    )  # fmt: skip
    sent = an_order("sent", SupplyOrderStatus.SUBMITTED, lines=3)
    draft = an_order("draft", SupplyOrderStatus.DRAFT, lines=1)
    rows: list[Row] = [supplier, other, sent, draft]
    rows += [a_line(sent, place, received=1 if place == 1 else 0) for place in (1, 2, 3)]
    rows.append(a_line(draft, 4))
    return rows


def an_order(name: str, status: SupplyOrderStatus, *, lines: int) -> SupplyOrder:
    """An order to the supplier."""
    assert pharmacist.pharmacy_id is not None
    return SupplyOrder(
        id=an_id(name), clinic_id=CLINIC, version=1, code=f"SO-{name.upper()}",
        pharmacy_id=pharmacist.pharmacy_id, supplier_id=an_id("supplier"), status=status,
        note=None, line_count=lines, total_minor=125_000, currency="INR", created_at=NOON,
        submitted_at=None if status is SupplyOrderStatus.DRAFT else NOON, acknowledged_at=None,
        expected_on=None, received_at=None, closed_at=None, close_reason=None, updated_at=NOON,
        updated_by=pharmacist.id,
    )  # fmt: skip


def a_line(order: SupplyOrder, line: int, *, received: int = 0) -> SupplyOrderLine:
    """One product of it."""
    name = NAMES[line - 1]
    return SupplyOrderLine(
        id=an_id(f"{order.code} {line}"), clinic_id=CLINIC, version=1, supply_order_id=order.id,
        pharmacy_id=order.pharmacy_id, line=line, medicine_id=a_medicine(name).id,
        description=f"{name} 500 mg tablet · Brand {line}", pack_size=10, packs_ordered=5,
        packs_received=received, cost_minor=800, currency="INR", updated_at=NOON,
        updated_by=pharmacist.id,
    )  # fmt: skip


def next_year() -> str:
    """An expiry that is far enough away, as it is typed."""
    return f"{NOON.date() + timedelta(days=500):%m/%y}"


def line_id(name: str, line: int) -> UUID:
    """The identifier of an order's line."""
    return an_id(f"SO-{name.upper()} {line}")
