"""The therapist's places with the demo clinic's content, to be looked at.

    python -m tests.desktop.workspaces.therapy.look --scene writing --theme dark --shot a.png

Without ``--shot`` the window stays open until it is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt, QTranslator
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from clinicdesk import desktop
from clinicdesk.contract.entities import (
    FindingKind,
    OrderStatus,
    Patient,
    Prescription,
    PrescriptionStatus,
    Role,
    Severity,
    Stage,
)
from clinicdesk.contract.frames import SignalKind, Signalled
from clinicdesk.contract.threads import thread_of
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.appearance import Appearance, apply
from clinicdesk.desktop.design.footer_hints import FooterHints, Hint
from clinicdesk.desktop.workspaces.patients.workspace import PatientsWorkspace
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.core.sample import an_id
from tests.desktop.workspaces.therapy.room import (
    DemoRows,
    Room,
    a_level,
    an_answer,
    an_order,
    open_desk,
    open_room,
    set_price,
    settled,
    until,
)
from tests.desktop.workspaces.therapy.room import sent_back as order_sent_back

CTRL = Qt.KeyboardModifier.ControlModifier
Scene = Callable[[Room[Any], DemoRows], Awaitable[None]]


async def choose(room: Room[Any], patient: Patient) -> None:
    room.place.open_thing("patient", patient.id)
    await settled()


async def begin(room: Room[Any], patient: Patient) -> None:
    await choose(room, patient)
    room.place.write_new()
    await settled()


async def take(room: Room[Any], name: str) -> None:
    """Search and take the first."""
    room.type(name)
    room.key(Qt.Key.Key_Return)
    await until(lambda: room.place.editor.entry.entry().medicine is not None, name)


async def add(room: Room[Any], name: str, typed: str = "") -> None:
    await take(room, name)
    if typed:
        field = room.find(QLineEdit, "sig_line")
        field.selectAll()
        room.type(typed)
    room.key(Qt.Key.Key_Return)
    await settled()


async def nobody(room: Room[Any], demo: DemoRows) -> None:
    await settled()


async def empty(room: Room[Any], demo: DemoRows) -> None:
    await settled()


async def finding(room: Room[Any], demo: DemoRows) -> None:
    room.type("meera desp")
    await settled()
    room.key(Qt.Key.Key_Return)


async def nothing_found(room: Room[Any], demo: DemoRows) -> None:
    room.type("zzqqxx")


async def page(room: Room[Any], demo: DemoRows) -> None:
    busiest = max(
        demo.patients, key=lambda p: sum(x.patient_id == p.id for x in demo.prescriptions)
    )
    await choose(room, busiest)


async def hindi(room: Room[Any], demo: DemoRows) -> None:
    await choose(room, demo.patient("Rajesh Sharma"))


async def long_name(room: Room[Any], demo: DemoRows) -> None:
    await choose(room, next(p for p in demo.patients if p.name.startswith("Venkata")))


async def blank_form(room: Room[Any], demo: DemoRows) -> None:
    await begin(room, demo.patient("Tāne Wiremu"))


async def shelves(room: Room[Any], demo: DemoRows) -> None:
    """Three pharmacies that count their stock; each has some things and not others."""
    levels = []
    for place, pharmacy in enumerate(demo.pharmacies[:3]):
        for number, medicine in enumerate(demo.medicines):
            kind = (number + place) % 5
            if kind < 4:
                levels.append(a_level(pharmacy, medicine, (400, 90, 12, 0)[kind], 20))
    await room.feed(*levels)
    for place, pharmacy in enumerate(demo.pharmacies[:2]):
        for medicine in demo.medicines[place::7]:
            await set_price(room, pharmacy, medicine, medicine.price_minor * (9 + 3 * place) // 10)


async def medicines(room: Room[Any], demo: DemoRows) -> None:
    await shelves(room, demo)
    await begin(room, demo.patient("Meera Deshpande"))
    room.type("amox")
    await until(lambda: room.find(QWidget, "medicine_popup").isVisible())


async def writing(room: Room[Any], demo: DemoRows) -> None:
    await begin(room, demo.patient("Meera Deshpande"))
    await add(room, "cetirizine 10", "1 tab hs 10d")
    await add(room, "azithromycin 500", "1 tab od 3d one hour before food")
    await add(room, "paracetamol 500", "1-2 tab sos when in pain, not more than 8 in 24 hours")
    await take(room, "ibuprofen 400")


async def compared(room: Room[Any], demo: DemoRows) -> None:
    """Three lines, with the pharmacies open to compare."""
    await shelves(room, demo)
    await writing(room, demo)
    room.place.editor.entry.clear()
    room.place.editor.ui.repeats_field.setValue(2)
    await settled()
    room.key(Qt.Key.Key_F4)


async def price_moves(room: Room[Any], demo: DemoRows) -> None:
    """The chosen pharmacy changes a price while the prescriber looks at the form; delivered."""
    await shelves(room, demo)
    await writing(room, demo)
    room.place.editor.entry.clear()
    room.place.editor.ui.delivery_box.setChecked(True)
    form = room.place.editing.form
    pharmacy = next(p for p in demo.pharmacies if p.id == form.pharmacy_id)
    await settled()
    await asyncio.sleep(0.2)
    for line in form.lines[:2]:
        await set_price(room, pharmacy, line.medicine, line.medicine.price_minor * 14 // 10)


async def allergic(room: Room[Any], demo: DemoRows) -> None:
    await begin(room, demo.patient("Meera Deshpande"))
    await add(room, "amoxicillin 500")
    await add(room, "cetirizine 10", "1 tab hs 10d")
    await take(room, "ampicillin")


async def severe(room: Room[Any], demo: DemoRows) -> None:
    known = next(a for a in demo.allergies if a.patient_id == demo.patient("Meera Deshpande").id)
    await room.feed(replace(known, version=2, severity=Severity.SEVERE))
    await begin(room, demo.patient("Meera Deshpande"))
    await add(room, "amoxicillin 500")


async def reasons(room: Room[Any], demo: DemoRows) -> None:
    """Two findings that ask for a reason, one of them answered, and notes."""
    await begin(room, demo.patient("Rajesh Sharma"))
    for name in ("warfarin", "ibuprofen 400", "telmisartan 40", "spironolactone"):
        await add(room, name)
    await until(lambda: len(room.place.editor.findings.findChildren(QLineEdit)) >= 2)
    room.key(Qt.Key.Key_Return, CTRL)
    await settled()
    room.type("INR is checked twice a week")
    room.key(Qt.Key.Key_Return)
    await settled()


async def stopped(room: Room[Any], demo: DemoRows) -> None:
    """What may not be signed, beside what needs a reason and what is a note."""
    await begin(room, demo.patient("Meera Deshpande"))
    for name, typed in (
        ("tizanidine", ""),
        ("ciprofloxacin 500", ""),
        ("paracetamol 650", "2 tab q4h 5d"),
        ("amoxicillin 500", ""),
        ("omeprazole", ""),
        ("pantoprazole 40", ""),
    ):
        await add(room, name, typed)
    await until(lambda: len(room.place.editing.safety.findings()) >= 4)


async def many_lines(room: Room[Any], demo: DemoRows) -> None:
    await begin(room, demo.patient("Rajesh Sharma"))
    for name in ("metformin 500", "telmisartan", "atorvastatin", "aspirin 75", "pantoprazole",
                 "amoxicillin clavul", "salbutamol"):  # fmt: skip
        await add(room, name)


async def offline(room: Room[Any], demo: DemoRows) -> None:
    room.desk.link.become(LinkStatus.OFFLINE)
    await begin(room, demo.patient("Tāne Wiremu"))
    await add(room, "cetirizine 10", "1 tab hs 10d")
    room.key(Qt.Key.Key_Return, CTRL)
    await until(lambda: room.place.editing.form is None)


async def controlled(room: Room[Any], demo: DemoRows) -> None:
    room.desk.link.become(LinkStatus.OFFLINE)
    await begin(room, demo.patient("Tāne Wiremu"))
    await add(room, "tramadol")


async def incomplete(room: Room[Any], demo: DemoRows) -> None:
    await begin(room, demo.patient("Tāne Wiremu"))
    await add(room, "cetirizine 10", "1 tab")


async def unfinished(room: Room[Any], demo: DemoRows) -> None:
    await writing(room, demo)
    room.place.editor.left.emit()
    await settled()


async def conflict(room: Room[Any], demo: DemoRows) -> None:
    draft = next(p for p in demo.prescriptions if room.place.open_thing("prescription", p.id))
    await until(lambda: room.place.editing.form is not None)
    await add(room, "cetirizine 10", "1 tab hs 10d")
    items = room.desk.replica.items.of(draft.id)
    await room.feed(
        replace(draft, version=2, updated_at=demo.now),
        replace(items[0], version=2, dose="2 tablets", quantity=items[0].quantity * 2),
    )


async def sent_lane(room: Room[Any], demo: DemoRows) -> None:
    room.place.rows.show_lane(Lane.SENT)


async def drafts_lane(room: Room[Any], demo: DemoRows) -> None:
    room.place.rows.show_lane(Lane.DRAFTS)


async def done_lane(room: Room[Any], demo: DemoRows) -> None:
    room.place.rows.show_lane(Lane.DONE)


async def cancelled_lane(room: Room[Any], demo: DemoRows) -> None:
    room.place.rows.show_lane(Lane.CANCELLED)


async def live(room: Room[Any], demo: DemoRows) -> None:
    room.place.rows.show_lane(Lane.SENT)
    shown = room.place.detail.prescription
    await room.feed(
        replace(shown, version=shown.version + 1, status=PrescriptionStatus.PAID,
                paid_at=demo.now, paid_minor=shown.total_minor, updated_at=demo.now)
    )  # fmt: skip


async def sent_back(room: Room[Any], demo: DemoRows) -> None:
    """The pharmacy asks another price; the prescriber looks who else has it."""
    await shelves(room, demo)
    room.place.rows.show_lane(Lane.SENT)
    shown = room.place.detail.prescription
    paid = replace(
        shown, version=shown.version + 1, status=PrescriptionStatus.PAID, paid_at=demo.now,
        paid_minor=shown.total_minor, updated_at=demo.now,
    )  # fmt: skip
    back = order_sent_back(paid, demo.now)
    await room.feed(paid, back)
    room.place.detail.reroute()


async def acknowledged(room: Room[Any], demo: DemoRows) -> None:
    """The pharmacy has taken the order on; nothing was found."""
    room.place.rows.show_lane(Lane.SENT)
    paid = paid_now(room.place.detail.prescription, demo)
    taken_on = an_order(
        paid, demo.now - timedelta(minutes=20), status=OrderStatus.ACKNOWLEDGED,
        acknowledged_at=demo.now,
    )  # fmt: skip
    await room.feed(paid, taken_on)


async def answered(room: Room[Any], demo: DemoRows) -> None:
    """Long names; sent back by one pharmacy, on its way from another; reasons at both ends."""
    here = next(p for p in demo.patients if p.name.startswith("Venkata"))
    long = replace(
        demo.pharmacies[1], version=2,
        name="Shri Venkateshwara Medical Hall and Surgical Stores, Banjara Hills Road No 12",
    )  # fmt: skip
    shown = max(
        (p for p in demo.prescriptions if p.status is PrescriptionStatus.DRAFT and p.signed_at),
        key=lambda p: p.item_count,
    )
    room.place.open_thing("prescription", shown.id)
    paid = replace(
        paid_now(shown, demo), status=PrescriptionStatus.FULFILLED, fulfilled_at=demo.now,
        delivery=True, patient_id=here.id, pharmacy_id=long.id,
    )  # fmt: skip
    early, later = demo.now - timedelta(hours=30), demo.now - timedelta(hours=3)
    back = order_sent_back(shown, early, closed_at=later)
    away = an_order(
        paid, later, id=an_id("order 2"), code="PO-9QX4T", delivery=True, version=4,
        status=OrderStatus.OUT_FOR_DELIVERY, acknowledged_at=later + timedelta(minutes=9),
        ready_at=later + timedelta(minutes=50), dispatched_at=demo.now,
    )  # fmt: skip
    item = replace(demo.items[0], prescription_id=shown.id, pharmacy_id=long.id)
    asha = replace(
        demo.pharmacist, id=an_id("asha"), pharmacy_id=long.id,
        name="Asha Padmanabhan-Krishnamoorthy Pillai",
    )  # fmt: skip
    mine = an_answer(
        item, demo.member, early, id=an_id("mine"), stage=Stage.PRESCRIBING,
        key="duplicate:statin", kind=FindingKind.DUPLICATE,
        summary="Two of one class: atorvastatin, and rosuvastatin from RX-7F3K2",
        reason="Changed over during the next week; the patient stops the old one on Friday",
    )  # fmt: skip
    theirs = an_answer(
        item, asha, demo.now,
        reason="Asked Dr Rao on the telephone at noon: INR is checked twice a week, and the "
        "patient knows which signs of a bleeding to watch for and where to go then",
    )  # fmt: skip
    await room.feed(asha, long, paid, back, away, mine, theirs)


async def held_up(room: Room[Any], demo: DemoRows) -> None:
    """The rules find what may not be dispensed, what nobody has answered, and notes."""
    known = next(a for a in demo.allergies if "enicillin" in a.substance)
    sent = max(
        (p for p in demo.prescriptions if p.status is PrescriptionStatus.DRAFT and p.signed_at),
        key=lambda p: p.item_count,
    )
    lines = [i for i in demo.items if i.prescription_id == sent.id]
    named = [
        demo.medicine(*each)
        for each in (("Warfarin",), ("Ibuprofen", "400"), ("Amoxicillin", "500"), ("Omeprazole",))
    ]
    changed = [
        replace(item, version=2, patient_id=known.patient_id, medicine_id=medicine.id,
                generic_name=medicine.generic_name, strength=medicine.strength, form=medicine.form)
        for item, medicine in zip(lines, named, strict=False)
    ]  # fmt: skip
    severe = replace(known, version=2, severity=Severity.SEVERE)
    await room.feed(severe, replace(sent, version=2, patient_id=known.patient_id), *changed)
    room.place.open_thing("prescription", sent.id)
    await until(lambda: room.find(QWidget, "safety_record").isVisible())


def paid_now(shown: Prescription, demo: DemoRows) -> Prescription:
    return replace(
        shown, version=shown.version + 1, status=PrescriptionStatus.PAID,
        paid_at=demo.now - timedelta(minutes=20), paid_minor=shown.total_minor,
        updated_at=demo.now,
    )  # fmt: skip


async def cancelling(room: Room[Any], demo: DemoRows) -> None:
    room.place.rows.show_lane(Lane.SENT)
    room.place.detail.cancel()
    room.type("Dose to be")


async def searching(room: Room[Any], demo: DemoRows) -> None:
    room.place.rows.focus_search()
    room.type("cetir")


async def desk_page(room: Room[Any], demo: DemoRows) -> None:
    await page(room, demo)


def tell(room: Room[Any], member: UUID, prescription: UUID, what: SignalKind) -> None:
    """Somebody is at a prescription, at another device."""
    thread = thread_of("prescription", prescription)
    told = Signalled(thread=thread, what=what, by=member, device=an_id("there"), lease_s=30)
    room.desk.presence.heard(told)


async def sent_company(room: Room[Any], demo: DemoRows) -> None:
    """The pharmacy has it open, and writes."""
    asha = replace(demo.member, id=an_id("asha"), name="Asha Pillai", role=Role.PHARMACIST)
    await room.feed(asha)
    await sent_lane(room, demo)
    await settled()
    room.place.rows.selection.choose_first()
    await settled()
    shown = room.place.detail.prescription
    tell(room, asha.id, shown.id, SignalKind.TYPING)


async def draft_company(room: Room[Any], demo: DemoRows) -> None:
    """One's own other computer writes on the same draft."""
    await writing(room, demo)
    form = room.place.editing.form
    tell(room, room.desk.member.id, form.prescription_id, SignalKind.TYPING)


