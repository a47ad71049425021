"""The first page of a role: live counters, what to do next, what has happened."""
