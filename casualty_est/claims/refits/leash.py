"""Refits of a sampled model on a short leash: what a report makes unasked.

A fit takes a minute, and a report of ten sources wants twenty refits. So first the draws of the fit
are weighted to the other evidence, which costs nothing but bears only small changes; elsewhere the
model is sampled again: briefly, and for as many questions as fit into a third of the fit's work.
Work is counted in steps of the sampler, so the same fit always gets the same refits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.arrays import Array
from casualty_est.claims.model.layout import Scenario
from casualty_est.claims.refits.refits import LEFT_IN, SCENARIOS, Refitter, leaves_out
from casualty_est.result.call import progress_bar
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Case

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate


DRAWS = 200  # per chain, and as many to warm up
SHARE = 1 / 3  # of the fit's work
COMPILED = 500_000  # steps of the sampler that take as long as compiling
GOOD_K = 0.7  # Vehtari et al. 2024, jmlr.org/papers/v25/19-556.html
ENOUGH = 400.0  # effective draws for both ends of an interval
# Of so few draws only the printed count is checked, and to some per cent of its width.
ROUGH_RHAT, ROUGH_ESS = 1.05, 100.0


def make_unasked(estimate: ClaimsEstimate, names: tuple[str, ...], prob: float) -> None:
    """Make and keep refits of the first estimate that nobody asked for."""
    if estimate.meta.diagnostics.method == "exact":
        for name in names:
            estimate._records(name, 0, prob)
        return
    kept, keys = estimate.details.refits, {name: f"{name}:0:{prob:g}" for name in names}
    missing = [name for name, key in keys.items() if key not in kept]
    if missing and estimate._model is not None and estimate.meta.has_level:
        with progress_bar(estimate._progress_bar) as report:
            refit = Refitter(estimate._model, estimate, 0, report)
            made = _on_leash(refit, estimate, missing, prob)
        kept.update({keys[name]: cases for name, cases in made.items()})


def _on_leash(
    refit: Refitter, estimate: ClaimsEstimate, names: list[str], prob: float
) -> dict[str, tuple[Case, ...]]:
    """Answers to those questions that weights or short refits give, by name."""
    steps = np.asarray(estimate.idata["sample_stats"]["n_steps"].values, dtype=float)
    left = SHARE * (2 * steps.sum() + COMPILED)  # warming up takes as long as drawing
    price = 2 * DRAWS * refit.settings["chains"] * float(steps.mean())
    answers: dict[str, tuple[Case, ...]] = {}
    for name in names:
        if name == LEFT_IN:  # other priors are another model to compile
            if not leaves_out(refit.model):
                answers[name] = ()
            continue
        asked = SCENARIOS[name](refit)
        weighed = [_weighed(estimate, one.scenario, one.name, prob) for one in asked]
        cost = price * sum(case is None for case in weighed)
        if cost > left:
            continue
        left -= cost
        answers[name] = tuple(
            replace(case or _short(refit, one.name, one.scenario, prob), source=one.source)
            for case, one in zip(weighed, asked, strict=True)
        )
    return answers


def _weighed(estimate: ClaimsEstimate, scenario: Scenario, name: str, prob: float) -> Case | None:
    """A case from the weighted draws of the fit; None where they are too few for it."""
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]

    kept = estimate.idata["log_likelihood"]["claim"]
    likely, deaths = np.asarray(kept.values), estimate.draws(0)[:, np.asarray(kept["draw"].values)]
    change = scenario.weights - 1.0
    logs = (likely[..., change != 0] @ change[change != 0]).ravel()
    if np.ptp(logs) == 0:  # what is left out says nothing: every draw stays as likely as it was
        return Case(name, *_ends(deaths.ravel(), prob), prob, estimate.converged)
    smoothed, k = array_stats.psislw(-logs)  # type: ignore[no-untyped-call]
    weights = np.exp(np.asarray(smoothed) - np.max(smoothed))
    weights /= weights.sum()
    if not (k < GOOD_K and 1 / float(np.sum(weights**2)) >= ENOUGH):
        return None
    values = deaths.ravel()
    order = np.argsort(values)
    below = np.cumsum(weights[order]) - 0.5 * weights[order]
    low, median, high = np.interp(interval_ends(prob), below, values[order])
    return Case(name, float(median), float(low), float(high), prob, estimate.converged)


def _ends(values: Array, prob: float) -> tuple[float, float, float]:
    """Median and both ends of draws."""
    low, median, high = (float(x) for x in np.quantile(values, interval_ends(prob)))
    return median, low, high


def _short(refit: Refitter, name: str, scenario: Scenario, prob: float) -> Case:
    """A case from a few draws of its own."""
    import arviz as az

    refit.report(f"refitting: {name}", None)
    drawn = refit.draws(scenario, draws=DRAWS, tune=DRAWS)
    cells = refit.model.rows[refit.row].cells.astype(float)
    deaths: Any = np.exp(drawn.log_deaths) @ cells
    logs = np.log(deaths)
    sound = float(az.rhat(logs)) <= ROUGH_RHAT and float(az.ess(logs)) >= ROUGH_ESS
    return Case(name, *_ends(deaths, prob), prob, bool(sound))
