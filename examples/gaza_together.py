"""How many people were killed in the Gaza Strip by 30 June 2024, by lists and a survey together?

Three lists of the dead, a household survey and the ministry's total are evidence of different
kinds. This script fits each by itself, says how the survey's fifteen months relate to the nine of
the lists, declares which lists the ministry's total is built on, and joins them into one posterior:

    python examples/gaza_together.py --out gaza-together

It writes report.html, public.html, estimate.json and study.nc into the folder after --out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd

import casualty_est as ce

SEED = 1  # the same seed gives the same draws
CELL = {"scope": "Gaza Strip", "start": "2023-10-07", "end": "2024-06-30", "group": "all"}

# What the Ministry of Health had counted when the lists end, and when the survey does: its total of
# that day, and the number of deaths to that day that its later lists have.
BY_LISTS_END = 37_877
BY_SURVEY_END, BY_SURVEY_END_LATER = 45_805, 49_090

# What the report must say and no program can know.
STATEMENTS = {
    "earlier_estimates": (
        "From the same lists, with age, sex and month of death, Jamaluddine et al. (2025) "
        "estimated 64,260 deaths (95% confidence interval 55,298 to 78,525). The household survey "
        "gives 75,200 (63,600 to 86,800) to 5 January 2025 (Spagat et al. 2026)."
    ),
    "validation": "No count that all accept exists for this war, so none could be held back.",
    "matching": "Who is on two lists was decided by the study that published the overlaps.",
    "data_access": (
        "Both tables are bundled with casualty_est: datasets.lists('gaza') and "
        "datasets.survey('gaza_survey')."
    ),
    "limitations": (
        "People who are missing, many of them under rubble, are on no list and not among the dead "
        "of the survey. Two of the three lists are kept by one ministry. Civilians and fighters "
        "are counted together."
    ),
}
NAMES = {"Gaza Strip": "the Gaza Strip"}  # what labels are called in print
BESIDE = {
    "caption": "Published for the same window.",
    "head": ["Who", "Number"],
    "rows": [
        ["Jamaluddine et al. 2025, the same lists", "64,260 (55,298 to 78,525)"],
        ["Gaza Ministry of Health, total of 30 June 2024", f"{BY_LISTS_END:,}"],
    ],
}


def kinds() -> dict[str, ce.Estimate]:
    """Fit each kind of evidence by itself."""
    lists = ce.ListModel(ce.datasets.lists("gaza"), cell=CELL).fit(seed=SEED)

    published = ce.datasets.survey("gaza_survey").to_frame()
    violent = published[(published["group"] == "all") & (published["outcome"] == "killed")]
    survey = ce.SurveyModel(violent).fit(seed=SEED)

    # The ministry's total is built on two of the lists, and on bodies that nobody has identified.
    total = {
        "source": "Gaza Ministry of Health",
        "role": "government",
        "quantity": f"{BY_LISTS_END:,}",
        "derived_from": "Ministry hospital list; Ministry survey of families",
    }
    claims = ce.ClaimsModel(pd.DataFrame([total | CELL])).fit(seed=SEED)

    print(f"Lists alone:  {lists.headline()}")
    print(f"Survey alone: {survey.headline()} (to 5 January 2025)\n")
    return {"lists": lists, "survey": survey, "claims": claims}


def join(evidence: dict[str, ce.Estimate]) -> ce.StudyEstimate:
    """Join them, and print every step on the way."""
    study = ce.Study(**evidence)

    # The survey runs half a year longer than the lists. Which part of its deaths fell into the
    # months of the lists we take from the ministry's own counts, for no better series exists: 83%
    # by its totals of the two days, 77% if the deaths that it added to its lists later were all of
    # the last half year. It is an assumption, with a row of its own in what the answer rests on.
    by_totals, by_later = BY_LISTS_END / BY_SURVEY_END, BY_LISTS_END / BY_SURVEY_END_LATER
    print(f"The ministry's counts give a share of {by_totals:.0%}, or {by_later:.0%}.\n")
    study.bridge("survey", share=0.80, sd=0.05)

    # Who speaks twice: the total of the ministry is built on two of the lists. So it does not move
    # the count; the count says how much of it the ministry had.
    study.relation("Ministry hospital list", "claims", "lists", "derived")
    study.relation("Ministry survey of families", "claims", "lists", "derived")
    print(study, end="\n\n")

    est = study.fit(seed=SEED)
    print(est, end="\n\n")
    return est


def question(est: ce.StudyEstimate) -> None:
    """Ask the study what each kind brought."""
    # Do the kinds contradict each other? Under 0.01 there would be no headline.
    print(est.conflict(), end="\n\n")

    # How far the answer follows each, and how much more precise it is with it.
    columns = ["median", "low", "high", "weight", "information"]
    print(est.contributions()[columns].round(2).to_string(), end="\n\n")

    # Without each kind.
    print(
        est.without_each_kind()[["case", "median", "low", "high"]].round(0).to_string(index=False)
    )

    # How many of the dead each list has, and what part of them the ministry's total is.
    print(est.sources()[["source", "quantity", "median", "low", "high"]].round(2).to_string())


def write(est: ce.StudyEstimate, folder: Path) -> None:
    """Write the report for people, the numbers for programs, and all draws."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {"statements": STATEMENTS, "comparisons": (BESIDE,), "names": NAMES}
    report = est.report(folder / "report.html", **said)
    public = est.report(folder / "public.html", audience="public", names=NAMES)
    numbers = folder / "estimate.json"
    numbers.write_text(json.dumps(est.to_dict(), indent=2) + "\n", encoding="utf-8")
    draws = est.save(folder / "study.nc")
    print(f"\nwrote {report}\nwrote {public}\nwrote {numbers}\nwrote {draws}")


def main() -> None:
    """Read the command line and run the analysis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path("gaza-together"), help="folder for the results"
    )
    folder = parser.parse_args().out
    est = join(kinds())
    question(est)
    write(est, folder)


if __name__ == "__main__":
    main()
