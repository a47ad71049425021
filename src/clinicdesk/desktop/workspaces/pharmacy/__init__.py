"""The pharmacy's counter: who waits, what is due, what is in the bag, who has collected it.

- `workspace`          the place on the rail: queue at the left, prescription at the right, keys
- `queue_pane`         lanes, search and rows; `shared.lane_book` says what stands in which lane,
                       `queue_rows` what a row says, `queue_view` how somebody wants to see them,
                       `queue_search` what a text finds
- `prescription_pane`  the chosen prescription; `line_cells` says what its table says
- `deeds`              everything that is done here, with its key; `offers` says whether it can be
                       done now and why not, `deed_menu` lists it
- `counter_work`       does it; `line_work` what is done to one line, `sheet_place` opens what asks,
                       `scanned_products` finds the line of a box, or why it fits none
- `..._sheet`          each asks one thing; `reasons` are what a pharmacist is asked why
- `action_bar`         the buttons below the prescription: what is done next, and why not
- `refusal_banner`, `findings_card`, `counselling_card`, `order_bar`, `refund_card`, `tell_card`:
                       what else the pane shows
- `big_screen`         a window for those who wait
"""

from clinicdesk.desktop.workspaces.pharmacy.workspace import PharmacyWorkspace

__all__ = ["PharmacyWorkspace"]
