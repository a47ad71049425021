"""Makes what the desktop needs and no commit carries: compiled forms, resources and translations.

| from                          | by       | to, below src/clinicdesk/desktop |
|-------------------------------|----------|----------------------------------|
| ui/*.ui                       | uic      | forms/*.py, with types           |
| resources/resources.qrc       | rcc      | clinicdesk.rcc                   |
| resources/translations/*.ts   | lrelease | translations/*.qm                |

Hatchling calls it for each wheel and each editable install. Run as a program it does the same for
the checkout it lies in, proves that all is up to date (``--check``), or takes the plural forms that
the sources name into the .ts files (``--extract``).
"""

from __future__ import annotations

import argparse
import ast
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

DESKTOP = Path("src/clinicdesk/desktop")
FORMS_INIT = '"""Forms compiled from ui/: change the .ui file, never these."""\n'


class BuildFailure(Exception):
    """A source that cannot be compiled; the message names it and says why."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling's way in: brings the outputs up to date before they are packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile whatever is older than its source."""
        build(Path(self.root), Path(self.root) / DESKTOP)


def build(root: Path, desktop: Path) -> None:
    """Bring everything below ``desktop`` up to date with the sources below ``root``."""
    forms = {source.stem: source for source in sorted((root / "ui").glob("*.ui"))}
    _discard_orphans(desktop / "forms", "*.py", {*forms, "__init__"})
    _write(desktop / "forms" / "__init__.py", FORMS_INIT)
    for name, source in forms.items():
        target = desktop / "forms" / f"{name}.py"
        if _is_older(target, [source, Path(__file__)]):
            _write(target, compile_form(source))

    resources = root / "resources" / "resources.qrc"
    if _is_older(desktop / "clinicdesk.rcc", _resource_files(resources)):
        # Format 1 carries no times of files: the same sources make the same bytes.
        options = ["--binary", "--format-version", "1"]
        _run_qt("rcc", *options, str(resources), "-o", str(desktop / "clinicdesk.rcc"))

    translations = {source.stem: source for source in _translation_sources(root)}
    _discard_orphans(desktop / "translations", "*.qm", set(translations))
    for name, source in translations.items():
        target = desktop / "translations" / f"{name}.qm"
        if _is_older(target, [source]):
            target.parent.mkdir(parents=True, exist_ok=True)
            _run_qt("lrelease", "-silent", str(source), "-qm", str(target))


def compile_form(source: Path) -> str:
    """Return the Python of one form, its two methods annotated so that callers see widget types.

    The import of a compiled resource module is dropped: the desktop registers clinicdesk.rcc once.
    """
    python = _run_qt("uic", str(source))
    python = re.sub(r"^(import \w+_rc|from \S+ import \w+_rc)\n", "", python, flags=re.MULTILINE)
    root_widget = ElementTree.parse(source).find("widget")
    if root_widget is None:
        raise BuildFailure(f"{source}: there is no widget in this form.")
    kind, name = root_widget.get("class"), root_widget.get("name")
    for method in ("setupUi", "retranslateUi"):
        python = python.replace(
            f"def {method}(self, {name}):", f"def {method}(self, {name}: {kind}) -> None:"
        )
    return python


