"""Native notices of the operating system, with the window's own toasts as the fallback."""

from clinicdesk.desktop.notifications.notice import Action, CannotShow, Notifier, OsNotice, Urgency
from clinicdesk.desktop.notifications.route import choose_notifier

__all__ = ["Action", "CannotShow", "Notifier", "OsNotice", "Urgency", "choose_notifier"]
