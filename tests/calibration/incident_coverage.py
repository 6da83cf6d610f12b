"""Coverage of the incidents model on simulated wars, run by hand.

    python tests/calibration/incident_coverage.py --sets 200 --seed 20180226 --folder DIR

Every finished set is a line of DIR/STRUCTURE-VARIANT-SEED.jsonl; the same command goes on where it
stopped. Variants: cut, joint, joint-free (no report is exact), plain (hedges ignored).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from incident_simulators import ANCHOR_SD, DEVELOPMENT, GATED, PRINTED, simulate

VARIANTS = {
    "cut": {},
    "joint": {"scale": "joint"},
    "joint-free": {"scale": "joint", "exact_reports": False},
    "plain": {},
}


def one_set(structure, variant, seed, number, draws):
    """Fit one simulated war: truths and 5, 50, 95 % of the answers."""
    import pandas as pd

    from casualty_est.models.incidents.model import IncidentModel

    key = (GATED + PRINTED).index(structure)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key, number)))
    rows, truth = simulate(structure, rng)
    frame = pd.DataFrame(rows)
    if variant == "plain":
        frame["quantity"] = frame["quantity"].map(without_hedge)
    model = IncidentModel(frame, anchor=("monitor", 1.0, ANCHOR_SD), **VARIANTS[variant])
    est = model.fit(seed=number, draws=draws, tune=500, chains=2, progress=False)
    found = {"number": number, "truth": truth, "converged": est.converged}
    for row, part in enumerate(("total", "listed", "unlisted")):
        found[part] = [float(x) for x in np.quantile(est.draws(row), (0.05, 0.5, 0.95))]
    found["rhat"] = est.meta["diagnostics"]["max_rhat"]
    return found


def without_hedge(text):
    """The number itself; of a range its middle."""
    numbers = [int(x) for x in re.findall(r"\d+", text)]
    return str(round(sum(numbers) / len(numbers)))


def scores(rows, part):
    """Covered, mean interval score on the log, misses on either side."""
    truth = np.log([row["truth"][part] for row in rows])
    low, middle, high = np.log([row[part] for row in rows]).T
    outside = np.maximum(low - truth, 0) + np.maximum(truth - high, 0)
    return {
        "sets": len(rows),
        "covered": int((outside == 0).sum()),
        "score": float(np.mean(high - low + 20 * outside)),
        "error": float(np.median(middle - truth)),
        "below": int((truth < low).sum()),
        "above": int((truth > high).sum()),
    }


def table(name, rows):
    """The scores as text."""
    lines = []
    for part in ("total", "listed", "unlisted"):
        s = scores(rows, part)
        lines.append(
            f"{name:26} {part:9} {s['covered']:4d} of {s['sets']:4d}  score {s['score']:.3f}  "
            f"median log error {s['error']:+.3f}  truth below {s['below']}, above {s['above']}"
        )
    failed = sum(not row["converged"] for row in rows)
    return "\n".join([*lines, f"{name:26} not converged {failed}"])


def main():
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--seed", type=int, default=DEVELOPMENT)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--structure", action="append")
    parser.add_argument("--variant", action="append")
    parser.add_argument("--draws", type=int, default=500)
    given = parser.parse_args()
    folder = Path(given.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for structure in given.structure or GATED:
        for variant in given.variant or ["cut"]:
            file = folder / f"{structure.replace(' ', '-')}-{variant}-{given.seed}.jsonl"
            lines = file.read_text().splitlines() if file.exists() else []
            rows = [json.loads(line) for line in lines]
            for number in range(len(rows), given.sets):
                rows.append(one_set(structure, variant, given.seed, number, given.draws))
                with file.open("a") as out:
                    out.write(json.dumps(rows[-1]) + "\n")
            print(table(f"{structure}, {variant}", rows[: given.sets]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
