"""A code in a picture: from a file, or from the clipboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QImageReader, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from clinicdesk.contract.seal import is_seal
from clinicdesk.core.scanning import looks_like_code
from clinicdesk.desktop.tasks import TaskOwner

LARGEST_FILE: Final = 30 * 1024 * 1024
SUFFIXES: Final = ("png", "jpg", "jpeg", "bmp", "gif", "webp")


class Pictures(QObject):
    """Reads the code in a picture that somebody opens or pastes.

    Signals:
        scanned: What the code says. refused: Why there is none to be had, and what to do.
    """

    scanned = Signal(str)
    refused = Signal(str)

    def __init__(self, tasks: TaskOwner, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks

    def choose_file(self, over: QWidget) -> None:
        """Ask for a picture, and read it."""
        patterns = " ".join(f"*.{suffix}" for suffix in SUFFIXES)
        dialog = QFileDialog(over, self.tr("Open an image of a code"), "", "")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Images (%1)").replace("%1", patterns))
        dialog.fileSelected.connect(lambda path: self.read_file(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Read the code in a picture's file."""
        self._read(lambda: _image_in(path))

    def paste(self, pasted: QMimeData) -> bool:
        """Take what was pasted if it is a code or a picture of one; False: it is something else."""
        text = pasted.text()
        if pasted.hasImage():
            image = QImage(pasted.imageData())
            self._read(lambda: image)
        elif files := [
            Path(u.toLocalFile()) for u in pasted.urls() if _is_picture(u.toLocalFile())
        ]:
            self.read_file(files[0])
        elif looks_like_code(text):
            self.scanned.emit(text)
        else:
            return False
        return True

    def _read(self, image: Callable[[], QImage | None]) -> None:
        self._tasks.start(
            asyncio.to_thread(_codes_of, image),
            doing=self.tr("reading the picture"),
            on_done=self._take,
            of=self,
        )

    def _take(self, codes: list[str] | None) -> None:
        seals = [code for code in codes or () if is_seal(code)]
        match seals or codes:
            case None:
                self.refused.emit(
                    self.tr("That is no picture that can be read. Open a PNG or JPEG file.")
                )
            case []:
                self.refused.emit(
                    self.tr(
                        "There is no code in this picture. Take it nearer and without a shadow."
                    )
                )
            case [code]:
                self.scanned.emit(code)
            case _:
                self.refused.emit(
                    self.tr("There are several codes in this picture. Cut out the one you mean.")
                )


class PasteWatch(QObject):
    """Has a field hand over codes and pictures that are pasted into it."""

    def __init__(self, field: QLineEdit, pictures: Pictures) -> None:
        super().__init__(pictures)
        self._field = field
        self._pictures = pictures
        field.installEventFilter(self)

    def close(self) -> None:
        """Leave the field alone."""
        self._field.removeEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or not event.matches(QKeySequence.StandardKey.Paste):
            return False
        if event.type() is not QEvent.Type.KeyPress:
            return False
        return self._pictures.paste(QGuiApplication.clipboard().mimeData())


def _codes_of(image: Callable[[], QImage | None]) -> list[str] | None:
    # Loaded when there is a picture, not when the program starts.
    from clinicdesk.desktop.scanning.reader import codes_in

    picture = image()
    return None if picture is None else codes_in(picture, thorough=True)


def _image_in(path: Path) -> QImage | None:
    try:
        if path.stat().st_size > LARGEST_FILE:
            return None
    except OSError:
        return None
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    image = reader.read()
    return None if image.isNull() else image


def _is_picture(path: str) -> bool:
    return Path(path).suffix.lower().lstrip(".") in SUFFIXES
