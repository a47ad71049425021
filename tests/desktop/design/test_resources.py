"""Icons and fonts: all there, licensed, tinted, sharp, and able to write every name."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontInfo, QImage, QPainter, QRawFont, QTextLayout

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.icons import UnknownIcon
from clinicdesk.desktop.design.painting import draw_text
from clinicdesk.desktop.design.resources import ResourcesMissing, open_resources
from clinicdesk.desktop.design.tokens import TextRole

PROJECT = Path(__file__).parents[3]
RESOURCES = PROJECT / "resources"
PAPER_FONTS = PROJECT / "src/clinicdesk/printing/fonts"
ICONS = sorted(path.stem for path in (RESOURCES / "icons").glob("*.svg"))


def listed_files() -> set[str]:
    tree = ElementTree.parse(RESOURCES / "resources.qrc")
    return {element.text or "" for element in tree.iter("file")}


def test_every_icon_and_font_is_listed_for_compilation() -> None:
    kept = {"icons/*.svg", "controls/*.svg", "fonts/*.ttf"}
    files = {p for pattern in kept for p in RESOURCES.glob(pattern)}
    # Those that paper is set in lie with the printing, which the server has without a desktop.
    files |= set(PAPER_FONTS.glob("*.ttf"))
    assert files == {(RESOURCES / listed).resolve() for listed in listed_files()}


def test_their_licences_lie_beside_them() -> None:
    assert "ISC License" in (RESOURCES / "icons" / "LICENSE").read_text()
    for fonts in (RESOURCES / "fonts", PAPER_FONTS):
        assert "SIL OPEN FONT LICENSE" in (fonts / "OFL.txt").read_text()


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_is_drawn_in_the_colour_asked_for(design: Design, name: str) -> None:
    image = design.icons.pixmap(name, "#FF0000", 24).toImage()
    opaque = [
        image.pixelColor(x, y)
        for x in range(24)
        for y in range(24)
        if image.pixelColor(x, y).alpha() > 200
    ]
    assert opaque
    assert all(
        (colour.red(), colour.green(), colour.blue()) == (255, 0, 0)
        or (colour.red() > 250 and colour.green() == colour.blue() == 0)
        for colour in opaque
    )


def test_an_icon_is_as_dense_as_the_screen_it_is_for(design: Design) -> None:
    pixmap = design.icons.pixmap("pill", "#000000", 20, 1.5)
    assert pixmap.width() == 30
    assert pixmap.deviceIndependentSize().width() == 20


def test_an_icon_is_rendered_once(design: Design) -> None:
    first = design.icons.pixmap("bell", "#123456", 16)
    assert design.icons.pixmap("bell", "#123456", 16) is first


def test_a_misspelt_icon_is_named(design: Design) -> None:
    with pytest.raises(UnknownIcon, match="'pil'"):
        design.icons.pixmap("pil", "#000000")


def test_missing_resources_are_told_with_the_file_and_what_to_do(
    design: Design, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clinicdesk.desktop.design.resources.MARK", ":/icons/none.svg")
    with pytest.raises(ResourcesMissing, match=r"gone\.rcc.*[Ii]nstall"):
        open_resources(tmp_path / "gone.rcc")


@pytest.mark.parametrize("role", TextRole)
def test_every_role_is_set_in_the_bundled_typeface(design: Design, role: TextRole) -> None:
    font = design.font(role)
    assert QFontInfo(font).family() == "Noto Sans"
    assert QRawFont.fromFont(font).weight() == int(font.weight())


@pytest.mark.parametrize("letters", ["āēīōūĀĒĪŌŪ", "₹·–…“”’°×", "0123456789"])
def test_it_has_macrons_the_rupee_and_our_signs(design: Design, letters: str) -> None:
    raw = QRawFont.fromFont(design.font())
    assert [letter for letter in letters if not raw.supportsCharacter(ord(letter))] == []


def test_figures_have_one_width(design: Design) -> None:
    for role in TextRole:
        metrics = design.fonts.metrics(role)
        assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1


def test_hindi_is_set_in_the_bundled_devanagari(design: Design) -> None:
    layout = QTextLayout("राजेश शर्मा", design.font(TextRole.STRONG))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    faces = {(run.rawFont().familyName(), run.rawFont().weight()) for run in layout.glyphRuns()}
    assert faces == {("Noto Sans Devanagari", 600)}


def lowest_ink(design: Design, text: str) -> int:
    image = QImage(300, 40, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    rect = QRectF(4, 0, 290, 40)
    draw_text(painter, design, rect, text, TextRole.NAME, "#000000")
    painter.end()
    dark = [y for y in range(40) for x in range(300) if image.pixelColor(x, y).lightness() < 120]
    return max(dark)


def test_a_hindi_name_stands_on_the_line_of_the_words_beside_it(design: Design) -> None:
    assert abs(lowest_ink(design, "राजश") - lowest_ink(design, "HIN")) <= 1
    assert lowest_ink(design, "HIN राजश") == lowest_ink(design, "HIN") + (
        lowest_ink(design, "राजश") - lowest_ink(design, "HIN")
    )
