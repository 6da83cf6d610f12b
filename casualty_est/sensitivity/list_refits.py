"""Refits of a lists model: without each list, and each list as a population of known size."""

from __future__ import annotations

from typing import Any

import numpy as np

from casualty_est.evidence.histories import Stratum
from casualty_est.evidence.history_table import HistoryTable
from casualty_est.inference.lists.engines import Plan, solve
from casualty_est.inference.progress import Report
from casualty_est.models.lists.families import FAMILIES, choose
from casualty_est.models.lists.model import ListModel
from casualty_est.posterior import interval_ends

DRAWS = 4000


def leave_one_out(
    model: ListModel, meta: dict[str, Any], prob: float, report: Report
) -> list[dict[str, Any]]:
    """Estimate without each list in turn; people only on that list vanish from the table.

    Parameters
    ----------
    model : ListModel
        The model.
    meta : dict
        Metadata of the estimate, for its seed.
    prob : float
        Level of the intervals.
    report : callable
        Takes a message and the share done.

    Returns
    -------
    list of dict
        ``case``, ``median``, ``low``, ``high`` (people), ``prob``, ``converged``.
    """
    table = model.histories.pooled().table
    if len(table.lists) < 3:
        return []
    rows = []
    for j, name in enumerate(table.lists):
        report(f"without {name}", j / len(table.lists))
        left = table.without(name)
        rows.append({"case": f"without {name}", **_fit(model, left, meta["seed"], prob)})
    return rows


def consistency(
    model: ListModel, meta: dict[str, Any], prob: float, report: Report
) -> list[dict[str, Any]]:
    """Take the members of each list as a population of known size, seen by the other lists.

    Parameters
    ----------
    model : ListModel
        The model.
    meta : dict
        Metadata of the estimate, for its seed.
    prob : float
        Level of the intervals.
    report : callable
        Takes a message and the share done.

    Returns
    -------
    list of dict
        ``list``, ``members`` (the truth), ``seen`` (of them on another list), ``median``,
        ``low``, ``high`` (people), ``prob``, ``covered``, ``converged``.
    """
    table = model.histories.pooled().table
    rows = []
    for j, name in enumerate(table.lists):
        report(f"members of {name}", j / len(table.lists))
        inside = table.members_of(name)
        kept = [k for k in range(len(inside.lists)) if inside.sizes[k]]
        if len(kept) < 2:
            continue
        names = tuple(inside.lists[k] for k in kept)
        inside = HistoryTable.of(names, inside.histories[:, kept], inside.counts)
        members = int(table.sizes[j])
        found = _fit(model, inside, meta["seed"], prob)
        rows.append(
            {
                "list": name,
                "members": members,
                "seen": inside.people,
                **found,
                "covered": bool(found["low"] <= members <= found["high"]),
            }
        )
    return rows


def _fit(model: ListModel, table: HistoryTable, seed: int, prob: float) -> dict[str, Any]:
    kept, _ = model.families_for(Stratum((), table)) if _fits(model, table) else choose("auto", 2)
    plan = Plan(kept, DRAWS, 4, model.floor, model.xi)
    found = solve(table, plan, np.random.SeedSequence(seed))
    low, median, high = np.quantile(table.people + found.unlisted, interval_ends(prob))
    return {
        "median": float(median),
        "low": float(low),
        "high": float(high),
        "prob": prob,
        "converged": not found.reasons,
    }


def _fits(model: ListModel, table: HistoryTable) -> bool:
    """Whether the families asked for take so few lists; two lists have independence only."""
    families, _ = model.families_for(model.histories.pooled())
    auto = len(families) > 1 and model.settings["families"] == ["auto"]
    return auto or all(FAMILIES[f.key].least <= len(table.lists) for f in families)
