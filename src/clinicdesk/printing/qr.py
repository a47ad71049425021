"""QR codes as patterns of dark and light; whoever draws decides how large (ISO/IEC 18004)."""

from __future__ import annotations

import functools
from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_M

QUIET: Final = 4
"""Modules of white that a code needs around it."""


@functools.lru_cache(maxsize=256)
def modules(text: str) -> list[list[bool]]:
    """Rows of modules, True where dark, without the white around them."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text, optimize=8)
    code.make(fit=True)
    return [[bool(each) for each in row] for row in code.get_matrix()]
