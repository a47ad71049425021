"""What a counter does with an order, and why it dispensed all the same, seen by its prescriber."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from clinicdesk.contract.commands import Override
from clinicdesk.contract.entities import RuleLevel
from clinicdesk.core.desk import Desk
from clinicdesk.core.notices import NoticeKind
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.content import CONTENT_ROLE
from clinicdesk.desktop.design.status_pill import StatusPill
from clinicdesk.desktop.workspaces.therapy.prescriptions_workspace import PrescriptionsWorkspace
from clinicdesk.desktop.workspaces.therapy.safety_record import SafetyRecord
from clinicdesk.server.database.database import Database
from clinicdesk.server.domain.safety.importing import import_rules
from clinicdesk.server.domain.safety.rule_rows import interaction
from tests.desktop.workspaces.therapy.room import Room, open_room, settled, until
from tests.end_to_end.clinic import AMOXICILLIN, CLINIC, MAIN, MORPHINE, PARACETAMOL, a_line
from tests.end_to_end.desks import Office, sent, stands_at, submitted, write

KEY = "interaction:morphine+paracetamol"
OTHER = "interaction:amoxicillin+morphine"

Opening = Callable[[Desk], Awaitable[Room[PrescriptionsWorkspace]]]


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
async def window_of(design: Design) -> AsyncIterator[Opening]:
    """Opens the prescriptions of a therapist as they stand in their window."""
    opened: list[Room[PrescriptionsWorkspace]] = []

    async def opening(desk: Desk) -> Room[PrescriptionsWorkspace]:
        room = open_room(desk, design, PrescriptionsWorkspace, live=None)
        opened.append(room)
        room.place.show()
        await settled()
        return room

    yield opening
    for room in opened:
        await room.close()


async def know(database_url: str, *pairs: tuple[str, str]) -> None:
    """The clinic takes over a list of grave interactions."""
    database = await Database.open(database_url, pool_size=1)
    rules = [interaction(*pair, RuleLevel.MAJOR, "Made up for this test.") for pair in pairs]
    async with database.as_owner() as tx:
        await import_rules(tx, CLINIC, "test", rules, lambda _count: None)
    await database.close()


def state(room: Room[PrescriptionsWorkspace]) -> str:
    pill: StatusPill = room.find(StatusPill, "order_state")
    return pill.pill.text if pill.isVisible() else ""


def in_the_list(room: Room[PrescriptionsWorkspace], prescription_id: UUID) -> str:
    rows = room.place.rows
    prescription = room.desk.replica.prescriptions.get(prescription_id)
    assert prescription is not None
    rows.open_prescription(prescription)
    place = rows.model.place_of(prescription_id)
    assert place is not None
    return str(rows.model.index(place, 0).data(CONTENT_ROLE).status)


def told(room: Room[PrescriptionsWorkspace], name: str) -> list[str]:
    card: SafetyRecord = room.find(SafetyRecord, "safety_record")
    return [part.text() for part in card.findChildren(QLabel, name) if part.isVisible()]


async def test_a_prescriber_watches_the_counter_and_reads_its_reasons(
    office: Office, window_of: Opening, database_url: str
) -> None:
    await know(database_url, ("morphine", "paracetamol"))
    tara, pia = await office.open("tara"), await office.open("pia")
    await until(lambda: tara.rules.complete and tara.replica.rule_sets.values())
    room = await window_of(tara)
    lines = [a_line(each, 10) for each in (PARACETAMOL, AMOXICILLIN, MORPHINE)]
    rx = await write(tara, *lines)
    mine = [Override(key=KEY, reason="palliative care")]
    submitted(await tara.prescribing.sign_and_send(rx, MAIN, delivery=True, overrides=mine))
    room.place.open_thing("prescription", rx)
    await until(lambda: told(room, "found_reason") == ["“palliative care”"])
    await until(lambda: tara.replica.findings.of(rx))
    [giver] = told(room, "found_giver")
    assert giver.startswith("You, when signing")
    assert "on its way" not in giver
    assert state(room) == ""

    await stands_at(pia, rx, "DRAFT")
    submitted(await pia.dispensing.take_payment(rx))
    await until(lambda: state(room) == "New")
    order = pia.orders.open_order(rx)
    assert order is not None
    assert room.find(QLabel, "order_code").text() == order.code
    await sent(pia)
    submitted(await pia.orders.acknowledge(rx))
    await until(lambda: state(room) == "Acknowledged")
    await until(lambda: in_the_list(room, rx) == "Acknowledged")

    await know(database_url, ("morphine", "paracetamol"), ("amoxicillin", "morphine"))
    await until(lambda: pia.rules.complete)
    answers = [Override(key=OTHER, reason="asked Tara")]
    items = [item.id for item in pia.replica.items.of(rx)]
    submitted(await pia.dispensing.fulfill(rx, items, hand_reason="no scanner", overrides=answers))
    await until(lambda: len(told(room, "found_reason")) == 2)
    assert set(told(room, "found_reason")) == {"“palliative care”", "“asked Tara”"}
    by = pia.session.member.name
    where = f"{by}, at the counter of Main Street · "
    assert any(each.startswith(where) for each in told(room, "found_giver"))
    await until(lambda: state(room) == "Ready")
    kinds = [notice.kind for notice in tara.notices.all()]
    assert kinds.count(NoticeKind.FINDING_ANSWERED) == 1

    await sent(pia)
    submitted(await pia.orders.dispatch(rx))
    await until(lambda: state(room) == "On its way")
    await until(lambda: in_the_list(room, rx) == "On its way")
    await sent(pia)
    submitted(await pia.orders.deliver(rx, "a neighbour"))
    await until(lambda: state(room) == "Delivered")
    await until(lambda: "a neighbour" in room.find(QLabel, "order_trail").text())
    assert len(told(room, "found_reason")) == 2, "it stays on record"
