"""Losses in the first year of the war in Ukraine, beside the published estimates.

Radford et al. (2023, doi 10.1073/pnas.2307372120) collected 4,609 claims of what both sides lost
and estimated the losses and the bias of every source. This script fits the same claims, sets the
answer beside theirs, and then gives the level from outside:

    python examples/ukraine_2022.py --out ukraine-2022

It writes report.html and estimate.json into the folder after --out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import casualty_est as ce

SEED = 1  # the same seed gives the same draws

LAST = "2023-02-22"  # the last whole week of the first year, of which the published numbers are
RUSSIANS, UKRAINIANS = "Russian soldiers", "Ukrainian soldiers"

# As published: posterior mean and 95% interval of the losses of the first year.
PUBLISHED = {
    (RUSSIANS, "killed"): (76_687, 38_670, 139_772),
    (RUSSIANS, "injured"): (148_608, 45_749, 365_649),
    (RUSSIANS, "casualties"): (218_800, 108_432, 397_361),
    (UKRAINIANS, "killed"): (17_223, 6_219, 39_105),
    (UKRAINIANS, "casualties"): (75_538, 19_994, 176_612),
    ("civilians", "killed"): (13_287, 4_081, 32_399),
    ("Russian tanks", "lost"): (3_380, 1_704, 6_178),
}
WORDS = {"casualties": "killed or injured"}
# The two answers beside it in the tables.
FREE, ANCHORED = "This report", "With an anchor for Russian deaths"
RATIOS = {
    ("Russia", RUSSIANS, "killed"): 0.3,
    ("Ukraine", RUSSIANS, "killed"): 1.9,
    ("Russia", UKRAINIANS, "killed"): 4.3,
    ("Ukraine", UKRAINIANS, "killed"): 1.0,
}

# Nobody is taken to be right: every pair of a source and a side errs by a factor that is as likely
# to be above 1 as below. Most of the error belongs to the pair, the rest to the kind of loss.
# Cells are as large as they are: ten ships and a hundred thousand soldiers say nothing of each
# other, so their sizes are tied together far less than by default.
ZERO_MEAN: dict[str, Any] = {
    "offsets": {"sd": 5.0},
    "roles": {"none": {"ratio": {"median": 1.0, "sd": 1.08}}},
    "shared": {"role": 0.0, "source": 0.86, "target": 0.14},
}

# Russian soldiers killed up to 27 May 2023, from probate records (Meduza and Mediazona, 2023).
PROBATE = {
    "scope": "Ukraine",
    "outcome": "killed",
    "group": RUSSIANS,
    "perpetrator": "any",
    "date": "2023-05-27",
    "interval": [40_000, 55_000],
    "prob": 0.95,
}

DIFFERENT = (
    "Radford et al. (2023) estimated the same losses from the same claims; the tables have both. "
    "Three things differ. Here the killed and the injured add up in every draw to all casualties; "
    "there each is a series of its own, and the means do not add up. Here a total that is restated "
    "every day counts once a week, with an error that moves slowly; there every restatement is "
    "evidence of its own, so a source that speaks daily weighs more. There the prior of daily "
    "losses lies around one loss a day, which can pull down numbers of which little is said, such "
    "as Ukrainian losses; here it is vague. Both assume that the errors of sources with opposite "
    "interests average out, and no claim can test that."
)
STATEMENTS = {
    "earlier_estimates": DIFFERENT,
    "limitations": (
        "Sources are groups of speakers, which may contradict each other. Figures of parties to "
        "the war on their own and on each other's losses make up most of the table. For this "
        "comparison no source has a role, so nothing is shown as documented, though the United "
        "Nations verified cases of civilians killed."
    ),
    "data_access": (
        "The claims are bundled with casualty_est: datasets.claims('ukraine_2022'), from the "
        "replication data of the publication (MIT licence, Copyright (c) 2023 Benjamin Radford)."
    ),
}


def table() -> ce.Claims:
    """Read the claims; a source is another witness toward each side."""
    frame = ce.datasets.claims("ukraine_2022").to_frame()
    russian = frame["group"].str.startswith("Russian ")
    side = russian.map({True: " on Russian losses", False: " on Ukrainian losses"})
    frame["source"] += side
    frame["quotes"] += side  # a missing one stays missing
    frame["role"] = None  # zero-mean: what a source is to a side is not used
    return ce.Claims(frame, name="ukraine_2022.csv, by side")


def fit(claims: ce.Claims, **more: Any) -> ce.Estimate:
    """Fit the claims with zero-mean errors, by weeks."""
    model = ce.ClaimsModel(
        claims,
        priors={**ZERO_MEAN, **more},
        grid="week",
        total={"outcome": "killed", "group": RUSSIANS},
        assume_unbiased=True,
    )
    # A hundred ratios mix slowly: with 1,500 draws the chains do not quite agree.
    return model.fit(seed=SEED, draws=2000, tune=1500)


def losses(est: ce.Estimate, until: str) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Mean and 95% interval of each published loss up to a day."""
    path = est.idata["posterior"]["path"]
    found = {}
    for i, cell in enumerate(est.details.windows.cells):
        if (cell.group, cell.outcome) in PUBLISHED:
            draws = path.isel(path_cell=i).sel(date=until).values.ravel()
            low, high = pd.Series(draws).quantile([0.025, 0.975])
            found[cell.group, cell.outcome] = (draws.mean(), low, high)
    return found


