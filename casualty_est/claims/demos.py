"""Bundled studies of claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.cli.run import Study

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate
    from casualty_est.claims.model.model import ClaimsModel
    from casualty_est.claims.table.claims import Claims
    from casualty_est.cli.run import Run

LATE = "CJTF-OIR"
NAMES = {"Coalition": "the US-led Coalition", "Pentagon": "the Pentagon"}


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


def _sampled_too(estimate: ClaimsEstimate, run: Run) -> None:
    """Compare the exact answer with the same model sampled with NUTS."""
    run.console.print(f"The exact answer: {estimate.headline()}.", markup=False)
    agreement = estimate.check_by_sampling(progress_bar=run.progress)
    run.console.print(agreement.text, markup=False)
    run.console.print()


DEMOS = {
    "coalition": Study(
        "Civilians killed by the US-led Coalition in Iraq and Syria, to February 2018: two numbers",
        "coalition",
        _as_it_is,
        after=_sampled_too,
        names=NAMES,
    ),
    "timeline": Study(
        "Civilians killed by the US-led Coalition in Iraq and Syria, 2014-2019: totals, years late",
        "coalition_dated",
        _years_late,
        names=NAMES,
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
        names=NAMES,
        fitting={"budget": "15m"},  # of a busy machine; it ends as soon as the chains agree
    ),
}
