r"""Decomposable graphs: lists that are not tied are independent given those between them.

Under a chordal graph the chances of the histories have a hyper-Dirichlet prior: on each set s of
lists that are all tied, a Dirichlet with 2^-|s| for each of its 2^|s| histories (delta = 2^-L in
the words of R dga). With the unseen people in the empty history the marginal likelihood is a
product over an elimination order of the graph, T(closed) / T(open), where T(s) is that of the
table of s alone. The number of people is summed out with p(N) proportional to 1/N.
Madigan and York 1997, doi 10.1093/biomet/84.1.19; Dawid and Lauritzen 1993,
doi 10.1214/aos/1176349260; Lum, Johndrow, Cardone, Ball and Fienberg, R package dga.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, expit, gammaln

from casualty_est.errors import UsageError
from casualty_est.lists.families.family import Family
from casualty_est.lists.families.member import all_histories
from casualty_est.lists.table.history import HistoryTable

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REFERENCE = 10  # R dga stops at this many times the listed people beyond them


@dataclass(frozen=True, slots=True, eq=False)
class Marginals:
    """What a table says of every set of its lists; a set is a number, list j its bit j."""

    counts: Ints  # (set, history): people by their history on these lists; impossible ones are 0
    concentration: Array  # (set,): Dirichlet parameter of each history
    people: int  # listed

    @classmethod
    def of(cls, table: HistoryTable) -> Marginals:
        """Count the people of a table by every set of lists."""
        dense = table.dense()
        sets = np.arange(len(dense))
        counts = np.stack([np.bincount(sets & s, dense, len(dense)) for s in sets])
        return cls(counts.astype(np.int64), 0.5 ** np.bitwise_count(sets), table.people)

    @property
    def seen(self) -> Ints:
        """Listed people on at least one list of each set, of shape (set,)."""
        return self.people - self.counts[:, 0]

    def log_terms(self, unlisted: Array) -> Array:
        """Log T (set, point) of every set for numbers of people on no list; 0 for the empty."""
        # lgamma(top) - lgamma(top + step), which two large numbers would lose in their difference.
        top = self.concentration + self.counts[:, 0]
        step = (1.0 + self.people) - top
        ratios = betaln(top[1:, None] + unlisted, step[1:, None]) - gammaln(step[1:, None])
        terms = np.zeros((len(top), len(unlisted)))
        a = self.concentration[:, None]
        each = gammaln(a + self.counts[:, 1:]) - gammaln(a)
        constants = each.sum(axis=1) - gammaln(self.concentration)
        terms[1:] = ratios + constants[1:, None]
        return terms

    def log_people(self, unlisted: Array) -> Array:
        """Log of N! / unlisted! times p(N) = 1/N, of shape (point,)."""
        if self.people == 1:
            return np.zeros_like(unlisted)
        weight: Array = gammaln(self.people - 1) - betaln(unlisted + 1.0, self.people - 1.0)
        return weight


def log_evidence_complete(marginals: Marginals) -> float:
    """Evidence of the complete graph, summed over every number of people."""
    # The sum over k of Gamma(d + k) / (k! Gamma(d)) / (n + k) is a beta function, and d, the
    # parameter of a single history, is what ends it: the data say nothing of N.
    d = marginals.concentration[-1]
    each = gammaln(d + marginals.counts[-1, 1:]) - gammaln(d)
    return float(each.sum() + betaln(marginals.people, 1.0 - d))


def draw_cells(
    marginals: Marginals,
    closed: npt.NDArray[np.uint8],
    rest: npt.NDArray[np.uint8],
    unlisted: Ints,
    rng: np.random.Generator,
) -> tuple[Array, Array]:
    """Draw log shares of histories and log odds of being unlisted, each of its own graph."""
    # List by list against the order of elimination: given the neighbours that come later, the
    # chances to be on the list are independent betas, one for each of their histories.
    every = np.arange(len(marginals.counts))
    logs = np.zeros((len(closed), len(every)))
    pairs = closed.astype(np.int64) << 8 | rest
    for pair in np.unique(pairs):
        here, open_ = np.flatnonzero((pairs == pair).any(axis=1)), int(pair) & 255
        vertex = int(pair) >> 8 ^ open_
        histories = np.unique(every & open_)  # of the neighbours
        counts, a = marginals.counts[open_ | vertex], marginals.concentration[open_ | vertex]
        on = np.tile(a + counts[histories | vertex], (len(here), 1))
        off = np.tile(a + counts[histories], (len(here), 1))
        off[:, 0] += unlisted[here]
        log_on, log_off = _log_beta(on, off, rng)
        place = np.searchsorted(histories, every & open_)
        held = (every & vertex) > 0
        logs[here] += np.where(held, log_on[:, place], log_off[:, place])
    log_cells = logs[:, 1:] - np.logaddexp.reduce(logs[:, 1:], axis=1, keepdims=True)
    return log_cells, logs[:, 0] - np.logaddexp.reduce(logs[:, 1:], axis=1)


def _log_beta(a: Array, b: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Logs of beta draws and of one minus them; shapes near 0 would underflow otherwise."""
    x, y = (
        np.log(rng.standard_gamma(shape + 1.0)) + np.log1p(-rng.random(shape.shape)) / shape
        for shape in (a, b)
    )
    total = np.logaddexp(x, y)
    return x - total, y - total


