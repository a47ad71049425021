"""The drawer of the outbox: groups, reasons, and what a person does about each command."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView, QPushButton, QWidget

from clinicdesk.contract.commands import CancelPrescription, Done, ReviseDraft, WriteDraft
from clinicdesk.contract.problems import InvalidField, Stale
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.store.locked import LockedFile
from clinicdesk.core.store.outbox_table import Delay, OutboxState
from clinicdesk.core.store.unsent_note import Unsent
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.shell.outbox_delegate import HEADING_ROLE, Heading
from clinicdesk.desktop.shell.outbox_drawer import OutboxDrawer
from clinicdesk.desktop.shell.outbox_model import OutboxModel
from clinicdesk.desktop.workspaces.shared.conflict_dialog import ConflictDialog
from tests.core.revisions import a_revision
from tests.core.sample import (
    MAIN_STREET,
    NOON,
    a_draft_command,
    a_frame,
    a_line,
    a_medicine,
    a_patient,
    a_prescription,
    an_id,
    an_item,
    change,
    therapist,
)
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.desktop.shell.seats import Seat, a_seat

DRAFT = a_prescription()
ROWS = (a_patient("Meera Deshpande"), DRAFT, an_item(DRAFT))
COLLEAGUE = replace(therapist, id=an_id("member Tom"), name="Dr Tom Iti")


class Drawer:
    """The drawer of a seat, as its person uses it."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.outbox = seat.desk.outbox
        found = seat.window.findChild(OutboxDrawer)
        assert isinstance(found, OutboxDrawer)
        self.drawer = found

    @property
    def list(self) -> QListView:
        return self.drawer.ui.outbox_list  # type: ignore[no-any-return]

    def part(self, name: str) -> Any:
        found = self.seat.window.findChild(QWidget, name)
        assert found is not None, name
        return found

    def shown(self, name: str) -> bool:
        return bool(self.part(name).isVisible())

    def press(self, name: str) -> None:
        button = self.part(name)
        assert isinstance(button, QPushButton)
        assert button.isVisible(), name
        button.click()

    def headings(self) -> list[tuple[str, int, str]]:
        model = self.list.model()
        found = [model.index(row, 0).data(HEADING_ROLE) for row in range(model.rowCount())]
        return [(h.text, h.count, h.note) for h in found if isinstance(h, Heading)]

    def choose(self, row: int) -> None:
        self.list.setCurrentIndex(self.list.model().index(row, 0))

    def words(self) -> str:
        said = self.part("refusal").findChildren(QWidget)
        return " ".join(str(w.property("text")) for w in said if w.isVisible())

    async def revise(self, *lines: str) -> UUID:
        command = a_draft_command(*(a_line(a_medicine(), name) for name in lines))
        submitted = await self.outbox.submit(
            replace(a_revision(command), prescription_id=DRAFT.id), [a_medicine()]
        )
        return submitted.op_id

    async def sign(self) -> UUID:
        signed = await self.seat.desk.prescribing.sign_and_send(DRAFT.id, MAIN_STREET)
        return signed.op_id  # type: ignore[union-attr]

    async def refuse_as_stale(self, op_id: UUID) -> None:
        """Somebody else wrote on it, and their rows are here."""
        at = NOON + timedelta(minutes=2)
        stale = Stale(
            detail="", entity="prescription", id=DRAFT.id, current=2, state="DRAFT",
            by=COLLEAGUE.name, at=at,
        )  # fmt: skip
        await self.outbox.finish(op_id, stale)
        theirs = replace(DRAFT, version=2, updated_at=at, updated_by=COLLEAGUE.id)
        item = replace(an_item(DRAFT), version=2, quantity=30)
        rows = (COLLEAGUE, theirs, item)
        items = [change(row, seq=2) for row in rows]
        await self.seat.desk.replica.apply(a_frame(1, 2, *items))


async def opened(seat: Seat) -> Drawer:
    await until(seat.window.search.isEnabled, "the whole window")
    seat.window.activateWindow()
    drawer = Drawer(seat)
    seat.window.pill.click()
    return drawer


