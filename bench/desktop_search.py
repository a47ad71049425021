"""Keystrokes in the searches of a desk: patients in memory, medicines in the encrypted store.

Every text is typed letter by letter, with slips, and the time of each letter is taken.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import uuid4

from PySide6.QtWidgets import QApplication

from bench.figures import heading, line, machine, resident_mb, timed
from bench.pharmacy_rows import NOW, medicines_of, patients_of
from bench.remembered_desk import fill_medicines
from clinicdesk.contract.entities import Member, Patient, Price, PriceList, Role, StockLevel
from clinicdesk.core.clock import utc_now
from clinicdesk.core.collection import Collection
from clinicdesk.core.collector import making_rows
from clinicdesk.core.medicine_choice import MedicineChoices
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.patient_index import PatientIndex, warm_up
from clinicdesk.core.pricing import Pricing
from clinicdesk.core.replica import Replica
from clinicdesk.core.search import Search
from clinicdesk.core.stock import Stock
from clinicdesk.core.store.paged_table import CatalogueState
from clinicdesk.core.store.sqlcipher import KEY_BYTES
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.content import RowContent
from clinicdesk.desktop.design.row_list import RowList
from clinicdesk.desktop.models.patient_list import PatientListModel

_PEOPLE: Final = (
    "anjali sharma", "mera deshpand", "tane", "ravi kulkarni 1992", "P-004182", "9820012345",
    "राजेश", "o'brien", "12/03/1992", "wiremu", "xyzzy", "sharma ravi", "priyanka iyer", "aisha",
)  # fmt: skip
_MEDICINES: Final = (
    "amoxicillin 500", "paracetmol", "500 amox", "azithromicin", "metformin 850 tab", "vel 12",
    "cetirizine 10 mg", "xyzzy", "salbutamol inhaler", "pantoprazole 40",
)  # fmt: skip
_FOUND: Final = 50
MEDICINES: Final = 250_000
"""As many as the widely used Indian list has."""
_KEPT: Final = 50_000
"""More than a pharmacy keeps."""


def main() -> None:
    """Print the figures."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    heading(f"Search at the desk ({machine()})")
    app = QApplication(sys.argv[:1])
    design = apply(app, Appearance.LIGHT)
    warm_up()
    for count in (2_000, 100_000):
        _patients(count, design)
    asyncio.run(_medicines(MEDICINES))


def _patients(count: int, design: Design) -> None:
    patients: Collection[Patient] = Collection("patient")
    grown = resident_mb()
    index = PatientIndex()
    with making_rows():
        for patient in patients_of(count):
            patients.stage_server(patient.id, patient)
            index.put(patient)
    patients.announce()
    model = PatientListModel(patients, _content)
    view = RowList()
    view.dress(design)
    view.setModel(model)
    view.resize(412, 700)
    view.show()

    def found(text: str) -> None:
        hits = index.search(text, _FOUND)
        model.show_found([hit.patient.id for hit in hits] if text else None)
        view.viewport().repaint()

    typed = list(_letters(_PEOPLE))
    times = [timed(partial(index.search, text, _FOUND)) for text in typed]
    print(line(f"{count:,} patients: keystroke to the answer", times))
    times = [timed(partial(found, text)) for text in typed]
    print(line(f"{count:,} patients: keystroke to the painted list", times))
    print(f"{'  memory for them and their index':<58}    {resident_mb() - grown:8.0f} MB")


async def _medicines(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        key = secrets.token_bytes(KEY_BYTES)
        store = await Store.open(path, key, {"bench": "medicines"}, utc_now)
        try:
            await fill_medicines(store, medicines_of(count))
            times = []
            for text in _letters(_MEDICINES):
                begun = asyncio.get_running_loop().time()
                await store.medicines.search(text, 20)
                times.append((asyncio.get_running_loop().time() - begun) * 1e3)
            there = await _at_a_pharmacy(store, count)
        finally:
            await store.close()
        print(line(f"{count:,} medicines: keystroke to the answer", times))
        print(line("  with price and stock at a pharmacy that keeps 50,000", there))
        print(f"{'  size of the store':<58}    {path.stat().st_size / 1e6:8.0f} MB")


async def _at_a_pharmacy(store: Store, count: int) -> list[float]:
    """The same letters, for a prescription that goes to a pharmacy with stock and prices."""
    member, pharmacy_id, list_id = _prescriber(), uuid4(), uuid4()
    replica = Replica(store.rows, member.id, NoTrace())
    kept = [medicine.id for medicine in islice(medicines_of(count), 0, None, count // _KEPT)]
    for place, medicine_id in enumerate(kept):
        level = StockLevel(
            id=uuid4(), clinic_id=member.clinic_id, version=1, pharmacy_id=pharmacy_id,
            medicine_id=medicine_id, on_hand=place % 40, reorder_level=10, reorder_packs=1,
            shelf="", updated_at=NOW,
        )  # fmt: skip
        replica.stock_levels.stage_server(level.id, level)
    replica.stock_levels.announce()
    listed = PriceList(
        id=list_id, clinic_id=member.clinic_id, version=1, pharmacy_id=pharmacy_id, name="Prices",
        currency="INR", revision=1, price_count=len(kept), updated_at=NOW,
    )  # fmt: skip
    replica.price_lists.stage_server(list_id, listed)
    replica.price_lists.announce()
    prices = [
        Price(
            id=uuid4(), clinic_id=member.clinic_id, price_list_id=list_id, pharmacy_id=pharmacy_id,
            revision=1, medicine_id=medicine_id, price_minor=1_000, currency="INR",
            effective_from=NOW.date(), effective_until=None, withdrawn=False,
        )
        for medicine_id in kept
    ]  # fmt: skip
    await store.prices.take_page(list_id, prices, CatalogueState(1, None))
    outbox = Outbox(store.outbox, replica, lambda: member, utc_now, NoTrace())
    stock = Stock(replica, outbox, lambda: member, NOW.date)
    pricing = Pricing(
        replica, outbox, store.medicines, store.prices, stock.dispensable, lambda: member, NOW.date
    )
    choices = MedicineChoices(Search(replica, store.medicines), stock, pricing)
    times = []
    for text in _letters(_MEDICINES):
        begun = asyncio.get_running_loop().time()
        await choices.find(text, 8, pharmacy_id=pharmacy_id)
        times.append((asyncio.get_running_loop().time() - begun) * 1e3)
    return times


def _prescriber() -> Member:
    return Member(
        id=uuid4(), clinic_id=uuid4(), version=1, account_id=uuid4(), name="Prescriber",
        role=Role.THERAPIST, practitioner_id=uuid4(), pharmacy_id=None, active=True,
    )  # fmt: skip


def _letters(texts: tuple[str, ...]) -> Iterator[str]:
    for text in texts:
        yield from (text[:end] for end in range(1, len(text) + 1))


def _content(patient: Patient) -> RowContent:
    return RowContent(key=patient.id, primary=patient.name, secondary=patient.number)


if __name__ == "__main__":
    main()
