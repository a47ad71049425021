"""The shelves with rows, to be looked at.

    python -m tests.desktop.workspaces.stock.look --scene receive --theme dark --shot a.png

Without ``--shot`` the window stays open until it is closed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, QTranslator
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from clinicdesk import desktop
from clinicdesk.contract.prices import PriceChange, PriceFileLine, PricePreview
from clinicdesk.contract.problems import InvalidField
from clinicdesk.desktop.design.appearance import Appearance, apply
from clinicdesk.desktop.design.footer_hints import FooterHints
from tests.core.sample import an_id
from tests.desktop.workspaces.dashboard.clinics import a_call
from tests.desktop.workspaces.dashboard.page import NAMES, some_shelves
from tests.desktop.workspaces.pharmacy.counter import NOON, open_desk, settled, until
from tests.desktop.workspaces.stock.place import Place, next_year, open_place, some_orders
from tests.desktop.workspaces.stock.price_list import (
    a_price,
    a_price_list,
    keep_prices,
    real_medicines,
)
from tests.desktop.workspaces.stock.test_refused import goods as goods_of
from tests.desktop.workspaces.stock.test_refused import refused, shown
from tests.desktop.workspaces.stock.test_served import feed, paid


async def shelves(_place: Place) -> None:
    await settled()


async def expiring(place: Place) -> None:
    place.workspace.show_place("expiring")


async def receive(place: Place) -> None:
    place.key(Qt.Key.Key_F2)


async def wrong(place: Place) -> None:
    place.key(Qt.Key.Key_F2)
    place.type("B-1")
    place.key(Qt.Key.Key_Tab)
    place.type("03/04/27")
    place.key(Qt.Key.Key_Return)


async def count(place: Place) -> None:
    place.workspace.open_thing("medicine", an_id("Metformin"))
    await settled()
    place.key(Qt.Key.Key_F3)
    place.type("100")


async def reorder(place: Place) -> None:
    place.key(Qt.Key.Key_F4)


async def orders(place: Place) -> None:
    place.workspace.show_place("orders")


async def goods(place: Place) -> None:
    place.workspace.open_thing("supply_order", an_id("sent"))
    await settled()
    place.key(Qt.Key.Key_F2)
    for batch in ("B-1", "B-2"):
        place.type(batch)
        place.key(Qt.Key.Key_Tab)
        place.type(next_year())
        place.key(Qt.Key.Key_Return)
    place.type("B-3")


async def new_order(place: Place) -> None:
    place.workspace.show_place("orders")
    place.workspace.orders.new_order()
    await until(lambda: place.workspace.orders._write.isVisible())


async def supplier(place: Place) -> None:
    place.workspace.show_place("orders")
    place.workspace.orders.new_supplier()


async def suppliers(place: Place) -> None:
    place.workspace.show_place("orders")
    place.workspace.orders.show_suppliers()


async def served(place: Place) -> None:
    headers = [paid("7F3K2"), paid("9QW4M")]
    await feed(place, *headers, *(a_call(each, NOON) for each in headers))


async def refused_goods(place: Place) -> None:
    came = [goods_of(1, "G-1", 2), goods_of(2, "G-2", 3)]
    await refused(place, place.desk.supply.receive(an_id("sent"), came), "goods[1].expiry")
    await shown(place.workspace.orders._goods)


async def expired(place: Place) -> None:
    place.workspace.open_thing("medicine", an_id("Salbutamol"))


async def prices(place: Place) -> None:
    medicines = real_medicines()
    first = next(each for each in medicines if each.brand.startswith("Azithosag"))
    listed = [a_price(each, each.price_minor * 9 // 10, -70) for each in medicines[::2]]
    listed += [
        a_price(first, 10_450, -400), a_price(first, 9_900, -120, -90), a_price(first, 11_900, -60),
        a_price(first, 12_350, 19),
    ]  # fmt: skip
    await keep_prices(place.desk, medicines, listed)
    place.workspace.show_place("prices")
    await settled()
    place.type("azithosag")
    lookup = place.workspace.prices.lookup
    await until(lambda: lookup.shown is not None and lookup.shown.medicine.id == first.id)


async def prices_kept(place: Place) -> None:
    place.workspace.show_place("prices")
    await until(lambda: place.workspace.prices.lookup.shown is not None)


async def price_set(place: Place) -> None:
    await prices(place)
    place.key(Qt.Key.Key_F2)
    await settled()
    place.type("1.25")


async def price_wrong(place: Place) -> None:
    await prices(place)
    place.key(Qt.Key.Key_F2)
    await settled()
    place.type("12,50")
    place.key(Qt.Key.Key_Tab)
    place.type("01/12/2026")
    place.key(Qt.Key.Key_Return)


async def price_given(place: Place) -> None:
    await prices(place)
    place.key(Qt.Key.Key_F2)
    await settled()
    place.type("125")
    place.key(Qt.Key.Key_Return)
    await until(lambda: place.desk.outbox.entries())
    pane = place.workspace.prices.lookup.pane
    await until(lambda: "125" in pane._price.text())


async def price_refused(place: Place) -> None:
    await price_given(place)
    (entry,) = place.desk.outbox.entries()
    detail = "The price would begin on 12 Mar 2032; look at the year again."
    await place.desk.outbox.finish(entry.op_id, InvalidField(detail=detail, field="effective_from"))
    pane = place.workspace.prices.lookup.pane
    await until(lambda: pane._refused.isVisible())


async def price_unknown(place: Place) -> None:
    await prices(place)
    place.workspace.prices.lookup.search.setText("xyzzyx")
    await until(lambda: place.workspace.prices.lookup.shown is None)


async def prices_empty(place: Place) -> None:
    place.workspace.show_place("prices")


async def preview(place: Place) -> None:
    place.workspace.show_place("prices")
    kinds = [PriceChange.DEARER, PriceChange.CHEAPER, PriceChange.NEW, PriceChange.REDATED]
    lines = [
        PriceFileLine(
            line=2 + place_, change=kinds[place_ % 4], code=f"IN-{place_:04}",
            name=f"{NAMES[place_ % 6]} 500 mg tablet", price_minor=12_50 + place_,
            before_minor=None if kinds[place_ % 4] is PriceChange.NEW else 11_00,
            effective_from=date(2026, 12, 1),
        )
        for place_ in range(80)
    ]  # fmt: skip
    left = [
        PriceFileLine(
            line=91, change=PriceChange.REJECTED, code="IN-9", field="price",
            detail="price: -4 is not an amount; write it like 12.50.",
        )
    ]  # fmt: skip
    counts = dict.fromkeys(kinds, 20) | {
        PriceChange.DEARER: 4_310, PriceChange.SAME: 45_620, PriceChange.REJECTED: 1,
    }  # fmt: skip
    page = place.workspace.prices.importing
    page._name = "sahyadri-december.xlsx"
    page.begun.emit()
    page._on_preview(
        PricePreview(
            price_list_id=an_id("list"), digest="d", revision=3, currency="INR", rows=49_991,
            counts=counts, changes=lines, left_out=left,
        )
    )  # fmt: skip


async def empty(_place: Place) -> None:
    await settled()


SCENES: dict[str, Callable[[Place], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        shelves, expiring, receive, wrong, count, reorder, orders, goods, new_order, supplier,
        suppliers, served, expired, refused_goods,
        prices, prices_kept, price_set, price_wrong, price_given, price_refused, price_unknown,
        prices_empty, preview, empty,
    )
}  # fmt: skip


async def show(options: argparse.Namespace, app: QApplication) -> None:
    """Open the place, play the scene, keep a picture."""
    design = apply(app, Appearance(options.theme))
    translator = QTranslator(app)
    if translator.load("clinicdesk_en.qm", str(Path(desktop.__file__).parent / "translations")):
        app.installTranslator(translator)
    with tempfile.TemporaryDirectory() as folder:
        bare = options.scene in ("empty", "prices_empty")
        rows = [] if bare else [*some_shelves(), *some_orders(), a_price_list()]
        desk = await open_desk(Path(folder), *rows)
        place = await open_place(desk, design)
        window = QWidget()
        column = QVBoxLayout(window)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(place.workspace, 1)
        footer = FooterHints(design)
        column.addWidget(footer)
        window.resize(options.width - 60, options.height - 48)
        window.show()
        window.activateWindow()
        await until(window.isActiveWindow)
        place.workspace.focus_start()
        for _ in range(10):
            await asyncio.sleep(0.03)
        await SCENES[options.scene](place)
        await settled()
        footer.set_hints(place.workspace.hints())
        if options.shot:
            for _ in range(30):
                await asyncio.sleep(0.03)
                app.processEvents()
            window.grab().save(options.shot)
            for text, tone in place.said:
                print(f"said ({tone}): {text}")
        else:
            await until(lambda: not window.isVisible())
        await place.tasks.end()
        window.close()
        await desk.close()


def main() -> int:
    """Show one scene, or save what it looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", choices=tuple(SCENES), default="shelves")
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
