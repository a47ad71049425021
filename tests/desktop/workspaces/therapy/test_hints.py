"""The keys below a place are those that do something now."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from clinicdesk.contract.entities import PrescriptionStatus
from clinicdesk.desktop.workspaces.patients.workspace import PatientsWorkspace
from clinicdesk.desktop.workspaces.therapy.lanes import Lane
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import DemoRows, Room, settled, until


def hinted(room: Room[Any]) -> dict[str, str]:
    return {" ".join(hint.keys): hint.text for hint in room.place.hints()}


async def test_enter_is_not_named_where_nobody_is_found(room: Room[TherapyWorkspace]) -> None:
    heard: list[bool] = []
    room.place.hints_changed.connect(lambda: heard.append("Enter" in hinted(room)))
    room.type("qqqzzzxx")
    await settled()
    assert heard[-1] is False
    room.place.finder.clear_search()
    assert heard[-1] is True


async def test_only_keys_are_named_that_do_something_with_the_prescription(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.DONE)
    await settled()
    assert "Enter" not in hinted(room)
    assert "Ctrl+Del" not in hinted(room)
    assert "Ctrl+P" in hinted(room)
    room.place.rows.show_lane(Lane.DRAFTS)
    await settled()
    assert hinted(room)["Enter"] == "go on with a draft"
    assert "Ctrl+Del" in hinted(room)
    assert "Ctrl+P" not in hinted(room)


async def test_the_keys_follow_what_becomes_of_the_prescription(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace)
    room.place.rows.show_lane(Lane.SENT)
    await settled()
    assert "Ctrl+Del" in hinted(room)
    heard: list[dict[str, str]] = []
    room.place.hints_changed.connect(lambda: heard.append(hinted(room)))
    shown = room.place.detail.prescription
    await room.feed(
        replace(shown, version=2, status=PrescriptionStatus.CANCELLED, cancelled_at=demo.now)
    )
    await until(lambda: bool(heard) and "Ctrl+Del" not in heard[-1])


async def test_enter_is_named_by_what_it_does_where_the_keyboard_is(
    room: Room[TherapyWorkspace], demo: DemoRows
) -> None:
    heard: list[str] = []
    room.place.hints_changed.connect(lambda: heard.append(hinted(room).get("Enter", "")))
    opening = room.find(QPushButton, "open_prescription_button")
    signed = next(p for p in demo.prescriptions if p.signed_at is not None)
    assert hinted(room)["Enter"] == "to the list"
    assert "Ctrl+N" not in hinted(room), "nobody is chosen"
    room.place.finder.show_patient(signed.patient_id)
    room.place.finder.list.setFocus()
    await settled()
    assert heard[-1] == hinted(room)["Enter"] == "to the prescriptions"
    assert "Ctrl+N" in hinted(room)
    assert opening.accessibleDescription() == ""
    room.key(Qt.Key.Key_Return)
    await settled()
    assert heard[-1] == hinted(room)["Enter"] == "open the prescription"
    assert opening.accessibleDescription() == "Enter"
    room.key(Qt.Key.Key_Return)
    await settled()
    assert [kind for kind, _ in room.gone_to] == ["prescription"]


async def test_the_front_desk_goes_to_prescriptions_only_of_who_has_some(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PatientsWorkspace)
    written = {p.patient_id for p in demo.prescriptions}
    new = replace(demo.patients[0], id=demo.pharmacist.id, name="Zebulon Tamatea")
    await room.feed(new)
    room.place.finder.list.setFocus()
    room.place.finder.show_patient(next(iter(written)))
    await settled()
    assert hinted(room)["Enter"] == "to the prescriptions"
    room.place.finder.show_patient(new.id)
    await settled()
    assert "Enter" not in hinted(room)
    room.key(Qt.Key.Key_Return)
    assert room.place.finder.list.hasFocus()
