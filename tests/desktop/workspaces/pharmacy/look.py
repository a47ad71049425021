"""The pharmacy's place with rows as they come, to be looked at.

    python -m tests.desktop.workspaces.pharmacy.look --scene dispense --theme dark --shot a.png

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

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt, QTranslator
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QListView, QVBoxLayout, QWidget

from clinicdesk import desktop
from clinicdesk.contract.entities import (
    ItemStatus,
    OrderStatus,
    PrescriptionItem,
    PrescriptionStatus,
    Role,
    RuleKind,
    RuleLevel,
    RuleSet,
    SafetyRule,
    Severity,
)
from clinicdesk.contract.frames import SignalKind
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.desktop.design.appearance import Appearance, apply
from clinicdesk.desktop.design.footer_hints import FooterHints, Hint
from clinicdesk.desktop.workspaces.shared.lanes import Lane
from tests.core.sample import CLINIC, NOON, an_id
from tests.desktop.workspaces.dashboard.clinics import a_call
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    Rows,
    a_counter_prescription,
    a_refund,
    an_order,
    many,
    on_shelf,
    open_counter,
    open_desk,
    product,
    scan_of,
    settled,
    until,
)


def joined(*parts: Rows) -> Rows:
    """Rows of several, without doubles."""
    whole = Rows()
    for part in parts:
        for name, rows in vars(part).items():
            kept = getattr(whole, name)
            known = {row.id for row in kept}
            kept.extend(row for row in rows if row.id not in known)
    return whole


async def lane(counter: Counter, which: Lane, place: int = 0) -> None:
    """Show a lane and choose a row."""
    counter.workspace.queue.show_lane(which)
    row = counter.workspace.queue.model.row_at(place)
    counter.workspace.queue.selection.choose(row.id if row is not None else None)
    await settled()


async def unpaid(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("rx"))


async def paying(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("rx"))
    await settled()
    counter.key(Qt.Key.Key_F8)
    counter.type("500")


async def short(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("rx"))
    await settled()
    counter.key(Qt.Key.Key_F8)
    counter.type("400")
    counter.key(Qt.Key.Key_Return)


def item(counter: Counter, name: str) -> PrescriptionItem:
    found = counter.desk.replica.items.get(an_id(name))
    assert found is not None
    return found


async def dispense(counter: Counter) -> None:
    """One line checked, one to be scanned, one of which there is not enough."""
    counter.workspace.open_thing("prescription", an_id("paid"))
    await settled()
    counter.workspace.take_scan(scan_of("Cetzy", "B2207"))
    await until(lambda: item(counter, "paid line 1").status is ItemStatus.CHECKED)


async def in_part(counter: Counter) -> None:
    await dispense(counter)
    counter.workspace.take_scan(scan_of("Calpar", "C330"))
    await until(lambda: item(counter, "paid line 3").prepared)
    counter.key(Qt.Key.Key_C)
    counter.type("Take azithromycin one hour before food. May cause drowsiness: cetirizine")


async def to_tell(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("paid"))
    line = replace(item(counter, "paid line 3"), version=2, status=ItemStatus.PICKING)
    await counter.feed(line, a_call(counter.prescription("paid"), NOON))


async def wrong(counter: Counter) -> None:
    await dispense(counter)
    counter.workspace.take_scan(scan_of("Amoxel", "Z1"))


async def other_brand(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("paid"))
    await settled()
    counter.workspace.take_scan(scan_of("Alerid"))


async def by_hand(counter: Counter) -> None:
    await dispense(counter)
    counter.key(Qt.Key.Key_Space)
    counter.key(Qt.Key.Key_2)


async def substituting(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("paid"))
    await settled()
    counter.key(Qt.Key.Key_S)
    await until(lambda: counter.find(QListView, "substitutes_list").isVisible())


async def remarked(counter: Counter) -> None:
    """A line with another product, one on hold, one whose rest was cancelled."""
    changed = [
        replace(
            item(counter, "paid line 1"), version=2, substitute_id=product("Alerid").id,
            substitute_brand="Alerid", substitution_reason="Out of stock until Thursday",
            prescribed_minor=10_000, amount_minor=2_800,
        ),
        replace(
            item(counter, "paid line 2"), version=2, status=ItemStatus.ON_HOLD,
            hold_reason="Asking the prescriber whether three days are meant",
        ),
        replace(
            item(counter, "paid line 3"), version=2, status=ItemStatus.CANCELLED, supplied=12,
            decline_reason="Cannot be had",
        ),
    ]  # fmt: skip
    counter.workspace.open_thing("prescription", an_id("paid"))
    await settled()
    await counter.feed(*changed)


async def giving_another(counter: Counter) -> None:
    """The hand-over of another product than was written."""
    line = item(counter, "owing line 1")
    other = replace(
        line, version=2, substitute_id=product("Alerid").id, substitute_brand="Alerid",
        substitution_reason="Out of stock", prescribed_minor=10_000, amount_minor=2_800,
        prepared=line.quantity,
    )  # fmt: skip
    await counter.feed(other)
    counter.workspace.open_thing("prescription", an_id("owing"))
    await settled()
    counter.key(Qt.Key.Key_F10)


async def making_ready(counter: Counter) -> None:
    await dispense(counter)
    counter.key(Qt.Key.Key_F9)


async def sending_back(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("paid"))
    await settled()
    counter.key(Qt.Key.Key_X)
    counter.key(Qt.Key.Key_2)


async def holding(counter: Counter) -> None:
    await dispense(counter)
    counter.key(Qt.Key.Key_H)


async def menu(counter: Counter) -> None:
    await dispense(counter)
    counter.key(Qt.Key.Key_M)


async def view_menu(counter: Counter) -> None:
    await dispense(counter)
    counter.key(Qt.Key.Key_F)


async def filtered(counter: Counter) -> None:
    await dispense(counter)
    counter.workspace.queue.view_menu.change(controlled=True)


async def big_screen(counter: Counter) -> None:
    counter.workspace.open_screen()


async def long_names(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("rx 118"))


async def declining(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("paid"))
    await settled()
    counter.key(Qt.Key.Key_Delete)


async def cancelling(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("paid"))
    await settled()
    counter.key(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)


async def handing_over(counter: Counter) -> None:
    await lane(counter, Lane.READY, 1)
    counter.workspace.focus_start()
    counter.key(Qt.Key.Key_F10)


async def refund(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("owing"))


async def paying_out(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("owing"))
    await settled()
    counter.key(Qt.Key.Key_F7)


async def offline(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("rx"))
    await settled()
    counter.desk.link.become(LinkStatus.OFFLINE)
    counter.key(Qt.Key.Key_F8)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: counter.prescription("rx").status is PrescriptionStatus.PAID)


async def search(counter: Counter) -> None:
    counter.type("/wire")
    await settled()


async def nothing_found(counter: Counter) -> None:
    counter.type("/zzzz")
    await settled()


async def empty(_counter: Counter) -> None:
    await settled()


async def done(counter: Counter) -> None:
    await lane(counter, Lane.DONE, 2)


async def cancelled(counter: Counter) -> None:
    await lane(counter, Lane.CANCELLED, 1)


async def company(counter: Counter) -> None:
    """A colleague at the same prescription and others at others, one of whom writes."""
    counter.workspace.open_thing("prescription", an_id("paid"))
    await settled()
    await counter.colleagues("Asha Pillai", "राजेश शर्मा", "Wiremu Parata-Kāretu")
    counter.meets("Asha Pillai", "paid")
    counter.meets("राजेश शर्मा", counter.workspace.queue.model.row_at(5))
    counter.meets("Wiremu Parata-Kāretu", counter.workspace.queue.model.row_at(7))


async def crowd(counter: Counter) -> None:
    await company(counter)
    counter.meets("Wiremu Parata-Kāretu", "paid", SignalKind.TYPING)
    counter.meets("राजेश शर्मा", "paid")
    await settled()
    counter.key(Qt.Key.Key_F8)


async def long_company(counter: Counter) -> None:
    """Long names on both sides: the patient's comes first."""
    counter.workspace.open_thing("prescription", an_id("rx 162"))
    await settled()
    await counter.colleagues("Venkatanarasimharajuvaripeta Krishnamurthy-Subramaniam", "Asha Rao")
    counter.meets("Venkatanarasimharajuvaripeta Krishnamurthy-Subramaniam", "rx 162")
    counter.meets("Asha Rao", "rx 162")


