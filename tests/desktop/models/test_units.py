"""Quantities of medicine in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication

from clinicdesk import desktop
from clinicdesk.desktop.models.units import counted, in_a_pack


@pytest.fixture
def english(qapp: QApplication) -> QTranslator:
    """The plural forms of the window."""
    translator = QTranslator(qapp)
    assert translator.load("clinicdesk_en.qm", str(Path(desktop.__file__).parent / "translations"))
    qapp.installTranslator(translator)
    return translator


@pytest.mark.parametrize(
    ("count", "unit", "said"),
    [
        (1, "tablet", "1 tablet"),
        (15, "tablet", "15 tablets"),
        (1, "suppository", "1 suppository"),
        (5, "suppository", "5 suppositories"),
        (5, "patch", "5 patches"),
        (100, "ml", "100 ml"),
        (0, "capsule", "0 capsules"),
        (2, "pre-filled syringe", "2 pre-filled syringes"),
        (1, "lozenge box", "1 lozenge box"),
        (3, "lozenge box", "3 lozenge boxes"),
    ],
)
def test_units_are_counted(
    qapp: QApplication, english: QTranslator, count: int, unit: str, said: str
) -> None:
    try:
        assert counted(count, unit) == said
    finally:
        qapp.removeTranslator(english)


def test_a_pack_says_what_it_holds(qapp: QApplication, english: QTranslator) -> None:
    try:
        assert in_a_pack(15, "tablet") == "15 tablets in a pack"
        assert in_a_pack(1, "") == "1 unit in a pack"
    finally:
        qapp.removeTranslator(english)
