"""Who it is about: nothing that tells two people apart or could harm one is ever cut off."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from clinicdesk.contract.entities import Severity
from clinicdesk.desktop.design.appearance import Appearance, Design, apply
from clinicdesk.desktop.design.chip import Chip
from clinicdesk.desktop.design.elided_label import ElidedLabel
from clinicdesk.desktop.workspaces.shared.allergy_pill import AllergyPill
from clinicdesk.desktop.workspaces.shared.patient_head import PatientHead
from tests.core.sample import a_patient, an_allergy, an_id


@pytest.fixture(scope="session")
def design(qapp: QApplication) -> Design:
    return apply(qapp, Appearance.LIGHT)


@pytest.fixture
def head(qtbot: QtBot, design: Design) -> PatientHead:
    made = PatientHead(design)
    qtbot.addWidget(made)
    made.resize(808, made.height())
    return made


def label(head: QWidget, name: str) -> str:
    found = head.findChild(ElidedLabel, name)
    assert isinstance(found, ElidedLabel)
    return found.text()


def test_it_says_what_tells_two_people_of_one_name_apart(head: PatientHead) -> None:
    head.show_patient(a_patient("Meera Deshpande"), [], date(2026, 3, 12))
    assert label(head, "patient_name") == "Meera Deshpande"
    assert label(head, "patient_facts") == "M · 34 y · 12 Mar 1992 · P-004182"


def test_the_telephone_number_goes_to_the_clipboard(head: PatientHead, qtbot: QtBot) -> None:
    head.show_patient(a_patient(phone="98220 14417"), [])
    chip = head.findChild(Chip, "patient_phone")
    assert isinstance(chip, Chip)
    with qtbot.waitSignal(head.copied) as copied:
        chip.click()
    assert copied.args == ["98220 14417"]
    assert QApplication.clipboard().text() == "98220 14417"


def test_a_patient_without_a_telephone_has_no_chip_for_one(head: PatientHead) -> None:
    head.show_patient(a_patient(phone=None), [])
    chip = head.findChild(Chip, "patient_phone")
    assert isinstance(chip, Chip)
    assert chip.isHidden()


def test_the_way_further_leads_to_the_patient(head: PatientHead, qtbot: QtBot) -> None:
    patient = a_patient()
    head.show_patient(patient, [])
    with qtbot.waitSignal(head.patient_wanted) as wanted:
        head.link.click()
    assert wanted.args == [patient.id]


def test_no_allergy_recorded_is_said_and_is_not_said_to_be_none(
    qtbot: QtBot, design: Design
) -> None:
    pill = AllergyPill(design)
    qtbot.addWidget(pill)
    pill.show_allergies([an_allergy(active=False)])
    assert pill.accessibleName() == "No allergy recorded"


def test_all_allergies_are_told_the_worst_first_however_narrow_it_is(
    qtbot: QtBot, design: Design
) -> None:
    pill = AllergyPill(design)
    qtbot.addWidget(pill)
    pill.show_allergies(
        [
            an_allergy(id=an_id("a"), substance="aspirin", severity=Severity.MILD),
            an_allergy(
                id=an_id("b"),
                substance="sulfonamides",
                severity=Severity.SEVERE,
                reaction="anaphylaxis",
            ),
        ]
    )
    told = "sulfonamides: anaphylaxis (severe)\naspirin: rash (mild)"
    assert pill.toolTip() == told
    assert pill.accessibleName() == f"Allergy: sulfonamides, aspirin\n{told}"
    assert pill.minimumSizeHint().width() < pill.sizeHint().width()


def test_a_chip_shows_its_icon_alone_where_its_words_have_no_room(
    head: PatientHead, qtbot: QtBot
) -> None:
    named = ("sulfonamides", "iodine contrast media", "aspirin", "penicillins", "latex")
    held = [an_allergy(id=an_id(name), substance=name, severity=Severity.SEVERE) for name in named]
    head.show_patient(a_patient(phone="98220 14417"), held)
    head.show()
    phone, link = (head.findChild(Chip, name) for name in ("patient_phone", "open_patient"))
    assert isinstance(phone, Chip)
    assert isinstance(link, Chip)
    for width in range(1400, 480, -20):
        head.resize(width, head.height())
        QApplication.processEvents()
        for chip in (phone, link):
            assert chip.width() == chip.sizeHint().width(), width
            whole = chip.fontMetrics().horizontalAdvance(chip.text())
            assert chip.width() < 40 or chip.width() > whole, width
