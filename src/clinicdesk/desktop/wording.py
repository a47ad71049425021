"""Facts in a person's words, the same on every screen: statuses, refusals, times, money, people.

Everything is translated here, in the language that is in force when it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from clinicdesk.contract.commands import AnyCommand, TakePayment
from clinicdesk.contract.entities import (
    ItemStatus,
    Patient,
    Prescription,
    PrescriptionStatus,
    Role,
    Sex,
)
from clinicdesk.contract.money import format_money
from clinicdesk.contract.problems import (
    IllegalState,
    NotFound,
    Problem,
    SessionExpired,
    Stale,
    TooManyAttempts,
    Unavailable,
    Unexpected,
    WrongCredentials,
)
from clinicdesk.desktop.design.age import age_text
from clinicdesk.desktop.design.pill import Pill
from clinicdesk.desktop.design.tokens import Tone

__all__ = [
    "Look",
    "age_in_words",
    "age_text",
    "date_text",
    "minutes_since",
    "moment_text",
    "money",
    "person_line",
    "prescription_look",
    "problem_sentence",
    "refusal_words",
    "role_word",
    "sex_letter",
    "status_look",
    "time_text",
    "unrecorded_payment_words",
]

_MINUTE_S = 60
_SEPARATOR = " · "


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is shown: an icon, a word and a tone, never colour alone."""

    icon: str
    word: str
    tone: Tone

    def pill(self) -> Pill:
        """The same as a pill."""
        return Pill(self.word, self.tone, self.icon)


def prescription_look(prescription: Prescription) -> Look:
    """The look of a prescription as it stands."""
    return status_look(prescription.status, signed=prescription.signed_at is not None)


def status_look(status: PrescriptionStatus | ItemStatus, *, signed: bool = True) -> Look:
    """The look of a status.

    Args:
        signed: For a prescription in DRAFT: whether it has been sent to its pharmacy, where it
            waits for payment.
    """
    if isinstance(status, ItemStatus):
        return _item_look(status)
    match status:
        case PrescriptionStatus.DRAFT if signed:
            return Look("wallet", QCoreApplication.translate("Status", "Unpaid"), Tone.WARNING)
        case PrescriptionStatus.DRAFT:
            return Look("file-pen", QCoreApplication.translate("Status", "Draft"), Tone.NEUTRAL)
        case PrescriptionStatus.PAID:
            return Look("badge-check", QCoreApplication.translate("Status", "Paid"), Tone.INFO)
        case PrescriptionStatus.FULFILLED:
            return Look("package-check", QCoreApplication.translate("Status", "Ready"), Tone.ACCENT)
        case PrescriptionStatus.COMPLETED:
            return Look(
                "check-check", QCoreApplication.translate("Status", "Handed over"), Tone.SUCCESS
            )
        case PrescriptionStatus.CANCELLED:
            return Look("ban", QCoreApplication.translate("Status", "Cancelled"), Tone.DANGER)


def _item_look(status: ItemStatus) -> Look:
    match status:
        case ItemStatus.PENDING:
            return Look(
                "circle-dashed", QCoreApplication.translate("ItemStatus", "To dispense"), Tone.INFO
            )
        case ItemStatus.PICKING:
            return Look("package", QCoreApplication.translate("ItemStatus", "Picking"), Tone.INFO)
        case ItemStatus.CHECKED:
            return Look(
                "scan-line", QCoreApplication.translate("ItemStatus", "Checked"), Tone.SUCCESS
            )
        case ItemStatus.READY:
            return Look(
                "package-check", QCoreApplication.translate("ItemStatus", "Ready"), Tone.ACCENT
            )
        case ItemStatus.HANDED_OVER:
            return Look(
                "check-check", QCoreApplication.translate("ItemStatus", "Handed over"), Tone.SUCCESS
            )
        case ItemStatus.ON_HOLD:
            return Look("pause", QCoreApplication.translate("ItemStatus", "On hold"), Tone.WARNING)
        case ItemStatus.OWING:
            return Look("package", QCoreApplication.translate("ItemStatus", "Owing"), Tone.WARNING)
        case ItemStatus.DECLINED:
            return Look(
                "package-x", QCoreApplication.translate("ItemStatus", "Declined"), Tone.DANGER
            )
        case ItemStatus.RETURNED_TO_STOCK:
            return Look(
                "undo-2",
                QCoreApplication.translate("ItemStatus", "Returned to stock"),
                Tone.NEUTRAL,
            )
        case ItemStatus.CANCELLED:
            return Look("ban", QCoreApplication.translate("ItemStatus", "Cancelled"), Tone.DANGER)


