"""Fixtures that all tests share, who runs what, and the profiles of Hypothesis."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Read when libraries are loaded, here, by the workers and by the processes that tests start.
# On small matrices a second thread costs more than it saves.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# PyTensor compiles C++ beside what numba or Python then runs: seconds in every process.
if "cxx=" not in (flags := os.environ.get("PYTENSOR_FLAGS", "")):
    os.environ["PYTENSOR_FLAGS"] = f"{flags},cxx=".lstrip(",")
# A fault of the program fails a test with its traceback; users get one line.
os.environ.setdefault("CASUALTY_EST_TRACEBACK", "1")
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None) and not sys.pycache_prefix:
    # A dozen processes would each compile all libraries, in every run anew.
    cache = Path(__file__).parents[1] / ".pytest_cache" / "bytecode"
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(cache)
    sys.dont_write_bytecode = False

import pytest
from hypothesis import HealthCheck, settings

from tests.support.by_hand import fake, listed_unlisted, other_kind, row, two_modes
from tests.support.fitted import (
    coalition,
    coalition_compiled,
    coalition_learned,
    coalition_learned_compiled,
    coalition_page,
    no_pictures,
    strikes,
    uncompiled,
)
from tests.support.lists_by_hand import bimodal, of_lists

__all__ = [
    "bimodal",
    "coalition",
    "coalition_compiled",
    "coalition_learned",
    "coalition_learned_compiled",
    "coalition_page",
    "fake",
    "listed_unlisted",
    "no_pictures",
    "of_lists",
    "other_kind",
    "row",
    "strikes",
    "two_modes",
    "uncompiled",
]

ROOMS = {
    "claims": "claims",
    "cli": "claims",
    "incidents": "incidents",
    "linkage": "linkage",
    "lists": "lists",
    "test_same_draws.py": "lists",
}


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A wing goes to one worker, which compiles its kernels and fits its estimates once."""
    from xdist.scheduler import LoadFileScheduling

    class ByRoom(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return ROOMS.get(file.split("/")[1], file)

    return ByRoom(config, log) if config.getoption("dist") == "loadfile" else None


# The same examples in every run, and no limit on the clock. `--hypothesis-profile=search` looks
# further, for other examples each time.
_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("plain", max_examples=60, derandomize=True, **_COMMON)
settings.register_profile("search", max_examples=2000, **_COMMON)
settings.load_profile("plain")
