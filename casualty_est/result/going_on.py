"""A fit that falls short of its check goes on, round by round, within a budget of time.

A round is whole: its draws follow from the seed, its number and the rounds before it. The clock
decides only whether another round begins, so where the first one converges it decides nothing.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence

from casualty_est.errors import UsageError
from casualty_est.wording.language import N_, Kept, joined, stored

BUDGET = "3m"
GROWTH = 2  # a round has this many times the draws and the warm-up of the one before
KEPT = 2000  # draws of all chains that a later round keeps, at least: the check needs some hundreds
USUAL = {"draws": 1000, "tune": 1000, "chains": 4}
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
    last, rounds, before = attempt(0, None), 1, start
    while not settled(last):
        now = clock()
        if now - start + GROWTH * (now - before) > budget:
            break
        last, rounds, before = attempt(rounds, last), rounds + 1, now
    return last, rounds


def thinning(grown: int, draws: int, chains: int) -> int:
    """How many draws of a round there are to one that is kept, after it has `grown` so often.

    As many are kept as were asked for, and at least enough for the check.
    """
    return max(1, GROWTH**grown * draws // max(draws, -(-KEPT // chains))) if grown else 1


def told(
    rounds: int,
    settings: Mapping[str, int],
    reasons: Sequence[str],
    *more: Kept,
    grown: int | None = None,
) -> Kept:
    """What was done beyond the first round, which fell short for some reasons, as a note.

    grown: How often a round was longer than the one before; by default each was.
    """
    grown = rounds - 1 if grown is None else grown
    many, one_in = GROWTH**grown, thinning(grown, settings["draws"], settings["chains"])
    places = {
        "reasons": "; ".join(reasons),
        "round": rounds,
        "draws": f"{many * settings['draws']:,}",
        "tune": f"{many * settings['tune']:,}",
    }
    if one_in > 1:
        text = stored(
            "note",
            "the first round fell short of the check ({reasons}), so the fit went on: round "
            "{round} has {draws} draws a chain, of which one in {one_in} is kept, after a warm-up "
            "of {tune}",
            one_in=one_in,
            **places,
        )
    else:
        text = stored(
            "note",
            "the first round fell short of the check ({reasons}), so the fit went on: round "
            "{round} has {draws} draws a chain after a warm-up of {tune}",
            **places,
        )
    return joined(text, *more)


def more_time(rounds: int, budget: float) -> str:
    """The first advice where the check does not hold after some rounds."""
    if rounds == 1 and not budget:
        return N_("note", "let the fit go on (budget='3m', --budget 3m)")
    more, given = in_words(max(4 * budget, 60)), in_words(budget)
    if rounds == 1:
        return stored(
            "note",
            "give it more than {given}, in which 1 round ended (budget='{more}', --budget {more})",
            given=given,
            more=more,
        )
    return stored(
        "note",
        "give it more than {given}, in which {rounds} rounds ended (budget='{more}', --budget "
        "{more})",
        given=given,
        rounds=rounds,
        more=more,
    )
