"""Price lists out of files: what they would change, and changing just that, at the real server."""

from __future__ import annotations

import io
import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import msgspec
import openpyxl
import pytest

from clinicdesk.contract.commands import Done, SetPrice
from clinicdesk.contract.entities import Medicine
from clinicdesk.contract.prices import (
    LARGEST_FILE,
    ImportLine,
    ImportProgress,
    ImportRefused,
    PriceChange,
    PricePreview,
    PricesImported,
    decode_import_line,
)
from clinicdesk.contract.problems import (
    Conflict,
    InvalidField,
    KeyMissing,
    Malformed,
    NotAllowed,
    NotFound,
    TooLarge,
    decode_problem,
)
from clinicdesk.contract.snapshot import PricePage
from tests.running_server import Desk, Owner
from tests.server.http.hands import ADMIN, OTHER_PHARMACIST, RECEPTION, Hands, rows, snapshot

TODAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Kolkata")).date()


class Lists:
    """The price list of the pharmacist's pharmacy, emptied."""

    def __init__(self, hands: Hands, owner: Owner) -> None:
        self.hands, self.owner, self.desk = hands, owner, hands.pharmacist
        self.clinic_id = self.desk.session.member.clinic_id
        owner("delete from price where pharmacy_id = %s", hands.pharmacy_id)
        owner(
            "insert into price_list (id, clinic_id, pharmacy_id, name, currency, revision, "
            "price_count) values (%s, %s, %s, 'Counter', 'INR', 1, 0) "
            "on conflict (clinic_id, pharmacy_id) do update set price_count = 0",
            uuid.uuid4(),
            self.clinic_id,
            hands.pharmacy_id,
        )
        ((self.id,),) = owner("select id from price_list where pharmacy_id = %s", hands.pharmacy_id)
        self.medicines: list[Medicine] = [m for m in hands.medicines if not m.schedule.controlled]

    def post(
        self,
        action: str,
        content: bytes,
        *,
        desk: Desk | None = None,
        op_id: UUID | None = None,
        list_id: UUID | None = None,
        **params: str,
    ) -> httpx.Response:
        desk = desk or self.desk
        headers = {"Authorization": f"Bearer {desk.access_token}", "Content-Type": "text/csv"}
        if op_id is not None:
            headers["Idempotency-Key"] = str(op_id)
        path = f"/api/price-lists/{list_id or self.id}/{action}"
        return desk.client.post(path, content=content, params=params, headers=headers)

    def preview(self, content: bytes | str) -> PricePreview:
        """What a readable file would change."""
        last = told(self.post("preview", as_bytes(content)))[-1]
        assert isinstance(last, PricePreview), last
        return last

    def refused(self, content: bytes | str) -> InvalidField:
        """Why a file cannot be read at all."""
        last = told(self.post("preview", as_bytes(content)))[-1]
        assert isinstance(last, ImportRefused), last
        assert isinstance(last.problem, InvalidField)
        assert last.problem.field == "file"
        return last.problem

    def take(self, content: bytes | str, digest: str, op_id: UUID | None = None) -> ImportLine:
        """The last line of an import."""
        answer = self.post("import", as_bytes(content), op_id=op_id or uuid.uuid4(), digest=digest)
        return told(answer)[-1]

    def imported(self, content: bytes | str) -> Done:
        """Look at a file, then import it."""
        last = self.take(content, self.preview(content).digest)
        assert isinstance(last, PricesImported), last
        return last.done

    def prices(self) -> list[tuple[UUID, int, date, date | None]]:
        """What the list holds."""
        found = self.owner(
            "select medicine_id, price_minor, effective_from, effective_until from price "
            "where price_list_id = %s and not withdrawn order by medicine_id, effective_from",
            self.id,
        )
        return [(a, b, c, d) for a, b, c, d in found]

    def revision(self) -> int:
        ((revision,),) = self.owner("select revision from price_list where id = %s", self.id)
        return int(revision)


@pytest.fixture
def lists(hands: Hands, owner: Owner) -> Lists:
    return Lists(hands, owner)


def as_bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


def told(answer: httpx.Response) -> list[ImportLine]:
    """Every line of an answer."""
    assert answer.is_success, answer.text
    return [decode_import_line(line) for line in answer.content.splitlines()]


