"""Why a sign-in did not work, in a person's words.

Apart from `trouble`, because the window is painted before the transport is loaded.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from clinicdesk.contract.problems import (
    InvalidField,
    Problem,
    TooManyAttempts,
    WrongCredentials,
    WrongProtocol,
)
from clinicdesk.core.transport import Unreachable, UnreachableReason
from clinicdesk.desktop.sign_in.trouble import Place, Trouble
from clinicdesk.desktop.wording import problem_sentence


def trouble_of(why: Unreachable | Problem) -> Trouble:
    """What a failed sign-in says to the person."""
    match why:
        case Unreachable(reason=UnreachableReason.CERTIFICATE):
            text = QCoreApplication.translate(
                "SignIn",
                "%1 Nothing was sent. Do not go on until the clinic's administrator has looked at "
                "it.",
            )
            return Trouble(Place.SERVER, text.replace("%1", _first_sentence(why.sentence)))
        case Unreachable():
            return Trouble(Place.SERVER, why.sentence)
        case TooManyAttempts():
            return Trouble(Place.PASSWORD, problem_sentence(why), max(1, why.retry_after_s))
        case WrongCredentials():
            text = QCoreApplication.translate(
                "SignIn", "This login and this password do not belong together. Try once more."
            )
            return Trouble(Place.PASSWORD, text)
        case WrongProtocol(server_version=version) if version not in ("", "unknown"):
            text = QCoreApplication.translate(
                "SignIn",
                "The server runs clinicdesk %1, which this desk does not understand. Update the "
                "older of the two.",
            )
            return Trouble(Place.SERVER, text.replace("%1", version))
        case WrongProtocol():
            return Trouble(Place.SERVER, why.detail)
        case InvalidField(field="login"):
            return Trouble(Place.LOGIN, why.detail)
        case InvalidField(field="password"):
            return Trouble(Place.PASSWORD, why.detail)
        case _:
            return Trouble(Place.SERVER, problem_sentence(why))


def _first_sentence(text: str) -> str:
    """The part that names whose certificate it is; core's own advice follows a comma."""
    return text.partition(", so")[0].rstrip(".") + "."
