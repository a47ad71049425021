"""The demo clinic's prescriptions, each carried out by those who would have: command by command."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clinicdesk.contract.commands import (
    CancelPrescription,
    Command,
    DeclineItem,
    Done,
    DraftItem,
    FulfillItems,
    HandOver,
    Override,
    PayOutRefund,
    SignAndSend,
    TakePayment,
    WriteDraft,
)
from clinicdesk.contract.entities import FindingKind, PaymentMethod, Tier
from clinicdesk.server.demo_clinic import Target
from clinicdesk.server.domain import pharmacy, prescribing
from clinicdesk.server.domain.formulary.importing import medicine_id
from clinicdesk.server.domain.safety import found_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from typing import Any

    from clinicdesk.contract.problems import Refusal
    from clinicdesk.server.database.database import Database
    from clinicdesk.server.database.transaction import Transaction
    from clinicdesk.server.demo_clinic import DemoClinic, PrescriptionPlan
    from clinicdesk.server.demo_data.identities import Identities
    from clinicdesk.server.domain.actor import MemberActor
    from clinicdesk.server.domain.prescribing import SealOf

    Rule = Callable[[Transaction, MemberActor, Any, int], Awaitable[Done | Refusal]]

_REASONS: Final = {
    FindingKind.ALLERGY: "Has had it since without a reaction; told what to watch for.",
    FindingKind.INTERACTION: "Benefit outweighs it for a short course; told what to watch for.",
    FindingKind.DUPLICATE: "Replaces the earlier one, which is to be stopped today.",
    FindingKind.DOSE: "Dose advised by the specialist, to be reviewed in two weeks.",
}
"""What the prescribers of the demo clinic say when the rules ask them."""

_STAGES: Final = (Target.DRAFT, Target.SIGNED, Target.PAID, Target.FULFILLED, Target.COMPLETED)
_MOST_LINES: Final = 100
CHECKED_BY_EYE: Final = "compared with the pack by eye"
"""Why no product of the demo's past was scanned."""


class Cast(Struct, frozen=True, kw_only=True):
    """Who acts, by their position in the clinic."""

    prescribers: Mapping[int, MemberActor]
    pharmacists: Mapping[int, MemberActor]
    pharmacies: Sequence[UUID]


class Times(Struct, frozen=True, kw_only=True):
    """When a prescription would have come to each of its states."""

    id: UUID
    created_at: datetime
    signed_at: datetime
    paid_at: datetime
    fulfilled_at: datetime
    completed_at: datetime
    reached_at: datetime


class StoryRefused(Exception):
    """The domain refused what the demo clinic's content wants: a bug of one of the two."""


class Story:
    """Tells the plans of a clinic to its database.

    Args:
        database: Where the clinic is.
        demo: The content.
        formulary_id: Whose medicines the plans name.
        cast: Who acts.
        ids: Names what the plans bring about.
        seal: Gives what the QR codes say; None: there are none.
    """

    def __init__(
        self,
        database: Database,
        demo: DemoClinic,
        formulary_id: UUID,
        cast: Cast,
        ids: Identities,
        seal: SealOf | None,
    ) -> None:
        self._database = database
        self._demo = demo
        self._formulary_id = formulary_id
        self._cast = cast
        self._ids = ids
        self.seal = seal

    async def tell(self, number: int) -> None:
        """Carry out one plan from the first line to where it stands.

        Raises:
            StoryRefused: The domain does not allow it.
        """
        plan = self._demo.prescriptions[number]
        chapter = _Chapter(self, plan, number)
        reached = plan.cancelled_from or plan.target
        await chapter.write()
        if reached is not Target.DRAFT:
            await chapter.sign()
        if reached not in (Target.DRAFT, Target.SIGNED):
            await chapter.pay()
            await chapter.make_ready()
        if reached is Target.COMPLETED:
            await chapter.hand_over()
        if plan.target is Target.CANCELLED:
            await chapter.cancel()

    def times(self, number: int, now: datetime) -> Times:
        """When the plan would have happened, evenly from its beginning to where it stands."""
        plan = self._demo.prescriptions[number]
        begun = now - timedelta(minutes=plan.written_minutes_ago)
        reached = now - timedelta(minutes=plan.reached_minutes_ago)
        last = plan.cancelled_from or plan.target
        stage = _STAGES.index(Target.PAID if last is Target.PART_FULFILLED else last)
        steps = stage + (plan.target is Target.CANCELLED)
        at = [begun + (reached - begun) * min(1.0, n / max(1, steps)) for n in range(len(_STAGES))]
        return Times(
            id=self._ids.of("prescription", number),
            created_at=begun,
            signed_at=at[1],
            paid_at=at[2],
            fulfilled_at=at[3],
            completed_at=at[4],
            reached_at=reached,
        )

    async def give(
        self, actor: MemberActor, rule: Rule, command: Command, version: int, op_id: UUID
    ) -> int:
        """Carry out one command in a transaction of its own; the version afterwards."""
        async with self._database.as_member(actor.ids, op_id=op_id) as tx:
            outcome = await rule(tx, actor, command, version)
            if not isinstance(outcome, Done):
                raise StoryRefused(f"{type(command).__name__}: {outcome.detail}")
        return outcome.version

    def item_id(self, number: int, line: int) -> UUID:
        """The identifier of a line, counted from 0."""
        return self._ids.of("prescription item", number * _MOST_LINES + line)

    async def outstanding(self, prescription_id: UUID) -> int:
        """What is still to be paid, in minor units."""
        async with self._database.as_owner() as tx:
            outstanding: int = await tx.value(
                "select total_minor - paid_minor from prescription where id = %(id)s",
                {"id": prescription_id},
            )
        return outstanding

    def actors(self, plan: PrescriptionPlan) -> tuple[MemberActor, MemberActor | None, UUID | None]:
        """The prescriber; the pharmacist and their pharmacy where one is chosen."""
        prescriber = self._cast.prescribers[plan.practitioner]
        if plan.pharmacy is None:
            return prescriber, None, None
        return (
            prescriber,
            self._cast.pharmacists[plan.pharmacy],
            self._cast.pharmacies[plan.pharmacy],
        )

    def draft(self, plan: PrescriptionPlan, number: int, pharmacy_id: UUID | None) -> WriteDraft:
        """The command that begins it."""
        items = [
            DraftItem(
                id=self.item_id(number, place),
                medicine_id=medicine_id(self._formulary_id, row.code),
                dose=line.dose,
                route=row.route,
                frequency=line.frequency,
                days=line.days,
                quantity=line.quantity,
                instructions=line.instructions,
            )
            for place, line in enumerate(plan.lines)
            for row in [self._demo.medicines[line.medicine]]
        ]
        return WriteDraft(
            prescription_id=self._ids.of("prescription", number),
            patient_id=self._ids.of("patient", plan.patient),
            pharmacy_id=pharmacy_id,
            note=plan.reason,
            items=items,
        )

    @property
    def currency(self) -> str:
        """Of the clinic."""
        return self._demo.clinic.currency

    def op_id(self, number: int, step: int) -> UUID:
        """The identity of the command that is the plan's n-th step."""
        return self._ids.of("command", number * _MOST_LINES + step)

    def payment_id(self, number: int) -> UUID:
        """The identifier of the plan's payment."""
        return self._ids.of("payment", number)


