from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract.entities import Schedule
from clinicdesk.contract.money import GREATEST_PRICE_MINOR
from clinicdesk.contract.sig import FREQUENCIES, ROUTES
from clinicdesk.server.domain.formulary import own_header
from clinicdesk.server.domain.formulary.physical_lines import LONGEST_LINE
from clinicdesk.server.domain.formulary.reading import (
    HEADER,
    ROW,
    MedicineRow,
    RejectedRow,
    read_formulary,
)
from tests.server.domain.formulary import indian_list_file

INDIAN = indian_list_file.HEADER
OWN = "generic_name,strength,form,brand,pack_size,pack_unit,price"


def read(text: str | bytes, currency: str = "INR") -> list[MedicineRow | RejectedRow]:
    raw = text.encode() if isinstance(text, str) else text
    return list(read_formulary(io.BytesIO(raw), currency=currency))


def medicine(text: str | bytes) -> MedicineRow:
    (row,) = read(text)
    assert isinstance(row, MedicineRow), row
    return row


def rejected(text: str | bytes) -> RejectedRow:
    (row,) = read(text)
    assert isinstance(row, RejectedRow), row
    return row


def indian(
    price: str = "118",
    pack: str = "strip of 10 tablets",
    first: str = "Cefixime (200mg)",
    second: str = "",
    name: str = "Examplor",
    number: str = "1",
    gone: str = "FALSE",
) -> str:
    return f"{INDIAN}\n{number},{name},{price},{gone},Maker Ltd,allopathy,{pack},{first},{second}\n"


def own(price: str = "12.50", pack_size: str = "10") -> str:
    return f"{OWN}\nParacetamol,500 mg,tablet,Examplor 500,{pack_size},tablet,{price}\n"


def test_a_row_of_the_indian_list_gives_its_ingredients_strengths_pack_and_price() -> None:
    row = medicine(
        f"{INDIAN}\r\n1,Examplor 625 Tablet,223.42,FALSE,Maker Ltd,allopathy,strip of 10 tablets,"
        "Amoxycillin  (500mg) , Clavulanic Acid (125mg)\r\n"
    )
    assert row == MedicineRow(
        code="in-1",
        generic_name="Amoxicillin + Clavulanic Acid",
        strength="500 mg + 125 mg",
        form="tablet",
        route="oral",
        brand="Examplor 625 Tablet",
        manufacturer="Maker Ltd",
        pack_size=10,
        pack_unit="tablet",
        price_minor=22342,
        currency="INR",
        schedule=Schedule.H,
        ingredients=["amoxicillin", "clavulanic acid"],
        discontinued=False,
        default_dose="1 tablet",
    )


@pytest.mark.parametrize(
    ("label", "size", "unit", "form"),
    [
        ("strip of 15 tablet sr", 15, "tablet", "prolonged-release tablet"),
        ("strip of 10 tablet dt", 10, "tablet", "dispersible tablet"),
        ("strip of 10 capsules", 10, "capsule", "capsule"),
        ("bottle of 100 ml Syrup", 100, "ml", "syrup"),
        ("bottle of 60 ml Dry Syrup", 60, "ml", "oral suspension"),
        ("bottle of 1 ltr Solution", 1000, "ml", "oral solution"),
        ("tube of 15 gm Cream", 15, "g", "cream"),
        ("tube of 3 gm Eye Ointment", 3, "g", "eye ointment"),
        ("packet of 5 ml Eye Drop", 5, "ml", "eye drops"),
        ("packet of 200 MDI Inhaler", 200, "dose", "inhaler"),
        ("packet of 1 Inhaler", 1, "inhaler", "inhaler"),
        ("packet of 30 rotacaps", 30, "capsule", "inhalation capsule"),
        ("vial of 1 Injection", 1, "vial", "injection"),
        ("ampoule of 2 ml Injection", 1, "ampoule", "injection"),
        ("prefilled syringe of 0.4 ml Injection", 1, "prefilled syringe", "injection"),
        ("10 tablets in 1 strip", 10, "tablet", "tablet"),
        ("no idea", 1, "pack", "other"),
    ],
)
def test_a_pack_label_is_read_into_units_and_form(
    label: str, size: int, unit: str, form: str
) -> None:
    row = medicine(indian(pack=label))
    assert (row.pack_size, row.pack_unit, row.form) == (size, unit, form)


