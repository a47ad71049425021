"""A prescriber prints what they have signed, by one key."""

from __future__ import annotations

from PySide6.QtCore import Qt

from clinicdesk.desktop.printing.preview import PrintPreview
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import DemoRows, until


async def test_a_signed_prescription_is_previewed_with_one_key(
    open_place: Opening, demo: DemoRows
) -> None:
    room = await open_place(PrescriptionsWorkspace, live=False)
    signed = next(p for p in demo.prescriptions if p.signed_at is not None)
    assert room.place.open_thing("prescription", signed.id)
    assert room.place.detail.ui.print_button.isVisible()
    room.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: room.place.findChildren(PrintPreview))
    (preview,) = room.place.findChildren(PrintPreview)
    await until(preview.ui.preview_print.isEnabled)
    assert signed.code in preview.ui.preview_about.text()
    preview.reject()


async def test_a_draft_has_no_button_for_paper(open_place: Opening, demo: DemoRows) -> None:
    room = await open_place(PrescriptionsWorkspace, live=False)
    draft = next(p for p in demo.prescriptions if p.signed_at is None and p.cancelled_at is None)
    room.place.detail.show_prescription(draft.id)
    assert not room.place.detail.ui.print_button.isVisible()
