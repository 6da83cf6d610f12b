"""Fixtures that all tests share, and the profiles of Hypothesis."""

from __future__ import annotations

import os

# Read when NumPy is loaded: on small matrices a second thread costs more than it saves.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import HealthCheck, settings

from tests.support.by_hand import fake, listed_unlisted, other_kind, row, two_modes
from tests.support.fitted import coalition, coalition_compiled, coalition_page, no_pictures, strikes
from tests.support.lists_by_hand import bimodal, of_lists

__all__ = [
    "bimodal",
    "coalition",
    "coalition_compiled",
    "coalition_page",
    "fake",
    "listed_unlisted",
    "no_pictures",
    "of_lists",
    "other_kind",
    "row",
    "strikes",
    "two_modes",
]

# The same examples in every run, and no limit on the clock. `--hypothesis-profile=search` looks
# further, for other examples each time.
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("plain", max_examples=60, derandomize=True, **_COMMON)
settings.register_profile("search", max_examples=2000, **_COMMON)
settings.load_profile("plain")
