"""The clinics' database: rows, log, results of commands, and earlier states to be restored to.

A transaction is one call: it happens at one moment, wholly or not at all. The rows' rules (who sees
what, in which view) are the contract's own.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from clinicdesk.contract.access import View, audience_of, body_of, scopes_of, view_for
from clinicdesk.contract.commands import Done
from clinicdesk.contract.digest import digest_of
from clinicdesk.contract.entities import Member
from clinicdesk.contract.problems import Refusal
from clinicdesk.server.database.log import LogEntry
from clinicdesk.server.live.render import RenderedEntry
from tests.simulation.timeline import Timeline

Columns = dict[str, Any]
Key = tuple[str, UUID]


class StoredRow:
    """One version of a row."""

    __slots__ = ("_bodies", "audience", "columns", "kind", "version")

    def __init__(self, kind: str, columns: Columns) -> None:
        self.kind = kind
        self.columns = columns
        self.version: int = columns["version"]
        self.audience = audience_of(kind, columns)
        self._bodies: dict[View, bytes] = {}

    def body_for(self, scopes: frozenset[str]) -> bytes | None:
        view = view_for(scopes, self.audience)
        if view is None:
            return None
        if view not in self._bodies:
            self._bodies[view] = msgspec.json.encode(body_of(self.kind, view, self.columns))
        return self._bodies[view]


class ClinicLog:
    """One clinic in one epoch.

    Attributes:
        entries: Entry `seq` stands at `seq - 1`.
        rights: Each change of a member's scopes: (seq, member, scopes from there on).
        kept_after: Cursors below this are too old to resume.
    """

    def __init__(self, clinic_id: UUID) -> None:
        self.clinic_id = clinic_id
        self.entries: list[RenderedEntry] = []
        self.written: list[tuple[Key, StoredRow | None]] = []
        self.rows: dict[Key, StoredRow] = {}
        self.rights: list[tuple[int, UUID, frozenset[str]]] = []
        self.retention: int | None = None

    @property
    def head(self) -> int:
        return len(self.entries)

    @property
    def resumable_after(self) -> int:
        return 0 if self.retention is None else max(0, self.head - self.retention)

    def up_to(self, seq: int) -> ClinicLog:
        """As it was at `seq`."""
        earlier = ClinicLog(self.clinic_id)
        earlier.retention = self.retention
        earlier.entries = self.entries[:seq]
        earlier.written = self.written[:seq]
        earlier.rights = [change for change in self.rights if change[0] <= seq]
        for key, row in earlier.written:
            if row is None:
                earlier.rows.pop(key, None)
            else:
                earlier.rows[key] = row
        return earlier

    def member(self, member_id: UUID) -> Member:
        columns = self.rows["member", member_id].columns
        return msgspec.convert(columns, Member, strict=False)

    def scopes_since(self, member_id: UUID, seq: int) -> list[frozenset[str]]:
        """The member's scopes at `seq` and each later change of them."""
        found: list[frozenset[str]] = []
        for at, member, scopes in self.rights:
            if member == member_id:
                found = [*found, scopes] if at > seq else [scopes]
        return found

    def visible_to(self, scopes: frozenset[str]) -> dict[Key, tuple[int, bytes]]:
        """A snapshot: version and body of each row that `scopes` show."""
        return {
            key: (row.version, body)
            for key, row in self.rows.items()
            if (body := row.body_for(scopes)) is not None
        }

    def digest(self, scopes: frozenset[str], kind: str) -> tuple[int, str]:
        return digest_of(
            (key[1], row.version)
            for key, row in self.rows.items()
            if key[0] == kind and view_for(scopes, row.audience) is not None
        )


class Result(msgspec.Struct, frozen=True):
    """What became of a command, kept with it."""

    body: bytes
    answer: Done | Refusal


class Commit(msgspec.Struct, frozen=True):
    """One transaction, for a restore to undo."""

    clinic_id: UUID
    seq: int
    op_id: UUID | None
    effect: bool


