"""The exact answer for one cell: quadrature on a lattice of logs.

With one latent count N and one ratio per source, sources are independent given log N and the role
terms. Log N, the log ratios b and their sums live on lattices of one spacing, so the likelihood of
a source is a sum over b of its claims' kernel at log N + b, weighted by the prior of b: a product
with a matrix of sliding windows, in which only positive numbers are added.

Draws of N are placed at even probabilities of the exact posterior, so their quantiles are the exact
ones; everything else is drawn given N. The score of a prior is replaced by its expectation given N,
which is the same sum with the derivative of the prior in place of the prior.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import special

from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.gathered import gathered
from casualty_est.claims.model.kernels import claim_log_density
from casualty_est.claims.model.layout import Layout, Scenario
from casualty_est.errors import UsageError
from casualty_est.priors.settings import SMALLEST_SD

Array = npt.NDArray[np.float64]

SPACING = 0.02  # of the lattices, in logs: the posterior is some twenty times wider
REACH = 8.0  # the lattice of the count reaches this many prior sds to either side
FAR = 20.0  # those of Normal ratios: light tails that contradict each other meet out there
T_REACH = 40.0  # and this many scales of a Student t: three in a million lie beyond
ROLE_NODES = np.linspace(-6.0, 6.0, 121)
ROLE_WEIGHT = np.exp(-0.5 * ROLE_NODES**2) / np.exp(-0.5 * ROLE_NODES**2).sum()
LOGITS = (-25.0, 40.0)  # nobody documents less than one of a billion
SD_NODES = 31
COARSER = 4  # the first look, in fine steps
NEGLIGIBLE = 1e-14  # posterior density, relative to its peak, that is left out
FEW_COLUMNS = 8
TINY = 1e-300
EMPTY = np.zeros((0, 0))
BLOCK = 2_000_000  # numbers laid out at a time: 16 MB


@dataclass(frozen=True, slots=True)
class _Source:
    """One target on the lattice."""

    bias: Array  # lattice of b
    prior: Array  # (b, role node): density of b times spacing
    kernel: Array  # (log N + b): likelihood of the claims
    like: Array  # (log N, role node)
    score: Array  # the same with d prior / db
    anchor_score: Array | None
    sd_posterior: Array | None  # (log N + b, sd node)


@dataclass(frozen=True, slots=True)
class ExactPosterior:
    """The posterior of one count, on a lattice."""

    log_n: Array  # (point,): lattice of the log count
    mass: Array  # (point,): posterior probability of each point
    scores: Array  # (point, assumption): expected score of each assumption given the count
    _blocks: dict[int, Any]

    def cdf(self, log_n: npt.ArrayLike) -> Array:
        """Posterior probability that the log count lies below each value."""
        edges, below = self._edges()
        return np.asarray(np.interp(np.asarray(log_n, dtype=float), edges, below))

    def quantile(self, probability: npt.ArrayLike) -> Array:
        """Posterior quantiles of the log count."""
        edges, below = self._edges()
        return np.asarray(np.interp(np.asarray(probability, dtype=float), below, edges))

    def _edges(self) -> tuple[Array, Array]:
        step = self.log_n[1] - self.log_n[0]
        edges = np.append(self.log_n - step / 2, self.log_n[-1] + step / 2)
        below = np.concatenate([[0.0], np.cumsum(self.mass)])
        inside = np.concatenate([[True], np.diff(below) > 0])
        return edges[inside], below[inside] / below[-1]

    def weights(self) -> Array:
        """Gauge weight of every assumption in log N, of shape (assumption,)."""
        centred = self.log_n - self.mass @ self.log_n
        return np.asarray((self.mass * centred) @ self.scores)


def solve(layout: Layout, scenario: Scenario | None = None, *, fine: bool = True) -> ExactPosterior:
    """Compute the posterior of a single cell by quadrature.

    Without the fine lattice the log of the median is known to some 0.0005, in a tenth of the time.
    """
    if not layout.exact_possible:
        msg = "the exact route needs one cell and one target per source; use method='nuts'"
        raise UsageError(msg)
    scenario = scenario or Scenario.plain(layout)
    step = _spacing(layout)
    prior = layout.levels[0].prior
    middle = prior.mean + scenario.shift[len(layout.ratios.targets)]
    low, high = middle - REACH * prior.sd, middle + REACH * prior.sd
    # A coarse look finds where the posterior lies; the fine lattice covers only that.
    coarse = _look(layout, scenario, low, high, COARSER * step)
    if not fine:
        return coarse
    inside = coarse.log_n[coarse.mass > NEGLIGIBLE * coarse.mass.max()]
    margin = 2 * COARSER * step
    return _on_lattice(layout, scenario, inside[0] - margin, inside[-1] + margin, step)


def blocks_of(layout: Layout) -> list[list[int]]:
    """Targets that share the term of their role, together; a target without one is alone."""
    ratios = layout.ratios
    members = defaultdict(list)
    for i, target in enumerate(ratios.targets):
        shared = ratios.role_shared[i]
        members[f"r {ratios.role_index[i]}" if shared else f"t {i} {target}"].append(i)
    return list(members.values())


def _look(
    layout: Layout, scenario: Scenario, low: float, high: float, step: float
) -> ExactPosterior:
    """Posterior of the count alone, without the scores: what a source says is not kept."""
    log_n = np.arange(low, high, step)
    log_post = outside(layout, scenario, log_n)[0]
    for block in blocks_of(layout):
        said: Any = 0.0
        for i in block:
            said = said + log_said(layout, scenario, i, log_n, step)[0]
        log_post += over_roles(said)[0]
    mass = np.exp(log_post - log_post.max())
    return ExactPosterior(log_n, mass / mass.sum(), np.zeros((len(mass), 0)), {})


def _on_lattice(
    layout: Layout, scenario: Scenario, low: float, high: float, step: float
) -> ExactPosterior:
    """Posterior of the count on one lattice of its log."""
    log_n = np.arange(low, high, step)
    count = len(layout.ratios.targets)
    log_post, of_counts = outside(layout, scenario, log_n)
    scores = np.hstack([np.zeros((len(log_n), count)), of_counts])
    blocks: dict[int, Any] = {}
    for block in blocks_of(layout):
        sources = {i: _source(layout, scenario, i, log_n, step) for i in block}
        said = sum(np.log(np.maximum(source.like, TINY)) for source in sources.values())
        log_like, joint = over_roles(np.asarray(said))
        log_post += log_like
        for i, source in sources.items():
            scores[:, i] = (joint * _safe_ratio(source.score, source.like)).sum(axis=1)
            for j, anchor in enumerate(layout.anchors):
                if anchor.target == i and source.anchor_score is not None:
                    expected = (joint * _safe_ratio(source.anchor_score, source.like)).sum(axis=1)
                    scores[:, count + 1 + j] = expected
            # What is drawn from needs neither of these, and of a thousand sources they fill memory.
            slim = replace(source, like=EMPTY, score=EMPTY, anchor_score=None)
            blocks[i] = (joint, slim, block)
    mass = np.exp(log_post - log_post.max())
    return ExactPosterior(log_n, mass / mass.sum(), scores, blocks)


def outside(layout: Layout, scenario: Scenario, log_n: Array) -> tuple[Array, Array]:
    """Log density of the count but for its sources, and scores (point, level and anchors)."""
    count, prior = len(layout.ratios.targets), layout.levels[0].prior
    middle = prior.mean + scenario.shift[count]
    log_density = -0.5 * ((log_n - middle) / prior.sd) ** 2
    scores = np.zeros((len(log_n), 1 + len(layout.anchors)))
    scores[:, 0] = (log_n - middle) / prior.sd**2
    for j, anchor in enumerate(layout.anchors):
        if anchor.cells is not None:
            place = anchor.prior.mu + scenario.shift[count + 1 + j]
            log_density -= 0.5 * ((log_n - place) / anchor.prior.sd) ** 2
            scores[:, 1 + j] = (log_n - place) / anchor.prior.sd**2
    return log_density, scores


def _safe_ratio(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _spacing(layout: Layout) -> float:
    """Use a finer lattice where something is narrower than usual."""
    over_sds = layout.ratios.over_sd
    widths = [*layout.reporting_sd, *over_sds[over_sds > 0]]
    widths += [anchor.prior.sd for anchor in layout.anchors]
    widths += list(layout.ratios.target_sd)
    return float(min(SPACING, min(widths) / 3))


def over_roles(said: Array) -> tuple[Array, Array]:
    """A block's log likelihood of N, and the posterior of the role node given N."""
    if said.shape[1] == 1:
        return said[:, 0], np.ones_like(said)
    log_joint = said - 0.5 * ROLE_NODES**2
    total = special.logsumexp(log_joint, axis=1)
    return total, np.exp(log_joint - total[:, None])


