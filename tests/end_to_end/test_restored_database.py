"""A database is put back to an earlier state: what a desk knows to be done and never saw is done
again."""

from __future__ import annotations

from pathlib import Path

from clinicdesk.contract.session import LIVE
from clinicdesk.core.outbox import PendingState
from clinicdesk.core.store.outbox_table import OutboxState
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.epoch import count_restore
from tests.end_to_end.desks import Office, equals_a_fresh_snapshot, live, sent, write
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.server import ServerProcess
from tests.end_to_end.truth import Truth
from tests.postgres import FreshDatabase


async def test_what_was_done_and_not_seen_is_offered_to_the_restored_database(
    database_url: str, fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    server = ServerProcess(database_url, tmp_path)
    await server.start()
    async with Proxy(server.port) as proxy:
        office = Office(tmp_path, proxy.url)
        try:
            desk = await office.open("tara")
            await server.stop()
            name = database_url.rpartition("/")[2].partition("?")[0]
            copy = fresh_database(template=name)
            await server.start()
            await live(desk)

            # Commands go through; the live feed does not come back.
            proxy.hold(f"GET {LIVE}".encode())
            proxy.lead_to(server.port)
            draft = await write(desk)
            await sent(desk)
            (entry,) = desk.outbox.entries()
            assert entry.state is OutboxState.DONE
            assert desk.outbox.pending(draft) is PendingState.SENT
            assert await Truth(database_url).status(draft) == "DRAFT"

            await server.kill()
            database = await Database.open(copy, pool_size=1)
            async with database.as_owner() as tx:
                await count_restore(tx)
            await database.close()
            server.database_url = copy
            await server.start()
            proxy.resume()
            await live(desk)
            await sent(desk)
            await until(lambda: desk.outbox.entries() == [])

            restored = Truth(copy)
            assert await restored.status(draft) == "DRAFT"
            assert await restored.times_done(entry.op_id) == 1
            await equals_a_fresh_snapshot(desk)
            assert desk.outbox.refused() == []
        finally:
            await office.close_all()
            await server.kill()
