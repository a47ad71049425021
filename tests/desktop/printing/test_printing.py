"""Paper from a desk: seen first, sent where it is remembered to go, and known of."""

from __future__ import annotations

import socket
import stat
import threading
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QPageSize
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QComboBox, QDateEdit, QFileDialog, QLineEdit, QSpinBox

from clinicdesk.contract.entities import (
    DispenseStatus,
    Prescription,
    PrescriptionItem,
    PrescriptionStatus,
    Row,
)
from clinicdesk.contract.paper import Document, Printed, RegisterKind
from clinicdesk.core.transport import Answer
from clinicdesk.desktop.design.banner import Banner
from clinicdesk.desktop.design.inline_error import InlineError
from clinicdesk.desktop.printing.delivery import (
    PrinterTrouble,
    paint_pages,
    print_pages,
    send_labels,
)
from clinicdesk.desktop.printing.destinations import (
    LabelRoll,
    NetworkPrinter,
    PrintingChoices,
    RawQueue,
    SystemPrinter,
    ToFile,
)
from clinicdesk.desktop.printing.gathering import gather_labels, labelled
from clinicdesk.desktop.printing.page_view import PageRoom, PageView
from clinicdesk.desktop.printing.papers import LabelsPaper, Shape
from clinicdesk.desktop.printing.preview import PrintPreview
from clinicdesk.desktop.printing.registers import Registers
from clinicdesk.desktop.printing.setup import PrinterSetup
from clinicdesk.printing.labels import labels_of
from clinicdesk.printing.raster import page_count
from clinicdesk.printing.registers import render_register
from tests.core.sample import NOON, a_prescription
from tests.desktop.printing.conftest import Opening
from tests.desktop.printing.paper_desk import RX, PaperDesk, a_dispense, lines, prepared
from tests.desktop.workspaces.pharmacy.counter import until
from tests.printing.facts import register


class LabelPrinterOnTheNetwork:
    """A socket that takes what comes, as port 9100 of a label printer does."""

    def __init__(self) -> None:
        self.received = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        line, _address = self._listener.accept()
        with line:
            while piece := line.recv(65536):
                self.received += piece

    def close(self) -> None:
        self._listener.close()
        self._thread.join(5)


async def opened(paper: PaperDesk) -> PrintPreview:
    """The preview, when its pages are there."""
    await until(lambda: paper.view.findChildren(PrintPreview))
    preview = paper.dialog(PrintPreview)
    assert isinstance(preview, PrintPreview)
    await until(preview.ui.preview_print.isEnabled)
    return preview


def error_of(preview: PrintPreview) -> str:
    return preview.findChild(InlineError, "preview_error").text()


def choose(preview: PrintPreview, words: str) -> None:
    where = preview.findChild(QComboBox, "preview_where")
    (index,) = [at for at in range(where.count()) if where.itemText(at).startswith(words)]
    where.setCurrentIndex(index)


async def untold(paper: PaperDesk) -> list[Printed]:
    """Prints that wait to be told to the server."""
    keys = await paper.desk.scratch.keys("print:")
    found = [await paper.desk.scratch.read(key, Printed) for key in reversed(keys)]
    return [each for each in found if each is not None]


async def save(paper: PaperDesk, preview: PrintPreview, path: Path) -> None:
    paper.press(preview, Qt.Key.Key_Return)
    (dialog,) = preview.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(path))
    dialog.close()


async def test_a_prescription_is_seen_before_it_is_saved_and_the_print_is_kept_for_the_server(
    open_with: Opening, tmp_path: Path
) -> None:
    paper = await open_with(*prepared())
    paper.printing.print_prescription(RX)
    preview = await opened(paper)
    assert preview.ui.preview_about.text() == "Meera Deshpande · RX-7F3K2"
    choose(preview, "Save as PDF")
    target = tmp_path / "rx.pdf"
    await save(paper, preview, target)
    await until(target.exists)
    await until(lambda: paper.said)
    assert page_count(target.read_bytes()) == 1
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    (told,) = await untold(paper)
    assert (told.document, told.subject_id) == (Document.PRESCRIPTION, RX)


async def test_the_next_print_of_the_same_says_that_it_is_a_copy(
    open_with: Opening, tmp_path: Path
) -> None:
    paper = await open_with(*prepared())
    for number in (1, 2):
        paper.printing.print_prescription(RX)
        preview = await opened(paper)
        assert preview.findChild(Banner, "preview_copy").isVisible() == (number == 2)
        choose(preview, "Save as PDF")
        await save(paper, preview, tmp_path / f"{number}.pdf")
        await until(lambda number=number: len(paper.said) == number)
    assert len(await untold(paper)) == 2


