"""Exact posterior over decomposable graphs and the number of people.

No draws: every graph is scored, and the number of people on no list is summed in blocks. Given a
graph, log unlisted is never known better than a negative binomial with `people` successes would
tell, so blocks of three such standard deviations with eight Gauss nodes for whole numbers lose
nothing. A first pass with one node per block finds the graphs and the blocks that count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.special import expit, logsumexp

from casualty_est.lists.families.chordal import Graphs, chordal_graphs
from casualty_est.lists.families.decomposable import (
    REFERENCE,
    Decomposable,
    Marginals,
    draw_cells,
    log_evidence_complete,
)
from casualty_est.lists.families.member import MOST, all_or_none
from casualty_est.lists.inference import graph_kernel as kernel
from casualty_est.lists.inference.answer import CHANCES, Answer, of_one_family
from casualty_est.lists.inference.engines import SOME, Plan
from casualty_est.lists.inference.members import stream
from casualty_est.lists.inference.predictive import SMALLEST_P, tail
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import Report
from casualty_est.wording.language import stored
from casualty_est.wording.numbers import percent, share
from casualty_est.wording.phrases import listed

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BLOCK = 3.0  # length of a block, in the smallest sd there can be
NODES = 8
FIRST_END = 30  # times the listed people: where a first look ends
FURTHER = 30  # and how much farther the next
TAIL = 1e-9  # mass beyond the end that may be left out
FEW = 1000  # graphs that are all kept
LOST = 1e-7  # mass of the graphs that may be left out, by their peaks
DRAWN = 0.999  # probability of the graphs that draws are made of
EMPTY = 1e-12  # mass of a block that may be left out
SHOWN = 10  # graphs that are told one by one
SMALLEST = -690.0  # log of a share: a float holds no smaller one
SMALL = 0.01  # probability that may rest on a prior alone, or lie beyond a range
STEPS = 128  # parts of a block between which draws are told apart


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Whole numbers of people on no list, in blocks."""

    edges: Array  # (block + 1,): first number of each, and the number after the last

    @classmethod
    def upto(cls, people: int, first: int, end: float) -> Blocks:
        """Blocks of equal length in the scale on which a negative binomial has sd 1."""
        root = 2.0 * np.sqrt(people)
        scale = np.arange(0.0, root * np.arcsinh(np.sqrt(end / people)), BLOCK)
        edges = np.ceil(people * np.sinh(scale / root) ** 2)
        inside = edges[(edges > first) & (edges < end)]
        return cls(np.unique(np.concatenate([[first], inside, [np.ceil(end)]])))

    @property
    def length(self) -> Array:
        """How many numbers each block holds."""
        return np.diff(self.edges)

    def middles(self) -> Array:
        """The middle of each block, not always a whole number."""
        return self.edges[:-1] + 0.5 * (self.length - 1.0)


def gauss(length: Array) -> tuple[Array, Array]:
    """Nodes and weights (block, node) of sums over whole numbers 0, 1, ..., length - 1."""
    # Exact for polynomials up to degree 2 `NODES` - 1: the eigenvalues of the recurrence of the
    # discrete Chebyshev polynomials (Golub and Welsch 1969, doi 10.2307/2004418). Of a shorter
    # block every number is a node, and the nodes left over weigh nothing.
    k = np.arange(1, NODES)
    squared = k**2 / (4.0 * (4.0 * k**2 - 1.0)) * (length[:, None] ** 2 - k**2)
    matrix = np.zeros((len(length), NODES, NODES))
    matrix[:, k, k - 1] = np.sqrt(np.maximum(squared, 0.0)) / length[:, None]  # lower triangle
    roots, vectors = np.linalg.eigh(matrix)
    nodes = 0.5 * (length[:, None] - 1.0) + roots * length[:, None]
    weights = vectors[:, 0, :] ** 2 * length[:, None]
    short, every = length <= NODES, np.arange(NODES)
    nodes[short], weights[short] = every, every < length[short, None]
    return nodes, weights


