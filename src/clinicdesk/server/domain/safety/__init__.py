"""What the server says of a prescription's safety, when it is signed and when it is dispensed.

Map:

- `checking`   what is found, and what of it keeps a command from being carried out
- `loading`    what a check needs of the database
- `current`    what a patient takes now, for a desk's own checks
- `rule_rows`  rules as files give them
- `own_rules`  the product's own rules, from their file
- `ddinter`    lists of interactions in DDInter's form
- `importing`  taking rules into a clinic's rule set
"""

from __future__ import annotations

from clinicdesk.server.domain.safety.checking import answer_id, found_in, refused_by_safety
from clinicdesk.server.domain.safety.current import current_medicines
from clinicdesk.server.domain.safety.importing import import_rules
from clinicdesk.server.domain.safety.own_rules import OWN_SOURCE, own_rules

__all__ = [
    "OWN_SOURCE",
    "answer_id",
    "current_medicines",
    "found_in",
    "import_rules",
    "own_rules",
    "refused_by_safety",
]
