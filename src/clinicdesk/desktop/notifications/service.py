"""org.freedesktop.Notifications as typed calls and events, over one session-bus connection.

The interface is the one of the Desktop Notifications Specification 1.3:
https://specifications.freedesktop.org/notification-spec/latest/
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from dbus_fast import Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusFastError

from clinicdesk.desktop.notifications.notice import CannotShow

SERVICE = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_BUS = "org.freedesktop.DBus"
_BUS_PATH = "/org/freedesktop/DBus"
_RULES = (
    f"type='signal',sender='{SERVICE}',interface='{SERVICE}',path='{_PATH}'",
    f"type='signal',sender='{_BUS}',interface='{_BUS}',member='NameOwnerChanged',arg0='{SERVICE}'",
)


@dataclass(frozen=True, slots=True)
class ActionInvoked:
    """A person pressed a button of the notice with this number, or the notice itself."""

    number: int
    key: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The notice with this number has left the screen."""

    number: int


@dataclass(frozen=True, slots=True)
class ActivationToken:
    """The compositor's permission to raise a window; it precedes the action it belongs to."""

    token: str


@dataclass(frozen=True, slots=True)
class DaemonChanged:
    """The daemon has gone, come, or been replaced: all numbers given so far are void."""


ServiceEvent = ActionInvoked | Closed | ActivationToken | DaemonChanged


def session_bus_address() -> str | None:
    """Where this login session's bus listens, or None when the session has none."""
    if address := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return address
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        socket = Path(runtime) / "bus"
        if socket.is_socket():
            return f"unix:path={socket}"
    return None


class NotificationService:
    """The daemon behind org.freedesktop.Notifications, whichever it is at the moment.

    Every method raises CannotShow when the bus or the daemon does not answer within the patience
    given (seconds).
    """

    def __init__(self, on_event: Callable[[ServiceEvent], None], patience_s: float) -> None:
        self._on_event = on_event
        self._patience_s = patience_s
        self._bus: MessageBus | None = None
        # The connection that holds the name: "" while nobody does, None until that is known.
        self._daemon: str | None = None

    @property
    def connected(self) -> bool:
        """Whether the bus is there. It says nothing about a daemon."""
        return self._bus is not None and self._bus.connected

    async def connect(self, address: str) -> None:
        """Join the bus at this address and listen to the daemon."""
        try:
            async with asyncio.timeout(self._patience_s):
                self._bus = await MessageBus(bus_address=address).connect()
        except (OSError, EOFError, DBusFastError) as error:
            raise CannotShow("the session bus cannot be reached") from error
        self._daemon = None
        self._bus.add_message_handler(self._on_message)
        for rule in _RULES:
            await self._call_bus("AddMatch", "s", [rule])
        await self._ask_who_is_the_daemon()

    async def disconnect(self) -> None:
        """Leave the bus."""
        bus, self._bus = self._bus, None
        if bus is not None and bus.connected:
            bus.disconnect()
            # The socket is closed at a later turn of the loop, which may be about to end.
            with suppress(OSError, EOFError, DBusFastError):
                async with asyncio.timeout(self._patience_s):
                    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def capabilities(self) -> frozenset[str]:
        """What the daemon can do, in the words of the specification: "actions", "body-markup"."""
        return frozenset((await self._call("GetCapabilities"))[0])

    async def server_information(self) -> tuple[str, str, str, str]:
        """The daemon's name, vendor, version, and version of the specification."""
        name, vendor, version, specification = await self._call("GetServerInformation")
        return name, vendor, version, specification

    async def notify(
        self,
        *,
        application: str,
        replaces: int,
        icon: str,
        title: str,
        body: str,
        actions: list[str],
        hints: dict[str, Variant],
    ) -> int:
        """Show a notice, in place of the number `replaces` unless that is 0; returns its number."""
        expires = -1  # after as long as the daemon thinks right
        arguments = [application, replaces, icon, title, body, actions, hints, expires]
        return int((await self._call("Notify", "susssasa{sv}i", arguments))[0])

    def close_notification(self, number: int) -> None:
        """Take a notice off the screen, if it is still there and the daemon too.

        Nothing is awaited: the daemon answers a notice that has gone already with an error, and
        one that has gone itself took its notices along.
        """
        if self._bus is None or not self._bus.connected:
            return
        message = _message("CloseNotification", "u", [number])
        message.flags = MessageFlag.NO_REPLY_EXPECTED | MessageFlag.NO_AUTOSTART
        with suppress(OSError):  # the bus has ended, which dbus-fast has yet to hear
            self._bus.send(message).add_done_callback(_let_it_fail)

    async def _ask_who_is_the_daemon(self) -> None:
        try:
            owner = (await self._call_bus("GetNameOwner", "s", [SERVICE]))[0]
        except CannotShow:
            owner = ""  # the bus may still start a daemon at the first call
        # NameOwnerChanged may have been heard between the bus's answer and this line; it is newer.
        if self._daemon is None:
            self._daemon = owner

    async def _call(self, member: str, signature: str = "", body: list[Any] | None = None) -> Any:
        return await self._answer(_message(member, signature, body or []))

    async def _call_bus(self, member: str, signature: str, body: list[Any]) -> Any:
        return await self._answer(
            Message(
                destination=_BUS,
                path=_BUS_PATH,
                interface=_BUS,
                member=member,
                signature=signature,
                body=body,
            )
        )

    async def _answer(self, message: Message) -> Any:
        if self._bus is None or not self._bus.connected:
            raise CannotShow("the session bus has gone")
        try:
            async with asyncio.timeout(self._patience_s):
                # None, against its annotation, when the connection is closed meanwhile.
                reply = cast("Message | None", await self._bus.call(message))
        except TimeoutError as error:
            raise DaemonSilent(f"{message.member} was not answered in time") from error
        except (OSError, EOFError, DBusFastError) as error:
            raise CannotShow("the session bus has gone") from error
        if reply is None or reply.message_type is not MessageType.METHOD_RETURN:
            why = "the bus closed" if reply is None else reply.error_name
            raise CannotShow(f"{message.member} failed: {why}")
        return reply.body

    def _on_message(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL:
            return
        if message.interface == _BUS and message.sender == _BUS:
            if message.member == "NameOwnerChanged" and message.body[0] == SERVICE:
                self._daemon = message.body[2]
                self._on_event(DaemonChanged())
            return
        # Match rules do not keep other programs from sending signals straight to this connection,
        # so the sender is compared as well.
        if message.interface == SERVICE and message.sender == self._daemon:
            event = _event(message)
            if event is not None:
                self._on_event(event)


class DaemonSilent(CannotShow):
    """The daemon holds its name but does not answer."""


def _let_it_fail(sent: asyncio.Future[None]) -> None:
    """Mark what a lost connection did to a message as seen."""
    if not sent.cancelled():
        sent.exception()


def _message(member: str, signature: str, body: list[Any]) -> Message:
    return Message(
        destination=SERVICE,
        path=_PATH,
        interface=SERVICE,
        member=member,
        signature=signature,
        body=body,
    )


def _event(message: Message) -> ServiceEvent | None:
    match message.member, message.signature, message.body:
        case "ActionInvoked", "us", [number, key]:
            return ActionInvoked(number, key)
        case "NotificationClosed", "uu", [number, _reason]:
            return Closed(number)
        case "ActivationToken", "us", [_number, token]:
            return ActivationToken(token)
    return None
