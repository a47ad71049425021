"""The therapist's places: their patients, for whom they prescribe, and their prescriptions.

Patients
- `workspace`        finder at the left, the patient's page or the form at the right
- `editor`           the form; `line_entry` its typing line, `medicine_popup` what a name may mean,
                     `lines_table` its table, `pill_flow` what was read from a typed line
- `editing`          what is on the form and what is done with it; `drafts` where forms come from,
                     `keeper` where they are kept, `obstacles` why it cannot be signed yet
- `draft`, `directions`, `words`  the form as data, a typed line read, both in words

Prescriptions
- `prescriptions_workspace`  lanes and list at the left, one prescription at the right
- `lanes`, `prescription_rows`  which lane one stands in, and what its row says
- `prescription_detail`, `stopping`  one prescription, and stopping it; `order_line` how far its
                     pharmacy is, `safety_record` what was found and who answered it at which end,
                     gathered by `safety_answers`
"""
