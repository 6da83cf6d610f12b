"""Bundled studies, end to end: what `casualty-est demo` runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est import datasets
from casualty_est.models.claims import ClaimsModel
from casualty_est.rounding import people, percent

if TYPE_CHECKING:
    from casualty_est.estimate import Estimate

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
        The claims it reads.
    check_by_sampling : bool
        Whether the exact answer is held against the same model sampled with NUTS.
    """

    title: str
    dataset: str
    check_by_sampling: bool = False


STUDIES = {
    "coalition": Study(
        "Civilians killed by the US-led Coalition in Iraq and Syria, to February 2018: two numbers",
        "coalition",
        check_by_sampling=True,
    ),
    "strikes": Study(
        "Five strikes in Deir Ezzor, January and February 2018, with their women and children",
        "strikes",
    ),
}


def run_study(name: str, *, seed: int, console: Any, quiet: bool = False) -> Estimate:
    """Run a bundled study.

    Parameters
    ----------
    name : str
        A key of `STUDIES`.
    seed : int
        Seed of the draws.
    console : rich.console.Console
        Where the model and the first answer are shown.
    quiet : bool
        Show no progress.

    Returns
    -------
    Estimate
    """
    study = STUDIES[name]
    model = ClaimsModel(datasets.load(study.dataset))
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
    return estimate


def agreement(exact: Estimate, sampled: Estimate) -> dict[str, Any]:
    """Hold a sampled answer against the exact one.

    Parameters
    ----------
    exact, sampled : Estimate
        The same model by two engines.

    Returns
    -------
    dict
        Median and 95 % interval of both, the largest relative difference, and a sentence.
    """
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
