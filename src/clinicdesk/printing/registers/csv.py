"""A register as CSV."""

from __future__ import annotations

from typing import Final

from clinicdesk.printing.cells import harmless, iso, table
from clinicdesk.printing.facts import RegisterEntry, RegisterFacts
from clinicdesk.printing.registers.ledger import came, deed_of, prescribers_at, went
from clinicdesk.printing.words import zone_of

HEADINGS: Final = (
    "No", "Date", "Time", "What", "Medicine", "Strength", "Form", "Brand", "Manufacturer",
    "Schedule", "Batch", "Expiry", "Unit", "In", "Out", "Balance", "Prescription", "Prescribed on",
    "Prescriber", "Prescriber registration", "Prescriber address", "Patient", "Patient address",
    "By", "Collected by", "Reason",
)  # fmt: skip


def render_csv(facts: RegisterFacts) -> bytes:
    """The entries, in UTF-8 below one line of headings.

    Dates and times are the clinic's own, in ISO 8601.
    """
    zone = zone_of(facts.clinic.zone)
    rows: list[list[str | int]] = []
    for entry in facts.entries:
        local = entry.at.astimezone(zone)
        when = (local.date().isoformat(), f"{local:%H:%M}")
        rows.append([entry.number, *when, *_rest(entry, prescribers_at(facts))])
    return table(HEADINGS, rows)


def _rest(entry: RegisterEntry, prescribers_at: str) -> list[str | int]:
    names = (
        deed_of(entry), entry.generic_name, entry.strength, entry.form, entry.brand,
        entry.manufacturer, entry.schedule, entry.batch_number,
    )  # fmt: skip
    workplace = prescribers_at if entry.prescriber_name else ""
    people = (
        entry.prescriber_name, entry.prescriber_registration, workplace,
        entry.patient_name, entry.patient_address, entry.by, entry.collected_by, entry.reason,
    )  # fmt: skip
    return [
        *(harmless(each or "") for each in names),
        iso(entry.expiry),
        harmless(entry.unit),
        *("" if each is None else each for each in (came(entry), went(entry), entry.balance)),
        harmless(entry.prescription_code or ""),
        iso(entry.prescribed_on),
        *(harmless(each or "") for each in people),
    ]
