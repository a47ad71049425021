"""Runs in which nothing went wrong, made up: what hypothesis draws and the checker must believe.

Who sees what is said here once more, plainly and for this clinic only, so that the checker's
reckoning is held against another one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.access import access_digest
from clinicdesk.contract.digest import digest_of
from clinicdesk.contract.entities import ENTITIES, Member, Prescription, PrescriptionStatus, Role
from tests.end_to_end.clinic import CLINIC, CORNER, MAIN, PATIENTS, TARA, a_member, an_id
from tests.faults.evidence import DeskHistory, Entry, Evidence, Result, Snapshot
from tests.faults.history import (
    Answered,
    AnyEvent,
    Began,
    Change,
    Ended,
    Given,
    Looked,
    Place,
    Saved,
    Swapped,
    Took,
    print_of,
)

NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EPOCH: Final = "epoch"
DESKS: Final = ("tara", "pia", "rita", "quin")
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Story:
    """A clinic's day as it grows: the log, the answers, and what four desks write down."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.results: list[Result] = []
        self.members = {login: a_member(login) for login in DESKS}
        self.prescriptions: list[Prescription] = []
        self.events: dict[str, list[AnyEvent]] = {login: [] for login in DESKS}
        self._placed = dict.fromkeys(DESKS, 0)
        self._held: dict[str, dict[tuple[str, UUID], tuple[int, str]]] = {d: {} for d in DESKS}
        self._seen_as: dict[str, Member] = dict(self.members)
        for member in self.members.values():
            self._log("member", None, member, None)
        for login in DESKS:
            self.events[login].append(Began(0.0, 1, None, {}, []))
            self.snapshot(login)

    def write(self, login: str) -> None:
        """A draft of Tara's."""
        number = len(self.prescriptions)
        prescription = Prescription(
            id=an_id(f"prescription {number}"), clinic_id=CLINIC, version=1, code=f"RX-{number}",
            patient_id=PATIENTS[0], practitioner_id=TARA, pharmacy_id=None,
            status=PrescriptionStatus.DRAFT, signed_at=None, note="clinical", item_count=0,
            controlled=False, total_minor=100, paid_minor=0, currency="INR", created_at=NOON,
            paid_at=None, fulfilled_at=None, completed_at=None, collected_by=None,
            cancelled_at=None, cancel_reason=None, updated_at=NOON,
            updated_by=self.members[login].id,
        )  # fmt: skip
        self.prescriptions.append(prescription)
        self._command(login, None, prescription)

    def change(self, login: str, which: int, **fields: Any) -> None:
        """A command on one of the prescriptions."""
        if not self.prescriptions:
            return
        place = which % len(self.prescriptions)
        old = self.prescriptions[place]
        new = replace(old, version=old.version + 1, **fields)
        self.prescriptions[place] = new
        self._command(login, old, new)

    def refuse(self, login: str, which: int) -> None:
        """A command that is refused, and that a person has read."""
        if self.prescriptions:
            op_id = self._give(login, self.prescriptions[which % len(self.prescriptions)].id)
            self.results.append(Result(_device(login), op_id, 412, None))
            self.events[login].append(Answered(0.0, op_id, "Stale"))

    def move(self, pharmacy: UUID) -> None:
        """Quin goes to another counter: what only the old one showed is gone."""
        if self._post(pharmacy):
            self.catch_up("quin")
            self._learn()
            self._look()
            self.snapshot("quin")

    def move_and_back(self) -> None:
        """Quin goes to another counter and back, and hears of one before the other."""
        here = self.members["quin"].pharmacy_id
        self._post(CORNER if here == MAIN else MAIN)
        self.catch_up("quin")
        self._learn()
        self._post(MAIN if here == MAIN else CORNER)
        self.catch_up("quin")
        self._look()  # it has the frame, and not yet the word about its rights
        self._learn()
        self.snapshot("quin")

    def move_and_die(self, pharmacy: UUID) -> None:
        """Quin goes to another counter; the desk is killed before the word about its rights."""
        if self._post(pharmacy):
            self.catch_up("quin")
            self.restart("quin", unrecorded=False)
            self.snapshot("quin")

    def move_while_away(self, pharmacy: UUID) -> None:
        """The desk comes back to other rights, and dies before it writes of the snapshot."""
        if self._post(pharmacy):
            self.snapshot("quin")
            self.events["quin"].pop()
            self.restart("quin", unrecorded=False)

    def _post(self, pharmacy: UUID) -> bool:
        """Write where Quin works now; False: that is where she is."""
        old = self.members["quin"]
        if old.pharmacy_id == pharmacy:
            return False
        new = self.members["quin"] = replace(old, version=old.version + 1, pharmacy_id=pharmacy)
        self._log("member", old, new, None)
        return True

    def _learn(self) -> None:
        """The word about Quin's rights."""
        member = self._seen_as["quin"] = self.members["quin"]
        held = self._held["quin"]
        for prescription in self.prescriptions:
            if _shown("quin", member, prescription) is None:
                held.pop(("prescription", prescription.id), None)

    def _look(self) -> None:
        self.events["quin"].append(Looked(0.0, self._place("quin"), self._sums("quin")))

    def catch_up(self, login: str) -> None:
        """A frame with everything since the last one."""
        after, to = self._placed[login], len(self.entries)
        changes = [change for entry in self.entries[after:] if (change := self._take(login, entry))]
        self._placed[login] = to
        self.events[login].append(Took(0.0, after, self._place(login), changes))

    def restart(self, login: str, *, unrecorded: bool) -> None:
        """The desk is killed; what it took last may be missing in its history."""
        if unrecorded:
            self.catch_up(login)
            self.events[login].pop()
        place = self._place(login)
        self.events[login].append(Began(0.0, 2, place, self._sums(login), []))

    def snapshot(self, login: str) -> None:
        """Everything anew."""
        self._placed[login] = len(self.entries)
        member = self._seen_as[login] = self.members[login]
        rows: list[Member | Prescription] = [*self.members.values(), *self.prescriptions]
        self._held[login] = {
            (kind_of(row), row.id): (row.version, shown[1])
            for row in rows
            if (shown := _shown(login, member, row)) is not None
        }
        self.events[login].append(Swapped(0.0, self._place(login), self._sums(login)))

    def end(self) -> Evidence:
        """Everybody has everything."""
        desks, snapshots = [], []
        for login in DESKS:
            self.catch_up(login)
            rows: dict[str, dict[UUID, tuple[int, str]]] = {kind: {} for kind in ENTITIES}
            for (kind, row_id), held in self._held[login].items():
                rows[kind][row_id] = held
            self.events[login].append(Ended(0.0, "live", self._place(login), rows, {}))
            member = self.members[login].id
            desks.append(DeskHistory(login, member, self.events[login]))
            snapshots.append(Snapshot(member, len(self.entries), rows))
        return Evidence(len(self.entries), self.entries, self.results, desks, snapshots)

    def _command(self, login: str, old: Prescription | None, new: Prescription) -> None:
        op_id = self._give(login, new.id)
        self._log("prescription", old, new, op_id, login)
        self.results.append(Result(_device(login), op_id, 200, len(self.entries)))
        self.events[login].append(Answered(0.0, op_id, "Done"))

    def _give(self, login: str, aggregate: UUID) -> UUID:
        op_id = uuid5(CLINIC, f"op {len(self.results)}")
        self.events[login] += [Given(0.0, op_id, aggregate), Saved(0.0, op_id)]
        return op_id

    def _log(
        self, kind: str, old: Any, new: Any, op_id: UUID | None, login: str | None = None
    ) -> None:
        self.entries.append(
            Entry(
                len(self.entries) + 1, None if login is None else _device(login), op_id, kind,
                new.id, new.version, "insert" if old is None else "update",
                None if old is None else msgspec.to_builtins(old), msgspec.to_builtins(new),
            )
        )  # fmt: skip

    def _take(self, login: str, entry: Entry) -> Change | None:
        row = msgspec.convert(entry.new, ENTITIES[entry.entity])
        key = (entry.entity, entry.entity_id)
        shown = _shown(login, self._seen_as[login], row)
        if shown is not None:
            self._held[login][key] = (entry.version, shown[1])
            return Change(entry.seq, *key, entry.version, shown[1])
        if self._held[login].pop(key, None) is not None:
            return Change(entry.seq, *key, entry.version, None)
        return None

    def _sums(self, login: str) -> dict[str, tuple[int, str]]:
        return {
            kind: digest_of((k[1], v) for k, (v, _) in self._held[login].items() if k[0] == kind)
            for kind in ENTITIES
        }

    def _place(self, login: str) -> Place:
        return Place(EPOCH, self._placed[login], access_digest(_scopes(self._seen_as[login])))


