"""Coverage of the incidents model on simulated wars, run by hand.

    python tests/calibration/incident_coverage.py --sets 200 --seed 20180226 --folder DIR

Every finished set is a line of DIR/STRUCTURE-VARIANT-SEED.jsonl; the same command goes on where it
stopped. Variants: cut, joint, joint-free (no report is exact), and cut and joint with hedges
ignored. One process and one thread: let several run side by side with different structures.

Of 200 sets the 90% interval of the total must cover 168 under the cut, and 192 at most where the
anchor carries its bias in every report; the listed and the unlisted part 160 each. Against a sound
interval these limits err once in 300.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.support.incident_simulators import ANCHOR_SD, DEVELOPMENT, GATED, PRINTED, simulate

VARIANTS = {
    "cut": {},
    "joint": {"scale": "joint"},
    "joint-free": {"scale": "joint", "exact_reports": False},
    "cut-ignored": {},
    "joint-ignored": {"scale": "joint"},
}
PARTS = ("total", "listed", "unlisted")


def one_set(structure, variant, seed, number, draws):
    """Fit one simulated war: truths and 5, 50, 95% of the answers."""
    import pandas as pd

    from casualty_est.incidents.model.model import IncidentModel

    key = (GATED + PRINTED).index(structure)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key, number)))
    rows, truth = simulate(structure, rng)
    frame = pd.DataFrame(rows)
    if variant.endswith("ignored"):
        frame["quantity"] = frame["quantity"].map(without_hedge)
    model = IncidentModel(frame, anchor=("monitor", 1.0, ANCHOR_SD), **VARIANTS[variant])
    start = time.process_time()
    est = model.fit(seed=number, draws=draws, tune=300, chains=1, progress_bar=False)
    seconds = time.process_time() - start
    said = est.meta.diagnostics
    # One chain of one process: side by side with others, that costs least.
    found = {"number": number, "truth": truth, "seconds": seconds, "ess": said.min_ess,
             "divergences": said.divergences}  # fmt: skip
    for row, part in enumerate(PARTS):
        found[part] = [float(x) for x in np.quantile(est.draws(row), (0.05, 0.5, 0.95))]
    return found


def without_hedge(text):
    """The number itself; of a range its middle."""
    numbers = [int(x) for x in re.findall(r"\d+", text)]
    return str(round(sum(numbers) / len(numbers)))


def scores(rows, part):
    """Covered, mean interval score on the log, misses on either side."""
    truth = _log([row["truth"][part] for row in rows])
    low, middle, high = _log([row[part] for row in rows]).T
    outside = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    return {
        "sets": len(rows),
        "covered": int((outside == 0).sum()),
        "score": float(np.mean(high - low + 20 * outside)),
        "error": float(np.median(middle - truth)),
        "below": int((truth < low).sum()),
        "above": int((truth > high).sum()),
    }


def _log(numbers):
    return np.log(np.maximum(numbers, 0.5))


def compare(rows, others, part="total"):
    """Mean difference of interval scores over the same sets, and its standard error."""
    ours, theirs = (
        np.array([scores([row], part)["score"] for row in which[: min(len(rows), len(others))]])
        for which in (rows, others)
    )
    off = theirs - ours
    return float(off.mean()), float(off.std(ddof=1) / np.sqrt(len(off)))


def table(name, rows):
    """The scores as text."""
    lines = []
    for part in PARTS:
        s = scores(rows, part)
        lines.append(
            f"{name:26} {part:9} {s['covered']:4d} of {s['sets']:4d}  score {s['score']:.3f}  "
            f"median log error {s['error']:+.3f}  truth below {s['below']}, above {s['above']}"
        )
    diverged = sum(row["divergences"] > 0 for row in rows)
    ess, each = min(row["ess"] for row in rows), np.median([row["seconds"] for row in rows])
    lines.append(
        f"{name:26} smallest effective number of draws {ess:.0f}, sets with divergences "
        f"{diverged}, seconds of processor a set {each:.1f}"
    )
    return "\n".join(lines)


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--seed", type=int, default=DEVELOPMENT)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--structure", action="append")
    parser.add_argument("--variant", action="append")
    parser.add_argument("--draws", type=int, default=350)
    given = parser.parse_args()
    folder = Path(given.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for structure in given.structure or GATED:
        fitted = {}
        for variant in given.variant or ["cut"]:
            file = folder / f"{structure.replace(' ', '-')}-{variant}-{given.seed}.jsonl"
            lines = file.read_text().splitlines() if file.exists() else []
            rows = [json.loads(line) for line in lines]
            for number in range(len(rows), given.sets):
                rows.append(one_set(structure, variant, given.seed, number, given.draws))
                with file.open("a") as out:
                    out.write(json.dumps(rows[-1]) + "\n")
            fitted[variant] = rows = rows[: given.sets]
            print(table(f"{structure}, {variant}", rows), flush=True)  # noqa: T201
        for variant in set(fitted) & {"cut", "joint"}:
            if f"{variant}-ignored" in fitted:
                gain, error = compare(fitted[variant], fitted[f"{variant}-ignored"])
                print(f"{structure}, {variant}: score gained by hedges {gain:+.3f} ({error:.3f})")  # noqa: T201


if __name__ == "__main__":
    main()
