"""Pictures of the report that only claims have, with the same said in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from casualty_est.claims.paths import span_of
from casualty_est.claims.plots.path_data import of_target, row_of, windows_of
from casualty_est.claims.schema import ratio_owner
from casualty_est.report import naming
from casualty_est.report.pictures import Wanted, identification
from casualty_est.wording.numbers import ends, middle, percent

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

PANELS = 30  # ratios with a panel each; of more the table of sources says the same


def pictures(estimate: ClaimsEstimate, prob: float) -> dict[str, Wanted]:
    """What to draw beside the total."""
    wanted = {}
    if estimate.meta.sources:
        medians = "; ".join(
            f"{ratio_owner(source.name)} {naming.ratio(float(np.median(estimate.ratio(i))))}"
            for i, source in enumerate(estimate.meta.sources)
        )
        alt = f"Reporting ratio of each source. {medians}."
        wanted["sources"] = Wanted(alt, {"ci_prob": prob})
        if len(estimate.meta.sources) <= PANELS:
            wanted["priors"] = Wanted(
                "For each source, what was assumed of its reporting ratio beside what "
                "the data made of it; the numbers stand in the table above."
            )
    wanted |= identification(estimate)
    return wanted | _over_time(estimate, prob) if estimate.has_path else wanted


def _over_time(estimate: ClaimsEstimate, prob: float) -> dict[str, Wanted]:
    options = {"ci_prob": prob}
    target = estimate.meta.rows[row_of(estimate, None)].cell.target
    last = of_target(estimate.path(prob), target).iloc[-1]
    numbers = span_of(last)
    wanted = {
        "path": Wanted(
            f"The running total rises to about {middle(numbers)} ({percent(prob)} interval "
            f"{ends(numbers)}) on {naming.day(str(last['date']))}; marks show the running totals "
            "that sources published. The numbers stand in the table.",
            options,
        )
    }
    windows = windows_of(estimate)
    if windows.delayed or windows.drifting:
        wanted["ratio_paths"] = Wanted(
            "For each source the part of all deaths up to a day that it had reported by then; the "
            "numbers stand in the table above.",
            options,
        )
    return wanted
