"""What the law of a country asks of a prescription, beyond what every prescription says.

India: the form of the Pharmacy Practice Regulations 2015 (Appendix I), generic names in capitals
(the medical council's regulations of conduct, 1.5), the marks of the Drugs Rules' schedules (rules
65 and 97). New Zealand: Medicines Regulations 1984, regulation 41; Misuse of Drugs Regulations
1977, regulation 29. Read by engineers: a pharmacist has to confirm it for the place of use.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from clinicdesk.contract.entities import Schedule


class Country(Struct, frozen=True, kw_only=True):
    """What differs between countries.

    Attributes:
        capitals: Generic names stand in capital letters.
        marks: By schedule: the mark beside a medicine, and whether it is red.
        legends: By schedule: the sentence at the foot where a medicine of it stands above.
        registration: What the prescriber's number is called.
        qualification: The prescriber's has to stand there.
        birth_date: The date of birth stands beside the age, whatever the age is.
        dispensing: The pharmacy fills in on the paper what it dispensed.
    """

    capitals: bool
    marks: dict[Schedule, tuple[str, bool]]
    legends: dict[Schedule, str]
    registration: str
    qualification: bool
    birth_date: bool
    dispensing: bool


_INDIA: Final = Country(
    capitals=True,
    marks={
        Schedule.H: ("Rx", False),
        Schedule.H1: ("Rx H1", True),
        Schedule.X: ("XRx", True),
    },
    legends={
        Schedule.H: "Rx: Schedule H drug, to be sold on this prescription only.",
        Schedule.H1: "Rx H1: Schedule H1 drug. Not to be taken except under medical advice; the "
        "pharmacy enters the supply in its Schedule H1 register.",
        Schedule.X: "XRx: Schedule X drug. To be issued in duplicate; the pharmacy keeps one copy "
        "for two years.",
    },
    registration="Reg. no.",
    qualification=True,
    birth_date=False,
    dispensing=True,
)

_NEW_ZEALAND: Final = Country(
    capitals=False,
    marks={Schedule.H1: ("CD", True), Schedule.X: ("CD", True)},
    legends={
        Schedule.H1: "CD: controlled drug, entered in the pharmacy's register when supplied.",
        Schedule.X: "CD: controlled drug, entered in the pharmacy's register when supplied.",
    },
    registration="Registration no.",
    qualification=False,
    birth_date=True,
    dispensing=False,
)


def country_of(code: str) -> Country:
    """What a country asks (ISO 3166-1 alpha-2); for one that is not here, as New Zealand."""
    return _INDIA if code == "IN" else _NEW_ZEALAND
