"""A line of a prescription in words: the medicine, how it is to be taken, what became of it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject

from clinicdesk.contract.entities import ItemStatus, PrescriptionItem
from clinicdesk.desktop.wording import money

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
    """The second line of a row: its schedule and intake, and the brand unless `remarks` name it."""
    parts = [intake_words(item), "" if _is_substituted(item) else item.brand]
    if item.schedule.controlled:
        text = QCoreApplication.translate("PrescriptionItem", "Schedule %1")
        parts.insert(0, text.replace("%1", item.schedule))
    return _SEPARATOR.join(part for part in parts if part)


def remarks(item: PrescriptionItem) -> tuple[str, ...]:
    """What was changed of a line or keeps it, and the reasons that were given; none of most."""
    said = [_substitution(item) if _is_substituted(item) else "", _why_stopped(item)]
    return tuple(remark for remark in said if remark)


def product_words(item: PrescriptionItem) -> str:
    """The product that is supplied: "Cetzy", or "Alerid instead of Cetzy"."""
    if not _is_substituted(item):
        return item.brand
    supplied = item.substitute_brand or QCoreApplication.translate(
        "PrescriptionItem", "Another product"
    )
    if not item.brand:
        return supplied
    if supplied.casefold() == item.brand.casefold():
        text = QCoreApplication.translate("PrescriptionItem", "Another product named %1")
        return text.replace("%1", supplied)
    text = QCoreApplication.translate("PrescriptionItem", "%1 instead of %2")
    return text.replace("%1", supplied).replace("%2", item.brand)


def _is_substituted(item: PrescriptionItem) -> bool:
    """Whether another product is supplied than was written; nothing is of a line left out."""
    left_out = item.status is ItemStatus.DECLINED or (
        item.status is ItemStatus.CANCELLED and not item.supplied
    )
    return item.substitute_id is not None and not left_out


def _substitution(item: PrescriptionItem) -> str:
    parts = (product_words(item), _price_words(item), item.substitution_reason or "")
    return _SEPARATOR.join(part for part in parts if part)


def _price_words(item: PrescriptionItem) -> str:
    """How much more or less the line costs than as it was written."""
    if item.prescribed_minor is None or item.status is ItemStatus.CANCELLED:
        return ""  # of a part the line's price says something else
    dearer = item.amount_minor - item.prescribed_minor
    if dearer > 0:
        text = QCoreApplication.translate("PrescriptionItem", "%1 more")
    elif dearer < 0:
        text = QCoreApplication.translate("PrescriptionItem", "%1 less")
    else:
        return QCoreApplication.translate("PrescriptionItem", "the same price")
    return text.replace("%1", money(abs(dearer), item.currency))


def _why_stopped(item: PrescriptionItem) -> str:
    """Why nothing is done with a line, or nothing more is supplied of it."""
    match item.status:
        case ItemStatus.ON_HOLD:
            reason = item.hold_reason
            text = QCoreApplication.translate("PrescriptionItem", "On hold: %1")
        case ItemStatus.DECLINED:
            reason = item.decline_reason
            text = QCoreApplication.translate("PrescriptionItem", "Declined: %1")
        case ItemStatus.CANCELLED if item.supplied:
            reason = item.decline_reason
            text = QCoreApplication.translate("PrescriptionItem", "The rest cancelled: %1")
        case ItemStatus.CANCELLED:
            reason = item.decline_reason
            text = QCoreApplication.translate("PrescriptionItem", "Cancelled: %1")
        case _:
            return ""
    return text.replace("%1", reason) if reason else ""


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
