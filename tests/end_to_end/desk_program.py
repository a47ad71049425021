"""A desk as a process of its own, which tests kill: obeys one order per line of its input.

    desk_program.py FOLDER SERVER LOGIN    signs in the first time, afterwards opens what is there

Orders are JSON: `{"step": "sign", "prescription": "<id>"}`. It answers `saved <op_id>` once the
command is on the disk, and `live` whenever it follows.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from uuid import UUID

from clinicdesk.core.desk import Desk
from clinicdesk.core.home import Home
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.passphrase_vault import PassphraseFileVault
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.session import Session
from tests.end_to_end.clinic import PASSWORD
from tests.end_to_end.polling import until
from tests.end_to_end.steps import give, is_next

QUICK = 2**10


async def main(folder: Path, server: str, login: str) -> None:
    home = Home(login, folder / "config", folder / "data")
    vault = await PassphraseFileVault.open(folder, "a passphrase", cost=QUICK)
    profiles = Profiles.read(home)
    if users := profiles.users():
        desk = await Desk.open_offline(users[0], home=home, vault=vault, profiles=profiles)
    else:
        session = await Session.sign_in(
            server, login, PASSWORD, home=home, vault=vault, profiles=profiles, device_name="x"
        )
        assert isinstance(session, Session), session
        desk = await Desk.open(session)
    await until(lambda: desk.link.status is LinkStatus.LIVE)
    await until(lambda: desk.formulary.complete)
    print("live", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        prescription_id = UUID(order["prescription"])
        step = order["step"]
        await until(lambda s=step, p=prescription_id: is_next(s, desk, p))
        op_id = await give(step, desk, desk, prescription_id)
        print(f"saved {op_id}", flush=True)


asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
