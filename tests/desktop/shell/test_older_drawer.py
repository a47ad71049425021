"""A prescription that only the server has still, shown beside the work."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from clinicdesk.contract.entities import (
    Dispense,
    DispenseStatus,
    ItemStatus,
    PrescriptionStatus,
    Verified,
)
from clinicdesk.contract.reading import PrescriptionDetail
from clinicdesk.contract.scanning import Verdict
from clinicdesk.core.scanning import OlderScan
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.scanning.route import ScanRoute
from tests.core.sample import (
    MAIN_STREET,
    NOON,
    PATIENT,
    a_patient,
    a_prescription,
    an_id,
    an_item,
    signed,
)
from tests.desktop.shell.on_qt_loop import on_qt_loop, until
from tests.desktop.shell.seats import Seat, a_seat

GONE = signed(
    a_prescription("gone"),
    status=PrescriptionStatus.COMPLETED,
    collected_by="Asha",
    completed_at=NOON,
)
FIRST = an_item(GONE, "first", supplied=15, status=ItemStatus.HANDED_OVER)
SECOND = an_item(
    GONE, "second", line=2, generic_name="Paracetamol", status=ItemStatus.DECLINED,
    decline_reason="Has enough at home",
)  # fmt: skip
SENTENCE = "RX-7F3K2 was handed over to Asha on 12 Mar 2026. Nothing is left to dispense."


def older() -> OlderScan:
    given = Dispense(
        id=an_id("given"), clinic_id=GONE.clinic_id, version=1, prescription_id=GONE.id,
        item_id=FIRST.id, patient_id=PATIENT, practitioner_id=GONE.practitioner_id,
        pharmacy_id=MAIN_STREET, medicine_id=FIRST.medicine_id, brand="Moxikind",
        manufacturer="Sample Labs", batch_id=None, batch_number="B42", expiry=None, quantity=15,
        status=DispenseStatus.HANDED_OVER, verified=Verified.SCAN, hand_reason=None,
        checked_by=an_id("pia"), checked_at=NOON, handed_over_at=NOON, collected_by="Asha",
        return_reason=None,
    )  # fmt: skip
    found = PrescriptionDetail(
        prescription=GONE, items=[SECOND, FIRST], payments=[], dispenses=[given]
    )
    return OlderScan(found, Verdict.DISPENSED, SENTENCE)


def drawer(seat: Seat) -> QWidget:
    found = seat.window.findChild(QWidget, "older_drawer")
    assert found is not None
    return found


def words(seat: Seat) -> list[str]:
    return [each.text() for each in drawer(seat).findChildren(QLabel) if each.isVisible()]


async def found(seat: Seat, scan: OlderScan) -> None:
    await until(seat.window.search.isEnabled, "the whole window")
    seat.window.activateWindow()
    (route,) = seat.window.findChildren(ScanRoute)
    route.older_found.emit(scan)


@on_qt_loop
async def test_it_is_read_beside_the_work_and_escape_leaves_it(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path, a_patient("Meera Deshpande")) as seat:
        await found(seat, older())
        assert drawer(seat).isVisible()
        said = words(seat)
        for each in ("RX-7F3K2", "Meera Deshpande", SENTENCE):
            assert each in said
        assert "15 of 15 handed over · Moxikind batch B42" in said
        assert said.index("Declined") > said.index("15 of 15 handed over · Moxikind batch B42")
        assert "Declined: Has enough at home" in said
        QTest.keyClick(drawer(seat), Qt.Key.Key_Escape)
        assert not drawer(seat).isVisible()
        assert seat.workspace("plain").asked == []


@on_qt_loop
async def test_it_leads_to_all_prescriptions_of_its_patient(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, a_patient("Meera Deshpande")) as seat:
        await found(seat, older())
        opened: list[tuple[str, UUID]] = []

        def open_thing(kind: str, thing: UUID) -> bool:
            opened.append((kind, thing))
            return True

        seat.workspace("plain").open_thing = open_thing  # type: ignore[method-assign]
        button = seat.window.findChild(QPushButton, "older_history_button")
        assert button is not None
        button.click()
        assert opened == [("patient", PATIENT)]
        assert not drawer(seat).isVisible()


@on_qt_loop
async def test_where_lines_are_not_to_be_seen_they_are_counted(
    design: Design, tmp_path: Path
) -> None:
    async with a_seat(design, tmp_path) as seat:
        bare = PrescriptionDetail(
            prescription=replace(GONE, patient_id=an_id("stranger")), items=[], payments=[]
        )
        await found(seat, OlderScan(bare, Verdict.DISPENSED, SENTENCE))
        assert any("medicine" in each for each in words(seat))
        button = seat.window.findChild(QPushButton, "older_history_button")
        assert button is not None
        assert not button.isVisible()


@on_qt_loop
async def test_the_next_code_closes_it(design: Design, tmp_path: Path) -> None:
    async with a_seat(design, tmp_path, a_patient("Meera Deshpande")) as seat:
        await found(seat, older())
        (route,) = seat.window.findChildren(ScanRoute)
        route.take("4006381333931")
        await until(lambda: not drawer(seat).isVisible(), "the drawer's end")
