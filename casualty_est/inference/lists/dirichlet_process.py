"""The Dirichlet process of latent classes, as an answer."""

from __future__ import annotations

import numpy as np

from casualty_est.evidence.history_table import HistoryTable
from casualty_est.inference.lists.alone import one_group
from casualty_est.inference.lists.answer import CHANCES, Answer
from casualty_est.inference.lists.average import SMALLEST_P
from casualty_est.inference.lists.gibbs import run_chains
from casualty_est.inference.lists.members import stream
from casualty_est.inference.lists.plan import FEWEST_RUNS, SOME, Plan
from casualty_est.inference.lists.predictive import cell_probabilities, tail
from casualty_est.inference.progress import Report
from casualty_est.models.lists.dirichlet_process import as_classes


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
