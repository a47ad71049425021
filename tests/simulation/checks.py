"""What must be so, at each moment and in the end. Whatever is not raises `Broken`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from clinicdesk.contract.access import scopes_of
from clinicdesk.contract.frames import Ack, CloseCode, Ev, Item, ResyncReason
from clinicdesk.core.live.protocol import Phase
from clinicdesk.core.store.outbox_table import OutboxState
from clinicdesk.server.live.render import RenderedEntry
from tests.simulation.database import Database, Key
from tests.simulation.replica import Replica, may_be_held
from tests.simulation.server import SnapshotTaken
from tests.simulation.timeline import Broken

if TYPE_CHECKING:
    from tests.simulation.desk import Computer

Told = tuple[int, str, UUID, int, bool, bytes]
"""An item, as far as it matters."""


class History:
    """What one desk has taken into its store, as seen from outside.

    Attributes:
        at: Epoch and seq that it stands at; None before the first snapshot.
        versions: The highest version of each row it has had in this epoch.
        epochs: How many it has been in.
    """

    def __init__(self) -> None:
        self.at: tuple[str, int] | None = None
        self.versions: dict[Key, int] = {}
        self.corrupted = 0
        self._attempt: tuple[str, int] | None = None

    def attempt(self, epoch: str, seq: int) -> None:
        """It begins a transaction that would bring it there."""
        self._attempt = (epoch, seq)

    def stands(self, epoch: str, seq: int) -> None:
        if self.at is None or self.at[0] != epoch:
            self.versions = {}
        self.at = (epoch, seq)

    def lawful_at_boot(self, at: tuple[str, int] | None) -> bool:
        return at in (self.at, self._attempt)

    def saw(self, key: Key, version: int) -> None:
        before = self.versions.get(key, 0)
        if version < before:
            raise Broken(f"version {before} of {key} was followed by {version}")
        self.versions[key] = version


class Checks:
    """Watches all desks of a world."""

    def __init__(self, database: Database, *, gaps: bool) -> None:
        self._database = database
        self._gaps = gaps  # there is a server that skips
        self._histories: dict[str, History] = {}

    def history_of(self, computer: Computer) -> History:
        return self._histories.setdefault(computer.name, History())

    # While it runs

    def booted(self, computer: Computer, replica: Replica) -> None:
        """A desk starts from exactly before or exactly after what it was doing."""
        cursor, history = replica.cursor, computer.history
        at = None if cursor is None else (cursor.epoch, cursor.seq)
        if not history.lawful_at_boot(at):
            raise Broken(f"{computer.name} stood at {history.at} and starts at {at}")
        if at is not None:
            history.stands(*at)

    def applied(self, computer: Computer, ev: Ev) -> None:
        """A frame follows what is there, and brings what was to be told and nothing else."""
        history = computer.history
        if history.at != (ev.epoch, ev.from_):
            raise Broken(f"{computer.name} stood at {history.at} and took {ev.from_}..{ev.to}")
        history.stands(ev.epoch, ev.to)
        told = {item.seq: _told(item) for item in ev.items}
        order = [item.seq for item in ev.items]
        if order != sorted(set(order)):
            raise Broken(f"{computer.name} was told {order}")
        log = self._database.log(ev.epoch, computer.clinic)
        for entry in log.entries[ev.from_ : ev.to]:
            rights = log.scopes_since(computer.member, entry.seq - 1)
            lawful = {_rendered(entry.item_for(scopes)) for scopes in rights}
            if told.pop(entry.seq, None) not in lawful:
                raise Broken(f"{computer.name} was told wrongly of {entry.seq}")
        if told:
            raise Broken(f"{computer.name} was told of {sorted(told)} within {ev.from_}..{ev.to}")
        for item in ev.items:
            history.saw((item.kind, item.id), item.v)

    def swapped(
        self, computer: Computer, snapshot: SnapshotTaken, reason: ResyncReason | None
    ) -> None:
        """A snapshot is taken for a reason, and never brings something older."""
        history, cursor = computer.history, snapshot.cursor
        if history.at is not None and history.at[0] == cursor.epoch and history.at[1] > cursor.seq:
            raise Broken(f"{computer.name} went back from {history.at} to {cursor.seq}")
        first = history.at is None
        history.stands(cursor.epoch, cursor.seq)
        for key, (version, _) in snapshot.rows.items():
            history.saw(key, version)
        if not (first if reason is None else self._has_cause(computer, reason)):
            raise Broken(f"{computer.name} fetched a snapshot without a cause: {reason}")

    def _has_cause(self, computer: Computer, reason: ResyncReason) -> bool:
        log = self._database.clinics[computer.clinic]
        match reason:
            case ResyncReason.EPOCH | ResyncReason.AHEAD:
                return self._database.restores > 0
            case ResyncReason.EXPIRED:
                return log.retention is not None
            case ResyncReason.ACCESS:
                every = [log, *(past for (_, c), past in self._database.past.items()
                                if c == computer.clinic)]  # fmt: skip
                return any(len(each.scopes_since(computer.member, 0)) > 1 for each in every)
            case ResyncReason.DIGEST:
                return computer.history.corrupted > 0 or computer.disk.was_full or self._gaps

    def narrowed(self, computer: Computer, replica: Replica) -> None:
        """After a change of rights nothing is held that they do not show."""
        assert replica.position is not None
        for (kind, row_id), (_, body) in replica.rows.items():
            if not may_be_held(kind, body, replica.position.scopes):
                raise Broken(f"{computer.name} still holds {kind} {row_id}")

    def sends(self, computer: Computer, replica: Replica, data: bytes) -> None:
        """Nothing is acknowledged before it is in the store."""
        if not data.startswith(b'{"t":"ack"'):
            return
        ack = msgspec.json.decode(data, type=Ack)
        if replica.cursor is None or ack.to > replica.cursor.seq:
            raise Broken(f"{computer.name} acknowledged {ack.to} and has not got it")

    def shut_out(self, computer: Computer, replica: Replica, code: int) -> None:
        """Whoever's membership ended while they were connected holds nothing any more."""
        if code == CloseCode.REVOKED and replica.rows and not computer.disk.full:
            raise Broken(f"{computer.name} is shut out and still holds {len(replica.rows)} rows")

    def closed(self, computer: Computer, code: int) -> None:
        """On a network that keeps the order nothing ever fails to follow."""
        if code == CloseCode.GAP and not self._database.restores and not self._gaps:
            raise Broken(f"{computer.name} found a gap")

    def does_not_add_up(self, computer: Computer) -> None:
        """Both ends reckon alike, or a row is really lost."""
        if not computer.history.corrupted:
            raise Broken(f"{computer.name} and the server do not agree on what there is")

    # In the end

    def settled(self, computer: Computer) -> str:
        """Why a desk is not at rest; empty when it is."""
        program = computer.program
        if program is None:
            return "it is off"
        cursor = program.replica.cursor
        if cursor is None or program.protocol.phase is not Phase.FOLLOWING:
            return f"its feed is {program.protocol.phase.name}, {program.status}"
        log = self._database.clinics[computer.clinic]
        if (cursor.epoch, cursor.seq) != (self._database.epoch, log.head):
            here = (cursor.epoch, cursor.seq)
            return f"it stands at {here}, not at {(self._database.epoch, log.head)}"
        if left := [e for e in program.outbox.entries() if e.state is not OutboxState.REFUSED]:
            return f"it has to send {len(left)}"
        return ""

    def equal(self, computer: Computer) -> None:
        """Memory, disk and a fresh snapshot hold the same."""
        assert computer.program is not None
        log = self._database.clinics[computer.clinic]
        scopes = scopes_of(log.member(computer.member))
        there = log.visible_to(scopes)
        here = computer.program.replica.rows
        if {k: v for k, (v, _) in here.items()} != {k: v for k, (v, _) in there.items()}:
            missing, extra = there.keys() - here.keys(), here.keys() - there.keys()
            old = [k for k in there.keys() & here.keys() if there[k][0] != here[k][0]]
            raise Broken(
                f"{computer.name} lacks {sorted(missing, key=str)}, has {sorted(extra, key=str)} "
                f"beyond, and others of {sorted(old, key=str)}"
            )
        for key, (_, body) in here.items():
            if msgspec.json.decode(body) != msgspec.json.decode(there[key][1]):
                raise Broken(f"{computer.name} has another {key}")
        on_disk = {
            (kind, UUID(bytes=row_id)): (v, body)
            for kind, row_id, v, body in computer.disk.bodies()
        }
        if on_disk != here:
            raise Broken(f"{computer.name} has other rows on its disk than in memory")

    def exactly_once(self, computers: list[Computer]) -> None:
        """Each command took effect once, or was refused and did not, or a restore undid it."""
        alive = self._database.alive
        now = self._database.epoch
        for computer in computers:
            for op_id, command in computer.submitted.items():
                there = now in alive.get(op_id, {})
                name = f"{computer.name}'s {type(command).__name__} {op_id}"
                if op_id in computer.refused:
                    if there:
                        raise Broken(f"{name} was refused, and took effect")
                elif not there and not self._undone_after_it_was_seen(computer, op_id):
                    raise Broken(f"{name} was done, and is nowhere")
        known = {op_id for computer in computers for op_id in computer.submitted}
        if strangers := alive.keys() - known:
            raise Broken(f"nobody gave {sorted(strangers, key=str)}")
        for clinic in self._database.clinics.values():
            self._no_effect_twice(clinic.entries)

    def _undone_after_it_was_seen(self, computer: Computer, op_id: UUID) -> bool:
        epoch, seq = computer.left.get(op_id, ("", 0))
        was_at = self._database.alive.get(op_id, {}).get(epoch)
        return was_at is not None and was_at <= seq

    def _no_effect_twice(self, entries: list[RenderedEntry]) -> None:
        seen: set[tuple[UUID, UUID]] = set()
        for entry in entries:
            if entry.op_id is not None:
                key = (entry.op_id, entry.entity_id)
                if key in seen:
                    raise Broken(f"{entry.op_id} took effect again at {entry.seq}")
                seen.add(key)


def _told(item: Item) -> Told:
    body = bytes(item.body) if isinstance(item.body, msgspec.Raw) else b""
    return (item.seq, item.kind, item.id, item.v, item.gone, body)


@lru_cache(maxsize=4096)
def _rendered(item: bytes | None) -> Told | None:
    return None if item is None else _told(msgspec.json.decode(item, type=Item))