@dataclass(frozen=True, slots=True, eq=False)
class GraphPosterior:
    """Posterior of graphs and of the number of people."""

    marginals: Marginals
    graphs: Graphs
    probability: Array  # (graph,)
    nodes: Array  # (node,): people on no list for which the posterior was computed
    log_weight: Array  # (node,): log of how many numbers each stands for
    mass: Array  # (node,): posterior probability that each stands for
    steps: Array  # (step,): whole numbers
    below: Array  # (step,): probability of fewer people on no list than each
    log_evidence: float
    number: int
    complete: float  # probability of the complete graph, or what it would be were it not left out
    untied: float  # of graphs under which the lists say nothing of the people on none
    beyond: float  # mass beyond the last number looked at

    @property
    def people(self) -> int:
        """Listed people."""
        return self.marginals.people

    @property
    def mean(self) -> float:
        """Mean number of people, listed and unlisted."""
        return float(self.people + self.mass @ self.nodes)

    @property
    def sd(self) -> float:
        """Its standard deviation."""
        return float(np.sqrt(self.mass @ (self.nodes + self.people - self.mean) ** 2))

    def quantile(self, chances: Array | Sequence[float]) -> Array:
        """Smallest number of people that is not passed with each probability."""
        return np.floor(np.interp(chances, self.below, self.steps)) + self.people

    def given(self, graph: int) -> Array:
        """Probability of each node under one graph, of shape (node,)."""
        one = self.graphs.part(slice(graph, graph + 1))
        by_point = np.zeros(len(self.nodes))
        terms, base = _tables(self.marginals, self.nodes, self.log_weight)
        top, _ = _peaks(one, terms, base)
        rows = (one.closed, one.rest, one.logs)
        kernel.masses(*rows, terms, base, top[0], np.zeros(1), by_point)
        return by_point / by_point.sum()

    def draw(self, draws: int, rng: np.random.Generator) -> Ints:
        """Draw people on no list: one of every equal part of the posterior, in random order."""
        chances = (np.arange(draws) + rng.random(draws)) / draws
        numbers = (self.quantile(chances) - self.people).astype(np.int64)
        return rng.permutation(numbers)

    def draw_graphs(self, unlisted: Ints, rng: np.random.Generator) -> Ints:
        """Draw the graph of each draw, given its number of people."""
        many = np.searchsorted(np.cumsum(self.probability), DRAWN) + 1
        some = self.graphs.part(slice(many))
        points = unlisted.astype(float)
        terms = self.marginals.log_terms(points)
        # Near the top is enough for a scale: the best graph on average need not be it everywhere.
        first = self.graphs.part(slice(20))
        shift = (terms[first.closed] - terms[first.rest]).sum(axis=1).max(axis=0)
        chosen = np.zeros(len(points), dtype=np.int64)
        rows = (some.closed, some.rest, some.logs)
        kernel.choose(*rows, terms, shift, int(rng.integers(2**31)), chosen)
        return chosen


def solve_graphs(table: HistoryTable, prior: Decomposable | None = None) -> GraphPosterior:
    """Average over all decomposable graphs on the lists of a table."""
    prior = prior or Decomposable()
    reference = prior.reference
    marginals = Marginals.of(table, prior)
    every = prior.weighed(chordal_graphs(len(table.lists)), table.lists)
    graphs = every if reference else every.part(slice(len(every) - 1))
    largest = prior.largest(table.people) if reference else None
    blocks, top, beyond = _look(marginals, graphs, largest)
    chosen = graphs.part(_kept(top))
    starts, length = _full(marginals, chosen, blocks, float(top.max()))
    offset, weight = gauss(length)
    real = weight > 0
    block = np.repeat(np.arange(len(starts)), NODES).reshape(weight.shape)[real]
    nodes, weight = (starts[:, None] + offset)[real], weight[real]
    terms, base = _tables(marginals, nodes, np.log(weight))
    by_graph, by_point = np.zeros(len(chosen)), np.zeros(len(nodes))
    shift = float(top.max())
    rows = (chosen.closed, chosen.rest, chosen.logs)
    kernel.masses(*rows, terms, base, shift, by_graph, by_point)
    total = float(by_graph.sum())
    best = np.argsort(-by_graph, kind="stable")
    chosen, probability, mass = chosen.part(best), by_graph[best] / total, by_point / total
    steps, below = _cumulate(table.people, starts, length, (nodes, weight, block), mass)
    log_total = float(np.log(total) + shift)
    if reference:
        beyond = float(mass[nodes > 0.99 * blocks.edges[-1]].sum())
        whole = chosen.closed[:, 0] == len(terms) - 1
        complete = float(probability[whole].sum())
    else:
        behind = log_evidence_complete(marginals) + every.logs[-1] - log_total
        complete = float(expit(behind))
    return GraphPosterior(
        marginals=marginals,
        graphs=chosen,
        probability=probability,
        nodes=nodes,
        log_weight=np.log(weight),
        mass=mass,
        steps=steps,
        below=below,
        log_evidence=log_total - float(logsumexp(prior.log_weights(graphs))),
        number=len(graphs),
        complete=complete,
        untied=float(probability[_untied(marginals, chosen)].sum()),
        beyond=beyond,
    )


