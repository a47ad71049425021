"""Rules reach the desks, which find what the server asks; reasons reach the counter."""

from __future__ import annotations

from uuid import UUID

from clinicdesk.contract.commands import Override
from clinicdesk.contract.entities import RuleLevel, Stage, Tier
from clinicdesk.contract.problems import Conflict
from clinicdesk.contract.safety import Finding
from clinicdesk.core.desk import Desk
from clinicdesk.server.database.database import Database
from clinicdesk.server.domain.safety.importing import import_rules
from clinicdesk.server.domain.safety.rule_rows import interaction
from tests.end_to_end.clinic import (
    CLINIC,
    MAIN,
    MORPHINE,
    PARACETAMOL,
    PATIENTS,
    TOM,
    a_line,
)
from tests.end_to_end.desks import (
    Office,
    caught_up,
    sent,
    stands_at,
    submitted,
    write,
    write_and_sign,
)
from tests.end_to_end.polling import until
from tests.end_to_end.truth import Truth

KEY = "interaction:morphine+paracetamol"


async def know(database_url: str, level: RuleLevel) -> None:
    """The clinic takes over a list of one rule."""
    database = await Database.open(database_url, pool_size=1)
    rules = [interaction("morphine", "paracetamol", level, "Made up for this test.")]
    async with database.as_owner() as tx:
        await import_rules(tx, CLINIC, "test", rules, lambda _count: None)
    await database.close()


async def found(desk: Desk, prescription_id: UUID) -> list[Finding]:
    checked = await desk.safety.check_prescription(prescription_id)
    return [finding for finding in checked if finding.key == KEY]


async def test_a_rule_reaches_the_desk_and_the_reason_it_asked_for_the_counter(
    office: Office, database_url: str
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    draft = await write(tara, a_line(PARACETAMOL), a_line(MORPHINE))
    await sent(tara)
    assert await found(tara, draft) == []
    await know(database_url, RuleLevel.MAJOR)
    await until(lambda: any(rules.rule_count for rules in tara.replica.rule_sets.values()))
    await until(lambda: tara.rules.complete)
    (finding,) = await found(tara, draft)
    assert finding.tier is Tier.OVERRIDE

    op_id = submitted(await tara.prescribing.sign_and_send(draft, MAIN))
    await until(lambda: tara.outbox.refused())
    (entry,) = tara.outbox.refused()
    assert isinstance(entry.refusal, Conflict)
    assert KEY in entry.refusal.detail
    await tara.outbox.dismiss(op_id)

    reasons = [Override(key=KEY, reason="palliative care")]
    submitted(await tara.prescribing.sign_and_send(draft, MAIN, overrides=reasons))
    await until(lambda: KEY in pia.safety.answered(draft))
    answer = pia.safety.answered(draft)[KEY]
    assert (answer.reason, answer.stage) == ("palliative care", Stage.PRESCRIBING)


async def test_lines_that_nobody_checked_want_a_reason_that_the_prescriber_reads(
    office: Office, database_url: str
) -> None:
    tara, pia = await office.open("tara"), await office.open("pia")
    rx = await write_and_sign(tara, a_line(PARACETAMOL), a_line(MORPHINE))
    await stands_at(pia, rx, "DRAFT")
    submitted(await pia.dispensing.take_payment(rx))
    await sent(pia)
    await know(database_url, RuleLevel.MAJOR)
    await until(lambda: any(rules.rule_count for rules in pia.replica.rule_sets.values()))
    await until(lambda: pia.rules.complete)
    (finding,) = await found(pia, rx)
    lines = [item.id for item in pia.replica.items.of(rx)]

    op_id = submitted(await pia.dispensing.fulfill(rx, lines, hand_reason="no scanner here"))
    await until(lambda: pia.outbox.refused())
    (entry,) = pia.outbox.refused()
    assert isinstance(entry.refusal, Conflict)
    assert entry.refusal.field == "overrides"
    assert finding.key in entry.refusal.detail
    await pia.outbox.dismiss(op_id)
    await until(lambda: all(not item.prepared for item in pia.replica.items.of(rx)))

    reasons = [Override(key=finding.key, reason="asked Tara")]
    submitted(
        await pia.dispensing.fulfill(rx, lines, hand_reason="no scanner here", overrides=reasons)
    )
    await until(lambda: finding.key in tara.safety.answered(rx))
    answer = tara.safety.answered(rx)[finding.key]
    assert (answer.reason, answer.stage) == ("asked Tara", Stage.DISPENSING)
    await stands_at(tara, rx, "FULFILLED")


async def test_what_another_prescriber_signed_is_known_once_the_desk_has_asked(
    office: Office, database_url: str, truth: Truth
) -> None:
    await know(database_url, RuleLevel.CONTRAINDICATED)
    await truth.do(
        "update patient set practitioner_ids = practitioner_ids || %(tom)s::uuid where id = %(p)s",
        tom=TOM,
        p=PATIENTS[0],
    )
    tara, tom = await office.open("tara"), await office.open("tom")
    await until(lambda: tara.rules.complete)
    await write_and_sign(tom, a_line(MORPHINE))
    await sent(tom)
    mine = await write(tara, a_line(PARACETAMOL))
    await sent(tara)
    assert await found(tara, mine) == [], "row-level security hides what Tom prescribed"
    assert await tara.safety.learn(PATIENTS[0])
    (finding,) = await found(tara, mine)
    assert finding.tier is Tier.STOP
    assert not await tara.safety.learn(PATIENTS[0]), "there is nothing new in it"


async def test_rules_that_were_fetched_are_there_without_the_server(
    office: Office, database_url: str, truth: Truth
) -> None:
    await know(database_url, RuleLevel.MAJOR)
    tara = await office.open("tara")
    await until(lambda: tara.rules.complete)
    draft = await write(tara, a_line(PARACETAMOL), a_line(MORPHINE))
    await sent(tara)
    await caught_up(tara, await truth.head())
    await office.close(tara)
    again = await office.reopen("tara")
    await until(lambda: again.replica.items.of(draft))
    assert [finding.key for finding in await found(again, draft)] == [KEY]
