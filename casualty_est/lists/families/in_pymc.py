"""Families as PyMC models, for whoever wants to extend one.

The same priors and the same likelihood as the engines use: the listed people are multinomial over
the histories that can be seen, and the number of people has left the fit. What differs between the
members of a family (which pair interacts, which scale) is summed out, so NUTS samples every model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from casualty_est.errors import UsageError
from casualty_est.lists.families.family import MOST_CELLS, Family
from casualty_est.lists.families.member import (
    COMMON_SD,
    LIST_MEAN,
    LIST_SD,
    MOST,
    all_histories,
    all_pairs,
)
from casualty_est.lists.table.history import HistoryTable

OTHERS = "any other history"
SMALLEST = 1e-300  # chance of the histories that nobody has: above 0, so that it has a slope


@dataclass(frozen=True, slots=True)
class Data:
    """The table inside a PyMC model, and what the forms of the families share."""

    lists: int
    bits: Any  # (history, list): the histories that are written out
    counts: Any  # (history,): people; last, none with any other where not all are written out
    every: bool  # whether all are

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """All pairs of lists, in the order of the members."""
        return all_pairs(self.lists)

    @property
    def sides(self) -> tuple[list[int], list[int]]:
        """First and second lists of all pairs."""
        return [j for j, _ in self.pairs], [k for _, k in self.pairs]

    def levels(self) -> Any:
        """Log odds of every list."""
        covariance = LIST_SD**2 * np.eye(self.lists) + COMMON_SD**2
        return pm.MvNormal(
            "list_log_odds",
            np.full(self.lists, LIST_MEAN),
            chol=np.linalg.cholesky(covariance),
            dims="list",
        )

    def interaction(self, sd: float) -> Any:
        """Interaction of one pair of lists, each pair a member."""
        self.name("member", self.pair_names())
        return pm.Normal("interaction", 0.0, sd)

    def name(self, dim: str, values: Sequence[str | int]) -> None:
        """Name the places along a dimension."""
        pm.modelcontext(None).add_coord(dim, list(values))

    def pair_names(self) -> list[str]:
        """Name every pair, in the order of the members."""
        lists = pm.modelcontext(None).coords["list"]
        return [f"{lists[j]} with {lists[k]}" for j, k in self.pairs]

    def together(self) -> Any:
        """Whether a history holds both lists of each pair, of shape (history, pair)."""
        first, second = self.sides
        return self.bits[:, first] * self.bits[:, second]

    def parts(self, log_odds: Any, log_shares: Any, interaction: Any = None) -> tuple[Any, Any]:
        """Log chances of the histories and of the empty one, where people fall into parts."""
        # Inside a part (part, list) lists are independent; with an interaction, one pair is not,
        # and each pair has a member of its own on the first axis.
        weights = pt.dot(log_odds, self.bits.T)  # (part, history)
        each = pt.softplus(log_odds)
        log_all = each.sum(axis=-1)  # the empty history weighs 1
        if interaction is not None:
            first, second = self.sides
            weights = weights[None] + interaction * self.together().T[:, None, :]
            one, two = log_odds[:, first].T, log_odds[:, second].T  # (member, part)
            cells = pt.stack([pt.zeros_like(one), one, two, one + two + interaction])
            log_all = log_all - pt.softplus(one) - pt.softplus(two) + pt.logsumexp(cells, axis=0)
        empty = log_shares - log_all
        log_cells = pt.logsumexp(weights + empty[..., None], axis=-2)
        return log_cells, pt.logsumexp(empty, axis=-1)

    def observe(self, log_cells: Any, log_empty: Any, *, members: bool = False) -> None:
        """Add the likelihood of the listed people and the log odds of being on no list."""
        # Of members, on the first axis, the likelihood is the equal mixture. The odds depend on the
        # member, so one is drawn by its probability: a uniform of its own says which.
        log_listed = pt.logsumexp(log_cells, axis=-1) if self.every else pt.log1mexp(log_empty)
        shares = pt.exp(log_cells - log_listed[..., None])
        if not self.every:
            others = pt.maximum(1.0 - shares.sum(axis=-1, keepdims=True), SMALLEST)
            shares = pt.concatenate([shares, others], axis=-1)
        # Rounding may put a share, and their sum, a little above 1.
        shares = shares / pt.maximum(shares.sum(axis=-1, keepdims=True), 1.0)
        log_odds, people = log_empty - log_listed, self.counts.sum()
        if not members:
            pm.Multinomial("people", n=people, p=shares, observed=self.counts, dims="history")
            pm.Deterministic("log_odds_unseen", log_odds)
            return
        count = len(pm.modelcontext(None).coords["member"])
        each = pm.Multinomial.dist(n=people, p=shares)
        equal = np.full(count, 1 / count)
        pm.Mixture("people", w=equal, comp_dists=each, observed=self.counts, dims="history")
        written = self.counts if self.every else self.counts[:-1]
        likelihood = ((log_cells - log_listed[..., None]) * written).sum(axis=-1)
        chance = pm.Deterministic(
            "member_probability", pt.special.softmax(likelihood), dims="member"
        )
        place = pm.Uniform("member_place", 0.0, 1.0)
        which = pt.minimum((pt.cumsum(chance) < place).sum(), count - 1)
        pm.Deterministic("log_odds_unseen", log_odds[which])


def build(family: Family, table: HistoryTable) -> pm.Model:
    """Build the PyMC model of a family."""
    lists = len(table.lists)
    if refusal := family.refusal(lists):
        msg = f"{family.name} {refusal}"
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
        held = pm.Data("histories", bits, dims=(written, "list"))
        family.pymc(Data(lists, held, pm.Data("counts", counts, dims="history"), every))
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

    with clone_model(model) as numbered:
        listed = numbered["counts"].sum()
        mean = pt.minimum(listed * pt.exp(numbered["log_odds_unseen"]), MOST)
        unlisted = pm.NegativeBinomial("unlisted", mu=mean, alpha=listed)
        pm.Deterministic("number", listed + unlisted)
    return numbered