@on_qt_loop
async def test_what_needs_somebody_comes_first_and_the_rest_says_how_it_stands(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        seat.desk.link.become(LinkStatus.OFFLINE)
        other = (await drawer.outbox.submit(a_draft_command(name="other"))).op_id
        third = (await drawer.outbox.submit(a_draft_command(name="third"))).op_id
        fourth = (await drawer.outbox.submit(a_draft_command(name="fourth"))).op_id
        await drawer.outbox.finish(other, Done(op_id=other, version=1, seq=9))
        await drawer.outbox.finish(third, InvalidField(detail="Too long.", field="note"))
        drawer.outbox.mark_sending(fourth, sending=True)
        await drawer.revise("line 1")
        wanted = [("Needs you", 1), ("Waiting", 1), ("Being sent", 1), ("Sent just now", 1)]
        await until(
            lambda: [(text, count) for text, count, _note in drawer.headings()] == wanted,
            "everything under its heading",
        )
        assert drawer.headings()[1][2].startswith("offline since ")


@on_qt_loop
async def test_each_entry_says_why_it_waits(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        first = await drawer.revise("line 1")
        await drawer.sign()
        drawer.outbox.put_off(first, Delay.BUSY, heard=False)
        seat.desk.link.become(LinkStatus.LIVE)
        drawer.choose(0)
        assert "The server is busy" in drawer.words()
        drawer.choose(1)
        assert "when your earlier change to the same thing is through" in drawer.words()
        seat.desk.link.become(LinkStatus.OFFLINE)
        drawer.choose(0)
        assert "Offline since" in drawer.words()
        assert any(note.startswith("offline since") for _, _, note in drawer.headings())
        seat.desk.link.become(LinkStatus.OFFLINE, server_answers=True)
        assert "its database is not" in drawer.words()
        assert "Offline" not in drawer.words()
        assert any(note.startswith("no database since") for _, _, note in drawer.headings())


@on_qt_loop
async def test_discarding_what_waits_says_what_is_lost_and_what_goes_with_it(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        first = await drawer.revise("line 1", "line 2")
        await drawer.sign()
        drawer.outbox.put_off(first, Delay.UNREACHABLE, heard=False)
        drawer.choose(0)
        QTest.keyClick(drawer.list, Qt.Key.Key_Delete)
        words = drawer.words()
        assert "Discard “Save draft”?" in words
        assert "It was not sent" in words
        assert "2 medicine" in words
        assert "1 later change" in words
        assert drawer.part("outbox_keep").hasFocus()
        QTest.keyClick(drawer.part("outbox_keep"), Qt.Key.Key_Escape)
        assert len(drawer.outbox.entries()) == 2
        assert drawer.shown("outbox_drawer")
        QTest.keyClick(drawer.list, Qt.Key.Key_Delete)
        drawer.press("outbox_discard")
        await until(lambda: not drawer.outbox.entries())
        await until(lambda: drawer.shown("toast"), "the way back")
        undo = next(b for b in drawer.part("toast").findChildren(QPushButton) if b.text())
        undo.click()
        await until(lambda: len(drawer.outbox.entries()) == 2, "both back")


@on_qt_loop
async def test_what_was_sent_and_not_answered_is_not_said_to_be_undone(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        op_id = await drawer.revise("line 1")
        drawer.outbox.put_off(op_id, Delay.UNREACHABLE, heard=True)
        drawer.press("outbox_dismiss")
        assert "it may have taken effect" in drawer.words()
        drawer.press("outbox_discard")
        await until(lambda: not drawer.outbox.entries())
        await drawer.outbox.finish(op_id, Done(op_id=op_id, version=2, seq=2))
        said = drawer.part("toast")
        await until(
            lambda: any(
                "had reached the server already" in str(w.property("text"))
                for w in said.findChildren(QWidget)
            ),
            "the late news",
        )


@on_qt_loop
async def test_two_versions_are_compared_and_mine_is_kept_in_two_clicks(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        op_id = await drawer.revise("line 1", "line 2")
        await drawer.refuse_as_stale(op_id)
        assert "Dr Tom Iti changed it" in drawer.words()
        assert not drawer.shown("outbox_retry")
        drawer.press("outbox_compare")
        dialog = seat.window.findChild(ConflictDialog)
        assert isinstance(dialog, ConflictDialog)
        assert dialog.isVisible()
        names = {w.accessibleName() for w in dialog.findChildren(QWidget)}
        assert "Differs: quantity" in names
        assert "Only in yours" in names
        dialog.ui.conflict_keep.click()
        await until(lambda: not drawer.outbox.refused())
        (entry,) = drawer.outbox.entries()
        assert entry.op_id != op_id
        assert entry.version == 2
        assert isinstance(entry.command, ReviseDraft)


@on_qt_loop
async def test_theirs_is_taken_in_two_clicks_and_mine_can_be_had_back(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        op_id = await drawer.revise("line 2")
        await drawer.refuse_as_stale(op_id)
        QTest.keyClick(drawer.list, Qt.Key.Key_Return)
        dialog = seat.window.findChild(ConflictDialog)
        assert isinstance(dialog, ConflictDialog)
        await until(dialog.isActiveWindow, "the dialog before the others")
        QTest.keyClick(dialog, Qt.Key.Key_T)
        await until(lambda: not drawer.outbox.entries())
        assert [i.quantity for i in seat.desk.replica.items.of(DRAFT.id)] == [30]
        undo = next(b for b in drawer.part("toast").findChildren(QPushButton) if b.text())
        undo.click()
        await until(lambda: [e.op_id for e in drawer.outbox.refused()] == [op_id])


@on_qt_loop
async def test_while_their_version_is_on_its_way_nobody_can_choose(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        op_id = await drawer.revise("line 1")
        stale = Stale(
            detail="", entity="prescription", id=DRAFT.id, current=5, state="DRAFT",
            by="Dr Tom Iti", at=NOON,
        )  # fmt: skip
        await drawer.outbox.finish(op_id, stale)
        drawer.press("outbox_compare")
        dialog = seat.window.findChild(ConflictDialog)
        assert isinstance(dialog, ConflictDialog)
        assert not dialog.ui.conflict_keep.isEnabled()
        assert "on its way" in dialog.ui.conflict_reason.text()
        theirs = replace(DRAFT, version=5, note="theirs")
        await seat.desk.replica.apply(a_frame(1, 2, change(theirs, seq=2)))
        await until(dialog.ui.conflict_keep.isEnabled, "the choice")
        dialog.reject()


@on_qt_loop
async def test_a_refused_one_is_opened_to_be_changed(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        command: WriteDraft = a_draft_command(name="new one")
        op_id = (await drawer.outbox.submit(command)).op_id
        await drawer.outbox.finish(op_id, InvalidField(detail="Too long.", field="note"))
        wanted: list[object] = []
        drawer.drawer.mend_wanted.connect(wanted.append)
        assert not drawer.shown("outbox_retry"), "the same words would be refused again"
        drawer.press("outbox_mend")
        assert [entry.op_id for entry in wanted] == [op_id]  # type: ignore[attr-defined]
        assert not drawer.shown("outbox_drawer")


@on_qt_loop
async def test_a_refused_cancellation_without_built_upon_goes_at_once_and_can_be_undone(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        command = CancelPrescription(prescription_id=DRAFT.id, reason="wrong patient")
        op_id = (await drawer.outbox.submit(command)).op_id
        await drawer.outbox.finish(op_id, InvalidField(detail="Say more.", field="reason"))
        drawer.press("outbox_dismiss")
        await until(lambda: not drawer.outbox.entries())
        undo = next(b for b in drawer.part("toast").findChildren(QPushButton) if b.text())
        undo.click()
        await until(lambda: [e.state for e in drawer.outbox.entries()] == [OutboxState.REFUSED])


@on_qt_loop
async def test_work_under_a_missing_key_is_told_until_it_is_back(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        assert not drawer.shown("outbox_locked")
        lost = seat.desk.lost_work
        lost.files = [LockedFile(tmp_path / "older.db", NOON, Unsent(2, 1))]
        lost.changed.tell(None)
        assert drawer.shown("outbox_locked")
        said = [str(w.property("text")) for w in drawer.part("outbox_locked").findChildren(QWidget)]
        assert any(text.startswith("3 change") for text in said)
        wanted: list[None] = []
        drawer.drawer.unlock_wanted.connect(lambda: wanted.append(None))
        button = next(b for b in drawer.part("outbox_locked").findChildren(QPushButton) if b.text())
        button.click()
        assert wanted
        lost.files = []
        lost.changed.tell(None)
        assert not drawer.shown("outbox_locked")


@on_qt_loop
async def test_two_hundred_changes_keep_the_place_that_was_chosen(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, *ROWS, member=therapist) as seat:
        drawer = await opened(seat)
        ids = [
            (await drawer.outbox.submit(a_draft_command(name=f"rx {n}"))).op_id for n in range(200)
        ]
        assert drawer.list.model().rowCount() == 200
        model = drawer.list.model()
        assert isinstance(model, OutboxModel)
        drawer.choose(model.row_of(ids[150]))
        for op_id in ids[:100]:
            await drawer.outbox.finish(op_id, Done(op_id=op_id, version=1, seq=9))
        chosen = model.entry(drawer.list.currentIndex().row())
        assert chosen is not None
        assert chosen.op_id == ids[150]
        counts = {text: count for text, count, _note in drawer.headings()}
        assert counts["Sent just now"] == 20
        assert counts["Waiting"] + counts.get("Being sent", 0) == 100
