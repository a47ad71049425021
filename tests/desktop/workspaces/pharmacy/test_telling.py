"""Who is to be told that what was owing has come, and that they were."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from clinicdesk.contract.commands import TellPatient
from clinicdesk.contract.entities import (
    ItemStatus,
    NoticeKind,
    NoticeStatus,
    PatientNotice,
    Prescription,
    PrescriptionStatus,
)
from clinicdesk.desktop.design.card import Card
from tests.core.sample import CLINIC, NOON, an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import (
    Counter,
    a_counter_prescription,
    an_order,
    pharmacist,
    pharmacy,
    settled,
    until,
)


def a_notice(prescription: Prescription) -> PatientNotice:
    return PatientNotice(
        id=an_id("notice"), clinic_id=CLINIC, version=1, patient_id=prescription.patient_id,
        practitioner_id=prescription.practitioner_id, pharmacy_id=pharmacy.id,
        prescription_id=prescription.id, kind=NoticeKind.OWING_READY, subject_id=an_id("notice"),
        status=NoticeStatus.QUEUED, created_at=NOON,
    )  # fmt: skip


async def opened(open_with: Opening, status: ItemStatus = ItemStatus.PICKING) -> Counter:
    """A prescription of which the last line has come."""
    rows = a_counter_prescription(status=PrescriptionStatus.PAID)
    header = rows.prescriptions[0]
    rows.items = [
        *(
            replace(item, status=ItemStatus.HANDED_OVER, supplied=item.quantity)
            for item in rows.items[:-1]
        ),
        replace(rows.items[-1], status=status),
    ]
    return await open_with(*rows.all(), an_order(header), a_notice(header))


def card(counter: Counter) -> Card:
    found: Card = counter.find(Card, "tell_card")
    return found


async def test_the_patient_is_called_and_who_did_says_so_by_one_key(open_with: Opening) -> None:
    counter = await opened(open_with)
    assert card(counter).isVisible()
    words: QLabel = counter.find(QLabel, "tell_words")
    assert words.text().endswith("telephone 98220\u00a014417.")
    button: QPushButton = counter.find(QPushButton, "told_button")
    assert button.isVisible()
    counter.key(Qt.Key.Key_I)
    await until(lambda: not card(counter).isVisible())
    (entry,) = counter.desk.outbox.entries()
    assert isinstance(entry.command, TellPatient)
    (notice,) = counter.desk.replica.patient_notices.values()
    assert (notice.status, notice.told_by) == (NoticeStatus.TOLD, pharmacist.id)


async def test_what_a_colleague_told_is_gone_here_too(open_with: Opening) -> None:
    counter = await opened(open_with)
    (notice,) = counter.desk.replica.patient_notices.values()
    await counter.feed(
        replace(notice, version=2, status=NoticeStatus.TOLD, told_at=NOON, told_by=an_id("Meera"))
    )
    await until(lambda: not card(counter).isVisible())


async def test_nobody_is_called_for_what_they_have_taken_or_still_wait_for(
    open_with: Opening,
) -> None:
    counter = await opened(open_with, ItemStatus.OWING)
    await settled()
    assert not card(counter).isVisible()
