"""What was refused of a prescriber's writing is opened again with every word of it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from clinicdesk.contract.commands import WriteDraft
from clinicdesk.contract.problems import InvalidField
from clinicdesk.core.desk import Desk
from clinicdesk.core.store.outbox_table import OutboxEntry
from tests.desktop.workspaces.therapy.room import DemoRows, settled, until
from tests.desktop.workspaces.therapy.test_writing import CTRL, Place, add, begin, lines

WRONG = InvalidField(detail="The pharmacy may not hold so much.", field="items[0].quantity")


async def refuse_the_draft(room: Place, desk: Desk) -> OutboxEntry:
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: desk.outbox.entries())
    (entry,) = desk.outbox.entries()
    await until(lambda: not room.place.editing.form.changed)  # type: ignore[union-attr]
    room.key(Qt.Key.Key_Escape)
    await desk.outbox.finish(entry.op_id, WRONG)
    await settled()
    found = desk.outbox.entry(entry.op_id)
    assert found is not None
    return found


async def test_a_refused_new_prescription_is_opened_with_its_lines_and_given_anew(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    entry = await refuse_the_draft(room, desk)
    other = next(p for p in demo.patients if p.id != entry.command.patient_id)  # type: ignore[union-attr]
    room.place.open_thing("patient", other.id)
    await settled()
    assert room.place.mend(entry)
    await until(lambda: room.place.editing.form is not None, "the form")
    assert len(lines(room)) == 1
    await add(room, "paracetamol 500")
    room.key(Qt.Key.Key_S, CTRL)
    await until(lambda: [e.op_id for e in desk.outbox.entries()] != [entry.op_id])
    (again,) = desk.outbox.entries()
    assert isinstance(again.command, WriteDraft)
    assert again.command.prescription_id == entry.command.prescription_id
    assert len(again.command.items) == 2


async def test_what_is_begun_since_is_not_written_over(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    entry = await refuse_the_draft(room, desk)
    room.place.editing.leave()
    form = room.place.editing.drafts.fresh(entry.command.patient_id)  # type: ignore[union-attr]
    room.place.editing.show(form)
    room.place.editor.focus_start()
    await settled()
    await add(room, "paracetamol 500")
    await room.place.settle()
    assert room.place.mend(entry)
    await until(lambda: any("begun here first" in said for said in room.said), "a sentence")
    assert room.place.editing.form is not None
    assert room.place.editing.form.prescription_id == form.prescription_id
