"""Lists that may be copies: everybody on them is on another list too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from casualty_est.lists.table.alone import is_copy
from casualty_est.lists.table.histories import CaptureHistories
from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.strata import FEWEST, Parsed, Stratum


def copied(tables: Sequence[CaptureHistories]) -> tuple[str, ...]:
    """Lists that hold nobody alone in any replicate, where that is no chance, smallest first."""
    copies: list[str] = []
    wholes = [table.pooled().table for table in tables]
    while len(wholes[0].lists) > FEWEST:
        sizes = dict(zip(wholes[0].lists, wholes[0].sizes.tolist(), strict=True))
        alike = [name for name in sizes if all(is_copy(whole, name) for whole in wholes)]
        if not alike:
            break
        # Two lists alike are copies of each other: one goes, and the other may then hold its own.
        first = min(alike, key=lambda name: sizes[name])
        copies.append(first)
        wholes = [whole.without(first) for whole in wholes]
    few = any(
        len(set(stratum.table.lists) - set(copies)) < FEWEST
        for table in tables
        for stratum in table.strata
    )
    return () if few else tuple(copies)


def without(histories: CaptureHistories, names: Sequence[str]) -> CaptureHistories:
    """Leave lists out of all strata; nobody is on them alone, so nobody is lost."""
    strata = []
    for stratum in histories.strata:
        table = stratum.table
        for name in names:
            table = table.without(name) if name in table.lists else table
        inactive = tuple(name for name in stratum.inactive if name not in names)
        strata.append(Stratum(stratum.labels, table, inactive))
    lists = tuple(name for name in histories.lists if name not in names)
    parsed = Parsed(lists, histories.by, tuple(strata), histories.warnings, histories.name)
    return CaptureHistories._of(parsed)


def inside(table: HistoryTable) -> list[tuple[str, str]]:
    """Pairs of lists of which the first lies inside the second."""
    pairs = []
    for j, name in enumerate(table.lists):
        members = table.histories[table.histories[:, j] == 1]
        pairs += [
            (name, other)
            for k, other in enumerate(table.lists)
            if k != j and len(members) and members[:, k].all()
        ]
    return pairs


def strangers(table: HistoryTable) -> list[str]:
    """Lists that share nobody with any other list, while others do share people."""
    several = table.histories[table.histories.sum(axis=1) > 1]
    if not len(several):
        return []
    sharing = several.any(axis=0)
    return [name for j, name in enumerate(table.lists) if not sharing[j] and table.sizes[j]]


def all_on_all(table: HistoryTable) -> bool:
    """Whether every list holds everybody."""
    return bool(np.all(table.histories == 1))