async def prescriber_there(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("rx 118"))
    await settled()
    await counter.colleagues("Dr Sunita Rao", role=Role.THERAPIST)
    counter.meets("Dr Sunita Rao", "rx 118", SignalKind.TYPING)


async def findings(counter: Counter) -> None:
    """An allergy, an interaction and a dose, of which nobody has given account yet."""
    await counter.desk._store.rules.take_page(an_id("rules"), long_rules(), CatalogueState(1, "1"))
    counter.workspace.open_thing("prescription", an_id("grave"))
    await until(lambda: counter.workspace.pane.findings.findings())


async def overriding(counter: Counter) -> None:
    await findings(counter)
    counter.workspace.take_scan(scan_of("Amoxel"))
    await settled()
    counter.key(Qt.Key.Key_1)


async def stopped(counter: Counter) -> None:
    """The allergy is a severe one."""
    allergy = next(iter(counter.desk.replica.allergies.of(an_id("patient 0"))))
    await counter.feed(replace(allergy, version=2, severity=Severity.SEVERE))
    await findings(counter)
    counter.key(Qt.Key.Key_Space)


async def repeat(counter: Counter) -> None:
    """It was handed over an hour ago, and two repeats are left."""
    counter.workspace.open_thing("prescription", an_id("again"))
    await settled()


