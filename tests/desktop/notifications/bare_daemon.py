"""A notification daemon that can do almost nothing, as the specification allows."""

from __future__ import annotations

from typing import Any

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"


class BareDaemon:
    """Announces the capabilities given and keeps what it is asked to show.

    Attributes:
        asked: the arguments of each Notify, in order.
        client: the connection that asked last.
    """

    def __init__(self, bus_address: str, *capabilities: str) -> None:
        self._bus_address = bus_address
        self._capabilities = list(capabilities)
        self.asked: list[list[Any]] = []

    async def __aenter__(self) -> BareDaemon:
        self._bus = await MessageBus(bus_address=self._bus_address).connect()
        self._bus.add_message_handler(self._answer)
        await self._bus.request_name(_NAME)
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()

    def press(self, number: int, action: str) -> None:
        self._bus.send(Message.new_signal(_PATH, _NAME, "ActionInvoked", "us", [number, action]))

    def give_token(self, number: int, token: str) -> None:
        self._bus.send(Message.new_signal(_PATH, _NAME, "ActivationToken", "us", [number, token]))

    def _answer(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        match message.member:
            case "GetCapabilities":
                return Message.new_method_return(message, "as", [self._capabilities])
            case "GetServerInformation":
                return Message.new_method_return(message, "ssss", ["bare", "tests", "1", "1.2"])
            case "Notify":
                self.asked.append(message.body)
                self.client = message.sender
                return Message.new_method_return(message, "u", [len(self.asked)])
            case "CloseNotification":
                return Message.new_method_return(message)
        return None
