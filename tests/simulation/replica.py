"""A desk's rows in memory and on its disk, by the rules of `core.replica`, without its screens.

The rules that decide what is kept are the product's own: bodies, views, the store's statements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from clinicdesk.contract.access import access_digest, audience_of, scopes_of, view_for
from clinicdesk.contract.digest import digest_of
from clinicdesk.contract.entities import ENTITIES, Member
from clinicdesk.contract.frames import Cursor, Ev, ScopeChanged
from clinicdesk.core.bodies import BadFrame, decode, purged, row_of, stored
from clinicdesk.core.listeners import Listeners
from clinicdesk.core.replica import NO_RIGHTS, Applied
from clinicdesk.core.store.rows import Position, StoredRow
from tests.simulation.database import Key
from tests.simulation.disk import Disk, at_once
from tests.simulation.server import SnapshotTaken

Rows = dict[Key, tuple[int, bytes]]


class _Prescriptions:
    """The part of a collection that the outbox asks."""

    def __init__(self, rows: Mapping[Key, tuple[int, bytes]]) -> None:
        self._rows = rows

    def server_row(self, row_id: UUID) -> Any:
        held = self._rows.get(("prescription", row_id))
        return None if held is None else decode("prescription", held[1])


class Replica:
    """What one desk holds."""

    def __init__(self, disk: Disk, member_id: UUID) -> None:
        self._disk = disk
        self._store = disk.rows()
        self._member_id = member_id
        self.applied: Listeners[Applied] = Listeners()
        self.position: Position | None = at_once(self._store.position())
        self.rows: Rows = {
            (kind, UUID(bytes=row_id)): (v, body) for kind, row_id, v, body in disk.bodies()
        }
        self.clinics: dict[UUID, Any] = {}
        self.batches: dict[UUID, Any] = {}

    @property
    def by_kind(self) -> dict[str, _Prescriptions]:
        return {"prescription": _Prescriptions(self.rows)}

    @property
    def cursor(self) -> Cursor | None:
        return None if self.position is None else self.position.cursor

    def show_pending(self, _prescription_id: UUID, _pending: object) -> None:
        """Nobody looks."""

    def apply(self, ev: Ev) -> None:
        """As `core.replica.Replica.apply`."""
        position = self.position
        if position is None or position.cursor.seq != ev.from_:
            raise BadFrame("the frame does not follow")
        fresh = [(item, row_of(item)) for item in ev.items if item.kind in ENTITIES]
        cursor = msgspec.structs.replace(position.cursor, epoch=ev.epoch, seq=ev.to)
        position = msgspec.structs.replace(position, cursor=cursor)
        seen = frozenset(item.op_id for item in ev.items if item.op_id is not None)
        changes = [stored(item) for item, _ in fresh]
        at_once(self._store.apply(changes, position, seen))
        self.position = position
        for change in changes:
            key = (change.kind, change.id)
            held = self.rows.get(key)
            if isinstance(change, StoredRow):
                if held is None or change.v > held[0]:
                    self.rows[key] = (change.v, change.body)
            elif held is not None and change.v >= held[0]:
                del self.rows[key]
        self.applied.tell(Applied(position, [], seen))

    def swap(self, snapshot: SnapshotTaken) -> None:
        """As `core.replica.Replica.swap`."""
        me = snapshot.rows.get(("member", self._member_id))
        assert me is not None
        scopes = scopes_of(msgspec.json.decode(me[1], type=Member))
        assert access_digest(scopes) == snapshot.cursor.access
        at_once(self._store.clear())
        rows = [StoredRow(kind, rid, v, body) for (kind, rid), (v, body) in snapshot.rows.items()]
        at_once(self._store.stage(lambda: rows))
        position = Position(snapshot.cursor, scopes)
        at_once(self._store.swap(position))
        self.position = position
        self.rows = dict(snapshot.rows)
        self.applied.tell(Applied(position, [], frozenset(), snapshot=True))

    def change_scopes(self, frame: ScopeChanged) -> None:
        """As `core.replica.Replica.change_scopes`."""
        if self.position is None:
            return
        scopes = (self.position.scopes - frozenset(frame.revoked)) | frozenset(frame.granted)
        cursor = self.position.cursor
        access = NO_RIGHTS if frame.granted else frame.access
        cursor = msgspec.structs.replace(cursor, access=access)
        position = msgspec.structs.replace(self.position, cursor=cursor, scopes=scopes)
        changes = [
            change
            for (kind, _), (_, body) in self.rows.items()
            if (change := purged(kind, decode(kind, body), scopes)) is not None
        ]
        at_once(self._store.move(position, changes))
        self.position = position
        for change in changes:
            if isinstance(change, StoredRow):
                self.rows[change.kind, change.id] = (change.v, change.body)
            else:
                del self.rows[change.kind, change.id]

    def digest(self, kind: str) -> tuple[int, str]:
        return digest_of((key[1], held[0]) for key, held in self.rows.items() if key[0] == kind)


def may_be_held(kind: str, body: bytes, scopes: frozenset[str]) -> bool:
    """Whether a row is one that somebody with `scopes` may hold."""
    return view_for(scopes, audience_of(kind, msgspec.json.decode(body))) is not None
