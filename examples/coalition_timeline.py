"""Civilians killed by the US-led Coalition in Iraq and Syria: running totals, years late.

CJTF-OIR restated its total every month and admitted deaths a year or more after they happened. This
script goes from 27 published totals to the number of deaths up to each day, to what CJTF-OIR had
still to admit, to what would have been said earlier, and to a report:

    python examples/coalition_timeline.py --out coalition-timeline

It writes report.html and estimate.json into the folder after --out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import casualty_est as ce

SEED = 1  # the same seed gives the same draws
FORM = {"index": False, "float_format": "{:.0f}".format, "na_rep": "none"}  # of tables in print

# What readers call the labels of the table.
NAMES = {"Coalition": "the US-led Coalition"}

# From a strike in Syria to the first statement on it: median 283 days, half of them between 124 and
# 549 (archive of Airwars with the Coalition's assessments). In both countries, and for deaths
# instead of strikes, it may have been another by a factor of 1.35 (one standard deviation).
DELAY = {"CJTF-OIR": {"median": 283, "factor": 1.35}}

DAYS = ["2017-12-31", "2018-12-31"]

# What the report must say and no program can know.
STATEMENTS = {
    "limitations": (
        "Several totals were read on secondary pages, which the citation column marks. No claim "
        "counts Iraq alone, so how the deaths divide between Iraq and Syria is hardly known. The "
        "delay was measured on strikes in Syria and is taken for both countries."
    ),
    "earlier_estimates": (
        "A later page of Airwars gives 1,457 deaths conceded by CJTF-OIR. It bears no date, so it "
        "is not in the fit."
    ),
    "data_access": (
        "The table is bundled with casualty_est: datasets.claims('coalition_dated'); the undated "
        "total of CJTF-OIR is left out."
    ),
}


def table() -> ce.Claims:
    """Read the running totals, without the one whose day of publication nobody knows."""
    rows = ce.datasets.claims("coalition_dated").rows
    # 1,457 was admitted some day after 2019: without that day a delay has no meaning.
    dated = [row for row in rows if row.reported or row.source != "CJTF-OIR"]
    return ce.Claims.from_rows(dated, name="coalition_dated.csv, without an undated total")


def analyse(claims: ce.Claims) -> ce.Estimate:
    """Fit the claims over time, and print every step on the way."""
    print(claims, end="\n\n")

    # The windows differ, so they are modelled; the model says so, and on which grid.
    model = ce.ClaimsModel(claims, delay=DELAY)
    print(model, end="\n\n")

    est = model.fit(seed=SEED)
    print(f"Estimated: {est.headline()}\n")
    return est


def question(est: ce.Estimate) -> None:
    """Ask the estimate for its path, and what CJTF-OIR had still to admit."""
    whole = {"scope": "Iraq+Syria"}

    # Deaths up to the end of each year, as estimated today, beside what was documented by then.
    columns = ["date", "documented_low", "median", "low", "high"]
    path = est.path()
    path = path[(path["scope"] == whole["scope"]) & path["date"].str.contains("-12-")]
    print(path[columns].to_string(**FORM), end="\n\n")

    # Of the deaths up to February 2018: what CJTF-OIR had reported, and what was still to come.
    late = est.still_to_be_admitted()
    late = late[late["date"].str.startswith("2018-02")]
    columns = ["source", "date", "admitted", "median", "low", "high"]
    print(late[columns].to_string(**FORM), end="\n\n")

    # What the same model would have said with the claims published by each day; a fit that did not
    # converge has no number that may be quoted.
    columns = ["date", "claims", "documented_low", "median", "low", "high", "converged"]
    seen = est.as_of(DAYS)
    seen.loc[~seen["converged"], ["median", "low", "high"]] = float("nan")
    print(seen[columns].to_string(**FORM), end="\n\n")

    # Reported / true by the end of each series, prior beside posterior.
    columns = ["source", "scope", "ratio", "low", "high", "prior_median"]
    print(est.sources()[columns].round(3).to_string(index=False), end="\n\n")

    # What sets the level, and whether the chains agree.
    print(est.identification(), end="\n\n")
    print(est.check(), end="\n\n")


def write(est: ce.Estimate, folder: Path) -> None:
    """Write the report for people and the numbers for programs."""
    folder.mkdir(parents=True, exist_ok=True)
    report = est.report(folder / "report.html", statements=STATEMENTS, names=NAMES)
    numbers = folder / "estimate.json"
    numbers.write_text(json.dumps(est.to_dict(), indent=2) + "\n", encoding="utf-8")
    print(f"wrote {report}\nwrote {numbers}")


def main() -> None:
    """Read the command line and run the analysis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path("coalition-timeline"), help="folder for the results"
    )
    folder = parser.parse_args().out
    est = analyse(table())
    question(est)
    write(est, folder)


if __name__ == "__main__":
    main()
