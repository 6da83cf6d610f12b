"""Bundled studies, end to end: what `casualty-est demo` runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est import datasets
from casualty_est.claims.model.model import ClaimsModel
from casualty_est.claims.table.claims import Claims
from casualty_est.incidents.model.model import IncidentModel
from casualty_est.lists.model.model import ListModel
from casualty_est.wording.numbers import people, percent

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate

NUTS_DRAWS = 10_000  # per chain: half a second, and ends of the interval known to .5 %
AGREE = 0.02


@dataclass(frozen=True, slots=True)
class Study:
    """A bundled study.

    Parameters
    ----------
    title : str
        What it asks, in one line.
    dataset : str
        The claims, incidents or lists it reads.
    check_by_sampling : bool
        Whether the exact answer is held against the same model sampled with NUTS.
    cell : mapping
        What is counted, where the dataset does not say it: lists and incidents.
    anchor : str, optional
        The source whose counts set the scale: incidents only.
    statements : mapping
        What the report says that no computation can: see the checklist of reports.
    beside : tuple of str
        Published answers to the same question, shown beside this one and never used.
    delay : mapping
        How late sources state deaths: claims over time only.
    dated : tuple of str
        Sources of which only the claims that bear a day of publication are read.
    """

    title: str
    dataset: str
    check_by_sampling: bool = False
    cell: Mapping[str, str] = field(default_factory=dict)
    anchor: str | None = None
    statements: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    delay: Mapping[str, Any] = field(default_factory=dict)
    dated: tuple[str, ...] = ()


STUDIES = {
    "coalition": Study(
        "Civilians killed by the US-led Coalition in Iraq and Syria, to February 2018: two numbers",
        "coalition",
        check_by_sampling=True,
    ),
    "timeline": Study(
        "Civilians killed by the US-led Coalition in Iraq and Syria, 2014-2019: totals, years late",
        "coalition_dated",
        delay={"CJTF-OIR": {"median": 283, "factor": 1.35}},
        dated=("CJTF-OIR",),
        statements={
            "limitations": (
                "Several totals were read on secondary pages. No claim counts Iraq alone. The "
                "delay of CJTF-OIR was measured on strikes in Syria (median 283 days)."
            ),
            "data_access": (
                "The table is bundled with casualty_est: datasets.claims('coalition_dated')."
            ),
        },
        beside=(
            "Conceded by CJTF-OIR according to a page of Airwars without a date, not used: 1,457.",
        ),
    ),
    "strikes": Study(
        "Five strikes in Deir Ezzor, January and February 2018, with their women and children",
        "strikes",
    ),
    "syria": Study(
        "Civilians killed by the US-led Coalition in Syria: 2,044 strikes and its verdicts",
        "coalition_syria_patterns",
        cell={"start": "2014-09-23", "end": "2022-12-31"},
        anchor="Airwars",
        statements={
            "matching": (
                "Airwars matched the Coalition's assessments to its own incidents. How often that "
                "erred is not known. Six incidents that the Coalition called duplicates, and the "
                "second entry of one that stood twice, are left out."
            ),
            "limitations": (
                "The table holds patterns of three incidents or more, made from the public archive "
                "of Airwars: numbers within a pattern are means. Airwars often set the lower end "
                "of a range to the number that the Coalition had conceded, after the fact."
            ),
            "data_access": (
                "The table is bundled with casualty_est: "
                "datasets.incidents('coalition_syria_patterns')."
            ),
        },
        beside=(
            "The sums as published, over the same incidents: Airwars 9,301 to 15,566 deaths of all "
            "grades, the Coalition 674 conceded.",
        ),
    ),
    "kosovo": Study(
        "People killed in Kosovo, March to June 1999: 4,400 of them on four lists",
        "kosovo",
        cell={"scope": "Kosovo", "start": "1999-03-20", "end": "1999-06-22"},
        statements={
            "earlier_estimates": (
                "From the same lists Ball et al. (2002) estimated 10,356 killings (95 % confidence "
                "interval 9,002 to 12,122). The near-census that followed, the Kosovo Memory "
                "Book, holds 10,401 people for the same window (Krueger and Ball 2014)."
            ),
            "lists": (
                "Exhumations by international teams on behalf of the International Criminal "
                "Tribunal for the former Yugoslavia; interviews by the American Bar Association's "
                "Central and East European Law Initiative (ABA/CEELI) and its partners, by the "
                "OSCE, and by Human Rights Watch; described in Ball et al. (2002)."
            ),
            "validation": (
                "The near-census of 10,401 people can be held against the interval above; it was "
                "not used for it."
            ),
            "matching": (
                "Records were matched by the authors of the 2002 report. How often matching erred "
                "is not in the table."
            ),
            "data_access": "The table is bundled with casualty_est: datasets.load('kosovo').",
        },
        beside=(
            "Published from the same lists (Ball et al. 2002): 10,356, 95 % confidence interval "
            "9,002 to 12,122.",
            "Near-census of the same window, not used here (Kosovo Memory Book; Krueger and Ball "
            "2014): 10,401.",
        ),
    ),
}


def run_study(name: str, *, seed: int, console: Any, quiet: bool = False) -> Estimate:
    """Run a bundled study."""
    study = STUDIES[name]
    model = _model(study)
    console.print(study.title, markup=False, style="bold")
    console.print(repr(model), markup=False)
    console.print()
    progress = False if quiet else None
    estimate = model.fit(seed=seed, progress=progress)
    if study.check_by_sampling:
        console.print(f"The exact answer: {estimate.headline()}.", markup=False)
        sampled = model.fit(seed=seed, method="nuts", draws=NUTS_DRAWS, progress=progress)
        line = agreement(estimate, sampled)
        estimate.meta["details"]["agreement"] = line
        console.print(line["text"], markup=False)
        console.print()
    estimate.meta["details"]["statements"] = dict(study.statements)
    return estimate


def _model(study: Study) -> ClaimsModel | IncidentModel | ListModel:
    kind = datasets.provenance(study.dataset).kind
    if kind == "lists":
        return ListModel(datasets.lists(study.dataset), cell=study.cell)
    if kind == "incidents":
        reports = datasets.incidents(study.dataset)
        return IncidentModel(reports, anchor=study.anchor, cell=study.cell)
    claims = datasets.claims(study.dataset)
    if study.dated:
        rows = [row for row in claims if row.reported or row.source not in study.dated]
        claims = Claims.from_rows(rows, name=claims.name)
    return ClaimsModel(claims, delay=study.delay or None)


def agreement(exact: Estimate, sampled: Estimate) -> dict[str, Any]:
    """Hold a sampled answer against the exact one."""
    probabilities = [0.025, 0.5, 0.975]
    one = np.quantile(exact.draws(), probabilities)
    two = np.quantile(sampled.draws(), probabilities)
    gap = float(np.max(np.abs(two / one - 1)))
    low, median, high = two
    verdict = "they agree" if gap <= AGREE else "they differ by more than they should"
    text = (
        f"The same model sampled with NUTS: about {people(median, low, high)} (95 % credible "
        f"interval {people(low, low, high)} to {people(high, low, high)}); largest difference from "
        f"the exact answer {percent(round(gap, 4))}: {verdict}."
    )
    return {
        "exact": [float(value) for value in one],
        "sampled": [float(value) for value in two],
        "largest_difference": gap,
        "sampled_converged": sampled.converged,
        "text": text,
    }
