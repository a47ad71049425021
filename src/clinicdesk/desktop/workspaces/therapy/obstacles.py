"""Why a prescription cannot be saved or signed yet, in the order in which one deals with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, auto

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.commands import MAX_ITEMS
from clinicdesk.contract.entities import Allergy, Pharmacy, Severity, Tier
from clinicdesk.contract.safety import Finding
from clinicdesk.desktop.workspaces.therapy.draft import DraftForm, conflicts


class Obstacle(Enum):
    """One reason."""

    NOTHING = auto()  # there is nothing to save or to sign
    NOT_A_PRESCRIBER = auto()
    FROZEN = auto()
    CONFLICT = auto()
    NO_MEDICINE = auto()
    TOO_MANY = auto()
    UNFINISHED_LINE = auto()
    NOT_SUPPLIED = auto()
    SEVERE_ALLERGY = auto()
    STOPPED = auto()
    NO_PHARMACY = auto()
    PHARMACY_CLOSED = auto()
    NEEDS_REASON = auto()
    NEEDS_SERVER = auto()


def obstacle(
    form: DraftForm,
    allergies: Iterable[Allergy],
    pharmacy: Pharmacy | None,
    standing: Sequence[Finding] = (),
    *,
    reachable: bool,
    conflict: bool,
) -> Obstacle | None:
    """What keeps a form from being signed; None when nothing does.

    `standing`: the safety findings that are in the way.
    """
    if conflict:
        return Obstacle.CONFLICT
    if not form.entry.empty:
        return Obstacle.UNFINISHED_LINE
    if not form.lines:
        return Obstacle.NO_MEDICINE
    if len(form.lines) > MAX_ITEMS:
        return Obstacle.TOO_MANY
    if any(line.medicine.discontinued for line in form.lines):
        return Obstacle.NOT_SUPPLIED
    severe = [allergy for allergy in allergies if allergy.severity is Severity.SEVERE]
    if any(conflicts(line.medicine, severe) for line in form.lines):
        return Obstacle.SEVERE_ALLERGY
    if any(finding.tier is Tier.STOP for finding in standing):
        return Obstacle.STOPPED
    if form.pharmacy_id is None or pharmacy is None:
        return Obstacle.NO_PHARMACY
    if not pharmacy.active:
        return Obstacle.PHARMACY_CLOSED
    if standing:
        return Obstacle.NEEDS_REASON
    return Obstacle.NEEDS_SERVER if form.controlled and not reachable else None


def obstacle_words(why: Obstacle) -> str:
    """The reason as it stands beside the button that it switches off."""
    match why:
        case Obstacle.NOTHING:
            return QCoreApplication.translate("Obstacle", "Nothing is written yet")
        case Obstacle.NOT_A_PRESCRIBER:
            return QCoreApplication.translate("Obstacle", "Only therapists can prescribe")
        case Obstacle.FROZEN:
            return QCoreApplication.translate("Obstacle", "It was signed or cancelled meanwhile")
        case Obstacle.CONFLICT:
            return QCoreApplication.translate("Obstacle", "Decide first which version counts")
        case Obstacle.NO_MEDICINE:
            return QCoreApplication.translate("Obstacle", "Add a medicine")
        case Obstacle.TOO_MANY:
            return QCoreApplication.translate("Obstacle", "30 medicines are the most")
        case Obstacle.UNFINISHED_LINE:
            return QCoreApplication.translate(
                "Obstacle", "Add or clear the line that you are typing"
            )
        case Obstacle.NOT_SUPPLIED:
            return QCoreApplication.translate("Obstacle", "A medicine is no longer supplied")
        case Obstacle.SEVERE_ALLERGY:
            return QCoreApplication.translate("Obstacle", "A medicine meets a severe allergy")
        case Obstacle.STOPPED:
            return QCoreApplication.translate("Obstacle", "A safety rule stops it")
        case Obstacle.NEEDS_REASON:
            return QCoreApplication.translate("Obstacle", "Say why it is meant: Ctrl+Enter")
        case Obstacle.NO_PHARMACY:
            return QCoreApplication.translate("Obstacle", "Choose a pharmacy")
        case Obstacle.PHARMACY_CLOSED:
            return QCoreApplication.translate("Obstacle", "This pharmacy takes no prescriptions")
        case Obstacle.NEEDS_SERVER:
            return QCoreApplication.translate("Obstacle", "A controlled medicine needs the server")
