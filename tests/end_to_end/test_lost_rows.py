"""A desk that lost a row, or kept one wrongly, finds out by a check sum and mends itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from clinicdesk.contract.entities import ENTITIES, Row
from clinicdesk.core.bodies import decode
from clinicdesk.core.desk import Desk
from clinicdesk.core.store.rows import GoneRow, StoredRow
from clinicdesk.server.live import digests
from tests.end_to_end.desks import Office, equals_a_fresh_snapshot, write_and_sign
from tests.end_to_end.polling import until

LOGINS = ("ada", "rita", "tara", "pia")


class Findings:
    """What a desk found when it compared its rows, by their kinds, and why it fetched them."""

    def __init__(self) -> None:
        self.equal: dict[str, list[bool]] = {}
        self.fetched_for: list[str] = []

    def mark(self, event: str, **ids: object) -> None:
        if event == "digest":
            self.equal.setdefault(str(ids["kind"]), []).append(bool(ids["equal"]))
        elif event == "fetch snapshot":
            self.fetched_for.append(str(ids["reason"]))


@pytest.fixture
def many_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each desk is given each kind soon."""
    monkeypatch.setattr(digests, "EVERY_S", 0.05)
    monkeypatch.setattr(digests, "AT_MOST_PER_S", 200.0)
    monkeypatch.setattr(digests, "PACE_S", 0.05)


@pytest.mark.usefixtures("many_digests")
async def test_desks_that_have_all_their_rows_never_disagree_with_the_server(
    office: Office,
) -> None:
    findings = {login: Findings() for login in LOGINS}
    desks = {login: await office.open(login, trace=findings[login]) for login in LOGINS}
    await write_and_sign(desks["tara"])
    await until(lambda: all(f.equal.keys() == ENTITIES.keys() for f in findings.values()))
    for found in findings.values():
        assert all(all(results) for results in found.equal.values())
        assert found.fetched_for == ["none"]


def lost(row: Row) -> Row | None:
    return None


def of_an_older_version(row: Row) -> Row:
    return replace(row, version=row.version - 1, name="as it was")  # type: ignore[call-arg]


def one_too_many(row: Row) -> Row:
    return replace(row, id=UUID(int=7))


@pytest.mark.usefixtures("many_digests")
@pytest.mark.parametrize("happened", [lost, of_an_older_version, one_too_many])
async def test_a_row_that_went_astray_is_found_by_its_check_sum_and_mended(
    office: Office, happened: Callable[[Any], Row | None]
) -> None:
    findings = Findings()
    desk = await office.open("ada", trace=findings)
    row = min(desk.replica.patients.server_values(), key=lambda patient: patient.id)
    await corrupt(desk, row, happened(row))
    await until(lambda: findings.fetched_for == ["none", "digest"])
    await until(lambda: findings.equal["patient"][-1])  # the new rows are here
    await equals_a_fresh_snapshot(desk)
    assert findings.equal["patient"].count(False) == 1
    await office.close(desk)
    again = await office.reopen("ada")
    await equals_a_fresh_snapshot(again)


async def corrupt(desk: Desk, old: Row, new: Row | None) -> None:
    """Put something else in a row's place, in memory and on the disk, behind the desk's back."""
    position = desk.replica.position
    assert position is not None
    changes: list[GoneRow | StoredRow] = []
    if new is None or new.id == old.id:
        changes.append(GoneRow("patient", old.id, old.version))
        desk.replica.patients.stage_server(old.id, None)  # type: ignore[arg-type]
    if new is not None:
        body = msgspec.json.encode(new)
        changes.append(StoredRow("patient", new.id, new.version, body))
        desk.replica.patients.stage_server(new.id, decode("patient", body))  # type: ignore[arg-type]
    await desk._store.rows.move(position, changes)
    desk.replica.patients.announce()
