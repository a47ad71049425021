"""What is done with a pharmacy's order against a prescription: taken on, sent back, delivered."""

from __future__ import annotations

from uuid import UUID

from clinicdesk.contract.commands import (
    AcknowledgeOrder,
    Command,
    DeliverOrder,
    DispatchOrder,
    RejectOrder,
    RerouteOrder,
)
from clinicdesk.contract.entities import OrderResponse, PurchaseOrder
from clinicdesk.core.clock import Today
from clinicdesk.core.denial import Denied
from clinicdesk.core.giving import give
from clinicdesk.core.live.link import Link
from clinicdesk.core.may import why_not
from clinicdesk.core.outbox import Outbox, Submitted, Who
from clinicdesk.core.overlay import open_order_in, sent_back
from clinicdesk.core.pricing import Pricing
from clinicdesk.core.replica import Replica
from clinicdesk.core.store.medicine_table import MedicineTable


class Ordering:
    """The use cases of both sides of an order at one desk."""

    def __init__(
        self,
        replica: Replica,
        outbox: Outbox,
        medicines: MedicineTable,
        pricing: Pricing,
        member: Who,
        link: Link,
        today: Today,
    ) -> None:
        self._replica = replica
        self._outbox = outbox
        self._medicines = medicines
        self._pricing = pricing
        self._member = member
        self._link = link
        self._today = today

    def can(self, command: type[Command], prescription_id: UUID) -> str | None:
        """Why `command` is not possible on this prescription's order now; None: it is."""
        rows = self._replica.rows_of(prescription_id)
        return why_not(command, rows, self._member(), self._link, today=self._today())

    def open_order(self, prescription_id: UUID) -> PurchaseOrder | None:
        """The order that is not over; None before the payment, and while it is sent back."""
        return open_order_in(self._replica.orders.of(prescription_id))

    def last_order(self, prescription_id: UUID) -> PurchaseOrder | None:
        """The order that was made last, open or over; None before the payment."""
        held = self._replica.orders.of(prescription_id)
        return max(held, key=lambda order: order.created_at, default=None)

    def sent_back(self, prescription_id: UUID) -> PurchaseOrder | None:
        """The order that a pharmacy sent back and that waits for the prescriber; None: there is
        none."""
        return sent_back(self._replica.orders.of(prescription_id))

    async def acknowledge(self, prescription_id: UUID) -> Submitted | Denied:
        """The pharmacy will supply it.

        Raises StoreLost, like every method here that gives a command: then nothing was saved.
        """
        command = AcknowledgeOrder(prescription_id=prescription_id)
        return await self._give(command)

    async def reject(
        self,
        prescription_id: UUID,
        response: OrderResponse,
        note: str,
        quoted_minor: int | None = None,
    ) -> Submitted | Denied:
        """Send it back to the prescriber. A quote says what the whole of it would cost."""
        if response is OrderResponse.QUOTE and quoted_minor is None:
            return Denied("Say what the whole of it would cost.", "quoted_minor")
        command = RejectOrder(
            prescription_id=prescription_id,
            response=response,
            note=note.strip(),
            quoted_minor=quoted_minor if response is OrderResponse.QUOTE else None,
        )
        return await self._give(command)

    async def dispatch(self, prescription_id: UUID) -> Submitted | Denied:
        """All that is ready has left for the patient's address."""
        return await self._give(DispatchOrder(prescription_id=prescription_id))

    async def deliver(self, prescription_id: UUID, received_by: str) -> Submitted | Denied:
        """It has arrived: handed over to whoever took it in."""
        command = DeliverOrder(prescription_id=prescription_id, received_by=received_by.strip())
        return await self._give(command)

    async def reroute(self, prescription_id: UUID, pharmacy_id: UUID) -> Submitted | Denied:
        """Send what came back to another pharmacy at its prices; or to the same by its quote."""
        pharmacy = self._replica.pharmacies.get(pharmacy_id)
        if pharmacy is None or not pharmacy.active:
            return Denied("Choose the pharmacy that it goes to.", "pharmacy_id")
        last = self.sent_back(prescription_id)
        if last is not None and last.pharmacy_id == pharmacy_id and last.quoted_minor is None:
            said = "This pharmacy has sent it back without a quote; choose another one."
            return Denied(said, "pharmacy_id")
        command = RerouteOrder(prescription_id=prescription_id, pharmacy_id=pharmacy_id)
        why = self.can(RerouteOrder, prescription_id)
        lines = self._replica.items.of(prescription_id)
        known = await self._medicines.get([item.medicine_id for item in lines])
        there = await self._pricing.all_priced(pharmacy_id, list(known.values()))
        return await give(self._outbox, command, why, there)

    async def _give(
        self, command: AcknowledgeOrder | RejectOrder | DispatchOrder | DeliverOrder
    ) -> Submitted | Denied:
        why = self.can(type(command), command.prescription_id)
        return await give(self._outbox, command, why)
