"""Coverage of the lists model on simulated populations, run by hand.

    python tests/calibration/list_coverage.py --sets 200 --seed 19990320 --folder DIR

Every finished set is a line of DIR/STRUCTURE-SEED.jsonl; the same command goes on where it stopped.
`--family decomposable` or `--family dirichlet-process` give the scores of one family on the same
populations; each wants a folder of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.support.list_simulators import DEVELOPMENT, GATED, PRINTED, simulate


def one_set(structure, seed, number, family="auto"):
    """Fit one simulated study: truth and 2.5, 50, 97.5% of the answer."""
    import pandas as pd

    import casualty_est as ce

    key = (GATED + PRINTED).index(structure)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key, number)))
    truth, histories, counts = simulate(structure, rng)
    names = [f"list {j + 1}" for j in range(histories.shape[1])]
    frame = pd.DataFrame(histories, columns=names).assign(count=counts)
    model = ce.ListModel(ce.CaptureHistories(frame), families=family)
    est = model.fit(seed=number, progress_bar=False)
    low, median, high = (float(x) for x in np.quantile(est.draws(), (0.025, 0.5, 0.975)))
    return {
        "number": number,
        "truth": truth,
        "listed": int(counts.sum()),
        "lists": len(names),
        "low": low,
        "median": median,
        "high": high,
        "converged": est.converged,
    }


def cover(structures, sets, seed, folder, workers=2, one_set=one_set):
    """Fit all sets that are not yet in the folder; return the rows by structure."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {s: folder / f"{s.replace(' ', '-')}-{seed}.jsonl" for s in structures}
    rows = {s: _read(file) for s, file in files.items()}
    left = [
        (s, n)
        for n in range(sets)
        for s in structures
        if n not in {row["number"] for row in rows[s]}
    ]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        futures = {pool.submit(one_set, s, seed, n): s for s, n in left}
        for future in as_completed(futures):
            structure = futures[future]
            rows[structure].append(future.result())
            with files[structure].open("a") as file:
                file.write(json.dumps(rows[structure][-1]) + "\n")
    return {s: [row for row in found if row["number"] < sets] for s, found in rows.items()}


def _read(file):
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def scores(rows):
    """Covered, sets, mean interval score on log N, misses below and above the interval."""
    truth, low, high = (np.log([row[name] for row in rows]) for name in ("truth", "low", "high"))
    outside = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    return {
        "sets": len(rows),
        "covered": int((outside == 0).sum()),
        "score": float(np.mean(high - low + 40 * outside)),
        "error": float(np.median(np.log([row["median"] for row in rows]) - truth)),
        "below": int((truth < low).sum()),
        "above": int((truth > high).sum()),
        "not converged": sum(not row["converged"] for row in rows),
    }


def table(found):
    """The scores as text."""
    lines = []
    for structure, rows in found.items():
        s = scores(rows)
        share = s["covered"] / s["sets"]
        lines.append(
            f"{structure:18} {s['covered']:4d} of {s['sets']:4d} ({share:.3f})"
            f"  score {s['score']:.3f}  median log error {s['error']:+.3f}"
            f"  truth below {s['below']}, above {s['above']}"
            f"  not converged {s['not converged']}"
        )
    return "\n".join(lines)


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--seed", type=int, default=DEVELOPMENT)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--structure", action="append")
    parser.add_argument("--family", default="auto")
    given = parser.parse_args()
    answer = partial(one_set, family=given.family)
    structures = given.structure or GATED
    found = cover(structures, given.sets, given.seed, given.folder, one_set=answer)
    print(table(found))  # noqa: T201
    gated = [row for structure, rows in found.items() if structure in GATED for row in rows]
    if gated:
        print(table({"all gated": gated}))  # noqa: T201


if __name__ == "__main__":
    main()