def test_the_name_tells_the_form_where_the_label_does_not() -> None:
    row = medicine(indian(pack="packet of 1 unit", name="Examplor Nasal Spray"))
    assert row.form == "nasal spray"
    assert row.route == "nasal"


@pytest.mark.parametrize(
    ("composition", "generic", "strength"),
    [
        ("Paracetamol (650mg)", "Paracetamol", "650 mg"),
        ("Ambroxol (30mg/5ml)", "Ambroxol", "30 mg/5 ml"),
        ("Budesonide (200mcg)", "Budesonide", "200 microgram"),
        ("Diclofenac (1% w/w)", "Diclofenac", "1% w/w"),
        ("Lactobacillus (NA)", "Lactobacillus", ""),
        ("Silymarin", "Silymarin", ""),
        ("Frusemide (40mg)", "Furosemide", "40 mg"),
    ],
)
def test_a_composition_is_read_into_name_and_strength(
    composition: str, generic: str, strength: str
) -> None:
    row = medicine(indian(first=composition))
    assert (row.generic_name, row.strength) == (generic, strength)


@pytest.mark.parametrize(
    ("composition", "pack", "schedule"),
    [
        ("Cefixime (200mg)", "strip of 10 tablets", Schedule.H1),
        ("Tramadol (50mg)", "strip of 10 capsules", Schedule.H1),
        ("Moxifloxacin (0.5% w/v)", "packet of 5 ml Eye Drop", Schedule.H1),
        ("Moxifloxacin (1% w/w)", "tube of 10 gm Cream", Schedule.H),
        ("Methylphenidate (10mg)", "strip of 10 tablets", Schedule.X),
        ("Paracetamol (500mg)", "strip of 10 tablets", Schedule.OTC),
        ("Sitagliptin (100mg)", "strip of 10 tablets", Schedule.H),
    ],
)
def test_controlled_ingredients_decide_the_schedule_where_the_list_says_none(
    composition: str, pack: str, schedule: Schedule
) -> None:
    assert medicine(indian(first=composition, pack=pack)).schedule is schedule


def test_quotes_commas_and_line_breaks_inside_a_field_belong_to_it() -> None:
    rows = read(
        f'{INDIAN}\n1,"Examplor, ""Forte""\nTablet",10,FALSE,M,a,strip of 10 tablets,A (5mg),'
        "\n2,Second,10,FALSE,M,allopathy,strip of 10 tablets,A (5mg),\n3,,10,FALSE,M,a,p,A,\n"
    )
    assert [row.brand for row in rows if isinstance(row, MedicineRow)] == [
        'Examplor, "Forte" Tablet',
        "Second",
    ]
    assert rows[-1] == RejectedRow(5, "name", "name is empty.")


def test_a_byte_order_mark_and_either_line_ending_change_nothing() -> None:
    plain = read(indian())
    assert read("\ufeff" + indian()) == plain
    assert read(indian().replace("\n", "\r\n")) == plain
    assert read(indian().removesuffix("\n")) == plain


def test_a_header_that_lost_its_rupee_sign_is_still_the_indian_list() -> None:
    assert read(indian().replace("₹", "?")) == read(indian())
    assert read(indian().replace("₹", "â‚¹").encode("cp1252")) == read(indian())


def test_a_latin_1_file_is_read_as_such() -> None:
    text = own().replace("Examplor 500", "Examplör 500")
    assert medicine(text.encode("latin-1")).brand == "Examplör 500"


