"""All ways in which a code comes to one desk, and the one way on from there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLineEdit, QWidget

from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.scanning.pictures import PasteWatch, Pictures
from clinicdesk.desktop.scanning.route import ScanRoute
from clinicdesk.desktop.scanning.wedge import WedgeFilter
from clinicdesk.desktop.workspace import Context, NamedAction, Workspace

CAMERA_KEY = "Ctrl+Shift+K"
"""The window binds it."""
_SETTLED_MS = 2000
"""What follows the first paint has been done by then."""


class Scans(QObject):
    """Made when a desk is open, closed with it: nobody else's fields are watched.

    Attributes:
        route: Where codes go. wedge: The scanner that types. pictures: Files and the clipboard.
    """

    def __init__(
        self,
        context: Context,
        window: QWidget,
        bar: QLineEdit,
        nearest_first: Callable[[], Sequence[Workspace]],
        show: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._context = context
        self._window = window
        self.route = ScanRoute(context, nearest_first, show, self)
        self.wedge = WedgeFilter(self)
        self.pictures = Pictures(context.tasks, self)
        self._pasting = PasteWatch(bar, self.pictures)
        self.wedge.scanned.connect(self.route.take)
        self.wedge.torn.connect(self.route.tell_torn)
        self.pictures.scanned.connect(self.route.take)
        self.pictures.refused.connect(
            lambda sentence: context.toast(sentence, Tone.DANGER, of_scan=True)
        )
        self.wedge.install()
        QTimer.singleShot(_SETTLED_MS, self, self.route.warm_up)

    def close(self) -> None:
        """Watch nothing any more."""
        self.wedge.remove()
        self._pasting.close()
        self.deleteLater()

    def use_camera(self) -> None:
        """Show what the camera sees until it sees a code."""
        # FFmpeg and the readers of codes are loaded by those alone who scan so.
        from clinicdesk.desktop.scanning.camera import cameras
        from clinicdesk.desktop.scanning.viewfinder import Viewfinder

        viewfinder = Viewfinder(self._context.design, cameras(), self._window)
        viewfinder.scanned.connect(self.route.take)
        viewfinder.picture_wanted.connect(self.open_picture)
        viewfinder.open()

    def open_picture(self) -> None:
        """Ask for a picture of a code."""
        self.pictures.choose_file(self._window)

    def actions(self) -> list[NamedAction]:
        """What the search bar offers by name."""
        return [
            NamedAction(self.tr("Scan with the camera"), "scan-line", self.use_camera, CAMERA_KEY),
            NamedAction(self.tr("Open an image of a code"), "scan-barcode", self.open_picture),
        ]
