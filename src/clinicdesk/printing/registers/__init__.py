"""The registers a pharmacy must keep: Schedule H, H1 and X in India, controlled drugs elsewhere.

The Drugs Rules (65) ask for H1 and X: prescriber, patient, drug, quantity, kept for two and three
years; the Misuse of Drugs Regulations 1977 of New Zealand for a balance as well. `ledger` says
which columns, `csv` and `pdf` write them.
"""

from __future__ import annotations

from clinicdesk.printing.registers.csv import render_csv
from clinicdesk.printing.registers.pdf import render_register

__all__ = ["render_csv", "render_register"]
