"""The server: keeps the record of a clinic and every desk in step with it."""
