"""Whom a connection is from, also behind a proxy."""

from __future__ import annotations

from uvicorn.middleware.proxy_headers import _TrustedHosts


class Callers:
    """Believes `X-Forwarded-For` from the same proxies as the calls do.

    Args:
        trusted_proxies: Addresses and networks, as uvicorn's `forwarded_allow_ips`.
    """

    def __init__(self, trusted_proxies: list[str] | str) -> None:
        self._trusted = _TrustedHosts(trusted_proxies)

    def address_of(self, peer: str, forwarded: str) -> str:
        """The address of whoever is at the other end, `peer` itself or the one it forwards for."""
        if not forwarded or peer not in self._trusted:
            return peer
        host, _port = self._trusted.get_trusted_client_address(forwarded)
        return host or peer
