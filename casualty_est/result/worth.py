"""What knowing more would be worth: by draws alone, without a model and without a refit.

Two values of information, for the log of a count Y (Jackson, Presanis, Conti and De Angelis 2019,
doi 10.1080/01621459.2018.1562932):

- to know an assumption exactly takes the variance of Y down by var(E[Y | assumption]), the variance
  of a regression of Y on its draws;
- a study takes it down by var(E[Y | finding]). For findings that some draws would make, all draws
  are weighted by how probable they make that finding: what is left is the posterior after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.arrays import Array
from casualty_est.result.unknowns import Assumed, Evidence
from casualty_est.studies import Study

KNOTS = 8
RIDGE = 1e-6
HALVES = 20
FEW_VALUES = 12  # distinct values up to which a regression is a mean for each of them
MOST_DRAWS = 4000  # of which each study is asked; more are thinned
FINDINGS = 400


class Share(NamedTuple):
    """A share of the variance of a log count, and its Monte Carlo standard error."""

    share: float
    error: float


# Assumptions -----------------------------------------------------------------------------------


def known_exactly(values: Array, y: Array, rng: np.random.Generator) -> Share:
    """Share of the variance of `y` (draw,) that the draws `values` (draw,) explain."""
    if values.std() < 1e-12 or y.std() < 1e-12:
        return Share(0.0, 0.0)
    basis = _basis(values)
    marks = _halves(len(y), rng)
    halves = [_explained(basis[mark], y[mark]) for mark in marks]
    return Share(_explained(basis, y), float(np.std(halves)))


def explained_by(values: Array, y: Array) -> Array:
    """Fitted values of `y` in a regression on `values`: E[y | values] at every draw."""
    basis = _basis(values)
    return np.asarray(basis @ _coefficients(basis, y - y.mean()) + y.mean())


def _basis(values: Array) -> Array:
    """A cubic spline in the draws, or a column for each value where there are few."""
    distinct = np.unique(values)
    if len(distinct) <= FEW_VALUES:
        return np.asarray(values[:, None] == distinct, dtype=float)
    z = (values - values.mean()) / values.std()
    knots = np.unique(np.quantile(z, np.linspace(0, 1, KNOTS + 2)[1:-1]))
    powers = [np.ones_like(z), z, z**2, z**3]
    return np.column_stack([*powers, *(np.maximum(z - knot, 0) ** 3 for knot in knots)])


def _coefficients(basis: Array, y: Array) -> Array:
    scale = np.sqrt((basis**2).mean(axis=0)) + 1e-300
    scaled = basis / scale
    inner = scaled.T @ scaled / len(y)
    inner[np.diag_indices_from(inner)] += RIDGE
    return np.asarray(np.linalg.solve(inner, scaled.T @ y / len(y)) / scale)


def _explained(basis: Array, y: Array) -> float:
    """R squared, less what as many columns would explain of noise."""
    y = y - y.mean()
    left = y - basis @ _coefficients(basis, y)
    share = 1 - float(left.var() / y.var())
    return float(min(1.0, max(0.0, share - basis.shape[1] / len(y) * (1 - share))))


def _halves(count: int, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Random halves of the draws: their spread is the standard error of the whole."""
    marks = np.zeros((HALVES, count), dtype=bool)
    for mark in marks:
        mark[rng.permutation(count)[: count // 2]] = True
    return marks


# Studies ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class After:
    """What is left of the uncertainty after a study of one size.

    Widths are those of the equal-tailed interval, in people, and as the log of the ratio of its
    ends: now, and on average after the study. `typical` is the width, in people, below which half
    of the findings leave it: where the count has a long tail the average follows one finding in
    some hundreds, and the typical width does not.
    """

    share: Share  # of the variance of the log count that the study takes away
    sd: float  # of the log count
    width_now: float
    width: float
    typical: float
    typical_error: float
    log_width_now: float
    log_width: float
    grows: float  # probability that the interval gets wider, in people
    excludes: float | None  # probability that the interval excludes a number asked about


class Asked(NamedTuple):
    """What is asked of a study: level of the interval, a number it may exclude, findings, seed."""

    prob: float = 0.95
    against: float | None = None
    findings: int = FINDINGS
    seed: int = 1


def after(study: Study, size: int, evidence: Evidence, asked: Asked) -> After:
    """Weigh the draws by each of many findings, and look at what is left."""
    parameters = study.choose(evidence)
    keep = np.unique(np.linspace(0, len(parameters) - 1, _most(len(parameters), asked)).astype(int))
    y, parameters = evidence.log_count[keep], parameters[keep]
    order = np.argsort(y, kind="stable")
    y, parameters = y[order], parameters[order]
    rng = np.random.default_rng([asked.seed, size])
    # Draws that are evenly spaced in the count represent all of them: less noise than by chance.
    made_by = ((np.arange(asked.findings) + 0.5) / asked.findings * len(y)).astype(int)
    findings, times = np.unique(
        study.simulate(parameters[made_by], size, rng), axis=0, return_counts=True
    )
    weights = _weights(study.log_likelihood(findings, parameters, size))
    now = _ends(np.full((1, len(y)), 1 / len(y)), y, asked.prob)[0]
    ends = _ends(weights, y, asked.prob)
    widths = np.exp(ends[:, 1]) - np.exp(ends[:, 0])
    logs = ends[:, 1] - ends[:, 0]
    width_now = float(np.exp(now[1]) - np.exp(now[0]))
    chance = times / times.sum()
    left = float(chance @ _variances(weights, y))
    total = float(y.var())
    share = min(1.0, max(0.0, 1 - left / total)) if total > 0 else 0.0
    share_error, typical_error = _errors(weights, y, times, widths, rng)
    excludes = None
    if asked.against is not None:
        outside = (ends[:, 0] > np.log(asked.against)) | (ends[:, 1] < np.log(asked.against))
        excludes = float(chance @ outside)
    return After(
        Share(share, share_error),
        float(np.sqrt(max(left, 0.0))),
        width_now,
        float(chance @ widths),
        _median(widths, chance),
        typical_error,
        float(now[1] - now[0]),
        float(chance @ logs),
        float(chance @ (widths > width_now)),
        excludes,
    )


def _most(count: int, asked: Asked) -> int:
    """How many draws are asked: more findings than usual are asked of more of them."""
    return min(count, MOST_DRAWS * max(1, asked.findings // FINDINGS))


def _weights(log_likelihood: Array) -> Array:
    weights = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _variances(weights: Array, y: Array) -> Array:
    centred = y - y.mean()
    return np.asarray(weights @ centred**2 - (weights @ centred) ** 2)


def _ends(weights: Array, y: Array, prob: float) -> Array:
    """Ends of the interval under each row of weights, of draws in rising order: (row, 2)."""
    below = np.cumsum(weights, axis=1) - weights / 2
    tails = [(1 - prob) / 2, (1 + prob) / 2]
    return np.array([np.interp(tails, row, y) for row in below])


def _errors(
    weights: Array,
    y: Array,
    times: npt.NDArray[np.int64],
    widths: Array,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Monte Carlo errors of the share and the typical width: halves of draws, and of findings."""
    centred = y - y.mean()
    marks = _halves(len(y), rng).T.astype(float)
    mass = np.maximum(weights @ marks, 1e-300)
    first = weights @ (marks * centred[:, None]) / mass
    left = weights @ (marks * centred[:, None] ** 2) / mass - first**2
    total = (marks * centred[:, None] ** 2).sum(axis=0) / marks.sum(axis=0)
    some = rng.multinomial(int(times.sum()) // 2, times / times.sum(), HALVES) + 0.0
    some /= some.sum(axis=1, keepdims=True)
    shares = 1 - (some.T * left).sum(axis=0) / np.maximum(total, 1e-300)
    # Half as many findings drawn anew have twice the variance of all of them.
    medians = [_median(widths, half) for half in some]
    return float(np.std(shares)), float(np.std(medians) / np.sqrt(2))


def _median(values: Array, chance: Array) -> float:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(chance[order]) - chance[order] / 2
    return float(np.interp(0.5, below, values[order]))


def tied(assumed: Sequence[Assumed], least: float = 0.6) -> list[tuple[str, str, float]]:
    """Pairs of assumptions, not of one source, with correlated draws: names, and how strongly."""
    drawn = [one for one in assumed if one.draws is not None and one.draws.std() > 1e-12]
    if len(drawn) < 2:
        return []
    correlation = np.corrcoef([one.draws for one in drawn])
    pairs = [
        (drawn[i].name, drawn[j].name, float(correlation[i, j]))
        for i in range(len(drawn))
        for j in range(i + 1, len(drawn))
        if abs(correlation[i, j]) >= least and not _of_one_source(drawn[i], drawn[j])
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))


def _of_one_source(one: Assumed, other: Assumed) -> bool:
    return one.source is not None and one.source == other.source
