"""One wish to print: entered in the log once, however often a printer has to be tried."""

from __future__ import annotations

from uuid import uuid4

from msgspec.structs import replace

from clinicdesk.contract.paper import PaperForm, Printed
from clinicdesk.contract.problems import Problem, Refusal
from clinicdesk.core.denial import Denied
from clinicdesk.core.print_log import PrintLog
from clinicdesk.desktop.printing.papers import Paper, Shape
from clinicdesk.desktop.printing.sending import Order, Pages, pages_of, send


class PrintRun:
    """Makes a paper's pages and sends them.

    Attributes:
        paper: What is printed.
    """

    def __init__(self, paper: Paper, log: PrintLog) -> None:
        self.paper = paper
        self._log = log
        self._id = uuid4()
        self._entered: int | None = None
        self._made: tuple[int, Shape, Pages] | None = None

    async def pages(self, shape: Shape) -> tuple[int, Pages]:
        """How often the same was printed before, and the pages that say so; made once each."""
        earlier = self._entered
        if earlier is None:
            entered = self.paper.entered
            earlier = 0 if entered else await self._log.earlier(self._record(PaperForm.PDF, 1))
        if self._made is not None and self._made[:2] == (earlier, shape):
            return earlier, self._made[2]
        pages = await pages_of(self.paper, earlier, shape)
        self._made = (earlier, shape, pages)
        return earlier, pages

    async def send(self, order: Order) -> Order | Denied | Refusal:
        """Enter the print, then send it: what lies somewhere on paper is always known of."""
        if self._entered is None and not self.paper.entered:
            entered = await self._log.enter(self._record(order.form, order.copies))
            if isinstance(entered, Problem):
                return entered
            self._entered = entered.earlier
        earlier = order.earlier if self._entered is None else self._entered
        if earlier != order.earlier:  # somebody else has printed it: this one is a copy
            order = replace(order, earlier=earlier, pages=None)
        return await send(order) or order

    def _record(self, form: PaperForm, copies: int) -> Printed:
        paper = self.paper
        return Printed(
            id=self._id,
            document=paper.document,
            subject_id=paper.subject_id,
            form=form,
            copies=copies,
            what=paper.what(form),
        )
