"""The replica: in step with the store and the log, and honest about every change."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from clinicdesk.contract.access import scopes_of
from clinicdesk.contract.entities import Member, Prescription, PrescriptionStatus, Role
from clinicdesk.contract.frames import Item, ScopeChanged
from clinicdesk.core.bodies import BadFrame
from clinicdesk.core.collection import Change
from clinicdesk.core.overlay import Pending
from clinicdesk.core.replica import Applied, Replica
from clinicdesk.core.snapshot_intake import Progress
from clinicdesk.core.snapshot_reader import BadSnapshot
from clinicdesk.core.store.store import Store
from clinicdesk.core.trace import NoTrace
from tests.core import sample
from tests.core.sample import (
    CLINIC,
    MAIN_STREET,
    NOON,
    PATIENT,
    Document,
    a_draft_command,
    a_frame,
    a_line,
    a_medicine,
    a_patient,
    a_payment,
    a_prescription,
    a_snapshot,
    an_allergy,
    an_id,
    an_item,
    change,
    gone,
    signed,
)


async def a_replica(store: Store, *rows: Any, member: Member = sample.pharmacist) -> Replica:
    replica = Replica(store.rows, member.id, NoTrace())
    await replica.load()
    await replica.swap(a_snapshot(member, *rows))
    return replica


def contents(replica: Replica) -> dict[str, dict[UUID, Any]]:
    return {
        kind: {row.id: row for row in collection.values()}
        for kind, collection in replica.by_kind.items()
    }


def watch(replica: Replica, kind: str) -> list[Change[Any]]:
    changes: list[Change[Any]] = []
    replica.collection(kind).subscribe(changes.append)
    return changes


async def test_a_snapshot_is_there_again_after_the_program_was_closed(store: Store) -> None:
    prescription = signed(a_prescription())
    replica = await a_replica(store, a_patient(), prescription, an_item(prescription))
    again = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await again.load()
    assert contents(again) == contents(replica)
    assert again.position == replica.position
    assert again.items.of(prescription.id) == [an_item(prescription)]
    assert again.position is not None
    assert again.position.scopes == scopes_of(sample.pharmacist)


async def test_lists_are_there_before_their_details(store: Store) -> None:
    prescription = signed(a_prescription())
    await a_replica(store, a_patient(), prescription, an_item(prescription))
    again = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await again.load_first()
    assert again.prescriptions.values() == [prescription]
    assert not again.complete
    with pytest.raises(BadFrame):
        await again.apply(a_frame(1, 2))
    await again.load_rest()
    assert again.complete
    assert again.items.of(prescription.id) == [an_item(prescription)]


WHOLE = a_snapshot(sample.pharmacist, a_patient())


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"\xff\xfe\n",
        WHOLE[:-40],
        WHOLE[:-1],
        WHOLE + b"x",
        WHOLE + WHOLE,
        WHOLE[WHOLE.index(b"\n") + 1 :],
        WHOLE.replace(b'"t":"end","rows":', b'"t":"end","rows":1'),
        WHOLE.replace(b'"male"', b'"martian"'),
        a_snapshot(sample.therapist, a_patient()),
        WHOLE.replace(b'"seq":1', b'"seq":"one"'),
    ],
)
async def test_a_snapshot_that_is_not_right_leaves_everything_as_it_is(
    store: Store, document: bytes
) -> None:
    replica = await a_replica(store, a_patient("Ravi Sharma"))
    before, position = contents(replica), replica.position
    with pytest.raises(BadSnapshot):
        await replica.swap(Document(document))
    assert (contents(replica), replica.position) == (before, position)
    again = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await again.load()
    assert contents(again) == before


@pytest.mark.parametrize("size", [1, 7, 100, 100_000])
@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
async def test_a_snapshot_is_read_however_it_is_coded_and_cut_up(
    store: Store, size: int, coding: str
) -> None:
    compress = {"identity": bytes, "gzip": gzip.compress, "zstd": zstandard.compress}[coding]
    document = Document(compress(WHOLE))
    replica = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await replica.load()
    told: list[Progress] = []
    await replica.swap(document.in_pieces(size), coding, told.append)
    assert replica.patients.get(PATIENT) == a_patient()
    assert told[-1] == Progress(6, 6)
    assert [each.rows for each in told] == sorted(each.rows for each in told)


@pytest.mark.parametrize("coding", ["gzip", "zstd", "br"])
async def test_what_cannot_be_decompressed_is_no_snapshot(store: Store, coding: str) -> None:
    replica = await a_replica(store, a_patient())
    with pytest.raises(BadSnapshot):
        await replica.swap(WHOLE, coding)
    assert replica.patients.get(PATIENT) == a_patient()


async def test_unknown_kinds_and_members_of_a_snapshot_are_passed_over(store: Store) -> None:
    lines = WHOLE.splitlines(keepends=True)
    lines[0] = lines[0].replace(b'"t":"head"', b'"t":"head","news":{"rows":[1]}')
    lines.insert(3, b'{"t":"rows","kind":"spaceship","rows":[{"id":"x","nested":[{}, []]}]}\n')
    lines[-1] = b'{"t":"end","rows":7}\n'
    replica = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await replica.load()
    await replica.swap(Document(b"".join(lines)))
    assert replica.patients.get(PATIENT) == a_patient()


class Gone(Exception):
    """The network."""


async def test_a_snapshot_that_is_cut_off_leaves_everything_as_it_is(store: Store) -> None:
    replica = await a_replica(store, a_patient("Ravi Sharma"))
    before, position = contents(replica), replica.position

    async def cut_off() -> AsyncIterator[bytes]:
        async for piece in a_snapshot(sample.pharmacist, a_patient("Somebody Else")).in_pieces(900):
            yield piece
            raise Gone

    with pytest.raises(Gone):
        await replica.swap(cut_off())
    assert (contents(replica), replica.position) == (before, position)
    await replica.apply(a_frame(1, 2, change(a_patient("Ravi Kulkarni", version=2))))
    again = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await again.load()
    assert contents(again) == contents(replica)


async def test_a_snapshot_changes_what_is_different_and_nothing_else(store: Store) -> None:
    kept, moved = a_patient(), a_patient("Hemi Ngata", id=an_id("hemi"))
    replica = await a_replica(store, kept, moved, an_allergy())
    patients, allergies = watch(replica, "patient"), watch(replica, "allergy")
    members = watch(replica, "member")
    there = replica.patients.get(kept.id)
    renamed = replace(moved, name="Hemi Parata", version=2)
    await replica.swap(a_snapshot(sample.pharmacist, kept, renamed, seq=9))
    assert patients == [Change(updated=[(moved, renamed)])]
    assert allergies == [Change(removed=[an_allergy()])]
    assert members == []
    assert replica.patients.get(kept.id) is there


async def test_a_frame_tells_what_was_added_changed_and_removed_once_each(store: Store) -> None:
    old = a_patient()
    replica = await a_replica(store, old, an_allergy())
    patients, allergies = watch(replica, "patient"), watch(replica, "allergy")
    told: list[Applied] = []
    replica.applied.add(told.append)
    renamed = a_patient("Ravi Kulkarni", version=2)
    other = a_patient("Hemi Ngata", id=an_id("hemi"))
    await replica.apply(a_frame(1, 5, change(renamed), change(other), gone(an_allergy())))
    assert patients == [Change(added=[other], updated=[(old, renamed)])]
    assert allergies == [Change(removed=[an_allergy()])]
    assert [(row.old, row.new) for row in told[0].rows] == [
        (old, renamed),
        (None, other),
        (an_allergy(), None),
    ]
    assert replica.cursor is not None
    assert replica.cursor.seq == 5


async def test_subscribers_of_one_collection_find_the_others_in_step(store: Store) -> None:
    prescription = signed(a_prescription())
    replica = await a_replica(store)
    lines: list[int] = []
    replica.prescriptions.subscribe(lambda _: lines.append(len(replica.items.of(prescription.id))))
    await replica.apply(a_frame(1, 2, change(prescription), change(an_item(prescription))))
    assert lines == [1]


async def test_a_frame_that_does_not_follow_changes_nothing(store: Store) -> None:
    replica = await a_replica(store)
    before = contents(replica)
    for frame in (a_frame(0, 2, change(a_patient())), a_frame(2, 3, change(a_patient()))):
        with pytest.raises(BadFrame):
            await replica.apply(frame)
    assert contents(replica) == before


async def test_a_frame_with_a_row_that_cannot_be_read_changes_nothing(store: Store) -> None:
    replica = await a_replica(store)
    broken = Item(seq=2, kind="patient", id=PATIENT, v=1, body=msgspec.Raw(b'{"id":1}'))
    with pytest.raises(BadFrame):
        await replica.apply(a_frame(1, 2, change(an_allergy()), broken))
    assert replica.allergies.values() == []
    assert replica.cursor is not None
    assert replica.cursor.seq == 1


async def test_kinds_of_a_newer_server_are_passed_over(store: Store) -> None:
    replica = await a_replica(store)
    strange = Item(seq=2, kind="spaceship", id=PATIENT, v=1, body=msgspec.Raw(b"{}"))
    await replica.apply(a_frame(1, 2, strange))
    assert replica.cursor is not None
    assert replica.cursor.seq == 2


async def test_a_view_that_fails_does_not_stop_the_desk_from_following(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    replica = await a_replica(store)

    def fail(_change: object) -> None:
        raise ZeroDivisionError

    replica.patients.subscribe(fail)
    patients = watch(replica, "patient")
    await replica.apply(a_frame(1, 2, change(a_patient())))
    assert patients == [Change(added=[a_patient()])]
    assert "a listener failed" in caplog.text


async def test_rights_that_are_lost_take_their_rows_with_them(store: Store) -> None:
    elsewhere = a_patient("Hemi Ngata", id=an_id("hemi"), pharmacy_ids=[an_id("elsewhere")])
    both = replace(sample.pharmacist, role=Role.ADMIN)
    prescription = signed(a_prescription())
    replica = await a_replica(
        store, a_patient(), elsewhere, prescription, a_payment(prescription), member=both
    )
    prescriptions = watch(replica, "prescription")
    await replica.change_scopes(
        ScopeChanged(clinic=CLINIC, seq=2, access="less", granted=[], revoked=["role:admin"])
    )
    assert replica.patients.values() == [a_patient()]
    assert replica.prescriptions.values() == [prescription]
    assert prescriptions == []
    await replica.change_scopes(
        ScopeChanged(
            clinic=CLINIC, seq=3, access="none", granted=[], revoked=[f"pharmacy:{MAIN_STREET}"]
        )
    )
    assert prescriptions == [Change(removed=[prescription])]
    again = Replica(store.rows, both.id, NoTrace())
    await again.load()
    assert contents(again) == contents(replica)
    assert again.patients.values() == []
    assert again.cursor is not None
    assert again.cursor.access == "none"


async def test_rights_that_narrow_blank_what_is_hidden_now(store: Store) -> None:
    both = replace(sample.pharmacist, role=Role.RECEPTION)
    prescription = signed(a_prescription())
    replica = await a_replica(store, prescription, member=both)
    await replica.change_scopes(
        ScopeChanged(
            clinic=CLINIC, seq=2, access="desk", granted=[], revoked=[f"pharmacy:{MAIN_STREET}"]
        )
    )
    assert replica.prescriptions.values() == [replace(prescription, note=None)]
    again = Replica(store.rows, both.id, NoTrace())
    await again.load()
    assert again.prescriptions.values() == [replace(prescription, note=None)]


async def test_until_what_was_granted_is_here_no_rights_are_those_of_the_rows(
    store: Store,
) -> None:
    """The rights may be the old ones again before the desk has come back, and too much is dropped
    for them (seed 1100 of the simulation)."""
    replica = await a_replica(store, a_patient(), member=sample.pharmacist)
    before = replica.cursor
    granted = ScopeChanged(
        clinic=CLINIC, seq=2, access="other", granted=["pharmacy:elsewhere"],
        revoked=[f"pharmacy:{MAIN_STREET}"],
    )  # fmt: skip
    await replica.change_scopes(granted)
    again = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await again.load()
    assert before is not None
    assert again.cursor is not None
    assert again.cursor.access not in (before.access, granted.access)


def pending(command: Any) -> dict[UUID, Pending]:
    medicine = a_medicine()
    return {an_id("op"): Pending(command, sample.therapist, NOON, {medicine.id: medicine}, "INR")}


async def test_a_pending_command_shows_its_effect_until_the_feed_brings_it(store: Store) -> None:
    replica = await a_replica(store, a_patient(), member=sample.therapist)
    prescriptions = watch(replica, "prescription")
    command = a_draft_command(a_line(a_medicine()))
    replica.show_pending(command.prescription_id, pending(command))
    [shown] = replica.prescriptions.values()
    assert shown.total_minor == 18_000
    assert replica.prescriptions.server_row(shown.id) is None
    row = a_prescription(code=shown.code, updated_at=NOON + timedelta(seconds=1))
    await replica.apply(
        a_frame(1, 3, change(row, op_id=an_id("op")), change(an_item(row), op_id=an_id("op")))
    )
    assert replica.prescriptions.values() == [row]
    assert prescriptions == [Change(added=[shown]), Change(updated=[(shown, row)])]


async def test_a_pending_command_that_was_refused_leaves_no_trace(store: Store) -> None:
    replica = await a_replica(store, a_patient(), member=sample.therapist)
    before = contents(replica)
    command = a_draft_command(a_line(a_medicine()))
    replica.show_pending(command.prescription_id, pending(command))
    replica.show_pending(command.prescription_id, {})
    assert contents(replica) == before


async def test_pending_commands_are_shown_over_a_snapshot_too(store: Store) -> None:
    replica = await a_replica(store, a_patient(), member=sample.therapist)
    command = a_draft_command(a_line(a_medicine()))
    replica.show_pending(command.prescription_id, pending(command))
    await replica.swap(a_snapshot(sample.therapist, a_patient(), seq=9))
    assert [p.status for p in replica.prescriptions.values()] == [PrescriptionStatus.DRAFT]


steps = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["put", "put", "remove"]), st.booleans()),
    max_size=25,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
async def test_a_replica_that_followed_the_log_equals_a_fresh_snapshot(
    store: Store, steps: list[tuple[int, str, bool]]
) -> None:
    replica = await a_replica(store, a_patient())
    mirror: dict[UUID, Prescription] = {}
    replica.prescriptions.subscribe(lambda change: _mirror(mirror, change))
    versions: dict[UUID, int] = {}
    truth: dict[UUID, Prescription] = {}
    for seq, (number, what, with_item) in enumerate(steps, start=2):
        row_id = an_id(f"rx {number}")
        versions[row_id] = versions.get(row_id, 0) + 1
        row = signed(a_prescription(f"rx {number}", version=versions[row_id], total_minor=seq))
        item = an_item(row, f"line {number}", version=row.version)
        items = [change(item)] if with_item else []
        if what == "put":
            truth[row_id] = row
            items.append(change(row))
        else:
            truth.pop(row_id, None)
            items.append(gone(row))
        await replica.apply(a_frame(seq - 1, seq, *items))
    assert {p.id: p for p in replica.prescriptions.values()} == truth
    assert mirror == truth
    followed = contents(replica)
    again = Replica(store.rows, sample.pharmacist.id, NoTrace())
    await again.load()
    assert contents(again) == followed


def _mirror(mirror: dict[UUID, Prescription], change: Change[Prescription]) -> None:
    """What a table does that hears of changes only."""
    for row in change.added:
        assert row.id not in mirror
        mirror[row.id] = row
    for old, new in change.updated:
        assert mirror[old.id] == old
        mirror[new.id] = new
    for row in change.removed:
        assert mirror.pop(row.id) == row
