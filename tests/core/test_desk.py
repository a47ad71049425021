"""A desk against a real socket: it follows, works on without the server, and catches up."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from clinicdesk.contract.commands import HandOver, SignAndSend, TakePayment
from clinicdesk.contract.entities import ItemStatus, PrescriptionStatus
from clinicdesk.contract.problems import Conflict
from clinicdesk.core import desk as desk_module
from clinicdesk.core import sender
from clinicdesk.core.denial import Denied
from clinicdesk.core.desk import Desk
from clinicdesk.core.errors import NotRemembered
from clinicdesk.core.live.effects import Effect
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.live.protocol import FeedProtocol
from clinicdesk.core.outbox import PendingState, Submitted
from clinicdesk.core.profiles import Profiles
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.medicine_table import MedicineTable
from clinicdesk.core.store.rows import StoredRow
from clinicdesk.core.store.sqlcipher import Connection
from clinicdesk.core.vault import MemoryVault
from tests.core import sample
from tests.core.conftest import LastingVault, OpenDesk, home_for, sign_in
from tests.core.patience import eventually
from tests.core.sample import MAIN_STREET, PATIENT, a_line, a_medicine, an_id
from tests.core.small_server import SmallServer

RX = an_id("rx")


def live(desk: Desk) -> bool:
    return desk.link.status is LinkStatus.LIVE


def status(desk: Desk) -> PrescriptionStatus | None:
    prescription = desk.replica.prescriptions.get(RX)
    return None if prescription is None else prescription.status


async def write(desk: Desk) -> None:
    await eventually(lambda: desk.formulary.complete)
    written = await desk.prescribing.write_draft(
        PATIENT, [a_line(a_medicine())], pharmacy_id=MAIN_STREET, prescription_id=RX
    )
    assert isinstance(written, Submitted)


async def write_and_sign(desk: Desk) -> None:
    await write(desk)
    assert isinstance(await desk.prescribing.sign_and_send(RX, MAIN_STREET), Submitted)


async def test_a_prescription_goes_from_the_therapist_s_desk_to_the_pharmacist_s_and_back(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    therapist = await open_desk(sample.therapist)
    pharmacist = await open_desk(sample.pharmacist)
    await eventually(lambda: live(therapist) and live(pharmacist))
    await write_and_sign(therapist)
    await eventually(lambda: RX in pharmacist.replica.prescriptions)
    assert [n.kind for n in pharmacist.notices.all()] == ["prescription_arrived"]
    [item] = pharmacist.replica.items.of(RX)
    for command in (
        pharmacist.dispensing.take_payment(RX),
        pharmacist.dispensing.fulfill(RX, [item.id], hand_reason="no scanner here"),
        pharmacist.dispensing.hand_over(RX, "Ravi Sharma"),
    ):
        assert isinstance(await command, Submitted)
    await eventually(lambda: status(therapist) is PrescriptionStatus.COMPLETED)
    kinds = [notice.kind for notice in reversed(therapist.notices.all())]
    assert kinds == ["prescription_paid", "prescription_fulfilled", "prescription_completed"]
    await eventually(lambda: not therapist.outbox.entries() and not pharmacist.outbox.entries())
    for kind in ("prescription", "prescription_item", "payment"):
        ids = [row.id for row in pharmacist.replica.collection(kind).values()]
        assert ids
        for row_id in ids:
            assert pharmacist.replica.collection(kind).get(row_id) == server.get(kind, row_id)


async def test_a_change_is_shown_at_once_and_the_server_s_row_takes_its_place(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk) and desk.formulary.complete)
    server.cable.cut()
    await eventually(lambda: desk.link.status is LinkStatus.OFFLINE)
    await write(desk)
    assert status(desk) is PrescriptionStatus.DRAFT
    assert desk.outbox.pending(RX) in (PendingState.SAVED_HERE, PendingState.SENDING)
    [item] = desk.replica.items.of(RX)
    assert item.amount_minor == 18_000
    server.cable.mend()
    desk.hurry()
    await eventually(lambda: live(desk) and desk.outbox.pending(RX) is None)
    assert desk.replica.prescriptions.get(RX) == server.get("prescription", RX)


async def test_work_without_the_server_reaches_it_once_and_in_order_when_it_is_back(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk) and desk.formulary.complete)
    server.cable.cut()
    await eventually(lambda: not desk.link.reachable)
    await write_and_sign(desk)
    assert desk.outbox.unsent == 2
    assert server.received == []
    server.cable.mend()
    desk.hurry()
    await eventually(lambda: not desk.outbox.entries())
    assert len(server.carried_out) == 2
    assert server.get("prescription", RX).signed_at is not None


async def test_an_answer_that_is_lost_does_nothing_twice(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk))
    server.lose_answers = 2
    await write_and_sign(desk)
    await eventually(lambda: not desk.outbox.entries())
    assert len(server.carried_out) == 2
    assert len(server.received) == 4
    first, *replays = [entry for entry in server.received if entry[0] == server.carried_out[0]]
    assert all(replay == first for replay in replays)


async def test_what_was_saved_here_is_sent_after_the_program_was_closed_and_opened_again(
    server: SmallServer, open_desk: OpenDesk, tmp_path: Path, vault: LastingVault
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk) and desk.formulary.complete)
    server.cable.cut()
    await eventually(lambda: not desk.link.reachable)
    await write_and_sign(desk)
    await desk.close()
    home = home_for(tmp_path, sample.therapist)
    profiles = Profiles.read(home)
    again = await Desk.open_offline(profiles.users()[0], home=home, vault=vault, profiles=profiles)
    assert again.outbox.unsent == 2
    await eventually(lambda: again.replica.complete)
    prescription = again.replica.prescriptions.get(RX)
    assert prescription is not None
    assert prescription.signed_at is not None
    assert again.replica.patients.get(PATIENT) == sample.a_patient()
    await eventually(lambda: again.link.status is LinkStatus.OFFLINE)
    server.cable.mend()
    again.hurry()
    await eventually(lambda: live(again) and not again.outbox.entries())
    assert server.snapshots == 1
    await again.close()


async def test_somebody_who_is_not_remembered_cannot_open_a_desk_without_the_server(
    server: SmallServer, open_desk: OpenDesk, tmp_path: Path
) -> None:
    desk = await open_desk(sample.therapist)
    home = home_for(tmp_path, sample.therapist)
    with pytest.raises(NotRemembered, match="sign in"):
        await Desk.open_offline(
            desk.session.user, home=home, vault=LastingVault(), profiles=Profiles.read(home)
        )


async def test_a_refusal_stays_until_somebody_has_read_it_and_what_built_upon_it_is_refused_too(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk) and desk.formulary.complete)
    await write(desk)
    await eventually(lambda: not desk.outbox.entries())
    server.cable.cut()
    await eventually(lambda: not desk.link.reachable)
    server.refuse["revise_draft"] = Conflict(detail="Not this medicine.")
    lines = [a_line(a_medicine("Ibuprofen", "400 mg"))]
    await desk.prescribing.revise_draft(RX, lines, pharmacy_id=MAIN_STREET)
    await desk.prescribing.sign_and_send(RX, MAIN_STREET)
    server.cable.mend()
    desk.hurry()
    await eventually(lambda: len(desk.outbox.refused()) == 2)
    revise, sign = desk.outbox.refused()
    assert isinstance(revise.refusal, Conflict)
    assert type(sign.refusal).__name__ == "Stale", "the old lines must not be signed"
    assert server.get("prescription", RX).signed_at is None
    [item] = desk.replica.items.of(RX)
    assert item.generic_name == "Amoxicillin"
    assert desk.outbox.pending(RX) is PendingState.REFUSED
    await desk.outbox.dismiss(revise.op_id)
    await desk.outbox.dismiss(sign.op_id)
    assert desk.outbox.pending(RX) is None


async def test_a_refusal_does_not_hold_up_other_prescriptions(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk) and desk.formulary.complete)
    server.refuse["sign_and_send"] = Conflict(detail="No.")
    await write_and_sign(desk)
    other = an_id("other rx")
    await desk.prescribing.write_draft(
        PATIENT, [a_line(a_medicine(), "other")], prescription_id=other
    )
    await eventually(lambda: desk.outbox.pending(other) is None)
    assert server.get("prescription", other) is not None


async def test_a_server_that_is_down_behind_a_proxy_is_asked_again_with_the_same_key(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk))
    server.faults = 2
    await write(desk)
    await eventually(lambda: not desk.outbox.entries())
    assert len({op_id for op_id, _match, _command in server.received}) == 1
    assert len(server.received) == 3


async def test_while_the_server_has_no_database_the_desk_is_not_live_and_keeps_what_is_done(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk) and desk.formulary.complete)
    server.lose_database()
    await eventually(lambda: desk.link.status is LinkStatus.OFFLINE)
    assert desk.link.server_answers
    assert "cannot reach its database" in desk.link.detail
    await write(desk)
    assert desk.outbox.unsent == 1
    assert server.received == [], "it would be refused, and would be in the way"
    server.find_database()
    await eventually(lambda: live(desk))
    assert (desk.link.server_answers, desk.link.detail) == (False, "")
    await eventually(lambda: not desk.outbox.entries())


class Mistakes:
    """Has a function of the program fail a few times, and hears what the event loop is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.told: list[str] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context: self.told.append(context["message"])
        )

    def plant(self, where: object, name: str, times: int) -> None:
        right = getattr(where, name)
        left = times

        def wrong(*args: Any, **kwargs: Any) -> Any:
            nonlocal left
            left -= 1
            if left >= 0:
                raise RuntimeError("a mistake")
            return right(*args, **kwargs)

        self._monkeypatch.setattr(where, name, wrong)


