"""How many people were killed in Kosovo from March to June 1999, by lists and a survey together?

Four lists of victims and a household survey are evidence of different kinds. This script fits each
by itself, says how the survey's seventeen months relate to the three of the lists, joins both into
one posterior, and compares it with the near-census that came later:

    python examples/kosovo_together.py --out kosovo-together

It writes report.html, estimate.json and study.nc into the folder after --out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import casualty_est as ce

SEED = 1  # the same seed gives the same draws

# The near-census is shown beside the estimate and never used for it.
NEAR_CENSUS = 10_401  # Kosovo Memory Book, same window; Krueger and Ball 2014

# What the report must say and no program can know.
STATEMENTS = {
    "earlier_estimates": (
        "From the same lists Ball et al. (2002) estimated 10,356 (95% confidence interval 9,002 to "
        f"12,122). The near-census that followed, the Kosovo Memory Book, names {NEAR_CENSUS:,} "
        "people for the same window (Krueger and Ball 2014)."
    ),
    "validation": "The near-census was not used; it can be compared with the interval.",
    "data_access": (
        "Both tables are bundled with casualty_est: datasets.lists('kosovo') and "
        "datasets.survey('kosovo_survey')."
    ),
}
BESIDE = {
    "caption": "Published for the same window, and not used.",
    "head": ["Who", "Number"],
    "rows": [
        ["Ball et al. 2002, the same lists", "10,356 (9,002 to 12,122)"],
        ["Kosovo Memory Book, near-census (Krueger and Ball 2014)", f"{NEAR_CENSUS:,}"],
    ],
}


def kinds() -> tuple[ce.Estimate, ce.Estimate]:
    """Fit each kind of evidence by itself."""
    cell = {"scope": "Kosovo", "start": "1999-03-20", "end": "1999-06-22"}
    lists = ce.ListModel(ce.datasets.lists("kosovo"), cell=cell).fit(seed=SEED)
    survey = ce.SurveyModel(ce.datasets.survey("kosovo_survey")).fit(seed=SEED)
    print(f"Lists alone:  {lists.headline()}")
    print(f"Survey alone: {survey.headline()} (February 1998 to June 1999)\n")
    return lists, survey


def join(lists: ce.Estimate, survey: ce.Estimate) -> ce.StudyEstimate:
    """Join both, and print every step on the way."""
    study = ce.Study(lists=lists, survey=survey)

    # The survey counts Kosovar Albanians over seventeen months, the lists everybody over three.
    # How the two relate is an assumption of the analyst: most of the killing fell into the three
    # months. It has a row of its own in what the answer rests on.
    study.bridge("survey", share=0.85, sd=0.05)

    # Who speaks where, with which numbers, and what nobody declared: read this page first.
    print(study, end="\n\n")

    est = study.fit(seed=SEED)
    print(est, end="\n\n")
    print(f"Near-census of the same window: {NEAR_CENSUS:,}\n")
    return est


def question(est: ce.StudyEstimate) -> None:
    """Ask the study what each kind brought."""
    # Do the kinds contradict each other? Under 0.01 there would be no headline.
    print(est.conflict(), end="\n\n")

    # How far the answer follows each, and how much more precise it is with it.
    columns = ["median", "low", "high", "weight", "information"]
    print(est.contributions()[columns].round(2).to_string(), end="\n\n")

    # If the survey counted less: from power 0, which cuts it, to 1.
    table = est.influence("survey")[["eta", "median", "low", "high"]]
    print(table.round({"median": 0, "low": 0, "high": 0}).to_string(index=False), end="\n\n")


def write(est: ce.StudyEstimate, folder: Path) -> None:
    """Write the report for people, the numbers for programs, and all draws."""
    folder.mkdir(parents=True, exist_ok=True)
    report = est.report(folder / "report.html", statements=STATEMENTS, comparisons=(BESIDE,))
    numbers = folder / "estimate.json"
    numbers.write_text(json.dumps(est.to_dict(), indent=2) + "\n", encoding="utf-8")
    draws = est.save(folder / "study.nc")
    print(f"wrote {report}\nwrote {numbers}\nwrote {draws}")


def main() -> None:
    """Read the command line and run the analysis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path("kosovo-together"), help="folder for the results"
    )
    folder = parser.parse_args().out
    est = join(*kinds())
    question(est)
    write(est, folder)


if __name__ == "__main__":
    main()
