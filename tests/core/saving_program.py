"""Submits commands for ever and says which are saved; a test kills it in the middle."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from clinicdesk.core.clock import utc_now
from clinicdesk.core.outbox import Outbox
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.conftest import IDENTITY, KEY


async def main(path: Path) -> None:
    store = await Store.open(path, KEY, IDENTITY, utc_now)
    replica = Replica(store.rows, sample.therapist.id, NoTrace())
    await replica.load()
    outbox = Outbox(store.outbox, replica, lambda: sample.therapist, utc_now, NoTrace())
    await outbox.load()
    medicine = sample.a_medicine()
    for number in range(100_000):
        command = sample.a_draft_command(sample.a_line(medicine), name=f"prescription {number}")
        submitted = await outbox.submit(command, [medicine])
        print(submitted.op_id, flush=True)


asyncio.run(main(Path(sys.argv[1])))
