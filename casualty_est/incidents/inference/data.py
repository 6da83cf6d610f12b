"""What the incidents that count say, as plain numbers beside the draws: who reports what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import stats

from casualty_est.incidents.inference.after import Reconstructed
from casualty_est.incidents.model.denials import where_denied
from casualty_est.incidents.model.readings import ACCEPTED
from casualty_est.incidents.schema import BySize, Denied, Graded, Reported
from casualty_est.incidents.table.incident import VERDICTS
from casualty_est.incidents.table.patterns import NOT_MENTIONED
from casualty_est.incidents.table.summary import lowest_of, size_of, sizes_of
from casualty_est.result.schema import Span

if TYPE_CHECKING:
    from casualty_est.incidents.model.model import IncidentModel

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
    mentioned = patterns.claim[kept] > NOT_MENTIONED
    said = []
    for s, name in enumerate(patterns.sources):
        ends = _ends(model, s)
        verdict = patterns.verdict[kept, s]
        own = {word: int(count[verdict == v + 1].sum()) for v, word in enumerate(VERDICTS)}
        alone = mentioned[:, s] & (mentioned.sum(axis=1) == 1)
        low, high = (float(np.nansum(count * ends[:, k])) for k in (0, 1))
        numbers = {
            "incidents": int(count[mentioned[:, s]].sum()),
            "only_here": int(count[alone].sum()),
            "with_number": int(count[np.isfinite(ends[:, 0])].sum()),
            "self_reported": int(count[patterns.self_reported[kept, s]].sum()),
        }
        said.append(Reported(name, model.roles[name], low=low, high=high, **numbers, **own))
    return tuple(said)


def denials(model: IncidentModel) -> tuple[Denied, ...]:
    """Sources that say of some incidents that nobody died, and how often others contradict."""
    readings, layout = model.layout.readings, model.layout
    patterns = readings.patterns
    some = np.zeros(patterns.claim.shape, bool)
    for s, quantities in enumerate(patterns.claims):
        deadly = np.array([(size_of(quantity) or 0) > 0 for quantity in quantities] + [False])
        speaks = (patterns.claim[:, s] >= 0) & ((s != readings.judge) | readings.speaks)
        some[:, s] = deadly[np.where(speaks, patterns.claim[:, s], -1)]
    rows = []
    for name, prior in layout.denials.items():
        said = where_denied(readings, patterns.sources.index(name))
        against = said & some.any(axis=1)
        many, contradicted = (int(patterns.count[which].sum()) for which in (said, against))
        ends = stats.beta.ppf((0.5, 0.025, 0.975), prior.first, prior.second)
        rows.append(Denied(name, many, contradicted, Span(*map(float, ends)), prior.ground))
    return tuple(rows)


def by_size(model: IncidentModel) -> BySize:
    """Incidents by size: how many there are, and whom each source mentions and counts."""
    kept = model.layout.readings.kept
    sizes = sizes_of(model.patterns, kept, lambda quantity: (size_of(quantity) or 0) > 0)
    return BySize(
        sizes.classes,
        tuple(sizes.incidents.tolist()),
        tuple(map(tuple, sizes.mentioned.tolist())),
        tuple(map(tuple, sizes.counted.tolist())),
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
        accepted = judged & (readings.verdict == ACCEPTED)
        every, of_judge, taken = (int(count[some].sum()) for some in (which, judged, accepted))
        least, most = (float(end[which] @ count[which]) for end in (low, high))
        share = float(real[which] @ count[which] / count[which].sum())
        graded.append(Graded(name, every, of_judge, taken, least, most, share))
    return tuple(graded)
