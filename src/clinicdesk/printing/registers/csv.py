"""A register as CSV (RFC 4180), to be opened in a spreadsheet without harm."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Final

from clinicdesk.printing.facts import RegisterEntry, RegisterFacts
from clinicdesk.printing.registers.ledger import came, deed_of, prescribers_at, went
from clinicdesk.printing.words import zone_of

HEADINGS: Final = (
    "No", "Date", "Time", "What", "Medicine", "Strength", "Form", "Brand", "Manufacturer",
    "Schedule", "Batch", "Expiry", "Unit", "In", "Out", "Balance", "Prescription", "Prescribed on",
    "Prescriber", "Prescriber registration", "Prescriber address", "Patient", "Patient address",
    "By", "Collected by", "Reason",
)  # fmt: skip

_FORMULA: Final = re.compile(r"^\s*[=+\-@|%]")
_BREAKS: Final = re.compile(r"[\r\n\t\v\f]+")


def render_csv(facts: RegisterFacts) -> bytes:
    """The entries below one line of headings, in UTF-8 with its mark: Excel asks for it.

    Dates and times are the clinic's own, in ISO 8601.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    zone = zone_of(facts.clinic.zone)
    for entry in facts.entries:
        local = entry.at.astimezone(zone)
        when = (local.date().isoformat(), f"{local:%H:%M}")
        writer.writerow([entry.number, *when, *_rest(entry, prescribers_at(facts))])
    return out.getvalue().encode("utf-8-sig")


def harmless(text: str) -> str:
    """The text on one line, and never a formula: one that could be is led in by an apostrophe.

    See OWASP, "CSV Injection".
    """
    line = _BREAKS.sub(" ", text)
    return f"'{line}" if _FORMULA.match(line) else line


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
        _iso(entry.expiry),
        harmless(entry.unit),
        *("" if each is None else each for each in (came(entry), went(entry), entry.balance)),
        harmless(entry.prescription_code or ""),
        _iso(entry.prescribed_on),
        *(harmless(each or "") for each in people),
    ]


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
