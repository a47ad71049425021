"""An order to a supplier: the paper that goes to them, and a table for their program.

`lines` says what each line is, `pdf` and `csv` write it.
"""

from __future__ import annotations

from clinicdesk.printing.supply.csv import render_csv
from clinicdesk.printing.supply.pdf import render_order

__all__ = ["render_csv", "render_order"]