async def test_labels_go_to_the_label_printer_and_the_printer_is_remembered(
    open_with: Opening,
) -> None:
    paper = await open_with(*prepared())
    printer = LabelPrinterOnTheNetwork()
    choices = PrintingChoices.read(paper.desk.session.home.config)
    choices.set_up(NetworkPrinter("127.0.0.1", printer.port), LabelRoll(dpi=300))
    paper.printing.print_labels(RX)
    preview = await opened(paper)
    assert preview.destination == NetworkPrinter("127.0.0.1", printer.port)
    preview.findChild(QSpinBox, "preview_copies").setValue(2)
    paper.press(preview, Qt.Key.Key_Return)
    await until(lambda: paper.said)
    printer.close()
    commands = printer.received.decode()
    assert commands.count("^XA") == 3
    assert commands.count("^PQ2") == 3
    assert paper.said[0][0] == "Sent to 127.0.0.1"
    kept = PrintingChoices.read(paper.desk.session.home.config)
    assert kept.destination(Document.LABELS) == NetworkPrinter("127.0.0.1", printer.port)
    (told,) = await untold(paper)
    assert (told.form, told.copies) == ("zpl", 2)


async def test_a_printer_that_does_not_answer_is_said_with_what_to_do_and_the_print_counts_once(
    open_with: Opening,
) -> None:
    paper = await open_with(*prepared())
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    choices = PrintingChoices.read(paper.desk.session.home.config)
    choices.set_up(NetworkPrinter("127.0.0.1", port), LabelRoll())
    paper.printing.print_labels(RX)
    preview = await opened(paper)
    for _ in range(2):
        paper.press(preview, Qt.Key.Key_Return)
        await until(lambda: error_of(preview))
        await until(preview.ui.preview_print.isEnabled)
        assert "does not answer" in error_of(preview)
        assert "print again" in error_of(preview)
    assert len(await untold(paper)) == 1
    assert preview.isVisible()


async def test_labels_on_a_sheet_begin_where_the_last_ended(open_with: Opening) -> None:
    paper = await open_with(*prepared())
    choices = PrintingChoices.read(paper.desk.session.home.config)
    choices.use_up(23)
    paper.printing.print_labels(RX)
    preview = await opened(paper)
    choose(preview, "Save as PDF")
    assert preview.findChild(QSpinBox, "preview_place").value() == 23
    await until(lambda: preview.pages.ui.page_words.text() == "Page 1 of 2")
    paper.press(preview, Qt.Key.Key_PageDown)
    assert preview.pages.ui.page_words.text() == "Page 2 of 2"


async def test_a_label_that_goes_on_on_another_uses_up_two_places_of_the_sheet(
    open_with: Opening,
) -> None:
    long = "dissolve it in a glass of warm water and drink it slowly while you sit, " * 7
    rows = [
        replace(row, instructions=long) if isinstance(row, PrescriptionItem) else row
        for row in prepared()
    ]
    paper = await open_with(*rows)
    facts = await gather_labels(paper.desk, RX, NOON)
    labels = LabelsPaper(facts)
    labels.pdf(0, Shape(roll=None))
    assert labels.places > len(facts.dispenses)


async def test_the_label_of_a_repeat_counts_on_the_first_prescription(open_with: Opening) -> None:
    first = a_prescription(
        "first", status=PrescriptionStatus.COMPLETED, signed_at=NOON, repeats=3, repeats_used=1
    )
    rows = [
        replace(row, repeat_of=first.id) if isinstance(row, Prescription) else row
        for row in prepared()
    ]
    paper = await open_with(first, *rows)
    facts = await gather_labels(paper.desk, RX, NOON)
    assert all("repeats left: 2" in label.supply for label in labels_of(facts))


