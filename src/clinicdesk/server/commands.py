"""The administrative commands: `clinicdesk server migrate`, `check`, `demo-data` and the others.

Each takes the parsed arguments and returns the exit status. What it did is said on stdout, progress
and refusals on stderr.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from clinicdesk.contract.entities import Role
from clinicdesk.failures import StartupFailure
from clinicdesk.server.administration import the_clinic, with_database
from clinicdesk.server.app import check_fitness, database_of
from clinicdesk.server.database.audit import Finding, read_heads, verify
from clinicdesk.server.database.database import Database
from clinicdesk.server.database.errors import DatabaseError
from clinicdesk.server.database.migrate import current_revision
from clinicdesk.server.database.migrate import migrate as bring_up_to_date
from clinicdesk.server.demo_clinic import generate
from clinicdesk.server.demo_data import PASSWORD, DemoData, login_of
from clinicdesk.server.domain.formulary.importing import ImportReport, import_medicines
from clinicdesk.server.domain.formulary.reading import read_formulary
from clinicdesk.server.domain.prescribing.sealing import Sealer
from clinicdesk.server.domain.safety import ddinter
from clinicdesk.server.domain.safety.importing import RuleReport
from clinicdesk.server.domain.safety.importing import import_rules as take_rules
from clinicdesk.server.domain.safety.own_rules import OWN_SOURCE, own_rules
from clinicdesk.server.domain.staff import Passwords
from clinicdesk.server.head_export import KeptHeads, read_kept_heads
from clinicdesk.server.settings import Settings, heads_key, secret_key, settings_from
from clinicdesk.server.shared_secret import adopt_secret as make_ours
from clinicdesk.server.shared_secret import check_secret
from clinicdesk.server.signed_heads import Signer

if TYPE_CHECKING:
    from pathlib import Path
    from typing import IO

    from clinicdesk.server.domain.formulary.rows import RejectedRow
    from clinicdesk.server.domain.safety.rule_rows import RuleRow

T = TypeVar("T")

_MOST_REJECTS_SHOWN: Final = 1000


def migrate(_arguments: argparse.Namespace) -> int:
    """Bring the database to this release's schema."""
    settings = settings_from(os.environ)
    try:
        with database_of(settings) as url:
            before = current_revision(url) if settings.database_url else None
            bring_up_to_date(url)
            after = current_revision(url)
    except DatabaseError as error:
        raise StartupFailure(str(error)) from error
    changed = "It was so already." if before == after else f"It was {before or 'empty or older'}."
    print(f"The database is at schema {after}. {changed}")
    return 0


def check(_arguments: argparse.Namespace) -> int:
    """Say whether database and configuration are fit to serve."""
    settings = settings_from(os.environ)
    secret = secret_key(settings)

    async def look(database: Database, url: str) -> str:
        await check_fitness(database, url)
        await check_secret(database, secret)
        return await database.epoch()

    epoch = with_database(settings, look)
    print(f"The database and the configuration are fit to serve (log epoch {epoch}).")
    return 0


def adopt_secret(_arguments: argparse.Namespace) -> int:
    """Let the servers of the database sign with the secret key that this one is given."""
    settings = settings_from(os.environ)
    secret = secret_key(settings)

    async def adopt(database: Database, url: str) -> bool:
        await check_fitness(database, url)
        return await make_ours(database, secret)

    changed = with_database(settings, adopt)
    print(
        "The servers of this database sign with this secret key from now on; stop those that run "
        "with another."
        if changed
        else "The servers of this database sign with this secret key already."
    )
    return 0


def demo_data(arguments: argparse.Namespace) -> int:
    """Fill the database with the demo clinic; once it is there, nothing more happens."""
    now = datetime.now(UTC)
    demo = generate(arguments.seed, arguments.patients, arguments.prescriptions, now.date())
    progress = _Progress()
    settings = settings_from(os.environ)

    async def fill(database: Database, url: str) -> bool:
        await check_fitness(database, url)
        hashed = Passwords().hash(PASSWORD)
        sealer = Sealer(secret_key(settings))
        return await DemoData(database, demo, now, hashed, progress.of, sealer=sealer).fill()

    made = with_database(settings, fill)
    progress.end()
    if made:
        print(
            f"{demo.clinic.name}: {demo.patient_count} patients, {len(demo.prescriptions)} "
            f"prescriptions, {len(demo.medicines)} medicines."
        )
    else:
        print(f"{demo.clinic.name} is there already; nothing was changed.")
    print(f"Everybody's password is {PASSWORD}. Who may sign in:")
    for role in Role:
        logins = [login_of(seed.email) for seed in demo.staff if seed.role is role]
        print(f"  {role:<12}{', '.join(logins)}")
    return 0


def import_formulary(arguments: argparse.Namespace) -> int:
    """Take medicines from a CSV file into a clinic's formulary."""
    path: Path = arguments.file
    size = _size(path)
    source = path.open("rb")
    progress = _Progress()

    async def take(database: Database, url: str) -> ImportReport:
        await check_fitness(database, url)
        async with database.as_owner() as tx:
            clinic = await the_clinic(tx, arguments.clinic)
            if clinic.formulary_id is None:
                raise StartupFailure(f"{clinic.name} has no formulary to import into.")
            rows = read_formulary(source, currency=clinic.currency)
            told = progress.through(source, size)
            report = await import_medicines(tx, clinic.id, clinic.formulary_id, rows, told)
        assert report is not None  # the clinic named its formulary
        return report

    with source:
        report = with_database(settings_from(os.environ), take)
    progress.end()
    return _tell_import(path, report)


