"""Named queries of the database package."""
