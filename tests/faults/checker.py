"""Judges a run from what was written down: an empty list is the proof, any finding a defect.

| rule | what must not be |
|---|---|
| lost | a command that was saved or acknowledged and has no effect, nor any other answer |
| doubled | an effect, or an event at a desk, more than once |
| refused | an effect of a refused command |
| answer | an answer that is not what the server stored, or two answers |
| stuck | a command, or a desk, that does not come to rest |
| order | a command that overtook an earlier one on the same prescription |
| phantom | an effect that nobody asked for |
| missed, reordered, altered | events at a desk |
| forbidden, rights | a row, or a cursor, beyond the member's rights as of its sequence number |
| backwards | a version, or a desk's place, that went back |
| gap, version, chain | a log that is not gapless, does not count up, or is not what was written |
| store, snapshot, replica | rows that are not those that the member may see at that place |
| fault | a program that failed |
"""

from __future__ import annotations

from tests.faults.command_rules import command_findings
from tests.faults.evidence import Evidence, Finding
from tests.faults.feed_rules import feed_findings
from tests.faults.log_rules import log_findings


def check(evidence: Evidence) -> list[Finding]:
    """Everything that is wrong; nothing is read but the evidence."""
    return [*log_findings(evidence), *command_findings(evidence), *feed_findings(evidence)]
