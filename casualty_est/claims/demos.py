"""Bundled studies of claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casualty_est.cli.demo import Study

if TYPE_CHECKING:
    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.claims.table.claims import Claims
    from casualty_est.cli.run import Run
    from casualty_est.result.estimate import Estimate

NUTS_DRAWS = 10_000  # per chain: half a second, and ends of the interval known to .5 %
AGREE = 0.02
LATE = "CJTF-OIR"


def _as_it_is(claims: Claims) -> ClaimsModel:
    from casualty_est.claims.model.model import ClaimsModel

    return ClaimsModel(claims)


def _years_late(claims: Claims) -> ClaimsModel:
    """Only the claims that bear a day of publication are read of the source that is late."""
    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.claims.table.claims import Claims

    rows = [row for row in claims if row.reported or row.source != LATE]
    delay = {LATE: {"median": 283, "factor": 1.35}}
    return ClaimsModel(Claims.from_rows(rows, name=claims.name), delay=delay)


def _sampled_too(model: ClaimsModel, estimate: Estimate, run: Run) -> dict[str, Any]:
    """Hold the exact answer against the same model sampled with NUTS."""
    run.console.print(f"The exact answer: {estimate.headline()}.", markup=False)
    sampled = model.fit(seed=run.seed, method="nuts", draws=NUTS_DRAWS, progress=run.progress)
    found = agreement(estimate, sampled)
    run.console.print(found["text"], markup=False)
    run.console.print()
    return {"agreement": found}


def agreement(exact: Estimate, sampled: Estimate) -> dict[str, Any]:
    """Hold a sampled answer against the exact one."""
    import numpy as np

    from casualty_est.wording.numbers import people, percent

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


DEMOS = {
    "coalition": Study(
        "Civilians killed by the US-led Coalition in Iraq and Syria, to February 2018: two numbers",
        "coalition",
        _as_it_is,
        after=_sampled_too,
    ),
    "timeline": Study(
        "Civilians killed by the US-led Coalition in Iraq and Syria, 2014-2019: totals, years late",
        "coalition_dated",
        _years_late,
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
        _as_it_is,
    ),
}
