"""Bytes and pages to printers and files. Everything here waits: call it in a thread."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QMarginsF, QRectF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from clinicdesk.desktop.printing.destinations import LabelPrinter, NetworkPrinter
from clinicdesk.printing.raster import Picture, page_count, picture_of

_PATIENCE_S: Final = 5.0
_QUEUE_PATIENCE_S: Final = 20.0
_DPI: Final = 300


class PrinterTrouble(Exception):
    """It did not come out; the message is a sentence for the person, with what to do next."""


def printer_names() -> list[str]:
    """The operating system's printers, its own choice first."""
    names = [str(name) for name in QPrinterInfo.availablePrinterNames()]
    preferred = str(QPrinterInfo.defaultPrinterName())
    return sorted(names, key=lambda name: (name != preferred, name.casefold()))


def print_pages(pdf: bytes, printer_name: str, copies: int) -> None:
    """The pages on a printer of the system. Raises PrinterTrouble."""
    info = QPrinterInfo.printerInfo(printer_name)
    if info.isNull():
        raise PrinterTrouble(
            _said(
                QCoreApplication.translate(
                    "Printing", "The printer %1 is not there any more: choose another one."
                ),
                printer_name,
            )
        )
    printer = QPrinter(info, QPrinter.PrinterMode.HighResolution)
    paint_pages(pdf, printer, copies, printer_name)


def paint_pages(pdf: bytes, printer: QPrinter, copies: int, name: str) -> None:
    """The pages on a printer that is set up. Raises PrinterTrouble, naming the printer."""
    first = picture_of(pdf, 0, 36)
    lying = first.width > first.height
    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setPageOrientation(
        QPageLayout.Orientation.Landscape if lying else QPageLayout.Orientation.Portrait
    )
    printer.setFullPage(True)
    printer.setPageMargins(QMarginsF(0, 0, 0, 0))
    printer.setDocName("clinicdesk")  # queues show it to everybody
    printer.setCopyCount(copies)
    painter = QPainter()
    if not painter.begin(printer):
        raise PrinterTrouble(
            _said(
                QCoreApplication.translate(
                    "Printing",
                    "%1 does not take the paper: see whether it is switched on and ready.",
                ),
                name,
            )
        )
    try:
        for page in range(page_count(pdf)):
            if page and not printer.newPage():
                raise PrinterTrouble(
                    _said(
                        QCoreApplication.translate(
                            "Printing",
                            "%1 stopped after the first pages: look what came out, then "
                            "print again.",
                        ),
                        name,
                    )
                )
            area = QRectF(printer.paperRect(QPrinter.Unit.DevicePixel))
            painter.drawImage(area, image_of(picture_of(pdf, page, _DPI)))
    finally:
        painter.end()
    if printer.printerState() is QPrinter.PrinterState.Error:
        raise PrinterTrouble(
            _said(
                QCoreApplication.translate("Printing", "%1 reports an error: look at its display."),
                name,
            )
        )


def image_of(picture: Picture) -> QImage:
    """The picture as Qt draws it."""
    form = QImage.Format.Format_Grayscale8 if picture.grey else QImage.Format.Format_RGB32
    image = QImage(picture.pixels, picture.width, picture.height, picture.stride, form)
    return image.copy()  # of its own bytes


def send_labels(commands: bytes, printer: LabelPrinter) -> None:
    """ZPL to a label printer. Raises PrinterTrouble."""
    if isinstance(printer, NetworkPrinter):
        _to_socket(commands, printer)
    else:
        _to_queue(commands, printer.name)


def save_file(content: bytes, path: Path) -> None:
    """A document as a file for this person alone, whole or not at all. Raises PrinterTrouble."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        why = error.strerror or type(error).__name__
        raise PrinterTrouble(
            _said(
                QCoreApplication.translate(
                    "Printing", "The file could not be written (%1): choose another folder."
                ),
                why,
            )
        ) from error


def _to_socket(commands: bytes, printer: NetworkPrinter) -> None:
    begun = False
    try:
        with socket.create_connection((printer.host, printer.port), _PATIENCE_S) as line:
            begun = True
            line.sendall(commands)
            line.shutdown(socket.SHUT_WR)
    except OSError as error:
        if begun:
            raise PrinterTrouble(
                _said(
                    QCoreApplication.translate(
                        "Printing",
                        "The label printer %1 stopped in the middle: look which labels came out, "
                        "then print again.",
                    ),
                    printer.host,
                )
            ) from error
        raise PrinterTrouble(
            _said(
                QCoreApplication.translate(
                    "Printing",
                    "The label printer %1 does not answer: see that it is switched on and in the "
                    "network, then print again. Its address is set up under Printers.",
                ),
                printer.host,
            )
        ) from error


def _to_queue(commands: bytes, queue: str) -> None:
    program = shutil.which("lp")
    if program is None:
        raise PrinterTrouble(
            _said(
                QCoreApplication.translate(
                    "Printing",
                    "This computer has no print queues (lp): set the label printer %1 up by its "
                    "network address.",
                ),
                queue,
            )
        )
    call = [program, "-d", queue, "-o", "raw", "-t", "clinicdesk labels"]
    try:
        done = subprocess.run(
            call, input=commands, capture_output=True, timeout=_QUEUE_PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PrinterTrouble(
            _said(
                QCoreApplication.translate(
                    "Printing",
                    "The print queue %1 does not answer: restart the printer, then print again.",
                ),
                queue,
            )
        ) from error
    if done.returncode:
        raise PrinterTrouble(
            _said(
                QCoreApplication.translate(
                    "Printing",
                    "The print queue %1 did not take the labels: check its name under Printers.",
                ),
                queue,
            )
        )


def _said(sentence: str, name: str) -> str:
    return sentence.replace("%1", name)
