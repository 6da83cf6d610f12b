"""The overlap of one pair of lists."""

from __future__ import annotations

from typing import Any

import numpy as np

from casualty_est.lists.table.history import HistoryTable


def pair(table: HistoryTable, a: int, b: int) -> dict[str, Any]:
    """Sizes, overlap and odds ratio of two lists; see `CaptureHistories.pairs`."""
    bits, counts = table.histories.astype(bool), table.counts
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
        "list_a": table.lists[a],
        "list_b": table.lists[b],
        "size_a": size_a,
        "size_b": size_b,
        "shared": shared,
        "lincoln_petersen": size_a * size_b / shared if shared else None,
        "chapman": (size_a + 1) * (size_b + 1) / (shared + 1) - 1,
        "odds_ratio": ratio,
        "nested": shared > 0 and shared == min(size_a, size_b),
    }
