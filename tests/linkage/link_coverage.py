"""Coverage of the whole way from names to a number, on invented lists with a known truth.

    python tests/linkage/link_coverage.py --files 50 --folder DIR --families auto

Every finished file is a line of DIR/coverage.jsonl; the same command goes on where it stopped.
`--families independence` fits the family that made the lists. `--blocked` compares only pairs that
one of two rules lets through, which miss a fifth of the links.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.linkage.simulator import labels, world

PEOPLE, LABELS, MATCHINGS = 800, 150, 20
NO_ANSWER = [np.nan] * 3  # lists that share nobody at a threshold: covers nothing
RULES = [("given", "father", "family"), ("given", "date")]  # of --blocked


def one_file(number, families="auto", *, blocked=False, people=PEOPLE, answered=LABELS):
    """Answers with labels, with the truth about who is who, and with thresholds."""
    import pandas as pd

    import casualty_est as ce
    from casualty_est.linkage.review.choose import candidates_of, choose

    lists = world(number, people=people)
    records = ce.Records(lists.tables)
    model = ce.LinkageModel(records, rules=RULES if blocked else None)
    pairs = model.pairs()
    near = candidates_of(pairs)
    chosen = choose(pairs, near, model._list_of, answered, number)
    others = {
        r: [int(pairs.j[p] if pairs.i[p] == r else pairs.i[p]) for p in near.get(r, [])]
        for r in range(len(records))
    }
    keys = [key for table in lists.tables.values() for key in table["id"]]
    said = labels(lists, keys, others, list(chosen))
    drawn = {keys[record]: str(int(at_random)) for record, at_random in chosen.items()}
    said["at_random"] = [drawn[record] for record in said["record"]]
    linked = model.fit(labels=said, seed=number, draws=400, progress_bar=False)
    fit = {"families": families, "seed": number, "progress_bar": False}
    est = linked.estimate(MATCHINGS, **fit)
    truth = lists.overlaps()
    rows = [
        {**{name: int(x >> k) & 1 for k, name in enumerate(records.lists)}, "count": truth[x]}
        for x in range(1, len(truth))
    ]
    known = ce.ListModel(ce.CaptureHistories(pd.DataFrame(rows)), families=families)
    thresholds = {
        f"{cut.threshold:g}": [cut.people.low, cut.people.median, cut.people.high]
        for cut in est.details.thresholds
        if cut.people is not None
    }
    return {
        "number": number,
        "people": people,
        "listed": int(truth.sum()),
        "linkage": ends(est.draws()),
        "of the lists": ends(linked.people),
        "of the candidates": [int(table.sum()) for table in linked.if_missed.values()][:1],
        "true identities": ends(known.fit(seed=number, progress_bar=False).draws()),
        "thresholds": thresholds,
        "rhat": linked.diagnostics["rhat"],
        "converged": linked.converged,
    }


def ends(draws):
    return [float(end) for end in np.quantile(draws, (0.025, 0.5, 0.975))]


def run(files, folder, families="auto", *, blocked=False, first=1):
    """Answer all files that are not yet in the folder."""
    path = Path(folder) / "coverage.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    done = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    for number in range(first, first + files):
        if number not in {row["number"] for row in done}:
            done.append(one_file(number, families, blocked=blocked))
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(done[-1]) + "\n")
    return [row for row in done if first <= row["number"] < first + files]


def table(rows):
    """Coverage, mean log error and mean log width by way."""
    ways = {
        "linkage": [row["linkage"] for row in rows],
        "true identities": [row["true identities"] for row in rows],
        **{
            f"threshold {p}": [row["thresholds"].get(p, NO_ANSWER) for row in rows]
            for p in (rows[0]["thresholds"] if rows else {})
        },
    }
    truth = np.array([row["people"] for row in rows])
    result = {}
    for way, answers in ways.items():
        low, median, high = np.array(answers).T
        result[way] = {
            "covered": float(((low <= truth) & (truth <= high)).mean()),
            "error": float(np.nanmean(np.log(median / truth))),
            "width": float(np.nanmean(np.log(high / low))),
        }
    listed = np.array([row["listed"] for row in rows])
    low, median, high = np.array([row["of the lists"] for row in rows]).T
    result["people on some list"] = {
        "covered": float(((low <= listed) & (listed <= high)).mean()),
        "error": float(np.log(median / listed).mean()),
        "width": float(np.log(high / low).mean()),
    }
    seen = np.array([row["of the candidates"] for row in rows])
    if seen.size:
        result["people by the candidates alone"] = {
            "error": float(np.log(seen[:, 0] / listed).mean())
        }
    return result


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=50)
    asked.add_argument("--folder", default="out/linkage")
    asked.add_argument("--families", default="auto")
    asked.add_argument("--blocked", action="store_true")
    options = asked.parse_args()
    rows = run(options.files, options.folder, options.families, blocked=options.blocked)
    for way, numbers in table(rows).items():
        print(way, {name: round(value, 3) for name, value in numbers.items()})  # noqa: T201
