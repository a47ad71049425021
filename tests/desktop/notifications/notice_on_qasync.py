"""A program that shows one notice from Qt's loop and prints how it was answered."""

from __future__ import annotations

import asyncio
import sys

import qasync
from PySide6.QtWidgets import QApplication

from clinicdesk.desktop.notifications import Action, OsNotice, choose_notifier


async def main() -> None:
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    notifier = await choose_notifier(
        lambda thing, action: answer.set_result(f"{thing} {action}"), print
    )
    actions = (Action("view", "View"), Action("later", "Later"))
    await notifier.show(OsNotice("prescription:1", "event:1", "Paid", actions=actions))
    print(await answer)
    await notifier.close()


if __name__ == "__main__":
    application = QApplication(sys.argv)
    qasync.run(main())
