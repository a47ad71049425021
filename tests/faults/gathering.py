"""Makes the evidence of a run: from the database as its owner reads it, and from the histories."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from clinicdesk.contract.entities import ENTITIES
from clinicdesk.contract.session import SNAPSHOT
from clinicdesk.contract.snapshot import whole_snapshot
from clinicdesk.server.database import audit
from clinicdesk.server.database.database import Database
from tests.end_to_end.clinic import CLINIC, an_id
from tests.end_to_end.raw import Caller
from tests.faults.evidence import DeskHistory, Entry, Evidence, Result, Snapshot
from tests.faults.history import AnyEvent, read_history, rows_by_kind
from tests.faults.site import Site

_LOG: Final = """
select seq, device_id, op_id, entity, entity_id, version, change, old, new
from clinic_log where clinic_id = %(clinic)s order by seq
"""
_RESULTS: Final = "select device_id, op_id, status, seq from op_result where clinic_id = %(clinic)s"
_HEAD: Final = "select seq from clinic_head where clinic_id = %(clinic)s"
_TRACEBACK: Final = re.compile(r"^Traceback|never retrieved|listener failed", re.MULTILINE)


async def gather(site: Site, unsettled: dict[str, str]) -> Evidence:
    """Everything, once nobody does anything any more."""
    desks = [
        DeskHistory(
            desk.name, an_id(f"member {desk.login}"), _history(site, desk.name),
            unsettled.get(desk.name, "its process did not answer"),
        )
        for desk in site.desks
    ]  # fmt: skip
    # After the histories: a desk that has not come to rest may be answered meanwhile.
    evidence = await gather_commands(site.cluster.url, desks)
    snapshots = [await _snapshot(site, login) for login in {desk.login for desk in site.desks}]
    return replace(evidence, snapshots=snapshots, faults=_faults(site))


async def gather_commands(database_url: str, desks: list[DeskHistory]) -> Evidence:
    """What the database has, beside these histories."""
    clinic = {"clinic": CLINIC}
    database = await Database.open(database_url, pool_size=1)
    try:
        async with database.inspection() as tx:
            entries = await tx.all(_LOG, clinic, into=Entry)
            results = await tx.all(_RESULTS, clinic, into=Result)
            head = int(await tx.value(_HEAD, clinic) or 0)
            chain = [f"{each.seq}: {each.what}" for each in await audit.verify(tx)]
    finally:
        await database.close()
    return Evidence(head, entries, results, desks, [], chain)


def _history(site: Site, desk: str) -> list[AnyEvent]:
    path = site.folder / "histories" / f"{desk}.jsonl"
    return read_history(path) if path.exists() else []


async def _snapshot(site: Site, login: str) -> Snapshot:
    caller = await Caller.sign_in(site.servers[0].url, login)
    try:
        answer = await caller.http.get(SNAPSHOT)
        assert answer.status_code == 200, answer.text
        whole = whole_snapshot(answer.content)
    finally:
        await caller.close()
    rows = {
        kind: [msgspec.json.decode(body, type=ENTITIES[kind]) for body in bodies]
        for kind, bodies in whole.rows.items()
    }
    return Snapshot(caller.signed_in.member.id, whole.head.seq, rows_by_kind(rows))


def _faults(site: Site) -> list[str]:
    """A program of ours that failed says so with a traceback."""
    journals = [process.errors for process in site.processes]
    return [
        f"{path.name}: {_around(path, found.start())}"
        for path in journals
        if path.exists() and (found := _TRACEBACK.search(path.read_text(errors="replace")))
    ]


def _around(path: Path, place: int) -> str:
    text = path.read_text(errors="replace")
    return text[max(0, place - 200) : place + 1500]
