from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView, QPushButton, QWidget

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.contract.problems import Conflict, IllegalState
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.store.outbox_table import OutboxState
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.content import CONTENT_ROLE, RowContent
from clinicdesk.desktop.design.rail_button import RailButton
from tests.core.sample import (
    NOON,
    a_frame,
    a_patient,
    a_prescription,
    an_item,
    change,
    pharmacist,
    signed,
    therapist,
)
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.desktop.shell.seats import Seat, a_seat

A_MINUTE = timedelta(minutes=1)
DRAFT = a_prescription()
UNPAID = signed(DRAFT)
ROWS = (a_patient("Meera Deshpande"), UNPAID, an_item(UNPAID))


def part(seat: Seat, name: str) -> QWidget:
    found = seat.window.findChild(QWidget, name)
    assert found is not None, name
    return found


def contents(seat: Seat, name: str) -> list[RowContent]:
    view = part(seat, name)
    assert isinstance(view, QListView)
    model = view.model()
    return [model.index(row, 0).data(CONTENT_ROLE) for row in range(model.rowCount())]


async def complete(seat: Seat) -> None:
    await until(seat.window.search.isEnabled, "the whole window")
    seat.window.activateWindow()


async def pay(seat: Seat) -> UUID:
    """Take the payment without a server, as a person may."""
    done = await seat.desk.dispensing.take_payment(UNPAID.id, UNPAID.total_minor)
    assert isinstance(done, Submitted)
    return done.op_id


async def refuse(seat: Seat, op_id: UUID) -> None:
    """Somebody cancelled it, which this desk has not heard yet."""
    await seat.desk.outbox.finish(
        op_id,
        IllegalState(
            detail="It was cancelled.", entity="prescription", id=UNPAID.id,
            command="take_payment", state="CANCELLED", by="Dr Asha Rao", at=NOON + A_MINUTE,
        ),
    )  # fmt: skip


@on_qt_loop
async def test_the_pill_counts_and_opens_what_waits(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await complete(seat)
        await pay(seat)
        assert seat.window.pill.accessibleName().endswith("1 to send")
        seat.window.pill.click()
        assert part(seat, "outbox_drawer").isVisible()
        (row,) = contents(seat, "outbox_list")
        assert row.primary == "Take payment ₹\N{NO-BREAK SPACE}180.00"
        assert row.secondary == "RX-7F3K2 · Meera Deshpande"
        assert row.status in ("Waiting", "Sending")


@on_qt_loop
async def test_a_refusal_says_why_and_is_dismissed(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await complete(seat)
        await refuse(seat, await pay(seat))
        QTest.keyClick(
            seat.window,
            Qt.Key.Key_O,
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
        )
        (row,) = contents(seat, "outbox_list")
        assert row.status == "Refused"
        said = part(seat, "refusal").findChildren(QWidget)
        words = " ".join(str(w.property("text")) for w in said if w.property("text"))
        assert "Dr Asha Rao cancelled it at 12 Mar, 17:31." in words
        button = part(seat, "outbox_dismiss")
        assert isinstance(button, QPushButton)
        button.click()
        await until(lambda: not seat.desk.outbox.entries())
        assert contents(seat, "outbox_list") == []
        assert part(seat, "toast").isVisible()


@on_qt_loop
async def test_a_refused_change_is_tried_again_as_a_new_one(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await complete(seat)
        refused = await pay(seat)
        await seat.desk.outbox.finish(refused, Conflict(detail="The till is closed."))
        seat.window.pill.click()
        button = part(seat, "outbox_retry")
        assert isinstance(button, QPushButton)
        button.click()
        await until(lambda: [e.op_id for e in seat.desk.outbox.entries()] not in ([refused], []))
        await until(lambda: len(seat.desk.outbox.entries()) == 1)
        (entry,) = seat.desk.outbox.entries()
        assert entry.op_id != refused
        assert entry.state is not OutboxState.REFUSED


@on_qt_loop
async def test_an_entry_opens_what_it_is_about(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await complete(seat)
        await pay(seat)
        seat.window.pill.click()
        button = part(seat, "outbox_open")
        assert isinstance(button, QPushButton)
        button.click()
        assert seat.workspace("plain").asked == [UNPAID.id]
        assert not part(seat, "outbox_drawer").isVisible()


async def arrive(seat: Seat) -> None:
    """A prescription is signed at another desk."""
    await seat.desk.replica.apply(a_frame(1, 2, change(UNPAID, seq=2, by=therapist.id)))


@on_qt_loop
async def test_a_new_prescription_is_counted_until_somebody_looks(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, a_patient("Meera Deshpande")) as seat:
        await complete(seat)
        await arrive(seat)
        bell = part(seat, "notices_button")
        assert isinstance(bell, RailButton)
        await until(lambda: bell.accessibleName() == "Notices, 1 unread", "the count")
        bell.click()
        (row,) = contents(seat, "notices_list")
        assert (row.primary, row.unread) == ("RX-7F3K2", True)
        assert row.secondary == "New from Dr Asha Rao"
        assert "Meera" not in f"{row}"
        view = part(seat, "notices_list")
        assert isinstance(view, QListView)
        view.activated.emit(view.model().index(0, 0))
        assert seat.workspace("plain").asked == [UNPAID.id]
        await until(lambda: bell.accessibleName() == "Notices", "the count's end")


@on_qt_loop
async def test_all_notices_are_read_by_one_press(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, a_patient("Meera Deshpande")) as seat:
        await complete(seat)
        await arrive(seat)
        await until(lambda: seat.desk.notices.unread == 1)
        button = part(seat, "notices_read_all")
        assert isinstance(button, QPushButton)
        button.click()
        await until(lambda: seat.desk.notices.unread == 0)
        assert button.isHidden()


@on_qt_loop
async def test_what_one_did_oneself_is_no_notice(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await complete(seat)
        paid = signed(UNPAID, status=PrescriptionStatus.PAID)
        await seat.desk.replica.apply(a_frame(1, 2, change(paid, seq=2, by=pharmacist.id)))
        assert seat.desk.notices.all() == []


@on_qt_loop
async def test_escape_closes_a_drawer_and_gives_the_keyboard_back(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS) as seat:
        await complete(seat)
        before = seat.workspace("plain").typed
        await until(before.hasFocus)
        seat.window.rail.notices.click()
        drawer = part(seat, "notices_drawer")
        assert drawer.isVisible()
        QTest.keyClick(drawer, Qt.Key.Key_Escape)
        assert not drawer.isVisible()
        assert before.hasFocus()
