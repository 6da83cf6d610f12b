"""Lists with covariates for simulation-based calibration: people drawn from the prior, one by one.

The likelihood of the package takes the listed people of each combination of values as given, so
their number is fixed, and each draws a history among those that can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from casualty_est.lists.families.covariate_cells import Cells, Form
from casualty_est.lists.inference import covariates as engine
from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.traits import UNKNOWN, Covariate, Traits

LISTS = ("A", "B", "C")
PLACES = (0.5, -0.5)  # of two values: that is how their contrast is written
COVARIATES = (Covariate("sex", ("f", "m")), Covariate("side", ("n", "s")))
WAYS = ((0, 0), (0, 1), (1, 0), (1, 1))


@dataclass(frozen=True)
class Design:
    """How many are listed, how many blank, and how wide effects are against the prior."""

    people: int = 200
    classes: int = 2
    blank: float = 0.15
    narrow: float = 1.0

    def simulate(self, rng):
        """Draw parameters from the prior, people from the parameters; the truths and the table."""
        while True:
            truth, table = self._once(rng)
            if table is not None:
                return truth, table

    def _once(self, rng):
        classes, lists = int(rng.integers(1, self.classes + 1)), len(LISTS)
        own, own_2 = 0.4 * np.exp(0.6 * rng.normal(size=2))
        odds = (
            -1.5
            + 1.0 * rng.normal(size=lists)
            + 0.8 * rng.normal(size=(classes, 1))
            + own * rng.normal(size=(classes, lists))
        )
        effects = self.narrow * (0.8 * rng.normal(size=2) + own_2 * rng.normal(size=(lists, 2)))
        weights = np.log(rng.exponential(size=classes))
        slopes = 0.8 / np.sqrt(2) * rng.normal(size=(classes, 2))
        way = rng.choice(4, self.people, p=rng.dirichlet(np.ones(4)))
        histories, unlisted = np.empty((self.people, lists), dtype=int), np.zeros(4)
        every = np.array([[(i >> j) & 1 for j in range(lists)] for i in range(8)])
        for w, values in enumerate(WAYS):
            x = np.array([PLACES[v] for v in values])
            height = np.exp(weights + slopes @ x)
            on = expit(odds + effects @ x)
            chance = np.where(every[:, None, :] == 1, on, 1 - on).prod(axis=2) @ height
            chance = chance / chance.sum()
            here = np.flatnonzero(way == w)
            seen = chance[1:] / chance[1:].sum()
            histories[here] = every[1:][rng.choice(7, len(here), p=seen)]
            if len(here):
                unlisted[w] = rng.poisson(rng.gamma(len(here)) * chance[0] / chance[1:].sum())
        values = np.array(WAYS)[way]
        blank = np.where(rng.random(self.people) < self.blank, UNKNOWN, values[:, 0])
        kept = np.column_stack([blank, values[:, 1]])
        table = HistoryTable.of(LISTS, histories, np.ones(self.people))
        table = HistoryTable(
            *(table.lists, table.histories, table.counts),
            traits=Traits.of(COVARIATES, histories, kept, np.ones(self.people)),
        )
        women = (values[:, 0] == 0).sum() + unlisted[:2].sum()
        truth = {
            "log N": np.log(self.people + unlisted.sum()),
            "log women": np.log(1 + women),
            "listed women": float((values[:, 0] == 0).sum()),
            "classes": float(classes),
            "effect of sex on A": effects[0, 0],
            "effect of side on C": effects[2, 1],
        }
        if not np.isfinite(list(truth.values())).all() or truth["log N"] > 25:
            return None, None
        return truth, table

    def fit(self, table, seed):
        """Draws of the same quantities."""
        cells = Cells.of(table)
        forms = tuple(Form.of(cells, k + 1) for k in range(self.classes))
        root, rng = np.random.SeedSequence(seed), np.random.default_rng(seed)
        runs = engine.sample(cells, forms, range(4), engine.MOVES, root)
        sampled = engine.drawn(cells, forms, runs, rng)
        chosen = rng.choice(len(sampled.weight), 1000, p=sampled.weight)
        held, unlisted = sampled.held[chosen], sampled.unlisted[chosen]
        women = cells.values[:, 0] == 0
        effects = np.empty((len(chosen), len(LISTS), 2))
        for f, form in enumerate(forms):
            here = np.flatnonzero(sampled.form[chosen] == f)
            effects[here] = form.parts(sampled.theta(f, chosen[here]))[1]
        return {
            "log N": np.log(held.sum(axis=1) + unlisted.sum(axis=1)),
            "log women": np.log(1 + (held + unlisted)[:, women].sum(axis=1)),
            "listed women": held[:, women].sum(axis=1),
            "classes": sampled.form[chosen] + 1,
            "effect of sex on A": effects[:, 0, 0],
            "effect of side on C": effects[:, 2, 1],
        }
