"""The demo clinic's content: a clinic on a working day. Data and pure functions only.

`generate` gives everything; whoever fills a database carries it out through the domain's own
functions. Equal arguments give equal content on every machine.
"""

from __future__ import annotations

from clinicdesk.server.demo_clinic.contents import (
    AllergySeed,
    ClinicSeed,
    PatientSeed,
    PharmacySeed,
    PlannedLine,
    PractitionerSeed,
    PrescriptionPlan,
    ServiceSeed,
    StaffSeed,
    Target,
)
from clinicdesk.server.demo_clinic.generate import DemoClinic, generate
from clinicdesk.server.demo_clinic.sites import AOTEAROA, ROSHNI

__all__ = [
    "AOTEAROA",
    "ROSHNI",
    "AllergySeed",
    "ClinicSeed",
    "DemoClinic",
    "PatientSeed",
    "PharmacySeed",
    "PlannedLine",
    "PractitionerSeed",
    "PrescriptionPlan",
    "ServiceSeed",
    "StaffSeed",
    "Target",
    "generate",
]
