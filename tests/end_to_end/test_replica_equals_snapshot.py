"""A desk that followed the log holds what a fresh snapshot holds: each role, each kind of row."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from clinicdesk.contract.commands import DraftItem
from clinicdesk.contract.entities import PrescriptionStatus, Role
from clinicdesk.core.desk import Desk
from tests.end_to_end.clinic import (
    AMOXICILLIN,
    CORNER,
    MAIN,
    MORPHINE,
    PARACETAMOL,
    PATIENTS,
    STAFF,
    TARA,
    TOM,
    a_line,
    an_id,
)
from tests.end_to_end.desks import (
    Office,
    caught_up,
    equals_a_fresh_snapshot,
    fresh_snapshot,
    rows_of,
    sent,
    write,
    write_and_sign,
)
from tests.end_to_end.polling import until
from tests.end_to_end.proxy import A_SNAPSHOT, Proxy
from tests.end_to_end.truth import Truth

EXAMPLES: Final = 5
MEDICINES: Final = (PARACETAMOL, AMOXICILLIN, MORPHINE)


class Step(Struct, frozen=True):
    """Something that somebody does; `pick` chooses among what there is to do it to."""

    who: str
    what: str
    pick: int
    waits: bool


def steps() -> st.SearchStrategy[Step]:
    prescribers = st.builds(
        Step,
        st.sampled_from(["tara", "tom"]),
        st.sampled_from(["write", "revise", "send", "send", "write_and_send", "cancel"]),
        st.integers(0, 1000),
        st.booleans(),
    )
    pharmacists = st.builds(
        Step,
        st.sampled_from(["pia", "paul", "quin"]),
        st.sampled_from(
            ["pay", "pay", "fulfil", "fulfil", "decline", "hand_over", "cancel", "refund"]
        ),
        st.integers(0, 1000),
        st.booleans(),
    )
    administration = st.builds(
        Step,
        st.just("ada"),
        st.sampled_from(["care_team", "allergy", "formulary", "patient", "service"]),
        st.integers(0, 1000),
        st.just(True),
    )
    return st.one_of(prescribers, prescribers, pharmacists, pharmacists, administration)


class History:
    """Does what the steps say, by the desks' own use cases."""

    def __init__(self, desks: dict[str, Desk], truth: Truth) -> None:
        self._desks = desks
        self._truth = truth
        self._prescribing: dict[str, Callable[[Desk, int], Awaitable[object]]] = {
            "write": self._write,
            "write_and_send": self._write_and_send,
            "revise": self._revise,
            "send": self._send,
            "cancel": self._cancel,
        }
        self._dispensing: dict[str, Callable[[Desk, int], Awaitable[object]]] = {
            "pay": self._pay,
            "fulfil": self._fulfil,
            "decline": self._decline,
            "hand_over": self._hand_over,
            "cancel": self._cancel,
            "refund": self._refund,
        }

    async def do(self, step: Step) -> None:
        desk = self._desks[step.who]
        if desk.member.role is Role.ADMIN:
            await self._truth.do(_ADMINISTRATION[step.what], n=step.pick, tara=TARA, tom=TOM)
            return
        by_role = self._prescribing if desk.member.role is Role.THERAPIST else self._dispensing
        await by_role[step.what](desk, step.pick)
        if step.waits:
            await sent(desk)
            for other in self._desks.values():
                await caught_up(other, await self._truth.head())

    async def _write(self, desk: Desk, pick: int) -> None:
        await write(desk, *_lines(pick), patient=_own_patient(desk, pick))

    async def _write_and_send(self, desk: Desk, pick: int) -> None:
        pharmacy = (MAIN, CORNER)[pick % 2]
        patient = _own_patient(desk, pick)
        await write_and_sign(desk, *_lines(pick), patient=patient, pharmacy=pharmacy)

    async def _revise(self, desk: Desk, pick: int) -> None:
        if (found := _any(desk, pick, PrescriptionStatus.DRAFT)) is not None:
            await desk.prescribing.revise_draft(found, _lines(pick), pharmacy_id=MAIN, note="anew")

    async def _send(self, desk: Desk, pick: int) -> None:
        if (found := _any(desk, pick, PrescriptionStatus.DRAFT)) is not None:
            await desk.prescribing.sign_and_send(found, (MAIN, CORNER)[pick % 2])

    async def _cancel(self, desk: Desk, pick: int) -> None:
        if (found := _any(desk, pick)) is not None:
            by = desk.prescribing if desk.member.practitioner_id else desk.dispensing
            await by.cancel(found, "no longer needed")

    async def _pay(self, desk: Desk, pick: int) -> None:
        if (found := _any(desk, pick, PrescriptionStatus.DRAFT)) is not None:
            due = desk.dispensing.amount_due(found)
            await desk.dispensing.take_payment(found, due // 2 if pick % 3 == 0 else due)

    async def _fulfil(self, desk: Desk, pick: int) -> None:
        if (found := _any(desk, pick, PrescriptionStatus.PAID)) is not None:
            lines = [item.id for item in desk.replica.items.of(found)]
            await desk.dispensing.fulfill(
                found, lines[: 1 if pick % 4 == 0 else None], hand_reason="no scanner here"
            )

    async def _decline(self, desk: Desk, pick: int) -> None:
        if (found := _any(desk, pick, PrescriptionStatus.PAID)) is not None:
            lines = desk.replica.items.of(found)
            if lines:
                await desk.dispensing.decline(found, lines[pick % len(lines)].id, "out of stock")

    async def _hand_over(self, desk: Desk, pick: int) -> None:
        if (found := _any(desk, pick, PrescriptionStatus.FULFILLED)) is not None:
            await desk.dispensing.hand_over(found, "the patient")

    async def _refund(self, desk: Desk, pick: int) -> None:
        for found in desk.replica.prescriptions.values():
            for payment_id in desk.dispensing.refunds_owed(found.id):
                await desk.dispensing.pay_out_refund(found.id, payment_id)
                return


_NTH: Final = "(select id from {} order by id offset %(n)s %% (select count(*) from {}) limit 1)"
_ADMINISTRATION: Final = {
    "care_team": "update patient set practitioner_ids = case when %(n)s % 3 = 0 then "
    "array[%(tara)s, %(tom)s]::uuid[] when %(n)s % 3 = 1 then array[%(tara)s]::uuid[] "
    "else array[%(tom)s]::uuid[] end where id = ".replace(" % 3", " %% 3")
    + _NTH.format("patient", "patient"),
    "allergy": "update allergy set active = not active where id = "
    + _NTH.format("allergy", "allergy"),
    "formulary": "update formulary set name = name || %(n)s::text where length(name) < 40",
    "patient": "update patient set phone = '+91' || (9800000000 + %(n)s)::text where id = "
    + _NTH.format("patient", "patient"),
    "service": "update service set price_minor = %(n)s",
}
"""What an administrator can change at the database, in one statement."""


def _lines(pick: int) -> list[DraftItem]:
    return [a_line(MEDICINES[(pick + place) % 3], 5 + pick % 7) for place in range(1 + pick % 3)]


def _own_patient(desk: Desk, pick: int) -> UUID:
    own = sorted(patient.id for patient in desk.replica.patients.values())
    return own[pick % len(own)] if own else PATIENTS[0]


def _any(desk: Desk, pick: int, status: PrescriptionStatus | None = None) -> UUID | None:
    found = sorted(p.id for p in desk.replica.prescriptions.values() if status in (None, p.status))
    return found[pick % len(found)] if found else None


@pytest.fixture
async def desks(office: Office) -> dict[str, Desk]:
    return {login: await office.open(login) for login in STAFF}


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps(), min_size=15, max_size=40))
async def test_after_any_history_each_desk_equals_a_fresh_snapshot(
    desks: dict[str, Desk], truth: Truth, history: list[Step]
) -> None:
    doer = History(desks, truth)
    for step in history:
        await doer.do(step)
    for desk in desks.values():
        await sent(desk)
        for entry in desk.outbox.refused():
            await desk.outbox.dismiss(entry.op_id)

    for desk in desks.values():
        await equals_a_fresh_snapshot(desk)
        assert desk.outbox.entries() == []
        assert _shown(desk) == rows_of(desk)


