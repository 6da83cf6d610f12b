"""How many people were killed in Iraq between March 2003 and June 2006?

Two national surveys answer 601,000 and 151,000. This script does not average them: it asks each for
what it says, shows by what factor one of them must be wrong, and writes a report:

    python examples/iraq_surveys.py --out iraq-surveys

It writes report.html and estimate.json into the folder after --out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import casualty_est as ce

SEED = 1  # the same seed gives the same draws

# What the report must say and no program can know.
STATEMENTS = {
    "inclusion": "National probability samples of violent deaths in these years; two of several.",
    "data_access": "The table is bundled with casualty_est as datasets.survey('iraq_surveys').",
}


def analyse() -> ce.SurveyEstimate:
    """Fit both surveys, and print what each says."""
    surveys = ce.datasets.survey("iraq_surveys")
    print(surveys, end="\n\n")

    # The model says what it assumes before it computes anything: read this page first.
    model = ce.SurveyModel(surveys)
    print(model, end="\n\n")

    # The two contradict each other, so there is no headline, but both answers.
    est = model.fit(seed=SEED)
    print(est.headline(), end="\n\n")
    columns = ["source", "alone", "alone_low", "alone_high"]
    print(est.sources()[columns].round(-3).to_string(index=False), end="\n\n")

    # How wrong would surveys have to be for both to fit? With a bias that may be a factor of two
    # either way they are compatible, and the common answer says how little is then known.
    wide = ce.SurveyModel(surveys, bias_sd=0.7).fit(seed=SEED)
    print(f"With a bias of about a factor of two either way: {wide.headline()}", end="\n\n")

    # What neither can check, for the survey that could not visit 115 clusters.
    columns = ["case", "median", "low", "high"]
    second = est.labels[1]
    print(est.dials(second)[columns].round(-3).to_string(index=False), end="\n\n")
    return est


def write(est: ce.SurveyEstimate, folder: Path) -> None:
    """Write the report for people and the numbers for programs."""
    folder.mkdir(parents=True, exist_ok=True)
    report = est.report(folder / "report.html", statements=STATEMENTS)
    numbers = folder / "estimate.json"
    numbers.write_text(json.dumps(est.to_dict(), indent=2) + "\n", encoding="utf-8")
    print(f"wrote {report}\nwrote {numbers}")


def main() -> None:
    """Read the command line and run the analysis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path("iraq-surveys"), help="folder for the results"
    )
    folder = parser.parse_args().out
    write(analyse(), folder)


if __name__ == "__main__":
    main()
