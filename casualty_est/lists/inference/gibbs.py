"""Gibbs chains of the Dirichlet process of latent classes, until they agree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.dirichlet_process import CLASSES, RATE, SHAPE, draw_prior
from casualty_est.lists.inference import gibbs_kernel
from casualty_est.lists.inference.members import THREADS, stream
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.convergence import MAX_RHAT, MIN_ESS
from casualty_est.result.progress import Report

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SWEEPS = 4_000  # of a chain between two looks
THIN = 20
BETWEEN = 5  # sweeps between two exchanges of neighbouring rungs
FEW = 20  # people on the last rung of the ladder, among whom chains move freely
STEP = 0.3  # mean log ratio of people on neighbouring rungs
DENSER = 1.3  # above 1: rungs stand closer where people are many
MOST_LOOKS = 30
HIDDEN = 0.95  # share of the people in a class that is seen so much less, where a chain starts high
WARM = 0.25  # share of each chain that is dropped
ENOUGH = 2.5 * MIN_ESS  # effective draws at which the chains may stop


@dataclass(frozen=True, slots=True, eq=False)
class Chains:
    """Kept states of several chains.

    unlisted (chain, draw): People on no list.
    alpha (chain, draw): Concentration.
    log_shares (chain, draw, class): Log shares of the classes.
    chances (chain, draw, class, list): Chances of the lists.
    """

    unlisted: Ints
    alpha: Array
    log_shares: Array
    chances: Array

    def warm(self) -> Chains:
        """The states after the first quarter."""
        first = int(WARM * self.unlisted.shape[1])
        return Chains(
            self.unlisted[:, first:],
            self.alpha[:, first:],
            self.log_shares[:, first:],
            self.chances[:, first:],
        )

    def with_more(self, other: Chains) -> Chains:
        """The same chains, gone on."""
        return Chains(
            np.concatenate([self.unlisted, other.unlisted], axis=1),
            np.concatenate([self.alpha, other.alpha], axis=1),
            np.concatenate([self.log_shares, other.log_shares], axis=1),
            np.concatenate([self.chances, other.chances], axis=1),
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well chains agree on the log of the number of people.

    ess: Smallest of the bulk effective sample size and that of the ends of the 95% interval.
    """

    rhat: float
    ess: float

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the chains are not to be trusted; empty where they are."""
        found = []
        if not self.rhat <= MAX_RHAT:
            found.append(f"chains disagree (R-hat {self.rhat:.3f}, at most {MAX_RHAT} wanted)")
        if not self.ess >= MIN_ESS:
            found.append(f"too few effective draws ({self.ess:.0f}, at least {MIN_ESS:.0f} wanted)")
        return tuple(found)


def agreement(unlisted: Ints, people: int) -> Agreement:
    """R-hat and effective sample size of the log of the number of people.

    References
    ----------
    Vehtari, Gelman, Simpson, Carpenter and Bürkner 2021, doi 10.1214/20-BA1221.
    """
    import arviz as az

    logs = np.log(people + unlisted)
    if np.ptp(logs) == 0:
        return Agreement(1.0, float(logs.size))  # nobody is missing in any draw of any chain
    tail = az.ess(logs, method="tail", prob=(0.025, 0.975))
    return Agreement(float(az.rhat(logs)), float(min(az.ess(logs), tail)))


def run_chains(
    table: HistoryTable,
    *,
    chains: int,
    seed: np.random.SeedSequence,
    classes: int = CLASSES,
    sweeps: int | None = None,
    most_looks: int | None = None,
    report: Report | None = None,
) -> tuple[Chains, Agreement]:
    """Run chains until they agree, or for as long as is reasonable."""
    sweeps, most_looks = sweeps or SWEEPS, most_looks or MOST_LOOKS
    counts = ladder(table.counts)
    states = [
        _start(
            classes, len(table.lists), len(counts), stream(seed, 1, chain), hidden=chain % 2 == 1
        )
        for chain in range(chains)
    ]
    every: Chains | None = None
    for look in range(most_looks):
        if report is not None:
            report("sampling classes", look / most_looks)
        seeds = [
            int(stream(seed, 2, chain, look).generate_state(1)[0] >> 1) for chain in range(chains)
        ]
        with ThreadPoolExecutor(THREADS) as executor:
            parts = list(
                executor.map(
                    lambda s, state: _go_on(table, counts, s, state, sweeps), seeds, states
                )
            )
        new = Chains(*(np.stack(values) for values in zip(*parts, strict=True)))
        every = new if every is None else every.with_more(new)
        warm = every.warm()
        found = agreement(warm.unlisted, table.people)
        if found.rhat <= MAX_RHAT and found.ess >= ENOUGH:
            break
    return warm, found


def ladder(counts: Ints) -> Ints:
    """Thin a table to fewer and fewer people."""
    length = max(0.0, float(np.log(counts.sum() / FEW)))
    places = length * np.linspace(0.0, 1.0, 1 + int(np.ceil(length / STEP))) ** DENSER
    return np.round(np.exp(-places)[:, None] * counts).astype(np.int64)


def _start(
    classes: int, lists: int, rungs: int, seed: np.random.SeedSequence, *, hidden: bool
) -> tuple[Array, Array, Array]:
    """Draw a state on every rung from the prior; where `hidden`, hardly anybody is seen in it.

    From the prior all chains fall into the mode with few people first. Chains that come from the
    other side show whether they find each other.
    """
    rng = np.random.default_rng(seed)
    alpha, log_shares, chances = zip(
        *(draw_prior(classes, lists, rng) for _ in range(rungs)), strict=True
    )
    shares, chance = np.stack(log_shares), np.stack(chances)
    if hidden:
        shares += np.log1p(-HIDDEN)
        shares[:, 0] = np.logaddexp(shares[:, 0], np.log(HIDDEN))
        chance[:, 0] *= 1.0 - HIDDEN
    return np.concatenate(alpha), shares, chance


def _go_on(
    table: HistoryTable,
    counts: Ints,
    seed: int,
    state: tuple[Array, Array, Array],
    sweeps: int,
) -> tuple[Ints, Array, Array, Array]:
    alpha, log_shares, chances = state
    kept = max(1, sweeps // THIN)
    found = (
        np.empty(kept, dtype=np.int64),
        np.empty(kept),
        np.empty((kept, *log_shares.shape[1:])),
        np.empty((kept, *chances.shape[1:])),
    )
    histories = table.histories.astype(np.bool_)
    gibbs_kernel.run(
        seed, histories, counts, SHAPE, RATE, alpha, log_shares, chances, THIN, BETWEEN, *found
    )
    return found
