"""Pictures of the report that only claims have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.claims.plots.path_data import windows_of
from casualty_est.report.pictures import Wanted, identification

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

PANELS = 30  # ratios with a panel each; of more the table of sources says the same


def pictures(estimate: ClaimsEstimate, prob: float) -> dict[str, Wanted]:
    """What to draw beside the total."""
    wanted, level = {}, {"ci_prob": prob}
    if estimate.meta.sources:
        wanted["sources"] = Wanted(level)
        if len(estimate.meta.sources) <= PANELS:
            wanted["priors"] = Wanted()
    wanted |= identification(estimate)
    if not estimate.has_path:
        return wanted
    wanted["path"] = Wanted(level)
    windows = windows_of(estimate)
    if windows.delayed or windows.drifting:
        wanted["ratio_paths"] = Wanted(level)
    return wanted
