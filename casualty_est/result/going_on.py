"""A fit that falls short of its check goes on, round by round, within a budget of time.

A round is whole: its draws follow from the seed, its number and the rounds before it. The clock
decides only whether another round begins, so where the first one converges it decides nothing.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable

from casualty_est.errors import UsageError

BUDGET = "3m"
GROWTH = 2  # a round has this many times the draws and the warm-up of the one before
UNITS = {"s": 1, "m": 60, "h": 3600}
Budget = str | float | None


def seconds_of(budget: Budget, *, usual: bool) -> float:
    """Read a budget such as ``"3m"``, ``"90s"``, ``"1h"`` or a number of seconds.

    Without one a fit with the usual numbers of draws has three minutes; whoever asks for other
    numbers gets these, in one round.
    """
    if budget is None:
        budget = BUDGET if usual else 0
    if isinstance(budget, str):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smh]?)\s*", budget)
        seconds = float(match[1]) * UNITS[match[2] or "s"] if match else math.nan
    else:
        number = isinstance(budget, int | float) and not isinstance(budget, bool)
        seconds = float(budget) if number else math.nan
    if not 0 <= seconds < math.inf:
        msg = f"budget is a time such as '3m', '90s' or '1h' (0: one round), not {budget!r}"
        raise UsageError(msg)
    return seconds


def in_words(seconds: float) -> str:
    """Write a time as a budget is written."""
    for unit, size in reversed(UNITS.items()):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def go_on[T](
    attempt: Callable[[int, T | None], T],
    settled: Callable[[T], bool],
    budget: float,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[T, int]:
    """Attempt until the check holds or another round would not fit into the budget (seconds).

    Returns the last attempt and how many there were; each is told its number, from 0, and gets the
    one before it.
    """
    start = clock()
    result, rounds, before = attempt(0, None), 1, start
    while not settled(result):
        now = clock()
        if now - start + GROWTH * (now - before) > budget:
            break
        result, rounds, before = attempt(rounds, result), rounds + 1, now
    return result, rounds
