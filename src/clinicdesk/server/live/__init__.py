"""The live gateway: reads the log after each hint and sends every desk what is its own.

From the socket to the log:

- `handshake`     the request that makes a connection a WebSocket
- `wire`          a desk's bytes, made into messages; `message`: ours, framed once for everybody
- `transport`     one connection: handshake, messages, keeping alive, closing
- `admission`     who is let in, and how fast they may speak; `callers`: whom a connection is from
- `protocol`      one desk's conversation, without I/O
- `desk_socket`   the two of them together
- `clinic_desks`  one clinic's desks; `lane`: those abreast of the log, told in one loop
- `feed`          one clinic's log as this process has read it
- `render`        one entry of it, encoded once per view; `batch`: an interval, once per audience
- `gateway`       all sockets of this process, the clock, and the poll that makes hints harmless to
                  lose; `workers`: how many sign in or catch up at a time

Beside them: `digests` (check sums of what desks hold), `signals`, `rooms`, `meetings` and
`peer_words` (presence), and `hints` (word between servers).
"""
