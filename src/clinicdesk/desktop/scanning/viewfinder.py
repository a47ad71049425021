"""The small window in which a code is held before the camera."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from clinicdesk.desktop.design.appearance import Design
from clinicdesk.desktop.design.button import SecondaryButton
from clinicdesk.desktop.design.labels import paragraph
from clinicdesk.desktop.design.painting import colour
from clinicdesk.desktop.design.tokens import SPACE_3, SPACE_4, TextRole
from clinicdesk.desktop.scanning.camera import Camera, CameraSource

_PREVIEW = QSize(640, 360)


class Viewfinder(QDialog):
    """Shows what the camera sees; the first code in it closes the window. So does Escape.

    Signals:
        scanned: What the code says.
        picture_wanted: Somebody would rather open an image.
    """

    scanned = Signal(str)
    picture_wanted = Signal()

    def __init__(self, design: Design, sources: list[CameraSource], over: QWidget) -> None:
        super().__init__(over)
        self.setWindowTitle(self.tr("Scan with the camera"))
        self.setObjectName("viewfinder")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.preview = _Preview(design)
        self.sentence = paragraph(
            self.tr("Hold the code before the camera, as large as it fits."), TextRole.BODY
        )
        self.sentence.setObjectName("viewfinder_sentence")
        picture = SecondaryButton(design, self.tr("Open an image…"), icon="file-text")
        picture.clicked.connect(self._want_picture)
        close = SecondaryButton(design, self.tr("Close"), key="Esc")
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(SPACE_3)
        row.addWidget(picture)
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_4, SPACE_4, SPACE_4, SPACE_4)
        column.setSpacing(SPACE_3)
        column.addWidget(self.preview, 1)
        column.addWidget(self.sentence)
        column.addLayout(row)
        self._camera = Camera(sources)
        self._camera.seen.connect(self.preview.show_frame)
        self._camera.found.connect(self._take)
        self._camera.failed.connect(self._say_there_is_none)
        self.finished.connect(lambda _result: self._camera.stop())
        self._camera.start()

    def _take(self, text: str) -> None:
        if self.isVisible():
            self.accept()
            self.scanned.emit(text)

    def _want_picture(self) -> None:
        self.reject()
        self.picture_wanted.emit()

    def _say_there_is_none(self) -> None:
        self.preview.hide()
        self.sentence.setText(
            self.tr(
                "No camera of this computer can be used: there is none, or another program has "
                "it. Open an image of the code, or type the code that begins with RX."
            )
        )
        self.adjustSize()


class _Preview(QWidget):
    """The last frame, mirrored as people expect of a picture of themselves."""

    def __init__(self, design: Design) -> None:
        super().__init__()
        self._design = design
        self._frame = QImage()
        self.setMinimumSize(_PREVIEW / 2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("What the camera sees"))

    @property
    def frame(self) -> QImage:
        """What is shown."""
        return self._frame

    def show_frame(self, frame: QImage) -> None:
        """Show another frame."""
        self._frame = frame.flipped(Qt.Orientation.Horizontal)
        self.update()

    def sizeHint(self) -> QSize:
        return _PREVIEW

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour(self._design.theme.line))
        if not self._frame.isNull():
            size = self._frame.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(
                (self.width() - size.width()) / 2,
                (self.height() - size.height()) / 2,
                size.width(),
                size.height(),
            )
            painter.drawImage(place, self._frame)
        painter.end()