SCENES: dict[str, tuple[type[Any], Scene]] = {
    **{
        scene.__name__: (TherapyWorkspace, scene)
        for scene in (
            nobody, empty, finding, nothing_found, page, hindi, long_name, blank_form, medicines,
            writing, compared, price_moves, allergic, severe, reasons, stopped, many_lines,
            offline, controlled,
            incomplete, unfinished,
            conflict, draft_company,
        )
    },
    **{
        scene.__name__: (PrescriptionsWorkspace, scene)
        for scene in (
            sent_lane, drafts_lane, done_lane, cancelled_lane, live, sent_back, cancelling,
            searching, acknowledged, answered, held_up,
            sent_company,
        )
    },
    "desk_page": (PatientsWorkspace, desk_page),
}  # fmt: skip


def demo_for(scene: str) -> DemoRows:
    """Two thousand patients and three hundred prescriptions; or none at all."""
    demo = DemoRows(2000, 300)
    if scene == "empty":
        demo.patients, demo.allergies, demo.prescriptions, demo.items = [], [], [], []
        return demo
    long = replace(
        demo.patients[30],
        name="Venkatanarasimharajuvaripeta Krishnamurthy-Subramaniam Ramachandran Iyer",
        name_local="வெங்கடநரசிம்மராஜுவாரிபேட்டை கிருஷ்ணமூர்த்தி",
        birth_date=date(2025, 11, 2),
    )
    demo.patients[30] = long
    if scene == "desk_page":
        demo.allergies, demo.items = [], []
        demo.prescriptions = [replace(p, note=None, cancel_reason=None) for p in demo.prescriptions]
        demo.member = replace(demo.member, role=Role.RECEPTION, practitioner_id=None)
    return demo


