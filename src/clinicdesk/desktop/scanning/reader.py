"""Codes in pictures: QR, DataMatrix and the bars of packs, as ZXing reads them.

Only the sorts that we can use are looked for: each further one costs time in every frame.
"""

from __future__ import annotations

from typing import Final

import zxingcpp
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

LARGEST: Final = 2400
"""Pixels of a side; a photograph has more, and no code is read better for it."""

_FORMATS: Final = "QRCode,DataMatrix,EANUPC,ITF14,Code128"


def codes_in(image: QImage, *, thorough: bool = False) -> list[str]:
    """What the codes in a picture say, each once.

    A product's comes with its symbology identifier (`]d2`), which tells it from other texts.

    Args:
        thorough: Try again with another idea of dark and light when there seems to be nothing, as
            for a photograph with a shadow on it; a camera has a next frame instead.
    """
    if image.isNull():
        return []
    grey = _at_most(image, LARGEST).convertToFormat(QImage.Format.Format_Grayscale8)
    found = _read(grey, zxingcpp.Binarizer.LocalAverage)
    if found or not thorough:
        return found
    softened = _at_most(grey, max(grey.width(), grey.height()) // 2)
    return (
        _read(grey, zxingcpp.Binarizer.GlobalHistogram)
        or _read(softened, zxingcpp.Binarizer.LocalAverage)
        or _read(softened, zxingcpp.Binarizer.GlobalHistogram)
    )


def _read(image: QImage, binarizer: zxingcpp.Binarizer) -> list[str]:
    found = zxingcpp.read_barcodes(
        image,
        formats=zxingcpp.barcode_formats_from_str(_FORMATS),
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=binarizer,
    )
    return list(dict.fromkeys(_text_of(each) for each in found if each.text))


def _text_of(found: zxingcpp.Barcode) -> str:
    if found.content_type is zxingcpp.ContentType.GS1:
        return f"{found.symbology_identifier}{found.text}"
    return found.text


def _at_most(image: QImage, side: int) -> QImage:
    if max(image.width(), image.height()) <= side:
        return image
    return image.scaled(
        QSize(side, side),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
