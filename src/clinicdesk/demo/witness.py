"""Sees from beside the session bus what the notification daemon is told and answers."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass

from clinicdesk.failures import StartupFailure


@dataclass(frozen=True, slots=True)
class Notification:
    """A call of org.freedesktop.Notifications.Notify that was seen on the bus.

    Attributes:
        ns: `time.monotonic_ns()` when it was seen. texts: all its text arguments.
    """

    ns: int
    texts: tuple[str, ...]


class Witness:
    """Listens with dbus-monitor, which sees messages between others."""

    def __init__(self) -> None:
        if shutil.which("dbus-monitor") is None:
            raise StartupFailure("The tour needs dbus-monitor, of the package dbus-bin.")
        self._seen: list[Notification] = []
        rule = "interface='org.freedesktop.Notifications',member='Notify'"
        self._monitor = subprocess.Popen(
            ["dbus-monitor", "--session", rule], stdout=subprocess.PIPE, text=True
        )
        self._thread = threading.Thread(target=self._listen, name="witness", daemon=True)
        self._thread.start()

    def find(self, *words: str, since_ns: int = 0) -> Notification | None:
        """The first notification since then that has each of the words in its texts."""
        for notification in list(self._seen):
            together = "\n".join(notification.texts)
            if notification.ns >= since_ns and all(word in together for word in words):
                return notification
        return None

    def close(self) -> None:
        """Listen no more."""
        self._monitor.terminate()
        self._monitor.wait()
        self._thread.join()
        if self._monitor.stdout is not None:
            self._monitor.stdout.close()

    def _listen(self) -> None:
        assert self._monitor.stdout is not None
        call: tuple[int, list[str]] | None = None
        for line in self._monitor.stdout:
            if line.startswith("method call"):
                call = (time.monotonic_ns(), [])
            elif call is not None and (text := re.match(r'\s+string "(.*)"\s*$', line)):
                call[1].append(text[1])
            elif call is not None and line.lstrip().startswith("int32"):
                self._seen.append(Notification(call[0], tuple(call[1])))
                call = None
