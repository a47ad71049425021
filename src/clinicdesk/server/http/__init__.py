"""The calls: JSON over HTTP, refusals as problem+json (RFC 9457).

Map:

- `api`             the Litestar application: routes, limits, OpenAPI
- `head`            headers have an end
- `journal`         one log line and one measurement per request; the protocol's version
- `problems`        every fault as a refusal, never as a traceback
- `bodies`          from bytes to a contract type, or to the field that is not right
- `authentication`  the access token
- `commands`        a route for each command of the contract
- `idempotency`     a command takes effect once, however often it is sent
- `session`         signing in, refreshing, signing out
- `snapshot`        the working set at one sequence number
- `reads`           lists, search, the formulary's pages
- `health`          is it alive, is it ready, what does it measure
"""
