"""The desktop's parts, on settings of each test's own."""

from tests.own_settings import own_settings

__all__ = ["own_settings"]
