"""What a socket brings is what row-level security gives: random people, random rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from clinicdesk.contract.entities import ENTITIES, Role
from clinicdesk.contract.frames import Cursor
from clinicdesk.server.database.database import Actor, Database
from tests.end_to_end.clinic import CLINIC, CORNER, MAIN, PATIENTS, STAFF, TARA, TOM, an_id
from tests.end_to_end.proxy import Proxy
from tests.end_to_end.raw import Caller, Follower
from tests.end_to_end.truth import Truth

EXAMPLES: Final = 6
TEAMS: Final = st.sets(st.sampled_from([TARA, TOM]))
SUPPLIERS: Final = st.sets(st.sampled_from([MAIN, CORNER]))


class Writing(Struct, frozen=True):
    """A row of a patient's, written or changed by the owner."""

    patient: UUID
    team: set[UUID]
    suppliers: set[UUID]
    practitioner: UUID
    pharmacy: UUID
    signed: bool
    later: str
    """What becomes of its prescription afterwards."""


class Rights(Struct, frozen=True):
    """What somebody is to the clinic."""

    role: Role
    practitioner: UUID | None
    pharmacy: UUID | None


def writings() -> st.SearchStrategy[Writing]:
    return st.builds(
        Writing,
        patient=st.sampled_from(PATIENTS),
        team=TEAMS,
        suppliers=SUPPLIERS,
        practitioner=st.sampled_from([TARA, TOM]),
        pharmacy=st.sampled_from([MAIN, CORNER]),
        signed=st.booleans(),
        later=st.sampled_from(["nothing", "signed", "strikes a line", "cancelled", "paid"]),
    )


def rights() -> st.SearchStrategy[Rights]:
    return st.builds(
        Rights,
        st.sampled_from(Role),
        st.sampled_from([None, TARA, TOM]),
        st.sampled_from([None, MAIN, CORNER]),
    ).filter(
        # As the table has it: a therapist is somebody, a pharmacist stands somewhere.
        lambda r: (
            (r.role is not Role.THERAPIST or r.practitioner is not None)
            and (r.role is not Role.PHARMACIST or r.pharmacy is not None)
        )
    )


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await Database.open(database_url, pool_size=2)
    yield database
    await database.close()


@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    people=st.lists(rights(), min_size=len(STAFF) - 1, max_size=len(STAFF) - 1),
    history=st.lists(writings(), min_size=5, max_size=15),
)
async def test_a_socket_gets_the_rows_that_row_level_security_gives(
    proxy: Proxy, database: Database, truth: Truth, people: list[Rights], history: list[Writing]
) -> None:
    logins = [login for login in STAFF if login != "ada"]
    for login, right in zip(logins, people, strict=True):
        await truth.do(
            "update member set role = %(role)s, practitioner_id = %(practitioner)s,"
            " pharmacy_id = %(pharmacy)s where id = %(id)s",
            role=right.role.value, practitioner=right.practitioner, pharmacy=right.pharmacy,
            id=an_id(f"member {login}"),
        )  # fmt: skip
    callers = [await Caller.sign_in(proxy.url, login) for login in logins]
    begun = [await caller.snapshot() for caller in callers]

    for writing in history:
        await _carry_out(writing, truth)
    head = await truth.head()

    for caller, snapshot in zip(callers, begun, strict=True):
        cursor = Cursor(
            clinic=CLINIC,
            epoch=snapshot.head.epoch,
            seq=snapshot.head.seq,
            access=snapshot.head.access,
        )
        async with Follower(caller, cursor) as follower:
            for kind, bodies in snapshot.rows.items():
                for body in bodies:
                    follower.fold_row(kind, body)
            await follower.follow_until(lambda at: at >= head)
        given_by_policy = await _under_policies(database, caller)
        assert {key: row["version"] for key, row in follower.rows.items()} == given_by_policy
        _assert_fields_hidden(caller, follower.rows)
        await caller.close()


async def _under_policies(database: Database, caller: Caller) -> dict[tuple[str, UUID], int]:
    member = caller.signed_in.member
    actor = Actor(CLINIC, member.id, member.account_id, caller.device_id)
    async with database.snapshot(actor) as tx:
        return {
            (kind, row_id): version
            for kind in ENTITIES
            for row_id, version in await tx.all(f"select id, version from {kind}")
        }


