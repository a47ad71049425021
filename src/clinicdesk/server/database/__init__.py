"""The database of the server: its schema, its queries and the embedded PostgreSQL."""
