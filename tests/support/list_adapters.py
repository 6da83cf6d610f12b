"""From a simulated design to the engines of the lists model, under the simulator's names."""

from __future__ import annotations

from dataclasses import dataclass
from unittest import mock

import numpy as np

from casualty_est.lists.families import FAMILIES
from casualty_est.lists.families.classes import OWN_SDS, LatentClasses
from casualty_est.lists.families.decomposable import draw_cells
from casualty_est.lists.families.ridge import SCALES
from casualty_est.lists.families.visibility import SPREADS, NormalVisibility
from casualty_est.lists.inference import averaged as engine
from casualty_est.lists.inference.answer import draw_unlisted
from casualty_est.lists.inference.gibbs import run_chains
from casualty_est.lists.inference.graphs import solve_graphs
from casualty_est.lists.table.history import HistoryTable
from tests.support import list_families
from tests.support.list_families import Design

DRAWS = 1000
RUNS = 2  # of sequential Monte Carlo: that the ends of an interval are known needs more


@dataclass(frozen=True)
class Adapter:
    """One family, fitted to whatever a design simulates; in other processes too."""

    design: Design

    def simulate(self, rng):
        return list_families.simulate(self.design, rng)

    def table(self, counts):
        names = tuple(f"list {j + 1}" for j in range(self.design.lists))
        return HistoryTable.of(names, self.design.bits[1:], counts)

    def fit(self, counts, seed):
        table = self.table(counts)
        if self.design.family in ("no-highest-order", "odds-ratio"):
            return self._cells(table, np.random.default_rng(seed))
        if self.design.family in ("decomposable", "dirichlet-process"):
            return getattr(self, f"_{self.design.family.replace('-', '_')}")(table, seed)
        family = FAMILIES[self.design.family]()
        with mock.patch.object(engine, "MOST_RUNS", RUNS):
            found = engine.average(
                table, (family,), seed=np.random.SeedSequence(seed), runs=RUNS, floor=0.0
            )
        chosen = found.choose(DRAWS, np.random.default_rng(seed))
        values = {
            "log N": np.log(table.people + found.pool.unlisted[chosen]),
            "log odds of being on no list": found.pool.log_odds[chosen],
        }
        for member, here, theta in engine.parameters(found.members, found.pool, chosen):
            for name, part in named(member, table, theta).items():
                values.setdefault(name, np.full(DRAWS, np.nan))[here] = part
        return values

    def _decomposable(self, table, seed):
        found = solve_graphs(table)
        rng = np.random.default_rng(seed)
        unlisted = found.draw(DRAWS, rng)
        which = found.draw_graphs(unlisted, rng)
        graphs = found.graphs.part(which)
        log_cells, log_odds = draw_cells(found.marginals, graphs.closed, graphs.rest, unlisted, rng)
        counts = table.dense()[1:]
        held = counts > 0
        return {
            "log N": np.log(table.people + unlisted),
            "log odds of being on no list": log_odds,
            "log-likelihood": log_cells[:, held] @ counts[held],
            "ties": np.array([len(found.graphs.edges(int(g))) for g in which]),
        }

    def _dirichlet_process(self, table, seed):
        stream = np.random.SeedSequence(seed)
        chains, _ = run_chains(table, chains=RUNS, seed=stream, report=None)
        every = np.linspace(0, chains.unlisted.size - 1, DRAWS).astype(int)
        shares, hold = (
            part.reshape(-1, *part.shape[2:])[every] for part in (chains.log_shares, chains.chances)
        )
        shares = np.exp(shares)
        bits = self.design.bits
        inside = np.prod(np.where(bits[:, None, None], hold, 1 - hold), axis=-1)
        chance = (inside * shares).sum(axis=-1).T
        listed = 1 - chance[:, :1]
        counts = table.dense()[1:]
        held = counts > 0
        return {
            "log N": np.log(table.people + chains.unlisted.ravel()[every]),
            "log odds of being on no list": np.log(chance[:, 0] / listed[:, 0]),
            "log-likelihood": np.log(chance[:, 1:] / listed)[:, held] @ counts[held],
            "chance to be on list 1": (shares * hold[:, :, 0]).sum(axis=1),
        }

    def _cells(self, table, rng):
        log_cells, log_odds = FAMILIES[self.design.family]().posterior(table, DRAWS, rng, rng)
        counts = table.dense()[1:]
        held = counts > 0
        return {
            "log share of list 1 alone": log_cells[:, 0],
            "log share of all lists": log_cells[:, -1],
            "log N": np.log(table.people + draw_unlisted(log_odds, table.people, rng)),
            "log odds of being on no list": log_odds,
            "log-likelihood": log_cells[:, held] @ counts[held],
        }


def named(member, table, theta):
    """Parameters and log-likelihood of draws under the simulator's names."""
    lists = member.n_lists
    values = {"log-likelihood": member.evaluate(theta)[0] @ table.counts}
    if isinstance(member, LatentClasses):
        cut = member.classes * lists
        logit = theta[:, :cut].reshape(-1, member.classes, lists)
        shares = np.exp(np.column_stack([theta[:, cut:], np.zeros(len(theta))]))
        shares /= shares.sum(axis=1, keepdims=True)
        largest = shares.argmax(axis=1)
        return values | {
            "largest share": shares.max(axis=1),
            "chance to be on list 1": (shares / (1 + np.exp(-logit[:, :, 0]))).sum(axis=1),
            "log odds of list 1 in the largest class": logit[np.arange(len(theta)), largest, 0],
            "scale": np.full(len(theta), OWN_SDS.index(member.own)),
        }
    values["log odds of list 1"] = theta[:, 0]
    pairs = list_families.Design("", lists).pairs
    if isinstance(member, NormalVisibility):
        values["log common loading"] = theta[:, lists]
        values["log loading of list 1"] = np.log(member.loadings(theta)[:, 0])
        if member.pair is None:
            values["spread"] = np.full(len(theta), SPREADS.index(member.spread))
        else:
            values["interaction"] = theta[:, -1]
            values["pair"] = np.full(len(theta), pairs.index(member.pair))
    elif not member.pairs:
        values |= {f"log odds of list {j + 1}": theta[:, j] for j in range(1, lists)}
    elif len(member.pairs) == 1:
        values["interaction"] = theta[:, lists]
        values["pair"] = np.full(len(theta), pairs.index(member.pairs[0]))
    else:
        values["interaction of lists 1 and 2"] = theta[:, lists]
        values["mean square interaction"] = np.log(np.mean(theta[:, lists:] ** 2, axis=1))
        values["scale"] = np.full(len(theta), SCALES.index(member.scale))
    return values