def test_a_latin_1_row_in_a_utf_8_file_is_rejected_and_the_rest_is_kept() -> None:
    raw = (
        OWN.encode()
        + "\nA,1 mg,tablet,é,1,tablet,1\n".encode()
        + "B,1 mg,tablet,é,1,tablet,1\n".encode("latin-1")
        + b"C,1 mg,tablet,e,1,tablet,1\n"
    )
    first, second, third = read(raw)
    assert isinstance(first, MedicineRow)
    assert second == RejectedRow(3, ROW, "The row is not in UTF-8 as the lines before it are.")
    assert isinstance(third, MedicineRow)


def test_bytes_that_are_no_text_are_rejected_with_the_way_out() -> None:
    row = rejected(OWN.encode() + b"\nA,1 mg,tablet,\x81\x8d,1,tablet,1\n")
    assert row.line == 2
    assert "save the file as CSV in UTF-8" in row.reason


def test_a_utf_16_file_is_refused_with_one_sentence() -> None:
    row = rejected(own().encode("utf-16"))
    assert row == RejectedRow(1, HEADER, "The file is in UTF-16; save it as CSV in UTF-8.")


def test_a_nul_character_costs_its_row_only() -> None:
    first, second = read(f"{OWN}\nA\0B,1 mg,tablet,x,1,tablet,1\nC,1 mg,tablet,x,1,tablet,1\n")
    assert first == RejectedRow(2, ROW, "The row contains a NUL character.")
    assert isinstance(second, MedicineRow)


def test_a_line_of_ten_megabytes_costs_its_row_only() -> None:
    endless = "x" * 10_000_000
    first, second = read(f"{OWN}\n{endless}\nC,1 mg,tablet,x,1,tablet,1\n")
    assert first == RejectedRow(2, ROW, f"The line is longer than {LONGEST_LINE} bytes.")
    assert isinstance(second, MedicineRow)


def test_a_file_of_one_endless_line_is_refused() -> None:
    row = rejected(b"x" * 1_000_000)
    assert row.field == HEADER


def test_a_quotation_that_never_ends_costs_its_line_only() -> None:
    rows = read(
        f'{OWN}\n"A,1 mg,tablet,x,1,tablet,1\n'
        + "".join(f"C{n},1 mg,tablet,x,1,tablet,1\n" for n in range(30))
    )
    assert rows[0] == RejectedRow(2, ROW, "A quotation mark is opened and never closed.")
    assert [row.generic_name for row in rows[1:] if isinstance(row, MedicineRow)] == [
        f"C{n}" for n in range(30)
    ]


def test_blank_lines_are_passed_over_and_still_counted() -> None:
    rows = read(f"\n{OWN}\n\n\nA,1 mg,tablet,x,zero,tablet,1\n")
    assert [row.line for row in rows if isinstance(row, RejectedRow)] == [5]


def test_an_empty_file_is_refused_with_the_headers_that_are_understood() -> None:
    row = rejected("")
    assert row.field == HEADER
    assert "short_composition1" in row.reason
    assert "generic_name" in row.reason


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("a;b;c", "not a header"),
        ("Paracetamol,500 mg", "not a header"),
        ("id,name,price(₹),Is_discontinued", "lacks manufacturer_name, pack_size_label"),
        ("generic_name,form,price", "lacks pack_size, pack_unit"),
        (OWN + ",shedule", "unknown columns: shedule"),
        (OWN + ",price", 'names "price" twice'),
        ('"generic_name', "never closed"),
        ('gen"eric_name"x,"a', "never closed"),
        ('"a"b,c', "quotation mark"),
    ],
)
def test_a_wrong_header_is_refused_with_what_is_wrong_and_what_is_understood(
    header: str, says: str
) -> None:
    row = rejected(header + "\nx,y,z\n")
    assert (row.line, row.field) == (1, HEADER)
    assert says in row.reason
    assert "Two headers are understood" in row.reason


