"""A control that is off says why: in its tooltip, to screen readers, and in words beside it."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget


def reason_when_disabled(control: QWidget, reason: str, beside: QLabel | None = None) -> None:
    """Switch a control off with its reason, or on again with an empty one.

    The control's own tooltip is kept and comes back.

    Args:
        reason: a sentence for the user ("Hand over is off: 2 items are not checked yet").
        beside: a label next to the control that shows the reason; a tooltip alone does not reach
            someone who works by keyboard.
    """
    if control.property("ownToolTip") is None:
        control.setProperty("ownToolTip", control.toolTip())
        control.setProperty("ownDescription", control.accessibleDescription())
    control.setEnabled(not reason)
    tip, description = (reason or control.property(own) for own in ("ownToolTip", "ownDescription"))
    if control.toolTip() != tip:  # every telling goes through the whole application
        control.setToolTip(tip)
    if control.accessibleDescription() != description:
        control.setAccessibleDescription(description)
    if beside is not None:
        beside.setText(reason)
        beside.setVisible(bool(reason))
