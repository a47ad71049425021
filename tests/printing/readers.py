"""Readers of other makers: poppler for PDF, zbar for codes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path


def text_of(pdf: bytes, page: int | None = None) -> str:
    """What poppler reads in a PDF, or on one page of it."""
    only = [] if page is None else ["-f", str(page), "-l", str(page)]
    call = ["pdftotext", "-layout", *only, "-", "-"]
    done = subprocess.run(call, input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def words_of(pdf: bytes) -> str:
    """The same on one line."""
    return " ".join(text_of(pdf).split())


def bottom_of(pdf: bytes, word: str) -> float:
    """Where a word ends, in points from the top of its page; it stands there once."""
    call = ["pdftotext", "-bbox", "-", "-"]
    done = subprocess.run(call, input=pdf, capture_output=True, check=True)
    (found,) = re.findall(rf'yMax="([\d.]+)">{re.escape(word)}</word>', done.stdout.decode())
    return float(found)


def pages_of(pdf: bytes) -> int:
    """How many pages poppler counts."""
    done = subprocess.run(
        ["pdfinfo", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    (line,) = [line for line in done.splitlines() if line.startswith("Pages:")]
    return int(line.split()[1])


def fonts_of(pdf: bytes) -> list[str]:
    """Poppler's table of fonts, without its head."""
    call = ["pdffonts", "-"]
    done = subprocess.run(call, input=pdf, capture_output=True, check=True).stdout.decode()
    return done.splitlines()[2:]


def picture_of(pdf: bytes, folder: Path, page: int = 1, dpi: int = 200) -> Path:
    """The page as poppler draws it."""
    source = folder / "page.pdf"
    source.write_bytes(pdf)
    target = folder / f"page-{page}-{dpi}"
    subprocess.run(
        ["pdftoppm", "-png", "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile",
         str(source), str(target)],
        check=True, capture_output=True,
    )  # fmt: skip
    return target.with_suffix(".png")


def codes_in(picture: Path) -> list[str]:
    """The QR codes that zbar reads in a picture."""
    done = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)],
        check=False, capture_output=True,
    )  # fmt: skip
    return done.stdout.decode().split()
