"""Small fits of every kind as digests of all that they draw; run as a program, in a process alone.

The program takes names of fits and prints a JSON object of their digests.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

import casualty_est as ce

SHORT = {"seed": 3, "draws": 100, "tune": 150, "chains": 2, "progress_bar": False}
REPORTS = {
    "incident": ["1", "1", "2", "2", "3", "4", "5", "5", "6", "7", "8"],
    "source": ["A", "B", "A", "B", "A", "B", "A", "B", "A", "B", "A"],
    "role": ["monitor", "media"] * 2 + ["monitor", "media"] * 2 + ["monitor", "media", "monitor"],
    "quantity": ["3", "4", "10", "8", "2", "5", "1", "1", "at least 6", "3", "2-4"],
}


def _exact() -> ce.Estimate:
    model = ce.ClaimsModel(ce.datasets.load("coalition"))
    return model.fit(seed=3, draws=100, chains=2, method="exact", progress_bar=False)


def _nuts() -> ce.Estimate:
    return ce.ClaimsModel(ce.datasets.load("strikes")).fit(method="nuts", **SHORT)


def _over_time() -> ce.Estimate:
    ends = pd.date_range("2016-03-31", periods=4, freq="QE")
    rows = [
        {"source": source, "role": role, "quantity": str(share * (k + 1)), "start": "2016-01-01",
         "end": ends[k].date().isoformat(), "outcome": "killed"}
        for source, role, share in (("Army", "perpetrator", 10), ("Watch", "monitor", 57))
        for k in range(4)
    ]  # fmt: skip
    model = ce.ClaimsModel(pd.DataFrame(rows), grid="month", drift={"Watch": 0.2})
    return model.fit(**SHORT)


def _incidents() -> ce.Estimate:
    return ce.IncidentModel(pd.DataFrame(REPORTS), anchor=("A", 1.0, 0.2)).fit(**SHORT)


def _judged() -> ce.Estimate:
    reports = ce.datasets.incidents("strikes_incidents")
    return ce.IncidentModel(reports, anchor="Airwars").fit(**SHORT)


def _lists(*families: str) -> ce.Estimate:
    model = ce.ListModel(ce.datasets.lists("kosovo"), families=list(families))
    return model.fit(seed=3, draws=200, chains=2, progress_bar=False)


FITS: dict[str, Callable[[], ce.Estimate]] = {
    "exact": _exact,
    "nuts": _nuts,
    "over time": _over_time,
    "incidents": _incidents,
    "judged": _judged,
    "pairs": lambda: _lists("pairs"),
    "mixtures": lambda: _lists("classes", "visibility"),
    "graphs": lambda: _lists("decomposable"),
    "sticks": lambda: _lists("dirichlet-process"),
}


def digest(estimate: ce.Estimate) -> str:
    """Digest of every number of a result, to the last bit."""
    found = hashlib.sha256()
    for group in estimate._tree.subtree:
        for name, values in sorted(group.data_vars.items()):
            if values.dtype.kind in "biuf":
                found.update(f"{group.path} {name} {values.shape}".encode())
                found.update(np.ascontiguousarray(values.values).tobytes())
    return found.hexdigest()[:16]


def digests(names: Iterable[str]) -> dict[str, str]:
    """Fit some of `FITS` anew."""
    return {name: digest(FITS[name]()) for name in names}


def elsewhere(names: Iterable[str], variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Fit some of `FITS` in a process of its own, with other environment variables."""
    found = subprocess.run(
        [sys.executable, __file__, *names],
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    read: dict[str, str] = json.loads(found.stdout.splitlines()[-1])
    return read


if __name__ == "__main__":
    print(json.dumps(digests(sys.argv[1:])))  # noqa: T201 - the answer of the program
