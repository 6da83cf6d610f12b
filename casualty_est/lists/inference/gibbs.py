"""Gibbs chains of the Dirichlet process of latent classes, until they agree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.dirichlet_process import DirichletProcess, as_classes
from casualty_est.lists.inference import gibbs_kernel
from casualty_est.lists.inference.answer import CHANCES, Answer, of_one_family
from casualty_est.lists.inference.engines import FEWEST_RUNS, SOME, Plan
from casualty_est.lists.inference.gibbs_kernel import Chains, State
from casualty_est.lists.inference.members import THREADS, stream
from casualty_est.lists.inference.predictive import SMALLEST_P, cell_probabilities, tail
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import Report
from casualty_est.result.convergence import MAX_RHAT, MIN_ESS
from casualty_est.result.going_on import go_on

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


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well chains agree on the log of the number of people."""

    rhat: float
    ess: float  # the smaller of bulk effective draws and those of the ends of the 95% interval
    rounds: int = 1
    first: tuple[str, ...] = ()  # how the first of several rounds fell short

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the chains are not to be trusted; empty where they are."""
        reasons = []
        if not self.rhat <= MAX_RHAT:
            reasons.append(f"chains disagree (R-hat {self.rhat:.3f}, at most {MAX_RHAT} wanted)")
        if not self.ess >= MIN_ESS:
            few = f"too few effective draws ({self.ess:.0f}, at least {MIN_ESS:.0f} wanted)"
            reasons.append(few)
        return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Chains as far as they have come."""

    every: list[npt.NDArray[Any]]  # parts of all states
    warm: Chains
    agreed: Agreement


