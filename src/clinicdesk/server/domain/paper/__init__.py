"""What paper is made from, read as the acting member sees it, and that it was printed.

Map: `gathering` (the facts of a prescription), `registers` (the entries of a register), `prints`.
"""

from __future__ import annotations

from clinicdesk.server.domain.paper.gathering import prescription_facts
from clinicdesk.server.domain.paper.prints import enter_print
from clinicdesk.server.domain.paper.registers import register_facts, which_pharmacy

__all__ = ["enter_print", "prescription_facts", "register_facts", "which_pharmacy"]
