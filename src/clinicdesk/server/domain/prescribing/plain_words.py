"""What each command does to a prescription or to a line of it, for sentences."""

from __future__ import annotations

from typing import Final

PLAIN_WORDS: Final = {
    "write_draft": "written",
    "revise_draft": "changed",
    "sign_and_send": "signed",
    "take_payment": "paid",
    "pick_items": "picked",
    "check_item": "checked",
    "uncheck_item": "unchecked",
    "owe_item": "owed",
    "hold_items": "put on hold",
    "release_items": "released",
    "substitute_item": "substituted",
    "decline_item": "declined",
    "cancel_item": "cancelled",
    "fulfill_items": "fulfilled",
    "return_to_stock": "returned to stock",
    "restart_items": "started again",
    "hand_over": "handed over",
    "note_counselling": "given a counselling note",
    "tell_patient": "told to the patient",
    "dispense_repeat": "dispensed again",
    "acknowledge_order": "acknowledged",
    "reject_order": "sent back",
    "reroute_order": "sent to another pharmacy",
    "dispatch_order": "sent out",
    "deliver_order": "delivered",
    "cancel_prescription": "cancelled",
    "pay_out_refund": "refunded",
}
"""By the command's name: "so it cannot be ..."."""
