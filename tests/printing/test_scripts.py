"""Names in the scripts that people write them in: drawn as others draw them, and read by others."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, features

from clinicdesk.printing.fonts import SCRIPTS, face_of, scripts_of, writable
from clinicdesk.printing.ink import Ink
from clinicdesk.printing.labels import LabelSize, labels_of, render_zpl
from clinicdesk.printing.prescription import render_prescription
from clinicdesk.printing.shaping import stretches, width_of, wrapped
from tests.printing.facts import label_facts, prescription_facts
from tests.printing.readers import picture_of, text_of
from tests.printing.zpl_grammar import read

FONTS = Path(__file__).parents[2] / "src/clinicdesk/printing/fonts"
NAMES = {
    "Devanagari": "क्षितिज शर्मा त्र्यंबक लक्ष्मी",
    "Bengali": "লক্ষ্মী চট্টোপাধ্যায় ৰঞ্জিত",
    "Gurmukhi": "ਹਰਪ੍ਰੀਤ ਸਿੰਘ ਲਕਸ਼ਮੀ ਚੰਡੀਗੜ੍ਹ",
    "Gujarati": "લક્ષ્મીબેન ત્રિવેદી કૃષ્ણકાંત",
    "Oriya": "ଲକ୍ଷ୍ମୀପ୍ରିୟା ମହାପାତ୍ର କୃଷ୍ଣ",
    "Tamil": "லட்சுமி சுப்பிரமணியன் ஸ்ரீ கௌரி",
    "Telugu": "శ్రీలక్ష్మి వేంకటేశ్వర కృష్ణ స్త్రీ",
    "Kannada": "ಶ್ರೀನಿವಾಸ ಕೃಷ್ಣಮೂರ್ತಿ ಲಕ್ಷ್ಮೀ",
    "Malayalam": "ശ്രീലക്ഷ്മി കൃഷ്ണൻകുട്ടി നായർ",
    "OlChiki": "ᱥᱟᱱᱛᱟᱲᱤ ᱢᱩᱨᱢᱩ",
    "MeeteiMayek": "ꯂꯩꯁꯔꯥꯝ ꯊꯣꯏꯕꯤ",
    "Arabic": "محمد علی خان فاطمہ ٹیپو گھوش",
}
FATIMA = "فاطمہ بیگم"
SIZE = 48


def drawn(text: str, folder: Path, *, bold: bool) -> Image.Image:
    """A line as it is on our paper, drawn by poppler; cut to its ink, white on black."""
    ink = Ink((1400, 140), title="")
    ink.text(20, 90, text, SIZE, bold=bold)
    with Image.open(picture_of(ink.finish(), folder, dpi=72)) as page:
        return cut(ImageChops.invert(page.convert("L")))


def drawn_by_another(text: str, script: str, *, bold: bool) -> Image.Image:
    """The same line in the same face by Pillow, whose Raqm shapes and orders by itself."""
    weight = "Bold" if bold else "Regular"
    (file,) = FONTS.rglob(f"NotoSans{script}-{weight}.ttf")
    page = Image.new("L", (1400, 240), 0)
    font = ImageFont.truetype(file, SIZE, layout_engine=ImageFont.Layout.RAQM)
    ImageDraw.Draw(page).text((20, 120), text, font=font, fill=255, anchor="ls", language="und")
    return cut(page)


def cut(page: Image.Image) -> Image.Image:
    box = page.point(lambda grey: 255 if grey > 40 else 0).getbbox()
    assert box is not None, "nothing was drawn"
    return page.crop(box)


def likeness(one: Image.Image, other: Image.Image) -> float:
    """1 for the same ink in the same places, laid over each other as well as can be."""
    one, other = one.filter(ImageFilter.BoxBlur(2)), other.filter(ImageFilter.BoxBlur(2))
    size = (max(one.width, other.width) + 8, max(one.height, other.height) + 8)
    ground = Image.new("L", size, 0)
    ground.paste(one, (4, 4))
    best = 0.0
    for x in range(1, 8):
        for y in range(1, 8):
            page = Image.new("L", size, 0)
            page.paste(other, (x, y))
            apart = sum(ImageChops.difference(ground, page).tobytes())
            best = max(best, 1 - apart / sum(ground.tobytes() + page.tobytes()))
    return best


def test_each_script_that_has_a_face_has_a_name_here() -> None:
    assert set(NAMES) == set(SCRIPTS)
    assert features.check("raqm"), "the other hand that draws"


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("script", NAMES)
def test_a_name_is_drawn_as_another_draws_it(script: str, bold: bool, tmp_path: Path) -> None:
    name = NAMES[script].replace(" ", "") if script != "Arabic" else FATIMA
    ours = drawn(name, tmp_path, bold=bold)
    theirs = drawn_by_another(name, script, bold=bold)
    assert abs(ours.width - theirs.width) <= 4
    assert likeness(ours, theirs) > 0.85


def test_letters_that_are_not_joined_would_be_seen(tmp_path: Path) -> None:
    """The comparison itself: without shaping the letters of a conjunct stand beside each other."""
    ours = drawn("क्\u200cष\u200cि", tmp_path, bold=False)
    theirs = drawn_by_another("क्षि", "Devanagari", bold=False)
    assert abs(ours.width - theirs.width) > 4 or likeness(ours, theirs) < 0.85


@pytest.mark.parametrize("script", NAMES)
def test_a_name_can_be_searched_on_the_prescription(script: str) -> None:
    facts = prescription_facts(1)
    patient = replace(facts.patient, name="Asha", name_local=NAMES[script], address=NAMES[script])
    said = text_of(render_prescription(replace(facts, patient=patient)))
    for word in NAMES[script].split():
        assert unicodedata.normalize("NFC", word) in said, word


@pytest.mark.parametrize("script", NAMES)
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_name_goes_to_a_label_printer_as_one_picture_that_lies_on_the_label(
    script: str, dpi: int
) -> None:
    facts = label_facts(1)
    patient = replace(facts.patient, name="Asha", name_local=NAMES[script])
    formats = read(render_zpl(labels_of(replace(facts, patient=patient)), LabelSize(), dpi))
    pictures = [field for field in formats[0].fields if field.kind == "picture"]
    assert pictures
    for each in pictures:
        assert each.y + each.size[1] <= formats[0].height
        assert each.size[1] < 2 * 9 * 1.3 * dpi / 72, "no rows without ink above and below"


def test_urdu_runs_from_the_right_and_numbers_in_it_from_the_left() -> None:
    seen = [part.text for part in stretches(f"P-1 {FATIMA} 12 (محمد) Delhi")]
    assert seen == ["P-1 ", ")", "محمد", " (", "12", " ", "بیگم", " ", "فاطمہ", " Delhi"]
    bracketed = stretches("فاطمہ (بیگم) خان")
    drawn_last = [part.glyphs.strip() for part in bracketed if "(" in part.text]
    assert drawn_last == [")"], "a bracket that is read backwards is drawn the other way round"


def test_what_no_face_has_is_written_by_its_number() -> None:
    assert writable("王小明 Wáng") == "[U+738B U+5C0F U+660E] Wáng"
    assert writable("王") != writable("黄")
    assert writable("ok 😀") == "ok [U+1F600]"
    assert writable("\ue000") == "[U+E000]", "also when a face keeps a joined letter there"
    facts = prescription_facts(1)
    patient = replace(facts.patient, name="王小明", name_local=None)
    assert "[U+738B U+5C0F U+660E]" in text_of(render_prescription(replace(facts, patient=patient)))


def test_what_is_not_seen_cannot_turn_a_line_around() -> None:
    assert writable("ab\u202ecd\u2066ef\u200b\ufeff") == "abcdef"
    assert writable("a\nb\tc") == "a b c"
    assert writable("e\u0301") == "é"


def test_marks_and_the_danda_keep_the_face_of_their_letter() -> None:
    assert scripts_of("தமி।") == ["Tamil"] * 4
    assert set(scripts_of("বাংলা॥")) == {"Bengali"}


def test_a_long_word_is_parted_between_letters_and_not_within_one() -> None:
    word = "க்ஷௌ" * 30
    lines = wrapped(word, 10, 60)
    assert "".join(lines) == word
    assert all(unicodedata.category(line[0]) == "Lo" for line in lines)
    assert all(width_of(line, 10) <= 60 for line in lines)


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_any_text_can_be_measured_and_nothing_is_drawn_that_a_face_has_not(text: str) -> None:
    line = writable(text)
    assert writable(line) == line
    assert width_of(line, 10) >= 0
    assert sorted("".join(part.text for part in stretches(line))) == sorted(line)
    for each, script in zip(line, scripts_of(line), strict=True):
        assert each in "\u200c\u200d" or ord(each) in face_of(script).characters
