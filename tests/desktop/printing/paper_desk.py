"""A desk with a prescription whose lines are prepared, and a view that prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QWidget

from clinicdesk.contract.entities import (
    Dispense,
    DispenseStatus,
    Member,
    PrescriptionItem,
    PrescriptionStatus,
    Row,
    Verified,
)
from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.printing.desk_printing import DeskPrinting
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context
from tests.core.sample import (
    NOON,
    a_medicine,
    a_patient,
    a_prescription,
    an_id,
    an_item,
    pharmacist,
    pharmacy,
    practitioner,
)
from tests.desktop.workspaces.pharmacy.counter import open_desk

RX = an_id("rx")
MEDICINES = ("Amoxicillin", "Cetirizine", "Ibuprofen")


@dataclass
class PaperDesk:
    """Where somebody prints, and what they were told."""

    desk: Desk
    view: QWidget
    printing: DeskPrinting
    tasks: TaskOwner
    said: list[tuple[str, Tone]] = field(default_factory=list)

    def dialog(self, kind: type[Any]) -> Any:
        """The dialog of this class that is open."""
        found = [each for each in self.view.window().findChildren(kind) if each.isVisible()]
        assert len(found) == 1, found
        return found[0]

    def press(self, dialog: QDialog, key: Qt.Key) -> None:
        """Press a key in a dialog."""
        QTest.keyClick(dialog, key)


def lines() -> list[PrescriptionItem]:
    """Three lines, the last in ointment."""
    prescription = a_prescription("rx")
    made = []
    for number, name in enumerate(MEDICINES, 1):
        medicine = a_medicine(name)
        made.append(
            an_item(
                prescription,
                f"rx line {number}",
                line=number,
                medicine_id=medicine.id,
                generic_name=name,
                brand=medicine.brand,
                prepared=15,
            )
        )
    return made


def a_dispense(item: PrescriptionItem, **changes: Any) -> Dispense:
    """Fifteen units of a line, prepared from a batch."""
    dispense = Dispense(
        id=an_id(f"dispense {item.id}"), clinic_id=item.clinic_id, version=1,
        prescription_id=item.prescription_id, item_id=item.id, patient_id=item.patient_id,
        practitioner_id=item.practitioner_id, pharmacy_id=pharmacy.id,
        medicine_id=item.medicine_id, brand=item.brand, manufacturer="Sample Labs",
        batch_id=an_id("batch"), batch_number=f"B24{item.line}", expiry=date(2027, 5, 31),
        quantity=15, status=DispenseStatus.PREPARED, verified=Verified.SCAN, hand_reason=None,
        checked_by=pharmacist.id, checked_at=NOON, handed_over_at=None, collected_by=None,
        return_reason=None,
    )  # fmt: skip
    return replace(dispense, **changes)


def prepared() -> list[Row]:
    """A paid prescription with a label for each of its lines."""
    items = lines()
    prescription = a_prescription(
        "rx", status=PrescriptionStatus.PAID, signed_at=NOON, item_count=3, seal="CD1.abc.def",
        paid_at=NOON,
    )  # fmt: skip
    return [
        practitioner,
        replace(pharmacy, address="14 Hill Road, Mumbai", phone="+912226401234"),
        a_patient("Meera Deshpande", name_local="मीरा देशपांडे", address="Bandra, Mumbai"),
        prescription,
        *items,
        *(a_dispense(item) for item in items),
    ]


async def open_paper_desk(
    folder: Path, design: Design, *rows: Row, live: bool = False, member: Member = pharmacist
) -> PaperDesk:
    """A desk over these rows; it never meets a server."""
    desk = await open_desk(folder, *rows, member=member)
    desk.link.become(LinkStatus.LIVE if live else LinkStatus.OFFLINE)
    reporter = Reporter()
    said: list[tuple[str, Tone]] = []
    reporter.reported.connect(lambda text: said.append((text, Tone.DANGER)))
    tasks = TaskOwner(reporter)

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
        desk=desk, design=design, tasks=tasks, toast=toast, go=lambda _kind, _thing: None,
        zone=ZoneInfo("Asia/Kolkata"), painted=PaintTrace(NoTrace()),
    )  # fmt: skip
    view = QWidget()
    view.resize(1000, 760)
    return PaperDesk(desk, view, DeskPrinting(context, view), tasks, said)
