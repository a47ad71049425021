"""Tells another process of the same user where things are on the screen: for tour and tests.

Only when `CLINICDESK_PROBE` names a path, in a folder that is its owner's alone. It answers
questions and does nothing: whoever drives a window uses mouse and keyboard. One JSON object a line:

    {"ask": "widget", "name": "sign_button"}   -> found, visible, enabled, focused, covered,
                                                  text, description, rect
    {"ask": "rows", "name": "queue_list"}      -> rows: [{text, rect, current}] that can be seen
    {"ask": "window"}                          -> id, rect, active, minimised, title
    {"ask": "texts"}                           -> texts: every one that can be read now

Rectangles are [x, y, width, height] in pixels of the screen.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from itertools import count, takewhile
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)


class Probe:
    """Listens on a socket file until it is closed."""

    def __init__(self, server: asyncio.Server) -> None:
        self._server = server

    @classmethod
    async def open(cls, path: Path) -> Probe:
        """Listen at `path`, where nothing is yet. Raises OSError."""
        return cls(await asyncio.start_unix_server(_converse, path))

    async def close(self) -> None:
        """Stop listening."""
        self._server.close()


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while line := await reader.readline():
            writer.write(json.dumps(_answer(json.loads(line))).encode() + b"\n")
            await writer.drain()
    except ConnectionError:
        return  # the asker ended in the middle
    finally:
        writer.close()


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    match question.get("ask"):
        case "widget":
            return _widget(question["name"])
        case "rows":
            return {"rows": list(_rows(question["name"]))}
        case "window":
            return _window()
        case "texts":
            return {"texts": list(_texts())}
        case other:
            return {"error": f"cannot answer {other!r}"}


def _named(name: str) -> QWidget | None:
    """The widget of that name, one that can be seen before one that cannot."""
    found = [widget for widget in QApplication.allWidgets() if widget.objectName() == name]
    return max(found, key=lambda widget: widget.isVisible(), default=None)


def _widget(name: str) -> dict[str, Any]:
    widget = _named(name)
    if widget is None:
        return {"found": False}
    return {
        "found": True,
        "visible": widget.isVisible() and not widget.visibleRegion().isEmpty(),
        "enabled": widget.isEnabled(),
        "focused": widget.hasFocus(),
        "covered": _is_covered(widget),
        "text": _text(widget),
        "description": widget.accessibleDescription(),
        "rect": _on_screen(widget, widget.rect()),
    }


def _is_covered(widget: QWidget) -> bool:
    """Whether a click in its middle would reach something else of this window."""
    window = widget.window()
    there = window.childAt(widget.mapTo(window, widget.rect().center()))
    return there is not None and there is not widget and not widget.isAncestorOf(there)


def _text(widget: QWidget) -> str:
    match widget:
        case QLabel() | QAbstractButton() | QLineEdit():
            return widget.text()
        case QPlainTextEdit():
            return widget.toPlainText()
        case _:
            return widget.accessibleName()


def _rows(name: str) -> Iterator[dict[str, Any]]:
    view = _named(name)
    if isinstance(view, QAbstractItemView):
        yield from _rows_of(view)


def _rows_of(view: QAbstractItemView) -> Iterator[dict[str, Any]]:
    model = view.model()
    seen = view.viewport().rect()
    for place in range(model.rowCount()):
        index = model.index(place, 0)
        rect = view.visualRect(index)
        if rect.top() > seen.bottom():
            return
        if rect.bottom() < seen.top():
            continue
        # A list model keeps its column count to itself; its indexes do not.
        columns = takewhile(partial(model.hasIndex, place), count())
        cells = (model.index(place, column) for column in columns)
        words = (str(cell.data(Qt.ItemDataRole.DisplayRole) or "") for cell in cells)
        yield {
            "text": " | ".join(word for word in words if word),
            "rect": _on_screen(view.viewport(), rect),
            "current": view.currentIndex().row() == place,
        }


def _texts() -> Iterator[str]:
    """What stands on the windows: of each widget, and of each row of a list."""
    for widget in QApplication.allWidgets():
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        if isinstance(widget, QAbstractItemView):
            yield from (row["text"] for row in _rows_of(widget))
        elif text := _text(widget):
            yield text


def _window() -> dict[str, Any]:
    windows = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    window = QApplication.activeWindow() or max(
        windows, key=lambda widget: widget.width() * widget.height(), default=None
    )
    if window is None:
        return {"found": False}
    return {
        "found": True,
        "id": int(window.winId()),
        "title": window.windowTitle(),
        "active": window.isActiveWindow(),
        "minimised": window.isMinimized(),
        "rect": _on_screen(window, window.rect()),
    }


def _on_screen(widget: QWidget, rect: QRect) -> list[int]:
    corner = widget.mapToGlobal(rect.topLeft() if rect.isValid() else QPoint())
    scale = widget.devicePixelRatioF()
    return [round(n * scale) for n in (corner.x(), corner.y(), rect.width(), rect.height())]
