"""Two chains over partitions from opposite starts, and whether they came together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.linkage.answers import Answers
from casualty_est.linkage.calibration import Chain, prior_log_odds, scores
from casualty_est.linkage.partition.kernel import Scores, run
from casualty_est.linkage.partition.state import (
    Graph,
    State,
    all_apart,
    all_joined,
    graph_of,
    state_of,
)
from casualty_est.linkage.partition.tabulate import people_by_stratum
from casualty_est.linkage.scores.pairs import Pairs

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Report = Callable[[str, float | None], None]

CHAINS = 2
THREADED = 20_000  # pairs from which chains run side by side
FIRST_REPEATS = 0.1
# No pair is surer than odds of e^8, one error in 3,000. In a cluster of three the mean over pairs
# would otherwise let the one that is beyond doubt push a doubtful third record out.
SUREST = 8.0


class Problem(NamedTuple):
    """What is sampled: pairs, and the records that they join."""

    pairs: Pairs
    list_of: Ints
    unique: Bools
    strata: Ints  # (record, column): codes of the strata
    sizes: tuple[int, ...]  # codes of each column
    answers: Answers | None


class Length(NamedTuple):
    """How long the chains are."""

    draws: int  # of both together
    between: int  # sweeps from one draw to the next
    burn: int  # sweeps before the first


class Sampled(NamedTuple):
    """Draws of both chains."""

    tables: Ints  # (chain, draw, stratum, pattern): people
    theta: Array  # (chain, draw, 4)
    repeats: Array  # (chain, draw, list)
    passes: Ints  # (chain, draw, 3): linked pairs met by names alone, by other rules alone, by both


def sample(
    problem: Problem, length: Length, *, seed: int, kappa: float, alpha: float, report: Report
) -> Sampled:
    """Run both chains."""
    seeds = np.random.SeedSequence(seed).spawn(CHAINS)
    many = len(problem.pairs.i) > THREADED

    def one(number: int) -> tuple[Ints, Array, Array, Ints]:
        # Of chains side by side the first says how far they are.
        tell = report if not many or number == 0 else _silent
        return _chain(problem, length, number, seeds[number], kappa, alpha, tell)

    if many:  # compiled code lets go of the interpreter, and its random numbers are a thread's own
        with ThreadPoolExecutor(CHAINS) as executor:
            kept = list(executor.map(one, range(CHAINS)))
    else:
        kept = [one(number) for number in range(CHAINS)]
    return Sampled(*(np.stack(parts) for parts in zip(*kept, strict=True)))


def _silent(_message: str, _share: float | None) -> None:
    """Say nothing."""


def _chain(
    problem: Problem,
    length: Length,
    number: int,
    seed: np.random.SeedSequence,
    kappa: float,
    alpha: float,
    report: Report,
) -> tuple[Ints, Array, Array, Ints]:
    pairs, list_of, unique = problem.pairs, problem.list_of, problem.unique
    rng = np.random.default_rng(seed)
    graph = graph_of(pairs.i, pairs.j, list_of, unique)
    start = (
        all_apart(list_of)
        if number == 0
        else all_joined(pairs.i, pairs.j, pairs.weight, list_of, unique)
    )
    state = state_of(start, list_of, len(unique), np.full(len(unique), FIRST_REPEATS))
    chain = Chain(problem.answers, pairs, rng)
    _burn(graph, state, chain, problem, length, kappa, alpha)
    first, second = passes_of(pairs)
    tables, thetas, repeats, passes = [], [], [], []
    draws = -(-length.draws // CHAINS)
    for draw in range(draws):
        _sweep(graph, state, chain, problem, length.between, kappa, alpha)
        tables.append(people_by_stratum(state, problem.strata, problem.sizes))
        thetas.append(chain.theta.copy())
        repeats.append(state.repeats.copy())
        linked = state.label[pairs.i] == state.label[pairs.j]
        one, two = linked & first, linked & second
        passes.append([int((one & ~two).sum()), int((two & ~one).sum()), int((one & two).sum())])
        if draw % 10 == 0:
            done = (number + draw / draws) / CHAINS
            report(f"matching records, chain {number + 1} of {CHAINS}", done)
    return np.stack(tables), np.stack(thetas), np.stack(repeats), np.array(passes, dtype=np.int64)


def _burn(
    graph: Graph,
    state: State,
    chain: Chain,
    problem: Problem,
    length: Length,
    kappa: float,
    alpha: float,
) -> None:
    """Let partition and calibration find each other: the odds of one depend on the other."""
    rounds = 10
    each = max(1, length.burn // rounds)
    for _ in range(rounds):
        odds = prior_log_odds(state.table, state.repeats, problem.unique, alpha)
        chain.warm_up(odds)
        _sweep(graph, state, chain, problem, each, kappa, alpha)


def _sweep(
    graph: Graph,
    state: State,
    chain: Chain,
    problem: Problem,
    sweeps: int,
    kappa: float,
    alpha: float,
) -> None:
    """Draw the calibration, then sweep the partition under it."""
    odds = prior_log_odds(state.table, state.repeats, problem.unique, alpha)
    pairs = problem.pairs
    values, other = scores(chain.draw(odds), pairs, problem.answers, chain.shifts())
    values = np.minimum(values, SUREST + (0.0 if pairs.stated else np.log(len(problem.list_of))))
    number = int(chain.rng.integers(2**31))
    run(
        number,
        graph,
        state,
        Scores(values, other, kappa, alpha, pairs.unknown, pairs.stated),
        sweeps,
    )


def passes_of(pairs: Pairs) -> tuple[Bools, Bools]:
    """Whether each of two sets of rules meets each pair.

    Rules of names alone, and rules that need something else, fail for reasons of their own. Where
    all are of one kind, it is the first rule and the others.
    """
    names = {"given", "father", "grandfather", "family"}
    by_names = [set(rule.split("+")) <= names for rule in pairs.rules]
    if all(by_names) or not any(by_names):
        by_names = [r == 0 for r in range(len(pairs.rules))]
    first = sum(1 << r for r, here in enumerate(by_names) if here)
    second = sum(1 << r for r, here in enumerate(by_names) if not here)
    return (pairs.shared & first) > 0, (pairs.shared & second) > 0
