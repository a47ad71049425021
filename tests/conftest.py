"""What every test may count on: no window on a person's display, the same examples in every run.

Widget tests work on Qt's offscreen platform. Tests marked ``display`` start real windows of their
own; they need the private display, window manager, session bus, keyring and notification daemon of
tests/with-desktop, and run one after the other, because a window takes the focus from all others.
"""

from __future__ import annotations

import os

import hypothesis
import pytest

pytest_plugins = ["tests.desktop_session", "tests.postgres", "tests.running_server"]
# Assertions in there are to say what differed, as those of a test do.
pytest.register_assert_rewrite("tests.end_to_end.desks")

# Before anything imports Qt. Processes of the display tests name their platform themselves.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each file to one worker, and all that needs the display to one worker."""
    without_desktop = pytest.mark.skip(reason="needs tests/with-desktop (make test runs it)")
    has_desktop = "CLINICDESK_TEST_DESKTOP" in os.environ
    for item in items:
        needs_display = item.get_closest_marker("display") is not None
        item.add_marker(pytest.mark.xdist_group("display" if needs_display else str(item.path)))
        if needs_display and not has_desktop:
            item.add_marker(without_desktop)
