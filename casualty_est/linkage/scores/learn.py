"""How often the fields of one person agree: expectation and maximisation over levels of agreement.

Pairs that already share some fields teach the others (Fellegi and Sunter 1969, Winkler 1988). The
shares that training starts from count as much as a few pairs, so that a level which no pair shows
keeps a weight; without them a share runs to 0 and its weight to minus infinity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PRIOR_PAIRS = 10.0  # pairs that the starting shares count as
ROUNDS, SETTLED = 100, 1e-6
MISSING = -1


class Session(NamedTuple):
    """Pairs that share some fields, and what they teach."""

    here: Bools  # (pair,)
    learned: tuple[int, ...]  # fields that the block does not hold
    pairs: int  # in the block, those too unlike to be kept included


def learn(
    levels: Ints, u: Sequence[Array], start: Sequence[Array], sessions: Sequence[Session]
) -> list[Array]:
    """Shares m of each level among pairs of one person, by field; levels (pair, field)."""
    counts = [PRIOR_PAIRS * m for m in start]
    for session in sessions:
        rows, times = np.unique(levels[session.here], axis=0, return_counts=True)
        if not len(rows):
            continue
        matches = _matches(rows, times, u, start, session)
        for field in session.learned:
            known = rows[:, field] != MISSING
            counts[field] = counts[field] + np.bincount(
                rows[known, field], matches[known], minlength=len(u[field])
            )
    return [count / count.sum() for count in counts]


def _matches(
    rows: Ints, times: Ints, u: Sequence[Array], start: Sequence[Array], session: Session
) -> Array:
    """Expected number of pairs of one person with each pattern of levels, in one block."""
    m = list(start)
    total = max(session.pairs, int(times.sum()))
    share = 0.2
    matches: Array = np.asarray(times * share, dtype=float)
    for _ in range(ROUNDS):
        odds = np.full(len(rows), np.log(share) - np.log1p(-share))
        for field in session.learned:
            ratio = np.append(np.log(m[field]) - np.log(u[field]), 0.0)  # -1 is a missing field
            odds += ratio[rows[:, field]]
        matches = np.asarray(times / (1.0 + np.exp(-np.clip(odds, -700, 700))), dtype=float)
        for field in session.learned:
            known = rows[:, field] != MISSING
            count = PRIOR_PAIRS * start[field] + np.bincount(
                rows[known, field], matches[known], minlength=len(u[field])
            )
            m[field] = count / count.sum()
        before, share = share, float((matches.sum() + 1.0) / (total + 2.0))
        share = min(share, 0.999)
        if abs(share - before) < SETTLED:
            break
    return matches
