"""What a pharmacist does with a prescription: from the payment to the hand-over."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta, field

from clinicdesk.contract.commands.command import MAX_ITEMS, OfPrescription, Quantity
from clinicdesk.contract.commands.prescribing import Overrides
from clinicdesk.contract.commands.stock import BatchNumber
from clinicdesk.contract.entities import OrderResponse, PaymentMethod, Verified
from clinicdesk.contract.text import WRITTEN, Currency, Minor, Name, Note, Reason

PaidMinor = Annotated[int, Meta(ge=0, le=100_000_000_000)]
ItemIds = Annotated[list[UUID], Meta(min_length=1, max_length=MAX_ITEMS)]
Bin = Annotated[str, Meta(min_length=1, max_length=20, pattern=WRITTEN)]


class TakePayment(OfPrescription, frozen=True, kw_only=True, tag="take_payment"):
    """Record money received at the counter. PAID once the ledger covers the total."""

    payment_id: UUID
    method: PaymentMethod
    amount_minor: PaidMinor
    currency: Currency


class PayOutRefund(OfPrescription, frozen=True, kw_only=True, tag="pay_out_refund"):
    """The refund that was owed has been given to the patient."""

    payment_id: UUID


class PickItems(OfPrescription, frozen=True, kw_only=True, tag="pick_items"):
    """Somebody fetches these lines from the shelves."""

    item_ids: ItemIds


class CheckItem(OfPrescription, frozen=True, kw_only=True, tag="check_item"):
    """Units of a product are in the hand and are the line's. They leave the batch.

    Attributes:
        medicine_id: The product that was scanned: the line's, or its substitute.
        batch_id: None: the one that expires first, where the pharmacy keeps stock of it.
        hand_reason: Why it was not scanned; asked for when `verified` is `hand`.
        overrides: For findings that the prescriber has not answered.
        batch_number, expiry: As the box says, None what it does not. Where stock is kept they are
            those of the batch, or it is refused; where none is they stand on label and register.
    """

    item_id: UUID
    dispense_id: UUID
    medicine_id: UUID
    quantity: Quantity
    batch_id: UUID | None
    verified: Verified
    hand_reason: Reason | None = None
    overrides: Overrides = field(default_factory=list)
    batch_number: BatchNumber | None = None
    expiry: date | None = None


class UncheckItem(OfPrescription, frozen=True, kw_only=True, tag="uncheck_item"):
    """Put back what was checked for a line a moment ago."""

    item_id: UUID


class OweItem(OfPrescription, frozen=True, kw_only=True, tag="owe_item"):
    """What is not there now is owed to the patient until stock comes.

    Attributes:
        in_stock: Units of it that the desk knew of on the shelf, and that were passed over: what is
            there beyond them has come since. None: it does not say; then nothing has.
    """

    item_id: UUID
    in_stock: Annotated[int, Meta(ge=0, le=1_000_000_000)] | None = None


class HoldItems(OfPrescription, frozen=True, kw_only=True, tag="hold_items"):
    """Nothing is done with these lines until they are released."""

    item_ids: ItemIds
    reason: Reason


class ReleaseItems(OfPrescription, frozen=True, kw_only=True, tag="release_items"):
    """What kept these lines is settled."""

    item_ids: ItemIds


class SubstituteItem(OfPrescription, frozen=True, kw_only=True, tag="substitute_item"):
    """Dispense another product of the same generic, strength and form. The prescribed one again:
    undo that."""

    item_id: UUID
    medicine_id: UUID
    reason: Reason


class DeclineItem(OfPrescription, frozen=True, kw_only=True, tag="decline_item"):
    """A line will not be supplied; what was paid for it becomes a refund that is owed."""

    item_id: UUID
    reason: Reason


class CancelItem(OfPrescription, frozen=True, kw_only=True, tag="cancel_item"):
    """What is left of a line will not be supplied any more; what was paid for that is owed back."""

    item_id: UUID
    reason: Reason


class FulfillItems(OfPrescription, frozen=True, kw_only=True, tag="fulfill_items"):
    """These lines are ready to be handed over.

    Attributes:
        bin: Where the bag waits.
        hand_reason: For lines that were not checked one by one: they are taken as checked by hand,
            whole, from the batches that expire first.
        overrides: As those of `CheckItem`, for the lines that are taken as checked by hand.
    """

    item_ids: ItemIds
    bin: Bin | None = None
    hand_reason: Reason | None = None
    overrides: Overrides = field(default_factory=list)


class ReturnToStock(OfPrescription, frozen=True, kw_only=True, tag="return_to_stock"):
    """Nobody collected these lines: their units go back to their batches."""

    item_ids: ItemIds
    reason: Reason


class RestartItems(OfPrescription, frozen=True, kw_only=True, tag="restart_items"):
    """Lines that were returned to stock are wanted after all."""

    item_ids: ItemIds


class HandOver(OfPrescription, frozen=True, kw_only=True, tag="hand_over"):
    """All that is checked or ready goes to the person at the counter."""

    collected_by: Name


class NoteCounselling(OfPrescription, frozen=True, kw_only=True, tag="note_counselling"):
    """What the patient is to be told when it is handed over."""

    text: Note


class TellPatient(OfPrescription, frozen=True, kw_only=True, tag="tell_patient"):
    """Somebody has told the patient what waits for them: nothing of it need be sent any more."""


class DispenseRepeat(OfPrescription, frozen=True, kw_only=True, tag="dispense_repeat"):
    """Open the next dispensing of a prescription with repeats, as a prescription of its own."""

    repeat_id: UUID


class AcknowledgeOrder(OfPrescription, frozen=True, kw_only=True, tag="acknowledge_order"):
    """The pharmacy will supply it."""


class RejectOrder(OfPrescription, frozen=True, kw_only=True, tag="reject_order"):
    """The pharmacy sends it back to the prescriber. `quoted_minor`: with a quote, the new total."""

    response: OrderResponse
    note: Reason
    quoted_minor: Minor | None = None


class DispatchOrder(OfPrescription, frozen=True, kw_only=True, tag="dispatch_order"):
    """All that is ready has left for the patient's address."""


class DeliverOrder(OfPrescription, frozen=True, kw_only=True, tag="deliver_order"):
    """It has arrived: handed over to whoever took it in."""

    received_by: Name
