"""The demo clinic in the database, made through the domain's own functions.

What a person would have done is done by that person: each prescription is written, signed, paid
for, fulfilled, handed over or cancelled by the commands that a desk sends, so the log is genuine.

Map:

- `identities`  identifiers that follow from the seed
- `rows`        the clinic, its staff and its patients as rows
- `story`       the prescriptions, command by command
- `fill`        all of it into a database, once
"""

from __future__ import annotations

from clinicdesk.server.demo_data.fill import PASSWORD, DemoData
from clinicdesk.server.demo_data.rows import login_of

__all__ = ["PASSWORD", "DemoData", "login_of"]
