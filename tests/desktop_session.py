"""Private desktop sessions for tests: a bus, a display, a notification daemon, a keyring.

Everything here is the real program, run for one test on sockets and displays of its own, so that
tests may run beside each other and beside a person's own session. The fixtures are synchronous;
`eventually` waits from a coroutine and `wait_until` from anywhere else.

`dbus_session` -> DbusSession        a bus on which nothing runs yet
`display` -> str                     an X display without a window manager, one per worker
`notification_daemon` -> Dunst       dunst on both
`keyring_daemon` -> KeyringDaemon    gnome-keyring, unlocked, on the bus
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from jeepney import HeaderFields, Message, MessageType
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from jeepney.wrappers import DBusAddress, new_method_call

NOTIFICATIONS = "org.freedesktop.Notifications"
_NOTIFICATIONS_PATH = "/org/freedesktop/Notifications"

_BUS_CONFIG = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:path={folder}/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{folder}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""

# Notices stay until somebody acts, each for itself. The menu of actions is answered by a script.
_DUNST_CONFIG = """\
[global]
    dmenu = {menu}
    markup = full
    stack_duplicates = false
    sort = yes
    idle_threshold = 0
    font = sans 9
    enable_recursive_icon_lookup = true
    mouse_left_click = do_action, close_current
[urgency_low]
    timeout = 0
[urgency_normal]
    timeout = 0
[urgency_critical]
    timeout = 0
"""


def wait_until(condition: Callable[[], Any], within_s: float = 10.0) -> Any:
    """The first true value of `condition`; fails the test when the deadline passes."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not true within {within_s} s: {condition}"
        time.sleep(0.005)
    return value