async def show(options: argparse.Namespace, app: QApplication) -> None:
    """Open the place, play the scene, keep a picture."""
    design = apply(app, Appearance(options.theme))
    translator = QTranslator(app)
    if translator.load("clinicdesk_en.qm", str(Path(desktop.__file__).parent / "translations")):
        app.installTranslator(translator)
    make, scene = SCENES[options.scene]
    demo = demo_for(options.scene)
    with tempfile.TemporaryDirectory() as folder:
        desk = await open_desk(Path(folder), demo.member, demo.rows, demo.medicines, rules=True)
        room = open_room(desk, design, make)
        window = QWidget()
        column = QVBoxLayout(window)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(room.place, 1)
        footer = FooterHints(design)
        column.addWidget(footer)
        window.resize(options.width - 60, options.height - 48)
        window.show()
        window.activateWindow()
        await until(window.isActiveWindow)
        room.place.focus_start()
        await settled()
        await scene(room, demo)
        await settled()
        footer.set_hints([*room.place.hints(), Hint(("F1",), "all shortcuts")])
        footer.set_note(room.place.note())
        if options.shot:
            for _ in range(12 if options.scene == "live" else 45):
                await asyncio.sleep(0.03)
                app.processEvents()
            picture = window.grab()
            if (popup := app.activePopupWidget()) is not None:
                painter = QPainter(picture)
                there = popup.mapToGlobal(QPoint()) - window.mapToGlobal(QPoint())
                painter.drawPixmap(there, popup.grab())
                painter.end()
            picture.save(options.shot)
            print(
                f"{options.scene}: {window.width()}x{window.height()}", *room.said, sep="\n  said "
            )
        else:
            while window.isVisible():
                app.processEvents()
                await asyncio.sleep(0.01)
        await room.close()
        window.close()
        await desk.close()


def main() -> int:
    """Show one scene, or save what it looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", choices=tuple(SCENES), default="writing")
    parser.add_argument("--theme", choices=[str(one) for one in Appearance], default="light")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--shot", help="save the window as a picture and end")
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    asyncio.run(show(options, app))
    return 0


if __name__ == "__main__":
    sys.exit(main())
