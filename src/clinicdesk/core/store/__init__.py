"""The encrypted local store of one member: SQLCipher, its key in the vault.

Map:

- `sqlcipher`        connections and their pragmas
- `schema`           tables, as steps
- `opening`          open, make, migrate; set aside what cannot be read
- `lock`             one process per store
- `thread`           one thread per connection
- `rows`             the working set and its cursor
- `outbox_table`     commands and what became of them
- `notice_table`     what this member was told
- `scratch`          what was typed and is not a command yet
- `paged_table`      what is fetched in pages: `medicine_table` with its word index, `price_table`,
                     `rule_table`
- `medicine_forms`   which form of a medicine is meant
- `store`            all of them together
"""
