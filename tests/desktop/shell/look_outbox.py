"""The outbox and what belongs to it, in a whole window with the demo clinic's content.

    tests/with-desktop python -m tests.desktop.shell.look_outbox --scene waiting --shot a.png

Without ``--shot`` the window stays open until it is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import QApplication, QPushButton

from clinicdesk import desktop
from clinicdesk.contract.commands import Done, DraftItem
from clinicdesk.contract.entities import Medicine, Prescription, PrescriptionItem, Row
from clinicdesk.contract.problems import IllegalState, InvalidField, Stale
from clinicdesk.core.desk import Desk
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.profiles import Remembered
from clinicdesk.core.store.locked import LockedFile
from clinicdesk.core.store.outbox_table import Delay
from clinicdesk.core.store.unsent_note import Unsent
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.paint_trace import PaintTrace
from clinicdesk.desktop.places import workspaces_of
from clinicdesk.desktop.reporting import Reporter
from clinicdesk.desktop.shell.desk_view import DeskView
from clinicdesk.desktop.shell.main_window import MainWindow
from clinicdesk.desktop.shell.settings import Settings
from clinicdesk.desktop.sign_in.leaving import LeavingDialog
from clinicdesk.desktop.sign_in.window import SignInWindow
from clinicdesk.desktop.tasks import TaskOwner
from clinicdesk.desktop.workspace import Context
from clinicdesk.desktop.workspaces.therapy.drafts import is_draft
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from tests.core.sample import a_frame, an_id, change, clinic, pharmacist
from tests.desktop.shell.seats import home_in
from tests.desktop.workspaces.therapy.room import DemoRows, open_desk, settled, until, utc

COLLEAGUE = replace(pharmacist, name="Dr Arjun Menon")
SOME_TIME_AGO = timedelta(minutes=4)


class Stage:
    """A whole window of one therapist.

    Attributes:
        demo: What is on the desk. window, view: What it is shown in.
    """

    def __init__(self, desk: Desk, demo: DemoRows, design: Design, folder: Path) -> None:
        self.desk = desk
        self.demo = demo
        self.design = design
        self._seq = 1
        self.tasks = TaskOwner(Reporter())
        self.window = MainWindow(design, utc)
        self.window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        context = Context(
            desk=desk,
            design=design,
            tasks=self.tasks,
            toast=self.window.toast,
            go=lambda kind, thing: self.view.go(kind, thing),
            zone=ZoneInfo("Asia/Kolkata"),
            painted=PaintTrace(NoTrace()),
        )
        settings = Settings.read(home_in(folder))
        makers = workspaces_of(desk.member.role)
        self.view = DeskView(self.window, context, makers, settings, utc)

    def find(self, kind: type[Any], name: str) -> Any:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def press(self, name: str) -> None:
        self.find(QPushButton, name).click()

    def draft(self) -> Prescription:
        """The longest draft."""
        drafts = [p for p in self.demo.prescriptions if is_draft(p)]
        return max(drafts, key=lambda p: p.item_count)

    async def write(self, patient: str, *medicines: str) -> UUID:
        """Write a draft; its op_id."""
        lines = [a_line(self.demo.medicine(name)) for name in medicines]
        patient_id = self.demo.patient(patient).id
        return given(await self.desk.prescribing.write_draft(patient_id, lines))

    async def feed(self, *rows: Row) -> None:
        items = [change(row, seq=self._seq + 1) for row in rows]
        await self.desk.replica.apply(a_frame(self._seq, self._seq + 1, *items))
        self._seq += 1
        await settled()


def given(outcome: object) -> UUID:
    assert isinstance(outcome, Submitted), outcome
    return outcome.op_id


def a_line(medicine: Medicine) -> DraftItem:
    return DraftItem(
        id=new_id(), medicine_id=medicine.id, dose=medicine.default_dose or "1 tablet",
        route=medicine.route, frequency=medicine.default_frequency or "BD",
        days=medicine.default_days or 5, quantity=10, instructions="after food",
    )  # fmt: skip


def as_written(item: PrescriptionItem) -> DraftItem:
    return DraftItem(
        id=item.id, medicine_id=item.medicine_id, dose=item.dose, route=item.route,
        frequency=item.frequency, days=item.days, quantity=item.quantity,
        instructions=item.instructions,
    )  # fmt: skip


async def empty(stage: Stage) -> None:
    stage.window.pill.click()


async def waiting(stage: Stage) -> None:
    desk, draft = stage.desk, stage.draft()
    desk.link.become(LinkStatus.OFFLINE)
    await stage.write("Meera Deshpande", "Cetirizine")
    await stage.write("Tāne Wiremu", "Paracetamol", "Ibuprofen")
    await desk.prescribing.revise_draft(draft.id, [a_line(stage.demo.medicine("Cetirizine"))])
    await desk.prescribing.sign_and_send(draft.id, stage.demo.pharmacies[0].id)
    await stage.write("Rajesh Sharma", "Metformin")
    stage.window.pill.click()


async def refused(stage: Stage) -> None:
    outbox = stage.desk.outbox
    unpaid = (
        p for p in stage.demo.prescriptions if p.signed_at and not (p.paid_at or p.cancelled_at)
    )
    gone = next(unpaid)
    op_id = given(await stage.desk.prescribing.cancel(gone.id, "Dose to be reviewed"))
    over = IllegalState(
        detail="", entity="prescription", id=gone.id, command="cancel_prescription",
        state="COMPLETED", by="Vikram Patil", at=datetime.now(UTC) - SOME_TIME_AGO,
    )  # fmt: skip
    await outbox.finish(op_id, over)
    wrong = InvalidField(
        detail="The quantity is more than a pharmacy may hold.", field="items[0].quantity"
    )
    await outbox.finish(await stage.write("Rajesh Sharma", "Metformin"), wrong)
    stage.window.pill.click()


async def mixed(stage: Stage) -> None:
    outbox = stage.desk.outbox
    sent = await stage.write("Fatima Sheikh", "Cetirizine")
    await outbox.finish(sent, Done(op_id=sent, version=1, seq=2))
    outbox.put_off(await stage.write("Tāne Wiremu", "Ibuprofen"), Delay.BUSY, heard=False)
    outbox.mark_sending(await stage.write("Meera Deshpande", "Azithromycin"), sending=True)
    await refused(stage)


async def two_versions(stage: Stage) -> None:
    desk, demo, draft = stage.desk, stage.demo, stage.draft()
    now = datetime.now(UTC)
    items = sorted(desk.replica.items.of(draft.id), key=lambda item: item.line)
    first = replace(as_written(items[0]), dose="2 tablets", days=10, quantity=40)
    mine = [first, *map(as_written, items[1:]), a_line(demo.medicine("Paracetamol"))]
    note = "Please call when it is ready."
    op_id = given(await desk.prescribing.revise_draft(draft.id, mine, note=note))
    stale = Stale(
        detail="", entity="prescription", id=draft.id, current=2, state="DRAFT", by=COLLEAGUE.name,
        at=now,
    )  # fmt: skip
    await desk.outbox.finish(op_id, stale)
    added = replace(
        items[0], id=an_id("theirs"), line=9, medicine_id=demo.medicine("Azithromycin").id,
        generic_name="Azithromycin", strength="500 mg", form="tablet", dose="1 tablet",
        frequency="OD", days=3, quantity=3, instructions="one hour before food",
    )  # fmt: skip
    theirs = replace(items[0], version=2, frequency="OD", quantity=items[0].quantity + 5)
    header = replace(draft, version=2, updated_at=now, updated_by=COLLEAGUE.id, note=None)
    await stage.feed(header, theirs, added)


async def versions(stage: Stage) -> None:
    await two_versions(stage)
    stage.window.pill.click()


async def conflict(stage: Stage) -> None:
    await versions(stage)
    stage.press("outbox_compare")


async def asking(stage: Stage) -> None:
    await waiting(stage)
    stage.desk.outbox.put_off(stage.desk.outbox.entries()[0].op_id, Delay.FAULT, heard=True)
    stage.press("outbox_dismiss")


async def locked(stage: Stage) -> None:
    await locked_alone(stage)
    stage.window.pill.click()
    await waiting(stage)


async def locked_alone(stage: Stage) -> None:
    since = datetime.now(UTC) - timedelta(hours=3)
    stage.desk.lost_work.files = [LockedFile(Path("x.db"), since, Unsent(3, 1))]
    stage.desk.lost_work.changed.tell(None)
    stage.window.pill.click()


async def many(stage: Stage) -> None:
    stage.desk.link.become(LinkStatus.OFFLINE)
    line = stage.demo.medicine("Cetirizine")
    for patient in stage.demo.patients:
        await stage.desk.prescribing.write_draft(patient.id, [a_line(line)])
    stage.window.pill.click()


async def leaving(stage: Stage) -> None:
    LeavingDialog(stage.design, 3, lasting=True, parent=stage.window).open()


async def leaving_for_good(stage: Stage) -> None:
    LeavingDialog(stage.design, 1, lasting=False, parent=stage.window).open()


async def editor(stage: Stage) -> None:
    await two_versions(stage)
    stage.view.go("prescription", stage.draft().id)


async def detail(stage: Stage) -> None:
    await two_versions(stage)
    stage.view.show_workspace("prescriptions")
    rows = stage.find(object, "workspace_prescriptions").rows
    rows.show_lane(Lane.DRAFTS)
    rows.selection.choose(stage.draft().id)


async def people(stage: Stage) -> None:
    names = ["Dr Sunita Rao", "Vikram Patil", "राजेश शर्मा", "Hine Ngata"]
    users = [
        Remembered(
            server="https://clinic.example", login=f"login{n}", session_id=an_id(name),
            member=replace(stage.demo.member, id=an_id(name), name=name), clinic=clinic,
            last_used=datetime.now(UTC),
        )
        for n, name in enumerate(names)
    ]  # fmt: skip
    counts = dict(zip(names, (0, 3, 1, 0), strict=True))
    window = SignInWindow(
        stage.design, users, "https://clinic.example", lambda user: counts[user.member.name]
    )
    window.setParent(stage.window, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
    window.show()


Scene = Callable[[Stage], Awaitable[None]]
SCENES: dict[str, Scene] = {
    scene.__name__: scene
    for scene in (
        empty, waiting, refused, mixed, versions, conflict, asking, locked, locked_alone, many,
        leaving, leaving_for_good, editor, detail, people,
    )
}  # fmt: skip


async def show(options: argparse.Namespace, app: QApplication) -> None:
    """Open the window, play the scene, keep a picture."""
    design = apply(app, Appearance(options.theme))
    translator = QTranslator(app)
    if translator.load("clinicdesk_en.qm", str(Path(desktop.__file__).parent / "translations")):
        app.installTranslator(translator)
    demo = DemoRows(200, 60)
    with tempfile.TemporaryDirectory() as folder:
        rows = [*demo.rows, COLLEAGUE]
        desk = await open_desk(Path(folder), demo.member, rows, demo.medicines)
        desk.link.become(LinkStatus.LIVE)
        stage = Stage(desk, demo, design, Path(folder))
        stage.window.setGeometry(0, 0, options.width, options.height)
        stage.window.show()
        await until(stage.window.search.isEnabled)
        stage.window.activateWindow()
        await settled()
        await SCENES[options.scene](stage)
        for _ in range(40):
            await asyncio.sleep(0.02)
            app.processEvents()
        if options.shot:
            app.primaryScreen().grabWindow(0).save(options.shot)
        else:
            await until(stage.window.isHidden)
        await stage.tasks.end()
        stage.view.close()
        stage.window.close()
        await desk.close()


def main() -> int:
    """Show one scene, or save what it looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", choices=tuple(SCENES), default="waiting")
    parser.add_argument("--theme", choices=[str(one) for one in Appearance], default="light")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--shot", help="save the screen as a picture and end")
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    asyncio.run(show(options, app))
    return 0


if __name__ == "__main__":
    sys.exit(main())