async def eventually(condition: Callable[[], Any], within_s: float = 10.0) -> Any:
    """Like `wait_until`, while the event loop runs on."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not true within {within_s} s: {condition}"
        await asyncio.sleep(0.005)
    return value


@dataclass(frozen=True)
class DbusSession:
    """A session bus of one's own.

    Attributes:
        address: for DBUS_SESSION_BUS_ADDRESS.
        folder: short-lived home, runtime and configuration folders of this session.
        environment: for programs that shall live in this session (no display in it).
        process: the bus daemon; kill it to take the bus away.
    """

    address: str
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]

    def offer(self, name: str, command: str) -> None:
        """Let the bus start `command` when somebody calls `name`."""
        service = f"[D-BUS Service]\nName={name}\nExec={command}\n"
        (self.folder / "services" / f"{name}.service").write_text(service)
        self.call(message_bus.object_path, message_bus.bus_name, "ReloadConfig")

    def call(
        self, path: str, name: str, member: str, signature: str = "", body: tuple[Any, ...] = ()
    ) -> tuple[Any, ...]:
        """One method call, answered; the interface is the name of the service."""
        return self.call_interface(path, name, name, member, signature, body)

    def call_interface(
        self,
        path: str,
        name: str,
        interface: str,
        member: str,
        signature: str = "",
        body: tuple[Any, ...] = (),
    ) -> tuple[Any, ...]:
        """One method call of an interface that is not named like its service."""
        address = DBusAddress(path, bus_name=name, interface=interface)
        with open_dbus_connection(self.address) as connection:
            reply = connection.send_and_get_reply(
                new_method_call(address, member, signature or None, body), timeout=10
            )
        assert reply.header.message_type is MessageType.method_return, reply.body
        return tuple(reply.body)

    def owner_of(self, name: str) -> str | None:
        """The connection that holds a name, or None."""
        with open_dbus_connection(self.address) as connection:
            reply = connection.send_and_get_reply(message_bus.GetNameOwner(name), timeout=10)
        is_owned = reply.header.message_type is MessageType.method_return
        return str(reply.body[0]) if is_owned else None


@dataclass(frozen=True)
class Shown:
    """One notice as a daemon was asked to show it, under the number that the daemon gave it."""

    number: int
    replaces: int
    application: str
    icon: str
    title: str
    body: str
    actions: dict[str, str]
    hints: dict[str, Any]


@dataclass
class NotificationWatch:
    """Listens to everything said on a bus about notices, as a monitor that takes no part.

    Attributes:
        notified: every notice that any daemon accepted, in order, replacements included.
    """

    session: DbusSession
    notified: list[Shown] = field(default_factory=list)
    _on_screen: dict[int, Shown] = field(default_factory=dict)
    _pending: dict[tuple[str, int], Shown] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Become a monitor of the bus; what is said from now on is seen."""
        self._connection = open_dbus_connection(self.session.address)
        monitoring = DBusAddress(
            message_bus.object_path,
            bus_name=message_bus.bus_name,
            interface="org.freedesktop.DBus.Monitoring",
        )
        reply = self._connection.send_and_get_reply(
            new_method_call(monitoring, "BecomeMonitor", "asu", ([], 0)), timeout=10
        )
        assert reply.header.message_type is MessageType.method_return, reply.body
        self._thread = threading.Thread(target=self._listen, name="notification watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave the bus; the bus must have ended before, which ends the listening thread."""
        self._thread.join(timeout=10)
        self._connection.close()

    def shown(self) -> list[Shown]:
        """What is on the screen now, oldest first."""
        with self._lock:
            return sorted(self._on_screen.values(), key=lambda shown: shown.number)

    def _listen(self) -> None:
        with suppress(OSError, EOFError):
            while True:
                message = self._connection.receive()
                with self._lock:
                    self._see(message)

    def _see(self, message: Message) -> None:
        fields = message.header.fields
        member, kind = fields.get(HeaderFields.member), message.header.message_type
        sender = fields.get(HeaderFields.sender)
        if kind is MessageType.method_call and member == "Notify":
            self._pending[sender, message.header.serial] = _asked(message.body)
        elif kind in (MessageType.method_return, MessageType.error):
            answered = fields.get(HeaderFields.destination), fields.get(HeaderFields.reply_serial)
            asked = self._pending.pop(answered, None)
            if asked is not None and kind is MessageType.method_return:
                shown = replace(asked, number=message.body[0])
                self._on_screen[shown.number] = shown
                self.notified.append(shown)
        elif kind is MessageType.signal and member == "NotificationClosed":
            self._on_screen.pop(message.body[0], None)
        elif member == "NameOwnerChanged" and message.body[0] == NOTIFICATIONS:
            self._on_screen.clear()


def _asked(body: Any) -> Shown:
    application, replaces, icon, title, text, actions, hints, _expires = body
    return Shown(
        number=0,
        replaces=replaces,
        application=application,
        icon=icon,
        title=title,
        body=text,
        actions=dict(zip(actions[::2], actions[1::2], strict=True)),
        hints={name: value for name, (_signature, value) in hints.items()},
    )


class Dunst:
    """dunst on a private bus and display.

    Attributes:
        environment: for programs that shall live in this session and on its display.
    """

    def __init__(self, session: DbusSession, display: str) -> None:
        self.session = session
        self.environment = session.environment | {"DISPLAY": display}
        self._watch = NotificationWatch(session)
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = session.folder / "dunst"
        self._folder.mkdir()
        menu = self._folder / "menu"
        # dunst writes one line per action and takes back the line that was chosen.
        menu.write_text(f"#!/bin/sh\nexec grep -m 1 -F -f {self._folder}/choice\n")
        menu.chmod(0o700)
        (self._folder / "dunstrc").write_text(_DUNST_CONFIG.format(menu=menu))

    @property
    def command(self) -> list[str]:
        """How this daemon is started, for a bus that shall start it by itself."""
        return ["dunst", "-config", str(self._folder / "dunstrc")]

    def watch(self) -> None:
        """Begin to listen to the bus."""
        self._watch.start()

    def start(self) -> None:
        """Start the daemon and wait until it holds its name."""
        self._process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: self.session.owner_of(NOTIFICATIONS))

    def kill(self) -> None:
        """Kill the daemon with all that it shows, and wait until the bus knows."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None
        wait_until(lambda: self.session.owner_of(NOTIFICATIONS) is None)

    def freeze(self) -> None:
        """Let the daemon hold its name without answering."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """End the daemon; for the fixture."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end_watch(self) -> None:
        """Stop listening, after the bus has ended; for the fixture."""
        self._watch.stop()

    @property
    def notified(self) -> list[Shown]:
        """Every notice that was accepted so far, replacements included."""
        return self._watch.notified

    def shown(self) -> list[Shown]:
        """What is on the screen now, oldest first."""
        return self._watch.shown()

    def count_on_screen(self) -> int:
        """How many notices dunst itself says that it displays."""
        (_signature, count), *_ = self.session.call_interface(
            _NOTIFICATIONS_PATH,
            NOTIFICATIONS,
            "org.freedesktop.DBus.Properties",
            "Get",
            "ss",
            ("org.dunstproject.cmd0", "displayedLength"),
        )
        return int(count)

    def invoke(self, shown: Shown, action: str = "default") -> None:
        """Press a button of a notice, by its action's key, or click on the notice itself."""
        if action == "default" and self._is_topmost(shown):
            self._dunst("NotificationAction", "u", (0,))
            return
        # By the menu also for a click on a lower notice: dunst 1.9 takes no place but the first,
        # because it compares the place with the number of notices that wait.
        label = shown.actions[action]
        (self._folder / "choice").write_text(f"#{label} ({shown.title}) [{shown.number},")
        self._dunst("ContextMenuCall")

    def dismiss(self, shown: Shown) -> None:
        """Close a notice as a person does who does not want it."""
        self.session.call(
            _NOTIFICATIONS_PATH, NOTIFICATIONS, "CloseNotification", "u", (shown.number,)
        )

    def _dunst(self, member: str, signature: str = "", body: tuple[Any, ...] = ()) -> None:
        self.session.call_interface(
            _NOTIFICATIONS_PATH, NOTIFICATIONS, "org.dunstproject.cmd0", member, signature, body
        )

    def _is_topmost(self, shown: Shown) -> bool:
        """dunst sorts by urgency, then by age."""
        topmost = min(self.shown(), key=lambda each: (-each.hints.get("urgency", 1), each.number))
        return topmost.number == shown.number


