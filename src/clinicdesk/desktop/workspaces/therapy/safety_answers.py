"""What was found in a signed prescription, and what was answered to it at either end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from clinicdesk.contract.commands import CheckItem, FulfillItems, SignAndSend
from clinicdesk.contract.entities import SafetyFinding, Stage, Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.core.store.outbox_table import OutboxEntry, OutboxState


@dataclass(frozen=True, slots=True)
class Answer:
    """A reason that somebody gave.

    Attributes:
        by: The member. pharmacy_id: Where it was dispensed, or was to be.
        at: None: this desk gave it, and the server has not told of it yet.
    """

    reason: str
    stage: Stage
    by: UUID
    pharmacy_id: UUID | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """One finding with its answers, the first one given first.

    Attributes:
        tier: As it stands for the lines that are to be supplied still: what can hold up none of
            them is for information.
        detail: Empty where it stands on record alone.
    """

    key: str
    tier: Tier
    summary: str
    detail: str
    answers: tuple[Answer, ...]

    @property
    def holds_up(self) -> bool:
        """Whether lines cannot be dispensed as it stands."""
        return self.tier is Tier.STOP or (self.tier is Tier.OVERRIDE and not self.answers)

    @property
    def is_note(self) -> bool:
        """Whether nobody has to say anything to it, and nobody has."""
        return not self.holds_up and not self.answers


def what_was_found(
    found: Iterable[Finding],
    recorded: Iterable[SafetyFinding],
    unsent: Sequence[tuple[str, Answer]],
    to_supply: Set[UUID],
) -> list[Found]:
    """What holds lines up first, then what was answered, then what is for information.

    Args:
        found: What the rules say now. recorded: What was answered.
        unsent: Reasons on their way, by the keys of what they answer.
        to_supply: The lines that are to be supplied still.
    """
    held = sorted(recorded, key=lambda row: row.at)
    answers: dict[str, list[Answer]] = {}
    for row in held:
        answer = Answer(row.reason, row.stage, row.by, row.pharmacy_id, row.at)
        answers.setdefault(row.key, []).append(answer)
    for key, answer in unsent:
        known = answers.setdefault(key, [])
        if all(each.stage is not answer.stage for each in known):
            known.append(answer)
    told = {
        each.key: _now(each, tuple(answers.get(each.key, ())), to_supply)
        for each in found
    }  # fmt: skip
    for row in held:
        if row.key not in told:
            told[row.key] = Found(row.key, row.tier, row.summary, "", tuple(answers[row.key]))
    return sorted(told.values(), key=_rank)


def unsent_answers(
    entries: Iterable[OutboxEntry], prescription_id: UUID, by: UUID, pharmacy_id: UUID | None
) -> list[tuple[str, Answer]]:
    """The reasons that this desk's member gave and that no row tells yet."""
    given: list[tuple[str, Answer]] = []
    for entry in entries:
        command = entry.command
        if entry.state is OutboxState.REFUSED or not isinstance(command, _ANSWERING):
            continue
        if command.prescription_id != prescription_id:
            continue
        signing = isinstance(command, SignAndSend)
        stage = Stage.PRESCRIBING if signing else Stage.DISPENSING
        given += [
            (each.key, Answer(each.reason, stage, by, pharmacy_id, None))
            for each in command.overrides
        ]
    return given


_ANSWERING: Final = (SignAndSend, CheckItem, FulfillItems)


def _now(finding: Finding, answers: tuple[Answer, ...], to_supply: Set[UUID]) -> Found:
    past = not answers and to_supply.isdisjoint(finding.item_ids)
    tier = Tier.INFORMATION if past else finding.tier
    return Found(finding.key, tier, finding.summary, finding.detail, answers)


def _rank(found: Found) -> int:
    if found.holds_up:
        return 0 if found.tier is Tier.STOP else 1
    return 2 if found.answers else 3
