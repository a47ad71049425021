"""What came to a shelf and what went, read from the server when somebody asks for it."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from clinicdesk.contract.problems import Refusal
from clinicdesk.contract.reading import MovementPage
from clinicdesk.contract.session import STOCK_LEDGER
from clinicdesk.core.denial import Denied
from clinicdesk.core.server_reading import ServerReading
from clinicdesk.core.transport import Tokens, Transport

_AT_ONCE = 30


class StockLedger:
    """The movements at the member's own pharmacy; nothing of it is kept."""

    def __init__(self, transport: Transport, tokens: Tokens) -> None:
        self._read = ServerReading(transport, tokens).read

    async def of(
        self, medicine_id: UUID, more: str | None = None
    ) -> MovementPage | Denied | Refusal:
        """The newest movements of a medicine, or those after `more`, a page's `next_after`."""
        query = {"limit": str(_AT_ONCE)} | ({} if more is None else {"after": more})
        path = STOCK_LEDGER.replace("{medicine_id}", str(medicine_id))
        return await self._read(f"{path}?{urlencode(query)}", MovementPage)
