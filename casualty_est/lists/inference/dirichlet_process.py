"""The Dirichlet process of latent classes, as an answer."""

from __future__ import annotations

import numpy as np

from casualty_est.lists.inference.alone import one_group
from casualty_est.lists.inference.answer import CHANCES, Answer
from casualty_est.lists.inference.average import SMALLEST_P
from casualty_est.lists.inference.gibbs import run_chains
from casualty_est.lists.inference.members import stream
from casualty_est.lists.inference.plan import FEWEST_RUNS, SOME, Plan
from casualty_est.lists.inference.predictive import cell_probabilities, tail
from casualty_est.lists.model.dirichlet_process import as_classes
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.progress import Report


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Run Gibbs chains; arguments as `engines.solve`."""
    chains, found = run_chains(table, chains=max(FEWEST_RUNS, plan.runs), seed=seed, report=report)
    rng = np.random.default_rng(stream(seed, 0))
    unlisted = chains.unlisted.ravel()
    # Whole rounds of all kept states, then a part of one: no state counts much more than another.
    rounds = -(-plan.draws // len(unlisted))
    chosen = np.concatenate([rng.permutation(len(unlisted)) for _ in range(rounds)])[: plan.draws]
    some = chosen[:SOME]
    flat = (part.reshape(-1, *part.shape[2:])[some] for part in (chains.log_shares, chains.chances))
    member, theta = as_classes(table, *flat)
    cells, observed = cell_probabilities(table, [(member, theta)])
    predictive_p = tail(cells, observed, rng)
    return Answer(
        unlisted=unlisted[chosen],
        cells=cells,
        cell_odds=member.evaluate(theta)[1],
        visible=member.visible(theta, np.array(CHANCES)),
        **one_group(plan.families[0], table.people + unlisted[chosen], predictive_p=predictive_p),
        method="gibbs",
        reasons=found.reasons,
        min_ess=found.ess,
        max_rhat=found.rhat,
        facts={"misfit": predictive_p < SMALLEST_P},
    )
