"""The reference notification-daemon (GTK), clicked as a person clicks, by the mouse."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinicdesk.desktop.notifications import Notifier
from tests.desktop.notifications.desk import Desk, a_notice
from tests.desktop_session import (
    NOTIFICATIONS,
    DbusSession,
    NotificationWatch,
    eventually,
    wait_until,
)

_PROGRAM = Path("/usr/lib/notification-daemon/notification-daemon")
_ON_THE_TITLE = ("1000", "40")  # it shows notices in the top right corner of 1280 pixels

pytestmark = pytest.mark.skipif(not _PROGRAM.exists(), reason="notification-daemon is not here")


@pytest.fixture
def watch(dbus_session: DbusSession, display: str) -> Iterator[NotificationWatch]:
    watch = NotificationWatch(dbus_session)
    watch.start()
    daemon = subprocess.Popen(
        [_PROGRAM],
        env=dbus_session.environment | {"DISPLAY": display},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: dbus_session.owner_of(NOTIFICATIONS))
        yield watch
    finally:
        daemon.kill()
        daemon.wait()
        dbus_session.process.kill()
        watch.stop()


async def test_a_click_on_the_notice_means_its_first_action(
    watch: NotificationWatch, display: str, notifier: Notifier, desk: Desk
) -> None:
    def mouse(*command: str) -> str:
        return subprocess.run(
            ["xdotool", *command], env={"DISPLAY": display}, capture_output=True, text=True
        ).stdout

    def window_under_the_mouse() -> str:
        return mouse("getmouselocation", "--shell").rpartition("WINDOW=")[2].strip()

    mouse("mousemove", *_ON_THE_TITLE)
    background = window_under_the_mouse()
    await notifier.show(a_notice("prescription:1", "Awaiting payment"))
    await notifier.show(a_notice("prescription:1", "Paid"))
    await eventually(lambda: window_under_the_mouse() != background)
    assert [each.title for each in watch.shown()] == ["Paid"]

    mouse("click", "1")

    await eventually(lambda: desk.acted)
    assert desk.acted == [("prescription:1", "view")]
    await eventually(lambda: not watch.shown())
    assert desk.toasts == []
