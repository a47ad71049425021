"""What lies over the workspaces of one desk: the drawers and the search bar's list.

A module of its own because it is loaded when the first workspace has been painted.
"""

from __future__ import annotations

from clinicdesk.core.clock import Now
from clinicdesk.desktop.shell.finding import Finder
from clinicdesk.desktop.shell.main_window import MainWindow
from clinicdesk.desktop.shell.notices_drawer import NoticesDrawer
from clinicdesk.desktop.shell.older_drawer import OlderDrawer
from clinicdesk.desktop.shell.outbox_drawer import OutboxDrawer
from clinicdesk.desktop.shell.search_popup import SearchPopup
from clinicdesk.desktop.workspace import Context


class Over:
    """Made once for each desk.

    Attributes:
        notices, outbox, older: The drawers. search: The list below the search bar.
    """

    def __init__(self, window: MainWindow, context: Context, finder: Finder, now: Now) -> None:
        # Below the bar: how the desk stands to the server is never covered.
        host = window.ui.body
        self.notices = NoticesDrawer(context, host, now)
        self.outbox = OutboxDrawer(context, host, now)
        self.older = OlderDrawer(context, host, now)
        self.search = SearchPopup(context, window.search, finder, window.ui.centre)

    def close(self) -> None:
        """Take all of it away."""
        self.search.close_for_good()
        self.notices.close()
        self.outbox.close()
        self.older.close()
