"""Stock: what lies on a pharmacy's shelves.

Map:

- `shelves`       the lock of a medicine's batches
- `allocation`    which batches units come from, and the ledger's entries for it
- `arrivals`      units that come onto the shelves, in batches
- `reordering`    when a medicine is low
- `suppliers`     wholesalers
- `movements`     the ledger, to look at
- `surroundings`  what these rules must know of the clinic and of who acts

What brings goods is in `domain.supply`: they reach prescriptions that wait for them, and those take
from the shelves.
"""

from __future__ import annotations

from clinicdesk.server.domain.stock.allocation import (
    Portion,
    Shelf,
    lessened,
    locked_shelf,
    portions,
    put_back,
    taken,
)
from clinicdesk.server.domain.stock.arrivals import (
    MOST_UNITS,
    Arrival,
    batch_version,
    bring_in,
    unfit,
)
from clinicdesk.server.domain.stock.reordering import set_reorder
from clinicdesk.server.domain.stock.shelves import hold_shelves
from clinicdesk.server.domain.stock.suppliers import write_supplier
from clinicdesk.server.domain.stock.surroundings import (
    StockProduct,
    Surroundings,
    counter_of,
    no_such_medicine,
    stock_products,
    surroundings,
)

__all__ = [
    "MOST_UNITS",
    "Arrival",
    "Portion",
    "Shelf",
    "StockProduct",
    "Surroundings",
    "batch_version",
    "bring_in",
    "counter_of",
    "hold_shelves",
    "lessened",
    "locked_shelf",
    "no_such_medicine",
    "portions",
    "put_back",
    "set_reorder",
    "stock_products",
    "surroundings",
    "taken",
    "unfit",
    "write_supplier",
]