def _tables(marginals: Marginals, nodes: Array, log_weight: Array) -> tuple[Array, Array]:
    """Log T of every set at each node, and what all graphs share there."""
    return marginals.log_terms(nodes), marginals.log_people(nodes) + log_weight


def _peaks(graphs: Graphs, terms: Array, base: Array) -> tuple[Array, Array]:
    top, ends = np.empty(len(graphs)), np.empty((len(graphs), 2))
    kernel.peaks(graphs.closed, graphs.rest, graphs.logs, terms, base, top, ends)
    return top, ends


def _look(marginals: Marginals, graphs: Graphs, largest: int | None) -> tuple[Blocks, Array, float]:
    """Peaks of all graphs, on blocks up to a limit, or as far as any of them has mass."""
    people = marginals.people
    end = float(FIRST_END * people) if largest is None else float(largest + 1)
    while True:
        blocks = Blocks.upto(people, 0 if largest is None else 1, end)
        tables = _tables(marginals, blocks.middles(), np.log(blocks.length))
        top, ends = _peaks(graphs, *tables)
        if largest is not None:
            return blocks, top, 0.0
        beyond = _beyond(ends, top)
        if beyond < TAIL or end >= MOST:
            return blocks, top, beyond
        end = min(end * FURTHER, MOST)


def _kept(top: Array) -> Ints:
    """Graphs whose peaks add up to all but a trifle, in their order; of a few graphs all."""
    if len(top) <= FEW:
        return np.arange(len(top))
    share = np.exp(top - top.max())
    near = np.flatnonzero(share > LOST / len(top))
    order = near[np.argsort(share[near])]
    return np.sort(order[np.cumsum(share[order]) > LOST * share[near].sum()])


def _beyond(ends: Array, top: Array) -> float:
    """Mass beyond the last block, as a geometric series goes on; 1 where a graph still rises."""
    before, last = ends.T
    if (last >= before).any():
        return 1.0
    ratio = np.exp(last - before)
    return float((np.exp(last - top.max()) * ratio / (1.0 - ratio)).sum())


def _full(
    marginals: Marginals, graphs: Graphs, blocks: Blocks, shift: float
) -> tuple[Array, Array]:
    """First number and length of the blocks from the first to the last with any mass."""
    terms, base = _tables(marginals, blocks.middles(), np.log(blocks.length))
    by_point = np.zeros(len(base))
    rows = (graphs.closed, graphs.rest, graphs.logs)
    kernel.masses(*rows, terms, base, shift, np.zeros(len(graphs)), by_point)
    some = np.flatnonzero(by_point > EMPTY * by_point.sum())
    # A block's mass by its middle is known to a factor of a few: one more on each side.
    first, last = max(0, some[0] - 1), min(len(base), some[-1] + 2)
    return blocks.edges[:-1][first:last], blocks.length[first:last]


def _cumulate(
    people: int, starts: Array, length: Array, at: tuple[Array, Array, Ints], mass: Array
) -> tuple[Array, Array]:
    """Probability of fewer people than each of many whole numbers."""
    # Inside a block the density is a spline through its nodes, scaled to the mass of the block.
    nodes, weight, block = at
    number = np.minimum(STEPS, length).astype(int)
    owner = np.repeat(np.arange(len(starts)), number)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(number) - number, number)
    edges = starts[owner] + np.floor(place * length[owner] / number[owner])
    steps = np.append(edges, starts[-1] + length[-1])
    parts = np.diff(steps)

    def scale(numbers: Array) -> Array:
        return np.arcsinh(np.sqrt(numbers / people))

    heights = np.log(np.maximum(mass / weight, 1e-300))
    dense = parts * np.exp(CubicSpline(scale(nodes), heights)(scale(edges + 0.5 * (parts - 1.0))))
    inside = np.bincount(owner, dense)
    dense *= (np.bincount(block, mass) / inside)[owner]
    below = np.concatenate([[0.0], np.cumsum(dense)])
    return steps, below / below[-1]


def _untied(marginals: Marginals, graphs: Graphs) -> npt.NDArray[np.bool_]:
    """Graphs that no person contradicts: everybody's lists are tied, if by way of others."""
    # The more people are on lists that a graph does not tie, the fewer can be on none; where there
    # is no such person the likelihood does not fall, however many are missing.
    seen = marginals.seen
    tied: Ints = seen[graphs.closed].sum(axis=1) - seen[graphs.rest].sum(axis=1)
    return np.equal(tied, marginals.people)