def ratios(est: ce.Estimate) -> dict[tuple[str, str, str], float]:
    """Median of reported / true for the published pairs."""
    rows = est.sources().to_dict("records")
    return {
        (source, group, outcome): row["ratio"]
        for source, group, outcome in RATIOS
        for row in rows
        if row["source"].startswith(f"{source} on ")
        and (row["group"], row["outcome"]) == (group, outcome)
    }


def beside(free: Any, anchored: Any) -> pd.DataFrame:
    """Set both answers beside the published one."""

    def text(numbers: tuple[float, float, float]) -> str:
        mean, low, high = (float(f"{x:.2g}") for x in numbers)
        return f"{mean:,.0f} ({low:,.0f} to {high:,.0f})"

    rows = [
        {
            "Losses of the first year": f"{group} {WORDS.get(outcome, outcome)}",
            "Radford et al. 2023": text(numbers),
            FREE: text(free[group, outcome]),
            ANCHORED: text(anchored[group, outcome]),
        }
        for (group, outcome), numbers in PUBLISHED.items()
    ]
    return pd.DataFrame(rows)


def ratios_beside(free: Mapping[Any, float], anchored: Mapping[Any, float]) -> pd.DataFrame:
    """Set the reporting ratios of both answers beside the published ones."""
    rows = [
        {
            "Reported / true": f"{source} on {group} {outcome}",
            "Radford et al. 2023": f"{ratio:.1f}",
            FREE: f"{free[source, group, outcome]:.2f}",
            ANCHORED: f"{anchored[source, group, outcome]:.2f}",
        }
        for (source, group, outcome), ratio in RATIOS.items()
    ]
    return pd.DataFrame(rows)


def analyse() -> tuple[ce.Estimate, ce.Estimate]:
    """Fit the claims alone, then with the level given from outside."""
    claims = table()
    print(claims, end="\n\n")

    free = fit(claims)
    # The model says how windows are cut, how restated totals are counted once, and what is assumed.
    for note in free.warnings:
        if note.code in ("windows_modelled", "assumed_unbiased"):
            print(note.text, end="\n\n")
    print(f"Prior of every ratio: {free.meta.sources[0].prior_text}\n")
    print(f"Zero-mean errors: {free.headline()}\n")

    anchored = fit(claims, anchors=[PROBATE])
    print(f"Anchored: {anchored.headline()}\n")
    return free, anchored


def compare(free: ce.Estimate, anchored: ce.Estimate) -> tuple[dict[str, Any], ...]:
    """Print both answers beside the published one; return the same as tables of the report."""
    table = beside(losses(free, LAST), losses(anchored, LAST))
    print(table.to_string(index=False), end="\n\n")
    pairs = ratios_beside(ratios(free), ratios(anchored))
    print(pairs.to_string(index=False), end="\n\n")
    # Did the chains agree?
    print(free.check().lines[0], end="\n\n")

    captions = {
        "Mean and 95% interval, as published, in this report, and if the Russian deaths are taken "
        "from probate records (40,000 to 55,000 by 27 May 2023).": table,
        "The same for reporting ratios (medians).": pairs,
    }
    return tuple(
        {"caption": caption, "head": list(found.columns), "rows": found.to_numpy().tolist()}
        for caption, found in captions.items()
    )


def write(est: ce.Estimate, comparisons: tuple[dict[str, Any], ...], folder: Path) -> None:
    """Write the report for people and the numbers for programs."""
    folder.mkdir(parents=True, exist_ok=True)
    report = est.report(folder / "report.html", statements=STATEMENTS, comparisons=comparisons)
    numbers = folder / "estimate.json"
    numbers.write_text(json.dumps(est.to_dict(), indent=2) + "\n", encoding="utf-8")
    print(f"wrote {report}\nwrote {numbers}")


def main() -> None:
    """Read the command line and run the analysis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path("ukraine-2022"), help="folder for the results"
    )
    folder = parser.parse_args().out
    free, anchored = analyse()
    write(free, compare(free, anchored), folder)


if __name__ == "__main__":
    main()
