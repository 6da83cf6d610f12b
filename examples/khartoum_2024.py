"""How many people died in Khartoum State in the first 14 months of the war in Sudan?

Three lists have 4,254 records of the dead. Two people compared records by eye and scored how sure
they were that two are one person. This script goes from the scored pairs, without any name, to an
estimate that includes the doubt about the matching:

    python examples/khartoum_2024.py --out khartoum-2024

It writes report.html, estimate.json, linkage.nc and matching.png into the folder after --out.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd

import casualty_est as ce

SEED = 1  # the same seed gives the same draws
DATA = Path(__file__).parent / "data" / "khartoum_2024"
INJURY = "intentional injury"
CELL = {"scope": "Khartoum State", "start": "2023-04-15", "end": "2024-06-04"}

# Published answers to the same question: shown beside the estimate, never used for it.
PUBLISHED = {
    "all causes": "61,202 (95% confidence interval 22,286 to 209,152)",
    INJURY: "26,024 (95% confidence interval 12,571 to 58,704)",
}
BY_THRESHOLD = "20,660 to 211,334"  # the published model at 25 settings of two thresholds

# What the report must say and no program can know.
STATEMENTS = {
    "earlier_estimates": (
        f"From the same records Dahab et al. (2024) estimated {PUBLISHED['all causes']} deaths of "
        f"all causes; at 25 settings of two thresholds of matching, {BY_THRESHOLD}."
    ),
    "lists": (
        "A public survey on the internet, a private survey through networks of relatives and "
        "volunteers, and obituaries on social media; described in Dahab et al. (2024)."
    ),
    "validation": "No count of the dead was available to compare with the interval.",
    "matching": (
        "Two people scored pairs of records from 1 to 5; what a score is worth was simulated by "
        "the authors of the study, and is drawn here within its interval."
    ),
    "data_access": "The scored pairs are in examples/data/khartoum_2024, without names.",
}


def tables(injury: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Records and pairs, of all deaths or of those by intentional injury."""
    records = pd.read_csv(DATA / "records.csv")
    pairs = pd.read_csv(DATA / "pairs.csv")
    if injury:
        records = records[records[INJURY] == 1]
        known = set(records["id"])
        pairs = pairs[pairs["record_a"].isin(known) & pairs["record_b"].isin(known)]
    return records.drop(columns=INJURY), pairs


def match(records: pd.DataFrame, pairs: pd.DataFrame) -> ce.Linkage:
    """Draw which records are one person."""
    # A record was compared with the first of its person only: a pair that nobody scored says
    # nothing.
    model = ce.LinkageModel.from_scores(records, pairs, unscored="unknown")
    return model.fit(seed=SEED, draws=600)


def analyse(cause: str) -> tuple[ce.Linkage, ce.Estimate]:
    """Match, estimate, and print every step on the way."""
    records, pairs = tables(cause == INJURY)
    link = match(records, pairs)
    print(f"== {cause} ==\n\n{link}\n")
    print(link.overlaps().drop(columns="prob").round().to_string(index=False), end="\n\n")

    # If a score of 4 were worth its median and nothing else, the matching would look surer.
    worth = pairs["probability"]
    fixed = match(records, pairs.assign(probability_low=worth, probability_high=worth))
    spread = [matching.whole[:, 6].std() for matching in (link, fixed)]
    print("People on the private survey and social media alone, sd over draws of the matching:")
    print(f"  probabilities drawn {spread[0]:.1f}, fixed {spread[1]:.1f}\n")

    est = link.estimate(20, cell=CELL, seed=SEED)
    print(f"Estimated: {est.headline()}")
    print(f"Published: {PUBLISHED[cause]}\n")
    print(est.identification(), end="\n\n")
    return link, est


def write(link: ce.Linkage, est: ce.Estimate, folder: Path) -> None:
    """Write the report for people, the numbers for programs, and the matching."""
    folder.mkdir(parents=True, exist_ok=True)
    report = link.report(est, folder / "report.html", statements=STATEMENTS)
    numbers = folder / "estimate.json"
    numbers.write_text(json.dumps(est.to_dict(), indent=2) + "\n", encoding="utf-8")
    link.save(folder / "linkage.nc")
    link.plot(est).savefig(folder / "matching.png")
    print(f"wrote {report}\nwrote {numbers}")


def main() -> None:
    """Read the command line and run the analysis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", type=Path, default=Path("khartoum-2024"), help="folder for the results"
    )
    folder = parser.parse_args().out
    analyse(INJURY)
    link, est = analyse("all causes")
    write(link, est, folder)


if __name__ == "__main__":
    main()
