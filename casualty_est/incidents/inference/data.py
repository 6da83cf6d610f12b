"""What the incidents that count say, as plain numbers beside the draws: who reports what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from casualty_est.incidents.inference.after import Reconstructed
from casualty_est.incidents.schema import BySize, Graded, Reported
from casualty_est.incidents.table.incident import VERDICTS
from casualty_est.incidents.table.summary import CLASSES, class_name, class_of, lowest_of, size_of

if TYPE_CHECKING:
    from casualty_est.incidents.model.model import IncidentModel

Ints = npt.NDArray[np.int64]
NO_GRADE = "none"


def _ends(model: IncidentModel, s: int) -> npt.NDArray[np.float64]:
    """Lower and upper end of what a source states in each pattern; NaN where it states nothing."""
    claim = model.patterns.claim[model.layout.readings.kept, s]
    pairs = [
        (lowest_of(q), max(x for x in (q.high, q.best, q.low, 0) if x is not None))
        for q in model.patterns.claims[s]
    ]
    ends = np.full((len(claim), 2), np.nan)
    if pairs:
        ends[claim >= 0] = np.array(pairs, dtype=float)[claim[claim >= 0]]
    return ends


def reports(model: IncidentModel) -> tuple[Reported, ...]:
    """What each source reports."""
    kept = model.layout.readings.kept
    patterns, count = model.patterns, model.patterns.count[kept]
    mentioned = patterns.claim[kept] > -2
    said = []
    for s, name in enumerate(patterns.sources):
        ends = _ends(model, s)
        verdict = patterns.verdict[kept, s]
        own = {word: int(count[verdict == v + 1].sum()) for v, word in enumerate(VERDICTS)}
        alone = mentioned[:, s] & (mentioned.sum(axis=1) == 1)
        low, high = (float(np.nansum(count * ends[:, k])) for k in (0, 1))
        said.append(
            Reported(
                source=name,
                role=model.roles[name],
                incidents=int(count[mentioned[:, s]].sum()),
                only_here=int(count[alone].sum()),
                with_number=int(count[np.isfinite(ends[:, 0])].sum()),
                low=low,
                high=high,
                self_reported=int(count[patterns.self_reported[kept, s]].sum()),
                **own,
            )
        )
    return tuple(said)


def by_size(model: IncidentModel) -> BySize:
    """Incidents by size: how many there are, and whom each source mentions and counts."""
    kept = model.layout.readings.kept
    patterns, count = model.patterns, model.patterns.count[kept]
    sizes = np.full(patterns.claim[kept].shape, np.nan)
    for s, quantities in enumerate(patterns.claims):
        claim = patterns.claim[kept, s]
        stated = [size_of(q) for q in quantities]
        numbers = np.array([np.nan if x is None else x for x in stated], dtype=float)
        sizes[claim >= 0, s] = numbers[claim[claim >= 0]]
    known = np.isfinite(sizes)
    largest = np.where(known, sizes, -1).max(axis=1)
    at = np.array([class_of(None if x < 0 else float(x)) for x in largest], dtype=np.int64)
    shape = (len(patterns.sources), len(CLASSES) + 1)
    total = np.bincount(at, weights=count, minlength=shape[1]).astype(np.int64)
    mentioned, counted = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for s in range(shape[0]):
        holds = patterns.claim[kept, s] > -2
        states = known[:, s] & (sizes[:, s] > 0)
        for sums, which in ((mentioned, holds), (counted, states)):
            sums[s] = np.bincount(at[which], weights=count[which], minlength=shape[1])
    used = np.flatnonzero(total)
    return BySize(
        classes=tuple(class_name(int(i)) for i in used),
        incidents=tuple(total[used].tolist()),
        mentioned=tuple(tuple(row) for row in mentioned[:, used].tolist()),
        counted=tuple(tuple(row) for row in counted[:, used].tolist()),
    )


def grades(model: IncidentModel, again: Reconstructed) -> tuple[Graded, ...]:
    """Incidents by grade: how many, judged, accepted, and the share that is real."""
    readings = model.layout.readings
    patterns, count = readings.patterns, readings.patterns.count
    if not patterns.grade:
        return ()
    ends = np.stack([_ends(model, s) for s in readings.listers])
    low, high = (np.nan_to_num(ends[:, :, k]).max(axis=0) for k in (0, 1))
    real = again.chance.mean(axis=0)
    grade = np.where(patterns.grade_of < 0, len(patterns.grade), patterns.grade_of)
    graded = []
    for g, name in enumerate([*patterns.grade, NO_GRADE]):
        which = grade == g
        if not which.any():
            continue
        judged = which & (readings.verdict > 0)
        graded.append(
            Graded(
                grade=name,
                incidents=int(count[which].sum()),
                judged=int(count[judged].sum()),
                accepted=int(count[judged & (readings.verdict == 1)].sum()),
                low=float(low[which] @ count[which]),
                high=float(high[which] @ count[which]),
                real=float(real[which] @ count[which] / count[which].sum()),
            )
        )
    return tuple(graded)
