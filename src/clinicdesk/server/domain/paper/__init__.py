"""What paper is made from, read as the acting member sees it, and that it was printed.

Map: `gathering` (the facts of a prescription), `registers` (the entries of a register), `supply`
(the facts of an order to a supplier), `prints`.
"""

from __future__ import annotations

from clinicdesk.server.domain.paper.gathering import prescription_facts
from clinicdesk.server.domain.paper.prints import enter_print
from clinicdesk.server.domain.paper.registers import register_facts, which_pharmacy
from clinicdesk.server.domain.paper.supply import supply_facts

__all__ = [
    "enter_print",
    "prescription_facts",
    "register_facts",
    "supply_facts",
    "which_pharmacy",
]