def file_of(*lines: str, header: str = "code,price") -> str:
    return "\n".join([header, *lines]) + "\n"


def test_a_file_is_looked_at_and_then_in_force(lists: Lists) -> None:
    one, two = lists.medicines[:2]
    content = file_of(f"{one.code},412.50", f"{two.code},₹1234")
    seen = lists.preview(content)
    assert seen.counts == {PriceChange.NEW: 2}
    assert [(line.price_minor, line.before_minor) for line in seen.changes] == [
        (41250, one.price_minor),
        (123400, two.price_minor),
    ]
    assert lists.prices() == []
    before = lists.revision()
    last = lists.take(content, seen.digest)
    assert isinstance(last, PricesImported)
    assert lists.revision() == before + 1
    assert lists.prices() == sorted(
        [(one.id, 41250, TODAY, None), (two.id, 123400, TODAY, None)], key=lambda p: str(p[0])
    )
    (row,) = [r for r in rows(snapshot(lists.desk), "price_list") if r["id"] == str(lists.id)]
    assert (row["price_count"], row["version"]) == (2, last.done.version)


def test_what_a_file_changes_is_told_line_by_line(lists: Lists) -> None:
    a, b, c, d = lists.medicines[:4]
    lists.imported(file_of(f"{a.code},10", f"{b.code},10", f"{c.code},10", f"{d.code},10"))
    until = (TODAY + timedelta(days=90)).isoformat()
    seen = lists.preview(
        file_of(
            f"{a.code},12,",
            f"{b.code},8,",
            f"{c.code},10,",
            f"{d.code},10,{until}",
            "no-such-code,5,",
            f"{a.code},13,",
            header="code,price,effective_until",
        )
    )
    assert [(line.line, line.change) for line in seen.changes] == [
        (2, PriceChange.DEARER),
        (3, PriceChange.CHEAPER),
        (4, PriceChange.SAME),
        (5, PriceChange.REDATED),
    ]
    unknown, doubled = seen.left_out
    assert (unknown.line, unknown.change, unknown.field) == (6, PriceChange.UNKNOWN, "code")
    assert (doubled.line, doubled.change) == (7, PriceChange.REJECTED)
    assert "Line 2" in doubled.detail
    assert seen.writes == 3


def test_a_medicine_is_found_by_its_barcode_too(lists: Lists) -> None:
    medicine = lists.medicines[0]
    gtin = "02900000000001"
    gtin = gtin[:-1] + str(_check_digit(gtin[:-1]))
    lists.owner("update medicine set gtin = %s where id = %s", gtin, medicine.id)
    seen = lists.preview(file_of(f"{gtin.lstrip('0')},5", header="gtin,price"))
    assert [line.medicine_id for line in seen.changes] == [medicine.id]
    other = lists.medicines[1]
    lists.owner("update medicine set gtin = %s where id = %s", gtin, other.id)
    (line,) = lists.preview(file_of(f"{gtin},5", header="gtin,price")).left_out
    assert "2 medicines" in line.detail


def _check_digit(digits: str) -> int:
    return -sum(int(d) * (1 if i % 2 else 3) for i, d in enumerate(reversed(digits))) % 10


