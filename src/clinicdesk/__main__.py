"""``python -m clinicdesk`` is ``clinicdesk``."""

from __future__ import annotations

import sys

from clinicdesk.cli import main

sys.exit(main())
