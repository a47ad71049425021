"""Following the clinic's log: the protocol without sockets, and the pump that gives it one."""
