"""The prescription on paper.

`country` says what the law of the clinic's country asks for, `parts` draws, `document` parts the
lines into pages.
"""

from __future__ import annotations

from clinicdesk.printing.prescription.document import render_prescription

__all__ = ["render_prescription"]
