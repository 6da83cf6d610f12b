"""What a result from lists does not know: the kind of dependence, and who is on no list."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.priors.distributions import z_of
from casualty_est.result.radius import Move, Radius, reading_of
from casualty_est.result.unknowns import ANY_LIST, Assumed, Unknowns
from casualty_est.wording.language import N_
from casualty_est.wording.numbers import share

if TYPE_CHECKING:
    from casualty_est.lists.estimate import ListEstimate

NO_WIDTH = 1e-6  # sd of the log of the odds ratio
KIND = N_("assumption", "kind of dependence between lists")


def unknowns(estimate: ListEstimate, row: int) -> Unknowns:
    """Which kind of dependence there is, and the share of all people on each list."""
    total = estimate._total_row(row)
    labels = estimate.meta.rows[row].strata
    people = estimate.draws(total).ravel()
    listed = next(
        i
        for i, other in enumerate(estimate.meta.rows)
        if other.part == "listed" and other.strata == labels
    )
    held = {ANY_LIST: estimate.draws(listed).ravel() / people}
    if not labels:  # of single strata the fit keeps no completeness
        held |= {
            source.source: estimate.completeness(i).ravel()
            for i, source in enumerate(estimate.meta.sources)
        }
    settled = _between(estimate, row, float(np.log(people).var()))
    kind = Assumed(KIND, math.nan, math.nan, settled=settled)
    return Unknowns((kind,) * (settled is not None), held)


def _between(estimate: ListEstimate, row: int, variance: float) -> float | None:
    """Share of the variance of the log total that lies between kinds of dependence."""
    if estimate.of_covariate(row):
        return None
    shown = estimate.shown(row)
    groups = [group for group in shown.found.groups if group.mass > 0]
    if len(groups) < 2 or estimate.meta.rows[row].part != "total" or shown.whole is not None:
        return None
    mass = np.array([group.mass for group in groups])
    logs = np.log([group.median for group in groups])
    mass = mass / mass.sum()
    between = float(mass @ (logs - mass @ logs) ** 2)
    return min(1.0, between / variance) if variance > 0 else 0.0


def radius(estimate: ListEstimate, n: float, row: int) -> Radius:
    """The odds ratio of the unseen cell that makes an estimate `n`: exact, without a refit.

    Given the lists, the odds of being on none of them are that ratio times what they would be
    without an interaction of the highest order, so the ratio for `n` follows from the median at 1.
    """
    shown, label = estimate.shown(row), estimate.labels[row]
    people, dial = shown.found.people, shown.found.dial
    total = n + people if estimate.meta.rows[row].part == "unlisted" else n
    if dial is None or estimate.meta.rows[row].part == "listed":
        return _not_reached(label, n, NO_DIAL.format(n=n))
    if total <= people:
        return _not_reached(label, n, TOO_FEW.format(n=n, people=people))
    at_one = next(point.median for point in dial.curve if point.ratio == 1.0)
    wanted, now = (total / people - 1) / (at_one / people - 1), dial.implied
    warning = "" if estimate.converged else "NOT CONVERGED: "
    whole = WHOLE if shown.whole is not None else ""
    places = {"n": n, "wanted": share(wanted), "now": share(now.median)}
    sd = math.log(now.high / now.low) / (2 * z_of(0.95)) if now.low > 0 else 0.0
    if sd < NO_WIDTH:
        return _not_reached(label, n, warning + FIXED.format(**places) + whole)
    by = math.log(wanted / now.median) / sd
    move = Move(RATIO, now.median, wanted, by)
    ends = f"{share(now.low)} to {share(now.high)}"
    sentence = NEEDED.format(**places, ends=ends, by=abs(by))
    told, reading = warning + sentence + whole, reading_of(abs(by))
    return Radius(label, n, abs(by), 0.0, reading, (move,), (move,), "formula", None, told)


def _not_reached(label: str, n: float, sentence: str) -> Radius:
    return Radius(label, n, None, 0.0, "not reached", (), (), "formula", None, sentence)


RATIO = N_("assumption", "odds ratio of the unseen cell")
NO_DIAL = "This answer has no odds ratio of the unseen cell, so there is no distance to {n:,.0f}."
TOO_FEW = "{n:,.0f} would be fewer than the {people:,} people on the lists: nothing makes it right."
NEEDED = (
    "For {n:,.0f} to be right, the odds ratio that ties the people on no list to the others would "
    "have to be about {wanted} instead of {now} ({ends} in this answer), {by:.1f} standard "
    "deviations of what the kinds of dependence imply."
)
FIXED = (
    "For {n:,.0f} to be right, the odds ratio that ties the people on no list to the others would "
    "have to be about {wanted}, and the kinds of dependence in this answer fix it at {now}."
)
WHOLE = " That is computed from the table without strata."
