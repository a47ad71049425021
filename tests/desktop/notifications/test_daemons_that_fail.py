"""Every notice reaches a person: in the window whenever the operating system cannot show it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import shlex
import socket
from pathlib import Path

import pytest
from dbus_fast import Message
from dbus_fast.aio import MessageBus

from clinicdesk.desktop.notifications import CannotShow, Notifier
from clinicdesk.desktop.notifications.linux import LinuxNotifier
from clinicdesk.desktop.notifications.route import RoutedNotifier
from tests.desktop.notifications.bare_daemon import BareDaemon
from tests.desktop.notifications.desk import Desk, a_notice
from tests.desktop_session import NOTIFICATIONS, DbusSession, Dunst, eventually


def titles(desk: Desk) -> list[str]:
    return [toast.title for toast in desk.toasts]


async def test_without_a_bus_notices_become_toasts_once_each(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    notifier = await desk.notifier(None)

    await notifier.show(a_notice(title="Paid", event="log:1"))
    await notifier.show(a_notice(title="Paid", event="log:1"))
    await notifier.withdraw("prescription:1")
    await notifier.close()

    assert titles(desk) == ["Paid"]


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", "nonsense", "tcp:host=::1"])
async def test_an_address_that_leads_nowhere_is_like_no_bus(desk: Desk, address: str) -> None:
    notifier = await desk.notifier(address)

    await notifier.show(a_notice(title="Paid"))
    await notifier.close()

    assert titles(desk) == ["Paid"]


async def test_the_bus_of_the_login_session_is_found_without_its_variable(
    dbus_session: DbusSession, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(dbus_session.folder))

    async with BareDaemon(dbus_session.address) as daemon:
        notifier = await desk.notifier(None)
        await notifier.show(a_notice(title="Paid"))
        await notifier.close()

    assert len(daemon.asked) == 1


async def test_without_a_daemon_notices_become_toasts_until_one_comes(
    dbus_session: DbusSession, notifier: Notifier, desk: Desk
) -> None:
    await notifier.show(a_notice(title="Paid"))
    assert titles(desk) == ["Paid"]

    async with BareDaemon(dbus_session.address) as daemon:
        await notifier.show(a_notice(title="Ready"))

    assert titles(desk) == ["Paid"]
    assert [arguments[3] for arguments in daemon.asked] == ["Ready"]


async def test_the_bus_is_let_start_the_daemon_that_it_knows(
    dbus_session: DbusSession, display: str, notifier: Notifier, desk: Desk
) -> None:
    never_started = Dunst(dbus_session, display)
    command = ["/usr/bin/env", f"DISPLAY={display}", *never_started.command]
    dbus_session.offer(NOTIFICATIONS, shlex.join(command))

    await notifier.show(a_notice(title="Paid"))

    assert titles(desk) == []
    assert never_started.count_on_screen() == 1


async def test_a_daemon_killed_and_started_again_is_left_and_used_again(
    notification_daemon: Dunst, notifier: Notifier, desk: Desk
) -> None:
    await notifier.show(a_notice(title="Before"))
    await eventually(notification_daemon.shown)

    notification_daemon.kill()
    await notifier.show(a_notice(title="While it is gone"))
    assert titles(desk) == ["While it is gone"]

    notification_daemon.start()
    await notifier.show(a_notice(title="After"))
    (shown,) = await eventually(notification_daemon.shown)
    assert shown.title == "After"
    assert shown.replaces == 0, "a number of the old daemon may belong to another program's notice"
    notification_daemon.invoke(shown, "later")
    await eventually(lambda: desk.acted)
    assert desk.acted == [("prescription:1", "later")]
    assert titles(desk) == ["While it is gone"]


async def test_a_daemon_that_hangs_holds_up_one_notice_and_not_those_after_it(
    notification_daemon: Dunst, dbus_session: DbusSession, desk: Desk
) -> None:
    native = LinuxNotifier(
        desk.on_action, bus_address=dbus_session.address, patience_s=0.3, retry_after_s=3_600
    )
    notifier = RoutedNotifier(native, desk.toasts.append)
    notification_daemon.freeze()

    await notifier.show(a_notice(title="First"))
    with pytest.raises(CannotShow, match="a moment ago"):
        await native.show(a_notice(title="Second"))

    assert titles(desk) == ["First"]
    await notifier.close()


async def test_a_bus_that_ends_leaves_notices_to_the_window(
    notification_daemon: Dunst,
    dbus_session: DbusSession,
    notifier: Notifier,
    desk: Desk,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await notifier.show(a_notice(title="Before"))

    dbus_session.process.kill()
    dbus_session.process.wait()
    for _turn in range(3):
        await asyncio.sleep(0)
    await notifier.show(a_notice(title="After"))
    await notifier.withdraw("prescription:1")
    gc.collect()  # asyncio reports an error that nobody has handled when it is collected

    assert titles(desk) == ["After"]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_choosing_a_notifier_does_not_wait_for_a_bus_that_hangs(
    desk: Desk, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "bus"))
        mute.listen()
        choosing = asyncio.ensure_future(desk.notifier(f"unix:path={tmp_path}/bus"))
        for _turn in range(3):
            await asyncio.sleep(0)

        assert choosing.done()
        await choosing.result().close()


async def test_a_daemon_without_buttons_or_markup_gets_neither(
    dbus_session: DbusSession, notifier: Notifier
) -> None:
    async with BareDaemon(dbus_session.address, "body") as daemon:
        await notifier.show(a_notice(body="R&D <b>"))

    _application, _replaces, _icon, _title, body, actions, _hints, _expires = daemon.asked[0]
    assert body == "R&D <b>"
    assert actions == []


async def test_the_permission_to_raise_a_window_is_kept_for_qt(
    dbus_session: DbusSession,
    notifier: Notifier,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    async with BareDaemon(dbus_session.address, "actions") as daemon:
        await notifier.show(a_notice())

        daemon.give_token(1, "raise-me")
        daemon.press(1, "view")

        await eventually(lambda: desk.acted)
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "raise-me"


async def test_another_program_cannot_press_the_buttons(
    dbus_session: DbusSession, notifier: Notifier, desk: Desk
) -> None:
    stranger = await MessageBus(bus_address=dbus_session.address).connect()
    async with BareDaemon(dbus_session.address, "actions") as daemon:
        await notifier.show(a_notice("prescription:1"))

        await stranger.send(_forged_press(daemon.client))
        # Messages keep their order, so an answered call shows that the forgery has arrived.
        await stranger.call(_ping(daemon.client))
        assert desk.acted == []
        daemon.press(1, "view")

        await eventually(lambda: desk.acted)
    stranger.disconnect()
    await stranger.wait_for_disconnect()
    assert desk.acted == [("prescription:1", "view")]


async def test_a_notifier_with_a_bug_does_not_reach_the_user(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def start(self) -> None:
            raise ZeroDivisionError

        async def show(self, _notice: object) -> None:
            raise ZeroDivisionError

        async def withdraw(self, _thing: str) -> None:
            raise ZeroDivisionError

        async def close(self) -> None:
            raise ZeroDivisionError

    notifier = RoutedNotifier(Broken(), desk.toasts.append)

    await notifier.start()
    await notifier.show(a_notice(title="Paid"))
    await notifier.withdraw("prescription:1")
    await notifier.close()

    assert titles(desk) == ["Paid"]
    assert "the notifier failed" in caplog.text
    assert "Paid" not in caplog.text


async def test_only_so_many_events_are_remembered(desk: Desk) -> None:
    native = LinuxNotifier(desk.on_action, bus_address="unix:path=/nonexistent/bus")
    notifier = RoutedNotifier(native, desk.toasts.append, remember_events=2)

    for event in ("1", "2", "2", "3", "1"):
        await notifier.show(a_notice(title=event, event=event))

    assert titles(desk) == ["1", "2", "3", "1"]


def _forged_press(victim: str) -> Message:
    signal = Message.new_signal(
        "/org/freedesktop/Notifications", NOTIFICATIONS, "ActionInvoked", "us", [1, "forged"]
    )
    signal.destination = victim
    return signal


def _ping(whom: str) -> Message:
    return Message(destination=whom, path="/", interface="org.freedesktop.DBus.Peer", member="Ping")