async def test_a_mistake_in_sending_is_told_and_the_command_goes_once_all_the_same(
    server: SmallServer, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistakes = Mistakes(monkeypatch)
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk))
    mistakes.plant(sender, "request_of", times=2)
    await write(desk)
    await eventually(lambda: not desk.outbox.entries())
    assert mistakes.told == ["sending a command failed"] * 2
    assert len(server.received) == 1


@pytest.mark.parametrize("at", ["apply", "swap"])
async def test_a_mistake_in_taking_rows_is_told_and_the_desk_goes_on_with_all_of_them(
    server: SmallServer, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    mistakes = Mistakes(monkeypatch)
    desk = await open_desk(sample.pharmacist)
    await eventually(lambda: live(desk))
    mistakes.plant(desk.replica, "apply", times=1)
    if at == "swap":
        mistakes.plant(desk.replica, "swap", times=1)
    server.write(sample.signed(sample.a_prescription("rx")))
    await eventually(lambda: RX in desk.replica.prescriptions and live(desk))
    server.write(sample.signed(sample.a_prescription("another rx")))
    await eventually(lambda: an_id("another rx") in desk.replica.prescriptions)
    assert len(mistakes.told) == (1 if at == "apply" else 2)


async def test_a_mistake_in_fetching_medicines_is_told_and_they_come_all_the_same(
    server: SmallServer, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistakes = Mistakes(monkeypatch)
    mistakes.plant(MedicineTable, "take_page", times=2)
    desk = await open_desk(sample.therapist)
    await eventually(lambda: desk.formulary.complete)
    assert await desk.search.medicines("ibu")
    assert mistakes.told == ["fetching the formulary failed"] * 2


async def test_a_mistake_in_reading_the_rows_is_told_and_the_desk_joins_all_the_same(
    server: SmallServer, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "READ_AGAIN_S", 0.2)
    mistakes = Mistakes(monkeypatch)
    mistakes.plant(Replica, "load_rest", times=2)
    desk = await open_desk(sample.therapist)
    await eventually(lambda: desk.link.status is LinkStatus.OFFLINE)
    assert "tries again by itself" in desk.link.detail
    await eventually(lambda: live(desk))
    assert mistakes.told == ["reading the rows failed"] * 2


async def test_a_mistake_of_the_feed_s_clock_is_told_and_it_goes_on(
    server: SmallServer, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistakes = Mistakes(monkeypatch)
    ticks: list[float] = []
    right = FeedProtocol.tick

    def tick(self: FeedProtocol, now: float, wall: float) -> list[Effect]:
        ticks.append(now)
        return right(self, now, wall)

    monkeypatch.setattr(FeedProtocol, "tick", tick)
    mistakes.plant(FeedProtocol, "tick", times=1)
    await open_desk(sample.therapist)
    await eventually(lambda: ticks)
    assert mistakes.told == ["the feed's clock failed"]


async def test_somebody_else_s_change_in_between_makes_a_queued_command_stale(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    pharmacist = await open_desk(sample.pharmacist)
    await eventually(lambda: live(pharmacist))
    prescription = sample.signed(sample.a_prescription("rx"))
    server.write(prescription, sample.an_item(prescription))
    await eventually(lambda: RX in pharmacist.replica.prescriptions)
    server.cable.cut()
    await eventually(lambda: not pharmacist.link.reachable)
    assert isinstance(await pharmacist.dispensing.take_payment(RX), Submitted)
    cancelled = replace(prescription, version=3, status=PrescriptionStatus.CANCELLED, total_minor=0)
    server.write(cancelled, by=sample.therapist.id)
    server.cable.mend()
    pharmacist.hurry()
    await eventually(lambda: pharmacist.outbox.refused())
    [refused] = pharmacist.outbox.refused()
    assert type(refused.refusal).__name__ == "Stale"
    await eventually(lambda: status(pharmacist) is PrescriptionStatus.CANCELLED)


async def test_after_a_restore_commands_whose_effect_was_not_seen_are_offered_again(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk) and desk.formulary.complete)
    for socket in server._sockets:
        socket.wake = _Never()  # type: ignore[assignment]
    await write(desk)
    await eventually(lambda: desk.outbox.pending(RX) is PendingState.SENT)
    server.restore("second", forget_prescriptions=True)
    await eventually(lambda: live(desk) and not desk.outbox.entries())
    assert server.get("prescription", RX) is not None
    assert status(desk) is PrescriptionStatus.DRAFT
    assert len(set(server.carried_out)) == 1
    assert len(server.carried_out) == 2


async def test_the_formulary_is_fetched_in_pages_and_followed_when_it_changes(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: desk.formulary.complete)
    names = [medicine.generic_name for medicine in await desk.search.medicines("para")]
    assert names == ["Paracetamol"]
    server.medicines.append(a_medicine("Cetirizine", "10 mg", revision=2))
    server.write(replace(sample.formulary, version=2, revision=2, medicine_count=4))
    await eventually(lambda: len(server.pages) == 3)
    await eventually(lambda: desk.formulary.complete)
    assert [medicine.strength for medicine in await desk.search.medicines("cetiri")] == ["10 mg"]
    assert server.pages == [2, 1, 1], "only what changed is fetched again"


async def test_controlled_medicines_and_refunds_wait_for_the_server_and_say_so(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    pharmacist = await open_desk(sample.pharmacist)
    await eventually(lambda: live(pharmacist))
    ready = replace(
        sample.signed(sample.a_prescription("rx")),
        status=PrescriptionStatus.FULFILLED, paid_minor=18_000, controlled=True,
    )  # fmt: skip
    server.write(ready, sample.an_item(ready, status=ItemStatus.READY, prepared=15))
    await eventually(lambda: RX in pharmacist.replica.prescriptions)
    assert pharmacist.dispensing.can(HandOver, RX) is None
    server.cable.cut()
    await eventually(lambda: not pharmacist.link.reachable)
    why = pharmacist.dispensing.can(HandOver, RX)
    assert why is not None
    assert "controlled" in why
    refused = await pharmacist.dispensing.cancel(RX, "stock has expired")
    assert isinstance(refused, Denied)
    assert "refunded" in refused.sentence
    assert pharmacist.outbox.entries() == []


async def test_what_a_role_may_not_do_is_said_before_it_is_tried(open_desk: OpenDesk) -> None:
    therapist = await open_desk(sample.therapist)
    await eventually(lambda: therapist.replica.complete)
    assert therapist.prescribing.can(TakePayment, RX) == "Only pharmacists can do this."
    pharmacist = await open_desk(sample.pharmacist)
    assert pharmacist.prescribing.can(SignAndSend, RX) == "Only therapists can do this."
    denied = await pharmacist.prescribing.write_draft(PATIENT, [])
    assert denied == Denied("Only therapists can do this.")


async def test_a_reason_that_is_too_short_is_denied_by_its_field(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    therapist = await open_desk(sample.therapist)
    await eventually(lambda: live(therapist))
    await write(therapist)
    denied = await therapist.prescribing.cancel(RX, " x ")
    assert denied == Denied("The reason needs at least 3 characters.", "reason")


def overwrite(path: Path) -> None:
    """Damage every page but the first ones, where the schema is."""
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        for page in range(20 * 4096, size, 4096):
            file.seek(page + 100)
            file.write(os.urandom(64))


def files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.rglob(pattern))


def stores(folder: Path) -> list[str]:
    return sorted(path.suffixes[-2] for path in folder.rglob("*.db") if len(path.suffixes) > 1)


async def test_a_damaged_store_is_put_aside_and_everything_is_fetched_again(
    server: SmallServer, open_desk: OpenDesk, tmp_path: Path
) -> None:
    people = [sample.a_patient(f"Ravi {n}", id=an_id(f"ravi {n}")) for n in range(200)]
    server.write(*people)
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk))
    await desk.close()
    [store] = files(tmp_path, "*.db")
    overwrite(store)
    again = await open_desk(sample.therapist)
    [note] = again.notes
    assert "damaged" in note
    await eventually(lambda: live(again))
    assert len(again.replica.patients) == 201
    assert stores(tmp_path) == [".damaged"]


@pytest.mark.parametrize("kind", ["patient", "prescription_item"])
async def test_rows_that_another_version_wrote_otherwise_are_fetched_anew(
    server: SmallServer, tmp_path: Path, vault: LastingVault, kind: str
) -> None:
    prescription = sample.signed(sample.a_prescription("rx"))
    server.write(prescription, sample.an_item(prescription))
    desk = await Desk.open(await sign_in(server, sample.pharmacist, tmp_path, vault))
    await eventually(lambda: live(desk))
    rows = {row.id for row in desk.replica.by_kind[kind].values()}
    other = StoredRow(kind, next(iter(rows)), 99, b'{"of": "another version"}')
    assert desk.replica.position is not None
    await desk.replica._store.move(desk.replica.position, [other])
    await desk.close()

    desk = await Desk.open(await sign_in(server, sample.pharmacist, tmp_path, vault))
    try:
        await eventually(lambda: {row.id for row in desk.replica.by_kind[kind].values()} == rows)
        await eventually(lambda: live(desk))
    finally:
        await desk.close()


async def test_medicines_and_notices_of_another_version_keep_no_desk_from_opening(
    server: SmallServer, tmp_path: Path, vault: LastingVault
) -> None:
    desk = await Desk.open(await sign_in(server, sample.pharmacist, tmp_path, vault))
    await eventually(lambda: live(desk) and desk.formulary.complete)
    server.write(sample.signed(sample.a_prescription("rx")))
    await eventually(lambda: desk.notices.all())

    def written_by_another_version(connection: Connection) -> None:
        for table in ("medicine", "notice"):
            connection.execute(f"UPDATE {table} SET body = ?", (b'{"of": "another version"}',))

    await desk._store.medicines._writer.transaction(written_by_another_version)
    await desk.close()

    desk = await Desk.open(await sign_in(server, sample.pharmacist, tmp_path, vault))
    try:
        assert desk.notices.all() == []
        await eventually(lambda: desk.formulary.complete)
        (found,) = await desk.search.medicines("ibu")
        assert found.generic_name == "Ibuprofen"
    finally:
        await desk.close()


async def test_a_store_whose_key_is_lost_is_put_aside(
    server: SmallServer, open_desk: OpenDesk, vault: LastingVault, tmp_path: Path
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk))
    await desk.close()
    home, user = desk.session.home, desk.session.user
    await vault.delete(home.secret_name("store-key", user.server, user.clinic.id, user.member.id))
    again = await open_desk(sample.therapist)
    assert "could not be unlocked" in again.notes[0]
    assert stores(tmp_path) == [".wrong-key"]


async def test_without_a_lasting_vault_nothing_stays_on_the_disk(
    server: SmallServer, tmp_path: Path
) -> None:
    session = await sign_in(server, sample.therapist, tmp_path, MemoryVault())
    desk = await Desk.open(session)
    await eventually(lambda: live(desk))
    assert len(files(tmp_path, "*.db")) == 1
    await desk.close()
    assert files(tmp_path / "therapist" / "data", "*.*") == []


async def test_rights_that_were_withdrawn_stop_the_desk_and_say_so(
    server: SmallServer, open_desk: OpenDesk
) -> None:
    desk = await open_desk(sample.therapist)
    await eventually(lambda: live(desk))
    server.tokens.clear()
    server.refresh_tokens.clear()
    server.cable.drop()
    await eventually(lambda: desk.link.status is LinkStatus.SIGNED_OUT)
    assert "sign in again" in desk.link.detail


class _Never:
    """A wake-up that never comes: the feed of a server that has stalled."""

    def set(self) -> None:
        pass

    def clear(self) -> None:
        pass
