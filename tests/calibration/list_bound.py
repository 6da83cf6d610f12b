"""The smallest interval score that anybody could have on the simulated populations, run by hand.

    python tests/calibration/list_bound.py --sets 60 --seed 19990320 --folder DIR

The mean interval score is smallest for the quantiles of the posterior that the simulator itself
implies: all structures equally likely, every strength with the distribution that it was drawn
from, nothing else. Nobody who analyses real lists knows these; the score says what is left of the
simulated problem when they are known. Shares no code with the package.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.special import expit, logit, logsumexp

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.calibration.list_coverage import cover, table
from tests.support.list_simulators import DEVELOPMENT, GATED, simulate

FEWEST, MOST = 300, 20_000  # people of a simulated population
CHANCE = (0.08, 0.45)
STRENGTHS = {
    "independent": [],
    "classes": [(0.3, 0.7), (0.6, 1.2), (0.6, 1.2)],
    "visibility": [(0.5, 1.2)],
    "referral": [(0.15, 0.4)],
    "sparse": [],
    "negative": [(0.3, 0.6)],
}
PARTICLES, MOVES, NODES = 1000, 8, 20


def log_cells(structure, chance, strength, cells):
    """Log probability of each history; chance (particle, list), cells (history, list)."""
    odds = logit(chance)
    if structure == "sparse":
        odds = odds + np.log(0.25)
    if structure == "classes":
        share, up, down = strength.T
        easy = np.log(share)[:, None] + _independent(odds + up[:, None], cells)
        hard = np.log1p(-share)[:, None] + _independent(odds - down[:, None], cells)
        return np.logaddexp(easy, hard)
    if structure == "visibility":
        node, weight = np.polynomial.hermite_e.hermegauss(NODES)
        shift = strength[:, :1] * node
        inside = _independent(odds[:, None, :] + shift[:, :, None], cells)
        return logsumexp(inside + np.log(weight / weight.sum())[:, None], axis=1)
    whole = _independent(odds, cells)
    if structure not in ("referral", "negative"):
        return whole
    # The second list, of those on the first: some are added, or only some are kept.
    second = expit(odds[:, 1])
    added = (1 - second) * strength[:, 0]
    changed = second + added if structure == "referral" else second * strength[:, 0]
    after = np.where(cells[:, 1], np.log(changed)[:, None], np.log1p(-changed)[:, None])
    before = np.where(cells[:, 1], np.log(second)[:, None], np.log1p(-second)[:, None])
    return whole + np.where(cells[:, 0], after - before, 0.0)


def _independent(odds, cells):
    on, off = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
    return on @ cells.T + off @ (1 - cells).T


def posterior(structure, counts, cells, rng):
    """Log evidence of a structure, and draws of the number of people under it."""
    bounds = np.array([CHANCE] * cells.shape[1] + STRENGTHS[structure])
    low, width = bounds[:, 0], np.ptp(bounds, axis=1)
    listed = int(counts.sum())

    def likelihood(u):
        x = low + width * expit(u)
        log_p = log_cells(structure, x[:, : cells.shape[1]], x[:, cells.shape[1] :], cells)
        unseen = np.exp(log_p[:, 0])
        inside = np.diff(
            stats.nbinom.cdf(
                np.array([[max(FEWEST, listed) - listed - 1], [MOST - listed]]), listed, 1 - unseen
            ),
            axis=0,
        )[0]
        seen = log_p[:, 1:] - np.log1p(-unseen)[:, None]
        return seen @ counts + np.log(np.maximum(inside, 1e-300)), unseen

    u = logit(rng.uniform(size=(PARTICLES, len(bounds))))
    value, unseen = likelihood(u)
    heat, evidence = 0.0, 0.0
    while heat < 1:
        step = _next_heat(value, heat)
        evidence += logsumexp(step * value) - np.log(PARTICLES)
        heat += step
        kept = rng.choice(PARTICLES, PARTICLES, p=np.exp(step * value - logsumexp(step * value)))
        u, value, unseen = u[kept], value[kept], unseen[kept]
        root = np.linalg.cholesky(np.cov(u.T) + 1e-9 * np.eye(len(bounds)))
        size = 2.4 / np.sqrt(len(bounds))
        for _ in range(MOVES):
            new = u + size * rng.standard_normal(u.shape) @ root.T
            new_value, new_unseen = likelihood(new)
            ratio = heat * (new_value - value) + _log_prior(new) - _log_prior(u)
            taken = np.log(rng.random(PARTICLES)) < ratio
            u[taken], value[taken], unseen[taken] = new[taken], new_value[taken], new_unseen[taken]
            size *= np.exp(taken.mean() - 0.25)
    return evidence, _numbers(listed, unseen, rng)


def _log_prior(u):
    return (-np.logaddexp(0, u) - np.logaddexp(0, -u)).sum(axis=1)


def _next_heat(value, heat):
    """The step at which half of the particles are left in effect, the rest of the way at most."""
    low, high = 0.0, 1.0 - heat
    if _effective(high * value) >= PARTICLES / 2:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _effective(middle * value) >= PARTICLES / 2 else (low, middle)
    return low


def _effective(log_weight):
    return np.exp(2 * logsumexp(log_weight) - logsumexp(2 * log_weight))


def _numbers(listed, unseen, rng):
    """One number of people per particle, inside the range of the simulator."""
    first = stats.nbinom.cdf(max(FEWEST, listed) - listed - 1, listed, 1 - unseen)
    last = stats.nbinom.cdf(MOST - listed, listed, 1 - unseen)
    chance = first + rng.random(len(unseen)) * (last - first)
    return listed + stats.nbinom.ppf(chance, listed, 1 - unseen)


def one_set(structure, seed, number, accepted):
    """The answer of somebody who knows the simulator, in the words of the coverage."""
    key = GATED.index(structure)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key, number)))
    truth, histories, counts = simulate(structure, rng)
    cells = np.array(list(product((0, 1), repeat=histories.shape[1])), dtype=float)
    place = histories @ (1 << np.arange(histories.shape[1])[::-1])
    full = np.zeros(len(cells))
    full[place] = counts
    found = [posterior(name, full[1:], cells, rng) for name in GATED]
    log_mass = np.array([evidence for evidence, _ in found]) - np.log(accepted)
    mass = np.exp(log_mass - logsumexp(log_mass))
    numbers = np.concatenate([drawn for _, drawn in found])
    weight = np.repeat(mass / PARTICLES, PARTICLES)
    order = np.argsort(numbers)
    at = np.searchsorted(np.cumsum(weight[order]), (0.025, 0.5, 0.975))
    low, median, high = (float(x) for x in numbers[order][np.minimum(at, len(numbers) - 1)])
    return {
        "number": number,
        "truth": truth,
        "listed": int(counts.sum()),
        "lists": histories.shape[1],
        "low": low,
        "median": median,
        "high": high,
        "converged": True,
    }


def accepted_shares(tries=400):
    """How often a table of each structure is one that the simulator keeps."""
    shares = []
    for structure in GATED:
        rng = CountedDraws(np.random.default_rng(7))
        for _ in range(tries):
            simulate(structure, rng)
        shares.append(tries / rng.populations)
    return np.array(shares)


class CountedDraws:
    """A generator that counts populations: each draws its number of lists once."""

    def __init__(self, rng):
        self._rng, self.populations = rng, 0

    def integers(self, *args):
        """Draw integers, and count."""
        self.populations += 1
        return self._rng.integers(*args)

    def __getattr__(self, name):
        """Everything else is the generator's."""
        return getattr(self._rng, name)


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=60)
    parser.add_argument("--seed", type=int, default=DEVELOPMENT)
    parser.add_argument("--folder", required=True)
    given = parser.parse_args()
    answer = partial(one_set, accepted=accepted_shares())
    rows = cover(GATED, given.sets, given.seed, given.folder, one_set=answer)
    print(table(rows))  # noqa: T201
    print(table({"all": [row for found in rows.values() for row in found]}))  # noqa: T201


if __name__ == "__main__":
    main()