def test_columns_may_stand_in_any_order_and_case() -> None:
    row = medicine("PRICE,Pack_Unit, pack_size ,form,Generic_Name\n9,ml,60,syrup,Ambroxol\n")
    assert (row.price_minor, row.pack_unit, row.pack_size) == (900, "ml", 60)
    assert row.route == "oral"
    assert row.ingredients == ["ambroxol"]


@pytest.mark.parametrize(
    ("price", "minor"),
    [
        ("12", 1200),
        ("12.", 1200),
        ("12.5", 1250),
        ("0.01", 1),
        ("12.500", 1250),
        ("₹12.50", 1250),
        ("Rs. 12.50", 1250),
        ('"1,23,456.70"', 12345670),
    ],
)
def test_a_price_is_read_exactly(price: str, minor: int) -> None:
    assert medicine(own(price)).price_minor == minor


@pytest.mark.parametrize(
    ("price", "says"),
    [
        ("", "not an amount"),
        ("NaN", "not an amount"),
        ("inf", "not an amount"),
        ("1e3", "not an amount"),
        ("१२", "not an amount"),
        ("12 rupees", "not an amount"),
        ("0", "above zero"),
        ("0.00", "above zero"),
        ("-5", "above zero"),
        ("12.345", "2 decimal places"),
        ("99999999999", "more than any pack can cost"),
        ("9" * 200, "more than any pack can cost"),
    ],
)
def test_what_is_no_price_is_rejected_by_line_and_reason(price: str, says: str) -> None:
    row = rejected(own(price))
    assert (row.line, row.field) == (2, "price")
    assert says in row.reason


def test_a_currency_without_minor_units_takes_whole_amounts_only() -> None:
    (row,) = read(own("120"), currency="JPY")
    assert isinstance(row, MedicineRow)
    assert row.price_minor == 120
    (row,) = read(own("120.50"), currency="JPY")
    assert isinstance(row, RejectedRow)


@given(st.integers(min_value=1, max_value=GREATEST_PRICE_MINOR))
def test_every_price_comes_back_as_it_was_written(minor: int) -> None:
    assert medicine(own(str(Decimal(minor).scaleb(-2)))).price_minor == minor
    assert medicine(indian(price=f"{minor // 100}.{minor % 100:02d}")).price_minor == minor


@given(st.text(max_size=40))
def test_no_text_in_the_price_column_is_an_error_of_the_reader(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow(["A", "1 mg", "tablet", "x", "1", "tablet", text])
    for row in read((OWN + "\n" + out.getvalue()).encode("utf-8", "surrogatepass")):
        assert isinstance(row, RejectedRow) or row.price_minor > 0


@given(st.binary(max_size=300))
def test_no_bytes_are_an_error_of_the_reader(raw: bytes) -> None:
    read(raw)
    read(INDIAN.encode() + b"\n" + raw)
    read(OWN.encode() + b"\n" + raw)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("pack_size", "0", "from 1 to"),
        ("pack_size", "2.5", "not a whole number"),
        ("pack_size", "-3", "not a whole number"),
        ("form", "", "form is empty"),
        ("generic_name", "x" * 201, "at most 200"),
        ("brand", "a\x07b", "control character"),
        ("schedule", "Z", "known are OTC, H, H1, X"),
        ("route", "by air", "known are oral"),
        ("default_frequency", "5XD", "known are OD"),
        ("default_days", "400", "from 1 to 365"),
        ("discontinued", "perhaps", "write TRUE or FALSE"),
        ("currency", "USD", "priced in INR"),
        ("gtin", "2900000000002", "wrong check digit"),
        ("gtin", "12", "8, 12, 13 or 14 digits"),
        ("ingredients", ";".join(f"i{n}" for n in range(41)), "at most 40"),
    ],
)
def test_a_bad_field_is_named_with_its_reason(column: str, value: str, says: str) -> None:
    fields = {
        "generic_name": "A", "form": "tablet", "brand": "x", "pack_size": "1",
        "pack_unit": "tablet", "price": "1", column: value,
    }  # fmt: skip
    row = rejected(f"{','.join(fields)}\n{','.join(fields.values())}\n")
    assert (row.line, row.field) == (2, column)
    assert says in row.reason


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (indian(number="A7"), "id"),
        (indian(gone="?"), "is_discontinued"),
        (indian(first="", second=""), "short_composition1"),
        (indian(price="free"), "price(₹)"),
        (f"{INDIAN}\n1,too,few\n", ROW),
    ],
)
def test_a_bad_row_of_the_indian_list_names_its_column(text: str, field: str) -> None:
    assert rejected(text).field == field


