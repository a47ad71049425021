from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from clinicdesk.desktop.notifications import Notifier
from tests.desktop.notifications.desk import Desk
from tests.desktop_session import DbusSession


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def notifier(desk: Desk, dbus_session: DbusSession) -> AsyncIterator[Notifier]:
    notifier = await desk.notifier(dbus_session.address)
    yield notifier
    await notifier.close()
