"""What more than one workspace shows.

- `patient_head`        who it is about: name, what tells people apart, allergies, telephone
- `prescription_facts`  which prescription it is, how it stands, what is still on its way
- `progress`            its steps from sent to handed over; `progress_line` paints them
- `findings_watch`      what the safety rules say of it, kept in step with its lines; `order_words`
                        orders in words
- `lanes`               the pharmacy's lanes; `lane_book` says what stands in which and since when,
                        `refunds_due` who is owed money beside them
- `item_table`          its lines, in which nothing of a medicine is cut off
- `sheet`               what asks one thing before a command; `reason_sheet` asks why
- `traced_rows`         list rows that tell the trace which version of a row they paint
- `patient_finder`       the list of patients, found while one types
- `patient_page`         a patient's page: `prescription_history`, and the cards of `patient_cards`
"""
