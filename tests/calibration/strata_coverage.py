"""Coverage of sums over strata on simulated populations, run by hand.

    python tests/calibration/strata_coverage.py --sets 20 --seed 19990320 --folder DIR

`--strata alone` fits the same strata one by one; it wants a folder of its own. Without classes
(`--families independence,pairs,ridge,visibility,visibility-pair`) a set costs a fifth of its time.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.calibration.list_coverage import cover, table
from tests.support.list_simulators import DEVELOPMENT, DIFFER, simulate_strata

STRUCTURES = ("independent", "classes", "visibility", "referral")
KINDS = tuple(f"{one}, {two}" for one, two in product(STRUCTURES, DIFFER))


def one_set(kind, seed, number, strata="together", families="auto", lists=None):
    """Fit one simulated study in strata: truth and 2.5, 50, 97.5% of the sum."""
    import pandas as pd

    import casualty_est as ce

    structure, differ = kind.split(", ")
    key = KINDS.index(kind)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(100 + key, number)))
    truth, where, histories, counts = simulate_strata(structure, differ, rng, lists)
    names = [f"list {j + 1}" for j in range(histories.shape[1])]
    frame = pd.DataFrame(histories, columns=names).assign(count=counts, part=where)
    tables = ce.CaptureHistories(frame, by="part", lists=names)
    est = ce.ListModel(tables, strata=strata, families=families).fit(
        seed=number, progress_bar=False
    )
    low, median, high = (float(x) for x in np.quantile(est.draws(), (0.025, 0.5, 0.975)))
    whole, shared = est.details.unstratified, est.details.together
    row = {"number": number, "truth": truth, "listed": int(counts.sum()), "lists": len(names)}
    row |= {"low": low, "median": median, "high": high, "converged": est.converged}
    row |= {"strata": len(set(where.tolist()))}
    row |= {"whole": [whole.low, whole.median, whole.high] if whole else None}
    return row | {"sd": shared.lists_sd.median if shared else None}


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=20)
    parser.add_argument("--seed", type=int, default=DEVELOPMENT)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--strata", default="together")
    parser.add_argument("--families", default="auto", help="with commas between")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    families = given.families if given.families == "auto" else given.families.split(",")
    answer = partial(one_set, strata=given.strata, families=families)
    kinds = given.kind or KINDS
    rows = cover(kinds, given.sets, given.seed, given.folder, given.workers, one_set=answer)
    print(table(rows))  # noqa: T201
    for differ in DIFFER:
        some = [row for kind in kinds if kind.endswith(differ) for row in rows[kind]]
        if some:
            print(table({differ: some}))  # noqa: T201


if __name__ == "__main__":
    main()
