"""What verdict and grade of an incident say: its rows of the table M.

The grade of an accepted incident follows from its acceptance and is not used: it counts as one of
the other grades, in the proportions of incidents that were not accepted. An investigation that
finds deaths settles that the incident is real; one that finds none leaves it real and missed, or
not real.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array, Ints
from casualty_est.incidents.model.readings import (
    ACCEPTED,
    REJECTED,
    UNGRADED,
    Readings,
)
from casualty_est.incidents.model.settings import CONTESTED

# Kinds of rows: graded only, rejected, accepted, and of an incident that the judge reported itself
# whether anybody else had reported it.
NO_EFFECT, IS_REJECTED, IS_ACCEPTED, IS_RECALLED, IS_NOT_RECALLED = range(5)


def grades_of(readings: Readings) -> tuple[str, ...]:
    """Grades of incidents that the judge did not report itself, best first."""
    patterns = readings.patterns
    used = np.unique(patterns.grade_of[(patterns.grade_of >= 0) & ~readings.self_reported])
    return tuple(patterns.grade[k] for k in used)


def _doubtful(readings: Readings) -> npt.NDArray[np.bool_]:
    """Whether attribution is in doubt: a contested grade, or none beside several suspects."""
    patterns = readings.patterns
    contested = np.array([g == CONTESTED for g in patterns.grade] + [False])[patterns.grade_of]
    ungraded = np.array([g == UNGRADED for g in patterns.grade] + [True])[patterns.grade_of]
    bare = ungraded & (readings.suspects > 1)
    return np.asarray((contested | bare) & ~readings.self_reported)


def share_sizes(readings: Readings) -> tuple[int, ...]:
    """Numbers of suspects among whom deaths are to be attributed."""
    doubtful = _doubtful(readings)
    if readings.target is None and readings.judge is None:
        return ()
    accepted = (readings.verdict == ACCEPTED) & (CONTESTED in grades_of(readings))
    numbers = np.maximum(readings.suspects[doubtful | accepted], 2)
    return tuple(int(n) for n in np.unique(numbers))


def verdict_rows(
    readings: Readings, grades: Sequence[str], shares: Sequence[int], unlisted: str
) -> tuple[Ints, Ints]:
    """Distinct rows (kind, grade, share, sole, found) and that of each pattern, -1 for none."""
    patterns = readings.patterns
    names, investigation = [*patterns.grade, None], readings.investigation
    doubtful = _doubtful(readings)
    rows: dict[tuple[int, int, int, int, int], int] = {}
    reported = (readings.listed & (np.arange(len(patterns.sources)) != investigation)).any(axis=1)
    row_of = np.full(len(patterns.count), -1, dtype=np.int64)
    for p in range(len(patterns.count)):
        name, n = names[patterns.grade_of[p]], int(readings.suspects[p])
        grade = grades.index(name) if name in grades else -1
        share = shares.index(max(n, 2)) if max(n, 2) in shares else -1
        sole = int(n <= 1)
        # Of what nobody reports only the finds are known: they do not tell how often one finds.
        look = int(readings.found[p]) if reported[p] else 0
        if readings.self_reported[p]:
            if unlisted == "recall" and patterns.recall_check[p] >= 0:
                known = IS_RECALLED if patterns.recall_check[p] else IS_NOT_RECALLED
                key = (known, -1, -1, 0, look)
            elif look:
                key = (NO_EFFECT, -1, -1, 0, look)
            else:
                continue
        elif readings.verdict[p] == ACCEPTED:
            # The grade of an accepted incident follows from its acceptance: it is not used. The
            # share then counts for the contested part, or for all where nothing is graded.
            in_doubt = share if CONTESTED in grades or n > 1 else -1
            key = (IS_ACCEPTED, -1, in_doubt, sole, look)
        elif readings.verdict[p] == REJECTED:
            key = (IS_REJECTED, grade, share if doubtful[p] else -1, sole, look)
        else:
            key = (NO_EFFECT, grade, share if doubtful[p] else -1, sole, look)
            if key[1:3] == (-1, -1) and not look:
                continue
        row_of[p] = rows.setdefault(key, len(rows))
    return np.array(list(rows), dtype=np.int64).reshape(-1, 5), row_of


def mixed_counts(readings: Readings, grades: Sequence[str], mixed: Sequence[int]) -> Array:
    """Incidents of each grade that were not accepted, by several suspects or one."""
    patterns = readings.patterns
    counts = np.zeros((2, len(mixed)))
    names = [*patterns.grade, None]
    for p in range(len(patterns.count)):
        name = names[patterns.grade_of[p]]
        if name in grades and readings.verdict[p] != ACCEPTED and not readings.self_reported[p]:
            k = grades.index(name)
            if k in mixed:
                counts[int(readings.suspects[p] <= 1), mixed.index(k)] += patterns.count[p]
    return counts
