"""Refits of a lists model: without each list, and each list as a population of known size."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.estimate import OF_COVARIATE, ListEstimate
from casualty_est.lists.families import for_lists
from casualty_est.lists.families.independence import Independence
from casualty_est.lists.inference.engines import Plan, solve
from casualty_est.lists.model.model import ListModel
from casualty_est.lists.schema import KnownPopulation
from casualty_est.lists.table.histories import Stratum
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import Report
from casualty_est.result.refits import case
from casualty_est.result.schema import Case
from casualty_est.wording.language import N_, stored

Ints = npt.NDArray[np.int64]
# How lists were read when one of them was left out.
WITHOUT_STRATA = N_("note on a refit", "without strata")
FIRST = N_("note on a refit", "first replicate")
INDEPENDENT = N_("note on a refit", "two lists: taken as independent")
OWN_PRIOR = N_("note on a refit", "two lists are left, and their odds ratio comes from its prior")


class ListRefitter:
    """Refits of a lists model with the settings of one estimate."""

    def __init__(
        self, model: ListModel, estimate: ListEstimate, row: int, prob: float, report: Report
    ) -> None:
        self.model, self.prob, self.report = model, prob, report
        self.settings = estimate.meta.settings
        self.part = estimate.meta.rows[row].part
        if estimate.of_covariate(row):
            raise UsageError(OF_COVARIATE.format(label=estimate.labels[row]))
        labels = estimate.meta.rows[row].strata
        strata = model.histories.strata
        whole = model.histories.pooled()
        self.table = next((s for s in strata if dict(s.labels) == labels and labels), whole).table
        self.aside = [WITHOUT_STRATA] if len(strata) > 1 and not labels else []
        self.aside += [FIRST] if len(model.replicates) > 1 else []

    def unlisted(self, table: HistoryTable) -> tuple[Ints, list[str], bool]:
        """Draws of the people on no list, how the rest was read, and whether the fit converged."""
        aside = list(self.aside)
        try:
            families, _ = self.model.families_for(Stratum((), table))
        except UsageError:
            # What was asked for needs three lists or more; two have a family of their own.
            families, _ = for_lists(None, len(table.lists), self.model.of_two)
        if len(table.lists) == 2:
            independent = families[0].name == Independence.name
            aside.append(INDEPENDENT if independent else OWN_PRIOR)
        chains = self.settings["chains"]
        plan = Plan(families, self.settings["draws"] * chains, chains, self.model.floor)
        answer = solve(table, plan, np.random.SeedSequence(self.settings["seed"]))
        return answer.unlisted, aside, not answer.reasons


def without_each_source(
    model: ListModel, estimate: ListEstimate, row: int, prob: float, report: Report
) -> tuple[Case, ...]:
    """Estimate without each list in turn; people only on that list vanish from the table."""
    refit = ListRefitter(model, estimate, row, prob, report)
    table = refit.table
    if len(table.lists) < 3 or refit.part == "listed":
        return ()
    cases = []
    for j, name in enumerate(table.lists):
        report(f"without {name}", j / len(table.lists))
        left = table.without(name)
        unlisted, notes, converged = refit.unlisted(left)
        values = unlisted + (left.people if refit.part == "total" else 0)
        called = stored("refit", "without {source}", source=name)
        cases.append(case(called, values, prob, converged=converged, source=name, notes=notes))
    return tuple(cases)


def known_populations(
    model: ListModel, estimate: ListEstimate, row: int, prob: float, report: Report
) -> tuple[KnownPopulation, ...]:
    """Take the members of each list as a population of known size, seen by the other lists."""
    refit = ListRefitter(model, estimate, row, prob, report)
    table = refit.table
    cases = []
    for j, name in enumerate(table.lists):
        report(f"members of {name}", j / len(table.lists))
        inside = table.members_of(name)
        for empty in [n for n, size in zip(inside.lists, inside.sizes, strict=True) if not size]:
            inside = inside.without(empty)
        if len(inside.lists) < 2:
            continue
        members = int(table.sizes[j])
        unlisted, notes, converged = refit.unlisted(inside)
        called, values = stored("refit", "members of {list}", list=name), unlisted + inside.people
        ends = case(called, values, prob, converged=converged, source=name, notes=notes)
        covered = bool(ends.low <= members <= ends.high)
        cases.append(
            KnownPopulation(members=members, seen=inside.people, covered=covered, **asdict(ends))
        )
    return tuple(cases)


REFITS = {"without_each_source": without_each_source, "known_populations": known_populations}
