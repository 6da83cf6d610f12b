"""The likelihood of incidents by enumeration, in log space, from its definition alone.

For every incident it runs over true deaths, visibility, whether the incident is real, and the
grade before acceptance. Nothing of the package is used but the kernels of texts.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import special, stats

EPS, FALSE, TAIL = 0.01, 0.002, 1e-4
SHARE_NODES = 24


def grid(top, zero):
    """Cells of true deaths as (low, high, log of what stands for it)."""
    ends = np.rint(np.geomspace(30, top, 27 - zero)).astype(int)
    cells = [(n, n, math.log(n)) for n in range(1, 31)]
    cells += [
        (a + 1, b, (math.log(a + 0.5) + math.log(b + 0.5)) / 2) for a, b in itertools.pairwise(ends)
    ]
    return [(0, 0, math.log(0.25)), *cells] if zero else cells


def log_sizes(cells, mean, sd, nobody):
    """Log probability of each cell."""
    law = stats.norm(mean, sd)
    edges = [(math.log(max(a - 0.5, 0.5)), math.log(b + 0.5)) for a, b, _ in cells if b > 0]
    mass = np.array([_interval(law, a, b) for a, b in edges])
    mass /= _interval(law, edges[0][0], edges[-1][1])
    if cells[0][1] == 0:
        mass = np.concatenate([[nobody], (1 - nobody) * mass])
    wide = np.array([b - a for a, b in edges])
    if cells[0][1] == 0:
        wide = np.concatenate([[0.0], wide])
    return np.log((1 - TAIL) * (mass + 1e-12) + TAIL * wide / wide.sum())


def _interval(law, a, b):
    return law.sf(a) - law.sf(b) if a > law.mean() else law.cdf(b) - law.cdf(a)


def log_statements(quantity, cells, least, bias, sd, exact, denial, largest):
    """Log probability of a statement of a lister given the true deaths, in each cell.

    With probability `denial` the source has it that nobody died, and writes that.
    """
    low, high, x = (np.array(part)[:, None] for part in zip(*cells, strict=True))
    v = np.arange(least, 200)
    text = quantity.hedge.probability(quantity, v, least)
    counted = special.ndtr((np.log(v + 0.5) - x - bias) / sd)
    counted = np.diff(counted, axis=1, prepend=0.0)
    right = ((v >= low) & (v <= high)) / (high - low + 1)
    anything = np.log((v + 1.5) / (v + 0.5)) / math.log((largest + 1.5) / (least + 0.5))
    mass = (1 - EPS) * (exact * right + (1 - exact) * counted) + EPS * anything
    nobody = text[0] if least == 0 else 0.0
    return np.log((1 - denial) * (mass @ text) + denial * nobody)


def log_concessions(quantity, cells, least, alpha, beta, exact, largest):
    """Log probability of what the judge concedes given the true deaths, in each cell."""
    v = np.arange(0, 200)
    text = quantity.hedge.probability(quantity, v, least)
    middle = (np.arange(SHARE_NODES) + 0.5) / SHARE_NODES
    share = stats.beta(0.75, 0.4).ppf(middle)
    left = stats.beta(0.4, 0.75).ppf(1 - middle)
    weight = share ** (alpha - 0.75) * left ** (beta - 0.4)
    weight /= weight.sum()
    anything = np.log((v + 1.5) / (v + 0.5)) / math.log((largest + 1.5) / (least + 0.5))
    anything = np.where(v >= least, anything, 0.0)
    found = []
    for low, high, _ in cells:
        few = np.unique(np.linspace(low, high, min(5, high - low + 1)).round())
        mass = stats.binom.pmf(v[:, None, None], few[:, None], share).mean(axis=1) @ weight
        right = ((v >= low) & (v <= high)) / (high - low + 1)
        mass = (1 - EPS) * (exact * right + (1 - exact) * mass) + EPS * anything
        found.append(math.log(float(text @ mass)))
    return np.array(found)


def log_likelihood(
    table, theta, *, judge=None, included=(), grades=(), shares=(), recall=False, sent=None
):
    """Log-likelihood of a table; `sent` is the investigation, the last of its sources.

    `theta` holds parameters on their natural scale: size (mean, sd), nobody, per included source
    level, slope, loading; per lister bias, sd, exact, denial; hurdle, conceded (alpha, beta,
    exact), grade, share, mixed (sole, grade), recall.
    """
    # "As many as 7" does not speak of nobody killed.
    zero = any(
        q.low == 0 and q.form != "at_most" and (s != sent or q.high != 0)
        for s, row in enumerate(table.claims)
        for q in row
    )
    cells = grid(3000, zero)
    least, largest = int(not zero), 4 * 3000
    sizes = log_sizes(cells, *theta["size"], theta.get("nobody", 0.0))
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    weights = weights / weights.sum()
    x = np.array([cell[2] for cell in cells])
    listers = [s for s in range(len(table.sources)) if s != judge]
    total, unlisted = 0.0, None
    if included:
        holders = np.array(
            [
                [
                    sum(special.log_expit(-_odds(theta, i, xg, u)) for i in range(len(included)))
                    for u in nodes
                ]
                for xg in x
            ]
        )
        unlisted = special.logsumexp(holders + np.log(weights) + sizes[:, None])
    spoken = {}
    for i, s in enumerate(listers):
        for j, quantity in enumerate(table.claims[s]):
            numbers = theta["bias"][i], theta["sd"][i], theta["exact"][i], theta["denial"][i]
            spoken[s, j] = log_statements(quantity, cells, least, *numbers, largest)
    if judge is not None:
        for j, quantity in enumerate(table.claims[judge]):
            spoken[judge, j] = log_concessions(quantity, cells, least, *theta["conceded"], largest)
    for p, count in enumerate(table.count):
        verdict = int(table.verdict[p, judge]) if judge is not None else 0
        own = judge is not None and bool(table.self_reported[p, judge])
        said = sizes.copy()
        found = _found(table, p, sent)
        for s in range(len(table.sources)):
            if s == sent and found != "some":
                continue
            if table.claim[p, s] >= 0 and (s != judge or own or verdict == 1):
                said += spoken[s, int(table.claim[p, s])]
        for g, xg in enumerate(x):
            said[g] += _log_history(table, p, theta, included, judge, own, xg, nodes, weights)
            looked = found if _reported(table, p, sent) else "nothing"
            said[g] += _log_verdict(
                table, p, theta, grades, shares, verdict, own, recall, xg, looked
            )
        total += count * special.logsumexp(said)
        # A site that was drawn is there whether or not anybody lists it.
        if included and not (found == "some" and table.prob[p] > 0):
            total -= count * math.log1p(-math.exp(unlisted))
    return total


def _odds(theta, i, x, u):
    level, slope, loading = (theta[k][i] for k in ("level", "slope", "loading"))
    return level + slope * (x - 1) + loading * u


def _log_history(table, p, theta, included, judge, own, x, nodes, weights):
    if not included:
        return 0.0
    found = []
    for u, w in zip(nodes, weights, strict=True):
        said = math.log(w)
        for i, s in enumerate(included):
            holds = own if s == judge else table.claim[p, s] > -2
            if own and s != judge and table.recall_check[p] == 0:
                holds = False
            odds = _odds(theta, i, x, u)
            said += special.log_expit(odds if holds else -odds)
        found.append(said)
    return special.logsumexp(found)


def _found(table, p, sent):
    """Whether an investigation found some deaths, none, or did not look."""
    if sent is None or table.claim[p, sent] < 0:
        return "nothing"
    quantity = table.claims[sent][table.claim[p, sent]]
    return "none" if quantity.low == quantity.high == 0 else "some"


def _reported(table, p, sent):
    return any(table.claim[p, s] > -2 for s in range(len(table.sources)) if s != sent)


def _looked(theta, found, is_real, x):
    """Probability of what an investigation found, of a real incident or of one that is not."""
    if found == "nothing":
        return 1.0
    if not is_real or x < 0:
        return float(found == "none" or is_real) if found == "none" else is_real * theta["found"]
    return theta["found"] if found == "some" else 1 - theta["found"]


def _log_verdict(table, p, theta, grades, shares, verdict, own, recall, x, found="nothing"):
    """Log of verdict and grade, real or not and whatever the grade was before acceptance."""
    if own:
        look = math.log(_looked(theta, found, True, x))
        if not recall or table.recall_check[p] < 0:
            return look
        odds = theta["recall"][0] + theta["recall"][1] * x
        return look + special.log_expit(odds if table.recall_check[p] else -odds)
    name = table.grade[table.grade_of[p]] if table.grade_of[p] >= 0 else None
    suspects = len(table.perpetrators[table.suspects[p]])
    sole = int(suspects <= 1)
    before = [k for k, g in enumerate(grades) if g != "confirmed"]
    said = 0.0
    if name in grades and name != "confirmed" and verdict != 1:
        said += math.log(theta["mixed"][sole][before.index(grades.index(name))])
    if verdict not in (1, 2) and found == "nothing":
        return said
    admitted = 0.0
    if verdict in (1, 2):
        h = theta["hurdle"]
        admitted = special.expit(h[0] + h[1] * x + h[2] * sole)
    if verdict == 1:
        cases = [(theta["mixed"][sole][j], grades[k]) for j, k in enumerate(before)]
    else:
        cases = [(1.0, name)]
    mass = 0.0
    for weight, grade in cases:
        real = theta["grade"][grades.index(grade)] if grade in grades else 1.0
        if grade == "contested" or (grade is None and suspects > 1):
            real *= theta["share"][shares.index(max(suspects, 2))]
        for is_real in (True, False):
            accepts = admitted if is_real else FALSE
            chance = accepts if verdict == 1 else 1 - accepts if verdict == 2 else 1.0
            chance *= _looked(theta, found, is_real, x)
            mass += weight * (real if is_real else 1 - real) * chance
    return said + math.log(mass)
