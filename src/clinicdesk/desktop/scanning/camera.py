"""The machine's camera, frame by frame, with the codes in each.

FFmpeg opens it (Video4Linux, AVFoundation, DirectShow), through PyAV. A thread of its own waits for
frames; the window hears of them by signals. It is open only while somebody looks at the window.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Final

import av
from av.video.frame import VideoFrame
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal
from PySide6.QtGui import QImage

from clinicdesk.desktop.scanning.reader import codes_in

_SYSTEMS: Final = {"darwin": "avfoundation", "win32": "dshow"}
_LINUX: Final = "v4l2"
_SIZE: Final = {"video_size": "1280x720"}

_SHOWN_EVERY_S: Final = 1 / 15
_LOOK_AGAIN_MS: Final = 50


@dataclass(frozen=True, slots=True)
class CameraSource:
    """What FFmpeg opens.

    Attributes:
        file: A device's name, or a file's. format: FFmpeg's name of the sort of device; None: the
            file says it itself. options: FFmpeg's.
    """

    file: str
    format: str | None = None
    options: dict[str, str] = field(default_factory=dict)


def cameras(system: str = sys.platform, devices: Path = Path("/dev")) -> list[CameraSource]:
    """The cameras of this machine, the usual one first."""
    sort = _SYSTEMS.get(system, _LINUX)
    if sort == _LINUX:
        found = sorted(devices.glob("video[0-9]*"), key=lambda each: int(each.name[5:]))
        return [CameraSource(str(each), sort, _SIZE) for each in found]
    listed = [each for each in av.enumerate_input_devices(sort) if "video" in each.media_types]
    listed.sort(key=lambda each: not each.is_default)
    prefix = "video=" if sort == "dshow" else ""
    return [CameraSource(f"{prefix}{each.name}", sort, _SIZE) for each in listed]


class Camera(QObject):
    """Reads frames from the first source that opens. Belongs to the program, and ends by itself
    after `stop`: a camera may take a while to let go, and no window waits for that.

    Signals:
        seen: A frame, to be shown (a `QImage`).
        found: What a code says that two frames agree about: bars are misread now and then.
        failed: No source opens, or it ended; nothing more comes.
    """

    seen = Signal(QImage)
    found = Signal(str)
    failed = Signal()

    def __init__(self, sources: list[CameraSource]) -> None:
        super().__init__(QCoreApplication.instance())
        self._sources = sources
        self._ending = Event()
        self._thread = Thread(target=self._run, name="camera", daemon=True)

    def start(self) -> None:
        """Open it, in its thread: that may take seconds."""
        self._thread.start()

    def stop(self) -> None:
        """Close it. Nothing is told any more."""
        self._ending.set()
        self.blockSignals(True)
        watch = QTimer(self, interval=_LOOK_AGAIN_MS)
        watch.timeout.connect(self._go_when_ended)
        watch.start()

    def _go_when_ended(self) -> None:
        if not self._thread.is_alive():
            self.deleteLater()

    def _run(self) -> None:
        for source in self._sources:
            if self._ending.is_set():
                return
            try:
                self._read(source)
            except (av.FFmpegError, OSError, ValueError):
                continue  # not a camera after all, or somebody else has it
        if not self._ending.is_set():
            self.failed.emit()

    def _read(self, source: CameraSource) -> None:
        with av.open(source.file, format=source.format, options=source.options) as container:
            shown_at = 0.0
            before: list[str] = []
            for frame in container.decode(video=0):
                if self._ending.is_set():
                    return
                if time.monotonic() - shown_at >= _SHOWN_EVERY_S:
                    shown_at = time.monotonic()
                    self.seen.emit(_image_of(frame, "rgb24", QImage.Format.Format_RGB888))
                grey = _image_of(frame, "gray", QImage.Format.Format_Grayscale8)
                codes = codes_in(grey)
                for text in codes:
                    if text in before:
                        self.found.emit(text)
                before = codes


def _image_of(frame: VideoFrame, pixels: str, form: QImage.Format) -> QImage:
    picture = frame.reformat(format=pixels)
    plane = picture.planes[0]
    # Copied: FFmpeg writes the next frame where this one is.
    return QImage(bytes(plane), picture.width, picture.height, plane.line_size, form).copy()
