"""clinicdesk: the desktop client and the server that keep a clinic's desks in step."""

__version__ = "0.1.0"
