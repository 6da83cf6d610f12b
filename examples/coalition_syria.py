"""How many civilians did the US-led Coalition kill in Syria, and why do the counts differ?

Airwars recorded 2,044 strikes, each with a range of deaths and a grade; the Coalition judged most.
This script goes from the strikes to an estimate, to why the two counts differ, and to a report:

    python examples/coalition_syria.py --out coalition-syria

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

# What is counted: the strikes of the archive, from the first Coalition strike in Syria on.
CELL = {"start": "2014-09-23", "end": "2022-12-31"}

# What the report must say and no program can know.
STATEMENTS = {
    "matching": (
        "Airwars matched the Coalition's assessments to its own incidents. How often that erred is "
        "not known. Six incidents that the Coalition called duplicates, and the second entry of "
        "one that was entered twice, are left out."
    ),
    "limitations": (
        "The table has patterns of three incidents or more, made from the public archive of "
        "Airwars: numbers within a pattern are means. Airwars often set the lower end of a range "
        "to the number that the Coalition had conceded, after the fact."
    ),
    "as_of": "The archive with the Coalition's assessments as recorded there up to November 2023.",
    "data_access": (
        "The table is bundled with casualty_est: datasets.incidents('coalition_syria_patterns')."
    ),
}


def analyse() -> ce.Estimate:
    """Fit the incidents, and print every step on the way."""
    # Patterns with counts: no code, day or place of any single strike is in the table.
    reports = ce.datasets.incidents("coalition_syria_patterns")
    print(reports, end="\n\n")

    # Somebody's counts must fix the scale. We take those of Airwars, right to some 10% within a
    # strike; print(model) says what else is assumed: read it before any number.
    model = ce.IncidentModel(reports, anchor="Airwars", cell=CELL)
    print(model, end="\n\n")

    est = model.fit(seed=SEED)
    print(f"Estimated: {est.headline()}\n")
    return est


def question(est: ce.Estimate) -> None:
    """Ask the estimate why the counts differ, and what it rests on."""
    # Deaths in strikes that somebody lists, and in those that nobody does.
    columns = ["part", "documented", "median", "low", "high"]
    print(est.summary()[columns].to_string(**FORM), end="\n\n")

    # Each source as a witness: its count within a strike, and the share of all deaths it lists.
    columns = ["source", "ratio", "low", "high", "completeness_listed", "completeness_reported"]
    print(est.sources()[columns].round(3).to_string(index=False), end="\n\n")

    # From Airwars' total down to the Coalition's: what the gap is made of.
    columns = ["part", "mean", "low", "high"]
    print(est.gap()[columns].round(-1).to_string(index=False), end="\n\n")

    # What sets the level.
    print(est.identification(), end="\n\n")

    # Did the chains agree?
    print(est.check(), end="\n\n")

    # The answer under other settings, one changed at a time.
    columns = ["case", "median", "low", "high"]
    print(est.other_settings()[columns].round(-2).to_string(index=False), end="\n\n")

    # How wrong would the scale have to be for the Coalition's own number to be right?
    print(est.tipping(674)["sentence"].iloc[0], end="\n\n")


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
        "--out", type=Path, default=Path("coalition-syria"), help="folder for the results"
    )
    folder = parser.parse_args().out
    est = analyse()
    question(est)
    write(est, folder)


if __name__ == "__main__":
    main()
