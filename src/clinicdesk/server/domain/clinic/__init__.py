"""Setting up a clinic, and adding to it what no desk can add yet. In the owner's transactions.

Map:

- `setup`    the rows that a clinic begins with
- `finding`  a clinic by the name that an administrator typed
"""

from __future__ import annotations

from clinicdesk.server.domain.clinic.finding import ClinicFound, choose_clinic, name_is_taken
from clinicdesk.server.domain.clinic.setup import (
    Newcomer,
    Setup,
    SetupRefused,
    add_patients,
    add_staff,
    belongs,
    set_up,
)

__all__ = [
    "ClinicFound",
    "Newcomer",
    "Setup",
    "SetupRefused",
    "add_patients",
    "add_staff",
    "belongs",
    "choose_clinic",
    "name_is_taken",
    "set_up",
]
