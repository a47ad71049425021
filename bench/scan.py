"""From the last character of a scanned prescription to the prescription painted, with 50,000 here.

The real window and workspace on a real store, offscreen. Keys come in at the window, as the
system's do, and pass the scanner's filter; the clock runs from Enter until everything is painted.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import random
import time
from datetime import date
from typing import Final

import msgspec
import qasync  # type: ignore[import-untyped]  # it carries no types
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget

from bench.desk_in_process import Opened, opened_desk
from bench.figures import heading, line, machine
from clinicdesk.contract.entities import Prescription, PrescriptionStatus, SealKey
from clinicdesk.contract.frames import Ev, Item
from clinicdesk.contract.seal import NONCE_BYTES, Seal, kid_of, signed_words, text_of
from clinicdesk.core.clock import utc_now
from clinicdesk.core.identity import new_id
from clinicdesk.desktop.scanning.pace import TAP_MS
from clinicdesk.desktop.workspaces.pharmacy.workspace import PharmacyWorkspace

PATIENTS: Final = 20_000
PRESCRIPTIONS: Final = 50_000
_SCANS: Final = 1000 if os.environ.get("BENCH_SCALE") == "full" else 200
_PATIENCE_S: Final = 20.0
_FINGER_MS: Final = 80
_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_STAMPS: Final = itertools.count(1_000_000)
_KID: Final = kid_of(b"the key of this measurement")


def main() -> None:
    """Print the figures."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    heading(f"Scanning with {PRESCRIPTIONS:,} prescriptions on the desk ({machine()})")
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    qasync.run(_measure())


async def _measure() -> None:
    async with opened_desk(PATIENTS, PRESCRIPTIONS) as opened:
        await opened.desk.search.indexed()
        await _take_key(opened)
        counter = opened.window.findChild(PharmacyWorkspace)
        window = opened.window.windowHandle()
        assert counter is not None
        assert window is not None
        print(line("last character of a QR code to the prescription painted", [
            await _scan(window, counter, opened, each, _seal_of(each))
            for each in _chosen(opened, seed=1)
        ]))  # fmt: skip
        print(line("  the same by the RX code in a barcode", [
            await _scan(window, counter, opened, each, each.code)
            for each in _chosen(opened, seed=2)
        ]))  # fmt: skip
        reading = []
        for each in _chosen(opened, seed=3):
            text = _seal_of(each)
            begun = time.perf_counter()
            await opened.desk.scanning.read(text)
            reading.append((time.perf_counter() - begun) * 1e3)
        print(line("  of which reading and verifying the seal", reading))
        typed, floor = [], []
        for _ in range(_SCANS):
            typed.append(await _typed(window, opened))
            floor.append(await _timer())
        print(line("a key under a finger to the widget that it is for", typed))
        print(line("  floor: a timer of the system for as long as it is held", floor))


async def _scan(
    window: QWindow, counter: PharmacyWorkspace, opened: Opened, row: Prescription, text: str
) -> float:
    """Milliseconds from Enter to the end of the paint."""
    for letter in text:
        _strike(window, Qt.Key(ord(letter)), letter)
    begun = time.perf_counter()
    _strike(window, Qt.Key.Key_Return, "\r")
    while (shown := counter.pane.prescription) is None or shown.id != row.id:
        if time.perf_counter() - begun > _PATIENCE_S:
            raise SystemExit(f"{row.code} did not open")
        await asyncio.sleep(0)
    for _ in range(2):
        await asyncio.sleep(0)  # what the workspace does at the end of this turn
    opened.window.repaint()
    return (time.perf_counter() - begun) * 1e3


async def _typed(window: QWindow, opened: Opened) -> float:
    """Milliseconds from a key that goes down to its field, nothing painted in between."""
    field = opened.window.search
    field.setFocus()
    arrived = _Arrival(field)
    begun = time.perf_counter()
    _move(window, QEvent.Type.KeyPress, Qt.Key.Key_A, "a")
    async with asyncio.timeout(_PATIENCE_S):
        await arrived.known.wait()
    for _ in range(_FINGER_MS):
        next(_STAMPS)
    _move(window, QEvent.Type.KeyRelease, Qt.Key.Key_A, "a")
    field.clear()
    return (arrived.at - begun) * 1e3


async def _timer() -> float:
    """Milliseconds that a timer takes for what a key is held back, on this machine, now."""
    ended = asyncio.Event()
    timer = QTimer(singleShot=True, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(ended.set)
    begun = time.perf_counter()
    timer.start(TAP_MS)
    await ended.wait()
    return (time.perf_counter() - begun) * 1e3


class _Arrival(QObject):
    """When a key comes to a widget, before it does anything with it."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self.at = 0.0
        self.known = asyncio.Event()
        field.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 -- Qt names it
        if event.type() is QEvent.Type.KeyPress:
            self.at = time.perf_counter()
            self.known.set()
        return False


def _strike(window: QWindow, key: Qt.Key, text: str) -> None:
    """A key goes down and up. QTest would let other events in between, in the midst of a task."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        _move(window, kind, key, text)


def _move(window: QWindow, kind: QEvent.Type, key: Qt.Key, text: str) -> None:
    shifted = text.isupper()
    held = Qt.KeyboardModifier.ShiftModifier if shifted else Qt.KeyboardModifier.NoModifier
    event = QKeyEvent(kind, key, held, text)
    event.setTimestamp(next(_STAMPS))  # a millisecond apart, whatever else the machine does
    QCoreApplication.sendEvent(window, event)


async def _take_key(opened: Opened) -> None:
    """The clinic's public key, as the feed brings it."""
    replica = opened.desk.replica
    assert replica.position is not None
    public = base64.urlsafe_b64encode(_KEY.public_key().public_bytes_raw()).rstrip(b"=").decode()
    row = SealKey(
        id=new_id(), clinic_id=opened.desk.clinic.id, version=1, kid=_KID, public_key=public,
        active=True, created_at=utc_now(),
    )  # fmt: skip
    seq = replica.position.cursor.seq
    item = Item(
        seq=seq + 1, kind="seal_key", id=row.id, v=1, body=msgspec.Raw(msgspec.json.encode(row))
    )
    epoch = replica.position.cursor.epoch
    await replica.apply(Ev(clinic=row.clinic_id, epoch=epoch, from_=seq, to=seq + 1, items=[item]))


def _chosen(opened: Opened, seed: int) -> list[Prescription]:
    """Those that wait at the counter, from all over the list."""
    waiting = [
        each
        for each in opened.desk.replica.prescriptions.values()
        if each.status in (PrescriptionStatus.PAID, PrescriptionStatus.FULFILLED)
    ]
    return random.Random(seed).sample(waiting, _SCANS)


def _seal_of(row: Prescription) -> str:
    seal = Seal(kid=_KID, rx=row.id, rev=1, exp=date(2090, 1, 1), nonce=bytes(NONCE_BYTES))
    return text_of(seal, _KEY.sign(signed_words(seal)))


if __name__ == "__main__":
    main()
