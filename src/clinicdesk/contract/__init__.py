"""What both ends say to each other, and nothing else: no I/O, no clock, no framework.

Map:

- `entities`    the rows a desk may hold, as they travel
- `access`      who sees which row, in which view, and who may give which command
- `lifecycles`  the states of a prescription and of its items, as data
- `commands`    what a person can do, each with an identity of its own
- `problems`    typed refusals (RFC 9457), each with a sentence
- `frames`      the live feed's frames and close codes
- `session`     sign-in, refresh, version
- `snapshot`    the whole working set at one sequence number; the formulary's pages
- `sig`         how a medicine is to be taken: dose, frequency, duration, quantity
- `quantity`    how much a pharmacy dispenses for a line, in the medicine's own units
- `allergies`   whether a medicine meets an allergy
- `money`       integer minor units
- `codes`       short codes that people read aloud
"""
