"""What a view calls to print; see the package."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from clinicdesk.contract.entities import Role
from clinicdesk.contract.paper import REGISTER, PaperForm, RegisterKind
from clinicdesk.contract.problems import Refusal
from clinicdesk.core.clock import utc_now
from clinicdesk.core.denial import Denied
from clinicdesk.core.live.link import LinkStatus
from clinicdesk.core.print_log import PrintLog, is_on_its_way
from clinicdesk.core.transport import Unreachable
from clinicdesk.desktop.design.tokens import Tone
from clinicdesk.desktop.printing.destinations import PrintingChoices
from clinicdesk.desktop.printing.gathering import (
    gather_labels,
    gather_prescription,
    gather_supply_order,
    why_no_labels,
    why_no_prescription,
    why_no_supply_order,
)
from clinicdesk.desktop.printing.papers import (
    LabelsPaper,
    Paper,
    PrescriptionPaper,
    RegisterPaper,
    SupplyPaper,
)
from clinicdesk.desktop.wording import date_text
from clinicdesk.desktop.workspace import Context

REGISTERS_KEY: Final = "Ctrl+Shift+R"
"""Opens the registers wherever the keyboard is; the window binds it."""

_REGISTER_PATIENCE_S = 60.0


class DeskPrinting(QObject):
    """Opens previews over a view's window; made once by each view that prints."""

    def __init__(self, context: Context, view: QWidget) -> None:
        super().__init__(view)
        self._context = context
        self._view = view
        desk = context.desk
        self._log = PrintLog(
            desk.scratch,
            desk.session.transport,
            desk.session,
            desk.link,
            partial(is_on_its_way, desk.outbox),
        )
        leaves = (
            desk.link.changed.add(self._on_link),
            desk.outbox.changed.add(self._on_outbox),
        )
        self.destroyed.connect(partial(_leave, leaves))

    def why_not_prescription(self, prescription_id: UUID) -> str | None:
        """Why it cannot be printed now; None: it can."""
        return why_no_prescription(self._context.desk, prescription_id)

    def why_not_labels(self, prescription_id: UUID) -> str | None:
        """Why it has no labels to print now; None: it has."""
        return why_no_labels(self._context.desk, prescription_id)

    def print_prescription(self, prescription_id: UUID) -> None:
        """Show the prescription as paper; works without the server."""
        if (why := self.why_not_prescription(prescription_id)) is not None:
            self._context.toast(why, Tone.WARNING)
            return
        self._context.tasks.start(
            gather_prescription(self._context.desk, prescription_id, utc_now()),
            doing=self.tr("preparing the prescription"),
            on_done=lambda facts: self._show(PrescriptionPaper(facts)),
            of=self._view,
        )

    def print_labels(self, prescription_id: UUID) -> None:
        """Show the labels of what is prepared, or was handed over last; needs no server."""
        if (why := self.why_not_labels(prescription_id)) is not None:
            self._context.toast(why, Tone.WARNING)
            return
        self._context.tasks.start(
            gather_labels(self._context.desk, prescription_id, utc_now()),
            doing=self.tr("preparing labels"),
            on_done=lambda facts: self._show(LabelsPaper(facts)),
            of=self._view,
        )

    def print_supply_order(self, supply_order_id: UUID) -> None:
        """Show an order to a supplier as paper; it can be saved as a table too. Needs no server."""
        if (why := why_no_supply_order(self._context.desk, supply_order_id)) is not None:
            self._context.toast(why, Tone.WARNING)
            return
        self._context.tasks.start(
            gather_supply_order(self._context.desk, supply_order_id, utc_now()),
            doing=self.tr("preparing the order"),
            on_done=lambda facts: self._show(SupplyPaper(facts)),
            of=self._view,
        )

    def print_register(
        self, kind: RegisterKind, first: date, last: date, pharmacy_id: UUID | None = None
    ) -> None:
        """Show a register, which the server makes. An administrator names the pharmacy."""
        pharmacy = pharmacy_id or self._context.desk.member.pharmacy_id
        what = f"{kind} {first} {last}"

        def show(pdf: bytes) -> None:
            from clinicdesk.desktop.printing.registers import register_words

            days = " – ".join(dict.fromkeys((date_text(first), date_text(last))))
            about = f"{register_words(kind)} · {days}"
            self._show(RegisterPaper(pharmacy or self._context.desk.clinic.id, what, about, pdf))

        self._context.tasks.start(
            self._fetch(kind, first, last, pharmacy, PaperForm.PDF),
            doing=self.tr("fetching the register"),
            on_done=show,
            of=self._view,
        )

    def save_register(
        self, kind: RegisterKind, first: date, last: date, pharmacy_id: UUID | None = None
    ) -> None:
        """Ask for a file's name, then save the register there as CSV."""
        name = f"register-{kind}-{first}-{last}.csv"
        dialog = QFileDialog(self._view, self.tr("Save the register"), name, self.tr("CSV (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def save(path: str) -> None:
            pharmacy = pharmacy_id or self._context.desk.member.pharmacy_id
            self._context.tasks.start(
                self._save_csv(kind, first, last, pharmacy, Path(path)),
                doing=self.tr("saving the register"),
                on_done=lambda _done: self._context.toast(self.tr("Saved"), Tone.SUCCESS),
                of=self._view,
            )

        dialog.fileSelected.connect(save)
        dialog.open()

    def why_not_registers(self) -> str | None:
        """Why this member has no registers; None: they have."""
        if self._context.desk.member.role in (Role.ADMIN, Role.PHARMACIST):
            return None
        return self.tr("Pharmacists and administrators see registers.")

    def open_registers(self) -> None:
        """Ask which register, of which days."""
        from clinicdesk.desktop.printing.registers import Registers

        today = utc_now().astimezone(self._context.zone).date()
        registers = Registers(self._context, today, self._view.window())
        registers.show_wanted.connect(self.print_register)
        registers.save_wanted.connect(self.save_register)
        registers.open()

    def open_setup(self) -> None:
        """Set up the label printer of this computer."""
        self._open_setup(self._view.window())

    def _show(self, paper: Paper) -> None:
        # Qt's printing is loaded with the preview, not with every view that could print.
        from clinicdesk.desktop.printing.preview import PrintPreview

        preview = PrintPreview(
            self._context, paper, self._log, self._choices(), self._view.window()
        )
        preview.setup_wanted.connect(lambda: self._open_setup(preview, preview.offer_again))
        preview.begin()

    def _open_setup(self, over: QWidget, then: Callable[[], None] | None = None) -> None:
        from clinicdesk.desktop.printing.setup import PrinterSetup

        setup = PrinterSetup(self._context, self._choices(), over)
        if then is not None:
            setup.saved.connect(then)
        setup.open()

    def _choices(self) -> PrintingChoices:
        """As the file has them now: another view may have changed them."""
        return PrintingChoices.read(self._context.desk.session.home.config)

    async def _fetch(
        self, kind: RegisterKind, first: date, last: date, pharmacy: UUID | None, form: PaperForm
    ) -> bytes | Denied | Refusal:
        query = {"from": str(first), "to": str(last), "format": str(form)}
        if pharmacy is not None:
            query["pharmacy_id"] = str(pharmacy)
        path = f"{REGISTER.replace('{schedule}', kind)}?{urlencode(query)}"
        session = self._context.desk.session
        outcome = await session.transport.call(
            "GET", path, tokens=session, timeout_s=_REGISTER_PATIENCE_S
        )
        if isinstance(outcome, Unreachable):
            return Denied(outcome.sentence)
        if isinstance(outcome, Refusal):
            return outcome
        return outcome.content

    async def _save_csv(
        self, kind: RegisterKind, first: date, last: date, pharmacy: UUID | None, path: Path
    ) -> bytes | Denied | Refusal:
        from clinicdesk.desktop.printing.sending import save

        content = await self._fetch(kind, first, last, pharmacy, PaperForm.CSV)
        if not isinstance(content, bytes):
            return content
        return await save(content, path) or content

    def _on_link(self, status: LinkStatus) -> None:
        if status is LinkStatus.LIVE:
            self._tell_rest()

    def _on_outbox(self, _aggregate: UUID | None) -> None:
        if self._log.holds_back and self._context.desk.link.status is LinkStatus.LIVE:
            self._tell_rest()

    def _tell_rest(self) -> None:
        self._context.tasks.start(
            self._log.tell_rest(), doing=self.tr("telling the server of prints")
        )


def _leave(leaves: tuple[Callable[[], None], ...], _gone: object = None) -> None:
    for leave in leaves:
        leave()