async def early(counter: Counter) -> None:
    """What was handed over an hour ago still lasts."""
    await repeat(counter)
    counter.key(Qt.Key.Key_N)
    await settled()


async def repeated(counter: Counter) -> None:
    await early(counter)
    counter.key(Qt.Key.Key_Return)
    await until(counter.desk.outbox.entries)


async def returning(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("owing"))
    await settled()
    counter.key(Qt.Key.Key_R)
    counter.key(Qt.Key.Key_1)


async def returned(counter: Counter) -> None:
    await returning(counter)
    counter.key(Qt.Key.Key_Return)
    await until(counter.desk.outbox.entries)


async def to_deliver(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("brought"))
    await settled()


async def on_its_way(counter: Counter) -> None:
    await to_deliver(counter)
    counter.key(Qt.Key.Key_T)
    await until(counter.desk.outbox.entries)


async def arriving(counter: Counter) -> None:
    await on_its_way(counter)
    counter.key(Qt.Key.Key_T)
    counter.type("Sunil, at the gate")


async def delivered(counter: Counter) -> None:
    await arriving(counter)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: len(counter.desk.outbox.entries()) == 2)


async def part_refund(counter: Counter) -> None:
    """One line of a paid prescription is declined: its money is owed back."""
    await dispense(counter)
    counter.key(Qt.Key.Key_D)
    counter.key(Qt.Key.Key_1)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: len(counter.desk.outbox.entries()) == 2)


async def hindi(counter: Counter) -> None:
    """The first in the queue whose name is written in Devanagari."""
    model = counter.workspace.queue.model
    counter.workspace.queue.show_lane(Lane.DISPENSE)
    for place in range(model.rowCount()):
        row = model.row_at(place)
        patient = row and counter.desk.replica.patients.get(row.patient_id)
        if row and patient and patient.name.startswith("राज"):
            counter.workspace.queue.selection.choose(row.id)
            return


def long_rules() -> list[SafetyRule]:
    """Sentences as long as the longest of a rule set."""
    rule = SafetyRule(
        id=an_id("r1"), clinic_id=CLINIC, rule_set_id=an_id("rules"), revision=1,
        kind=RuleKind.INTERACTION, subject="amoxicillin", other="azithromycin",
        level=RuleLevel.MAJOR, source="clinicdesk", route="", max_single_ug=None,
        max_daily_ug=None, from_age_months=None, to_age_months=None, withdrawn=False,
        text="Both prolong the QT interval: a dangerous disturbance of the heart's rhythm may "
        "follow, above all in older people, with low potassium or with other medicines that do the "
        "same. Choose another antibiotic, or take an electrocardiogram first.",
    )  # fmt: skip
    dose = replace(
        rule, id=an_id("r2"), kind=RuleKind.DOSE, subject="paracetamol", other="",
        level=RuleLevel.MODERATE, max_single_ug=400_000, max_daily_ug=1_000_000,
        text="More than this in a day harms the liver, sooner in people who are thin, who drink "
        "or who do not eat; ask what else they take that holds paracetamol.",
    )  # fmt: skip
    return [rule, dose]


SCENES: dict[str, Callable[[Counter], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        unpaid, paying, short, dispense, in_part, to_tell, wrong, other_brand, by_hand,
        substituting,
        making_ready, sending_back, holding, menu, view_menu, filtered, big_screen, long_names,
        declining, cancelling, handing_over, refund, paying_out, offline, search, nothing_found,
        findings, overriding, stopped, repeat, early, repeated, returning, returned, to_deliver,
        on_its_way, arriving, delivered, part_refund, hindi, empty, done, cancelled, company,
        crowd, long_company, prescriber_there, remarked, giving_another,
    )
}  # fmt: skip


