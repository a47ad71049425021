"""Stock: what lies on a pharmacy's shelves, and what it orders from suppliers.

Map:

- `shelves`  the lock of a medicine's batches
"""
