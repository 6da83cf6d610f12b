"""The estimate under other values of the reporting ratio that sets its level; exact, on a grid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from casualty_est.claims.inference.apart import apart_of
from casualty_est.claims.inference.exact import solve
from casualty_est.claims.refits.refits import FEW
from casualty_est.report.lever import Lever
from casualty_est.result.posterior import interval_ends
from casualty_est.wording.language import _

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate
    from casualty_est.claims.model.ratios import Ratios

FROM, TO, POINTS = 0.2, 0.9, 15  # what a source may be taken to report of all deaths


def lever(estimate: ClaimsEstimate, prob: float) -> Lever | None:
    """The weightiest ratio, moved from 20% to 90%; None where a refit takes its time."""
    model = estimate._model
    if model is None or not estimate.meta.has_level:
        return None
    if not model.layout.exact_possible or model.layout.timeline is not None:
        return None
    layout = model.layout
    weights = np.array([row.weight for row in estimate.identification(0).rows])
    weights = weights[: len(layout.ratios.targets)]
    if not len(weights):
        return None
    most = int(np.argmax(np.abs(weights)))
    assumption = estimate.meta.assumptions[most]
    values = np.geomspace(FROM, TO, POINTS)
    levels = interval_ends(prob)
    layouts = [
        replace(layout, ratios=moved(layout.ratios, most, assumption.median, value))
        for value in values
    ]
    if len(layout.ratios.targets) > FEW:  # of many sources all but one stay as they are
        kept = apart_of(model)
        rows = [kept.moved(one, most, levels) for one in layouts]
    else:
        rows = [solve(one).quantile(levels) for one in layouts]
    low, median, high = np.exp(rows).T
    who = assumption.owner
    return Lever(
        label=_("What {source} reports of all deaths", source=who),
        sentence=_(
            "If our best guess were that {source} reports {value} of all deaths",
            source=who,
            value="{value}",
        ),
        share=True,
        now=assumption.median,
        values=tuple(map(float, values)),
        medians=tuple(map(float, median)),
        lows=tuple(map(float, low)),
        highs=tuple(map(float, high)),
        note=_note(who, capped=bool(layout.ratios.logit[most])),
    )


def _note(who: str, *, capped: bool) -> str:
    """What moves; a completeness that is expected to be low may leave the answer where it is."""
    if not capped:
        return _(
            "Only this best guess moves; we stay as unsure of it as before, so the data can pull "
            "the estimate away from it."
        )
    return _(
        "Each value is only the middle of what we assume about {source}, which may still have "
        "reported far more or far less. Where this report says what one would have to assume for "
        "another number, the whole range moves, its upper end too.",
        source=who,
    )


def moved(ratios: Ratios, target: int, now: float, value: float) -> Ratios:
    """The priors with the median of one ratio at a value; its spread stays, on its own scale."""
    over = float(np.exp(ratios.over_mean[target]))

    def place(ratio: float) -> float:
        share = ratio / over
        # A completeness is less than 1, however much more than that is reported.
        return float(special.logit(min(share, 0.999))) if ratios.logit[target] else np.log(ratio)

    mu = ratios.mu.copy()
    mu[target] += place(value) - place(now)
    return replace(ratios, mu=mu)