def kind_of(row: Member | Prescription) -> str:
    return "member" if isinstance(row, Member) else "prescription"


def _shown(login: str, member: Member, row: Any) -> tuple[str, str] | None:
    """The view and the print of a row for somebody; None: not theirs."""
    if isinstance(row, Member):
        return "full", print_of(row)
    signed = row.signed_at is not None
    if member.role is Role.THERAPIST:
        return "full", print_of(row)
    if member.role is Role.RECEPTION:
        hidden = replace(row, note=None, cancel_reason=None)
        return ("desk", print_of(hidden)) if signed else None
    at_the_counter = signed and row.pharmacy_id == member.pharmacy_id
    return ("full", print_of(row)) if at_the_counter else None


def _scopes(member: Member) -> frozenset[str]:
    """As the contract names them."""
    scopes = {"clinic", f"role:{member.role.value}"}
    if member.practitioner_id is not None:
        scopes.add(f"practitioner:{member.practitioner_id}")
    if member.pharmacy_id is not None:
        scopes.add(f"pharmacy:{member.pharmacy_id}")
    return frozenset(scopes)


def _device(login: str) -> UUID:
    return an_id(f"device {login}")


_STEPS: Final = st.one_of(
    st.tuples(st.just("write")),
    st.tuples(st.just("sign"), st.integers(0, 5), st.sampled_from([MAIN, CORNER])),
    st.tuples(st.just("pay"), st.integers(0, 5)),
    st.tuples(st.just("send on"), st.integers(0, 5), st.sampled_from([MAIN, CORNER])),
    st.tuples(st.just("refuse"), st.integers(0, 5)),
    st.tuples(st.just("move"), st.sampled_from([MAIN, CORNER])),
    st.tuples(st.just("move and back")),
    st.tuples(st.just("move and die"), st.sampled_from([MAIN, CORNER])),
    st.tuples(st.just("move while away"), st.sampled_from([MAIN, CORNER])),
    st.tuples(st.just("frame"), st.sampled_from(DESKS)),
    st.tuples(st.just("restart"), st.sampled_from(DESKS), st.booleans()),
    st.tuples(st.just("snapshot"), st.sampled_from(DESKS)),
)


