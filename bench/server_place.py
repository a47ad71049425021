"""A filled clinic on a PostgreSQL of its own, and a server process on it, for measuring.

The database is the embedded one with its ordinary settings: what is committed is on the disk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx
from msgspec import Struct

from clinicdesk.contract.entities import Member, Role
from clinicdesk.server.app import listen
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.embedded import EmbeddedDatabase
from clinicdesk.server.database.migrate import migrate
from clinicdesk.server.demo_clinic import generate
from clinicdesk.server.demo_data import PASSWORD, DemoData, login_of
from clinicdesk.server.domain.actor import MemberActor
from clinicdesk.server.domain.staff import Passwords

# Tells when each transaction was committed; costs eight bytes per transaction.
_SETTINGS: Final = {"track_commit_timestamp": "on"}
_START_WITHIN_S: Final = 60.0
_SECRET: Final = "a secret key for measuring, long enough"


class Scale(Struct, frozen=True):
    """How much there is, and how often it is measured."""

    patients: int
    prescriptions: int
    rounds: int
    commands: int


SMALL: Final = Scale(patients=100_000, prescriptions=5_000, rounds=300, commands=600)
FULL: Final = Scale(patients=100_000, prescriptions=200_000, rounds=2_000, commands=5_000)


class Place(Struct, frozen=True):
    """Where it is measured.

    Attributes:
        database: As the server opens it. superuser_url: for the bare driver.
        people: A member of staff for each role. logins: theirs.
    """

    scale: Scale
    superuser_url: str
    database: Database
    people: dict[Role, MemberActor]
    logins: dict[Role, str]

    @property
    def clinic_id(self) -> UUID:
        """The clinic's."""
        return self.people[Role.ADMIN].member.clinic_id


@asynccontextmanager
async def filled_place(scale: Scale) -> AsyncIterator[Place]:
    """Make it; gone afterwards."""
    with _short_folder() as folder, EmbeddedDatabase(folder, settings=_SETTINGS) as url:
        migrate(url)
        database = await Database.open(url)
        try:
            yield await _fill(database, url, scale)
        finally:
            await database.close()


@asynccontextmanager
async def empty_place() -> AsyncIterator[Database]:
    """A migrated database with nothing in it; gone afterwards."""
    with _short_folder() as folder, EmbeddedDatabase(folder, settings=_SETTINGS) as url:
        migrate(url)
        database = await Database.open(url)
        try:
            yield database
        finally:
            await database.close()


@contextmanager
def server_on(place: Place, **settings: str) -> Iterator[str]:
    """A server process on the place's database, with these variables; its address."""
    with _short_folder() as folder:
        listener = listen("127.0.0.1", 0)
        port = listener.getsockname()[1]
        listener.close()
        environment = os.environ | {
            "CLINICDESK_DATABASE_URL": place.superuser_url,
            "CLINICDESK_DATA_FOLDER": str(folder),
            # Alike for each server of the place.
            "CLINICDESK_SECRET_KEY": _SECRET,
            **settings,
        }
        command = [sys.executable, "-m", "clinicdesk", "server", "run", "--port", str(port)]
        with (folder / "journal").open("wb") as journal:
            process = subprocess.Popen(command, env=environment, stdout=journal, stderr=journal)
        try:
            _wait_for(f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


async def _fill(database: Database, url: str, scale: Scale) -> Place:
    now = datetime.now(UTC)
    demo = generate(1, scale.patients, 20, now.date())
    # Without shelves and rules: what is signed and dispensed again and again is not asked for.
    hashed = Passwords().hash(PASSWORD)
    data = DemoData(database, demo, now, hashed, lambda *_: None, equipped=False)
    await data.fill()
    async with database.as_owner() as tx:
        await tx.execute(_MORE_PRESCRIPTIONS, {"count": scale.prescriptions})
        await tx.execute("analyze")
        members = await tx.all("select * from member order by id", into=Member)
    people = {
        member.role: MemberActor(member=member, device_id=UUID(int=1))
        for member in reversed(members)
    }
    names = {seed.name: login_of(seed.email) for seed in demo.staff}
    logins = {role: names[actor.member.name] for role, actor in people.items()}
    return Place(scale=scale, superuser_url=url, database=database, people=people, logins=logins)


_MORE_PRESCRIPTIONS: Final = """
insert into prescription (id, clinic_id, version, code, patient_id, practitioner_id, pharmacy_id,
  status, signed_at, note, item_count, controlled, total_minor, paid_minor, currency, created_at,
  paid_at, updated_at, updated_by)
select gen_random_uuid(), p.clinic_id, 1, 'RX-' || upper(substr(md5(n::text), 1, 10)), p.patient_id,
  p.practitioner_id, p.pharmacy_id, 'PAID', now(), 'after food', 1, false, 1000, 1000, p.currency,
  now() - n * interval '1 minute', now(), now(), p.updated_by
from generate_series(1, %(count)s) as n,
  lateral (select * from prescription where pharmacy_id is not null and n > 0
           order by id offset n % (select count(*) from prescription where pharmacy_id is not null)
           limit 1) as p
""".replace("n % (", "n %% (")
"""Copies of the demo clinic's, one for each minute that has passed."""


@contextmanager
def _short_folder() -> Iterator[Path]:
    # Short and outside of closed home folders: the database may run as another account.
    folder = Path(tempfile.mkdtemp(prefix="clinicdesk-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _wait_for(server: str) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{server}/readyz", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise SystemExit("the server did not start")