def test_a_spreadsheet_is_read_as_a_person_sees_it(lists: Lists) -> None:
    one, two = lists.medicines[:2]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Code", "Name", "Price", "Effective from"])
    sheet.append([one.code, "a name", 412.1 * 3 / 3, TODAY + timedelta(days=2)])
    sheet.append([None, None, None, None])
    sheet.append([two.code, "another", 7, None])
    seen = lists.preview(saved(book))
    assert [(line.line, line.price_minor, line.effective_from) for line in seen.changes] == [
        (2, 41210, TODAY + timedelta(days=2)),
        (4, 700, TODAY),
    ]


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_an_import_takes_effect_once_however_often_it_is_sent(lists: Lists) -> None:
    content = file_of(f"{lists.medicines[0].code},10")
    seen, op_id = lists.preview(content), uuid.uuid4()
    answers = [lists.take(content, seen.digest, op_id) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert isinstance(answers[0], PricesImported)
    assert lists.revision() == seen.revision + 1


def test_a_list_that_has_changed_since_is_looked_at_again(lists: Lists) -> None:
    medicine = lists.medicines[0]
    content = file_of(f"{medicine.code},10")
    seen = lists.preview(content)
    lists.imported(file_of(f"{medicine.code},12"))
    last = lists.take(content, seen.digest)
    assert isinstance(last, ImportRefused)
    assert isinstance(last.problem, Conflict)
    assert last.preview is not None
    assert [line.change for line in last.preview.changes] == [PriceChange.CHEAPER]
    assert lists.prices() == [(medicine.id, 1200, TODAY, None)]
    assert isinstance(lists.take(content, last.preview.digest), PricesImported)
    assert lists.prices() == [(medicine.id, 1000, TODAY, None)]


def test_another_file_than_the_one_that_was_looked_at_is_refused(lists: Lists) -> None:
    seen = lists.preview(file_of(f"{lists.medicines[0].code},10"))
    last = lists.take(file_of(f"{lists.medicines[0].code},1000"), seen.digest)
    assert isinstance(last, ImportRefused)
    assert lists.prices() == []


def test_a_file_that_changes_nothing_makes_no_new_revision(lists: Lists) -> None:
    content = file_of(f"{lists.medicines[0].code},10")
    lists.imported(content)
    before = lists.revision()
    seen = lists.preview(content)
    assert (seen.writes, seen.counts) == (0, {PriceChange.SAME: 1})
    assert isinstance(lists.take(content, seen.digest), ImportRefused)
    assert lists.revision() == before


@pytest.mark.parametrize(
    ("cells", "field", "said"),
    [
        ("CODE,-5,,,", "price", "above zero"),
        ("CODE,0,,,", "price", "above zero"),
        ("CODE,,,,", "price", "empty"),
        ("CODE,99999999999,,,", "price", "more than any pack"),
        ("CODE,1.234,,,", "price", "2 decimal places"),
        ("CODE,twelve,,,", "price", "not an amount"),
        ('CODE,"12,50",,,', "price", "with a point"),
        ("CODE,10,NZD,,", "currency", "this list is in INR"),
        (",10,,,", "code", "a code or a gtin"),
        ("CODE,10,,03/04/2027,", "effective_from", "2027-04-03 or 2027-03-04"),
        ("CODE,10,,31/02/2027,", "effective_from", "no such day"),
        ("CODE,10,,soon,", "effective_from", "write it as"),
        ("CODE,10,,1026-01-01,", "effective_from", "the year"),
        ("CODE,10,,2027-05-01,2027-04-01", "effective_until", "before effective_from"),
        ("CODE,10,,2026-01-01,2026-01-31", "effective_until", "past"),
        ("CODE,10,,", "row", "4 fields where the header has 5"),
        ('CODE,"10,,,', "row", "quotation mark"),
        ("CODE,1\x000,,,", "row", "NUL"),
        ("CODE" + "x" * 70 + ",10,,,", "code", "at most 60"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_field_and_costs_itself_only(
    lists: Lists, cells: str, field: str, said: str
) -> None:
    good, bad = lists.medicines[:2]
    header = "code,price,currency,effective_from,effective_until"
    content = file_of(f"{good.code},10,INR,,", cells.replace("CODE", bad.code), header=header)
    seen = lists.preview(content)
    (line,) = seen.left_out
    assert (line.line, line.change, line.field) == (3, PriceChange.REJECTED, field)
    assert said in line.detail
    assert seen.counts[PriceChange.NEW] == 1


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2027-04-30", date(2027, 4, 30)),
        ("30/04/2027", date(2027, 4, 30)),
        ("04/30/2027", date(2027, 4, 30)),
        ("5/5/2027", date(2027, 5, 5)),
        ("30 Apr 2027", date(2027, 4, 30)),
        ("30-April-2027", date(2027, 4, 30)),
    ],
)
def test_a_day_that_can_be_read_in_one_way_only_is_read(
    lists: Lists, written: str, meant: date
) -> None:
    content = file_of(f"{lists.medicines[0].code},10,{written}", header="code,price,effective_from")
    (line,) = lists.preview(content).changes
    assert line.effective_from == meant


def test_the_same_medicine_may_have_prices_from_several_days(lists: Lists) -> None:
    medicine = lists.medicines[0]
    lists.imported(
        file_of(
            f"{medicine.code},10,{TODAY}",
            f"{medicine.code},12,{TODAY + timedelta(days=30)}",
            header="code,price,effective_from",
        )
    )
    assert [price for _, price, _, _ in lists.prices()] == [1000, 1200]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"price\n10\n", "lacks code or gtin"),
        (b"code,amount\nin-1,10\n", "unknown columns: amount"),
        (b"code,price,price\nin-1,10,10\n", '"price" twice'),
        (b"in-1,10\nin-2,20\n", "not a header"),
        ("code,price\nin-1,10\n".encode("utf-16"), "UTF-16"),
        (b"\xd0\xcf\x11\xe0old", "XLS"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (b"x" * (7 * 1024 * 1024), "longer than"),
        (b"\x00\x01\x02\x03", "NUL"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_with_what_is_understood(
    lists: Lists, content: bytes, said: str
) -> None:
    if content:
        assert said in lists.refused(content).detail
    else:
        answer = lists.post("preview", content)
        assert isinstance(decode_problem(answer.content), Malformed)


def test_a_line_of_megabytes_costs_itself_only(lists: Lists) -> None:
    code = lists.medicines[0].code.encode()
    content = b"code,price\n" + b"x" * 7_000_000 + b"\n" + code + b",10\n"
    seen = lists.preview(content)
    assert [line.line for line in seen.left_out] == [2]
    assert [line.line for line in seen.changes] == [3]


def test_marks_semicolons_and_windows_line_ends_are_no_hindrance(lists: Lists) -> None:
    code = lists.medicines[0].code
    for content in (
        f"\ufeffcode;price\r\n{code};10.50\r\n".encode(),
        f"code\tprice\r\n{code}\t10.50\r\n".encode(),
        f'"code","price","name"\n"{code}","10.50","Crème, 5 %"\n'.encode("cp1252"),
    ):
        (line,) = lists.preview(content).changes
        assert line.price_minor == 1050


def test_more_than_the_server_reads_is_refused_before_it_is_read(lists: Lists) -> None:
    answer = lists.post("preview", b"x" * (LARGEST_FILE + 1))
    problem = decode_problem(answer.content)
    assert isinstance(problem, TooLarge)
    assert problem.limit_bytes == LARGEST_FILE


def test_only_the_pharmacist_of_the_pharmacy_imports_its_prices(lists: Lists) -> None:
    content = file_of(f"{lists.medicines[0].code},10").encode()
    sign_in = lists.hands.server.sign_in
    for desk in (lists.hands.prescriber, sign_in(RECEPTION), sign_in(ADMIN)):
        assert isinstance(
            decode_problem(lists.post("preview", content, desk=desk).content), NotAllowed
        )
    for action in ("preview", "import"):
        answer = lists.post(
            action, content, desk=sign_in(OTHER_PHARMACIST), op_id=uuid.uuid4(), digest="0" * 64
        )
        assert isinstance(decode_problem(answer.content), NotFound)
    keyless = lists.post("import", content, digest="0" * 64)
    assert isinstance(decode_problem(keyless.content), KeyMissing)


def test_nothing_is_half_applied_when_two_import_at_once(lists: Lists) -> None:
    first = file_of(*(f"{m.code},10" for m in lists.medicines))
    second = file_of(*(f"{m.code},20" for m in lists.medicines))
    digests = [lists.preview(content).digest for content in (first, second)]
    outcomes: list[ImportLine] = []
    threads = [
        threading.Thread(target=lambda c=c, d=d: outcomes.append(lists.take(c, d)))  # type: ignore[misc]
        for c, d in zip((first, second), digests, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "ImportRefused",
        "PricesImported",
    ]
    assert len({price for _, price, _, _ in lists.prices()}) == 1


def test_the_way_is_told_while_it_is_gone(lists: Lists) -> None:
    content = file_of(*(f"unknown-{n},10" for n in range(5000)), f"{lists.medicines[0].code},10")
    seen = told(lists.post("preview", content.encode()))
    stages = [line.stage for line in seen if isinstance(line, ImportProgress)]
    assert stages[:2] == ["reading", "reading"]
    last = seen[-1]
    assert isinstance(last, PricePreview)
    assert (last.rows, last.counts) == (5001, {PriceChange.UNKNOWN: 5000, PriceChange.NEW: 1})
    assert len(last.left_out) == 300


def test_desks_fetch_what_an_import_changed(lists: Lists) -> None:
    lists.imported(file_of(f"{lists.medicines[0].code},10"))
    revision = lists.revision()
    lists.imported(file_of(f"{lists.medicines[1].code},20"))
    answer = lists.hands.prescriber.get(f"/api/price-lists/{lists.id}/prices", after=str(revision))
    page = msgspec.json.decode(answer.content, type=PricePage)
    assert [price.medicine_id for price in page.prices] == [lists.medicines[1].id]
    assert page.revision == revision + 1


def test_a_pharmacy_that_was_there_before_has_a_list_too(lists: Lists) -> None:
    package = files("clinicdesk.server.database.migrations.versions")
    text = package.joinpath("0003_counter.sql").read_text(encoding="utf-8")
    given = text[text.index("-- Pharmacies that were there before") :]
    lists.owner("delete from price")
    lists.owner("delete from price_list")
    lists.owner(given)
    for one in lists.owner(
        "select p.id, l.name, l.currency, l.revision, c.currency from pharmacy p "
        "join clinic c on c.clinic_id = p.clinic_id "
        "left join price_list l on l.clinic_id = p.clinic_id and l.pharmacy_id = p.id"
    ):
        _, name, currency, revision, clinics = one
        assert (name.endswith(" prices"), currency, revision) == (True, clinics, 0)


def test_a_prescription_costs_what_its_pharmacy_asks_on_the_day(lists: Lists) -> None:
    medicine = next(m for m in lists.medicines if m.pack_size == 10)
    lists.imported(
        file_of(
            f"{medicine.code},90,{TODAY - timedelta(days=9)},",
            f"{medicine.code},50,{TODAY},{TODAY}",
            f"{medicine.code},10,{TODAY + timedelta(days=1)},",
            header="code,price,effective_from,effective_until",
        )
    )
    hands = lists.hands
    line = hands.line(medicine_id=medicine.id, quantity=10, route=medicine.route)
    elsewhere = hands.write(items=[line], pharmacy_id=None)
    hands.prescriber.done(elsewhere)
    assert hands.look(elsewhere.prescription_id).prescription.total_minor == medicine.price_minor
    hands.prescriber.done(hands.sign(elsewhere.prescription_id), 1)
    assert hands.look(elsewhere.prescription_id).prescription.total_minor == 5000
    there = hands.write(items=[hands.line(medicine_id=medicine.id, quantity=10)])
    hands.prescriber.done(there)
    assert hands.look(there.prescription_id).prescription.total_minor == 5000


def test_a_price_set_by_hand_is_in_force_and_in_the_pages(lists: Lists) -> None:
    medicine = lists.medicines[0]
    command = SetPrice(
        price_list_id=lists.id,
        price_id=uuid.uuid4(),
        medicine_id=medicine.id,
        price_minor=4321,
        effective_from=TODAY,
    )
    lists.desk.done(command)
    assert lists.prices() == [(medicine.id, 4321, TODAY, None)]
    again = msgspec.structs.replace(command, price_id=uuid.uuid4(), price_minor=1234)
    lists.desk.done(again)
    assert lists.prices() == [(medicine.id, 1234, TODAY, None)]
    other = msgspec.structs.replace(
        command, medicine_id=lists.medicines[1].id, effective_from=TODAY + timedelta(days=1)
    )
    assert isinstance(lists.desk.refused(other), Conflict)
    for change, field in (
        ({"price_minor": 0}, "price_minor"),
        ({"effective_until": TODAY - timedelta(days=1)}, "effective_until"),
        ({"effective_from": date(1026, 1, 1)}, "effective_from"),
        ({"medicine_id": uuid.uuid4()}, "medicine_id"),
    ):
        refused = lists.desk.refused(msgspec.structs.replace(again, **change))
        assert isinstance(refused, InvalidField)
        assert refused.field == field
    stranger = lists.hands.server.sign_in(OTHER_PHARMACIST)
    assert isinstance(stranger.refused(again), NotFound)
    assert isinstance(lists.hands.prescriber.refused(again), NotAllowed)