def test_the_second_row_with_the_same_code_is_rejected_with_the_line_of_the_first() -> None:
    rows = read(indian() + indian().splitlines()[1] + "\n")
    assert rows[1] == RejectedRow(3, "id", '"in-1" already stands on line 2.')


def test_a_medicine_without_a_code_keeps_its_derived_one_when_only_its_price_changes() -> None:
    before, after = medicine(own("12.50")), medicine(own("13.00"))
    assert before.code == after.code
    assert before.code != medicine(own(pack_size="15")).code


@given(
    st.builds(
        MedicineRow,
        code=st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True),
        generic_name=st.from_regex(r"[A-Za-z][A-Za-z ,\"'-]{0,40}[a-z]", fullmatch=True),
        strength=st.sampled_from(["", "500 mg", "1% w/w"]),
        form=st.sampled_from(["tablet", "oral suspension"]),
        route=st.sampled_from(ROUTES),
        brand=st.from_regex(r"[A-Za-zāēऀ-ॿ][a-z0-9]{0,20}", fullmatch=True),
        manufacturer=st.sampled_from(["", "Maker, Sons & Co"]),
        pack_size=st.integers(1, 100_000),
        pack_unit=st.sampled_from(["tablet", "ml"]),
        price_minor=st.integers(1, GREATEST_PRICE_MINOR),
        currency=st.just("INR"),
        schedule=st.sampled_from(list(Schedule)),
        ingredients=st.lists(
            st.from_regex(r"[a-z]{1,12}", fullmatch=True), min_size=1, max_size=5, unique=True
        ),
        discontinued=st.booleans(),
        default_dose=st.sampled_from(["", "½ tablet", "5 ml"]),
        default_frequency=st.sampled_from(["", *FREQUENCIES]),
        default_days=st.none() | st.integers(1, 365),
        therapeutic_class=st.sampled_from(["", "NSAID"]),
        gtin=st.none() | st.just("02941000079192"),
    )
)
def test_the_own_header_gives_back_what_was_written(row: MedicineRow) -> None:
    written = {name: getattr(row, name) for name in row.__struct_fields__ if name != "price_minor"}
    written["price"] = str(Decimal(row.price_minor).scaleb(-2))
    written["ingredients"] = "; ".join(row.ingredients)
    written["schedule"] = row.schedule.value
    written["default_days"] = "" if row.default_days is None else row.default_days
    out = io.StringIO()
    writer = csv.DictWriter(out, own_header.COLUMNS)
    writer.writeheader()
    writer.writerow(written)
    back = medicine(out.getvalue())
    assert back.generic_name == " ".join(row.generic_name.split())
    for name in row.__struct_fields__:
        if name != "generic_name":
            assert getattr(back, name) == getattr(row, name), name


def test_a_large_list_is_read_to_the_end_and_reading_it_again_gives_the_same() -> None:
    text = "\n".join([INDIAN, *indian_list_file.rows(20_000)])
    first = read(text)
    assert len(first) == 20_000
    assert all(isinstance(row, MedicineRow) for row in first)
    assert read(text) == first
