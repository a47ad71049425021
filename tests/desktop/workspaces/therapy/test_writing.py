"""A prescription is written by keyboard, kept, saved, signed; what others did to it is shown."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from clinicdesk.contract.commands import ReviseDraft, SignAndSend, WriteDraft
from clinicdesk.contract.entities import Prescription, Severity
from clinicdesk.contract.problems import Conflict, InvalidField, Stale
from clinicdesk.core.desk import Desk
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.tokens import TABLE_ROW_HEIGHT
from clinicdesk.desktop.workspaces.shared.conflict_dialog import ConflictDialog
from clinicdesk.desktop.workspaces.therapy.lines_table import LinesTable
from clinicdesk.desktop.workspaces.therapy.medicine_popup import MedicinePopup
from clinicdesk.desktop.workspaces.therapy.pill_flow import PillFlow
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import (
    DemoRows,
    Room,
    open_desk,
    open_room,
    settled,
    until,
)

CTRL = Qt.KeyboardModifier.ControlModifier
Place = Room[TherapyWorkspace]


async def begin(room: Place, demo: DemoRows, name: str = "Tāne Wiremu") -> None:
    assert room.place.open_thing("patient", demo.patient(name).id)
    await settled()
    room.place.finder.list.setFocus()
    room.key(Qt.Key.Key_N, CTRL)
    await until(lambda: focused_name() == "medicine_search")


def focused_name() -> str:
    widget = QApplication.focusWidget()
    return "" if widget is None else widget.objectName()


async def take(room: Place, name: str) -> None:
    room.type(name)
    room.key(Qt.Key.Key_Return)
    await until(lambda: focused_name() == "sig_line", name)


async def add(room: Place, name: str, typed: str = "") -> None:
    await take(room, name)
    if typed:
        QApplication.focusWidget().selectAll()  # type: ignore[union-attr, attr-defined]
        room.type(typed)
    room.key(Qt.Key.Key_Return)
    await settled()


def lines(room: Place) -> list[str]:
    table = room.find(LinesTable, "lines_table").model()
    return [table.index(place, 1).data() for place in range(table.rowCount())]


def commands(desk: Desk) -> list[type]:
    return [type(entry.command) for entry in desk.outbox.entries()]


def only_draft(desk: Desk, demo: DemoRows) -> Prescription:
    known = {prescription.id for prescription in demo.prescriptions}
    fresh = [p for p in desk.replica.prescriptions.values() if p.id not in known]
    assert len(fresh) == 1
    return fresh[0]


async def as_the_server_has_it(room: Place, prescription_id: UUID) -> None:
    """The server carries out what waits, and the feed brings it back."""
    desk = room.desk
    rows = desk.replica.rows_of(prescription_id)
    assert rows.prescription is not None
    for entry in desk.outbox.entries():
        await room.feed(rows.prescription, *rows.items.values(), op_id=entry.op_id)


async def test_two_medicines_are_written_and_sent_without_a_mouse(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    room.type("wirem")
    room.key(Qt.Key.Key_Return)
    await settled()
    room.key(Qt.Key.Key_N, CTRL)
    await until(lambda: focused_name() == "medicine_search")
    await add(room, "cetir 10", "1 tab hs 10d")
    assert focused_name() == "medicine_search"
    await add(room, "500 azith")
    assert lines(room)[0].startswith("Cetirizine 10 mg tablet, 1 tablet, at night, 10 day")
    assert lines(room)[1].startswith("Azithromycin 500 mg tablet")
    room.key(Qt.Key.Key_Return, CTRL)
    await until(lambda: commands(desk) == [WriteDraft, SignAndSend])
    written = only_draft(desk, demo)
    assert written.signed_at is not None
    assert written.item_count == 2
    assert written.pharmacy_id is not None
    assert room.place.editing.form is None
    assert room.said[-1].startswith(written.code)


async def test_a_short_line_is_one_row_high(room: Place, demo: DemoRows) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    assert room.find(LinesTable, "lines_table").rowHeight(0) == TABLE_ROW_HEIGHT


async def test_a_slip_of_the_keyboard_still_finds_the_medicine(room: Place, demo: DemoRows) -> None:
    await begin(room, demo)
    await take(room, "amoxycilin 500")
    assert room.place.editor.entry.entry().search.startswith("Amoxicillin 500 mg")


async def test_the_popup_shows_eight_at_most_and_arrows_choose(room: Place, demo: DemoRows) -> None:
    await begin(room, demo)
    room.type("paracetamol")
    popup = room.find(QWidget, "medicine_popup")
    await until(popup.isVisible)
    assert 1 < popup.model.rowCount() <= 8
    second = popup.model.medicines()[1]
    room.key(Qt.Key.Key_Down)
    room.key(Qt.Key.Key_Return)
    assert room.place.editor.entry.entry().medicine == second
    assert not popup.isVisible()
    assert focused_name() == "sig_line"


async def test_what_was_typed_is_read_back_as_facts(room: Place, demo: DemoRows) -> None:
    await begin(room, demo)
    await take(room, "cetirizine 10 mg")
    field = room.find(QLineEdit, "sig_line")
    field.clear()
    room.type("1 tab bd 5d pc")
    shown = [pill.text for pill in room.find(PillFlow, "directions_read").pills()]
    assert shown[:3] == ["1 tablet", "by mouth", "twice a day"]
    assert shown[3].startswith("5 day")
    assert "after food" in shown
    assert room.find(QSpinBox, "quantity_field").value() == 10


async def test_a_line_that_lacks_something_is_not_added_and_says_what(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg", "1 tab")
    assert lines(room) == []
    assert room.find(QWidget, "entry_error").isVisible()
    assert focused_name() == "sig_line"
    room.type(" bd")
    assert not room.find(QWidget, "entry_error").isVisible()
    room.key(Qt.Key.Key_Return)
    assert len(lines(room)) == 1


async def test_a_quantity_by_hand_holds_until_the_course_changes(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    await take(room, "cetirizine 10 mg")
    field, quantity = room.find(QLineEdit, "sig_line"), room.find(QSpinBox, "quantity_field")
    field.setText("1 tab hs 10d")
    quantity.setValue(30)
    field.setText("1 tab hs 10d after food")
    assert quantity.value() == 30
    field.setText("1 tab bd 10d after food")
    assert quantity.value() == 20


async def test_a_line_is_edited_and_removed_by_keyboard_and_the_removal_undone(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg", "1 tab hs 10d")
    await add(room, "paracetamol 500")
    table = room.find(LinesTable, "lines_table")
    table.setFocus()
    room.key(Qt.Key.Key_Return)
    assert focused_name() == "sig_line"
    room.find(QLineEdit, "sig_line").setText("1 tab bd 5d")
    room.key(Qt.Key.Key_Return)
    assert lines(room)[0].startswith("Cetirizine 10 mg tablet, 1 tablet, twice a day, 5")
    assert len(lines(room)) == 2
    table.setFocus()
    table.choose(1)
    room.key(Qt.Key.Key_Delete)
    assert len(lines(room)) == 1
    room.offered[-1]()
    assert len(lines(room)) == 2


async def test_an_allergy_is_warned_of_before_the_line_and_on_it(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo, "Meera Deshpande")
    await take(room, "amoxicillin 500")
    warning = room.find(Banner, "allergy_warning")
    assert warning.isVisible()
    assert "penicillins" in warning.accessibleName()
    room.key(Qt.Key.Key_Return)
    table = room.find(LinesTable, "lines_table").model()
    assert table.index(0, 2).data() == "penicillins"
    assert "severe allergy" not in room.find(QLabel, "sign_reason").text()


async def test_a_severe_allergy_cannot_be_signed(room: Place, demo: DemoRows) -> None:
    patient = demo.patient("Meera Deshpande")
    known = next(a for a in demo.allergies if a.patient_id == patient.id)
    await begin(room, demo, "Meera Deshpande")
    await add(room, "amoxicillin 500")
    await room.feed(replace(known, version=2, severity=Severity.SEVERE))
    button = room.find(QPushButton, "sign_button")
    assert not button.isEnabled()
    assert "severe allergy" in room.find(QLabel, "sign_reason").text()


async def test_the_sign_button_says_why_it_is_off(room: Place, demo: DemoRows, desk: Desk) -> None:
    await begin(room, demo)
    reason = room.find(QLabel, "sign_reason")
    assert reason.text() == "Add a medicine"
    await take(room, "cetirizine 10 mg")
    assert reason.text() == "Add or clear the line that you are typing"
    room.key(Qt.Key.Key_Return)
    choice = room.find(QComboBox, "pharmacy_choice")
    choice.setCurrentIndex(-1)
    assert reason.text() == "Choose a pharmacy"
    choice.setCurrentIndex(0)
    assert not reason.isVisible()
    desk.link.become(LinkStatus.OFFLINE)
    assert room.find(QPushButton, "sign_button").isEnabled()
    await add(room, "tramadol")
    assert reason.text() == "A controlled medicine needs the server"


async def test_offline_it_is_signed_here_and_says_so(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    desk.link.become(LinkStatus.OFFLINE)
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    room.key(Qt.Key.Key_Return, CTRL)
    await until(lambda: len(commands(desk)) == 2)
    assert "when the server is back" in room.said[-1]
    model = room.place.page.history.model
    row = model.index(0, 0).data()
    assert "Saved here, not yet sent" in row


async def test_a_draft_is_saved_then_revised_then_signed_without_being_written_twice(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: commands(desk) == [WriteDraft])
    await add(room, "paracetamol 500")
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: commands(desk) == [WriteDraft, ReviseDraft])
    room.key(Qt.Key.Key_Return, CTRL)
    await until(lambda: commands(desk) == [WriteDraft, ReviseDraft, SignAndSend])
    assert only_draft(desk, demo).item_count == 2


async def test_what_is_saved_is_no_conflict_with_itself(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: commands(desk) == [WriteDraft])
    await as_the_server_has_it(room, only_draft(desk, demo).id)
    await add(room, "paracetamol 500")
    assert not room.find(Banner, "draft_trouble").isVisible()


async def test_everything_typed_is_there_again_after_a_crash(
    design: Design, demo: DemoRows, tmp_path: Path
) -> None:
    first = await open_desk(tmp_path, demo.member, demo.rows, demo.medicines)
    room = open_room(first, design, TherapyWorkspace)
    room.place.show()
    room.place.activateWindow()
    await settled()
    await begin(room, demo)
    await add(room, "cetirizine 10 mg", "1 tab hs 10d")
    await take(room, "paracetamol 500")
    room.type(" when in pain")
    kept = room.find(QLabel, "kept_label")
    await until(kept.text)
    await until(lambda: not room.place.editing.keeper._timer.isActive())
    await settled()
    await room.tasks.end()
    room.place.deleteLater()  # nothing was closed, left or saved
    await settled()
    await first.close()
    again = await open_desk(tmp_path, demo.member, (), ())
    other = open_room(again, design, TherapyWorkspace)
    await until(lambda: other.place.editing.form is not None)
    assert [line.split(",")[0] for line in lines(other)] == ["Cetirizine 10 mg tablet"]
    assert other.find(QLineEdit, "sig_line").text().endswith("when in pain")
    assert other.place.finder.selection.current == demo.patient("Tāne Wiremu").id
    await other.close()
    await again.close()


async def test_leaving_keeps_what_was_typed_and_the_page_offers_it(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    room.key(Qt.Key.Key_Escape)
    banner = room.find(Banner, "unfinished_banner")
    assert banner.isVisible()
    room.place.open_thing("patient", demo.patient("Meera Deshpande").id)
    await settled()
    assert not banner.isVisible()
    room.place.open_thing("patient", demo.patient("Tāne Wiremu").id)
    await until(lambda: room.place.editing.form is not None)
    assert len(lines(room)) == 1


def escape_hint(room: Place) -> str:
    return next((hint.text for hint in room.place.hints() if hint.keys == ("Esc",)), "")


@pytest.mark.parametrize("half_typed", ["a name", "directions"])
async def test_escape_clears_the_line_that_is_half_typed_before_it_leaves(
    room: Place, demo: DemoRows, half_typed: str
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    assert escape_hint(room) == "back, kept"
    told: list[str] = []
    room.place.hints_changed.connect(lambda: told.append(escape_hint(room)))
    if half_typed == "a name":
        room.type("azith")
        await until(lambda: room.find(MedicinePopup, "medicine_popup").isVisible())
    else:
        await take(room, "azithromycin 500")
    assert told == ["clear the line"]
    room.key(Qt.Key.Key_Escape)
    assert told == ["clear the line", "back, kept"]
    assert room.find(QLineEdit, "medicine_search").text() == ""
    assert not room.find(MedicinePopup, "medicine_popup").isVisible()
    assert focused_name() == "medicine_search"
    assert len(lines(room)) == 1
    room.key(Qt.Key.Key_Escape)
    assert room.find(Banner, "unfinished_banner").isVisible()


async def test_escape_while_a_line_is_edited_leaves_the_line_as_it_was(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    before = lines(room)
    table = room.find(LinesTable, "lines_table")
    table.setFocus()
    table.choose(0)
    room.key(Qt.Key.Key_Return)
    assert focused_name() == "sig_line"
    room.type("3 tab qid 9d")
    room.key(Qt.Key.Key_Escape)
    assert lines(room) == before


async def test_a_child_is_offered_liquids_first_and_an_adult_tablets(
    room: Place, demo: DemoRows
) -> None:
    by_age = sorted(demo.patients, key=lambda patient: patient.birth_date)
    for name, liquid in ((by_age[0].name, False), (by_age[-1].name, True)):
        await begin(room, demo, name)
        room.type("paracetamol")
        popup = room.find(MedicinePopup, "medicine_popup")
        await until(popup.isVisible)
        first = popup.model.medicines()[0]
        assert first is not None
        assert (first.form != "tablet") is liquid
        room.key(Qt.Key.Key_Escape)
        room.key(Qt.Key.Key_Escape)
        await settled()


async def test_discarding_can_be_undone(room: Place, demo: DemoRows, desk: Desk) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    room.find(QPushButton, "discard_button").click()
    await settled()
    assert room.place.editing.form is None
    room.offered[-1]()
    await settled()
    assert len(lines(room)) == 1


async def open_a_draft(room: Place, demo: DemoRows) -> Prescription:
    draft = next(p for p in demo.prescriptions if room.place.open_thing("prescription", p.id))
    await until(lambda: room.place.editing.form is not None)
    return draft


async def test_a_draft_changed_elsewhere_is_followed_while_nothing_is_typed(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    draft = await open_a_draft(room, demo)
    item = desk.replica.items.of(draft.id)[0]
    await room.feed(replace(draft, version=2), replace(item, version=2, quantity=77))
    await until(lambda: 77 in [line.quantity for line in room.place.editing.form.lines])  # type: ignore[union-attr]
    assert not room.find(Banner, "draft_trouble").isVisible()


async def test_a_draft_changed_elsewhere_shows_both_when_something_is_typed(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    draft = await open_a_draft(room, demo)
    before = len(lines(room))
    await add(room, "cetirizine 10 mg")
    item = desk.replica.items.of(draft.id)[0]
    await room.feed(replace(draft, version=2), replace(item, version=2, quantity=77))
    trouble = room.find(Banner, "draft_trouble")
    assert trouble.isVisible()
    assert item.generic_name in trouble.accessibleName()
    assert len(lines(room)) == before + 1
    assert not room.find(QPushButton, "sign_button").isEnabled()
    trouble.acted.emit()
    dialog = room.find(ConflictDialog, "Conflict")
    assert dialog.isVisible()
    dialog.ui.conflict_take.click()
    await until(lambda: len(lines(room)) == before)
    assert not trouble.isVisible()


async def keep_mine(room: Place) -> None:
    """Save over somebody else's version: both are shown first."""
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: room.place.findChildren(ConflictDialog))
    assert room.desk.outbox.unsent == 0
    room.find(ConflictDialog, "Conflict").ui.conflict_keep.click()


