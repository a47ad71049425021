"""Qt models over the replica's collections: one row changes, one row is told. No proxy models.

- `row_list`    a sorted, filtered list of rows, kept in step row by row
- `tally`       how many rows stand in each lane
- `selection`   keeps a list's current row by its identity
"""
