"""A line of a prescription in words: the medicine and how it is to be taken."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem

# A line breaks after the dot, never before it.
_SEPARATOR = "\N{NO-BREAK SPACE}· "


def medicine_words(item: PrescriptionItem) -> str:
    """What is to be supplied: "Azithromycin 500 mg tablet"."""
    return " ".join(part for part in (item.generic_name, item.strength, item.form) if part)


def intake_words(item: PrescriptionItem) -> str:
    """How it is to be taken: "1 tablet, at night, 10 days · after food"."""
    parts = [item.dose, frequency_words(item.frequency)]
    if item.days:
        parts.append(days_words(item.days))
    taken = ", ".join(part for part in parts if part)
    return _SEPARATOR.join(part for part in (taken, item.instructions) if part)


def detail_words(item: PrescriptionItem) -> str:
    """The second line of a row: why it was declined, or its schedule, intake and brand."""
    if item.status is ItemStatus.DECLINED and item.decline_reason:
        text = QCoreApplication.translate("PrescriptionItem", "Declined: %1")
        return text.replace("%1", item.decline_reason)
    parts = [intake_words(item), item.brand]
    if item.schedule.controlled:
        text = QCoreApplication.translate("PrescriptionItem", "Schedule %1")
        parts.insert(0, text.replace("%1", item.schedule))
    return _SEPARATOR.join(part for part in parts if part)


class _Counted(QObject):
    """Words with a plural: only an object's own `tr` is found by the extraction for translators."""

    def days(self, days: int) -> str:
        return self.tr("%n day(s)", "", days)


def days_words(days: int) -> str:
    """How long: "10 days"."""
    return _Counted().days(days)


def frequency_words(code: str) -> str:
    """How often, in the words that a patient reads; a code that nobody knows stays as it is."""
    match code:
        case "OD":
            return QCoreApplication.translate("Frequency", "once a day")
        case "OM":
            return QCoreApplication.translate("Frequency", "every morning")
        case "HS":
            return QCoreApplication.translate("Frequency", "at night")
        case "BD":
            return QCoreApplication.translate("Frequency", "twice a day")
        case "TDS":
            return QCoreApplication.translate("Frequency", "three times a day")
        case "QID":
            return QCoreApplication.translate("Frequency", "four times a day")
        case "Q4H":
            return QCoreApplication.translate("Frequency", "every 4 hours")
        case "Q6H":
            return QCoreApplication.translate("Frequency", "every 6 hours")
        case "Q8H":
            return QCoreApplication.translate("Frequency", "every 8 hours")
        case "Q12H":
            return QCoreApplication.translate("Frequency", "every 12 hours")
        case "ALT":
            return QCoreApplication.translate("Frequency", "every other day")
        case "WEEKLY":
            return QCoreApplication.translate("Frequency", "once a week")
        case "SOS":
            return QCoreApplication.translate("Frequency", "when needed")
        case "STAT":
            return QCoreApplication.translate("Frequency", "at once, a single dose")
        case _:
            return code