def import_rules(arguments: argparse.Namespace) -> int:
    """Take safety rules into a clinic's rule set: a DDInter list, or clinicdesk's own."""
    path: Path | None = arguments.file
    if path is None:
        return _take_rules(arguments, OWN_SOURCE, own_rules(), "clinicdesk's own rules")
    size = _size(path)
    progress = _Progress()
    with path.open("rb") as file:
        rows = ddinter.read_ddinter(file)
        told = progress.through(file, size)
        return _take_rules(arguments, ddinter.SOURCE, rows, str(path), told, progress.end)


def _take_rules(
    arguments: argparse.Namespace,
    source: str,
    rows: Iterable[RuleRow | RejectedRow],
    called: str,
    told: Callable[[int], None] = lambda _count: None,
    ended: Callable[[], None] = lambda: None,
) -> int:
    async def take(database: Database, url: str) -> RuleReport:
        await check_fitness(database, url)
        async with database.as_owner() as tx:
            clinic = await the_clinic(tx, arguments.clinic)
            whole = source == OWN_SOURCE
            return await take_rules(tx, clinic.id, source, rows, told, whole=whole)

    report = with_database(settings_from(os.environ), take)
    ended()
    return _tell_import(called, report)


def audit_verify(arguments: argparse.Namespace) -> int:
    """Prove that no entry of any clinic's log was changed or removed."""
    settings = settings_from(os.environ)
    signer = Signer(heads_key(settings))
    kept = _kept_heads(settings, signer, arguments)

    async def look(database: Database, url: str) -> list[Finding]:
        await check_fitness(database, url)
        async with database.inspection() as tx:
            findings = await verify(tx, kept.heads)
            heads = await read_heads(tx)
        for head in heads:
            print(f"clinic {head.clinic_id}: {head.seq} entries, head {head.hash}")
        return findings

    findings = with_database(settings, look)
    print(f"{len(kept.heads)} signed heads were compared; this server signs as {signer.public_key}")
    for place in kept.torn:
        print(f"{place}: no head of a log; it was passed over.", file=sys.stderr)
    for place in kept.forged:
        print(f"{place}: not signed by this server or a key given with --key.", file=sys.stderr)
    for finding in findings:
        print(f"clinic {finding.clinic_id}, entry {finding.seq}: {finding.what}", file=sys.stderr)
    if findings or kept.forged:
        print("The log is NOT as it was written.", file=sys.stderr)
        return 1
    print("The log is as it was written.")
    return 0


def _kept_heads(settings: Settings, signer: Signer, arguments: argparse.Namespace) -> KeptHeads:
    """What the files that are named say; without any, the file that this server writes."""
    own = [settings.exported_heads] if settings.exported_heads.exists() else []
    files = arguments.heads or own
    try:
        return read_kept_heads(files, {signer.public_key, *arguments.key})
    except OSError as error:
        raise StartupFailure(f"{error.filename} cannot be read: {error.strerror}.") from error


def _size(path: Path) -> int:
    """In bytes, of a file that can be read."""
    try:
        with path.open("rb"):
            return path.stat().st_size
    except OSError as error:
        raise StartupFailure(f"The file {path} cannot be read: {error.strerror}.") from error


def _tell_import(path: Path | str, report: ImportReport | RuleReport) -> int:
    if (fault := report.unreadable) is not None:
        raise StartupFailure(f"{path}: {fault.reason}")
    for row in report.rejected[:_MOST_REJECTS_SHOWN]:
        print(f"{path}:{row.line}: {row.field}: {row.reason}", file=sys.stderr)
    if len(report.rejected) > _MOST_REJECTS_SHOWN:
        more = len(report.rejected) - _MOST_REJECTS_SHOWN
        print(f"... and {more} more rows were left out.", file=sys.stderr)
    kept = f"{report.added} added, {report.changed} changed, {report.unchanged} as before"
    left_out = f", {len(report.rejected)} left out" if report.rejected else ""
    gone = report.withdrawn if isinstance(report, RuleReport) else 0
    kept += f", {gone} withdrawn" if gone else ""
    verdict = "" if report.added or report.changed or gone else " Nothing was changed."
    print(f"{report.read} rows: {kept}{left_out}; revision {report.revision}.{verdict}")
    return 0


class _Progress:
    """One line on stderr that is written over where somebody watches; otherwise line by line."""

    def __init__(self) -> None:
        self._shown = False

    def of(self, what: str, done: int, whole: int) -> None:
        """So many of `what` are done."""
        self._show(f"{what}: {done} of {whole}")

    def through(self, source: IO[bytes], size: int) -> Callable[[int], None]:
        """Tells how far a file has been read."""

        def told(rows: int) -> None:
            self._show(f"{rows} rows read, {100 * source.tell() // max(1, size)} %")

        return told

    def end(self) -> None:
        """Leave the line."""
        if self._shown and sys.stderr.isatty():
            print(file=sys.stderr)

    def _show(self, text: str) -> None:
        watched = sys.stderr.isatty()
        print(f"\r{text}\033[K" if watched else text, end="" if watched else "\n", file=sys.stderr)
        sys.stderr.flush()
        self._shown = True
