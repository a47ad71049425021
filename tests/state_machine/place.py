"""Where the machine runs: one server and one database, a pair of fresh clinics for each example."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import psycopg

from clinicdesk.contract.entities import Member
from clinicdesk.server.database.audit import verify
from clinicdesk.server.database.database import Database
from clinicdesk.server.domain.staff import Tokens, add_account
from tests.running_server import Desk, RunningServer
from tests.state_machine.clinics import MadeClinic, an_account, make_clinic, sign_in

PRESCRIPTION = """
select json_build_object(
  'header', (
    select json_build_object(
      'status', status, 'version', version, 'total_minor', total_minor, 'paid_minor', paid_minor,
      'signed', signed_at is not null, 'item_count', item_count, 'controlled', controlled,
      'pharmacy_id', pharmacy_id)
    from prescription where clinic_id = %(clinic)s and id = %(id)s),
  'lines', coalesce((
    select json_agg(json_build_array(id, status, supplied, quantity, amount_minor) order by line)
    from prescription_item where clinic_id = %(clinic)s and prescription_id = %(id)s), '[]'),
  'ledger', coalesce((
    select json_agg(m) from payment m
    where clinic_id = %(clinic)s and prescription_id = %(id)s), '[]'))
"""

WRONG = """
select code from prescription p
join lateral (
  select count(*) as lines, coalesce(bool_or(supplied > quantity), false) as too_much,
         coalesce(sum(amount_minor) filter (
           where status not in ('DECLINED', 'CANCELLED')), 0) as due
  from prescription_item i where i.clinic_id = p.clinic_id and i.prescription_id = p.id
) i on true
join lateral (
  select coalesce(sum(case kind when 'payment' then amount_minor else -amount_minor end), 0) as paid
  from payment m where m.clinic_id = p.clinic_id and m.prescription_id = p.id
) m on true
where p.clinic_id = %(clinic)s
  and (i.too_much or i.lines <> p.item_count or i.due <> p.total_minor or m.paid <> p.paid_minor
       or m.paid < 0)
"""
"""Prescriptions that say something else than their lines and their ledger."""


class Place:
    """A running server, and its database behind its back.

    Attributes:
        url: Of the server.
    """

    def __init__(self, server: RunningServer, secret: bytes) -> None:
        self.url = server.url
        self._server = server
        self._tokens = Tokens(secret)
        self._owner = psycopg.connect(server.database_url, autocommit=True)
        self._loop = asyncio.Runner()
        self._database = self._loop.run(Database.open(server.database_url, pool_size=1))

    def close(self) -> None:
        """Let go of the database."""
        self._owner.close()
        self._loop.run(self._database.close())
        self._loop.close()

    def new_clinics(self) -> list[MadeClinic]:
        """Two clinics that share nothing but their administrator's account."""

        async def make() -> list[MadeClinic]:
            shared = an_account("ada")
            async with self._database.as_owner() as tx:
                await add_account(tx, shared)
                return [await make_clinic(tx, shared) for _ in range(2)]

        return self._loop.run(make())

    def sign_in(self, made: MadeClinic, member: Member) -> Desk:
        """A desk at which somebody is signed in."""
        return sign_in(self._owner, self._server.client, self._tokens, made.setup.clinic, member)

    def run(self, statement: str, *params: Any) -> None:
        """Change something as the owner of the database."""
        self._owner.execute(statement, params)  # type: ignore[arg-type]

    def head(self, clinic_id: UUID) -> int:
        """The last sequence number of the clinic."""
        return int(self._value("select seq from clinic_head where clinic_id = %s", clinic_id))

    def times_done(self, clinic_id: UUID, op_id: UUID, member: UUID) -> int:
        """How often a command of this identity, by this member, changed its prescription."""
        counted = (
            "select count(*) from clinic_log where clinic_id = %s and op_id = %s and actor_id = %s"
            " and entity = 'prescription'"
        )
        return int(self._value(counted, clinic_id, op_id, member))

    def prescription(self, clinic_id: UUID, prescription_id: UUID) -> dict[str, Any]:
        """What the database has of a prescription."""
        key = {"clinic": clinic_id, "id": prescription_id}
        found = self._owner.execute(PRESCRIPTION, key).fetchone()
        assert found is not None
        whole: dict[str, Any] = found[0]
        return whole

    def check_clinic(self, clinic_id: UUID) -> None:
        """Its log is gapless and whole, and every prescription agrees with what is below it."""
        wrong = self._owner.execute(WRONG, {"clinic": clinic_id}).fetchall()
        assert wrong == []
        counted, last, first = self._owner.execute(
            "select count(*), max(seq), min(seq) from clinic_log where clinic_id = %s", [clinic_id]
        ).fetchone() or (0, 0, 0)
        assert (counted, first) == (last, 1) == (self.head(clinic_id), 1)

    def check_log(self) -> None:
        """The chain of every log holds."""

        async def look() -> list[str]:
            async with self._database.inspection() as tx:
                return [finding.what for finding in await verify(tx)]

        assert self._loop.run(look()) == []

    def _value(self, statement: str, *params: Any) -> Any:
        found = self._owner.execute(statement, params).fetchone()  # type: ignore[arg-type]
        return None if found is None else found[0]
