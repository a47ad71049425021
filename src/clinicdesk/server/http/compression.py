"""Answers in the coding that the desk takes: at once, or piece by piece."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import Final, Protocol

import zstandard
from litestar import Response

from clinicdesk.server.http.bodies import JSON

_WORTH_COMPRESSING: Final = 1024
_ZSTD_LEVEL: Final = 1
_GZIP_LEVEL: Final = 1
"""Quick rather than small: the desk waits, and rows of one kind compress well at any level."""
_GZIP_FORMAT: Final = zlib.MAX_WBITS | 16


class Compressor(Protocol):
    """Takes pieces and gives compressed bytes, some of them later."""

    def compress(self, data: bytes, /) -> bytes:
        """What can be sent so far."""

    def flush(self) -> bytes:
        """The rest."""


class _Plain:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def coding_for(accepted: str) -> str:
    """The best coding of an Accept-Encoding header: zstd, gzip, or identity."""
    codings = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
    return next((coding for coding in ("zstd", "gzip") if coding in codings), "identity")


def compressor(coding: str) -> Compressor:
    """A compressor of one stream in a coding that `coding_for` answered."""
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
    if coding == "gzip":
        return zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_FORMAT)
    return _Plain()


async def compressed(content: bytes, accepted: str) -> Response[bytes]:
    """JSON in the best coding that the desk takes; compressing leaves the loop free."""
    coding = coding_for(accepted) if len(content) >= _WORTH_COMPRESSING else "identity"
    headers = {"Vary": "Accept-Encoding"}
    if coding == "zstd":
        compress = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress
        content = await asyncio.to_thread(compress, content)
    elif coding == "gzip":
        content = await asyncio.to_thread(gzip.compress, content, _GZIP_LEVEL)
    if coding != "identity":
        headers["Content-Encoding"] = coding
    return Response(content, media_type=JSON, headers=headers)
