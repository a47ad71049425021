"""At the counter nothing that keeps a patient safe is cut off, and what is off says why."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QWidget

from clinicdesk.contract.entities import FindingKind, PrescriptionStatus, Severity, Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.card import Card
from clinicdesk.desktop.workspaces.pharmacy.deeds import KEYS, OF_A_LINE, OF_THE_WHOLE, Deed
from clinicdesk.desktop.workspaces.pharmacy.findings_card import FindingsCard
from clinicdesk.desktop.workspaces.pharmacy.reasoned_menu import ReasonedMenu
from tests.core.sample import an_id
from tests.desktop.workspaces.pharmacy.conftest import Opening
from tests.desktop.workspaces.pharmacy.counter import a_counter_prescription, settled, until
from tests.desktop.workspaces.pharmacy.test_dispensing import with_penicillin

LINE = an_id("line")
_LONG = (
    "Both prolong the QT interval: a dangerous disturbance of the heart's rhythm may follow, above "
    "all in older people, with low potassium or with other medicines that do the same."
)


def finding(number: int) -> Finding:
    return Finding(
        kind=FindingKind.INTERACTION, tier=Tier.OVERRIDE, key=f"interaction {number}",
        item_ids=(LINE,), detail=_LONG,
        summary=f"Azithromycin and medicine {number} interact gravely",
    )  # fmt: skip


def cut_off(card: QWidget) -> list[str]:
    """The sentences that have not the height that they need at their width."""
    return [
        each.text()
        for each in card.findChildren(QLabel)
        if each.isVisible() and each.height() < each.heightForWidth(each.width())
    ]


@pytest.mark.parametrize("width", [420, 640, 1200])
async def test_every_finding_is_told_whole_however_narrow_the_window(
    design: Design, width: int
) -> None:
    card = FindingsCard(design)
    card.say([finding(number) for number in range(9)], {}, "Dr Sunita Rao", {LINE})
    frame = QScrollArea()
    frame.setWidgetResizable(True)
    frame.setWidget(card)
    frame.resize(width, 200)
    frame.show()
    await settled()
    words = " ".join(each.text() for each in card.findChildren(QLabel) if each.isVisible())
    assert all(finding(number).summary in words for number in range(9))
    assert words.count(_LONG) == 9
    assert cut_off(card) == []
    assert card.height() == card.heightForWidth(card.width()), "no emptiness to scroll to"
    frame.close()


@pytest.mark.parametrize("height", range(480, 800, 80))
async def test_a_narrow_window_comes_to_rest(open_with: Opening, height: int) -> None:
    counter = await open_with(*with_penicillin().all())
    await until(lambda: counter.workspace.pane.findings.findings())
    for width in range(760, 1200, 40):
        counter.workspace.resize(width, height)
        for _ in range(3):  # the scroll bar may come or go a step behind the lines
            await settled()
        parts = counter.workspace.pane.findChildren(QWidget)
        rests = [each.geometry() for each in parts]
        await settled()
        assert rests == [each.geometry() for each in parts]


async def test_each_finding_stands_with_its_own_sentence_where_a_reason_is_asked(
    open_with: Opening,
) -> None:
    counter = await open_with(*with_penicillin().all())
    await until(lambda: counter.workspace.pane.findings.findings())
    counter.key(Qt.Key.Key_F9)
    counter.key(Qt.Key.Key_2)
    counter.key(Qt.Key.Key_Return)
    sheet = counter.find(QWidget, "override_sheet")
    await until(sheet.isVisible)
    (card,) = sheet.findChildren(Card)
    await settled()
    (title, detail) = [each.text() for each in card.findChildren(QLabel) if each.isVisible()]
    assert title == "Amoxicillin and an allergy to penicillins"
    assert "Amoxicillin is one of the penicillins" in detail
    assert cut_off(card) == []


async def test_a_stop_that_nobody_scanned_speaks_of_no_scan(open_with: Opening) -> None:
    rows = with_penicillin()
    rows.allergies[0] = replace(rows.allergies[0], severity=Severity.SEVERE)
    counter = await open_with(*rows.all())
    await until(lambda: counter.workspace.pane.findings.findings())
    counter.key(Qt.Key.Key_Space)
    stop = counter.find(QWidget, "stop_sheet")
    assert stop.isVisible()
    assert "Scanned" not in [each.text() for each in stop.findChildren(QLabel) if each.isVisible()]


async def test_whatever_is_off_in_the_menu_says_why_beside_its_words(open_with: Opening) -> None:
    counter = await open_with(*a_counter_prescription(status=PrescriptionStatus.PAID).all())
    menu = counter.find(ReasonedMenu, "deed_menu")
    menu.aboutToShow.emit()  # what a popup grabs, the tests' display has not
    menu.adjustSize()
    offers = counter.workspace.pane.offers
    assert offers is not None
    listed = {each.text().partition("\t")[2]: each for each in menu.actions() if each.text()}
    assert set(listed) == {KEYS[deed] for deed in (*OF_A_LINE, *OF_THE_WHOLE)}
    for deed in (*OF_A_LINE, *OF_THE_WHOLE):
        action = listed[KEYS[deed]]
        assert action.isEnabled() == (not offers[deed].why_off)
        assert menu.reason(action) == offers[deed].why_off
        room = menu.width() - 60  # beside the icon and the margins
        words = menu.fontMetrics().horizontalAdvance(action.text().replace("\t", "  "))
        said = menu.fontMetrics().horizontalAdvance(offers[deed].why_off)
        assert words + said < room, deed
    assert not listed[KEYS[Deed.REPEAT]].isEnabled()
