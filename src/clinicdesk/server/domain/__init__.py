"""The clinic's rules, one folder per domain. A folder uses another's public functions only.

Map:

- `actor`        who gives a command
- `outcome`      what one that took effect is answered with
- `prescribing`  drafts, signing; the prescription as one aggregate
- `safety`       what the rules find, and the reasons that were given
- `pharmacy`     everything that is done with a prescription once it is signed, and its order
- `stock`        what lies on the shelves
- `supply`       orders to suppliers, and who waited for their goods
- `pricing`      what medicines cost at each pharmacy, and lists of that out of files
- `formulary`    the list of medicines out of files
- `catalogues`   long lists in pages by revision
- `paper`        prescriptions, registers
- `staff`        accounts, sign-in, sessions
- `clinic`       setting up a clinic

A command is `async def hand_over(tx, actor, command, expected_version) -> Done | Refusal`: one
function, inside one transaction that its caller opened as that actor. After a refusal the
transaction is to be rolled back.
"""