def agreement(unlisted: Ints, people: int) -> Agreement:
    """R-hat and effective draws of the log of the people: Vehtari 2021, doi 10.1214/20-BA1221."""
    import arviz as az

    logs = np.log(people + unlisted)
    if np.ptp(logs) == 0:
        return Agreement(1.0, float(logs.size))  # nobody is missing in any draw of any chain
    tail = az.ess(logs, method="tail", prob=(0.025, 0.975))
    return Agreement(float(az.rhat(logs)), float(min(az.ess(logs), tail)))


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Run Gibbs chains; arguments as `engines.solve`."""
    (family,) = plan.families
    assert isinstance(family, DirichletProcess)
    count = max(FEWEST_RUNS, plan.runs)
    chains, agreed = run_chains(
        table, chains=count, seed=seed, prior=family, report=report, budget=plan.budget
    )
    rng = np.random.default_rng(stream(seed, 0))
    unlisted = chains.unlisted.ravel()
    # Whole rounds of all kept states, then a part of one: none counts much more than another.
    rounds = -(-plan.draws // len(unlisted))
    every = np.concatenate([rng.permutation(len(unlisted)) for _ in range(rounds)])
    chosen = every[: plan.draws]
    some = chosen[:SOME]
    states = (chains.log_shares, chains.chances)
    member, theta = as_classes(table, *(part.reshape(-1, *part.shape[2:])[some] for part in states))
    cells, observed = cell_probabilities(table, [(member, theta)])
    predictive_p = tail(cells, observed, rng)
    return Answer(
        unlisted=unlisted[chosen],
        cells=cells,
        cell_odds=member.evaluate(theta)[1],
        visible=member.visible(theta, np.array(CHANCES)),
        **of_one_family(family, table.people + unlisted[chosen], None, predictive_p),
        method=family.method,
        reasons=agreed.reasons,
        min_ess=agreed.ess,
        max_rhat=agreed.rhat,
        facts={
            "misfit": predictive_p < SMALLEST_P,
            "rounds": agreed.rounds,
            "first_reasons": agreed.first,
        },
    )


def run_chains(
    table: HistoryTable,
    *,
    chains: int,
    seed: np.random.SeedSequence,
    prior: DirichletProcess | None = None,
    sweeps: int | None = None,
    most_looks: int | None = None,
    report: Report | None = None,
    budget: float = 0.0,
) -> tuple[Chains, Agreement]:
    """Run chains until they agree, or for as long as is reasonable."""
    prior = prior or DirichletProcess()
    sweeps, most_looks = sweeps or SWEEPS, most_looks or MOST_LOOKS
    counts = ladder(table.counts)
    size = (prior.classes, len(table.lists), len(counts))
    states = [_start(*size, stream(seed, 1, c), hidden=c % 2 == 1) for c in range(chains)]
    further = partial(_further, table, counts, sweeps, prior)

    def attempt(number: int, before: Sampled | None) -> Sampled:
        every = before.every if before else []
        looks = range(most_looks * (2**number) // 2 if number else 0, most_looks * 2**number)
        for look in looks:
            if report is not None:
                report("sampling classes", look / looks.stop)
            seeds = [int(stream(seed, 2, c, look).generate_state(1)[0] >> 1) for c in range(chains)]
            with ThreadPoolExecutor(THREADS) as executor:
                parts = list(executor.map(further, seeds, states))
            new = [np.stack(values) for values in zip(*parts, strict=True)]
            every = [np.hstack(pair) for pair in zip(every, new, strict=True)] if every else new
            start = int(WARM * every[0].shape[1])
            warm = Chains._make(part[:, start:] for part in every)
            agreed = agreement(warm.unlisted, table.people)
            if agreed.rhat <= MAX_RHAT and agreed.ess >= ENOUGH:
                break
        fell_short.append(agreed.reasons)
        return Sampled(every, warm, agreed)

    fell_short: list[tuple[str, ...]] = []
    last, rounds = go_on(attempt, lambda sampled: not sampled.agreed.reasons, budget)
    first = fell_short[0] if rounds > 1 else ()
    return last.warm, replace(last.agreed, rounds=rounds, first=first)


def ladder(counts: Ints) -> Ints:
    """Thin a table to fewer and fewer people."""
    length = max(0.0, float(np.log(counts.sum() / FEW)))
    places = length * np.linspace(0.0, 1.0, 1 + int(np.ceil(length / STEP))) ** DENSER
    return np.round(np.exp(-places)[:, None] * counts).astype(np.int64)


def _start(
    classes: int, lists: int, rungs: int, seed: np.random.SeedSequence, *, hidden: bool
) -> State:
    """Draw a state on every rung from the prior; where `hidden`, hardly anybody is seen in it."""
    # From the prior all chains fall into the mode with few people first; chains that come from the
    # other side show whether they find each other.
    rng = np.random.default_rng(seed)
    alpha, log_shares, chances = zip(
        *(_prior_state(classes, lists, rng) for _ in range(rungs)), strict=True
    )
    shares, chance = np.stack(log_shares), np.stack(chances)
    if hidden:
        shares += np.log1p(-HIDDEN)
        shares[:, 0] = np.logaddexp(shares[:, 0], np.log(HIDDEN))
        chance[:, 0] *= 1.0 - HIDDEN
    return State(np.concatenate(alpha), shares, chance)


def _prior_state(classes: int, lists: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Draw concentration 1, log shares (class,) and chances (class, list) from the prior."""
    rest = np.log1p(-rng.random(classes - 1))  # 1 - V is uniform where alpha is 1
    used = np.log(-np.expm1(rest))
    log_left = np.concatenate([[0.0], np.cumsum(rest)])
    return np.ones(1), log_left + np.append(used, 0.0), rng.random((classes, lists))


def _further(
    table: HistoryTable,
    counts: Ints,
    sweeps: int,
    prior: DirichletProcess,
    seed: int,
    state: State,
) -> Chains:
    number = max(1, sweeps // THIN)
    kept = Chains(
        np.empty(number, dtype=np.int64),
        np.empty(number),
        np.empty((number, *state.log_shares.shape[1:])),
        np.empty((number, *state.chances.shape[1:])),
    )
    histories = table.histories.astype(np.bool_)
    plan = gibbs_kernel.Plan(THIN, BETWEEN, float(prior.shape), float(prior.rate))
    gibbs_kernel.run(seed, histories, counts, state, kept, plan)
    return kept
