"""What a person types as a server's address, made into one."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication


@dataclass(frozen=True, slots=True)
class BadAddress:
    """What is wrong with the address, in a sentence."""

    sentence: str


def server_address(typed: str) -> str | BadAddress:
    """The address of a server as `https://clinic.example` or `http://127.0.0.1:8443`.

    A name without a scheme gets https. Without TLS only this computer itself is spoken to:
    passwords and health data never travel in the clear.
    """
    text = typed.strip()
    if not text:
        return BadAddress(
            QCoreApplication.translate("Address", "Type the address of your clinic's server.")
        )
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return _not_an_address()
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host or any(c.isspace() for c in text):
        return _not_an_address()
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        return _not_an_address()
    if scheme == "http" and not _is_this_computer(host):
        return BadAddress(
            QCoreApplication.translate(
                "Address",
                "http:// is for a server on this computer alone; use https:// so that nobody on "
                "the way can read along.",
            )
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + ("" if port is None else f":{port}")


def short_address(address: str) -> str:
    """An address as people say it: without https://."""
    return address.removeprefix("https://")


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _not_an_address() -> BadAddress:
    return BadAddress(
        QCoreApplication.translate(
            "Address", "This is not a server's address; it looks like clinic.example.org."
        )
    )
