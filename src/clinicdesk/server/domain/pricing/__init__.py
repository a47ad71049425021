"""Pricing: what medicines cost at each pharmacy.

Map:

- `lookup`       the price of a pack today
- `setting`      one price, by hand
- `price_lists`  a list in the database
- `price_files`  a list in a file: CSV, or a spreadsheet (`workbook`, and `workbook_extent`, which
                 says whether it may be laid out); its lines (`price_rows`)
- `comparing`    what a file would change
- `importing`    looking at that, and doing it

`prescribing` asks for prices, so nothing here asks `prescribing` for anything.
"""

from __future__ import annotations

from clinicdesk.server.domain.pricing.lookup import PackPrice, prices_today
from clinicdesk.server.domain.pricing.setting import set_price

__all__ = ["PackPrice", "prices_today", "set_price"]
