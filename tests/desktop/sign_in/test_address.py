from __future__ import annotations

import pytest

from clinicdesk.desktop.sign_in.address import BadAddress, server_address, short_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("clinic.example.org", "https://clinic.example.org"),
        ("  Clinic.Example.org/ ", "https://clinic.example.org"),
        ("clinic.example.org:8443", "https://clinic.example.org:8443"),
        ("https://clinic.example.org", "https://clinic.example.org"),
        ("HTTPS://clinic.example.org", "https://clinic.example.org"),
        ("http://localhost:8765", "http://localhost:8765"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://[::1]:8765", "http://[::1]:8765"),
    ],
)
def test_what_people_type_becomes_an_address(typed: str, address: str) -> None:
    assert server_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "http://clinic.example.org",
        "http://192.168.1.10:8765",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
    ],
)
def test_another_computer_is_never_spoken_to_in_the_clear(typed: str) -> None:
    refused = server_address(typed)
    assert isinstance(refused, BadAddress)
    assert "https://" in refused.sentence


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "https://",
        "ftp://clinic.example.org",
        "clinic.example.org/desk",
        "clinic.example.org:eight",
        "clinic example org",
        "https://sunita:secret@clinic.example.org",
        "https://[::1",
    ],
)
def test_what_is_no_address_gets_a_sentence(typed: str) -> None:
    refused = server_address(typed)
    assert isinstance(refused, BadAddress)
    assert refused.sentence.endswith(".")


def test_people_see_an_address_without_its_scheme() -> None:
    assert short_address("https://clinic.example.org") == "clinic.example.org"
    assert short_address("http://127.0.0.1:8765") == "http://127.0.0.1:8765"