class _Lattice(NamedTuple):
    """What a target may add to the log count, and what its claims make of the sum."""

    bias: Array  # lattice of b
    columns: list[Array]  # prior of b, its derivative, and that of an anchor on it; (b, role node)
    kernel: Array  # likelihood at log N + b
    sd_posterior: Array | None


def _lattice(layout: Layout, scenario: Scenario, i: int, log_n: Array, step: float) -> _Lattice:
    ratios = layout.ratios
    count = len(ratios.targets)
    core = _Core(
        bool(ratios.logit[i]),
        float(ratios.mu[i]),
        float(ratios.role_sd[i]),
        bool(ratios.role_shared[i]),
        float(ratios.target_sd[i]),
        bool(ratios.heavy[i]),
    )
    over = (float(ratios.over_mean[i]), float(ratios.over_sd[i]))
    bias, prior, slope = _density(core, over, step)
    bias = bias + float(scenario.shift[i])
    anchor_slope = None
    for j, anchor in enumerate(layout.anchors):
        if anchor.target == i:
            z = (bias - anchor.prior.mu - scenario.shift[count + 1 + j]) / anchor.prior.sd
            tilt = np.exp(-0.5 * z * z)[:, None]
            prior, slope = prior * tilt, slope * tilt
            anchor_slope = -prior * (z / anchor.prior.sd)[:, None]
    said = log_n[0] + bias[0] + step * np.arange(len(log_n) + len(bias) - 1)
    kernel, sd_posterior = _kernel(layout, scenario, i, said)
    columns = [prior, slope, *([] if anchor_slope is None else [anchor_slope])]
    return _Lattice(bias, columns, kernel, sd_posterior)


