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
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from clinicdesk import desktop
from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus, Role
from clinicdesk.contract.frames import SignalKind
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.appearance import Appearance, apply
from clinicdesk.desktop.design.footer_hints import FooterHints, Hint
from clinicdesk.desktop.workspaces.pharmacy.lanes import Lane
from tests.core.sample import an_id
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    Rows,
    a_counter_prescription,
    a_refund,
    many,
    open_counter,
    open_desk,
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


async def dispense(counter: Counter) -> None:
    counter.workspace.open_thing("prescription", an_id("paid"))
    await settled()
    counter.key(Qt.Key.Key_Space)
    await until(lambda: counter.desk.replica.items.get(an_id("paid line 1")) is not None
                and counter.desk.replica.items.get(an_id("paid line 1")).status  # type: ignore[union-attr]
                is ItemStatus.READY)  # fmt: skip


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
    counter.type("wire")
    await settled()


async def nothing_found(counter: Counter) -> None:
    counter.type("zzzz")
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


SCENES: dict[str, Callable[[Counter], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        unpaid, paying, short, dispense, long_names, declining, cancelling, handing_over, refund,
        paying_out, offline, search, nothing_found, empty, done, cancelled, company, crowd,
        long_company, prescriber_there,
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
    return joined(a_counter_prescription("rx"), paid, owing, many(300))


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
        footer.set_hints([*counter.workspace.hints(), Hint(("F1",), "all shortcuts")])
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
            window.grab().save(options.shot)
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
