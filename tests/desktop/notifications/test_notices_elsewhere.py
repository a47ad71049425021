"""The notifier of macOS and Windows, driven here through desktop-notifier's own Linux back end.

What the two other systems add (replacing by identifier, permission) is theirs and not seen here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from dbus_fast.aio import MessageBus

from clinicdesk.desktop.notifications import CannotShow, Notifier
from tests.desktop.notifications.desk import Desk, a_notice
from tests.desktop_session import DbusSession, Dunst, eventually

pytest.importorskip("desktop_notifier", reason="it is installed for macOS and Windows only")


@pytest.fixture
async def elsewhere(
    desk: Desk, dbus_session: DbusSession, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Notifier]:
    from clinicdesk.desktop.notifications.elsewhere import ElsewhereNotifier

    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", dbus_session.address)
    buses: list[MessageBus] = []  # the library never leaves its own

    def join_bus() -> MessageBus:
        buses.append(MessageBus())
        return buses[-1]

    monkeypatch.setattr("desktop_notifier.backends.dbus.MessageBus", join_bus)
    notifier = ElsewhereNotifier(desk.on_action)
    yield notifier
    await notifier.close()
    for bus in buses:
        bus.disconnect()
        await bus.wait_for_disconnect()


async def test_a_button_reports_the_thing_and_its_action(
    notification_daemon: Dunst, elsewhere: Notifier, desk: Desk
) -> None:
    await elsewhere.start()
    await elsewhere.show(a_notice("prescription:1", "Paid"))
    (shown,) = await eventually(notification_daemon.shown)
    assert shown.title == "Paid"

    notification_daemon.invoke(shown, "later")

    await eventually(lambda: desk.acted)
    assert desk.acted == [("prescription:1", "later")]


async def test_a_click_on_the_notice_means_its_first_action(
    notification_daemon: Dunst, elsewhere: Notifier, desk: Desk
) -> None:
    await elsewhere.show(a_notice("prescription:1"))
    (shown,) = await eventually(notification_daemon.shown)

    notification_daemon.invoke(shown)

    await eventually(lambda: desk.acted)
    assert desk.acted == [("prescription:1", "view")]


async def test_a_withdrawn_notice_leaves_the_screen(
    notification_daemon: Dunst, elsewhere: Notifier
) -> None:
    await elsewhere.show(a_notice("prescription:1"))
    await eventually(notification_daemon.shown)

    await elsewhere.withdraw("prescription:1")

    await eventually(lambda: not notification_daemon.shown())


async def test_a_system_that_refuses_the_notice_is_found_out(
    dbus_session: DbusSession, elsewhere: Notifier
) -> None:
    with pytest.raises(CannotShow):
        await elsewhere.show(a_notice())
