"""What the safety rules find is shown while one writes: stops, reasons, notes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget

from clinicdesk.contract.commands import SignAndSend
from clinicdesk.contract.entities import Severity, Tier
from clinicdesk.core.desk import Desk
from clinicdesk.desktop.workspaces.therapy.finding_card import FindingCard
from clinicdesk.desktop.workspaces.therapy.workspace import TherapyWorkspace
from tests.desktop.workspaces.therapy.room import DemoRows, Room, open_desk, settled, until

CTRL = Qt.KeyboardModifier.ControlModifier
Place = Room[TherapyWorkspace]


@pytest.fixture
async def desk(demo: DemoRows, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = await open_desk(tmp_path, demo.member, demo.rows, demo.medicines, rules=True)
    yield desk
    await desk.close()


async def begin(room: Place, demo: DemoRows, name: str = "Tāne Wiremu") -> None:
    assert room.place.open_thing("patient", demo.patient(name).id)
    await settled()
    room.place.write_new()
    await until(lambda: focused() == "medicine_search")


async def add(room: Place, name: str, typed: str = "") -> None:
    """A line, and what the rules say of it."""
    room.type(name)
    room.key(Qt.Key.Key_Return)
    await until(lambda: focused() == "sig_line", name)
    if typed:
        QApplication.focusWidget().selectAll()  # type: ignore[union-attr, attr-defined]
        room.type(typed)
    room.key(Qt.Key.Key_Return)
    await settled()


def focused() -> str:
    widget = QApplication.focusWidget()
    return "" if widget is None else widget.objectName()


def keys(room: Place) -> list[str]:
    return [finding.key for finding in room.place.editing.safety.findings()]


def fields(room: Place) -> list[QLineEdit]:
    panel = room.find(QWidget, "draft_findings")
    return [f for f in panel.findChildren(QLineEdit, "finding_reason") if f.isVisible()]


def said(room: Place) -> str:
    return str(room.find(QWidget, "draft_findings").accessibleName())


async def test_nothing_is_shown_of_what_is_safe(room: Place, demo: DemoRows) -> None:
    await begin(room, demo)
    await add(room, "cetirizine 10 mg")
    assert not room.find(QWidget, "draft_findings").isVisible()
    assert room.find(QPushButton, "sign_button").isEnabled()


async def test_two_that_must_not_be_taken_together_cannot_be_signed(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    await add(room, "tizanidine")
    await add(room, "ciprofloxacin 500")
    await until(lambda: "interaction:ciprofloxacin+tizanidine" in keys(room))
    assert "must not be taken together" in said(room)
    assert not fields(room)
    assert not room.find(QPushButton, "sign_button").isEnabled()
    assert room.find(QLabel, "sign_reason").text() == "A safety rule stops it"


async def test_every_word_of_every_finding_can_be_read(room: Place, demo: DemoRows) -> None:
    await begin(room, demo, "Meera Deshpande")
    for name, typed in (
        ("tizanidine", ""),
        ("ciprofloxacin 500", ""),
        ("paracetamol 650", "2 tab q4h 5d"),
        ("amoxicillin 500", ""),
    ):
        await add(room, name, typed)
    await until(lambda: len(keys(room)) >= 3)
    await settled()
    panel = room.find(QWidget, "draft_findings")
    words = [part for part in panel.findChildren(QLabel) if part.isVisible()]
    told = {part.text() for part in words}
    for finding in room.place.editing.safety.findings():
        assert {finding.summary, finding.detail} <= told
    for part in words:
        assert part.height() >= part.heightForWidth(part.width()), part.text()
        assert part.width() >= part.minimumSizeHint().width(), part.text()
    scroll = room.find(QScrollArea, "findings_scroll")
    assert scroll.widget().width() <= scroll.viewport().width(), "it only scrolls down"
    bar = scroll.verticalScrollBar()
    assert bar.maximum() > 0
    for _ in range(bar.maximum()):
        room.key(Qt.Key.Key_Down, CTRL)
    assert bar.value() == bar.maximum(), "the last is reached by keyboard too"


async def test_the_tiers_are_told_apart_in_words(room: Place, demo: DemoRows) -> None:
    await begin(room, demo, "Meera Deshpande")
    for name in ("tizanidine", "ciprofloxacin 500", "amoxicillin 500", "omeprazole"):
        await add(room, name)
    await add(room, "pantoprazole 40")
    await until(lambda: len(keys(room)) >= 3)
    cards = room.find(QWidget, "draft_findings").findChildren(FindingCard)
    shown = {card.finding.tier: card.findChildren(QLabel)[0].text() for card in cards}
    assert shown == {
        Tier.STOP: "Stop: may not be signed",
        Tier.OVERRIDE: "Needs your reason",
        Tier.INFORMATION: "For information",
    }
    fields(room)[0].setFocus()
    room.type("she has had it since, without harm")
    await settled()
    answered = next(card for card in cards if card.finding.tier is Tier.OVERRIDE)
    assert answered.findChildren(QLabel)[0].text() == "Reason given"


async def test_a_reason_is_asked_for_by_keyboard_and_goes_with_the_signature(
    room: Place, demo: DemoRows, desk: Desk
) -> None:
    await begin(room, demo)
    await add(room, "warfarin")
    await add(room, "ibuprofen 400")
    await until(lambda: fields(room))
    assert not room.find(QPushButton, "sign_button").isEnabled()
    room.key(Qt.Key.Key_Return, CTRL)
    assert focused() == "finding_reason"
    room.type("INR is checked")
    await settled()
    assert room.find(QPushButton, "sign_button").isEnabled()
    room.key(Qt.Key.Key_Return, CTRL)
    await until(lambda: room.place.editing.form is None)
    (signing,) = (e.command for e in desk.outbox.entries() if isinstance(e.command, SignAndSend))
    assert [(o.key, o.reason) for o in signing.overrides] == [
        ("interaction:ibuprofen+warfarin", "INR is checked")
    ]


async def test_enter_goes_from_reason_to_reason_and_then_to_the_signature(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    for name in ("warfarin", "ibuprofen 400", "telmisartan 40", "spironolactone"):
        await add(room, name)
    await until(lambda: len(fields(room)) == 2)
    room.key(Qt.Key.Key_Return, CTRL)
    first = QApplication.focusWidget()
    room.type("watched")
    room.key(Qt.Key.Key_Return)
    second = QApplication.focusWidget()
    assert focused() == "finding_reason"
    assert second is not first
    room.type("potassium is checked")
    room.key(Qt.Key.Key_Return)
    assert focused() == "sign_button"


async def test_tab_leads_from_the_lines_to_the_reasons_and_then_to_the_note(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    await add(room, "warfarin")
    await add(room, "ibuprofen 400")
    await until(lambda: fields(room))
    room.key(Qt.Key.Key_Down)
    assert focused() == "lines_table"
    way = []
    for _ in range(3):
        room.key(Qt.Key.Key_Tab)
        way.append(focused())
    assert way == ["finding_reason", "note_field", "pharmacy_choice"]


async def test_two_letters_are_no_reason(room: Place, demo: DemoRows) -> None:
    await begin(room, demo)
    await add(room, "warfarin")
    await add(room, "ibuprofen 400")
    await until(lambda: fields(room))
    room.key(Qt.Key.Key_Return, CTRL)
    room.type("ok")
    await settled()
    assert not room.find(QPushButton, "sign_button").isEnabled()


async def test_a_note_keeps_nobody_from_signing(room: Place, demo: DemoRows) -> None:
    await begin(room, demo)
    await add(room, "omeprazole")
    await add(room, "pantoprazole 40")
    await until(lambda: keys(room))
    assert not fields(room)
    assert room.find(QPushButton, "sign_button").isEnabled()


async def test_a_dose_above_the_most_is_found_as_the_line_is_added(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    await add(room, "paracetamol 650", "2 tab q4h 3d")
    await until(lambda: "dose:paracetamol:amount" in keys(room))
    assert "7.8 g a day" in said(room)


async def test_a_lesser_allergy_asks_for_a_reason(room: Place, demo: DemoRows) -> None:
    await begin(room, demo, "Meera Deshpande")
    await add(room, "amoxicillin 500")
    await until(lambda: "allergy:penicillins:amoxicillin" in keys(room))
    assert len(fields(room)) == 1


async def test_an_allergy_that_becomes_severe_while_one_writes_stops_it(
    room: Place, demo: DemoRows
) -> None:
    patient = demo.patient("Meera Deshpande")
    known = next(a for a in demo.allergies if a.patient_id == patient.id)
    await begin(room, demo, "Meera Deshpande")
    await add(room, "amoxicillin 500")
    await until(lambda: fields(room))
    await room.feed(replace(known, version=2, severity=Severity.SEVERE))
    await until(lambda: not fields(room))
    assert not room.find(QPushButton, "sign_button").isEnabled()


async def test_a_line_that_goes_takes_its_findings_with_it_and_its_reason_stays_known(
    room: Place, demo: DemoRows
) -> None:
    await begin(room, demo)
    await add(room, "warfarin")
    await add(room, "ibuprofen 400")
    await until(lambda: fields(room))
    room.key(Qt.Key.Key_Return, CTRL)
    room.type("INR is checked")
    form = room.place.editing.form
    assert form is not None
    before = room.place.editing.remove_line(form.lines[1].id)
    await until(lambda: not fields(room))
    room.place.editing.put_back(before)
    await until(lambda: fields(room))
    assert fields(room)[0].text() == "INR is checked"


async def test_a_reason_that_is_being_typed_stays_when_another_finding_comes(
    room: Place, demo: DemoRows
) -> None:
    patient = demo.patient("Tāne Wiremu")
    await begin(room, demo)
    await add(room, "warfarin")
    await add(room, "ibuprofen 400")
    await until(lambda: fields(room))
    room.key(Qt.Key.Key_Return, CTRL)
    room.type("INR is")
    known = demo.allergies[0]
    await room.feed(
        replace(known, version=2, patient_id=patient.id, substance="nsaids", severity=Severity.MILD)
    )
    await until(lambda: len(fields(room)) == 2)
    assert focused() == "finding_reason"
    room.type(" checked")
    assert "INR is checked" in [field.text() for field in fields(room)]
