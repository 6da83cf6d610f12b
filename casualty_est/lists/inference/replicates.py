"""Replicates of a linkage or an imputation: the combination rule that R verdata uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import stats

from casualty_est.errors import UsageError
from casualty_est.lists.schema import Combined

NOBODY = 0.1  # stands for a draw of no unlisted people, whose log does not exist


def combine(listed: Sequence[int], totals: Sequence[npt.ArrayLike], prob: float = 0.95) -> Combined:
    """Combine replicates by Rubin's rule on the log of unlisted people.

    A comparison for analysts who come from R verdata 1.0.2; `ListModel` itself mixes replicates
    draw by draw, which needs no normal log. Rubin 1987, doi 10.1002/9780470316696.

    totals (draw,): Draws of the number of people, by replicate.
    """
    if not totals or len(listed) != len(totals):
        msg = f"every replicate needs its listed people: {len(listed)} for {len(totals)}"
        raise UsageError(msg)
    pairs = zip(totals, listed, strict=True)
    unlisted = [np.asarray(draws, dtype=float) - held for draws, held in pairs]
    logs = [np.log(np.where(draws > 0, draws, NOBODY)) for draws in unlisted]
    means = np.array([values.mean() for values in logs])
    within = float(np.mean([values.var(ddof=1) for values in logs]))
    between = float(means.var(ddof=1)) if len(means) > 1 else 0.0
    count = len(means)
    variance = within + (1 + 1 / count) * between
    freedom = np.inf
    if between > 0:
        freedom = (count - 1) * (1 + within / ((count + 1) * between)) ** 2
    reach = float(stats.t.ppf((1 + prob) / 2, freedom)) * np.sqrt(variance)
    held = float(np.mean(listed))
    return Combined(
        low=float(np.exp(means.mean() - reach)) + round(held),
        point=held + float(np.mean([draws.mean() for draws in unlisted])),
        high=float(np.exp(means.mean() + reach)) + round(held),
        freedom=float(freedom),
        within=within,
        between=between,
    )
