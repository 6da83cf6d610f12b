"""The exact median of one cell after all priors have moved: a refit of a thousandth of a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from casualty_est.claims.inference.cores import counted_twice, prior_sds
from casualty_est.claims.inference.exact import solve
from casualty_est.claims.model.layout import Scenario

if TYPE_CHECKING:
    from casualty_est.claims.model.model import ClaimsModel

Array = npt.NDArray[np.float64]
MOST = 12  # sources


def median_after(model: ClaimsModel) -> Callable[[Array], float] | None:
    """Log of the median as a function of moves, in sds and in the order of `cores.moves`.

    None where sources are so many that a search, which moves each in turn, takes minutes.
    """
    layout, ratios = model.layout, model.layout.ratios
    if len(ratios.targets) > MOST:
        return None
    plain = Scenario.plain(layout)
    sds = [level.prior.sd for level in layout.levels] + [a.prior.sd for a in layout.anchors]
    targets, overs = len(ratios.targets), counted_twice(ratios)
    spread = prior_sds(ratios)

    def median(moves: Array) -> float:
        own, over, rest = np.split(moves, [targets, targets + len(overs)])
        over_mean = ratios.over_mean.copy()
        over_mean[overs] += ratios.over_sd[overs] * over
        moved = replace(ratios, mu=ratios.mu + spread * own, over_mean=over_mean)
        shift = plain.shift.copy()
        shift[targets:] = np.array(sds) * rest
        scenario = replace(plain, shift=shift)
        posterior = solve(replace(layout, ratios=moved), scenario, fine=False)
        return float(posterior.quantile(0.5))

    return median
