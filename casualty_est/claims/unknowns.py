"""What a result from claims does not know: ratios, completeness, over-counts, levels, anchors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from casualty_est.result.plan import evidence_of
from casualty_est.result.unknowns import FREE, Assumed, Unknowns
from casualty_est.result.worth import Asked, after, explained_by
from casualty_est.studies import Study, audit, survey
from casualty_est.tables.cells import LIST

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

COMPLETENESS = "completeness"
AUDITED = 2  # sources whose audit is looked at unasked
SIZES = (25, 50, 100)
SURVEYED = (30, 100)
OF_COUNTS = ("level", "anchor")  # to know a count exactly is no assumption to be looked up


def unknowns(estimate: ClaimsEstimate) -> Unknowns:
    """Assumptions of a claims estimate; those that move are none in files of earlier versions."""
    tree, sources = estimate.idata, estimate.meta.sources
    names = [source.owner for source in sources]
    ratios = np.asarray(tree["posterior"]["ratio_total"].values).reshape(-1, len(sources))
    # A ratio without a completeness of its own: the part of the deaths that it states, up to all.
    held = {name: np.minimum(ratios[:, i], 1.0) for i, name in enumerate(names)}
    moved = _moved(estimate)
    of_ratio = {one.name: at for one, at in moved}
    for one, at in moved:
        if one.scale == "logit" and one.draws is not None:
            held[names[at]] = special.expit(one.draws)
    assumed = [one for one, _ in moved]
    for i, name in enumerate(names):
        title = f"ratio of {name}"
        prior, sd = sources[i].prior, sources[i].prior_log_sd
        if title not in of_ratio and prior is not None and sd:
            # Both parts of it together, or all that an earlier version kept: known, not moved.
            assumed.append(
                Assumed(title, float(prior.median), sd, draws=np.log(ratios[:, i]), source=name)
            )
    return Unknowns(tuple(assumed), held)


def _moved(estimate: ClaimsEstimate) -> list[tuple[Assumed, int]]:
    """Assumptions whose priors can be moved, each with the position of its ratio."""
    if "assumed" not in estimate.idata.children:
        return []
    group = estimate.idata["assumed"]
    count = len(group["assumption"])
    values, scores, curvatures = (
        np.asarray(group[name].values).reshape(-1, count)
        for name in ("value", "score", "curvature")
    )
    medians, sds, targets = (group[name].values for name in ("median", "sd", "target"))
    sources = estimate.meta.sources
    rows = []
    for j, name in enumerate(map(str, group["assumption"].values)):
        kind, at = str(group["kind"].values[j]), int(targets[j])
        share, of_count = kind == COMPLETENESS, kind in OF_COUNTS
        now = float(special.expit(medians[j]) if share else np.exp(medians[j]))
        rows.append(
            (
                Assumed(
                    name,
                    now,
                    float(sds[j]),
                    "logit" if share else "log",
                    draws=None if of_count else values[:, j],
                    score=scores[:, j],
                    curvature=curvatures[:, j],
                    source=sources[at].owner if at >= 0 else None,
                    # A prior median of less than one person convinces nobody.
                    limits=(-max(np.log(now), 0.0) / sds[j], np.inf) if of_count else FREE,
                ),
                at,
            )
        )
    return rows


def studies_of(estimate: ClaimsEstimate, row: int) -> tuple[Study, ...]:
    """Audits of the lists of which they tell most, and a household survey."""
    evidence = evidence_of(estimate, row)
    # Behind a number that somebody only stated there is no list in which to look for a name.
    listing = {one.target for one in estimate.meta.claims if one.counted and one.rests_on == LIST}
    audited = {source.owner for source in estimate.meta.sources if source.name in listing}
    # Of those that would be worth most to know, the ones of which an audit tells most.
    known = {
        name: float(explained_by(draws, evidence.log_count).var())
        for name, draws in evidence.unknowns.held.items()
        if name in audited and draws.std() > 0
    }
    likely = sorted(known, key=lambda name: -known[name])[: 2 * AUDITED]
    asked = Asked(findings=100)
    told = {name: after(audit(name, 50), 50, evidence, asked).share.share for name in likely}
    best = sorted(likely, key=lambda name: -told[name])[:AUDITED]
    return (*(audit(name, SIZES) for name in best), survey(SURVEYED))