def check(root: Path) -> list[str]:
    """Return what is out of date or cannot be translated: one sentence each."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        build(root, fresh)
        complaints = list(_differences(fresh, root / DESKTOP))
        extracted = _extracted_texts(root, fresh / "texts_en.ts")
        complaints += [
            f"{python.relative_to(root)}:{line}: {why}"
            for python in _desktop_sources(root)
            for line, why in _untranslatable(python, extracted)
        ]
        for source in _translation_sources(root):
            merged = fresh / source.name
            shutil.copyfile(source, merged)
            _extract_plurals(root, merged)
            if merged.read_bytes() != source.read_bytes():
                complaints.append(f"{source.relative_to(root)} is stale: run make translations.")
            elif b'type="unfinished"' in source.read_bytes():
                complaints.append(f"{source.relative_to(root)} has untranslated plural forms.")
    return complaints


def _differences(fresh: Path, installed: Path) -> Iterator[str]:
    outputs = [*fresh.glob("forms/*.py"), *fresh.glob("*.rcc"), *fresh.glob("translations/*.qm")]
    for output in outputs:
        made = installed / output.relative_to(fresh)
        if not made.exists() or made.read_bytes() != output.read_bytes():
            yield f"{DESKTOP / output.relative_to(fresh)} is stale: run make forms."


def _untranslatable(python: Path, extracted: dict[str, bool]) -> Iterator[tuple[int, str]]:
    """Find calls whose text Qt's extraction missed, or took literally.

    ``extracted`` holds each text that was found, and whether it was seen to have plural forms.
    """
    for node in ast.walk(ast.parse(python.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(attr="tr", value=ast.Name(id="self")):
                text = node.args[0]
            case ast.Attribute(attr="translate", value=receiver) if _is_application(receiver):
                text = node.args[1]
            case ast.Attribute(attr="tr") | ast.Name(id="tr" | "translate"):
                # Found perhaps, but under a class that is not the one that asks for it.
                yield node.lineno, "only self.tr() and QCoreApplication.translate() are extracted."
                continue
            case _:
                continue
        if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
            yield node.lineno, "a translated text must be one plain string: no f-string, no name."
        elif text.value not in extracted:
            yield node.lineno, f"lupdate does not find {text.value!r}: call self.tr(text, comment)."
        elif "%n" in text.value and not extracted[text.value]:
            yield node.lineno, "a plural is extracted only from self.tr(text, comment, number)."


def _is_application(receiver: ast.expr) -> bool:
    return isinstance(receiver, ast.Name) and receiver.id in {"QCoreApplication", "QApplication"}


def _extract(root: Path, translation: Path, *options: str) -> None:
    """Merge the texts of the forms and of the desktop's sources into one .ts file."""
    sources = [*sorted((root / "ui").glob("*.ui")), *_desktop_sources(root)]
    always = ["-silent", "-warnings-are-errors", "-no-obsolete", "-locations", "none"]
    said = _run_qt("lupdate", *always, *options, *map(str, sources), "-ts", str(translation))
    if said:
        raise BuildFailure(f"lupdate: {said}")


def _extract_plurals(root: Path, translation: Path) -> None:
    """Bring a .ts file up to date: English is its own translation but for its plurals."""
    _extract(root, translation, "-pluralonly", "-sort-messages")


def _extracted_texts(root: Path, scratch: Path) -> dict[str, bool]:
    """Return every text that can be translated, and whether it has plural forms."""
    _extract(root, scratch)
    messages = ElementTree.parse(scratch).iter("message")
    return {m.findtext("source", ""): m.get("numerus") == "yes" for m in messages}


def _desktop_sources(root: Path) -> list[Path]:
    generated = root / DESKTOP / "forms"
    return [p for p in sorted((root / DESKTOP).rglob("*.py")) if generated not in p.parents]


def _translation_sources(root: Path) -> list[Path]:
    return sorted((root / "resources" / "translations").glob("*.ts"))


def _resource_files(qrc: Path) -> list[Path]:
    listed = [qrc.parent / (entry.text or "") for entry in ElementTree.parse(qrc).iter("file")]
    for path in listed:
        if not path.is_file():
            raise BuildFailure(f"{qrc}: there is no file {path}.")
    return [qrc, *listed]


def _is_older(target: Path, sources: list[Path]) -> bool:
    if not target.exists():
        return True
    made = target.stat().st_mtime_ns
    return any(source.stat().st_mtime_ns > made for source in sources)


def _discard_orphans(folder: Path, pattern: str, wanted: set[str]) -> None:
    for path in folder.glob(pattern):
        if path.stem not in wanted:
            path.unlink()


def _write(target: Path, text: str) -> None:
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    else:
        target.touch()


def _run_qt(tool: str, *arguments: str) -> str:
    """Run a tool of PySide6 by its wrapper, which knows where each platform keeps it."""
    program = f"from PySide6.scripts.pyside_tool import {tool}; {tool}()"
    command = [sys.executable, "-c", program, *arguments]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    if outcome.returncode or (tool == "uic" and outcome.stderr):
        raise BuildFailure(f"{tool} {' '.join(arguments[-2:])}: {outcome.stderr.strip()}")
    return outcome.stdout if tool == "uic" else outcome.stderr.strip()


def main() -> int:
    """Build, check or extract for the checkout this file lies in; returns the exit status."""
    parser = argparse.ArgumentParser(description="Compile forms, resources and translations.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="prove that all is up to date")
    mode.add_argument("--extract", action="store_true", help="renew the .ts files")
    options = parser.parse_args()
    root = Path(__file__).resolve().parent
    try:
        if options.check:
            complaints = check(root)
            print("\n".join(complaints) or "Forms, resources and translations are up to date.")
            return 1 if complaints else 0
        if options.extract:
            for translation in _translation_sources(root):
                _extract_plurals(root, translation)
        build(root, root / DESKTOP)
    except (BuildFailure, ElementTree.ParseError) as failure:
        print(f"hatch_build: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