async def test_the_pages_are_read_by_keys_and_made_larger(
    open_with: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = await open_with(*prepared())
    server = ServerWithRegisters(render_register(register(60)))
    monkeypatch.setattr(paper.desk.session, "transport", server)
    paper.printing.print_register(RegisterKind.X, date(2026, 3, 1), date(2026, 3, 31))
    preview = await opened(paper)
    assert preview.ui.preview_about.text() == "Schedule X, with balance · 1 Mar 2026 – 31 Mar 2026"
    words = preview.pages.ui.page_words
    assert words.text() == "Page 1 of 5"
    page = preview.findChild(PageView)
    whole = page.size()
    for key, said in (
        (Qt.Key.Key_PageDown, "Page 2 of 5"), (Qt.Key.Key_End, "Page 5 of 5"),
        (Qt.Key.Key_PageDown, "Page 5 of 5"), (Qt.Key.Key_Home, "Page 1 of 5"),
    ):  # fmt: skip
        paper.press(preview, key)
        assert words.text() == said
    paper.press(preview, Qt.Key.Key_Plus)
    assert page.width() > whole.width()
    assert preview.pages.ui.page_smaller.isEnabled()
    paper.press(preview, Qt.Key.Key_Minus)
    assert page.size() == whole
    assert not preview.pages.ui.page_smaller.isEnabled()


async def test_the_preview_keeps_to_its_window(open_with: Opening) -> None:
    paper = await open_with(*prepared())
    paper.view.resize(1280, 800)
    paper.printing.print_prescription(RX)
    preview = await opened(paper)
    assert preview.width() < 1280
    assert preview.height() < 800
    room, page = preview.findChild(PageRoom), preview.findChild(PageView)
    assert page.height() > 0.95 * room.height(), "the whole page, as large as there is room"
    assert not room.verticalScrollBar().isVisible()


async def test_what_cannot_be_printed_says_why(open_with: Opening) -> None:
    draft: list[Row] = [
        replace(row, signed_at=None) if type(row).__name__ == "Prescription" else row
        for row in prepared()
        if type(row).__name__ != "Dispense"
    ]
    paper = await open_with(*draft)
    assert "draft" in (paper.printing.why_not_prescription(RX) or "")
    assert "Nothing is checked yet" in (paper.printing.why_not_labels(RX) or "")
    paper.printing.print_prescription(RX)
    paper.printing.print_labels(RX)
    assert [text for text, _tone in paper.said] == [
        paper.printing.why_not_prescription(RX),
        paper.printing.why_not_labels(RX),
    ]


def test_labels_are_for_what_is_prepared_or_else_for_what_was_handed_over_last() -> None:
    first, second, third = (a_dispense(item) for item in lines())
    gone = replace(first, status=DispenseStatus.HANDED_OVER, handed_over_at=NOON)
    back = replace(second, status=DispenseStatus.RETURNED)
    assert labelled([gone, back, third]) == [third]
    assert labelled([gone, back]) == [gone]
    assert labelled([back]) == []


async def test_a_label_printer_is_set_up_and_a_wrong_address_is_said_at_its_field(
    open_with: Opening,
) -> None:
    paper = await open_with(*prepared())
    paper.printing.open_setup()
    setup = paper.dialog(PrinterSetup)
    setup.findChild(QComboBox, "setup_way").setCurrentIndex(1)
    name = setup.findChild(QLineEdit, "setup_host")
    name.setText("not an address!")
    setup.save()
    assert "That is no address" in setup.findChildren(InlineError)[1].text() + "".join(
        each.text() for each in setup.findChildren(InlineError)
    )
    name.setText("zebra.local")
    setup.save()
    kept = PrintingChoices.read(paper.desk.session.home.config)
    assert kept.label_printer == NetworkPrinter("zebra.local")
    assert kept.destination(Document.LABELS) == NetworkPrinter("zebra.local")


def test_choices_that_cannot_be_read_are_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "printing.json").write_text('{"first_place": 99}')
    choices = PrintingChoices.read(tmp_path)
    assert choices.first_place == 1
    choices.remember(Document.REGISTER, SystemPrinter("Office"))
    choices.remember(Document.PRESCRIPTION, ToFile())
    again = PrintingChoices.read(tmp_path)
    assert again.destination(Document.REGISTER) == SystemPrinter("Office")
    assert again.destination(Document.PRESCRIPTION) == ToFile()


def test_pages_are_painted_on_a_printer_of_the_system_as_they_were_seen(
    tmp_path: Path, qapp: object
) -> None:
    made = render_register(register(3))
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    paint_pages(made, printer, 1, "a file")
    printed = (tmp_path / "out.pdf").read_bytes()
    assert page_count(printed) == page_count(made)
    assert printer.pageLayout().pageSize().id() == QPageSize.PageSizeId.A4


def test_a_printer_that_is_gone_and_a_queue_that_refuses_are_said(qapp: object) -> None:
    with pytest.raises(PrinterTrouble, match="is not there any more"):
        print_pages(b"", "No such printer", 1)
    with pytest.raises(PrinterTrouble, match="queue"):
        send_labels(b"^XA^XZ", RawQueue("no-such-queue"))


class ServerWithRegisters:
    """The network's edge: answers with a register that a server made, and keeps what was asked."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked: list[str] = []

    async def call(self, _method: str, path: str, *_rest: object, **_more: object) -> Answer:
        self.asked.append(path)
        return Answer(200, self.content)


async def test_a_register_is_asked_for_by_its_days_and_previewed(
    open_with: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = await open_with(*prepared())
    server = ServerWithRegisters(render_register(register(3)))
    monkeypatch.setattr(paper.desk.session, "transport", server)
    paper.printing.open_registers()
    asked = paper.dialog(Registers)
    asked.findChild(QComboBox, "registers_kind").setCurrentIndex(1)
    asked.findChild(QDateEdit, "registers_first").setDate(QDate(2026, 3, 1))
    asked.findChild(QDateEdit, "registers_last").setDate(QDate(2026, 3, 31))
    paper.press(asked, Qt.Key.Key_Return)
    preview = await opened(paper)
    (path,) = server.asked
    assert path.startswith("/api/registers/X?from=2026-03-01&to=2026-03-31&format=pdf")
    assert preview.pages.ui.page_words.text() == "Page 1 of 1"
    assert await untold(paper) == [], "the server entered it when it handed it out"


async def test_days_the_wrong_way_round_are_said_at_their_field(open_with: Opening) -> None:
    paper = await open_with(*prepared())
    paper.printing.open_registers()
    asked = paper.dialog(Registers)
    asked.findChild(QDateEdit, "registers_last").setDate(QDate(2020, 1, 1))
    paper.press(asked, Qt.Key.Key_Return)
    errors = [each.text() for each in asked.findChildren(InlineError)]
    assert "The last day is before the first." in errors
