"""The desktop client: the only part of clinicdesk that knows Qt."""