def rows_for(scene: str) -> Rows:
    """Three hundred prescriptions and three at the counter; or none at all."""
    if scene == "empty":
        return many(0)
    paid = a_counter_prescription("paid", status=PrescriptionStatus.PAID)
    owing = a_counter_prescription("owing", status=PrescriptionStatus.FULFILLED)
    owing.prescriptions[0] = replace(owing.prescriptions[0], code="RX-7F3G6")
    owing.payments.append(a_refund(owing.prescriptions[0], 11_200))
    paid.shelves += [
        *on_shelf("Cetzy", ("B2207", date(2028, 4, 30), 200)),
        *on_shelf("Alerid", ("K11", date(2027, 9, 30), 60)),
        *on_shelf("Azrel", ("A1193", date(2026, 5, 31), 60)),
        *on_shelf("Calpar", ("C330", date(2027, 5, 31), 12)),
        *on_shelf("Okacet"),
        an_order(paid.prescriptions[0]),
    ]
    grave = a_counter_prescription("grave", status=PrescriptionStatus.PAID)
    grave.prescriptions[0] = replace(grave.prescriptions[0], code="RX-7F3H1")
    penicillin = product("Amoxel")
    grave.items[0] = replace(
        grave.items[0], medicine_id=penicillin.id, generic_name=penicillin.generic_name,
        strength=penicillin.strength, form=penicillin.form, brand=penicillin.brand,
    )  # fmt: skip
    grave.shelves.append(
        RuleSet(
            id=an_id("rules"), clinic_id=CLINIC, version=1, name="Rules", revision=1, rule_count=2,
            updated_at=NOON,
        )
    )  # fmt: skip
    again = a_counter_prescription("again", status=PrescriptionStatus.FULFILLED)
    again.prescriptions[0] = replace(
        again.prescriptions[0], code="RX-7F3J4", status=PrescriptionStatus.COMPLETED, repeats=3,
        repeats_used=1, collected_by="Meera Deshpande", completed_at=NOON - timedelta(hours=1),
    )  # fmt: skip
    again.items[:] = [
        replace(each, status=ItemStatus.HANDED_OVER, supplied=each.quantity) for each in again.items
    ]
    brought = a_counter_prescription("brought", status=PrescriptionStatus.FULFILLED)
    brought.prescriptions[0] = replace(
        brought.prescriptions[0], code="RX-7F3K8", delivery=True, bin="D2"
    )
    brought.items[:] = [replace(each, prepared=each.quantity) for each in brought.items]
    owing.items[:] = [replace(each, prepared=each.quantity) for each in owing.items]
    brought.shelves.append(
        an_order(brought.prescriptions[0], status=OrderStatus.READY, ready_at=NOON)
    )
    whole = joined(a_counter_prescription("rx"), paid, owing, again, brought, many(300))
    return joined(whole, grave) if scene in ("findings", "overriding", "stopped") else whole


def grab(window: QWidget) -> QPixmap:
    """The window with whatever has popped up over it; the big screen alone where that is open."""
    for other in QApplication.topLevelWidgets():
        if other.objectName() == "big_screen" and other.isVisible():
            return other.grab()
    whole = window.grab()
    popup = QApplication.activePopupWidget()
    if popup is not None:
        painter = QPainter(whole)
        painter.drawPixmap(window.mapFromGlobal(popup.mapToGlobal(QPoint())), popup.grab())
        painter.end()
    return whole


async def show(options: argparse.Namespace, app: QApplication) -> None:
    """Open the place, play the scene, keep a picture."""
    design = apply(app, Appearance(options.theme))
    translator = QTranslator(app)
    if translator.load("clinicdesk_en.qm", str(Path(desktop.__file__).parent / "translations")):
        app.installTranslator(translator)
    with tempfile.TemporaryDirectory() as folder:
        desk = await open_desk(Path(folder), *rows_for(options.scene).all())
        counter = open_counter(desk, design)
        window = QWidget()
        column = QVBoxLayout(window)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(counter.workspace, 1)
        footer = FooterHints(design)
        column.addWidget(footer)

        def show_hints() -> None:
            footer.set_hints([*counter.workspace.hints(), Hint(("F1",), "all shortcuts")])

        counter.workspace.hints_changed.connect(show_hints)
        show_hints()
        window.resize(options.width - 60, options.height - 48)
        window.show()
        window.activateWindow()
        await until(window.isActiveWindow)
        counter.workspace.focus_start()
        await settled()
        await SCENES[options.scene](counter)
        await settled()
        footer.set_note(counter.workspace.note())
        if options.shot:
            for _ in range(60):
                await asyncio.sleep(0.03)
                app.processEvents()
            grab(window).save(options.shot)
            for text, tone in counter.said:
                print(f"said ({tone}): {text}")
        else:
            await until(lambda: not window.isVisible())
        await counter.tasks.end()
        window.close()
        await desk.close()


def main() -> int:
    """Show one scene, or save what it looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", choices=tuple(SCENES), default="dispense")
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
