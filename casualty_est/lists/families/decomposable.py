r"""Decomposable graphs: lists that are not tied are independent given those between them.

Under a chordal graph the chances of the histories have a hyper-Dirichlet prior: on each set s of
lists that are all tied, a Dirichlet with delta 2^(L-|s|) for each of its 2^|s| histories. delta is
2^-L by default. A graph weighs by how many pairs of lists it ties; by default all weigh alike. With
the unseen people in the empty history the marginal likelihood is a product over an elimination
order of the graph, T(closed) / T(open), where T(s) is that of the table of s alone. The number of
people is summed out with p(N) proportional to 1/N.
Madigan and York 1997, doi 10.1093/biomet/84.1.19; Dawid and Lauritzen 1993,
doi 10.1214/aos/1176349260; Lum, Johndrow, Cardone, Ball and Fienberg, R package dga.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaln, expit, gammaln

from casualty_est.errors import UsageError
from casualty_est.lists.families.family import Family, in_range
from casualty_est.lists.families.member import all_histories
from casualty_est.lists.table.history import HistoryTable
from casualty_est.tables.checks import is_whole, nearest
from casualty_est.wording.language import N_

if TYPE_CHECKING:
    from casualty_est.lists.families.chordal import Graphs

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REFERENCE = 10  # R dga stops at this many times the listed people beyond them
LEAST_DELTA, MOST_DELTA = 1e-4, 10.0
LEAST_TIE, MOST_TIE = 0.001, 0.999
ALIKE = 0.5  # chance of a tie at which all graphs are alike
MOST_MISSING = 10**9
LEAST_WEIGHT, MOST_WEIGHT = 1e-6, 1e6
Weights = tuple[tuple[str, float], ...]  # ties of a graph, and how many times as much it weighs


@dataclass(frozen=True, slots=True, eq=False)
class Marginals:
    """What a table says of every set of its lists; a set is a number, list j its bit j."""

    counts: Ints  # (set, history): people by their history on these lists; impossible ones are 0
    concentration: Array  # (set,): Dirichlet parameter of each history
    people: int  # listed
    log_tie: float = 0.0  # log prior odds of a tie between two lists

    @classmethod
    def of(cls, table: HistoryTable, prior: Decomposable | None = None) -> Marginals:
        """Count the people of a table by every set of lists."""
        dense = table.dense()
        prior = prior or Decomposable()
        sets = np.arange(len(dense))
        counts = np.stack([np.bincount(sets & s, dense, len(dense)) for s in sets])
        each = 0.5 ** np.bitwise_count(sets) * prior.total(len(table.lists))
        return cls(counts.astype(np.int64), each, table.people, prior.log_tie)

    @property
    def seen(self) -> Ints:
        """Listed people on at least one list of each set, of shape (set,)."""
        return self.people - self.counts[:, 0]

    def log_terms(self, unlisted: Array) -> Array:
        """Log T (set, point) of every set for numbers of people on no list; 0 for the empty."""
        # lgamma(top) - lgamma(top + step), which two large numbers would lose in their difference.
        top = self.concentration + self.counts[:, 0]
        step = (self.concentration[0] + self.people) - top
        ratios = betaln(top[1:, None] + unlisted, step[1:, None]) - gammaln(step[1:, None])
        terms = np.zeros((len(top), len(unlisted)))
        a = self.concentration[:, None]
        each = gammaln(a + self.counts[:, 1:]) - gammaln(a)
        constants = each.sum(axis=1) - gammaln(self.concentration)
        # A vertex with k neighbours left closes a set of k + 1 and opens one of k: k more pairs.
        ties = self.log_tie * _pairs(np.arange(len(top)))
        constants += gammaln(self.concentration[0]) + ties
        terms[1:] = ratios + constants[1:, None]
        return terms

    def log_people(self, unlisted: Array) -> Array:
        """Log of N! / unlisted! times p(N) = 1/N, of shape (point,)."""
        if self.people == 1:
            return np.zeros_like(unlisted)
        weight: Array = gammaln(self.people - 1) - betaln(unlisted + 1.0, self.people - 1.0)
        return weight


def _pairs(sets: Ints) -> Array:
    """Number of pairs in sets of lists."""
    size = np.bitwise_count(sets).astype(float)
    return size * (size - 1.0) / 2.0


def log_evidence_complete(marginals: Marginals) -> float:
    """Evidence of the complete graph, summed over every number of people."""
    # The sum over k of Gamma(n + k) Gamma(d + k) / (k! Gamma(d) Gamma(a + n + k)), with d the
    # parameter of a single history and a that of all, is Gauss's: a beta function. What ends it is
    # the prior: the data say nothing of N.
    d, whole = marginals.concentration[-1], marginals.concentration[0]
    each = gammaln(d + marginals.counts[-1, 1:]) - gammaln(d)
    tie = marginals.log_tie * _pairs(np.array([len(marginals.counts) - 1]))[0]
    return float(each.sum() + betaln(marginals.people, whole - d) + tie)


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


def weights_of(given: Any) -> Weights:
    """Weights of graphs, each known by its ties, checked as far as this can be without a table."""
    try:
        pairs = list(given.items() if isinstance(given, Mapping) else given)
        weights = [(ties, weight) for ties, weight in pairs if isinstance(ties, str)]
    except (TypeError, ValueError):
        pairs, weights = [None], []
    if len(weights) < len(pairs):
        msg = f"weights are numbers by the ties of a graph, as in {{'A&B; B&C': 2}}, not {given!r}"
        raise UsageError(msg)
    for ties, weight in weights:
        in_range(f"the weight of {ties!r}", weight, LEAST_WEIGHT, MOST_WEIGHT)
    return tuple((ties, float(weight)) for ties, weight in weights)


def is_chordal(pairs: Set[tuple[int, int]], lists: int) -> bool:
    """Whether lists can be removed one by one, each when all that it is still tied to are tied."""
    left = set(range(lists))

    def free(v: int) -> bool:
        near = sorted(u for u in left if (min(u, v), max(u, v)) in pairs)
        return all(pair in pairs for pair in combinations(near, 2))

    while left:
        gone = next((v for v in left if free(v)), None)
        if gone is None:
            return False
        left.remove(gone)
    return True


def pairs_of(ties: str, lists: Sequence[str]) -> frozenset[tuple[int, int]]:
    """Pairs of lists that a graph ties, as places among the lists."""
    pairs = set()
    for tie in [part.strip() for part in ties.split(";")] if ties.strip() else []:
        names = [name.strip() for name in tie.split("&")]
        strange = [name for name in names if name not in lists]
        if strange:
            msg = f"weights: there is no list {strange[0]!r}{nearest(strange[0], lists)}"
            raise UsageError(msg)
        if len(names) != 2 or names[0] == names[1]:
            msg = (
                f"weights: a tie is of two lists, as in 'A&B', and several are 'A&B; B&C': {tie!r}"
            )
            raise UsageError(msg)
        one, two = sorted(map(list(lists).index, names))
        pairs.add((one, two))
    return frozenset(pairs)


GRAPHS_ALIKE = "every chordal graph alike"
HISTORIES_ALIKE = (
    "chances of the histories of lists that are tied ~ Dirichlet(1 / number of their histories)"
)


@dataclass(frozen=True)
class Decomposable(Family):
    """An average over all decomposable graphs of three to seven lists.

    Parameters
    ----------
    reference : bool
        Take the graphs and the range of the number of people that R dga takes: the complete graph
        included, and at most ten times the listed people beyond them.
    delta : float, optional
        Dirichlet parameter of each history of all lists, from 0.0001 to 10: ``delta`` of R dga. By
        default one over the number of histories, the empty one included. With a smaller one, most
        people have few histories before the data.
    tie : float
        Prior probability that a pair of lists is tied, from 0.001 to 0.999, before graphs that are
        not chordal are left out. At 0.5 all graphs are alike. It is what R dga takes as
        ``log.prior.model.weights``, for weights that depend on the number of ties.
    most_missing : int, optional
        With ``reference=True``, the largest number of people on no list in place of ten times the
        listed: the end of ``Nmissing`` of R dga.
    weights : mapping of str to float
        How many times as much single graphs weigh before the data, from 0.000001 to 1000000, by the
        lists that they tie, as in ``{"A&B": 3, "A&B; B&C": 0.5, "": 2}``: the graph of one tie,
        that of two, and that of none. Any other graph weighs 1. With `tie`, these are the weights
        of R dga without restriction.

    Raises
    ------
    UsageError
        If a setting is out of range, a graph is not written as it should be or is not chordal, or
        `most_missing` comes without `reference`.

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
    delta: float | None = None
    tie: float = ALIKE
    most_missing: int | None = None
    weights: Weights = ()

    name = "decomposable"
    title = N_("family", "decomposable graphs")
    assumption = (
        "some lists depend on each other and all others are independent given those, in a way "
        "that a chordal graph can draw"
    )
    prior = f"{GRAPHS_ALIKE}; {HISTORIES_ALIKE}"
    most = 7
    limit = N_("note", "eight lists have thirty million graphs")
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
        if self.delta is not None:
            in_range("delta", self.delta, LEAST_DELTA, MOST_DELTA)
        in_range("tie", self.tie, LEAST_TIE, MOST_TIE)
        self._check_most_missing()
        object.__setattr__(self, "weights", weights_of(self.weights))
        # Its words depend on its settings; those of the class are the defaults'.
        object.__setattr__(self, "prior", self._prior())

    def _check_most_missing(self) -> None:
        most = self.most_missing
        if most is None:
            return
        if not is_whole(most) or not 1 <= most <= MOST_MISSING:
            msg = f"most_missing must be a whole number from 1 to {MOST_MISSING:,}, not {most!r}"
            raise UsageError(msg)
        if not self.reference:
            msg = "most_missing needs reference=True: without it, no limit is set"
            raise UsageError(msg)

    def _prior(self) -> str:
        graphs = GRAPHS_ALIKE
        if self.tie != ALIKE:
            graphs = f"chordal graphs, each pair of lists tied with a chance of {self.tie:g}"
        for ties, weight in self.weights:
            graphs += f", the one that ties {ties or 'no lists'} {weight:g} times as much"
        if self.delta is None:
            return f"{graphs}; {HISTORIES_ALIKE}"
        return (
            f"{graphs}; chances of the histories of all lists ~ Dirichlet({self.delta:g} each), "
            "added up for lists that are tied"
        )

    @property
    def options(self) -> dict[str, Any]:
        """Its settings by name, as a file keeps them."""
        settings = super().options
        del settings["weights"]
        if not self.weights:
            return settings
        return {**settings, "weights": [list(pair) for pair in self.weights]}

    @property
    def log_tie(self) -> float:
        """Log prior odds of a tie."""
        return float(np.log(self.tie) - np.log1p(-self.tie))

    def total(self, lists: int) -> float:
        """Dirichlet parameters of all histories, added up."""
        return 1.0 if self.delta is None else float(self.delta) * 2.0**lists

    def log_weights(self, graphs: Graphs) -> Array:
        """Log prior weights of graphs, not normalised."""
        ties: Array = np.bitwise_count(graphs.rest).sum(axis=1, dtype=np.float64)
        return self.log_tie * ties + graphs.logs

    def weighed(self, graphs: Graphs, lists: Sequence[str]) -> Graphs:
        """Graphs with the weights that were given to single ones."""
        if not self.weights:
            return graphs
        logs = np.zeros(len(graphs))
        for ties, weight in self.weights:
            logs[graphs.tying(pairs_of(ties, lists))] = np.log(weight)
        return replace(graphs, log_weight=logs)

    def check(self, lists: Sequence[str]) -> None:
        """Refuse weights of graphs that cannot be on the lists of a table."""
        graphs = [pairs_of(ties, lists) for ties, _ in self.weights]
        for (ties, _), pairs in zip(self.weights, graphs, strict=True):
            if not is_chordal(pairs, len(lists)):
                msg = (
                    f"weights: a graph that ties {ties} and nothing else is not chordal, and takes "
                    "no part in the average"
                )
                raise UsageError(msg)
            if graphs.count(pairs) > 1:
                msg = f"weights name the graph that ties {ties or 'no lists'} twice: name it once"
                raise UsageError(msg)

    def largest(self, people: int) -> int:
        """The largest number of people on no list, where there is a limit."""
        return REFERENCE * people if self.most_missing is None else self.most_missing

    @property
    def people(self) -> str:
        """Which numbers of people are allowed, in words."""
        if not self.reference:
            return super().people
        if self.most_missing is not None:
            return f"from 1 to {self.most_missing:,} people beyond the listed"
        return f"from 1 to {REFERENCE} times the listed people beyond them"

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
        every = self.weighed(chordal_graphs(len(table.lists)), table.lists)
        some = every.part(slice(len(every) - 1))  # the complete one is last
        if self.tie == ALIKE and not self.weights:
            graphs = some.part(rng.integers(len(some), size=draws))
        else:
            weights = np.exp(self.log_weights(some) - self.log_weights(some).max())
            graphs = some.part(rng.choice(len(some), size=draws, p=weights / weights.sum()))
        data = Marginals.of(table, self)
        nobody = replace(data, counts=np.zeros_like(data.counts), people=0)
        unlisted = np.zeros(draws, dtype=np.int64)
        log_cells, log_odds = draw_cells(nobody, graphs.closed, graphs.rest, unlisted, rng)
        listed = np.exp(log_cells) @ all_histories(len(table.lists))
        return log_odds, listed * expit(-log_odds)[:, None]
