"""The pharmacy's counter: who waits, what is due, what is in the bag, who has collected it.

- `workspace`          the place on the rail: queue at the left, prescription at the right, keys
- `queue_pane`         lanes, search and rows; `lanes` and `queue_rows` say what stands in them
- `prescription_pane`  the chosen prescription; `offers` says what can be done and why not
- `counter_work`       does it; each `..._sheet` asks one thing before
- `refunds_due`        who is owed money; `refund_card` says so
- `received`           reads an amount typed at the till
"""

from clinicdesk.desktop.workspaces.pharmacy.workspace import PharmacyWorkspace

__all__ = ["PharmacyWorkspace"]
