"""What the law asks of a prescription: each of its fields, on paper, for real names and lengths.

The tables are those of docs/printing.md. The law was read by engineers.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest
from msgspec.structs import replace

from clinicdesk.contract.entities import Patient, Sex
from clinicdesk.printing.facts import PrescriptionFacts
from clinicdesk.printing.ink import A4
from clinicdesk.printing.prescription import render_prescription
from clinicdesk.printing.prescription.parts import FOOT
from tests.core.sample import a_patient
from tests.printing.facts import NEW_ZEALAND, prescription_facts
from tests.printing.readers import bottom_of, pages_of, text_of, words_of

LONG_NAME: Final = "Venkata Satyanarayana Lakshmi Narasimha Subrahmanyam Chaturvedula"
ADDRESS: Final = (
    "Flat 1204, Tower B, Shri Siddhivinayak Residency Co-operative Housing Society, "
    "Swami Vivekananda Road, Borivali West, Mumbai 400092, Maharashtra"
)

INDIA: Final = [
    ("Drugs Rules 65(10)(a): signed", "Signature of Dr Asha Rao"),
    ("Drugs Rules 65(10)(a): dated", "Date 12 Mar 2026"),
    ("Drugs Rules 65(10)(b): name of the patient", LONG_NAME),
    ("Drugs Rules 65(10)(b): address of the patient", ADDRESS),
    ("Drugs Rules 65(10)(c): total amount, and in words where controlled", "10 (ten) tablets"),
    ("Drugs Rules 65(10)(c): total amount of a cream", "15 g"),
    ("Drugs Rules 65(10)(c): dose", "1 tablet, oral"),
    ("Drugs Rules 65(11)(a), (b): how often", "Repeats: 2 (may be dispensed twice more)"),
    ("Drugs Rules 65(11)(c): seller's name and address", "Dispensed by: name and address"),
    ("Drugs Rules 65(11)(c): date of dispensing", "Date Register entry no."),
    ("Drugs Rules 65(3): number of the entry", "Register entry no."),
    ("Drugs Rules 65(9): Schedule X in duplicate", "XRx: Schedule X drug. To be issued in dup"),
    ("Drugs Rules 97: marks of the schedules", "Rx H1"),
    ("Conduct 2002, 1.4.1: registration number", "Reg. no. MH-1"),
    ("Conduct 2002, 1.4.2: qualification", "MBBS, MD"),
    ("Conduct 2002, 1.5: generic name in capitals", "AMOXICILLIN + CLAVULANIC ACID"),
    ("Prescriber's address and telephone", "12 MG Road +91 22 1234 5678"),
    ("Age and sex", "34 years · Male"),
    ("Strength and form", "625 mg TABLET"),
    ("Frequency", "twice a day (BD)"),
    ("Duration", "30 days"),
]

NEW_ZEALAND_S: Final = [
    ("Medicines Regulations 41(b): signed", "Signature of Dr Asha Rao"),
    ("Medicines Regulations 41(b): dated", "Date 13 Mar 2026"),
    ("Medicines Regulations 41(c)(i): full name of the prescriber", "Dr Asha Rao"),
    ("Medicines Regulations 41(c)(ii): street address", "5 Queen Street, Tāmaki Makaurau"),
    ("Medicines Regulations 41(c)(iii): telephone", "+64 9 555 0101"),
    ("Medicines Regulations 41(d)(i): each given name, surname", "Mārama Hinewai Te Ngāti Whātua"),
    ("Medicines Regulations 41(d)(i): address", "12 Kōwhai Road, Whangārei"),
    ("Medicines Regulations 41(d)(ii): birth date below 13", "born 5 Jan 2019"),
    ("Medicines Regulations 41(e): medicine and strength", "Methylphenidate 10 mg"),
    ("Medicines Regulations 41(f): total amount", "10 (ten) tablets"),
    ("Medicines Regulations 41(f): period of supply", "30 days"),
    ("Medicines Regulations 41(g): dose and frequency", "1 tablet, oral twice a day (BD)"),
    ("Medicines Regulations 41(h): method and frequency", "1 application, twice a day (BD)"),
    ("Repeats", "Repeats: 2 (may be dispensed twice more)"),
    ("Misuse of Drugs Regulations: controlled drugs are marked", "CD: controlled drug"),
    ("Registration number", "Registration no. MH-1"),
]


def of_india() -> PrescriptionFacts:
    patient = a_patient(LONG_NAME, name_local="వేంకట సత్యనారాయణ", address=ADDRESS)
    return prescription_facts(10, patient=patient)


def of_new_zealand() -> PrescriptionFacts:
    patient: Patient = a_patient(
        "Mārama Hinewai Te Ngāti Whātua", sex=Sex.FEMALE, birth_date=date(2019, 1, 5),
        address="12 Kōwhai Road, Whangārei",
    )  # fmt: skip
    clinic = replace(NEW_ZEALAND, phone="+6495550101")
    return prescription_facts(10, patient=patient, clinic=clinic)


@pytest.mark.parametrize(("law", "said"), INDIA, ids=[law for law, _said in INDIA])
def test_india_asks_for(law: str, said: str) -> None:
    assert said in words_of(render_prescription(of_india()))


@pytest.mark.parametrize(("law", "said"), NEW_ZEALAND_S, ids=[law for law, _ in NEW_ZEALAND_S])
def test_new_zealand_asks_for(law: str, said: str) -> None:
    assert said in words_of(render_prescription(of_new_zealand()))


@pytest.mark.parametrize("facts", [of_india(), of_new_zealand()], ids=["IN", "NZ"])
def test_ten_lines_over_two_pages_have_number_and_patient_on_each_and_one_signature(
    facts: PrescriptionFacts,
) -> None:
    pdf = render_prescription(facts)
    assert pages_of(pdf) == 2
    first, last = (" ".join(text_of(pdf, page).split()) for page in (1, 2))
    for page, said in ((1, first), (2, last)):
        assert said.count("RX-7F3K2") >= 2
        assert f"RX-7F3K2 · P-004182 · {facts.patient.name} Page {page} of 2" in said
    assert "Signature" not in first
    assert "Continues on page 2; the signature is on page 2." in first
    assert "Signature of Dr Asha Rao" in last
    assert "10. C" in last, "no signature stands on a page without a medicine"


def test_the_pharmacy_s_entry_stands_above_the_signature_once_for_each_time() -> None:
    said = words_of(render_prescription(of_india()))
    assert said.count("Register entry no.") == 3
    assert said.rindex("Register entry no.") < said.index("Signature of Dr Asha Rao")
    facts = of_india()
    facts = replace(facts, prescription=replace(facts.prescription, repeats=0))
    once = words_of(render_prescription(facts))
    assert once.count("Register entry no.") == 1
    assert "No repeats." in once


def test_what_the_law_asks_for_and_nobody_entered_is_said_to_lack() -> None:
    facts = of_india()
    facts = replace(
        facts,
        clinic=replace(facts.clinic, address="", phone=""),
        practitioner=replace(
            facts.practitioner, qualification="", registration_number="", phone=""
        ),
        patient=replace(facts.patient, address=""),
    )
    said = words_of(render_prescription(facts))
    assert said.count("Address not recorded") == 2 * pages_of(render_prescription(facts))
    for lacking in (
        "Qualification not recorded", "Reg. no. not recorded", "Telephone not recorded"
    ):  # fmt: skip
        assert lacking in said


@pytest.mark.parametrize("lines", range(1, 30))
def test_the_signature_has_a_medicine_above_it_wherever_a_page_ends(lines: int) -> None:
    pdf = render_prescription(prescription_facts(lines))
    assert f"{lines}. " in text_of(pdf, pages_of(pdf))


def test_a_name_that_is_too_long_for_the_foot_ends_before_the_page_s_number() -> None:
    facts = of_india()
    facts = replace(facts, patient=replace(facts.patient, name="Wilhelmine " * 10))
    foot = next(line for line in text_of(render_prescription(facts), 1).splitlines()
                if "Page 1 of" in line)  # fmt: skip
    assert foot.startswith("RX-7F3K2 · P-004182 · Wilhelmine")
    assert "… " in foot


def test_a_long_name_of_a_pharmacy_stays_above_the_line() -> None:
    facts = of_india()
    assert facts.pharmacy is not None
    pharmacy = replace(facts.pharmacy, name="Unichem Queen Street Pharmacy and Dispensary " * 3)
    lines = text_of(render_prescription(replace(facts, pharmacy=pharmacy))).splitlines()
    heading = next(at for at, line in enumerate(lines) if "Duration" in line)
    name = [at for at, line in enumerate(lines) if "Dispensary" in line and at < heading]
    assert name, "the last of it stands above the headings"
    assert not any("Dispensary" in line for line in lines[heading : heading + 3])


def test_who_has_many_degrees_signs_above_the_foot() -> None:
    facts = of_india()
    prescriber = replace(
        facts.practitioner,
        name="Dr Ananthapadmanabhan Krishnamoorthy Subrahmanyam Iyer",
        qualification="MBBS, MD (Physical Medicine and Rehabilitation), DNB, FRCP (Edinburgh)",
    )
    pdf = render_prescription(replace(facts, practitioner=prescriber))
    assert bottom_of(pdf, "proves") < A4[1] - FOOT + 8