@st.composite
def good_runs(draw: Draw) -> Evidence:
    """A run of which nothing can be said."""
    story = Story()
    # Whatever comes later, there is something to break: two frames, a command on a known row, ...
    opening = [("write",), ("write",), ("sign", 0, MAIN), ("sign", 1, CORNER), ("refuse", 0)]
    opening += [("frame", login) for login in DESKS]
    opening += [("restart", login, False) for login in DESKS]
    opening += [("pay", 0), ("pay", 1), ("frame", "rita")]
    for step in [*opening, *draw(st.lists(_STEPS, max_size=25))]:
        _tell(story, step)
    return story.end()


def _tell(story: Story, step: tuple[Any, ...]) -> None:
    match step:
        case ("write",):
            story.write("tara")
        case ("sign", which, pharmacy):
            story.change("tara", which, signed_at=NOON, pharmacy_id=pharmacy)
        case ("pay", which):
            story.change("pia", which, paid_minor=100)
        case ("send on", which, pharmacy):
            story.change("pia", which, pharmacy_id=pharmacy)
        case ("refuse", which):
            story.refuse("pia", which)
        case ("move", pharmacy):
            story.move(pharmacy)
        case ("move and back",):
            story.move_and_back()
        case ("move and die", pharmacy):
            story.move_and_die(pharmacy)
        case ("move while away", pharmacy):
            story.move_while_away(pharmacy)
        case ("frame", login):
            story.catch_up(login)
        case ("restart", login, unrecorded):
            story.restart(login, unrecorded=unrecorded)
        case ("snapshot", login):
            story.snapshot(login)
