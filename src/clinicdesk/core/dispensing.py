"""What a pharmacist does with a prescription: from the payment to the hand-over.

Each method saves a command in the outbox and returns; the screen shows its effect at once. What a
pharmacist does with the order stands in `ordering`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from uuid import UUID

from clinicdesk.contract.commands import (
    AnyCommand,
    CancelItem,
    CancelPrescription,
    CheckItem,
    Command,
    DeclineItem,
    DispenseRepeat,
    FulfillItems,
    HandOver,
    HoldItems,
    NoteCounselling,
    Override,
    OweItem,
    PayOutRefund,
    PickItems,
    ReleaseItems,
    RestartItems,
    ReturnToStock,
    SubstituteItem,
    TakePayment,
    TellPatient,
    UncheckItem,
)
from clinicdesk.contract.entities import (
    ItemStatus,
    Medicine,
    PatientNotice,
    PaymentMethod,
    PrescriptionItem,
    Verified,
)
from clinicdesk.core.boxes import Box, batch_in_hand
from clinicdesk.core.clock import Today
from clinicdesk.core.denial import Denied
from clinicdesk.core.fefo import lacking, portion
from clinicdesk.core.giving import give
from clinicdesk.core.identity import new_id
from clinicdesk.core.live.link import Link
from clinicdesk.core.may import owed_refunds, queued_notices, why_not
from clinicdesk.core.may_line import product_mismatch, still_wanted
from clinicdesk.core.outbox import Outbox, Submitted, Who
from clinicdesk.core.pricing import Pricing
from clinicdesk.core.repeats import LastSupply, last_supply
from clinicdesk.core.replica import Replica
from clinicdesk.core.stock import Stock
from clinicdesk.core.store.medicine_table import MedicineTable, is_same

_GONE = "This line is not on this desk any more."
_TO_COME_FOR = frozenset({ItemStatus.PICKING, ItemStatus.CHECKED, ItemStatus.READY})


class Dispensing:
    """The use cases of a pharmacist at one desk."""

    def __init__(
        self,
        replica: Replica,
        outbox: Outbox,
        medicines: MedicineTable,
        stock: Stock,
        pricing: Pricing,
        member: Who,
        link: Link,
        today: Today,
    ) -> None:
        self._replica = replica
        self._outbox = outbox
        self._medicines = medicines
        self._stock = stock
        self._pricing = pricing
        self._member = member
        self._link = link
        self._today = today

    def can(
        self, command: type[Command], prescription_id: UUID, item_id: UUID | None = None
    ) -> str | None:
        """Why `command` is not possible now, on the prescription or on one line; None: it is."""
        rows = self._replica.rows_of(prescription_id)
        return why_not(command, rows, self._member(), self._link, item_id, self._today())

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
        return await self._give(
            TakePayment(
                prescription_id=prescription_id,
                payment_id=new_id(),
                method=method,
                amount_minor=amount,
                currency=prescription.currency,
            )
        )

    async def pick(self, prescription_id: UUID, item_ids: Sequence[UUID]) -> Submitted | Denied:
        """Somebody fetches these lines from the shelves."""
        command = PickItems(prescription_id=prescription_id, item_ids=list(item_ids))
        return await self._on_lines(command, item_ids)

    async def check(
        self,
        prescription_id: UUID,
        item_id: UUID,
        medicine_id: UUID,
        quantity: int | None = None,
        batch_id: UUID | None = None,
        verified: Verified = Verified.SCAN,
        hand_reason: str | None = None,
        overrides: Sequence[Override] = (),
        batch_number: str | None = None,
        expiry: date | None = None,
    ) -> Submitted | Denied:
        """Units of a product are in the hand and are the line's.

        Args:
            medicine_id: The product that was scanned; another than the line's is refused.
            quantity: Units; None: all that is still wanted, as far as one batch goes.
            batch_id: The batch that was scanned; None: the one that expires first.
            hand_reason: Why it was not scanned, when `verified` is HAND.
            overrides: Reasons for findings that nobody has answered yet.
            batch_number, expiry: As the box says: kept where no stock is, and otherwise those of a
                batch on the shelf, or it is refused.
        """
        why = self.can(CheckItem, prescription_id, item_id)
        item = self._replica.items.get(item_id)
        if why is not None or item is None or item.pharmacy_id is None:
            return Denied(why or _GONE)
        medicine = (await self._medicines.get([medicine_id])).get(medicine_id)
        mismatch = product_mismatch(item, medicine_id, medicine)
        if mismatch is not None:
            return Denied(mismatch, "medicine_id")
        reason = (hand_reason or "").strip() or None
        if verified is Verified.HAND and reason is None:
            return Denied("Say why it was not scanned.", "hand_reason")
        in_hand = batch_in_hand(
            self._stock, item.pharmacy_id, medicine_id, batch_id, Box(batch_number, expiry)
        )
        if isinstance(in_hand, Denied):
            return in_hand
        wanted = still_wanted(item)
        taken = portion(self._stock, item.pharmacy_id, medicine_id, wanted, quantity, in_hand)
        if isinstance(taken, Denied):
            return taken
        command = CheckItem(
            prescription_id=prescription_id,
            item_id=item_id,
            dispense_id=new_id(),
            medicine_id=medicine_id,
            quantity=taken.quantity,
            batch_id=taken.batch_id,
            verified=verified,
            hand_reason=reason,
            overrides=list(overrides),
            batch_number=batch_number,
            expiry=expiry,
        )
        return await self._give(command, medicines=[] if medicine is None else [medicine])

    async def uncheck(self, prescription_id: UUID, item_id: UUID) -> Submitted | Denied:
        """Put back what was checked for a line a moment ago."""
        command = UncheckItem(prescription_id=prescription_id, item_id=item_id)
        return await self._on_lines(command, [item_id])

    async def owe(self, prescription_id: UUID, item_id: UUID) -> Submitted | Denied:
        """What is not there now is owed to the patient until stock comes. What this desk knows of
        on the shelf is passed over: only what comes beyond that is brought to the line."""
        item = self._replica.items.get(item_id)
        there = None
        if item is not None and item.pharmacy_id is not None:
            product = item.substitute_id or item.medicine_id
            there = self._stock.dispensable(item.pharmacy_id, product)
        command = OweItem(prescription_id=prescription_id, item_id=item_id, in_stock=there or 0)
        return await self._on_lines(command, [item_id])

    async def hold(
        self, prescription_id: UUID, item_ids: Sequence[UUID], reason: str
    ) -> Submitted | Denied:
        """Nothing is done with these lines until they are released."""
        command = HoldItems(
            prescription_id=prescription_id, item_ids=list(item_ids), reason=reason.strip()
        )
        return await self._on_lines(command, item_ids)

    async def release(self, prescription_id: UUID, item_ids: Sequence[UUID]) -> Submitted | Denied:
        """What kept these lines is settled."""
        command = ReleaseItems(prescription_id=prescription_id, item_ids=list(item_ids))
        return await self._on_lines(command, item_ids)

    async def substitutes(self, item_id: UUID) -> list[Medicine]:
        """The products that may be dispensed for a line instead of what is dispensed for it now,
        the prescribed one among them; none for a line that is not here."""
        item = self._replica.items.get(item_id)
        known = {} if item is None else await self._medicines.get([item.medicine_id])
        prescribed = None if item is None else known.get(item.medicine_id)
        if item is None or prescribed is None:
            return []
        present = item.substitute_id or item.medicine_id
        others = await self._medicines.alternatives(prescribed)
        return [each for each in [prescribed, *others] if each.id != present]

    async def substitute(
        self, prescription_id: UUID, item_id: UUID, medicine_id: UUID, reason: str
    ) -> Submitted | Denied:
        """Dispense another product of the same generic, strength and form; or the prescribed one
        again."""
        why = self.can(SubstituteItem, prescription_id, item_id)
        item = self._replica.items.get(item_id)
        if why is not None or item is None or item.pharmacy_id is None:
            return Denied(why or _GONE)
        known = await self._medicines.get([item.medicine_id, medicine_id])
        wrong = _unlike(item, medicine_id, known)
        if wrong is not None:
            return wrong
        product = await self._pricing.priced(item.pharmacy_id, known[medicine_id])
        command = SubstituteItem(
            prescription_id=prescription_id,
            item_id=item_id,
            medicine_id=medicine_id,
            reason=reason.strip(),
        )
        return await self._give(command, medicines=[product])

    async def fulfill(
        self,
        prescription_id: UUID,
        item_ids: Sequence[UUID],
        bin: str | None = None,  # noqa: A002 - its name in the command
        hand_reason: str | None = None,
        overrides: Sequence[Override] = (),
    ) -> Submitted | Denied:
        """These lines are ready: they lie in the bag, in `bin`.

        Args:
            hand_reason: Why lines that were not checked one by one were not scanned.
            overrides: Reasons for findings about those lines that nobody has answered yet.
        """
        command = FulfillItems(
            prescription_id=prescription_id,
            item_ids=list(item_ids),
            bin=(bin or "").strip() or None,
            hand_reason=(hand_reason or "").strip() or None,
            overrides=list(overrides),
        )
        why = self._why_not_on(command, item_ids) or self._not_there(item_ids)
        if why is None and command.hand_reason is None and self._unchecked(item_ids):
            said = "Some of these lines were not checked: say why they were not scanned."
            why = Denied(said, "hand_reason")
        return why or await self._give(command)

    async def decline(
        self, prescription_id: UUID, item_id: UUID, reason: str
    ) -> Submitted | Denied:
        """This line will not be supplied; the prescriber reads why."""
        command = DeclineItem(
            prescription_id=prescription_id, item_id=item_id, reason=reason.strip()
        )
        return await self._on_lines(command, [item_id])

    async def cancel_item(
        self, prescription_id: UUID, item_id: UUID, reason: str
    ) -> Submitted | Denied:
        """What is left of this line will not be supplied any more."""
        command = CancelItem(
            prescription_id=prescription_id, item_id=item_id, reason=reason.strip()
        )
        return await self._on_lines(command, [item_id])

    async def return_to_stock(
        self, prescription_id: UUID, item_ids: Sequence[UUID], reason: str
    ) -> Submitted | Denied:
        """Nobody collected these lines: their units go back to their batches."""
        command = ReturnToStock(
            prescription_id=prescription_id, item_ids=list(item_ids), reason=reason.strip()
        )
        return await self._on_lines(command, item_ids)

    async def restart(self, prescription_id: UUID, item_ids: Sequence[UUID]) -> Submitted | Denied:
        """Lines that were returned to stock are wanted after all."""
        command = RestartItems(prescription_id=prescription_id, item_ids=list(item_ids))
        return await self._on_lines(command, item_ids)

    async def hand_over(self, prescription_id: UUID, collected_by: str) -> Submitted | Denied:
        """All that is checked or ready goes to the person at the counter."""
        command = HandOver(prescription_id=prescription_id, collected_by=collected_by.strip())
        return await self._give(command, self.can(HandOver, prescription_id))

    async def note_counselling(self, prescription_id: UUID, text: str) -> Submitted | Denied:
        """What the patient is to be told when it is handed over; nothing takes the note away."""
        command = NoteCounselling(prescription_id=prescription_id, text=text.strip())
        return await self._give(command, self.can(NoteCounselling, prescription_id))

    def to_be_told(self, prescription_id: UUID) -> list[PatientNotice]:
        """What the patient does not know yet and has to come for; nothing once they have it."""
        items = self._replica.items.of(prescription_id)
        if not any(item.status in _TO_COME_FOR for item in items):
            return []
        return queued_notices(self._replica.patient_notices.of(prescription_id))

    async def tell_patient(self, prescription_id: UUID) -> Submitted | Denied:
        """The patient was told, by a person, what has come for them."""
        command = TellPatient(prescription_id=prescription_id)
        return await self._give(command, self.can(TellPatient, prescription_id))

    def early_repeat(self, prescription_id: UUID, zone: tzinfo) -> LastSupply | None:
        """What was last given, while it should still last in the clinic's `zone`; None: the next
        one is due, or nobody can tell."""
        today = self._today()
        last = last_supply(
            self._replica, prescription_id, lambda moment: moment.astimezone(zone).date(), today
        )
        return last if last is not None and today < last.due else None

    async def dispense_repeat(self, prescription_id: UUID) -> Submitted | Denied:
        """Open the next dispensing of a prescription with repeats, as one of its own."""
        command = DispenseRepeat(prescription_id=prescription_id, repeat_id=new_id())
        return await self._give(command, self.can(DispenseRepeat, prescription_id))

    async def cancel(self, prescription_id: UUID, reason: str) -> Submitted | Denied:
        """Stop it, with a reason that the prescriber reads; what was paid is owed back."""
        command = CancelPrescription(prescription_id=prescription_id, reason=reason.strip())
        return await self._give(command, self.can(CancelPrescription, prescription_id))

    async def pay_out_refund(self, prescription_id: UUID, payment_id: UUID) -> Submitted | Denied:
        """The refund that was owed has been given to the patient."""
        command = PayOutRefund(prescription_id=prescription_id, payment_id=payment_id)
        return await self._give(command, self.can(PayOutRefund, prescription_id))

    def _unchecked(self, item_ids: Sequence[UUID]) -> list[PrescriptionItem]:
        items = [self._replica.items.get(item_id) for item_id in item_ids]
        return [item for item in items if item is not None and still_wanted(item) - item.owing > 0]

    def _not_there(self, item_ids: Sequence[UUID]) -> Denied | None:
        """Why lines that are taken as checked by hand cannot be: the shelf has too little."""
        return lacking(self._stock, self._unchecked(item_ids))

    def _why_not_on(self, command: AnyCommand, item_ids: Sequence[UUID]) -> Denied | None:
        if not item_ids:
            return Denied("Choose at least one line.", "item_ids")
        for item_id in item_ids:
            why = self.can(type(command), command.aggregate_id, item_id)
            if why is not None:
                return Denied(why, "item_ids")
        return None

    async def _on_lines(self, command: AnyCommand, item_ids: Sequence[UUID]) -> Submitted | Denied:
        why = self._why_not_on(command, item_ids)
        return why if why is not None else await self._give(command)

    async def _give(
        self, command: AnyCommand, why: str | None = None, medicines: Sequence[Medicine] = ()
    ) -> Submitted | Denied:
        return await give(self._outbox, command, why, medicines)


def _unlike(
    item: PrescriptionItem, medicine_id: UUID, known: dict[UUID, Medicine]
) -> Denied | None:
    """Why a product cannot be dispensed for a line; None: it can."""
    product, prescribed = known.get(medicine_id), known.get(item.medicine_id)
    if product is None or prescribed is None:
        return Denied("This product is not in the clinic's list any more.", "medicine_id")
    if medicine_id == (item.substitute_id or item.medicine_id):
        return Denied("This is the product that is dispensed already.", "medicine_id")
    if not is_same(product, prescribed):
        return Denied(
            f"It is not the same medicine: line {item.line} is {item.generic_name} "
            f"{item.strength} {item.form}.",
            "medicine_id",
        )
    return None
