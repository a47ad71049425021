"""Orders to suppliers on paper: who may have them, what they say, and that it is known."""

from __future__ import annotations

import csv
import io
import uuid
from uuid import UUID

import httpx
import msgspec
import pytest

from clinicdesk.contract.commands import CancelSupplyOrder, SupplyLine, WriteSupplyOrder
from clinicdesk.contract.paper import Document, PaperForm, Printed, PrintEntered
from clinicdesk.contract.problems import InvalidField, NotFound, decode_problem
from tests.running_server import Desk, Owner
from tests.server.http.hands import ADMIN, OTHER_PHARMACIST, RECEPTION, Hands
from tests.server.http.stocked import Stocked
from tests.server.http.test_paper import prints, tell, text_of


@pytest.fixture
def stocked(hands: Hands, owner: Owner) -> Stocked:
    return Stocked(hands, owner)


def paper(desk: Desk, order_id: UUID, **asked: str) -> httpx.Response:
    return desk.get(f"/api/supply-orders/{order_id}/paper", **asked)


def on_one_line(pdf: bytes) -> str:
    return " ".join(text_of(pdf).split())


def test_an_order_is_had_as_pdf_and_as_a_table_and_says_who_sent_it(
    stocked: Stocked, owner: Owner
) -> None:
    one, two = stocked.medicines[:2]
    ordered = stocked.order((one, 3), (two, 12))
    pharmacist = stocked.desk.session.member
    made = paper(stocked.desk, ordered.id)
    assert made.status_code == 200, made.text
    assert made.headers["content-type"] == "application/pdf"
    assert made.headers["cache-control"] == "no-store"
    said = on_one_line(made.content)
    ((code, pharmacy, licence),) = owner(
        "select o.code, p.name, p.licence_number from supply_order o join pharmacy p"
        " on p.id = o.pharmacy_id where o.id = %s",
        ordered.id,
    )
    assert f'filename="{code}.pdf"' in made.headers["content-disposition"]
    for part in (f"Order {code}", pharmacy, licence, "Deccan Pharma Distributors", one.code):
        assert part in said, part
    assert f"Ordered by {pharmacist.name}" in said
    table = paper(stocked.desk, ordered.id, format="csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [(row["Code"], row["Packs"], row["GTIN"]) for row in rows] == [
        (one.code, "3", one.gtin or ""), (two.code, "12", two.gtin or ""),
    ]  # fmt: skip
    assert {(row["Order"], row["Ordered by"]) for row in rows} == {(code, pharmacist.name)}
    entered = [
        (each["document"], each["form"], each["earlier"]) for each in prints(owner, ordered.id)
    ]
    assert entered == [("supply_order", "pdf", 0), ("supply_order", "csv", 0)]


def test_who_sent_it_is_who_sent_it_whoever_changes_the_order_later(
    stocked: Stocked, owner: Owner
) -> None:
    ordered = stocked.order((stocked.medicines[0], 3))
    other = owner("select id from member where id <> %s limit 1", stocked.desk.session.member.id)
    owner(
        "update supply_order set updated_by = %s where id = %s returning id", other[0][0],
        ordered.id,
    )  # fmt: skip
    said = on_one_line(paper(stocked.desk, ordered.id).content)
    assert f"Ordered by {stocked.desk.session.member.name}" in said


def test_the_second_paper_says_that_it_is_no_second_order(stocked: Stocked) -> None:
    ordered = stocked.order((stocked.medicines[0], 3))
    first, second = (paper(stocked.desk, ordered.id) for _ in range(2))
    assert "Copy" not in text_of(first.content)
    assert "Copy 2: not a second order" in on_one_line(second.content)


def test_a_draft_says_that_it_is_none_and_makes_no_copy_of_the_order(
    stocked: Stocked, owner: Owner
) -> None:
    written = WriteSupplyOrder(
        supply_order_id=uuid.uuid4(), supplier_id=stocked.supplier(), note=None,
        lines=[
            SupplyLine(
                id=uuid.uuid4(), medicine_id=stocked.medicines[0].id, packs=1, cost_minor=900
            )
        ],
    )  # fmt: skip
    version = stocked.desk.done(written).version
    said = on_one_line(paper(stocked.desk, written.supply_order_id).content)
    assert "Draft of an order" in said
    (entered,) = prints(owner, written.supply_order_id)
    assert entered["what"] == "draft"
    stocked.desk.done(
        CancelSupplyOrder(supply_order_id=written.supply_order_id, reason="not wanted"), version
    )
    said = on_one_line(paper(stocked.desk, written.supply_order_id).content)
    assert "Cancelled order" in said
    assert "Copy" not in said


def test_an_order_is_its_pharmacy_s_and_the_administrator_s(hands: Hands, stocked: Stocked) -> None:
    ordered = stocked.order((stocked.medicines[0], 3))
    assert paper(hands.server.sign_in(ADMIN), ordered.id).is_success
    told = Printed(
        id=uuid.uuid4(), document=Document.SUPPLY_ORDER, subject_id=ordered.id, form=PaperForm.PDF
    )
    for who in (OTHER_PHARMACIST, RECEPTION, "mere.tamihana"):
        desk = hands.server.sign_in(who)
        for answer in (paper(desk, ordered.id), tell(desk, told)):
            problem = decode_problem(answer.content)
            assert isinstance(problem, NotFound), who
            assert problem.entity == "supply_order"


def test_a_print_at_a_desk_is_entered_once(stocked: Stocked, owner: Owner) -> None:
    ordered = stocked.order((stocked.medicines[0], 3))
    told = Printed(
        id=uuid.uuid4(), document=Document.SUPPLY_ORDER, subject_id=ordered.id, form=PaperForm.PDF
    )
    for _ in range(2):
        answer = tell(stocked.desk, told)
        assert msgspec.json.decode(answer.content, type=PrintEntered) == PrintEntered(earlier=0)
    (entry,) = prints(owner, ordered.id)
    assert (entry["document"], entry["form"]) == ("supply_order", "pdf")


def test_an_unknown_form_is_said_by_field(stocked: Stocked) -> None:
    ordered = stocked.order((stocked.medicines[0], 3))
    problem = decode_problem(paper(stocked.desk, ordered.id, format="docx").content)
    assert isinstance(problem, InvalidField)
    assert problem.field == "format"
