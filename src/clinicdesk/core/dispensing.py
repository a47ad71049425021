"""What a pharmacist does: take the payment, fulfil or decline lines, hand over, cancel, refund.

Each method saves a command in the outbox and returns; the screen shows its effect at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from clinicdesk.contract.commands import (
    AnyCommand,
    CancelPrescription,
    Command,
    DeclineItem,
    FulfillItems,
    HandOver,
    PayOutRefund,
    TakePayment,
)
from clinicdesk.contract.entities import PaymentMethod
from clinicdesk.core.command_check import checked
from clinicdesk.core.denial import Denied
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import Link
from clinicdesk.core.may import owed_refunds, why_not
from clinicdesk.core.outbox import Outbox, Submitted, Who
from clinicdesk.core.replica import Replica


class Dispensing:
    """The use cases of a pharmacist at one desk."""

    def __init__(self, replica: Replica, outbox: Outbox, member: Who, link: Link) -> None:
        self._replica = replica
        self._outbox = outbox
        self._member = member
        self._link = link

    def can(
        self, command: type[Command], prescription_id: UUID, item_id: UUID | None = None
    ) -> str | None:
        """Why `command` is not possible now, on the prescription or on one line; None: it is."""
        rows = self._replica.rows_of(prescription_id)
        return why_not(command, rows, self._member(), self._link, item_id)

    def amount_due(self, prescription_id: UUID) -> int:
        """What is still to be paid, in minor units of the prescription's currency."""
        prescription = self._replica.prescriptions.get(prescription_id)
        if prescription is None:
            return 0
        return max(0, prescription.total_minor - prescription.paid_minor)

    def refunds_owed(self, prescription_id: UUID) -> list[UUID]:
        """The refunds that the patient has not had yet, by their payment identifiers."""
        return owed_refunds(self._replica.rows_of(prescription_id))

    async def take_payment(
        self,
        prescription_id: UUID,
        amount_minor: int | None = None,
        method: PaymentMethod = PaymentMethod.CASH,
    ) -> Submitted | Denied:
        """Record money received, by default all that is due.

        Raises StoreLost, like every method here: then nothing was saved.
        """
        why = self.can(TakePayment, prescription_id)
        prescription = self._replica.prescriptions.get(prescription_id)
        if why is not None or prescription is None:
            return Denied(why or "This prescription is not on this desk any more.")
        due = self.amount_due(prescription_id)
        amount = due if amount_minor is None else amount_minor
        if not 0 <= amount <= due or (amount == 0 and due > 0):
            return Denied("Take no more than is due, and not nothing.", "amount_minor")
        return await self._submit(
            TakePayment(
                prescription_id=prescription_id,
                payment_id=new_id(),
                method=method,
                amount_minor=amount,
                currency=prescription.currency,
            )
        )

    async def fulfill(self, prescription_id: UUID, item_ids: Sequence[UUID]) -> Submitted | Denied:
        """These lines were checked against what lies in the bag."""
        if not item_ids:
            return Denied("Choose at least one line.", "item_ids")
        for item_id in item_ids:
            why = self.can(FulfillItems, prescription_id, item_id)
            if why is not None:
                return Denied(why, "item_ids")
        return await self._submit(
            FulfillItems(prescription_id=prescription_id, item_ids=list(item_ids))
        )

    async def decline(
        self, prescription_id: UUID, item_id: UUID, reason: str
    ) -> Submitted | Denied:
        """This line will not be supplied; the prescriber reads why."""
        why = self.can(DeclineItem, prescription_id, item_id)
        command = DeclineItem(
            prescription_id=prescription_id, item_id=item_id, reason=reason.strip()
        )
        return Denied(why) if why is not None else await self._submit(command)

    async def hand_over(self, prescription_id: UUID, collected_by: str) -> Submitted | Denied:
        """All that is ready goes to the person at the counter."""
        why = self.can(HandOver, prescription_id)
        command = HandOver(prescription_id=prescription_id, collected_by=collected_by.strip())
        return Denied(why) if why is not None else await self._submit(command)

    async def cancel(self, prescription_id: UUID, reason: str) -> Submitted | Denied:
        """Stop it, with a reason that the prescriber reads; what was paid is owed back."""
        why = self.can(CancelPrescription, prescription_id)
        command = CancelPrescription(prescription_id=prescription_id, reason=reason.strip())
        return Denied(why) if why is not None else await self._submit(command)

    async def pay_out_refund(self, prescription_id: UUID, payment_id: UUID) -> Submitted | Denied:
        """The refund that was owed has been given to the patient."""
        why = self.can(PayOutRefund, prescription_id)
        command = PayOutRefund(prescription_id=prescription_id, payment_id=payment_id)
        return Denied(why) if why is not None else await self._submit(command)

    async def _submit(self, command: AnyCommand) -> Submitted | Denied:
        wrong = checked(command)
        return wrong if wrong is not None else await self._outbox.submit(command)
