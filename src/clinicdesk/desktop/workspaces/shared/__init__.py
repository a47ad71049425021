"""What more than one workspace shows.

- `patient_head`  who it is about: name, what tells people apart, allergies, telephone
- `traced_rows`   list rows that tell the trace which version of a row they paint
"""
