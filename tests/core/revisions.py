"""Revisions of a draft, for tests that edit it."""

from __future__ import annotations

from clinicdesk.contract.commands import ReviseDraft, WriteDraft


def a_revision(of: WriteDraft) -> ReviseDraft:
    """What the command of a draft says, as a revision."""
    return ReviseDraft(
        prescription_id=of.prescription_id, pharmacy_id=of.pharmacy_id, note=of.note, items=of.items
    )
