"""Others at a therapist's prescription: the pharmacy at one that was sent, oneself at a draft."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace
from PySide6.QtCore import Qt

from clinicdesk.contract.entities import Role
from clinicdesk.contract.frames import Signal, SignalKind, Signalled
from clinicdesk.contract.threads import thread_of
from clinicdesk.core.desk import Desk
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.presence import PACE_S, Presence
from clinicdesk.desktop.design.company import Company
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.core.sample import an_id
from tests.desktop.workspaces.therapy.conftest import Opening
from tests.desktop.workspaces.therapy.room import DemoRows, Room, settled, utc


class Line:
    """Takes down what the desk says of itself."""

    def __init__(self, desk: Desk) -> None:
        self.signalled: Listeners[Signalled] = Listeners()
        self.greeted: Listeners[None] = Listeners()
        self._time = 0.0
        self._said: list[Signal] = []
        self._presence = desk.presence = Presence(self, utc, lambda: self._time)

    def signal(self, signal: Signal) -> None:
        self._said.append(signal)

    def said(self) -> list[SignalKind]:
        """Since it was asked last."""
        self._time += PACE_S
        self._presence.tick()
        said, self._said = self._said, []
        return [signal.what for signal in said]


def meets(desk: Desk, member: UUID, prescription: UUID, what: SignalKind) -> None:
    thread = thread_of("prescription", prescription)
    told = Signalled(thread=thread, what=what, by=member, device=an_id("there"), lease_s=30)
    desk.presence.heard(told)


async def test_the_prescriber_sees_who_has_it_open_at_the_pharmacy(
    open_place: Opening, desk: Desk, demo: DemoRows
) -> None:
    room: Room[PrescriptionsWorkspace] = await open_place(PrescriptionsWorkspace)
    me = desk.member
    asha = replace(me, id=an_id("asha"), name="Asha Pillai", role=Role.PHARMACIST)
    await room.feed(asha)
    sent = next(
        row for row in demo.prescriptions
        if row.signed_at is not None and row.practitioner_id == me.practitioner_id
    )  # fmt: skip
    room.place.open_thing("prescription", sent.id)
    await settled()
    company: Company = room.find(Company, "company")
    assert company.words == ""
    meets(desk, asha.id, sent.id, SignalKind.PRESENT)
    assert (company.words, company.tone) == ("Also open: Asha Pillai", Tone.NEUTRAL)
    meets(desk, asha.id, sent.id, SignalKind.TYPING)
    assert company.words == "Asha Pillai is writing…"


async def test_two_computers_at_one_draft_are_warned_of_each_other(
    open_place: Opening, desk: Desk, demo: DemoRows
) -> None:
    line = Line(desk)
    room: Room[TherapyWorkspace] = await open_place()
    room.place.open_thing("patient", demo.patient("Tāne Wiremu").id)
    await settled()
    assert line.said() == []
    room.place.write_new()
    await settled()
    assert line.said() == [SignalKind.PRESENT]
    room.type("ce")
    assert line.said() == [SignalKind.TYPING]
    form = room.place.editing.form
    assert form is not None
    company: Company = room.find(Company, "company")
    meets(desk, desk.member.id, form.prescription_id, SignalKind.TYPING)
    assert company.words == "You are writing on another computer…"
    assert company.tone is Tone.WARNING
    room.key(Qt.Key.Key_Escape)
    room.key(Qt.Key.Key_Escape)
    await settled()
    assert company.words == ""
    assert line.said() == [SignalKind.GONE]
