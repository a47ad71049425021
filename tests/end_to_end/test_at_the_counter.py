"""Two counters of one pharmacy at a real server: scans, keys, and each other's work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem, PrescriptionStatus
from clinicdesk.core.clock import utc_now
from clinicdesk.core.scanning import OlderScan
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.content import CONTENT_ROLE
from clinicdesk.desktop.scanning.route import ScanRoute
from tests.desktop.workspaces.pharmacy.counter import Counter, open_counter, settled, until
from tests.end_to_end.clinic import AMOXICILLIN, GTINS, MORPHINE, PARACETAMOL, PATIENTS, a_line
from tests.end_to_end.desks import Office, make_ready, sent, submitted, write_and_sign
from tests.end_to_end.truth import Truth

EXPIRY = date(2030, 6, 30)
MOST_KEYS = 20

Opening = Callable[[str], Awaitable[Counter]]


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
async def counter_of(office: Office, design: Design) -> AsyncIterator[Opening]:
    """Opens the counter of a pharmacist as it stands in their window."""
    opened: list[Counter] = []

    async def opening(login: str) -> Counter:
        counter = open_counter(await office.open(login), design, live=None, now=utc_now)
        opened.append(counter)
        counter.workspace.show()
        counter.workspace.activateWindow()
        counter.workspace.focus_start()
        await settled()
        return counter

    yield opening
    for counter in opened:
        await counter.tasks.end()
        counter.workspace.close()
        counter.workspace.deleteLater()
        await settled()


async def prescribed(office: Office) -> UUID:
    """Three medicines, signed and sent by a therapist."""
    tara = await office.open("tara")
    lines = [a_line(each, 10) for each in (PARACETAMOL, AMOXICILLIN, MORPHINE)]
    prescription_id = await write_and_sign(tara, *lines, patient=PATIENTS[1])
    await sent(tara)
    await until(lambda: is_sealed(tara.replica.prescriptions.get(prescription_id)))
    await office.close(tara)
    return prescription_id


def is_sealed(prescription: object) -> bool:
    return bool(getattr(prescription, "seal", None))


async def stocked(counter: Counter) -> None:
    """A box of each comes onto the shelf."""
    for medicine in GTINS:
        submitted(await counter.desk.stock.receive(medicine, batch(medicine), EXPIRY, 30, 1_000))
    await sent(counter.desk)
    await until(lambda: len(counter.desk.replica.batches) == len(GTINS))


def batch(medicine: UUID) -> str:
    return f"B{GTINS[medicine][-3:]}"


def scan(counter: Counter, text: str) -> list[OlderScan]:
    """As the scanner of this desk gives it, by the way that every scan goes; the answer fills with
    what only the server has."""
    older: list[OlderScan] = []
    route = ScanRoute(
        counter.context, lambda: [counter.workspace], lambda _key: None, counter.workspace
    )
    route.older_found.connect(older.append)
    route.take(text)
    return older


def box(medicine: UUID) -> str:
    """What the DataMatrix on a box says."""
    return f"01{GTINS[medicine]}17{EXPIRY:%y%m%d}10{batch(medicine)}"


def item(counter: Counter, prescription_id: UUID, medicine: UUID) -> PrescriptionItem:
    lines = counter.desk.replica.items.of(prescription_id)
    return next(line for line in lines if line.medicine_id == medicine)


def status(counter: Counter, prescription_id: UUID) -> PrescriptionStatus:
    found = counter.desk.replica.prescriptions.get(prescription_id)
    assert found is not None
    return found.status


async def opened_by_scan(counter: Counter, prescription_id: UUID) -> None:
    counter.workspace.activateWindow()
    await until(counter.workspace.isActiveWindow)
    await until(lambda: counter.desk.replica.items.of(prescription_id))
    prescription = counter.desk.replica.prescriptions.get(prescription_id)
    assert prescription is not None
    assert prescription.seal is not None
    scan(counter, prescription.seal)
    await until(lambda: counter.workspace.pane.prescription is not None)
    await until(lambda: not counter.tasks.running)


async def paid(counter: Counter, prescription_id: UUID) -> None:
    counter.key(Qt.Key.Key_F8)
    counter.key(Qt.Key.Key_Return)
    await until(lambda: status(counter, prescription_id) is PrescriptionStatus.PAID)
    await until(lambda: not counter.tasks.running)


async def test_three_medicines_take_a_few_keys_from_scan_to_hand_over(
    office: Office, counter_of: Opening
) -> None:
    pia = await counter_of("pia")
    await stocked(pia)
    prescription_id = await prescribed(office)
    await opened_by_scan(pia, prescription_id)
    pia.keys = 0
    await paid(pia, prescription_id)
    for medicine in (PARACETAMOL, AMOXICILLIN, MORPHINE):
        scan(pia, box(medicine))
        await until(
            lambda medicine=medicine: (
                item(pia, prescription_id, medicine).status is ItemStatus.CHECKED
            ),
            str(pia.said),
        )
    pia.key(Qt.Key.Key_C)
    pia.key(Qt.Key.Key_Escape)
    pia.key(Qt.Key.Key_F9)
    pia.type("A3")
    pia.key(Qt.Key.Key_Return)
    await until(lambda: status(pia, prescription_id) is PrescriptionStatus.FULFILLED)
    await until(lambda: not pia.tasks.running)
    pia.key(Qt.Key.Key_F10)
    pia.key(Qt.Key.Key_Return)
    await until(lambda: status(pia, prescription_id) is PrescriptionStatus.COMPLETED)
    await sent(pia.desk)
    print(f"{pia.keys} key presses besides 4 scans, of at most {MOST_KEYS}")
    assert pia.keys < MOST_KEYS
    assert pia.desk.outbox.refused() == []
    await until(lambda: pia.desk.stock.on_hand(pia.desk.member.pharmacy_id, MORPHINE) == 20)  # type: ignore[arg-type]


async def test_a_code_that_the_desk_let_go_is_found_at_the_server(
    office: Office, counter_of: Opening, truth: Truth
) -> None:
    prescription_id = await prescribed(office)
    paul = await office.open("paul")
    await until(lambda: prescription_id in paul.replica.prescriptions)
    await make_ready(paul, prescription_id)
    submitted(await paul.dispensing.hand_over(prescription_id, "Ravi"))
    await sent(paul)
    row = paul.replica.prescriptions.get(prescription_id)
    assert row is not None
    assert row.seal is not None
    await truth.age(prescription_id)
    pia, quin = await counter_of("pia"), await counter_of("quin")
    for text in (row.code.lower(), row.seal):
        found = scan(pia, text)
        await until(lambda found=found: found)
        assert found[0].found.prescription.id == prescription_id
        assert "was handed over to Ravi" in found[0].sentence
    assert pia.said == []
    assert scan(quin, row.code) == []
    await until(lambda: quin.said)
    assert "that you may see" in quin.said[0][0]


async def test_a_line_checked_at_one_counter_is_seen_at_the_other(
    office: Office, counter_of: Opening
) -> None:
    pia, paul = await counter_of("pia"), await counter_of("paul")
    await stocked(pia)
    prescription_id = await prescribed(office)
    await opened_by_scan(pia, prescription_id)
    await paid(pia, prescription_id)
    scan(pia, box(PARACETAMOL))
    await until(lambda: item(pia, prescription_id, PARACETAMOL).status is ItemStatus.CHECKED)
    await until(lambda: item(paul, prescription_id, PARACETAMOL).status is ItemStatus.CHECKED)
    model = paul.workspace.queue.model

    def told() -> bool:
        place = model.place_of(prescription_id)
        words = "" if place is None else model.index(place).data(CONTENT_ROLE).secondary
        return words.lower().endswith("pia has it open")

    assert paul.workspace.open_thing("prescription", prescription_id)
    await until(told, "who has it open")


async def test_when_both_hand_over_one_is_told_who_was_quicker(
    office: Office, counter_of: Opening
) -> None:
    pia, paul = await counter_of("pia"), await counter_of("paul")
    prescription_id = await prescribed(office)
    await opened_by_scan(pia, prescription_id)
    await paid(pia, prescription_id)
    pia.key(Qt.Key.Key_F9)
    pia.key(Qt.Key.Key_1)
    pia.key(Qt.Key.Key_Return)
    await until(lambda: status(pia, prescription_id) is PrescriptionStatus.FULFILLED)
    await sent(pia.desk)
    await until(lambda: prescription_id in paul.desk.replica.prescriptions)
    await until(lambda: status(paul, prescription_id) is PrescriptionStatus.FULFILLED)
    submitted(await pia.desk.dispensing.hand_over(prescription_id, "Ravi"))
    submitted(await paul.desk.dispensing.hand_over(prescription_id, "Asha"))
    await until(lambda: pia.desk.outbox.unsent + paul.desk.outbox.unsent == 0)
    refused = [*pia.desk.outbox.refused(), *paul.desk.outbox.refused()]
    assert len(refused) == 1
    loser = pia if pia.desk.outbox.refused() else paul
    loser.workspace.open_thing("prescription", prescription_id)
    await settled()
    banner = loser.workspace.findChild(type(loser.workspace.pane._banner), "refusal_banner")
    assert banner is not None
    await until(banner.isVisible)
    winner = "paul" if loser is pia else "pia"
    assert winner in banner.accessibleName().lower()
