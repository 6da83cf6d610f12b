"""Refits of a lists model: without each list, and each list as a population of known size."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.families import for_lists
from casualty_est.lists.inference.engines import solve
from casualty_est.lists.inference.plan import Plan
from casualty_est.lists.model.model import ListModel
from casualty_est.lists.table.histories import Stratum
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.posterior import interval_ends
from casualty_est.result.progress import Report

Ints = npt.NDArray[np.int64]


class ListRefitter:
    """Refits of a lists model with the settings of one estimate."""

    def __init__(
        self, model: ListModel, meta: dict[str, Any], row: int, prob: float, report: Report
    ) -> None:
        self.model, self.settings, self.prob, self.report = model, meta["settings"], prob, report
        self.part: str = meta["rows"][row]["part"]
        labels = meta["rows"][row]["strata"]
        strata = model.histories.strata
        whole = model.histories.pooled()
        self.table = next((s for s in strata if dict(s.labels) == labels and labels), whole).table
        self.aside = [
            text
            for text, holds in (
                ("without strata", len(strata) > 1 and not labels),
                ("first replicate", len(model.replicates) > 1),
            )
            if holds
        ]

    def unlisted(self, table: HistoryTable) -> tuple[Ints, dict[str, Any]]:
        """Draws of the people on no list, and what to say of the fit."""
        aside = list(self.aside)
        try:
            families, _ = self.model.families_for(Stratum((), table))
        except UsageError:
            # What was asked for needs three lists or more; two have one family only.
            families, _ = for_lists(None, len(table.lists))
        if len(table.lists) == 2:
            aside.append("two lists: taken as independent")
        plan = Plan(
            families,
            self.settings["draws"] * self.settings["chains"],
            self.settings["chains"],
            self.model.floor,
        )
        found = solve(table, plan, np.random.SeedSequence(self.settings["seed"]))
        note = f" ({'; '.join(aside)})" if aside else ""
        return found.unlisted, {"note": note, "converged": not found.reasons}

    def ends(self, values: Ints) -> dict[str, float]:
        """Median and interval of draws."""
        low, median, high = (float(x) for x in np.quantile(values, interval_ends(self.prob)))
        return {"median": median, "low": low, "high": high, "prob": self.prob}


def leave_one_out(refit: ListRefitter) -> list[dict[str, Any]]:
    """Estimate without each list in turn; people only on that list vanish from the table."""
    table = refit.table
    if len(table.lists) < 3 or refit.part == "listed":
        return []
    rows = []
    for j, name in enumerate(table.lists):
        refit.report(f"without {name}", j / len(table.lists))
        left = table.without(name)
        unlisted, said = refit.unlisted(left)
        values = unlisted + (left.people if refit.part == "total" else 0)
        rows.append(
            {
                "case": f"without {name}{said['note']}",
                **refit.ends(values),
                "converged": said["converged"],
            }
        )
    return rows


def consistency(refit: ListRefitter) -> list[dict[str, Any]]:
    """Take the members of each list as a population of known size, seen by the other lists."""
    table = refit.table
    rows = []
    for j, name in enumerate(table.lists):
        refit.report(f"members of {name}", j / len(table.lists))
        inside = table.members_of(name)
        for empty in [n for n, size in zip(inside.lists, inside.sizes, strict=True) if not size]:
            inside = inside.without(empty)
        if len(inside.lists) < 2:
            continue
        members = int(table.sizes[j])
        unlisted, said = refit.unlisted(inside)
        ends = refit.ends(unlisted + inside.people)
        rows.append(
            {
                "case": f"members of {name}{said['note']}",
                "members": members,
                "seen": inside.people,
                **ends,
                "covered": bool(ends["low"] <= members <= ends["high"]),
                "converged": said["converged"],
            }
        )
    return rows


REFITS = {"leave_one_out": leave_one_out, "consistency": consistency}