class _Chapter:
    """One prescription as it goes from hand to hand."""

    def __init__(self, story: Story, plan: PrescriptionPlan, number: int) -> None:
        self._story = story
        self._plan = plan
        self._number = number
        self._prescriber, self._pharmacist, self._pharmacy_id = story.actors(plan)
        self._draft = story.draft(plan, number, self._pharmacy_id)
        self._id = self._draft.prescription_id
        self._version = 0
        self._step = 0

    async def write(self) -> None:
        await self._give(self._prescriber, prescribing.write_draft, self._draft)

    async def sign(self) -> None:
        assert self._pharmacy_id is not None  # a plan that is signed names its pharmacy
        command = SignAndSend(prescription_id=self._id, pharmacy_id=self._pharmacy_id)
        sign = partial(_sign_with_reasons, self._story.seal)
        await self._give(self._prescriber, sign, command)

    async def pay(self) -> None:
        command = TakePayment(
            prescription_id=self._id,
            payment_id=self._story.payment_id(self._number),
            method=PaymentMethod.CASH,
            amount_minor=await self._story.outstanding(self._id),
            currency=self._story.currency,
        )
        await self._give(self._pharmacist, pharmacy.take_payment, command)

    async def make_ready(self) -> None:
        for place, line in enumerate(self._plan.lines):
            if line.decline_reason:
                command = DeclineItem(
                    prescription_id=self._id,
                    item_id=self._story.item_id(self._number, place),
                    reason=line.decline_reason,
                )
                await self._give(self._pharmacist, pharmacy.decline_item, command)
        ready = [
            self._story.item_id(self._number, place)
            for place, line in enumerate(self._plan.lines)
            if line.ready == line.quantity
        ]
        if ready:
            fulfilled = FulfillItems(
                prescription_id=self._id, item_ids=ready, hand_reason=CHECKED_BY_EYE
            )
            await self._give(self._pharmacist, pharmacy.fulfill_items, fulfilled)

    async def hand_over(self) -> None:
        command = HandOver(prescription_id=self._id, collected_by=self._plan.collected_by)
        await self._give(self._pharmacist, pharmacy.hand_over, command)
        for place, line in enumerate(self._plan.lines):
            if line.decline_reason:
                await self._pay_out(self._story.item_id(self._number, place))

    async def cancel(self) -> None:
        plan = self._plan
        by_pharmacist = plan.cancelled_by == "pharmacist"
        actor = self._pharmacist if by_pharmacist else self._prescriber
        command = CancelPrescription(prescription_id=self._id, reason=plan.cancel_reason)
        await self._give(actor, pharmacy.cancel_prescription, command)
        if by_pharmacist and plan.cancelled_from is Target.PAID:
            await self._pay_out(None)

    async def _pay_out(self, cause: UUID | None) -> None:
        refund = prescribing.refund_id(self._id, cause)
        command = PayOutRefund(prescription_id=self._id, payment_id=refund)
        await self._give(self._pharmacist, pharmacy.pay_out_refund, command)

    async def _give(self, actor: MemberActor | None, rule: Rule, command: Command) -> None:
        assert actor is not None  # a plan that needs the pharmacist names the pharmacy
        op_id = self._story.op_id(self._number, self._step)
        self._version = await self._story.give(actor, rule, command, self._version, op_id)
        self._step += 1


async def _sign_with_reasons(
    seal: SealOf | None,
    tx: Transaction,
    actor: MemberActor,
    command: SignAndSend,
    version: int,
) -> Done | Refusal:
    """Sign, with a reason for whatever the rules ask one for."""
    draft = await prescribing.hold(tx, actor, "sign_and_send", command.prescription_id, version)
    if not isinstance(draft, prescribing.Held):
        return draft
    reasons = [
        Override(key=finding.key, reason=_REASONS[finding.kind])
        for finding in await found_in(tx, draft)
        if finding.tier is Tier.OVERRIDE
    ]
    given = msgspec.structs.replace(command, overrides=reasons)
    return await prescribing.sign_and_send(tx, actor, given, version, seal=seal)
