"""The live gateway: reads the log after each hint and sends every desk what is its own.

Map:

- `render`    one log entry, encoded once per view
- `protocol`  one socket's conversation, without I/O
- `feed`      one clinic's log as this process has read it
- `gateway`   the sockets of this process, the hints and the poll that makes hints harmless to lose
- `handler`   the WebSocket route
"""