# The answer --------------------------------------------------------------------------------


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Go through all graphs; arguments as `engines.solve`."""
    if report is not None:
        report("going through all graphs", None)
    (family,) = plan.families
    assert isinstance(family, Decomposable)
    posterior = solve_graphs(table, family)
    rng = np.random.default_rng(stream(seed, 0))
    unlisted = posterior.draw(plan.draws, rng)
    some = unlisted[:SOME]
    graphs = posterior.graphs.part(posterior.draw_graphs(some, rng))
    log_cells, log_odds = draw_cells(posterior.marginals, graphs.closed, graphs.rest, some, rng)
    cells = np.exp(np.maximum(log_cells, SMALLEST))
    predictive_p = tail(cells, table.dense()[1:].astype(float), rng)
    shown = [_row(posterior, table, i) for i in range(min(SHOWN, len(posterior.graphs)))]
    return Answer(
        unlisted=unlisted,
        cells=cells,
        cell_odds=log_odds,
        visible=all_or_none(log_odds, np.array(CHANCES)),
        **of_one_family(family, table.people + unlisted, posterior.log_evidence, predictive_p),
        method=family.method,
        reasons=tuple(_reasons(posterior, table, family)),
        min_ess=float(plan.draws),
        facts={
            "graphs": shown,
            "complete_graph": posterior.complete,
            "sentences": _sentences(posterior, shown[0], family),
            "misfit": predictive_p < SMALLEST_P,
        },
    )


def _row(posterior: GraphPosterior, table: HistoryTable, graph: int) -> dict[str, Any]:
    """One graph: what it ties, how probable it is, and what it would answer."""
    below = np.cumsum(posterior.given(graph))
    ends = np.interp((0.025, 0.5, 0.975), below, posterior.nodes) + posterior.people
    return {
        "ties": [[table.lists[a], table.lists[b]] for a, b in posterior.graphs.edges(graph)],
        "probability": float(posterior.probability[graph]),
        **dict(zip(("low", "median", "high"), ends.tolist(), strict=True)),
    }


def _reasons(posterior: GraphPosterior, table: HistoryTable, prior: Decomposable) -> list[str]:
    """Why the number is not known; it is never a small number for want of a limit."""
    reasons = []
    if posterior.untied >= SMALL:
        reasons.append(
            f"not identified: {_percent(posterior.untied)} of the answer comes from graphs that "
            "tie all lists that share a person, and under these only the prior says how many "
            "people are on no list"
        )
    if prior.reference:
        largest = prior.largest(table.people)
        free = solve_graphs(table, replace(prior, reference=False, most_missing=None))
        beyond = float(1.0 - np.interp(largest + 1, free.steps, free.below))
        if beyond >= SMALL:
            reasons.append(
                f"the range cuts the posterior: without a limit {_percent(beyond)} of it lies "
                f"beyond {largest + table.people:,} people"
            )
    elif posterior.beyond > TAIL:
        reasons.append(
            f"not identified: the posterior does not end, {_percent(posterior.beyond)} of it lies "
            f"beyond {MOST:.0e} people"
        )
    return reasons


def _sentences(posterior: GraphPosterior, best: dict[str, Any], prior: Decomposable) -> list[str]:
    ties = [stored("graphs", "{list} with {other}", list=a, other=b) for a, b in best["ties"]]
    places = {"number": f"{posterior.number:,}", "share": _percent(best["probability"])}
    if ties:
        first = stored(
            "graphs",
            "{number} graphs were averaged, each a way in which lists depend on each other; the "
            "most probable one has {share} of the answer: it ties {pairs}.",
            pairs=listed(ties),
            **places,
        )
    else:
        first = stored(
            "graphs",
            "{number} graphs were averaged, each a way in which lists depend on each other; the "
            "most probable one has {share} of the answer: it ties no lists at all.",
            **places,
        )
    complete = _percent(posterior.complete)
    if not prior.reference:
        left_out = stored(
            "graphs",
            "The complete graph, under which the lists say nothing about the people on none, was "
            "left out; it would have had {share} of the answer.",
            share=complete,
        )
        return [first, left_out]
    most: str = stored(
        "graphs",
        "{number} times that of the listed people, the range of R dga",
        number=REFERENCE,
    )
    if prior.most_missing is not None:
        most = f"{prior.most_missing:,}"
    among = stored(
        "graphs",
        "The complete graph is among them with {share}: under it the lists say nothing about the "
        "people on none. Their number was taken from 1 to {most}.",
        share=complete,
        most=most,
    )
    return [first, among]


def _percent(value: float) -> str:
    """A share in per cent with two digits, and none that is 0 or 1 only by rounding."""
    if value < 5e-5:
        return "less than 0.01%"
    if value > 1 - 5e-5:
        return "more than 99.99%"
    return f"{share(100 * value)}%" if value < 0.1 else percent(round(value, 3))
