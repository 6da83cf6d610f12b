"""Families of the lists model as PyMC models, for whoever wants to extend one.

The same priors and the same likelihood as the engines use: the listed people are multinomial over
the histories that can be seen, and the number of people has left the fit. What differs between the
members of a family (which pair interacts, which scale) is summed out, so NUTS samples every model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from casualty_est.errors import UsageError
from casualty_est.lists.model import classes, loglinear, visibility
from casualty_est.lists.model.families import MOST_CELLS, Family
from casualty_est.lists.model.member import LIST_MEAN, LIST_SD, all_histories
from casualty_est.lists.table.history import HistoryTable

OTHERS = "any other history"
MOST = 1e15  # people beyond which nothing is identified, as in the engines
SMALLEST = 1e-300  # chance of the histories that nobody has: above 0, so that it has a slope
MOST_SHARES = 6  # lists; with more, shares of empty histories are smaller than a float can hold
STICKS = 10  # classes of a truncated Dirichlet process
CONCENTRATION = (0.25, 0.25)  # shape and rate of its gamma prior
NOT_IN_PYMC = {
    "decomposable": "it sums over graphs, and a sampler of gradients cannot step from one graph to "
    "another; its own engine adds them all up exactly",
}


@dataclass(frozen=True, slots=True)
class _Data:
    """The table inside a model.

    Parameters
    ----------
    lists : int
        Number of lists.
    bits : tensor of shape (history, list)
        The histories that are written out.
    counts : tensor of shape (history,)
        People with each of them, and, last, none with any other where not all are written out.
    every : bool
        Whether all are.
    xi : float
        Odds ratio of the unseen cell.
    """

    lists: int
    bits: Any
    counts: Any
    every: bool
    xi: float

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """All pairs of lists, in the order of the members."""
        return list(combinations(range(self.lists), 2))

    @property
    def sides(self) -> tuple[list[int], list[int]]:
        """First and second lists of all pairs."""
        return [j for j, _ in self.pairs], [k for _, k in self.pairs]


def build(family: Family, table: HistoryTable, *, xi: float = 1.0) -> pm.Model:
    """Build the PyMC model of a family."""
    if family.key not in BUILDERS:
        reason = NOT_IN_PYMC.get(family.key, "none is written")
        msg = f"{family.key} has no PyMC model: {reason}"
        raise UsageError(msg)
    lists = len(table.lists)
    if not family.least <= lists <= family.most:
        msg = f"{family.key} takes {family.least} to {family.most} lists, not {lists}"
        raise UsageError(msg)
    every = lists <= MOST_CELLS
    bits = all_histories(lists) if every else table.histories.astype(float)
    counts = table.dense()[1:] if every else np.append(table.counts, 0)
    names = ["&".join(n for n, b in zip(table.lists, row, strict=True) if b) for row in bits]
    coords = {"list": list(table.lists), "history": names}
    written = "history"
    if not every:
        written = "written_history"
        coords |= {written: names, "history": [*names, OTHERS]}
    with pm.Model(coords=coords) as model:
        data = _Data(
            lists,
            pm.Data("histories", bits, dims=(written, "list")),
            pm.Data("counts", counts, dims="history"),
            every,
            xi,
        )
        BUILDERS[family.key](data)
    return model


def with_number(model: pm.Model) -> pm.Model:
    """Copy a model and add the number of people, to be drawn after sampling.

    Parameters
    ----------
    model : pymc.Model
        A model that `build` made, extended or not.

    Returns
    -------
    pymc.Model
        With ``unlisted``, the people on no list, negative binomial given the odds of being on
        none, and ``number``, all people; for `pymc.sample_posterior_predictive` of draws of
        `model`, not for sampling.
    """
    from pymc.model.fgraph import clone_model

    with clone_model(model) as found:
        listed = found["counts"].sum()
        mean = pt.minimum(listed * pt.exp(found["log_odds_unseen"]), MOST)
        unlisted = pm.NegativeBinomial("unlisted", mu=mean, alpha=listed)
        pm.Deterministic("number", listed + unlisted)
    return found


# What the families share ------------------------------------------------------------------------


def _levels() -> Any:
    """Log odds of every list."""
    return pm.Normal("list_log_odds", LIST_MEAN, LIST_SD, dims="list")


def _name(dim: str, values: Sequence[str | int]) -> None:
    pm.modelcontext(None).add_coord(dim, list(values))


def _pair_names(data: _Data) -> list[str]:
    lists = pm.modelcontext(None).coords["list"]
    return [f"{lists[j]} with {lists[k]}" for j, k in data.pairs]


def _together(data: _Data) -> Any:
    """Whether a history holds both lists of each pair, of shape (history, pair)."""
    first, second = data.sides
    return data.bits[:, first] * data.bits[:, second]


def _parts(data: _Data, log_odds: Any, log_shares: Any, interaction: Any = None) -> tuple[Any, Any]:
    """Log chances of the histories, where the population falls into parts.

    Inside a part lists are independent; with an interaction, one pair is not, and each pair has a
    member of its own on the first axis.

    log_odds (part, list): Log odds of each list to hold somebody of each part, were no pair to
    interact.
    log_shares (part,): Log shares of the parts.
    Returns ([member,] history).
    Returns ([member],).
    """
    weights = pt.dot(log_odds, data.bits.T)  # (part, history)
    each = pt.softplus(log_odds)
    log_all = each.sum(axis=-1)  # the empty history weighs 1
    if interaction is not None:
        first, second = data.sides
        weights = weights[None] + interaction * _together(data).T[:, None, :]
        one, two = log_odds[:, first].T, log_odds[:, second].T  # (member, part)
        cells = pt.stack([pt.zeros_like(one), one, two, one + two + interaction])
        log_all = log_all - pt.softplus(one) - pt.softplus(two) + pt.logsumexp(cells, axis=0)
    empty = log_shares - log_all
    log_cells = pt.logsumexp(weights + empty[..., None], axis=-2)
    return log_cells, pt.logsumexp(empty, axis=-1)


def _observe(data: _Data, log_cells: Any, log_empty: Any, *, members: bool = False) -> None:
    """Add the likelihood of the listed people and the log odds of being on no list.

    Where there are members, on the first axis, the likelihood is their equal mixture. The odds
    depend on the member, so one is drawn by its probability: a uniform of its own says which.
    """
    log_listed = pt.logsumexp(log_cells, axis=-1) if data.every else pt.log1mexp(log_empty)
    shares = pt.exp(log_cells - log_listed[..., None])
    if not data.every:
        others = pt.maximum(1.0 - shares.sum(axis=-1, keepdims=True), SMALLEST)
        shares = pt.concatenate([shares, others], axis=-1)
    # Rounding may put a share, and their sum, a little above 1.
    shares = shares / pt.maximum(shares.sum(axis=-1, keepdims=True), 1.0)
    log_odds, people = log_empty - log_listed, data.counts.sum()
    if not members:
        pm.Multinomial("people", n=people, p=shares, observed=data.counts, dims="history")
        pm.Deterministic("log_odds_unseen", log_odds)
        return
    count = len(pm.modelcontext(None).coords["member"])
    each = pm.Multinomial.dist(n=people, p=shares)
    equal = np.full(count, 1 / count)
    pm.Mixture("people", w=equal, comp_dists=each, observed=data.counts, dims="history")
    written = data.counts if data.every else data.counts[:-1]
    likelihood = ((log_cells - log_listed[..., None]) * written).sum(axis=-1)
    chance = pm.Deterministic("member_probability", pt.special.softmax(likelihood), dims="member")
    place = pm.Uniform("member_place", 0.0, 1.0)
    which = pt.minimum((pt.cumsum(chance) < place).sum(), count - 1)
    pm.Deterministic("log_odds_unseen", log_odds[which])


# The families -----------------------------------------------------------------------------------


def _independence(data: _Data) -> None:
    _observe(data, *_parts(data, _levels()[None], np.zeros(1)))


def _pairs(data: _Data) -> None:
    _name("member", _pair_names(data))
    interaction = pm.Normal("interaction", 0.0, loglinear.SINGLE_SD)
    found = _parts(data, _levels()[None], np.zeros(1), interaction)
    _observe(data, *found, members=True)


def _ridge(data: _Data) -> None:
    count, scales = len(data.pairs), np.array(loglinear.SCALES)
    _name("pair", _pair_names(data))
    _name("member", [f"scale {scale:g}" for scale in scales])
    levels = _levels()
    wide = scales[:, None, None] * np.eye(count)
    interactions = pm.Mixture(
        "interactions",
        w=np.full(len(scales), 1 / len(scales)),
        comp_dists=pm.MvNormal.dist(np.zeros((len(scales), count)), chol=wide),
        dims="pair",
    )
    # The data speak of the scale through the interactions alone.
    density = -0.5 * (interactions**2).sum() / scales**2 - count * np.log(scales)
    pm.Deterministic("member_probability", pt.special.softmax(density), dims="member")
    weights = pt.dot(data.bits, levels) + pt.dot(_together(data), interactions)
    _observe(data, weights, pt.zeros(()))  # the empty history weighs 1


def _visibility_log_odds() -> Any:
    """Log odds of every list at every node of visibility."""
    levels = _levels()
    common = pm.Normal("log_common_loading", visibility.LOADING_MEAN, visibility.LOADING_SD)
    own = pm.Normal("own_loading", 0.0, 1.0, dims="list")
    loading = pm.Deterministic("loading", pt.exp(common + visibility.SPREAD * own), dims="list")
    return levels + visibility.POINTS[:, None] * loading


def _visibility(data: _Data) -> None:
    _observe(data, *_parts(data, _visibility_log_odds(), visibility.LOG_WEIGHTS))


def _visibility_pair(data: _Data) -> None:
    _name("member", _pair_names(data))
    log_odds = _visibility_log_odds()
    interaction = pm.Normal("interaction", 0.0, visibility.PAIR_SD)
    found = _parts(data, log_odds, visibility.LOG_WEIGHTS, interaction)
    _observe(data, *found, members=True)


def _classes(data: _Data) -> None:
    count, lists, scales = classes.CLASSES, data.lists, classes.OWN_SDS
    size = count * lists
    _name("class", range(1, count + 1))
    _name("member", [f"own scale {scale:g}" for scale in scales])
    # What lists and classes have in common is summed out: the log odds are normal together.
    same_list = np.tile(np.eye(lists), (count, count))
    same_class = np.kron(np.eye(count), np.ones((lists, lists)))
    common = classes.LISTS_SD**2 * same_list + classes.CLASSES_SD**2 * same_class
    lower = np.stack([np.linalg.cholesky(common + own**2 * np.eye(size)) for own in scales])
    flat = pm.Mixture(
        "flat_log_odds",
        w=np.full(len(scales), 1 / len(scales)),
        comp_dists=pm.MvNormal.dist(np.full((len(scales), size), LIST_MEAN), chol=lower),
    )
    # The data speak of the scale through the log odds alone.
    white = pt.dot(np.linalg.inv(lower), flat - LIST_MEAN)
    heights = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(axis=1)
    density = -0.5 * (white**2).sum(axis=1) - heights
    pm.Deterministic("member_probability", pt.special.softmax(density), dims="member")
    log_odds = pm.Deterministic(
        "class_log_odds", flat.reshape((count, lists)), dims=("class", "list")
    )
    shares = pm.Dirichlet("class_share", np.ones(count), dims="class")
    _observe(data, *_parts(data, log_odds, pt.log(shares)))


def _dirichlet_process(data: _Data) -> None:
    """Latent classes by a truncated stick: no class too many, as LCMCR has them."""
    _name("class", range(1, STICKS + 1))
    concentration = pm.Gamma("concentration", *CONCENTRATION)
    # A class takes a Beta(1, concentration) part of what is left; minus the log of what it leaves
    # is exponential, and on that scale nothing is rounded to a whole stick.
    left = pm.Exponential("minus_log_left", concentration, shape=STICKS - 1)
    taken = pt.concatenate([pt.log1mexp(-left), np.zeros(1)])
    before = pt.concatenate([np.zeros(1), -pt.cumsum(left)])
    log_shares = pm.Deterministic("log_class_share", taken + before, dims="class")
    chance = pm.Beta("class_chance", 1.0, 1.0, dims=("class", "list"))
    _observe(data, *_parts(data, pt.log(chance) - pt.log1p(-chance), log_shares))


def _no_highest_order(data: _Data) -> None:
    if data.lists > MOST_SHARES:
        msg = (
            f"the PyMC model of no-highest-order takes at most {MOST_SHARES} lists, not "
            f"{data.lists}: shares of empty histories would be smaller than a float can hold; "
            f"fit() draws the same posterior exactly"
        )
        raise UsageError(msg)
    count = 2**data.lists - 1
    share = pm.Dirichlet("history_share", np.full(count, 1 / count), dims="history")
    odd = pt.eq(data.bits.sum(axis=1) % 2, 1)
    log_share = pt.log(share)
    _observe(data, log_share, np.log(data.xi) + pt.switch(odd, log_share, -log_share).sum())


BUILDERS: dict[str, Callable[[_Data], None]] = {
    "independence": _independence,
    "pairs": _pairs,
    "ridge": _ridge,
    "visibility": _visibility,
    "visibility-pair": _visibility_pair,
    "classes": _classes,
    "dirichlet-process": _dirichlet_process,
    "no-highest-order": _no_highest_order,
}
