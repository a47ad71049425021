"""The text of a prescription's QR code."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinicdesk.contract import seal
from clinicdesk.contract.seal import BadSeal, Seal

KID = seal.kid_of(bytes(range(20)))
SIGNATURE = bytes(range(64))
RX = UUID("0192f0c4-7a10-7000-8000-00000000a001")

seals = st.builds(
    Seal,
    kid=st.binary(min_size=6, max_size=32).map(seal.kid_of),
    rx=st.uuids(),
    rev=st.integers(0, 2**32 - 1),
    exp=st.none() | st.dates(date(2000, 1, 1), date(2179, 1, 1)),
    nonce=st.binary(min_size=8, max_size=8),
)


def a_seal() -> Seal:
    return Seal(kid=KID, rx=RX, rev=4, exp=date(2027, 5, 20), nonce=b"nonce-08")


@given(seals, st.binary(min_size=64, max_size=64))
def test_what_is_written_is_read(one: Seal, signature: bytes) -> None:
    assert seal.parse(seal.text_of(one, signature)) == (one, signature)


@given(seals)
def test_caps_lock_changes_nothing(one: Seal) -> None:
    text = seal.text_of(one, SIGNATURE)
    assert seal.is_seal(text.swapcase())
    assert seal.parse(text.swapcase()) == (one, SIGNATURE)
    assert seal.same(text, text.lower())


@given(seals)
def test_the_text_is_of_the_dense_alphabet_of_a_qr_code(one: Seal) -> None:
    text = seal.text_of(one, SIGNATURE)
    assert re.fullmatch(r"[0-9A-Z $%*+\-./:]+", text)
    assert not set("IOYZ") & set(text)
    assert len(text) <= 178  # a QR code of version 7 with a seventh of it to spare


@given(st.text(max_size=600))
def test_any_text_is_a_seal_or_refused(text: str) -> None:
    try:
        read, signature = seal.parse(text)
    except BadSeal:
        return
    assert seal.same(seal.text_of(read, signature), text)


@given(seals, st.data())
def test_a_seal_with_another_character_is_another_seal_or_none(
    one: Seal, data: st.DataObject
) -> None:
    text = seal.text_of(one, SIGNATURE)
    at = data.draw(st.integers(0, len(text) - 1))
    other = text[:at] + data.draw(st.characters(codec="ascii")) + text[at + 1 :]
    try:
        read = seal.parse(other)
    except BadSeal:
        return
    assert (read == (one, SIGNATURE)) == seal.same(other, text)


@given(seals, st.integers(1, 165))
def test_half_a_seal_is_refused(one: Seal, length: int) -> None:
    text = seal.text_of(one, SIGNATURE)
    with pytest.raises(BadSeal):
        seal.parse(text[:length])
    with pytest.raises(BadSeal):
        seal.parse(text[-length:])


@pytest.mark.parametrize(
    "unfit",
    [
        {"rev": -1},
        {"rev": 2**32},
        {"nonce": b"short"},
        {"exp": date(1999, 12, 31)},
        {"exp": date(2400, 1, 1)},
        {"kid": "KID"},
    ],
)
def test_what_does_not_fit_is_not_written(unfit: dict[str, object]) -> None:
    fields = {"kid": KID, "rx": RX, "rev": 4, "exp": None, "nonce": b"nonce-08", **unfit}
    with pytest.raises(ValueError, match=r"fit|length"):
        seal.payload_of(Seal(**fields))  # type: ignore[arg-type]


def test_a_seal_says_nothing_of_a_person_and_never_changes_its_form() -> None:
    # Prints of today are scanned for half a year: this text is frozen.
    assert seal.text_of(a_seal(), SIGNATURE) == (
        "CD1.000G40Q40L0R5U64F887004000000000L00G00000GKH2TKFDRHNAB9G70."
        "000G40Q40L30E209185GQ38E1U8124GK2GAHC5QQ34D1N70V3QFJ08924CJ2A9H750LJLARC5LP2WC1H68RK8D9N6UU"
        "3JEHT7GWKUFQ"
    )


def test_a_text_made_from_a_genuine_seal_is_known_again() -> None:
    genuine = seal.text_of(a_seal(), SIGNATURE)
    other = seal.text_of(Seal(kid=KID, rx=uuid4(), rev=1, exp=None, nonce=bytes(8)), SIGNATURE)
    unrelated = seal.text_of(Seal(kid=KID, rx=uuid4(), rev=1, exp=None, nonce=bytes(8)), bytes(64))
    assert seal.altered(other, genuine)
    assert not seal.altered(unrelated, genuine)
    assert not seal.altered("CD1", genuine)