def problem_sentence(problem: Problem, zone: tzinfo | None = None) -> str:
    """A refusal in one sentence: what happened and what to do next.

    Args:
        zone: The clinic's; with it a refusal that names a moment says when.
    """
    match problem:
        case Stale() | IllegalState() if zone is not None and problem.by:
            text = QCoreApplication.translate(
                "Problem", "%1 changed it at %2, before this arrived. Look at it as it is now."
            )
            return text.replace("%1", problem.by).replace("%2", time_text(problem.at, zone))
        case NotFound():
            return QCoreApplication.translate(
                "Problem", "It is not here any more, or not yours to see."
            )
        case SessionExpired():
            return QCoreApplication.translate(
                "Problem", "Your sign-in has ended. Sign in again; nothing is lost."
            )
        case WrongCredentials():
            return QCoreApplication.translate(
                "Problem", "This login and this password do not belong together."
            )
        case TooManyAttempts():
            text = QCoreApplication.translate(
                "Problem", "Too many attempts. Wait %1 seconds, then try again."
            )
            return text.replace("%1", str(problem.retry_after_s))
        case Unavailable():
            return QCoreApplication.translate(
                "Problem", "The server is busy. It is tried again by itself."
            )
        case Unexpected():
            text = QCoreApplication.translate(
                "Problem", "The server has a fault (%1). Nothing is lost; it is tried again."
            )
            return text.replace("%1", problem.reference)
        case _:
            return problem.detail


def refusal_words(command: AnyCommand, problem: Problem, zone: tzinfo | None = None) -> str:
    """Why a command of this desk was refused, and what that leaves to be done here."""
    why = problem_sentence(problem, zone)
    if not isinstance(command, TakePayment):
        return why
    return f"{why} {unrecorded_payment_words()}"


def unrecorded_payment_words() -> str:
    """What a payment that was refused leaves to be done at the counter."""
    return QCoreApplication.translate(
        "Problem", "What you took for it is not recorded: give it back, or take the payment anew."
    )


def money(minor: int, currency: str) -> str:
    """An amount in minor units as its country writes it: "₹ 1,23,456.00"."""
    return format_money(minor, currency)


def time_text(moment: datetime, zone: tzinfo) -> str:
    """The clinic's time of a moment: "10:42"."""
    return f"{moment.astimezone(zone):%H:%M}"


def date_text(day: date) -> str:
    """A date that nobody can misread, since its month is a word: "12 Mar 1992"."""
    return QLocale().toString(QDate(day.year, day.month, day.day), "d MMM yyyy")


def moment_text(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """A moment as near as needed: "10:42" today, else "12 Mar, 10:42", with the year in another."""
    there, here = moment.astimezone(zone), now.astimezone(zone)
    clock = f"{there:%H:%M}"
    if there.date() == here.date():
        return clock
    day = QDate(there.year, there.month, there.day)
    pattern = "d MMM" if there.year == here.year else "d MMM yyyy"
    return f"{QLocale().toString(day, pattern)}, {clock}"


def minutes_since(moment: datetime, now: datetime) -> int:
    """Whole minutes from a moment until now, never negative: clocks of two machines differ."""
    return max(0, int((now - moment).total_seconds()) // _MINUTE_S)


def person_line(patient: Patient, today: date | None = None) -> str:
    """What tells two people of one name apart: "F · 34 y · 12 Mar 1992 · P-004182"."""
    today = today or datetime.now(UTC).date()
    return _SEPARATOR.join(
        (
            sex_letter(patient.sex),
            age_in_words(patient.birth_date, today),
            date_text(patient.birth_date),
            patient.number,
        )
    )


@cache
def phone_text(number: str) -> str:
    """A telephone number as it is read aloud, "+91 98220 14417"; as written if it is not E.164."""
    import phonenumbers  # its tables are large; the first paint shows no number

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def sex_letter(sex: Sex) -> str:
    """One letter, or "?" where it is not known."""
    match sex:
        case Sex.FEMALE:
            return QCoreApplication.translate("Person", "F")
        case Sex.MALE:
            return QCoreApplication.translate("Person", "M")
        case Sex.OTHER:
            return QCoreApplication.translate("Person", "X")
        case Sex.UNKNOWN:
            return "?"


def age_in_words(birth: date, today: date) -> str:
    """Whole years; months below two years, since doses for a child depend on them."""
    months = (today.year - birth.year) * 12 + today.month - birth.month - (today.day < birth.day)
    months = max(0, months)
    if months < 24:
        return QCoreApplication.translate("Person", "%1 mo").replace("%1", str(months))
    return QCoreApplication.translate("Person", "%1 y").replace("%1", str(months // 12))


def role_word(role: Role) -> str:
    """What a member is to the clinic."""
    match role:
        case Role.ADMIN:
            return QCoreApplication.translate("Role", "Administrator")
        case Role.RECEPTION:
            return QCoreApplication.translate("Role", "Reception")
        case Role.THERAPIST:
            return QCoreApplication.translate("Role", "Therapist")
        case Role.PHARMACIST:
            return QCoreApplication.translate("Role", "Pharmacist")