class Database:
    """All clinics, and one history of them.

    Attributes:
        epoch: Another one after each restore.
        clinics: As they are. past: As they were at the end of each earlier epoch.
        alive: In which epochs a command's effect is there, and at which seq.
        down: It does not answer.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.epoch = "e1"
        self.clinics: dict[UUID, ClinicLog] = {}
        self.past: dict[tuple[str, UUID], ClinicLog] = {}
        self.alive: dict[UUID, dict[str, int]] = {}
        self.down = False
        self.restores = 0
        self._timeline = timeline
        self._results: dict[UUID, Result] = {}
        self._journal: list[Commit] = []

    def log(self, epoch: str, clinic_id: UUID) -> ClinicLog:
        """A clinic as it is, or as it was when its epoch ended."""
        if epoch == self.epoch:
            return self.clinics[clinic_id]
        return self.past[epoch, clinic_id]

    def write(
        self,
        clinic_id: UUID,
        *changes: tuple[str, UUID, Columns | None],
        by: UUID | None = None,
        op_id: UUID | None = None,
    ) -> int:
        """One transaction; None as columns deletes. Answers the last seq."""
        log = self.clinics[clinic_id]
        for kind, row_id, columns in changes:
            self._write_row(log, kind, row_id, columns, by, op_id)
        self._journal.append(Commit(clinic_id, log.head, op_id, effect=op_id is not None))
        if op_id is not None:
            self.alive.setdefault(op_id, {})[self.epoch] = log.head
        return log.head

    def _write_row(
        self,
        log: ClinicLog,
        kind: str,
        row_id: UUID,
        columns: Columns | None,
        by: UUID | None,
        op_id: UUID | None,
    ) -> None:
        key = (kind, row_id)
        old = log.rows.get(key)
        version = 1 if old is None else old.version + 1
        new = None if columns is None else {**columns, "version": version}
        entry = LogEntry(
            clinic_id=log.clinic_id,
            seq=log.head + 1,
            at=self._timeline.wall(),
            actor_id=by,
            device_id=None,
            op_id=op_id,
            entity=kind,
            entity_id=row_id,
            version=version,
            change="insert" if old is None else "delete" if new is None else "update",
            old=None if old is None else old.columns,
            new=new,
        )
        log.entries.append(RenderedEntry(entry))
        row = None if new is None else StoredRow(kind, new)
        log.written.append((key, row))
        if row is None:
            del log.rows[key]
        else:
            log.rows[key] = row
        if kind == "member" and new is not None:
            scopes = scopes_of(msgspec.convert(new, Member, strict=False))
            log.rights.append((log.head, row_id, scopes))

    def result_of(self, op_id: UUID) -> Result | None:
        return self._results.get(op_id)

    def keep_result(
        self, clinic_id: UUID, op_id: UUID, body: bytes, answer: Done | Refusal
    ) -> None:
        """Part of the command's transaction."""
        self._results[op_id] = Result(body, answer)
        if not isinstance(answer, Done):
            head = self.clinics[clinic_id].head
            self._journal.append(Commit(clinic_id, head, op_id, effect=False))

    def restore(self, transactions: int) -> None:
        """Undo the last transactions: a restored backup, or a standby that had not got them."""
        first = self.first_undoable
        kept = max(first, len(self._journal) - transactions)
        before, self.epoch = self.epoch, f"e{int(self.epoch[1:]) + 1}"
        self.restores += 1
        journal, self._journal = self._journal[:kept], self._journal[:kept]
        seqs = {commit.clinic_id: commit.seq for commit in journal}
        for clinic_id, log in self.clinics.items():
            self.past[before, clinic_id] = log
            self.clinics[clinic_id] = log.up_to(seqs[clinic_id])
        known = {commit.op_id for commit in journal}
        self._results = {op: result for op, result in self._results.items() if op in known}
        for commit in journal:
            if commit.effect and commit.op_id is not None:
                self.alive[commit.op_id][self.epoch] = commit.seq

    first_undoable: int = 0

    def founded(self) -> None:
        """What is there now is there in every epoch."""
        self.first_undoable = len(self._journal)
