"""The clinic's rules, one folder per domain. A folder uses another's public functions only.

Map:

- `actor`        who gives a command
- `prescribing`  drafts, signing, cancelling; the prescription as one aggregate
- `pharmacy`     payment at the counter, fulfilment, handing over, refunds
- `patients`     search
- `formulary`    the list of medicines: pages by revision, import
- `staff`        accounts, sign-in, sessions
- `clinic`       setting up a clinic

A command is `async def hand_over(tx, actor, command, expected_version) -> Done | Refusal`: one
function, inside one transaction that its caller opened as that actor. After a refusal the
transaction is to be rolled back.
"""
