"""Whether the database protects what it holds as the schema declares.

A server looks at the catalogue before it opens its doors: a table without row-level security, a
policy that was loosened, a log trigger that was switched off, or a role that was given too much,
and it does not start.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from clinicdesk.contract.entities import ENTITIES
from clinicdesk.server.database.migrate import needed_revision
from clinicdesk.server.database.queries import load_queries
from clinicdesk.server.database.transaction import Transaction

_QUERIES: Final = load_queries("clinicdesk.server.database.sql", "catalogue.sql")

ROLES: Final = ("clinicdesk_app", "clinicdesk_gate", "clinicdesk_feed")
EXTENSIONS: Final = ("pg_trgm", "unaccent", "fuzzystrmatch", "btree_gist", "btree_gin")
LOG_TRIGGERS: Final = ("log_insert", "log_update", "log_delete")
VERSION_TRIGGER: Final = "versions"
OLDEST_SERVER: Final = 150000

WITHOUT_ROW_SECURITY: Final = {
    "alembic_version": "no role but the owner has any right on it",
}
"""Tables that need no policies, with the reason."""

OF_NO_CLINIC: Final = {
    "server_meta": "facts of the installation, without any clinic's data",
}
"""Tables whose policies for the business do not name the acting clinic, with the reason."""

WITHOUT_LOG: Final = {
    "medicine": "a change of many medicines is one change of their formulary",
    "price": "a change of many prices is one change of their list",
    "safety_rule": "a change of many rules is one change of their set",
    "stock_movement": "each changes what its batch holds, and that is logged",
}
"""Tables of a clinic that desks read and whose changes are not logged by row, with the reason."""


async def check_catalogue(tx: Transaction) -> list[str]:
    """What is missing or too much, a sentence each; an empty list: all is as declared.

    Call it in a transaction `as_owner`.
    """
    findings = await _server(tx)
    revision = await _revision(tx)
    if revision != needed_revision():
        at = f"at schema {revision}" if revision else "empty"
        findings.append(f"The database is {at}; this release needs schema {needed_revision()}.")
    if not revision:
        return findings
    for check in (_roles, _row_security, _policies, _rights, _triggers, _functions):
        findings += await check(tx)
    return findings


async def _server(tx: Transaction) -> list[str]:
    version, encoding, extensions = await _row(tx, "server")
    findings = [
        f"The extension {name} is missing." for name in EXTENSIONS if name not in extensions
    ]
    if version < OLDEST_SERVER:
        findings.append("PostgreSQL is older than 15.")
    if encoding != "UTF8":
        findings.append(f"The database's encoding is {encoding}, not UTF8.")
    return findings


async def _revision(tx: Transaction) -> str | None:
    if not await tx.value(_QUERIES["has_revision"]):
        return None
    revision: str | None = await tx.value(_QUERIES["revision"])
    return revision


async def _roles(tx: Transaction) -> list[str]:
    found = {row[0]: row[1:] for row in await tx.all(_QUERIES["roles"], {"roles": list(ROLES)})}
    findings = [f"The role {role} is missing." for role in ROLES if role not in found]
    for role, (above, owns, reachable) in found.items():
        if above:
            findings.append(f"The role {role} is above row-level security.")
        if owns:
            findings.append(f"The role {role} owns {owns}.")
        if not reachable:
            findings.append(f"The role that the server connects as may not act as {role}.")
    return findings


async def _row_security(tx: Transaction) -> list[str]:
    return [
        f"Row-level security of {table} is not {'forced' if enabled else 'enabled'}."
        for table, enabled, forced in await tx.all(_QUERIES["tables"])
        if table not in WITHOUT_ROW_SECURITY and not (enabled and forced)
    ]


async def _policies(tx: Transaction) -> list[str]:
    rows = await tx.all(_QUERIES["policies"], {"role": ROLES[0]})
    held = {(table, action) for table, action, _ in rows}
    granted = await tx.all(_QUERIES["granted"], {"role": ROLES[0]})
    findings = [
        f"The business may {action} {table} and no policy says which rows."
        for table, action in granted
        if not {(table, action), (table, "all")} & held
    ]
    findings += [
        f"A policy of {table} lets the business {action} rows of another clinic."
        for table, action, condition in rows
        if table not in OF_NO_CLINIC and "acting_clinic()" not in condition
    ]
    return findings


async def _rights(tx: Transaction) -> list[str]:
    return [
        f"The role {role} may {action.lower()} {table}, and only the log's own triggers may."
        for role, table, action in await tx.all(_QUERIES["rights_on_log"], {"roles": list(ROLES)})
    ]


async def _triggers(tx: Transaction) -> list[str]:
    enabled = set(await tx.all(_QUERIES["triggers"]))
    wanted: Iterable[tuple[str, str]] = (
        (entity, trigger) for entity in ENTITIES for trigger in (*LOG_TRIGGERS, VERSION_TRIGGER)
    )
    return [
        f"The trigger {trigger} of {entity} is missing or switched off."
        for entity, trigger in wanted
        if (entity, trigger) not in enabled
    ]


async def _functions(tx: Transaction) -> list[str]:
    return [
        f"The function {name} acts for its owner and {'anybody' if public else 'a wrong path'}"
        f" {'may call it' if public else 'could lead it astray'}."
        for name, public in await tx.all(_QUERIES["definers"])
    ]


async def _row(tx: Transaction, query: str) -> tuple[Any, ...]:
    row = await tx.one(_QUERIES[query])
    assert row is not None  # these queries always have one
    return row