def _shown(desk: Desk) -> dict[str, dict[UUID, object]]:
    return {
        kind: {row.id: row for row in desk.replica.collection(kind).values()}
        for kind in rows_of(desk)
    }


async def test_what_is_on_the_disk_is_what_was_in_memory(office: Office) -> None:
    desk = await office.open("tara")
    await write_and_sign(desk)
    await sent(desk)
    await equals_a_fresh_snapshot(desk)
    before = rows_of(desk)

    await office.close(desk)
    again = await office.reopen("tara")
    await until(lambda: again.replica.complete)

    assert rows_of(again) == before


async def test_a_patient_who_changes_hands_leaves_one_desk_and_comes_to_the_other(
    office: Office, truth: Truth
) -> None:
    tara, tom = await office.open("tara"), await office.open("tom")
    patient = PATIENTS[0]
    allergy = an_id("allergy P-000001")
    assert patient in tara.replica.patients
    assert patient not in tom.replica.patients

    await truth.do(
        "update patient set practitioner_ids = %(t)s where id = %(p)s", t=[TOM], p=patient
    )

    await until(lambda: patient in tom.replica.patients)
    await until(lambda: patient not in tara.replica.patients)
    assert allergy in tom.replica.allergies
    assert allergy not in tara.replica.allergies
    await equals_a_fresh_snapshot(tara)
    await equals_a_fresh_snapshot(tom)


