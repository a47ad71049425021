"""Desks without windows: signed in, opened and closed as the desktop does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec

from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import ENTITIES, Payment, Prescription, Row
from clinicdesk.contract.session import SNAPSHOT
from clinicdesk.contract.snapshot import SnapshotHead, whole_snapshot
from clinicdesk.contract.working_set import is_settled
from clinicdesk.core.desk import Desk
from clinicdesk.core.home import Home
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.outbox import Submitted
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.retention import family_of
from clinicdesk.core.session import Session
from clinicdesk.core.trace import NoTrace, Trace
from clinicdesk.core.transport import Answer
from clinicdesk.core.vault import MemoryVault, Vault
from tests.end_to_end.clinic import MAIN, PASSWORD, PATIENTS, a_line
from tests.end_to_end.polling import until

Rows = Mapping[str, Mapping[UUID, Row]]


class KeptVault(MemoryVault):
    """A keyring that outlives a desk within one test."""

    @property
    def lasting(self) -> bool:
        return True


class Office:
    """Where desks stand: each person has a profile of their own in `folder`."""

    def __init__(self, folder: Path, server: str) -> None:
        self.server = server
        self._folder = folder
        self._vaults: dict[str, Vault] = {}
        self._open: list[Desk] = []

    def profiles(self, login: str) -> Profiles:
        return Profiles.read(self.home(login))

    def home(self, login: str) -> Home:
        return Home(login, self._folder / login / "config", self._folder / login / "data")

    def vault(self, login: str) -> Vault:
        return self._vaults.setdefault(login, KeptVault())

    async def sign_in(self, login: str, password: str = PASSWORD) -> Session:
        """A session; an AssertionError that says why not."""
        session = await Session.sign_in(
            self.server, login, password, home=self.home(login), vault=self.vault(login),
            profiles=self.profiles(login), device_name="a test",
        )  # fmt: skip
        assert isinstance(session, Session), session
        return session

    async def open(self, login: str, trace: Trace | None = None) -> Desk:
        """Sign in and wait until the desk follows the clinic."""
        desk = await Desk.open(await self.sign_in(login), trace=trace or NoTrace())
        self._open.append(desk)
        await live(desk)
        await until(lambda: desk.formulary.complete)
        return desk

    async def reopen(self, login: str) -> Desk:
        """Open the desk of somebody who had signed in, without waiting for the server."""
        (user,) = self.profiles(login).users()
        desk = await Desk.open_offline(
            user, home=self.home(login), vault=self.vault(login), profiles=self.profiles(login)
        )
        self._open.append(desk)
        return desk

    async def close(self, desk: Desk) -> None:
        self._open.remove(desk)
        await desk.close()

    async def close_all(self) -> None:
        for desk in [*self._open]:
            await self.close(desk)


async def live(desk: Desk) -> None:
    """Wait until the desk follows; it is told not to wait for its next attempt."""

    def follows() -> bool:
        if desk.link.status is LinkStatus.LIVE:
            return True
        desk.hurry()
        return False

    await until(follows)


async def sent(desk: Desk) -> None:
    """Wait until the server has answered everything that this desk gave it."""
    await until(lambda: desk.outbox.unsent == 0)


async def caught_up(desk: Desk, seq: int) -> None:
    """Wait until the desk holds the log up to `seq`."""
    await until(lambda: desk.replica.cursor is not None and desk.replica.cursor.seq >= seq)


def rows_of(desk: Desk) -> Rows:
    """What the desk holds, as the server said it."""
    return {
        kind: {row.id: row for row in desk.replica.collection(kind).server_values()}
        for kind in ENTITIES
    }


async def fresh_snapshot(desk: Desk) -> tuple[SnapshotHead, Rows]:
    """What this desk's member would be given now, as it came and as rows."""
    outcome = await desk.session.transport.call("GET", SNAPSHOT, tokens=desk.session)
    assert isinstance(outcome, Answer), outcome
    found = whole_snapshot(outcome.content)
    rows: Rows = {kind: {} for kind in ENTITIES}
    for kind, bodies in found.rows.items():
        for body in bodies:
            row = msgspec.json.decode(body, type=ENTITIES[kind])
            rows[kind][row.id] = row
    return found.head, rows


async def equals_a_fresh_snapshot(desk: Desk) -> None:
    """Assert that the desk, once it got as far, holds what a snapshot holds."""
    snapshot, rows = await fresh_snapshot(desk)

    def is_as_far() -> bool:
        cursor = desk.replica.cursor
        reached = cursor is not None and cursor.seq >= snapshot.seq
        return reached and cursor.access == snapshot.access

    await until(is_as_far)
    assert await desk.replica.families_wanted() == []
    assert kept(rows_of(desk), snapshot.settled_before) == rows


def kept(rows: Rows, settled_before: datetime) -> Rows:
    """What of these rows belongs to the working set; a desk lets go of the rest in its own time."""
    payments = cast("Mapping[UUID, Payment]", rows["payment"]).values()
    settled = {
        head.id
        for head in cast("Mapping[UUID, Prescription]", rows["prescription"]).values()
        if is_settled(head, [p for p in payments if p.prescription_id == head.id], settled_before)
    }
    return {
        kind: {row_id: row for row_id, row in of_kind.items() if family_of(row) not in settled}
        for kind, of_kind in rows.items()
    }


def submitted(outcome: object) -> UUID:
    """The op_id of a command that was saved; an AssertionError that says why it was not."""
    assert isinstance(outcome, Submitted), outcome
    return outcome.op_id


async def write(desk: Desk, *lines: DraftItem, patient: UUID = PATIENTS[0]) -> UUID:
    """Save a draft of a therapist; its identifier."""
    prescription_id = new_id()
    submitted(
        await desk.prescribing.write_draft(
            patient, lines or (a_line(),), prescription_id=prescription_id
        )
    )
    return prescription_id


async def write_and_sign(
    desk: Desk, *lines: DraftItem, patient: UUID = PATIENTS[0], pharmacy: UUID = MAIN
) -> UUID:
    """Save a draft of a therapist and send it to a pharmacy; its identifier."""
    prescription_id = await write(desk, *lines, patient=patient)
    submitted(await desk.prescribing.sign_and_send(prescription_id, pharmacy))
    return prescription_id


async def make_ready(desk: Desk, prescription_id: UUID) -> None:
    """Take the payment and fulfil every line, as a pharmacist who has seen it."""
    await until(lambda: prescription_id in desk.replica.prescriptions)
    await until(lambda: desk.replica.items.of(prescription_id))
    submitted(await desk.dispensing.take_payment(prescription_id))
    lines = [item.id for item in desk.replica.items.of(prescription_id)]
    submitted(await desk.dispensing.fulfill(prescription_id, lines, hand_reason="no scanner here"))


async def stands_at(desk: Desk, prescription_id: UUID, status: str) -> None:
    """Wait until the server's row on this desk has the status."""

    def row() -> Prescription | None:
        return desk.replica.prescriptions.server_row(prescription_id)

    await until(lambda: (found := row()) is not None and found.status == status)
