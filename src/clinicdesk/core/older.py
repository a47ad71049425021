"""Prescriptions that this desk has let go, read from the server when somebody asks for them."""

from __future__ import annotations

from urllib.parse import quote, urlencode
from uuid import UUID

from msgspec import Struct

from clinicdesk.contract.entities import Prescription
from clinicdesk.contract.problems import Refusal
from clinicdesk.contract.reading import CurrentMedicines, PrescriptionDetail, PrescriptionPage
from clinicdesk.contract.session import CURRENT_MEDICINES, PRESCRIPTION_BY_CODE, PRESCRIPTION_LIST
from clinicdesk.core.denial import Denied
from clinicdesk.core.replica import Replica
from clinicdesk.core.server_reading import ServerReading
from clinicdesk.core.transport import TIMEOUT_S, Tokens, Transport


class Older(Struct, frozen=True):
    """Prescriptions that are not among the rows of this desk, the newest first.

    Attributes:
        more: Give it to `of` for those before them; None when there are none.
    """

    prescriptions: list[Prescription]
    more: str | None


class OlderPrescriptions:
    """Reads them; nothing of it is kept."""

    def __init__(self, replica: Replica, transport: Transport, tokens: Tokens) -> None:
        self._replica = replica
        self._read = ServerReading(transport, tokens).read

    async def of(self, patient_id: UUID, more: str | None = None) -> Older | Denied | Refusal:
        """Those of one patient."""
        while True:
            query = {"patient_id": str(patient_id)} | ({} if more is None else {"after": more})
            page = await self._read(f"{PRESCRIPTION_LIST}?{urlencode(query)}", PrescriptionPage)
            if not isinstance(page, PrescriptionPage):
                return page
            held = self._replica.prescriptions
            older = [each for each in page.prescriptions if held.server_row(each.id) is None]
            more = page.next_after
            if older or more is None:
                return Older(older, more)

    async def current_medicines(self, patient_id: UUID) -> CurrentMedicines | Denied | Refusal:
        """What a patient takes now, also from prescriptions that are not this member's to see."""
        path = CURRENT_MEDICINES.replace("{patient_id}", str(patient_id))
        return await self._read(path, CurrentMedicines)

    async def detail(
        self, prescription_id: UUID, timeout_s: float = TIMEOUT_S
    ) -> PrescriptionDetail | Denied | Refusal:
        """One with its lines and its ledger. `timeout_s`: How long the server has for an answer."""
        path = f"{PRESCRIPTION_LIST}/{prescription_id}"
        return await self._read(path, PrescriptionDetail, timeout_s)

    async def by_code(
        self, code: str, timeout_s: float = TIMEOUT_S
    ) -> PrescriptionDetail | Denied | Refusal:
        """As `detail`, of the one with a whole code."""
        path = PRESCRIPTION_BY_CODE.replace("{code}", quote(code, safe=""))
        return await self._read(path, PrescriptionDetail, timeout_s)