async def test_saving_over_another_version_shows_both_first(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    draft = await open_a_draft(room, demo)
    await add(room, "cetirizine 10 mg")
    item = desk.replica.items.of(draft.id)[0]
    await room.feed(replace(draft, version=2), replace(item, version=2, quantity=77))
    await keep_mine(room)
    await until(lambda: commands(desk) == [ReviseDraft])
    assert not room.find(Banner, "draft_trouble").isVisible()
    assert 77 not in [line.quantity for line in desk.replica.items.of(draft.id)]


async def test_a_refused_draft_is_opened_with_what_was_written_and_why(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    draft = await open_a_draft(room, demo)
    before = len(lines(room))
    await add(room, "cetirizine 10 mg")
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: commands(desk) == [ReviseDraft])
    room.key(Qt.Key.Key_Escape)
    item = desk.replica.items.of(draft.id)[0]
    theirs = replace(draft, version=2, updated_by=new_id())
    await room.feed(theirs, replace(item, version=2, quantity=77))
    entry = desk.outbox.entries()[0]
    stale = Stale(
        detail="It was changed.", entity="prescription", id=draft.id, current=2, state="DRAFT",
        by="Dr Rao at the ward", at=demo.now,
    )  # fmt: skip
    await desk.outbox.finish(entry.op_id, stale)
    await settled()
    room.place.open_thing("prescription", draft.id)
    await until(lambda: room.place.editing.form is not None)
    assert len(lines(room)) == before + 1
    trouble = room.find(Banner, "draft_trouble")
    assert trouble.isVisible()
    assert "Dr Rao at the ward" in trouble.accessibleName()
    await keep_mine(room)
    await until(lambda: not desk.outbox.refused())
    assert desk.replica.prescriptions.get(draft.id).item_count == before + 1  # type: ignore[union-attr]


async def test_what_was_saved_and_refused_stays_in_the_open_form_until_somebody_chooses(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    draft = await open_a_draft(room, demo)
    before = len(lines(room))
    await add(room, "cetirizine 10 mg")
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: commands(desk) == [ReviseDraft])
    item = desk.replica.items.of(draft.id)[0]
    theirs = replace(draft, version=2, updated_by=new_id())
    await room.feed(theirs, replace(item, version=2, quantity=77))
    entry = desk.outbox.entries()[0]
    stale = Stale(
        detail="It was changed.", entity="prescription", id=draft.id, current=2, state="DRAFT",
        by="Dr Rao at the ward", at=demo.now,
    )  # fmt: skip
    await desk.outbox.finish(entry.op_id, stale)
    await settled()
    assert [refused.op_id for refused in desk.outbox.refused()] == [entry.op_id]
    assert len(lines(room)) == before + 1
    assert "Dr Rao at the ward" in room.find(Banner, "draft_trouble").accessibleName()
    assert room.find(QLabel, "kept_label").text() == ""

    await desk.outbox.discard(entry.op_id)
    await until(lambda: len(lines(room)) == before)
    assert not room.find(Banner, "draft_trouble").isVisible()


async def test_what_was_refused_for_what_it_says_stays_after_it_was_understood(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    draft = await open_a_draft(room, demo)
    before = len(lines(room))
    await add(room, "cetirizine 10 mg")
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: commands(desk) == [ReviseDraft])
    entry = desk.outbox.entries()[0]
    wrong = InvalidField(
        detail="The quantity is more than a pharmacy may hold.", field="items[0].quantity"
    )
    await desk.outbox.finish(entry.op_id, wrong)
    await settled()
    trouble = room.find(Banner, "draft_trouble")
    assert "The server refused it" in trouble.accessibleName()
    trouble.acted.emit()
    await until(lambda: not desk.outbox.entries())
    await settled()
    assert not trouble.isVisible()
    assert len(lines(room)) == before + 1
    room.key(Qt.Key.Key_Escape)
    room.place.open_thing("prescription", draft.id)
    await until(lambda: room.place.editing.form is not None)
    assert len(lines(room)) == before + 1


async def test_a_signature_that_the_server_refused_is_explained_on_the_draft(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    room.key(Qt.Key.Key_Return, CTRL)
    await until(lambda: len(commands(desk)) == 2)
    draft_id = only_draft(desk, demo).id
    written, signing = desk.outbox.entries()
    row = replace(only_draft(desk, demo), signed_at=None, version=1)
    items = [replace(i, signed_at=None, version=1) for i in desk.replica.items.of(draft_id)]
    await room.feed(row, *items, op_id=written.op_id)
    await desk.outbox.finish(signing.op_id, Conflict(detail="Line 1 meets a severe allergy."))
    await settled()
    assert room.place.open_thing("prescription", draft_id)
    await until(lambda: room.place.editing.form is not None)
    trouble = room.find(Banner, "draft_trouble")
    assert "Line 1 meets a severe allergy." in trouble.accessibleName()
    trouble.acted.emit()
    await until(lambda: not trouble.isVisible())


async def test_a_draft_signed_elsewhere_becomes_another_prescription(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    draft = await open_a_draft(room, demo)
    await add(room, "cetirizine 10 mg")
    count = len(lines(room))
    await room.feed(replace(draft, version=2, signed_at=demo.now))
    assert not room.find(QPushButton, "save_draft_button").isEnabled()
    room.find(Banner, "draft_trouble").acted.emit()
    await settled()
    assert len(lines(room)) == count
    assert room.place.editing.form.prescription_id != draft.id  # type: ignore[union-attr]
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: commands(desk) == [WriteDraft])


async def test_nobody_but_a_prescriber_can_begin(
    open_place: Opening, demo: DemoRows, desk: Desk
) -> None:
    room = await open_place()
    await room.feed(replace(demo.member, version=2, practitioner_id=None))
    room.place.open_thing("patient", demo.patient("Tāne Wiremu").id)
    await settled()
    button = room.find(QPushButton, "new_prescription_button")
    assert not button.isEnabled()
    assert "therapists" in button.toolTip()


@pytest.mark.parametrize("size", [(1220, 726), (1860, 1006)])
async def test_the_form_fits_the_smallest_window(
    room: Place, demo: DemoRows, size: tuple[int, int]
) -> None:
    room.place.resize(*size)
    await begin(room, demo, "Meera Deshpande")
    await add(room, "amoxicillin 500")
    await take(room, "ampicillin")
    assert (room.place.width(), room.place.height()) == size
