"""Sizes and overlaps of lists, as tables of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.strata import Stratum

if TYPE_CHECKING:
    import pandas as pd


def summary_of(table: HistoryTable, strata: Sequence[Stratum]) -> pd.DataFrame:
    """Size of every list; see `CaptureHistories.summary`."""
    import pandas as pd

    rows = [
        {
            "list": name,
            "people": int(table.sizes[j]),
            "share": float(table.sizes[j] / table.people),
            "only_here": int(table.only_here[j]),
            "strata": sum(name in stratum.table.lists for stratum in strata),
        }
        for j, name in enumerate(table.lists)
    ]
    return pd.DataFrame(rows)


def pairs_of(strata: Sequence[Stratum]) -> pd.DataFrame:
    """Overlap of every pair of lists; see `CaptureHistories.pairs`."""
    import pandas as pd

    rows = []
    for stratum in strata:
        bits, counts = stratum.table.histories.astype(bool), stratum.table.counts
        for a, b in combinations(range(len(stratum.table.lists)), 2):
            rows.append(
                {
                    **dict(stratum.labels),
                    "list_a": stratum.table.lists[a],
                    "list_b": stratum.table.lists[b],
                    **_pair(bits, counts, a, b),
                }
            )
    return pd.DataFrame(rows)


def _pair(
    bits: npt.NDArray[np.bool_], counts: npt.NDArray[np.int64], a: int, b: int
) -> dict[str, int | float | bool | None]:
    one, two = bits[:, a], bits[:, b]
    size_a, size_b = int(counts[one].sum()), int(counts[two].sum())
    shared = int(counts[one & two].sum())
    others = np.delete(bits, [a, b], axis=1).any(axis=1)
    ratio = None
    if bits.shape[1] > 2:
        cells = [
            float(counts[others & (one == x) & (two == y)].sum()) + 0.5
            for x, y in ((True, True), (False, False), (True, False), (False, True))
        ]
        ratio = cells[0] * cells[1] / (cells[2] * cells[3])
    return {
        "size_a": size_a,
        "size_b": size_b,
        "shared": shared,
        "lincoln_petersen": size_a * size_b / shared if shared else None,
        "chapman": (size_a + 1) * (size_b + 1) / (shared + 1) - 1,
        "odds_ratio": ratio,
        "nested": shared > 0 and shared == min(size_a, size_b),
    }
