"""How many civilians had the US-led Coalition killed in Iraq and Syria by February 2018?

The Pentagon said around 800, Airwars said at least 6,047. This script goes from these two numbers
to an estimate, to what the estimate rests on, and to a report:

    python examples/coalition_2018.py --out coalition-2018

It writes report.html and estimate.json into the folder after --out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import casualty_est as ce

SEED = 1  # the same seed gives the same draws

# What readers call the labels of the table.
NAMES = {"Coalition": "the US-led Coalition", "Pentagon": "the Pentagon"}


def analyse() -> ce.Estimate:
    """Fit the two claims, and print every step on the way."""
    # The claims as published: who said what of which place and days, and where it was printed.
    claims = ce.datasets.load("coalition")
    print(claims, end="\n\n")

    # The model says what it assumes before it computes anything: read this page first.
    model = ce.ClaimsModel(claims)
    print(model, end="\n\n")

    est = model.fit(seed=SEED)
    print(f"Estimated: {est.headline()}\n")
    return est


def question(est: ce.Estimate) -> None:
    """Ask the estimate what it rests on."""
    # What was documented, as published, and apart from it what is estimated, in people.
    columns = ["documented", "median", "low", "high", "level"]
    print(est.summary()[columns].to_string(index=False, float_format="{:.0f}".format), end="\n\n")

    # Reported / true for each source, what was assumed beside what came out.
    columns = ["source", "ratio", "low", "high", "prior_median", "prior_low", "prior_high"]
    print(est.sources()[columns].round(3).to_string(index=False), end="\n\n")

    # Which assumption sets the level, and by how much.
    print(est.identification(), end="\n\n")

    # Is the fit sound, and does one claim contradict the other?
    print(est.check(), end="\n\n")

    # How wrong would each assumption have to be for the Pentagon's number to be right?
    for sentence in est.tipping(800)["sentence"]:
        print(sentence)
    print()

    # The answer without each source in turn.
    columns = ["case", "median", "low", "high"]
    print(est.without_each_source()[columns].round(-2).to_string(index=False), end="\n\n")


def write(est: ce.Estimate, folder: Path) -> None:
    """Write the report for people and the numbers for programs."""
    folder.mkdir(parents=True, exist_ok=True)
    report = est.report(folder / "report.html", names=NAMES)
    numbers = folder / "estimate.json"
    numbers.write_text(json.dumps(est.to_dict(), indent=2) + "\n", encoding="utf-8")
    print(f"wrote {report}\nwrote {numbers}")


def main() -> None:
    """Read the command line and run the analysis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path("coalition-2018"), help="folder for the results"
    )
    folder = parser.parse_args().out
    est = analyse()
    question(est)
    write(est, folder)


if __name__ == "__main__":
    main()