def _assert_fields_hidden(caller: Caller, rows: dict[tuple[str, UUID], dict[str, Any]]) -> None:
    """The front desk reads no clinical text, but of what it prescribed or supplies itself."""
    member = caller.signed_in.member
    if member.role is not Role.RECEPTION:
        return
    for (kind, _), row in rows.items():
        if kind == "prescription":
            own = row["practitioner_id"] == str(member.practitioner_id) or row[
                "pharmacy_id"
            ] == str(member.pharmacy_id)
            assert (row["note"] is not None) is own


async def _carry_out(writing: Writing, truth: Truth) -> None:
    prescription_id, lines = uuid4(), [uuid4(), uuid4()]
    await truth.do(
        "update patient set practitioner_ids = %(team)s::uuid[], pharmacy_ids = %(from)s::uuid[]"
        " where id = %(id)s",
        team=list(writing.team), id=writing.patient, **{"from": list(writing.suppliers)},
    )  # fmt: skip
    about = {
        "id": prescription_id, "clinic": CLINIC, "code": f"RX-{prescription_id.hex[:8]}",
        "patient": writing.patient, "practitioner": writing.practitioner,
        "pharmacy": writing.pharmacy, "signed": writing.signed, "by": an_id("member ada"),
        "first": lines[0], "second": lines[1], "medicine": an_id("medicine para"),
        "payment": uuid4(),
    }  # fmt: skip
    await truth.do(_PRESCRIBE, **about)
    await truth.do(_LINES, **about)
    if writing.later == "paid" and not writing.signed:
        await truth.do(_LATER["signed"], **about)
    if writing.later in _LATER and not (writing.later == "strikes a line" and writing.signed):
        await truth.do(_LATER[writing.later], **about)


_PRESCRIBE: Final = """
insert into prescription (id, clinic_id, version, code, patient_id, practitioner_id, pharmacy_id,
  status, signed_at, note, item_count, controlled, total_minor, paid_minor, currency, created_at,
  updated_at, updated_by)
values (%(id)s, %(clinic)s, 1, %(code)s, %(patient)s, %(practitioner)s, %(pharmacy)s, 'DRAFT',
  case when %(signed)s then now() end, 'a note', 2, false, 0, 0, 'INR', now(), now(), %(by)s)
"""
_LINES: Final = """
insert into prescription_item (id, clinic_id, version, prescription_id, patient_id,
  practitioner_id, pharmacy_id, signed_at, line, medicine_id, generic_name, strength, form, brand,
  schedule, dose, route, frequency, days, quantity, instructions, amount_minor, currency, status,
  supplied, updated_at, updated_by)
select l.id, p.clinic_id, 1, p.id, p.patient_id, p.practitioner_id, p.pharmacy_id, p.signed_at,
  l.line, %(medicine)s, 'Paracetamol', '', 'tablet', '', 'OTC', '1', 'oral', 'BD', 1, 1, '', 0,
  'INR', 'PENDING', 0, now(), %(by)s
from prescription p, (values (%(first)s::uuid, 1), (%(second)s::uuid, 2)) as l (id, line)
where p.id = %(id)s
"""
_LATER: Final = {
    "signed": "update prescription set signed_at = coalesce(signed_at, now()) where id = %(id)s",
    "strikes a line": "delete from prescription_item where id = %(second)s",
    "cancelled": "update prescription set status = 'CANCELLED', cancelled_at = now(),"
    " cancel_reason = 'not needed' where id = %(id)s",
    "paid": "insert into payment (id, clinic_id, version, prescription_id, patient_id,"
    " practitioner_id, pharmacy_id, kind, method, status, amount_minor, currency, received_by,"
    " created_at, settled_at) select %(payment)s, clinic_id, 1, id, patient_id, practitioner_id,"
    " pharmacy_id, 'payment', 'cash', 'COMPLETED', 1, 'INR', %(by)s, now(), now()"
    " from prescription where id = %(id)s",
}