async def test_signing_shows_the_patient_and_the_lines_to_the_pharmacy(office: Office) -> None:
    tara, pia, rita = [await office.open(login) for login in ("tara", "pia", "rita")]
    assert len(pia.replica.patients) == 0

    prescription_id = await write_and_sign(tara)

    await until(lambda: prescription_id in pia.replica.prescriptions)
    await until(lambda: prescription_id in rita.replica.prescriptions)
    assert PATIENTS[0] in pia.replica.patients
    assert len(pia.replica.allergies) == 1
    assert len(pia.replica.items.of(prescription_id)) == 1
    assert rita.replica.items.of(prescription_id) == []
    await equals_a_fresh_snapshot(pia)
    await equals_a_fresh_snapshot(rita)


@pytest.mark.parametrize(
    ("change", "holds_prescriptions"),
    [
        ("role = 'reception', pharmacy_id = null", True),
        (f"pharmacy_id = '{CORNER}'", False),
        ("role = 'admin', pharmacy_id = null", True),
    ],
)
async def test_a_change_of_ones_rights_takes_and_gives_rows_while_the_desk_is_open(
    office: Office, truth: Truth, change: str, holds_prescriptions: bool
) -> None:
    tara, paul = await office.open("tara"), await office.open("paul")
    prescription_id = await write_and_sign(tara)
    await until(lambda: prescription_id in paul.replica.prescriptions)
    await truth.do(f"update member set {change} where id = %(id)s", id=an_id("member paul"))

    await caught_up(paul, await truth.head())
    await until(lambda: (prescription_id in paul.replica.prescriptions) is holds_prescriptions)
    await equals_a_fresh_snapshot(paul)
    _, rows = await fresh_snapshot(paul)
    assert (prescription_id in rows["prescription"]) is holds_prescriptions


async def test_a_desk_that_ends_before_it_has_what_it_was_granted_fetches_it_the_next_time(
    office: Office, proxy: Proxy, truth: Truth
) -> None:
    tara, paul = await office.open("tara"), await office.open("paul")
    draft = await write(tara)
    proxy.lose_answers(to=A_SNAPSHOT)
    await truth.do(
        "update member set role = 'admin', pharmacy_id = null where id = %(id)s",
        id=an_id("member paul"),
    )
    await until(lambda: proxy.lost > 0)

    await office.close(paul)
    proxy.resume()
    paul = await office.reopen("paul")

    await until(lambda: draft in paul.replica.prescriptions)
    await equals_a_fresh_snapshot(paul)
