"""The demo clinic into a database, once; an interruption is made good by the next call.

At last the prescriptions are moved back to the times at which they would have happened, which the
log says too, as a change by nobody.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from clinicdesk.server.database.insertion import insert_rows
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.demo_data.counter_rows import counter_rows
from clinicdesk.server.demo_data.identities import Identities
from clinicdesk.server.demo_data.rows import Rows
from clinicdesk.server.demo_data.story import Story, Times
from clinicdesk.server.domain.clinic import add_patients, set_up
from clinicdesk.server.domain.formulary.importing import import_medicines
from clinicdesk.server.domain.safety.importing import import_rules
from clinicdesk.server.domain.safety.own_rules import OWN_SOURCE, own_rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from clinicdesk.server.database.database import Database
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.demo_clinic import DemoClinic
    from clinicdesk.server.domain.prescribing.sealing import Sealer

PASSWORD: Final = "roshni-demo"
"""Of everybody in the demo clinic."""

_QUERIES = load_queries("clinicdesk.server.demo_data", "fill.sql")
_PATIENTS_AT_ONCE: Final = 5000
_TOLD_EVERY: Final = 50
_LATELY_MINUTES: Final = 12 * 60


class DemoData:
    """Fills a database with a demo clinic.

    Args:
        database: To be filled.
        demo: The content.
        now: The moment that the clinic is at.
        password_hash: Of `PASSWORD`.
        progress: Told what is being made, how many of it are done, and of how many.
        equipped: With shelves, prices, suppliers and safety rules; else as a clinic that uses none
            of these.
        sealer: Seals what is signed; without it prescriptions have no seal.
    """

    def __init__(
        self,
        database: Database,
        demo: DemoClinic,
        now: datetime,
        password_hash: str,
        progress: Callable[[str, int, int], None],
        *,
        equipped: bool = True,
        sealer: Sealer | None = None,
    ) -> None:
        self._database = database
        self._demo = demo
        self._now = now
        self._progress = progress
        self._equipped = equipped
        self._sealer = sealer
        self._ids = Identities(demo)
        self._rows = Rows(demo, now, password_hash)

    async def fill(self) -> bool:
        """Make the clinic. False: it is there already."""
        key = {
            "key": f"demo {self._demo.site.key} {self._demo.seed}",
            "clinic_id": self._rows.clinic_id,
        }
        async with self._database.as_owner() as tx:
            if await tx.value(_QUERIES["is_complete"], key):
                return False
            if not await tx.value(_QUERIES["has_clinic"], key):
                await self._begin(tx)
        if self._sealer is not None:
            await self._sealer.publish(self._database, self._rows.clinic_id)
        past, lately = self._in_two()
        await self._move_back(await self._prescribe(past))
        if self._equipped:
            await self._know_rules()
        await self._move_back(await self._prescribe(lately))
        async with self._database.as_owner() as tx:
            await tx.execute(_QUERIES["complete"], key)
        return True

    async def _begin(self, tx: Transaction) -> None:
        rows = self._rows
        await set_up(tx, rows.setup(), equipped=False)
        medicines = self._demo.medicines
        await import_medicines(
            tx, rows.clinic_id, rows.formulary_id, medicines, lambda _count: None
        )
        seeds, done = self._demo.patients(), 0
        while chunk := list(islice(seeds, _PATIENTS_AT_ONCE)):
            allergies = [allergy for seed in chunk for allergy in rows.allergies(seed)]
            patients = [rows.patient(seed) for seed in chunk]
            await add_patients(tx, rows.clinic_id, patients, allergies)
            done += len(chunk)
            self._progress("patients", done, self._demo.patient_count)
        if self._equipped:
            await self._equip(tx)

    async def _equip(self, tx: Transaction) -> None:
        rows = self._rows
        made = counter_rows(self._demo, self._now, rows.clinic_id, rows.formulary_id, rows.cast())
        for table in made.__struct_fields__:
            await insert_rows(tx, table, getattr(made, table))

    async def _know_rules(self) -> None:
        """The rules come when the past lies in the past: until then all of it would count as what
        the patients take now."""
        async with self._database.as_owner() as tx:
            await import_rules(
                tx, self._rows.clinic_id, OWN_SOURCE, own_rules(), lambda _count: None, whole=True
            )

    def _in_two(self) -> tuple[range, range]:
        """The prescriptions of the past, and those of these hours; the oldest stand first."""
        plans = self._demo.prescriptions
        past = sum(plan.written_minutes_ago > _LATELY_MINUTES for plan in plans)
        return range(past), range(past, len(plans))

    async def _prescribe(self, numbers: range) -> list[Times]:
        rows = self._rows
        seal = None if self._sealer is None else self._sealer.seal
        story = Story(self._database, self._demo, rows.formulary_id, rows.cast(), self._ids, seal)
        async with self._database.as_owner() as tx:
            made = await tx.all(_QUERIES["prescriptions_made"], {"clinic_id": rows.clinic_id})
        known = {prescription_id for (prescription_id,) in made}
        count = len(self._demo.prescriptions)
        for number in numbers:
            if self._ids.of("prescription", number) not in known:
                await story.tell(number)
            if (number + 1) % _TOLD_EVERY == 0:
                self._progress("prescriptions", number + 1, count)
        return [story.times(number, self._now) for number in numbers]

    async def _move_back(self, times: list[Times]) -> None:
        moved = {
            "clinic_id": self._rows.clinic_id,
            "times": msgspec.json.encode(times).decode(),
        }
        async with self._database.as_owner() as tx:
            await tx.execute(_QUERIES["hold_clock_open"])
            await tx.execute(_QUERIES["move_back"], moved)
            await tx.execute(_QUERIES["move_payments_back"], moved)
            for what in ("findings", "orders", "dispenses", "movements"):
                await tx.execute(_QUERIES[f"move_{what}_back"], moved)
            await tx.execute(_QUERIES["let_clock_run"])
