"""The log by itself: gapless, in order, and what was written."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from tests.faults.evidence import Evidence, Finding


def log_findings(evidence: Evidence) -> Iterator[Finding]:
    """Gaps, a head that is elsewhere, versions that do not count up, a broken chain, faults."""
    yield from _gaps(evidence)
    yield from _versions(evidence)
    for what in evidence.audit:
        yield Finding("chain", "server", what)
    for what in evidence.faults:
        yield Finding("fault", "server", what)


def _gaps(evidence: Evidence) -> Iterator[Finding]:
    expected = 1
    for entry in evidence.entries:
        if entry.seq != expected:
            yield Finding("gap", "server", f"After {expected - 1} comes {entry.seq}.")
        expected = entry.seq + 1
    if evidence.head != expected - 1:
        yield Finding(
            "gap", "server", f"The head says {evidence.head}, the log ends at {expected - 1}."
        )


def _versions(evidence: Evidence) -> Iterator[Finding]:
    last: dict[tuple[str, UUID], int] = {}
    for entry in evidence.entries:
        key = (entry.entity, entry.entity_id)
        if entry.change in ("view", "grant"):
            continue
        if entry.version != last.get(key, 0) + 1:
            yield Finding(
                "version", "server",
                f"{entry.seq}: {entry.entity} {entry.entity_id} goes from version "
                f"{last.get(key, 0)} to {entry.version}.",
            )  # fmt: skip
        last[key] = entry.version
