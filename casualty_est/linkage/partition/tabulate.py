"""From a partition to people by stratum and by the lists that hold them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from casualty_est.linkage.partition.state import State

Ints = npt.NDArray[np.int64]


def people_by_stratum(state: State, strata: Ints, sizes: tuple[int, ...]) -> Ints:
    """People of shape (stratum, pattern); strata number the combinations of all columns."""
    patterns = len(state.table)
    if not sizes:
        return state.table[None, :].copy()
    order = np.argsort(state.label, kind="stable")
    whole = majority(state.label[order], strata[order])
    clusters = state.label[order][np.append(True, np.diff(state.label[order]) > 0)]
    stratum = np.zeros(len(clusters), dtype=np.int64)
    for column, size in enumerate(sizes):
        stratum = stratum * size + whole[:, column]
    cells = stratum * patterns + state.pattern[clusters]
    strata_number = int(np.prod(sizes))
    return np.bincount(cells, minlength=strata_number * patterns).reshape(strata_number, patterns)


@njit(cache=True)  # type: ignore[untyped-decorator]
def majority(label: Any, codes: Any) -> Any:
    """Commonest code of each cluster and column, of records sorted by cluster; ties to the first.

    Code 0 is a blank, and counts only where nothing else stands.
    """
    records, columns = codes.shape
    clusters = 1
    for i in range(1, records):
        clusters += label[i] != label[i - 1]
    result = np.zeros((clusters, columns), np.int64)
    begin, c = 0, 0
    for i in range(1, records + 1):
        if i < records and label[i] == label[begin]:
            continue
        for k in range(columns):
            best, most = 0, 0
            for one in range(begin, i):
                if codes[one, k] == 0:
                    continue
                count = 0
                for two in range(begin, i):
                    count += codes[two, k] == codes[one, k]
                if count > most:
                    best, most = codes[one, k], count
            result[c, k] = best
        begin = i
        c += 1
    return result
