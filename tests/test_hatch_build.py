"""The build hook: what it makes of forms, resources and translations, and what it refuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hatch_build import DESKTOP, BuildFailure, build, check, compile_form

FORM = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0">
 <class>SignIn</class>
 <widget class="QDialog" name="SignIn">
  <layout class="QVBoxLayout" name="layout">
   <item>
    <widget class="QPushButton" name="enter">
     <property name="text"><string>Enter</string></property>
    </widget>
   </item>
  </layout>
 </widget>
 <resources><include location="../resources/resources.qrc"/></resources>
</ui>
"""
RESOURCES = '<RCC><qresource prefix="/icons"><file>bell.svg</file></qresource></RCC>'
TRANSLATION = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
<context>
    <name>Queue</name>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n person waiting</numerusform>
            <numerusform>%n people waiting</numerusform>
        </translation>
    </message>
</context>
</TS>
"""
SOURCE = """
class Queue(QWidget):
    def caption(self, count: int) -> str:
        return self.tr("%n waiting", "", count)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project of the shape of ours, with nothing made yet."""
    for name, text in {
        "ui/sign_in.ui": FORM,
        "resources/resources.qrc": RESOURCES,
        "resources/bell.svg": "<svg/>",
        "resources/translations/clinicdesk_en.ts": TRANSLATION,
        f"{DESKTOP}/queue.py": SOURCE,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_everything_the_desktop_needs_is_made(project: Path) -> None:
    build(project, project / DESKTOP)

    made = project / DESKTOP
    assert "class Ui_SignIn" in (made / "forms" / "sign_in.py").read_text(encoding="utf-8")
    assert (made / "forms" / "__init__.py").exists()
    assert (made / "clinicdesk.rcc").stat().st_size > 0
    assert (made / "translations" / "clinicdesk_en.qm").stat().st_size > 0
    assert check(project) == []


def test_a_compiled_form_tells_its_widgets_types_and_imports_no_resource_module(
    project: Path,
) -> None:
    python = compile_form(project / "ui" / "sign_in.ui")

    assert "def setupUi(self, SignIn: QDialog) -> None:" in python
    assert "def retranslateUi(self, SignIn: QDialog) -> None:" in python
    assert "_rc" not in python


def test_the_same_sources_make_the_same_bytes(project: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    build(project, first)
    os.utime(project / "resources" / "bell.svg", (1, 1))
    build(project, second)

    for path in sorted(first.rglob("*.*")):
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()


def test_the_form_of_a_deleted_source_goes_too(project: Path) -> None:
    build(project, project / DESKTOP)
    (project / "ui" / "sign_in.ui").unlink()

    build(project, project / DESKTOP)

    assert not (project / DESKTOP / "forms" / "sign_in.py").exists()


def test_a_form_changed_since_it_was_compiled_is_stale(project: Path) -> None:
    build(project, project / DESKTOP)
    (project / "ui" / "sign_in.ui").write_text(FORM.replace("Enter", "Sign in"), encoding="utf-8")

    assert check(project) == [f"{DESKTOP}/forms/sign_in.py is stale: run make forms."]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('self.tr(f"{count} waiting")', "a translated text must be one plain string"),
        ("self.tr(sentence)", "a translated text must be one plain string"),
        ('widget.tr("Waiting")', "only self.tr() and QCoreApplication.translate() are"),
        ('QCoreApplication.translate("Queue", f"{count}")', "a translated text must be one plain"),
        ('QCoreApplication.translate("Queue", "%n in", "", n)', "a plural is extracted only from"),
        ('QCoreApplication.translate("Queue", "In", "", len(a.b))', "lupdate does not find 'In'"),
        ('tr("Queue", "Waiting")', "only self.tr() and QCoreApplication.translate() are extracted"),
    ],
)
def test_a_text_that_no_translator_would_see_is_refused(
    project: Path, text: str, complaint: str
) -> None:
    (project / DESKTOP / "other.py").write_text(f"\n\ncaption = {text}\n", encoding="utf-8")
    build(project, project / DESKTOP)

    (said,) = check(project)

    assert said.startswith(f"{DESKTOP}/other.py:3: ")
    assert complaint in said


def test_a_plural_that_the_translation_lacks_is_stale(project: Path) -> None:
    more = SOURCE + '        + self.tr("%n ready", "", count)\n'
    (project / DESKTOP / "queue.py").write_text(
        more.replace("count)\n        +", "count) +"), encoding="utf-8"
    )
    build(project, project / DESKTOP)

    assert check(project) == [
        "resources/translations/clinicdesk_en.ts is stale: run make translations."
    ]


def test_a_plural_without_its_forms_is_refused(project: Path) -> None:
    translation = project / "resources" / "translations" / "clinicdesk_en.ts"
    unfinished = TRANSLATION.replace("<translation>", '<translation type="unfinished">')
    translation.write_text(unfinished, encoding="utf-8")
    build(project, project / DESKTOP)

    assert check(project) == [
        "resources/translations/clinicdesk_en.ts has untranslated plural forms."
    ]


def test_a_broken_form_and_a_missing_resource_are_named(project: Path) -> None:
    (project / "resources" / "bell.svg").unlink()
    with pytest.raises(BuildFailure, match=r"there is no file .*bell\.svg"):
        build(project, project / DESKTOP)

    (project / "ui" / "sign_in.ui").write_text("<ui><widget", encoding="utf-8")
    with pytest.raises(BuildFailure, match=r"sign_in\.ui"):
        compile_form(project / "ui" / "sign_in.ui")