@dataclass(frozen=True)
class Decomposable(Family):
    """An average over all decomposable graphs of three to seven lists.

    Parameters
    ----------
    reference : bool
        Take the graphs and the range of the number of people that R dga takes: the complete graph
        included, and at most ten times the listed people beyond them.

    Raises
    ------
    UsageError
        If reference is neither True nor False.

    References
    ----------
    Madigan and York 1997, doi 10.1093/biomet/84.1.19; Dawid and Lauritzen 1993,
    doi 10.1214/aos/1176349260.

    Examples
    --------
    >>> from casualty_est.lists.families import Decomposable
    >>> Decomposable(reference=True).people
    'from 1 to 10 times the listed people beyond them'
    """

    reference: bool = False

    name = "decomposable"
    title = "decomposable graphs"
    assumption = (
        "some lists depend on each other and all others are independent given those, in a way "
        "that a chordal graph can draw"
    )
    prior = (
        "every chordal graph alike; chances of the histories of lists that are tied "
        "~ Dirichlet(1 / number of their histories)"
    )
    most = 7
    limit = "eight lists have thirty million graphs"
    engine = "graphs"
    method = "exact"
    not_in_pymc = (
        "it sums over graphs, and a sampler of gradients cannot step from one graph to another; "
        "its own engine adds them all up exactly"
    )

    def __post_init__(self) -> None:
        if not isinstance(self.reference, bool):
            msg = f"reference must be True or False, not {self.reference!r}"
            raise UsageError(msg)

    @property
    def people(self) -> str:
        """Which numbers of people are allowed, in words."""
        return (
            f"from 1 to {REFERENCE} times the listed people beyond them"
            if self.reference
            else super().people
        )

    def draw_prior(
        self, table: HistoryTable, draws: int, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw a graph, then the chances that it ties, as if nobody had been seen."""
        from casualty_est.lists.families.chordal import chordal_graphs

        if self.reference:
            msg = (
                f"{self.name} with reference=True has no prior of its own: its range of the number "
                "of people is set by the table; draw from the prior without it"
            )
            raise UsageError(msg)
        every = chordal_graphs(len(table.lists))
        graphs = every.part(rng.integers(len(every) - 1, size=draws))  # the complete one is last
        data = Marginals.of(table)
        nobody = replace(data, counts=np.zeros_like(data.counts), people=0)
        unlisted = np.zeros(draws, dtype=np.int64)
        log_cells, log_odds = draw_cells(nobody, graphs.closed, graphs.rest, unlisted, rng)
        listed = np.exp(log_cells) @ all_histories(len(table.lists))
        return log_odds, listed * expit(-log_odds)[:, None]
