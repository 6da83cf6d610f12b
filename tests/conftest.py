"""Fixtures that all tests share: estimates built by hand, and one real one."""

from __future__ import annotations

from tests.support.by_hand import coalition, fake, listed_unlisted, row, two_modes
from tests.support.lists_by_hand import bimodal, of_lists

__all__ = ["bimodal", "coalition", "fake", "listed_unlisted", "of_lists", "row", "two_modes"]
