"""Finding patients and following prescriptions; the front desk sees nothing clinical."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from clinicdesk.contract.commands import CancelPrescription, ReviseDraft
from clinicdesk.contract.entities import ItemStatus, OrderStatus, PrescriptionStatus
from clinicdesk.contract.problems import IllegalState
from clinicdesk.core.desk import Desk
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.models.prescription_items import ItemColumn
from clinicdesk.desktop.models.row_list import ID_ROLE
from clinicdesk.desktop.workspaces.patients.workspace import PatientsWorkspace
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.core.sample import an_id
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import DemoRows, Room, an_order, settled, until

CTRL = Qt.KeyboardModifier.ControlModifier


def names(room: Room[TherapyWorkspace]) -> list[str]:
    model = room.place.finder.model
    return [model.index(place, 0).data().split(",")[0] for place in range(model.rowCount())]


async def test_nobody_is_shown_before_somebody_is_chosen(room: Room[TherapyWorkspace]) -> None:
    assert room.place.finder.selection.current is None
    assert not room.find(QWidget, "patient_name").isVisible()


async def test_everybody_is_there_by_name_until_one_types(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    assert len(names(room)) == len(demo.patients)
    assert names(room) == sorted(names(room), key=str.casefold)


async def test_a_patient_is_found_by_name_phone_birth_date_and_number(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    meera = demo.patient("Meera Deshpande")
    field = room.find(QLineEdit, "patient_search")
    for typed in ("meera desh", "mira deshpnde", "9822014417", "12/03/1992", meera.number, "मीरा"):
        field.setText(typed)
        await settled()
        assert names(room)[0] == "Meera Deshpande", typed
    field.setText("tane wir")
    assert names(room)[0] == "Tāne Wiremu"


async def test_enter_takes_the_likeliest_and_the_search_can_be_left(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    room.type("hine")
    room.key(Qt.Key.Key_Return)
    await settled()
    assert room.place.finder.selection.current == demo.patient("Hine Ngata").id
    assert room.find(QWidget, "patient_name").text() == "Hine Ngata"
    room.find(QLineEdit, "patient_search").clear()
    assert len(names(room)) == len(demo.patients)
    assert room.place.finder.selection.current == demo.patient("Hine Ngata").id


async def test_typing_on_the_list_means_searching(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    room.place.finder.list.setFocus()
    room.type("lak")
    assert names(room)[0] == "Lakshmi Iyer"


async def test_nobody_found_says_who_is_on_this_desk_and_what_to_do(
    room: Room[TherapyWorkspace],
) -> None:
    room.type("qqqzzzxx")
    empty = room.find(QWidget, "patient_list_empty")
    assert empty.isVisible()
    assert empty.accessibleName() == "Nobody found"
    said = " ".join(label.text() for label in empty.findChildren(QLabel))
    assert "Only patients in your care are on this desk." in said
    assert "ask the front desk" in said


async def test_nobody_can_be_prescribed_for_whom_the_search_does_not_find(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    meera = demo.patient("Meera Deshpande")
    room.place.finder.show_patient(meera.id)
    await settled()
    assert room.find(QPushButton, "new_prescription_button").isVisible()
    room.place.finder.focus_search()
    room.type("qqqzzzxx")
    await settled()
    assert not room.find(QPushButton, "new_prescription_button").isVisible()
    assert not room.find(QWidget, "patient_name").isVisible()
    assert room.place.finder.selection.current is None
    [new] = [each for each in room.place.named_actions() if each.name == "New prescription"]
    assert new.unavailable == "Choose a patient first."
    room.key(Qt.Key.Key_N, CTRL)
    await settled()
    assert room.place.editing.form is None


async def test_who_was_shown_is_shown_again_when_the_search_is_taken_back(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    meera = demo.patient("Meera Deshpande")
    room.place.finder.show_patient(meera.id)
    await settled()
    room.place.write_new()
    await settled()
    written = room.place.editing.form
    assert written is not None
    room.place.finder.focus_search()
    room.type("hine")
    await settled()
    assert room.place.editing.form is None
    room.place.finder.clear_search()
    await settled()
    assert room.find(QWidget, "patient_name").text() == "Meera Deshpande"


async def test_a_search_that_was_answered_brings_nobody_back(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    room.place.finder.show_patient(demo.patient("Meera Deshpande").id)
    room.place.finder.focus_search()
    room.type("hine")
    room.key(Qt.Key.Key_Return)
    await settled()
    room.place.finder.clear_search()
    await settled()
    assert room.find(QWidget, "patient_name").text() == "Hine Ngata"


async def test_somebody_new_in_care_appears_in_a_search_that_is_open(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    room.type("zebulon")
    assert names(room) == []
    new = replace(demo.patients[0], id=demo.pharmacist.id, name="Zebulon Tamatea")
    await room.feed(new)
    assert names(room) == ["Zebulon Tamatea"]


async def test_a_status_changes_before_ones_eyes(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    sent = next(
        p for p in demo.prescriptions
        if p.signed_at is not None and p.status is PrescriptionStatus.DRAFT
    )  # fmt: skip
    room.place.open_thing("patient", sent.patient_id)
    await settled()
    history = room.place.page.history
    place = history.model.place_of(sent.id)
    assert place is not None
    assert "Unpaid" in history.model.index(place, 0).data()
    await room.feed(replace(sent, version=2, status=PrescriptionStatus.PAID, paid_at=demo.now))
    assert "Paid" in history.model.index(place, 0).data()
    assert history.list.glow.strength(sent.id) > 0


async def test_what_the_pharmacy_does_is_told_on_the_page_of_the_patient(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    paid = next(p for p in demo.prescriptions if p.status is PrescriptionStatus.PAID)
    room.place.open_thing("patient", paid.patient_id)
    await settled()
    history = room.place.page.history
    place = history.model.place_of(paid.id)
    assert place is not None
    order = an_order(paid, demo.now)
    await room.feed(order)
    assert "Paid" in history.model.index(place, 0).data()
    await room.feed(
        replace(order, version=2, status=OrderStatus.ACKNOWLEDGED, acknowledged_at=demo.now)
    )
    assert "Acknowledged" in history.model.index(place, 0).data()
    assert history.list.glow.strength(paid.id) > 0


async def test_the_head_of_a_prescription_says_what_its_row_says(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.PAID)
    shown = room.place.detail.prescription
    await room.feed(replace(an_order(shown, demo.now), status=OrderStatus.DISPENSING))
    status = room.find(QWidget, "prescription_status")
    await until(lambda: status.pill.text == "Dispensing")
    place = room.place.rows.model.place_of(shown.id)
    assert "Dispensing" in room.place.rows.model.index(place, 0).data()


async def test_a_patient_in_the_list_stands_as_their_prescription_does(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    like = next(p for p in demo.prescriptions if p.status is PrescriptionStatus.PAID)
    alone = replace(demo.patients[0], id=demo.pharmacist.id, name="Zebulon Tamatea")
    paid = replace(like, id=an_id("paid"), patient_id=alone.id, code="RX-ZEB01")
    order = an_order(paid, demo.now)
    await room.feed(alone, paid, order)
    finder = room.place.finder
    place = finder.model.place_of(alone.id)
    assert place is not None
    assert "Paid" in finder.model.index(place, 0).data()
    await room.feed(replace(order, version=2, status=OrderStatus.DISPENSING))
    told = finder.model.index(place, 0).data()
    assert "Dispensing" in told
    assert "Paid" not in told
    assert finder.list.glow.strength(alone.id) > 0


async def test_a_signed_prescription_is_opened_in_its_own_place(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    signed = next(p for p in demo.prescriptions if p.signed_at is not None)
    assert not room.place.open_thing("prescription", signed.id)
    room.place.open_thing("patient", signed.patient_id)
    await settled()
    room.place.page.history.selection.choose(signed.id)
    room.place.page.history.enter()
    assert room.gone_to == [("prescription", signed.id)]


async def test_lanes_count_and_hold_what_they_say(open_place: Opening, demo: DemoRows) -> None:
    room = await open_place(PrescriptionsWorkspace)
    rows = room.place.rows
    assert sum(rows.count(lane) for lane in Lane) == len(demo.prescriptions)
    for lane in Lane:
        rows.show_lane(lane)
        assert rows.model.rowCount() == rows.count(lane)


async def test_a_prescription_moves_through_the_lanes_and_stays_chosen(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    place = room.place
    place.rows.show_lane(Lane.SENT)
    shown = place.detail.prescription
    assert shown is not None
    before = place.rows.count(Lane.PAID)
    await room.feed(replace(shown, version=2, status=PrescriptionStatus.PAID, paid_at=demo.now))
    assert place.rows.count(Lane.PAID) == before + 1
    assert place.detail.prescription.id == shown.id
    await until(lambda: room.find(QWidget, "prescription_status").pill.text == "Paid")
    items = room.desk.replica.items.of(shown.id)
    ready = [replace(item, version=2, status=ItemStatus.READY) for item in items]
    done = replace(shown, version=3, status=PrescriptionStatus.FULFILLED, paid_at=demo.now,
                   fulfilled_at=demo.now)  # fmt: skip
    await room.feed(done, *ready)
    await until(lambda: room.find(QWidget, "prescription_status").pill.text == "Ready")
    assert "Ready" in room.find(QWidget, "prescription_progress").accessibleName()


async def test_a_search_looks_in_all_lanes_and_for_medicines(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    item = demo.items[0]
    wanted = {i.prescription_id for i in demo.items if i.generic_name == item.generic_name}
    room.key(Qt.Key.Key_F, CTRL)
    room.type(item.generic_name)
    model = room.place.rows.model
    found = {model.index(place, 0).data(ID_ROLE) for place in range(model.rowCount())}
    assert wanted <= found


async def test_what_a_search_does_not_find_is_not_shown_beside_it_nor_cancelled_by_a_key(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    place = room.place
    place.rows.show_lane(Lane.SENT)
    shown = place.detail.prescription
    assert place.detail.can_cancel
    other = next(
        each
        for each in demo.prescriptions
        if each.signed_at and each.patient_id != shown.patient_id
    )
    nothing = room.find(QWidget, "no_prescription")
    room.key(Qt.Key.Key_F, CTRL)
    room.type(shown.code)
    assert place.detail.prescription.id == shown.id  # it is found
    room.key(Qt.Key.Key_F, CTRL)
    room.type(other.code)
    await settled()
    assert place.detail.prescription is None
    assert nothing.isVisible()
    said = " ".join(each.text() for each in nothing.findChildren(QLabel))
    assert "Enter shows the first one found." in said
    assert "What was shown before comes back with an empty search." in said
    room.key(Qt.Key.Key_Delete, CTRL)
    assert not room.find(QWidget, "reason_field").isVisible()
    assert "Ctrl+Del" not in {key for hint in place.hints() for key in hint.keys}
    assert not place.named_actions()
    room.type("qqq")
    await settled()
    said = " ".join(each.text() for each in nothing.findChildren(QLabel))
    assert "Enter shows the first one found." not in said
    room.key(Qt.Key.Key_Escape)
    await settled()
    assert place.detail.prescription.id == shown.id
    assert not nothing.isVisible()


async def test_enter_takes_what_the_search_found_first_and_an_answered_one_brings_nothing_back(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    place = room.place
    place.rows.show_lane(Lane.SENT)
    shown = place.detail.prescription
    other = next(
        each
        for each in demo.prescriptions
        if each.signed_at and each.patient_id != shown.patient_id
    )
    room.key(Qt.Key.Key_F, CTRL)
    room.type(other.code)
    room.key(Qt.Key.Key_Return)
    assert place.detail.prescription.id == other.id
    assert place.rows.list.hasFocus()
    assert not place.rows.put_aside
    place.rows.clear_search()
    await settled()
    assert not place.rows.put_aside
    room.key(Qt.Key.Key_F, CTRL)
    room.type("qqq")
    await settled()
    assert place.rows.put_aside
    room.key(Qt.Key.Key_Escape)
    await settled()
    assert place.detail.prescription.id == other.id
    room.key(Qt.Key.Key_F, CTRL)
    room.type(shown.code)
    place.rows.show_lane(Lane.PAID)
    first = place.rows.model.row_at(0)
    assert first is not None
    assert place.detail.prescription.id == first.id


async def test_cancelling_asks_for_a_reason_and_needs_one(
    open_place: Opening, demo: DemoRows, desk: Desk
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.SENT)
    shown = room.place.detail.prescription
    room.place.rows.focus_rows()
    room.key(Qt.Key.Key_Delete, CTRL)
    assert QApplication.focusWidget().objectName() == "reason_field"  # type: ignore[union-attr]
    room.key(Qt.Key.Key_Return)
    block = room.find(QWidget, "reason_field").parentWidget()
    assert block.error() == "Reason: write at least a word."
    room.type("Dose to be reviewed")
    room.key(Qt.Key.Key_Return)
    await until(lambda: [type(e.command) for e in desk.outbox.entries()] == [CancelPrescription])
    await until(lambda: room.find(QWidget, "prescription_status").pill.text == "Cancelled")
    end = room.find(Banner, "prescription_end")
    assert end.isVisible()
    assert "Dose to be reviewed" in end.accessibleName()
    assert shown.id == room.place.detail.prescription.id


async def test_what_was_written_goes_with_its_refusal_and_can_be_put_back(
    open_place: Opening, demo: DemoRows, desk: Desk
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.SENT)
    shown = room.place.detail.prescription
    written = ReviseDraft(prescription_id=shown.id, pharmacy_id=None, note="after food", items=[])
    given = await desk.outbox.submit(written)
    over = IllegalState(
        detail="", entity="prescription", id=shown.id, command="revise_draft", state="DRAFT",
        by="Dr Arjun Menon", at=demo.now,
    )  # fmt: skip
    await desk.outbox.finish(given.op_id, over)
    banner = room.find(Banner, "refusal_banner")
    await until(banner.isVisible)
    banner.acted.emit()
    await until(lambda: not desk.outbox.refused())
    await until(lambda: room.offered)
    room.offered[-1]()
    await until(lambda: [entry.op_id for entry in desk.outbox.refused()] == [given.op_id])


async def test_cancelling_what_was_paid_for_needs_the_server(
    open_place: Opening, demo: DemoRows, desk: Desk
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.PAID)
    button = room.find(QPushButton, "cancel_button")
    assert button.isEnabled()
    desk.link.become(LinkStatus.OFFLINE)
    await settled()
    assert not button.isEnabled()
    assert "connection to the server" in room.find(QLabel, "why_off").text()
    assert room.place.note().startswith("as of ")


async def test_a_draft_is_written_on_where_drafts_are_written(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.DRAFTS)
    draft = room.place.detail.prescription
    assert not room.place.open_thing("prescription", draft.id)
    room.place.rows.focus_rows()
    room.key(Qt.Key.Key_Return)
    assert room.gone_to == [("prescription", draft.id)]


async def test_the_state_of_lines_is_shown_once_they_are_signed(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    items = room.place.detail.items
    room.place.rows.show_lane(Lane.DRAFTS)
    assert items.index(0, ItemColumn.STATE).data() == ""
    room.place.rows.show_lane(Lane.SENT)
    assert items.index(0, ItemColumn.STATE).data() == "To dispense"


async def test_the_badge_counts_drafts(open_place: Opening, demo: DemoRows) -> None:
    room = await open_place(PrescriptionsWorkspace)
    heard: list[int] = []
    room.place.badge_changed.connect(heard.append)
    draft = next(p for p in demo.prescriptions if p.signed_at is None
                 and p.status is PrescriptionStatus.DRAFT)  # fmt: skip
    before = room.place.counter()
    await room.feed(replace(draft, version=2, signed_at=demo.now))
    assert room.place.counter() == before - 1
    assert heard == [before - 1]


async def test_the_front_desk_reads_no_medicine_and_is_told_nothing_of_allergies(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PatientsWorkspace)
    written = max(demo.prescriptions, key=lambda p: p.item_count)
    assert room.place.open_thing("prescription", written.id)
    await settled()
    history = room.place.page.history
    told = [history.model.index(n, 0).data() for n in range(history.model.rowCount())]
    named = {item.generic_name for item in demo.items}
    assert told
    assert not [text for text in told for name in named if name in text]
    assert history.selection.current == written.id
    assert not room.find(QWidget, "patient_allergies").isVisible()
    assert not room.find(QPushButton, "new_prescription_button").isVisible()