class KeyringDaemon:
    """gnome-keyring on a private bus, with an unlocked default collection."""

    PASSWORD = "correct horse"
    _PATH = "/org/freedesktop/secrets"
    _NAME = "org.freedesktop.secrets"
    _LOGIN = "/org/freedesktop/secrets/collection/login"

    def __init__(self, session: DbusSession) -> None:
        self.session = session
        self._process = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
            env=session.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(self.PASSWORD)
        self._process.stdin.close()
        wait_until(lambda: session.owner_of(self._NAME))

    def lock(self) -> None:
        """Lock the default collection: the next caller gets a password window."""
        self.session.call_interface(
            self._PATH,
            self._NAME,
            "org.freedesktop.Secret.Service",
            "Lock",
            "ao",
            ([self._LOGIN],),
        )

    def names_of(self, service: str) -> list[str]:
        """The names under which a program keeps secrets here, as keyring writes them."""
        items = self._get(self._LOGIN, "org.freedesktop.Secret.Collection", "Items")
        attributes = [
            self._get(item, "org.freedesktop.Secret.Item", "Attributes") for item in items
        ]
        return sorted(each["username"] for each in attributes if each.get("service") == service)

    def stop(self) -> None:
        """End the daemon."""
        self._process.kill()
        self._process.wait()

    def _get(self, path: str, interface: str, name: str) -> Any:
        ((_signature, value),) = self.session.call_interface(
            path, self._NAME, "org.freedesktop.DBus.Properties", "Get", "ss", (interface, name)
        )
        return value


@pytest.fixture
def dbus_session() -> Iterator[DbusSession]:
    # Not below pytest's folder: a socket's path may have 108 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="session-"))
    for name in ("services", "home", "data", "config", "cache"):
        (folder / name).mkdir()
    config = folder / "bus.conf"
    config.write_text(_BUS_CONFIG.format(folder=folder))
    address = f"unix:path={folder}/bus"
    process = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith(address)
    try:
        yield DbusSession(address, folder, _environment(folder, address), process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, address: str) -> dict[str, str]:
    """This process's environment with nothing left in it of a person's own session."""
    foreign = ("DISPLAY", "WAYLAND_DISPLAY", "PYTHON_KEYRING_BACKEND", "XAUTHORITY")
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return kept | {
        "DBUS_SESSION_BUS_ADDRESS": address,
        "HOME": str(folder / "home"),
        "XDG_RUNTIME_DIR": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    readable, writable = os.pipe()
    process = subprocess.Popen(
        # Xvfb finds a free display by itself and tells which, so workers never take the same.
        ["Xvfb", "-displayfd", str(writable), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[writable],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writable)
    with os.fdopen(readable) as answer:
        number = answer.readline().strip()
    assert number, "Xvfb did not start"
    try:
        yield f":{number}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def notification_daemon(dbus_session: DbusSession, display: str) -> Iterator[Dunst]:
    daemon = Dunst(dbus_session, display)
    daemon.watch()
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()
        dbus_session.process.kill()
        daemon.end_watch()


@pytest.fixture
def keyring_daemon(dbus_session: DbusSession) -> Iterator[KeyringDaemon]:
    daemon = KeyringDaemon(dbus_session)
    try:
        yield daemon
    finally:
        daemon.stop()
