"""What a result from lists does not know: the kind of dependence, and who is on no list."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.lists.families.family import MOST_CELLS
from casualty_est.lists.families.member import signs
from casualty_est.priors.distributions import z_of
from casualty_est.result.radius import SCALE, Move, Radius, reading_of
from casualty_est.result.unknowns import ANY_LIST, Assumed, Unknowns
from casualty_est.wording.language import N_
from casualty_est.wording.numbers import per_cent, share

if TYPE_CHECKING:
    from casualty_est.lists.estimate import ListEstimate
    from casualty_est.lists.schema import Found

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
    ratio = _open_ratio(estimate)
    each = [kind if settled is not None else None, ratio]
    if estimate.meta.rows[row].part == "total" and not labels:
        # What a matching of records adds.
        each += [
            Assumed(one.assumption, math.nan, math.nan, settled=one.weight)
            for one in estimate.details.matching
        ]
    assumed = tuple(one for one in each if one)
    return Unknowns(assumed, held, nothing="" if assumed else _nothing(estimate, row))


def _prior(estimate: ListEstimate) -> tuple[float, float, bool] | None:
    """Median of the prior of the odds ratio, sd of its log, and whether that can be moved."""
    posterior = estimate.idata["posterior"]
    if RATIO_DRAWS not in posterior:
        return None
    held = posterior[RATIO_DRAWS].attrs
    return float(held["median"]), float(held["sd"]), bool(held["normal"])


def _open_ratio(estimate: ListEstimate) -> Assumed | None:
    """The odds ratio of two lists, of which they say nothing: it has its prior."""
    prior = _prior(estimate)
    if prior is None:
        return None
    median, sd, normal = prior
    draws = np.asarray(estimate.idata["posterior"][RATIO_DRAWS].values).ravel()
    score = (draws - math.log(median)) / sd if normal else None
    return Assumed(RATIO, median, sd, "log", draws, score)


def _nothing(estimate: ListEstimate, row: int) -> str:
    """Why nothing can be valued, and how far the answer follows the one assumption it has."""
    if estimate.of_covariate(row):
        return ""
    shown = estimate.shown(row)
    groups = [group for group in shown.found.groups if group.mass > 0]
    if len(groups) != 1 or shown.found.dial is None or shown.whole is not None:
        return ""
    people, implied = shown.found.people, shown.found.dial.implied
    rest = np.maximum(estimate.draws(estimate._total_row(row)).ravel() - people, 0.0)
    fixed = implied.low == 0 or math.log(implied.high / implied.low) < NO_WIDTH
    change = float(np.median(np.log1p(TENTH * rest / (people + rest))))
    ends = "" if fixed else f" ({share(implied.low)} to {share(implied.high)})"
    places = {
        "kind": ", ".join(dict.fromkeys(one.family for one in shown.found.families)),
        "now": share(implied.median) + ends,
        "change": per_cent(f"{100 * math.expm1(change):.0f}"),
    }
    if len(shown.found.lists) == 2:
        return SET.format(**places)
    return (ONE_FIXED if fixed else ONE_OPEN).format(**places)


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
        told = TOO_FEW if total < people else NOBODY_MISSING
        return _not_reached(label, n, told.format(n=n, people=people))
    at_one = next(point.median for point in dial.curve if point.ratio == 1.0)
    wanted, now = (total / people - 1) / (at_one / people - 1), dial.implied
    prior = _prior(estimate) if shown.whole is None else None
    if prior is not None:
        return _of_two(estimate, label, n, wanted, prior)
    warning = "" if estimate.converged else "NOT CONVERGED: "
    whole = WHOLE if shown.whole is not None else ""
    wanted_said, now_said = _told_apart(wanted, now.median)
    places = {"n": n, "wanted": wanted_said, "now": now_said}
    sd = math.log(now.high / now.low) / (2 * z_of(0.95)) if now.low > 0 else 0.0
    if sd < NO_WIDTH:
        told = warning + FIXED.format(**places) + whole + _yardstick(shown.found)
        answer = _not_reached(label, n, told)
        return replace(answer, alone=(Move(RATIO, now.median, wanted, None),))
    by = math.log(wanted / now.median) / sd
    move = Move(RATIO, now.median, wanted, by)
    ends = f"{share(now.low)} to {share(now.high)}"
    sentence = NEEDED.format(**places, ends=ends, by=abs(by))
    told, reading = warning + sentence + whole, reading_of(abs(by))
    return Radius(label, n, abs(by), 0.0, reading, (move,), (move,), "formula", None, told)


def _told_apart(wanted: float, now: float) -> tuple[str, str]:
    """Two ratios in print, with a digit more where they would look the same."""
    said, now_said = share(wanted), share(now)
    return (said, now_said) if said != now_said else (f"{wanted:.3g}", f"{now:.3g}")


def _yardstick(found: Found) -> str:
    """How far such a ratio can be, by the members of each list: they are known to the last."""
    ratios = known_ratios(found)
    if len(ratios) < LEAST_KNOWN:
        return ""
    return YARDSTICK.format(low=share(min(ratios)), high=share(max(ratios)))


def known_ratios(found: Found) -> list[float]:
    """Odds ratio of the cell on none of the other lists, among the members of each list.

    Of lists with so few members that chance alone makes it vary by a factor e or more, none.
    """
    lists = len(found.lists)
    if found.overlaps is None or not 3 <= lists <= MOST_CELLS:
        return []
    ratios = []
    for j in range(lists):
        cells = np.full(2 ** (lists - 1), HALF)
        for code, people in found.overlaps:
            if code >> j & 1:
                cells[(code & ((1 << j) - 1)) | (code >> (j + 1) << j)] += people
        if np.sqrt((1 / cells).sum()) < 1:
            ratios.append(float(np.exp(np.log(cells[0]) - np.log(cells[1:]) @ signs(lists - 1))))
    return ratios


def _of_two(
    estimate: ListEstimate, label: str, n: float, wanted: float, prior: tuple[float, float, bool]
) -> Radius:
    """How far the prior of the odds ratio would have to move: no list says anything of it."""
    median, sd, normal = prior
    by = math.log(wanted / median) / sd
    warning = "" if estimate.converged else "NOT CONVERGED: "
    places = {"n": n, "wanted": share(wanted), "now": share(median), "by": abs(by)}
    if not normal:
        low, high = (median * math.exp(end * sd * 3**0.5) for end in (-1, 1))
        ends = {"low": share(low), "high": share(high)}
        inside = low <= wanted <= high
        told = warning + (WITHIN if inside else OUTSIDE).format(**places, **ends)
        if not inside:
            return _not_reached(label, n, told)
        move = Move(RATIO, median, wanted, by)
        return Radius(label, n, abs(by), 0.0, SCALE[0][1], (move,), (move,), "formula", None, told)
    move, told = Move(RATIO, median, wanted, by), warning + ASSUMED.format(**places)
    reading = reading_of(abs(by))
    return Radius(label, n, abs(by), 0.0, reading, (move,), (move,), "formula", None, told)


def _not_reached(label: str, n: float, sentence: str) -> Radius:
    return Radius(label, n, None, 0.0, "not reached", (), (), "formula", None, sentence)


RATIO_DRAWS = "log_odds_ratio"
TENTH = 0.1
HALF = 0.5  # added to every cell, as usual for the log of a ratio of counts
LEAST_KNOWN = 2  # lists whose members are known
YARDSTICK = (
    " How far such a ratio can be, the lists show of themselves: among the members of each list, "
    "who are known to the last, the same ratio for the other lists lies between {low} and {high}."
)
ONE_FIXED = (
    "Only one kind of dependence between lists was fitted ({kind}), so nothing here says what it "
    "would be worth to know the kind: families='auto' averages several. It fixes the odds ratio "
    "that ties the people on no list to the others at {now}; if that were a tenth higher, the "
    "estimate would be {change} higher."
)
ONE_OPEN = (
    "Only one kind of dependence between lists was fitted ({kind}), so nothing here says what it "
    "would be worth to know the kind: families='auto' averages several. It implies an odds ratio "
    "of {now} between the people on no list and the others; if that were a tenth higher, the "
    "estimate would be {change} higher."
)
SET = (
    "The odds ratio of the two lists was set to {now}; if it were a tenth higher, the estimate "
    "would be {change} higher. Without odds_ratio= it has a prior, and its worth can be said."
)
ASSUMED = (
    "For {n:,.0f} to be right, the odds ratio of the two lists would have to be about {wanted} "
    "instead of {now}: {by:.1f} standard deviations of what was assumed about it. Two lists say "
    "nothing about it."
)
WITHIN = (
    "For {n:,.0f} to be right, the odds ratio of the two lists would have to be about {wanted}, "
    "which lies between the bounds that were set, {low} and {high}. Two lists say nothing about it."
)
OUTSIDE = (
    "For {n:,.0f} to be right, the odds ratio of the two lists would have to be about {wanted}, "
    "outside the bounds that were set, {low} and {high}."
)
RATIO = N_("assumption", "odds ratio of the unseen cell")
NO_DIAL = "This answer has no odds ratio of the unseen cell, so there is no distance to {n:,.0f}."
TOO_FEW = "{n:,.0f} would be fewer than the {people:,} people on the lists: nothing makes it right."
NOBODY_MISSING = (
    "{n:,.0f} would be the people on the lists and nobody else, which no odds ratio gives."
)
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
