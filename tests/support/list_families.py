"""Simulators of the families of the lists model, written from their published definitions.

Nothing here imports the models or the engines. A family is a prior, and the chance of every
history by plain enumeration; history i holds list j where bit j of i is set, and history 0 is the
empty one.

The number of listed people is fixed by design. With p(N) proportional to 1/N it says nothing of the
parameters, so these come from their prior as they are, the listed people from the chances given
that somebody is listed, and the people on no list from a negative binomial.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations

import numpy as np

LEVEL, COMMON_SD, LEVEL_SD = -1.5, 0.4, 1.0
PAIR_SD = 1.0
SCALES = (0.1, 0.3, 0.8)
LOADING, LOADING_SD, OWN_LOADING_SDS = -0.4, 0.7, (0.35, 0.1)  # with a pair the first
NODES = 17
CLASSES, CLASS_SDS = 4, (1.0, 0.8)  # lists, classes
OWN_SDS = (0.2, 0.7)  # each list in each class
STICKS = 10
MOST = 1e15  # people: the model stops counting there

FAMILIES = (
    "independence",
    "pairs",
    "ridge",
    "visibility",
    "visibility-pair",
    "classes",
    "no-highest-order",
    "decomposable",
    "dirichlet-process",
    "odds-ratio",
)


@dataclass(frozen=True)
class Design:
    """What is fixed before anything is simulated."""

    family: str
    lists: int
    people: int = 200
    narrow: float = 1.0  # factor on the prior sds: not 1 where the simulator is wrong on purpose

    @property
    def name(self):
        return f"{self.family}, {self.lists} lists"

    @property
    def bits(self):
        return np.array([[(i >> j) & 1 for j in range(self.lists)] for i in range(2**self.lists)])

    @property
    def pairs(self):
        return list(combinations(range(self.lists), 2))


def simulate(design, rng):
    """One study: the true quantities, and the people with each history."""
    truth, log_chance = PRIORS[design.family](design, rng)
    top = log_chance[1:].max()
    log_listed = top + np.log(np.exp(log_chance[1:] - top).sum())
    log_share = log_chance[1:] - log_listed
    counts = rng.multinomial(design.people, np.exp(log_share))
    log_odds = log_chance[0] - log_listed
    held = counts > 0
    truth |= {
        "log N": np.log(design.people + _unlisted(design.people, log_odds, rng)),
        "log odds of being on no list": log_odds,
        "log-likelihood": float(counts[held] @ log_share[held]),
    }
    return truth, counts


def _unlisted(people, log_odds, rng):
    if log_odds < np.log(1e9):
        return rng.negative_binomial(people, 1 / (1 + np.exp(log_odds)))
    mean = np.log(rng.gamma(people)) + log_odds
    return rng.poisson(min(np.exp(min(mean, 100.0)), MOST))


# --- the families: named truths, and log chances of all histories up to a constant --------------


def _levels(design, rng):
    common = COMMON_SD * rng.normal()
    return rng.normal(LEVEL + design.narrow * common, LEVEL_SD * design.narrow, design.lists)


def _independence(design, rng):
    levels = _levels(design, rng)
    return _named_levels(levels), design.bits @ levels


def _named_levels(levels):
    return {f"log odds of list {j + 1}": a for j, a in enumerate(levels)}


def _pairs(design, rng):
    levels, which = _levels(design, rng), rng.integers(len(design.pairs))
    term = rng.normal(0, PAIR_SD * design.narrow)
    j, k = design.pairs[which]
    log_chance = design.bits @ levels + term * design.bits[:, j] * design.bits[:, k]
    return {"log odds of list 1": levels[0], "interaction": term, "pair": which}, log_chance


def _ridge(design, rng):
    levels, which = _levels(design, rng), rng.integers(len(SCALES))
    terms = rng.normal(0, SCALES[which] * design.narrow, len(design.pairs))
    log_chance = design.bits @ levels
    for term, (j, k) in zip(terms, design.pairs, strict=True):
        log_chance = log_chance + term * design.bits[:, j] * design.bits[:, k]
    truth = {
        "log odds of list 1": levels[0],
        "interaction of lists 1 and 2": terms[0],
        "mean square interaction": np.log(np.mean(terms**2)),
        "scale": which,
    }
    return truth, log_chance


def _visibility(design, rng, pair=None):
    levels = _levels(design, rng)
    common = rng.normal(LOADING, LOADING_SD * design.narrow)
    own = rng.normal(0, design.narrow, design.lists)
    which = rng.integers(2) if pair is None else 0
    loading = np.exp(common + OWN_LOADING_SDS[which] * own)
    term = rng.normal(0, PAIR_SD * design.narrow)
    # The 17 nodes are the model: visibility takes these values with these probabilities.
    nodes, weights = np.polynomial.hermite.hermgauss(NODES)
    chance = np.zeros(2**design.lists)
    for u, w in zip(np.sqrt(2) * nodes, weights / weights.sum(), strict=True):
        logit = design.bits @ (levels + loading * u)
        if pair is not None:
            logit = logit + term * design.bits[:, pair[0]] * design.bits[:, pair[1]]
        weight = np.exp(logit - logit.max())
        chance += w * weight / weight.sum()
    truth = {
        "log odds of list 1": levels[0],
        "log common loading": common,
        "log loading of list 1": np.log(loading[0]),
    }
    if pair is None:
        truth["spread"] = which
    else:
        truth["interaction"] = term
    return truth, np.log(chance)


def _visibility_pair(design, rng):
    which = rng.integers(len(design.pairs))
    truth, log_chance = _visibility(design, rng, design.pairs[which])
    return {**truth, "pair": which}, log_chance


def _classes(design, rng):
    of_list, of_class = (sd * design.narrow for sd in CLASS_SDS)
    scale = rng.integers(len(OWN_SDS))
    own = OWN_SDS[scale] * design.narrow
    logit = (
        LEVEL
        + rng.normal(0, of_list, design.lists)
        + rng.normal(0, of_class, (CLASSES, 1))
        + rng.normal(0, own, (CLASSES, design.lists))
    )
    shares = rng.dirichlet(np.ones(CLASSES))
    hold = 1 / (1 + np.exp(-logit))
    chance = np.zeros(2**design.lists)
    for share, held in zip(shares, hold, strict=True):
        chance += share * np.prod(np.where(design.bits, held, 1 - held), axis=1)
    # Nothing here depends on how the classes are numbered.
    truth = {
        "largest share": shares.max(),
        "chance to be on list 1": float(shares @ hold[:, 0]),
        "log odds of list 1 in the largest class": logit[shares.argmax(), 0],
        "scale": scale,
    }
    return truth, np.log(chance)


def _no_highest_order(design, rng):
    cells = 2**design.lists - 1
    shape = np.full(cells, 1 / (cells * design.narrow))
    # The log of a gamma with a small shape, that no float holds on its own scale.
    log_gamma = np.log(rng.gamma(shape + 1)) + np.log(rng.random(cells)) / shape
    log_share = log_gamma - log_gamma.max()
    log_share = log_share - np.log(np.exp(log_share).sum())
    odd = design.bits[1:].sum(axis=1) % 2 == 1
    log_odds = log_share[odd].sum() - log_share[~odd].sum()
    truth = {"log share of list 1 alone": log_share[0], "log share of all lists": log_share[-1]}
    return truth, np.concatenate([[log_odds], log_share])


def _decomposable(design, rng):
    """A chordal graph, all alike but the complete one, and beta chances list by list against it."""
    graphs = [(g, order) for g in _graphs(design) if (order := _order(design.lists, g)) is not None]
    which = rng.integers(len(graphs))
    ties, order = graphs[which]
    log_chance = np.zeros(2**design.lists)
    for i, v in enumerate(order):
        later = [w for w in order[i + 1 :] if frozenset((v, w)) in ties]
        # A Dirichlet of 2^-k for each history of k tied lists, given the history on the others.
        a = 0.5 ** (len(later) + 1) * design.narrow
        for history in range(2 ** len(later)):
            here = np.ones(len(log_chance), bool)
            for bit, w in enumerate(later):
                here &= design.bits[:, w] == (history >> bit & 1)
            on, off = _log_beta(a, rng)
            log_chance[here] += np.where(design.bits[here, v] == 1, on, off)
    return {"ties": len(ties)}, log_chance


def _graphs(design):
    every = [frozenset(pair) for pair in design.pairs]
    for number in range(len(every)):  # the complete graph has all of them, and is left out
        yield from map(frozenset, combinations(every, number))


def _order(lists, ties):
    """An order in which every list, when it goes, has neighbours left that are all tied."""
    for order in permutations(range(lists)):
        left = [
            [w for w in order[i + 1 :] if frozenset((v, w)) in ties] for i, v in enumerate(order)
        ]
        if all(frozenset(pair) in ties for near in left for pair in combinations(near, 2)):
            return order
    return None


def _log_beta(a, rng):
    x, y = (np.log(rng.gamma(a + 1)) + np.log(rng.random()) / a for _ in range(2))
    total = np.logaddexp(x, y)
    return x - total, y - total


def _dirichlet_process(design, rng):
    alpha = rng.gamma(0.25, 4.0)  # shape and scale
    sticks = np.append(rng.beta(1, max(alpha * design.narrow, 1e-300), STICKS - 1), 1.0)
    left = np.concatenate([[1.0], np.cumprod(1 - sticks[:-1])])
    shares, hold = sticks * left, rng.random((STICKS, design.lists))
    chance = np.zeros(2**design.lists)
    for share, held in zip(shares, hold, strict=True):
        chance += share * np.prod(np.where(design.bits, held, 1 - held), axis=1)
    return {"chance to be on list 1": float(shares @ hold[:, 0])}, np.log(chance)


def _odds_ratio(design, rng):
    """Two lists: half a person in each seen history, and an odds ratio within a factor of six."""
    a, b, both = rng.dirichlet(np.full(3, 0.5))
    log_ratio = rng.normal(np.log(1.5), np.log(6) / 1.96 * design.narrow)
    log_odds = log_ratio + np.log(a) + np.log(b) - np.log(both)
    truth = {"log share of list 1 alone": np.log(a), "log share of all lists": np.log(both)}
    return truth, np.array([log_odds, np.log(a), np.log(b), np.log(both)])


PRIORS = dict(
    zip(
        FAMILIES,
        (
            _independence,
            _pairs,
            _ridge,
            _visibility,
            _visibility_pair,
            _classes,
            _no_highest_order,
            _decomposable,
            _dirichlet_process,
            _odds_ratio,
        ),
        strict=True,
    )
)
