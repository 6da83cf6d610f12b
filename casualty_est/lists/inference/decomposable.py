"""The average over decomposable graphs, as an answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from casualty_est.lists.inference.alone import one_group
from casualty_est.lists.inference.answer import CHANCES, Answer
from casualty_est.lists.inference.average import SMALLEST_P
from casualty_est.lists.inference.graphs import REFERENCE, TAIL, GraphPosterior, solve_graphs
from casualty_est.lists.inference.members import stream
from casualty_est.lists.inference.plan import SOME, Plan
from casualty_est.lists.inference.predictive import tail
from casualty_est.lists.inference.unseen import MOST
from casualty_est.lists.model.decomposable import draw_cells
from casualty_est.lists.model.member import all_or_none
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.progress import Report
from casualty_est.wording.numbers import percent, share
from casualty_est.wording.phrases import listed

SHOWN = 10  # graphs that are told one by one
SMALLEST = -690.0  # log of a share: a float holds no smaller one
SMALL = 0.01  # probability that may rest on a prior alone, or lie beyond a range


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Average over all graphs; arguments as `engines.solve`."""
    if report is not None:
        report("going through all graphs", None)
    found = solve_graphs(table, reference=plan.reference)
    rng = np.random.default_rng(stream(seed, 0))
    unlisted = found.draw(plan.draws, rng)
    some = unlisted[:SOME]
    graphs = found.graphs.part(found.draw_graphs(some, rng))
    log_cells, log_odds = draw_cells(found.marginals, graphs.closed, graphs.rest, some, rng)
    cells = np.exp(np.maximum(log_cells, SMALLEST))
    predictive_p = tail(cells, table.dense()[1:].astype(float), rng)
    shown = [_row(found, table, i) for i in range(min(SHOWN, len(found.graphs)))]
    return Answer(
        unlisted=unlisted,
        cells=cells,
        cell_odds=log_odds,
        visible=all_or_none(log_odds, np.array(CHANCES)),
        **one_group(
            plan.families[0],
            table.people + unlisted,
            log_evidence=found.log_evidence,
            predictive_p=predictive_p,
        ),
        method="exact",
        reasons=tuple(_reasons(found, table, plan.reference)),
        min_ess=float(plan.draws),
        facts={
            "graphs": shown,
            "complete_graph": found.complete,
            "sentences": _sentences(found, shown, plan.reference),
            "misfit": predictive_p < SMALLEST_P,
        },
    )


def _row(found: GraphPosterior, table: HistoryTable, graph: int) -> dict[str, Any]:
    """One graph: what it ties, how probable it is, and what it would answer."""
    below = np.cumsum(found.given(graph))
    ends = np.interp((0.025, 0.5, 0.975), below, found.nodes) + found.people
    return {
        "ties": [[table.lists[a], table.lists[b]] for a, b in found.graphs.edges(graph)],
        "probability": float(found.probability[graph]),
        **dict(zip(("low", "median", "high"), ends.tolist(), strict=True)),
    }


def _reasons(found: GraphPosterior, table: HistoryTable, reference: bool) -> list[str]:
    """Why the number is not known; it is never a small number for want of a limit."""
    reasons = []
    if found.untied >= SMALL:
        reasons.append(
            f"not identified: {_percent(found.untied)} of the answer comes from graphs that tie "
            "all lists that share a person, and under these only the prior says how many people "
            "are on no list"
        )
    if reference:
        free = solve_graphs(table)
        beyond = float(1.0 - np.interp(REFERENCE * table.people + 1, free.steps, free.below))
        if beyond >= SMALL:
            reasons.append(
                f"the range cuts the posterior: without a limit {_percent(beyond)} of it lies "
                f"beyond {(REFERENCE + 1) * table.people:,} people"
            )
    elif found.beyond > TAIL:
        reasons.append(
            f"not identified: the posterior does not end, {_percent(found.beyond)} of it lies "
            f"beyond {MOST:.0e} people"
        )
    return reasons


def _sentences(found: GraphPosterior, shown: list[dict[str, Any]], reference: bool) -> list[str]:
    best = shown[0]
    ties = [f"{a} with {b}" for a, b in best["ties"]]
    said = f"it ties {listed(ties)}" if ties else "it ties no lists at all"
    sentences = [
        f"{found.number:,} graphs were averaged, each a way in which lists depend on each other; "
        f"the most probable one has {_percent(best['probability'])} of the answer: {said}."
    ]
    complete = _percent(found.complete)
    if reference:
        sentences.append(
            f"The complete graph is among them with {complete}: under it the lists say nothing of "
            f"the people on none. Their number was taken from 1 to {REFERENCE} times that of the "
            "listed people, the range of R dga."
        )
    else:
        sentences.append(
            "The complete graph, under which the lists say nothing of the people on none, was left "
            f"out; it would have had {complete} of the answer."
        )
    return sentences


def _percent(value: float) -> str:
    """A share in per cent with two digits, and none that is 0 or 1 only by rounding."""
    if value < 5e-5:
        return "less than .01 %"
    if value > 1 - 5e-5:
        return "more than 99.99 %"
    return f"{share(100 * value)} %" if value < 0.1 else percent(round(value, 3))