def _source(layout: Layout, scenario: Scenario, i: int, log_n: Array, step: float) -> _Source:
    at = _lattice(layout, scenario, i, log_n, step)
    like, score, *rest = _slide(at.kernel, at.columns)
    anchored = rest[0] if rest else None
    return _Source(at.bias, at.columns[0], at.kernel, like, score, anchored, at.sd_posterior)


def log_said(
    layout: Layout, scenario: Scenario, i: int, log_n: Array, step: float
) -> tuple[Array, Array]:
    """Log likelihood of a target (log N, role node), and the same (role node,) if it is silent."""
    at = _lattice(layout, scenario, i, log_n, step)
    prior = at.columns[0]
    silent = np.log(np.maximum(prior.sum(axis=0), TINY))
    if not scenario.weights[layout.target_of == i].any():
        return np.broadcast_to(silent, (len(log_n), len(silent))), silent
    (like,) = _slide(at.kernel, [prior])
    return np.log(np.maximum(like, TINY)), silent


def _slide(kernel: Array, columns: list[Array]) -> list[Array]:
    """Sum the kernel over b, weighted by each column, at every log N."""
    stacked = np.hstack(columns)
    if stacked.shape[1] <= FEW_COLUMNS:
        # A product with few columns is cut into sums that follow the threads; these do not.
        slid = [np.correlate(kernel, column) for column in np.ascontiguousarray(stacked.T)]
        return np.split(np.column_stack(slid), len(columns), axis=1)
    # Laid out in blocks: a view of overlapping rows would miss the fast matrix product.
    width = len(stacked)
    windows = sliding_window_view(kernel, width)
    rows = max(1, BLOCK // width)
    parts = [
        np.ascontiguousarray(windows[start : start + rows]) @ stacked
        for start in range(0, len(windows), rows)
    ]
    return np.split(np.concatenate(parts), len(columns), axis=1)


class _Core(NamedTuple):
    """The prior of one core: a location, what its role adds, and a part of its own."""

    logit: bool
    mu: float
    role_sd: float
    shared: bool  # whether the role's part is one with other targets, and stays apart
    scale: float
    heavy: bool

    @property
    def places(self) -> Array:
        """Location at each role node, (role node,)."""
        return self.mu + self.role_sd * (ROLE_NODES if self.role_sd else np.zeros(1))

    @property
    def reach(self) -> float:
        """How far the part of its own goes."""
        return (T_REACH if self.heavy else FAR) * self.scale

    def density(self, core: Array) -> tuple[Array, Array]:
        """Density at each core and its derivative, (core, role node or 1)."""
        z = (core[:, None] - self.places) / self.scale
        if self.heavy:
            density = 0.375 / self.scale * (1 + z * z / 4) ** -2.5
            slope = density * -1.25 * z / (1 + z * z / 4) / self.scale
        else:
            density = np.exp(-0.5 * z * z) / (self.scale * np.sqrt(2 * np.pi))
            slope = -density * z / self.scale
        if self.role_sd and not self.shared:
            weight = ROLE_WEIGHT[:, None]
            return _product(density, weight), _product(slope, weight)
        return density, slope


@lru_cache(maxsize=64)
def _density(core: _Core, over: tuple[float, float], step: float) -> tuple[Array, Array, Array]:
    """Lattice of b, its density times the spacing by role node, and the derivative of that."""
    find = _completeness_density if core.logit else _ratio_density
    bias, density, slope = find(core, over, step)
    return bias, density * step, slope * step


def _ratio_density(
    core: _Core, over: tuple[float, float], step: float
) -> tuple[Array, Array, Array]:
    """Density of a ratio on its lattice of logs, and its derivative; (b, role node)."""
    places = core.places
    bias = np.arange(places.min() - core.reach, places.max() + core.reach, step)
    density, slope = core.density(bias)
    if not over[1]:
        return bias, density, slope
    # A ratio with an over-count is a sum: a Normal is laid over it.
    mean, sd = over
    width = int(np.ceil(FAR * sd / step))
    bump = np.exp(-0.5 * (step * np.arange(-width, width + 1) / sd) ** 2)
    bump /= bump.sum()
    wide = bias[0] + mean + step * np.arange(-width, len(bias) + width)
    density, slope = (
        np.column_stack([np.convolve(column, bump) for column in columns.T])
        for columns in (density, slope)
    )
    return wide, density, slope


def _completeness_density(
    core: _Core, over: tuple[float, float], step: float
) -> tuple[Array, Array, Array]:
    """Density of log(completeness x over-count) on its lattice, and its derivative."""
    lowest = float(-np.logaddexp(0.0, -(core.places.min() - core.reach)))
    lowest = max(lowest, LOGITS[0])
    mean, sd = over
    nodes = np.arange(*LOGITS, min(0.1, 1.5 * sd, core.scale / 5))
    bias = np.arange(lowest + mean - FAR * sd, mean + FAR * sd, step)
    shares = -np.logaddexp(0.0, -nodes)
    z = (bias[:, None] - shares - mean) / sd
    bumps = np.exp(-0.5 * z * z) / (sd * np.sqrt(2 * np.pi))
    mix = core.density(nodes)[0]
    mix /= mix.sum(axis=0)
    return bias, _product(bumps, mix), _product(-bumps * z / sd, mix)


def _product(matrix: Array, columns: Array) -> Array:
    """Product of a matrix with columns, the same on any number of threads.

    The library that multiplies cuts a product with few columns into sums that follow its threads.
    """
    if columns.shape[1] == 1:
        return np.asarray((matrix * columns[:, 0]).sum(axis=1, keepdims=True))
    return np.asarray(matrix @ columns)


def _kernel(layout: Layout, scenario: Scenario, i: int, m: Array) -> tuple[Array, Array | None]:
    """Likelihood of the target's claims at every log N + b; learned sds are averaged over."""
    claims = np.flatnonzero((layout.target_of == i) & (scenario.weights > 0))
    if len(claims) == 0:
        return np.ones_like(m), None
    if layout.learned_of[claims[0]] < 0:
        log_density = np.zeros_like(m)
        for (reading, sd), weight in gathered(layout, scenario, claims).items():
            log_density += weight * claim_log_density(reading, m, sd)
        return np.exp(log_density - log_density.max()), None
    sds = _sd_nodes(layout)
    by_sd = np.zeros((len(m), SD_NODES))
    for (reading, _), weight in gathered(layout, scenario, claims, sds.min()).items():
        by_sd += weight * claim_log_density(reading, m[:, None], sds)
    by_sd = np.exp(by_sd - by_sd.max())
    return by_sd.mean(axis=1), by_sd


def _sd_nodes(layout: Layout) -> Array:
    """Learned reporting sds of equal prior probability."""
    free = layout.priors.learned_sd.quantile((np.arange(SD_NODES) + 0.5) / SD_NODES)
    return np.asarray(np.hypot(free, SMALLEST_SD))


def draw(
    layout: Layout, posterior: ExactPosterior, *, chains: int, draws: int, rng: np.random.Generator
) -> Draws:
    """Draw from the exact posterior."""
    total = chains * draws
    log_n = posterior.quantile((np.arange(total) + 0.5) / total)
    log_n = rng.permutation(log_n)
    step = posterior.log_n[1] - posterior.log_n[0]
    point = np.clip(np.rint((log_n - posterior.log_n[0]) / step), 0, len(posterior.log_n) - 1)
    point = point.astype(np.intp)
    targets = layout.ratios.targets
    log_ratio = np.zeros((total, len(targets)))
    log_sd = np.zeros((total, len(layout.learned)))
    role_of: dict[int, npt.NDArray[np.intp]] = {}
    for i, (joint, source, block) in sorted(posterior._blocks.items()):
        if block[0] not in role_of:
            role_of[block[0]] = _categorical(joint[point], rng)
        place, m_index = _draw_bias(source, point, role_of[block[0]], rng)
        # Keep log N + b, which the data pin, where the lattice drew it.
        jitter = rng.uniform(-step / 2, step / 2, total)
        log_ratio[:, i] = source.bias[place] + posterior.log_n[point] + jitter - log_n
        if source.sd_posterior is not None:
            node = _categorical(source.sd_posterior[m_index], rng)
            sds = _sd_nodes(layout)
            first = np.flatnonzero(layout.target_of == i)[0]
            log_sd[:, layout.learned_of[first]] = np.log(sds[node])
    scores = np.column_stack(
        [np.interp(log_n, posterior.log_n, column) for column in posterior.scores.T]
    )
    shape = (chains, draws)
    return Draws(
        log_n.reshape(*shape, 1),
        log_ratio.reshape(*shape, -1),
        scores.reshape(*shape, -1),
        log_sd.reshape(*shape, -1),
        "exact",
    )


def _draw_bias(
    source: _Source,
    point: npt.NDArray[np.intp],
    role: npt.NDArray[np.intp],
    rng: np.random.Generator,
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Draw the lattice point of b given those of N and of the role term."""
    windows = sliding_window_view(source.kernel, len(source.bias))
    place = np.empty(len(point), dtype=np.intp)
    pairs, inverse = np.unique(np.stack([point, role]), axis=1, return_inverse=True)
    order = np.argsort(inverse.ravel(), kind="stable")
    bounds = np.searchsorted(inverse.ravel()[order], np.arange(pairs.shape[1] + 1))
    uniform = rng.uniform(size=len(point))
    for k in range(pairs.shape[1]):
        rows = order[bounds[k] : bounds[k + 1]]
        below = np.cumsum(windows[pairs[0, k]] * source.prior[:, pairs[1, k]])
        place[rows] = np.searchsorted(below, uniform[rows] * below[-1])
    place = np.minimum(place, len(source.bias) - 1)
    return place, point + place


def _categorical(weights: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """One index per row, drawn in proportion to the row's weights."""
    below = np.cumsum(weights, axis=1)
    chosen = (below < rng.uniform(size=(len(weights), 1)) * below[:, -1:]).sum(axis=1)
    return np.asarray(np.minimum(chosen, weights.shape[1] - 1), dtype=np.intp)
