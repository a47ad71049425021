"""A pharmacist's window over 50,000 prescriptions: opening, typing, its keys, one changed row.

The real workspace on a real store, offscreen; each keystroke and each change is followed to the end
of its paint. The peer is what Qt offers for such lists: QSortFilterProxyModel.
"""

from __future__ import annotations

import asyncio
import os
import time
from functools import partial
from itertools import islice
from typing import Final

import msgspec
import qasync  # type: ignore[import-untyped]  # it carries no types
from msgspec.structs import replace
from PySide6.QtCore import QSortFilterProxyModel, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView

from bench.counter_keys import FINGER_S, CounterKeys, paint
from bench.desk_in_process import Opened, opened_desk
from bench.figures import heading, line, machine, timed
from clinicdesk.contract.entities import Patient, Prescription, PrescriptionStatus
from clinicdesk.contract.frames import Ev, Item
from clinicdesk.core.collection import Collection
from clinicdesk.core.folding import fold

PATIENTS: Final = 20_000
PRESCRIPTIONS: Final = 50_000
_TYPED: Final = (
    "anjali", "sharma", "ravi k", "deshpande", "tane", "98201", "rx-7f", "p-0041", "sunita rao",
    "kulkarni", "meera d", "rx-abc", "xyzzy",
)  # fmt: skip
_CHANGES: Final = 200


def main() -> None:
    """Print the figures."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    heading(f"Queue of {PRESCRIPTIONS:,} prescriptions, {PATIENTS:,} patients ({machine()})")
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    qasync.run(_measure())


async def _measure() -> None:
    async with opened_desk(PATIENTS, PRESCRIPTIONS) as opened:
        bodies = _bodies(opened)
        print(line("floor: decoding the prescriptions alone", [timed(lambda: _decode(bodies))]))
        print(line("opening the desk until its first rows are painted", [opened.first_rows_ms]))
        print(line("  until every line and payment is in memory", [opened.complete_ms]))
        rows = sum(
            len(opened.desk.replica.collection(kind))
            for kind in ("patient", "prescription", "prescription_item", "payment")
        )
        print(f"{'memory for it':<58}    {opened.grown_mb:8.0f} MB for {rows:,} rows")
        await opened.desk.search.indexed()
        print(line("keystroke in the queue's search, to the paint", await _type(opened)))
        print("the counter's own keys, to the paint")
        await CounterKeys(opened).measure()
        await _change_rows(opened)
        print(line("peer: QSortFilterProxyModel, keystroke", _peer_keystrokes(opened)))


def _bodies(opened: Opened) -> list[bytes]:
    rows = iter(opened.desk.replica.prescriptions.server_values())
    chunks = []
    while chunk := list(islice(rows, 1000)):
        chunks.append(msgspec.json.encode(chunk))
    return chunks


def _decode(bodies: list[bytes]) -> None:
    decode = msgspec.json.Decoder(list[Prescription]).decode
    for chunk in bodies:
        decode(chunk)


async def _type(opened: Opened) -> list[float]:
    """Milliseconds of each letter of each text, and of each Backspace that takes it away again."""
    taken: list[float] = []
    opened.search_field.setFocus()
    for text in _TYPED:
        taken += [await _press(opened, key) for key in text]
        taken += [await _press(opened, None) for _ in text]
    return taken


async def _press(opened: Opened, key: str | None) -> float:
    await asyncio.sleep(FINGER_S)
    begun = time.perf_counter()
    if key is None:
        QTest.keyClick(opened.search_field, Qt.Key.Key_Backspace)
    else:
        QTest.keyClicks(opened.search_field, key)
    await paint(opened.window)
    return (time.perf_counter() - begun) * 1e3


async def _change_rows(opened: Opened) -> None:
    """Take frames of one row, and paint each; the row is one that the list shows."""
    replica, marks = opened.desk.replica, opened.marks
    shown = opened.queue.model()
    disk, models, paints = [], [], []
    for number in range(_CHANGES):
        row_id = shown.index(number % 8, 0).data(_ID)
        row = replica.prescriptions.get(row_id)
        assert row is not None
        assert replica.position is not None
        seq = replica.position.cursor.seq
        changed = replace(row, version=row.version + 1, total_minor=row.total_minor + 100)
        begun = time.perf_counter()
        await replica.apply(_frame(changed, seq))
        disk.append((marks.at["applied"] - begun) * 1e3)
        models.append((marks.at["announced"] - marks.at["applied"]) * 1e3)
        paints.append(timed(opened.queue.viewport().repaint))
    print(line("one row changed: on the disk and in memory", disk))
    print(line("  every model and counter told", models))
    print(line("  the list painted again, all of it", paints))


_ID: Final = Qt.ItemDataRole.UserRole + 1


def _frame(row: Prescription, seq: int) -> Ev:
    body = msgspec.Raw(msgspec.json.encode(row))
    item = Item(seq=seq + 1, kind="prescription", id=row.id, v=row.version, body=body)
    return Ev(clinic=row.clinic_id, epoch="bench", from_=seq, to=seq + 1, items=[item])


def _peer_keystrokes(opened: Opened) -> list[float]:
    """The same texts over the same words in the usual model and its proxy."""
    replica = opened.desk.replica
    patients: Collection[Patient] = replica.patients
    model = QStandardItemModel()
    for row in replica.prescriptions.values():
        if row.status is PrescriptionStatus.CANCELLED:
            continue
        patient = patients.get(row.patient_id)
        assert patient is not None
        words = f"{row.code} {patient.name} {patient.number} {patient.phone}"
        model.appendRow(QStandardItem(fold(words)))
    proxy = QSortFilterProxyModel()
    proxy.setSourceModel(model)
    proxy.sort(0)
    view = QListView()
    view.setUniformItemSizes(True)
    view.setModel(proxy)
    view.resize(opened.queue.size())
    view.show()

    def narrow(text: str) -> None:
        proxy.setFilterFixedString(text)
        view.viewport().repaint()

    texts = [text[:end] for text in _TYPED[:3] for end in range(1, len(text) + 1)]
    return [timed(partial(narrow, text)) for text in texts]


if __name__ == "__main__":
    main()
