"""How many people were killed in Kosovo between March and June 1999?

Four lists name 4,400 of them. This script goes from the overlaps of the lists to an estimate, to
what the estimate rests on, and to a report:

    python examples/kosovo_1999.py --out kosovo-1999

It writes report.html and estimate.json into the folder after --out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import casualty_est as ce

SEED = 1  # the same seed gives the same draws
FORM = {"index": False, "float_format": "{:.0f}".format, "na_rep": "none"}  # of tables in print

# Published answers to the same question: shown beside the estimate, never used for it.
NEAR_CENSUS = 10_401  # Kosovo Memory Book, same window; Krueger and Ball 2014
PUBLISHED = "10,356 (95% confidence interval 9,002 to 12,122)"  # Ball et al. 2002, same lists

# What the report must say and no program can know.
STATEMENTS = {
    "earlier_estimates": (
        f"From the same lists Ball et al. (2002) estimated {PUBLISHED}. The near-census that "
        f"followed, the Kosovo Memory Book, names {NEAR_CENSUS:,} people for the same window "
        "(Krueger and Ball 2014)."
    ),
    "lists": (
        "Exhumations by international teams on behalf of the International Criminal Tribunal for "
        "the former Yugoslavia; interviews by ABA/CEELI and its partners, by the OSCE, and by "
        "Human Rights Watch; described in Ball et al. (2002)."
    ),
    "validation": "The near-census was not used; it can be compared with the interval.",
    "matching": (
        "Records were matched by the authors of the 2002 report. The table does not say how often "
        "the matching erred."
    ),
    "data_access": "The table is bundled with casualty_est as datasets.lists('kosovo').",
}


def analyse() -> ce.Estimate:
    """Fit the lists, and print every step on the way."""
    # How many people are on exactly which lists; no names, no places.
    lists = ce.datasets.lists("kosovo")
    print(lists, end="\n\n")

    # Among people on a third list, every pair shares more than independent lists would: odds
    # ratios above 1. So independent lists are the wrong assumption here.
    print(lists.pairs()[["list_a", "list_b", "shared", "odds_ratio"]].round(2), end="\n\n")

    # The model says what it assumes before it computes anything: read this page first.
    cell = {"scope": "Kosovo", "start": "1999-03-20", "end": "1999-06-22"}
    model = ce.ListModel(lists, cell=cell)
    print(model, end="\n\n")

    est = model.fit(seed=SEED)
    print(f"Estimated: {est.headline()}")
    print(f"Published from the same lists: {PUBLISHED}")
    print(f"Near-census of the same window: {NEAR_CENSUS:,}\n")
    return est


def question(est: ce.Estimate) -> None:
    """Ask the estimate what it rests on."""
    # Who was counted, and apart from it what is estimated, in people.
    columns = ["part", "documented", "median", "low", "high"]
    print(est.summary()[columns].to_string(**FORM), end="\n\n")

    # How much of all the dead each list names.
    print(est.sources().round(3).to_string(index=False), end="\n\n")

    # Which kinds of dependence between the lists the answer comes from.
    print(est.identification(), end="\n\n")

    # Do independent runs agree?
    print(est.check(), end="\n\n")

    # The answer without each list in turn.
    columns = ["case", "median", "low", "high"]
    print(est.without_each_source()[columns].round(-2).to_string(index=False), end="\n\n")

    # The members of each list are people whose number is known: does the method find it?
    columns = ["case", "members", "seen", "low", "high", "covered"]
    print(est.known_populations()[columns].round().to_string(index=False), end="\n\n")


def write(est: ce.Estimate, folder: Path) -> None:
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
        "--out", type=Path, default=Path("kosovo-1999"), help="folder for the results"
    )
    folder = parser.parse_args().out
    est = analyse()
    question(est)
    write(est, folder)


if __name__ == "__main__":
    main()
