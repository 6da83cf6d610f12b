"""Whether a list may hold nobody alone by chance."""

from __future__ import annotations

from casualty_est.lists.table.history import HistoryTable

CHANCE = 0.01  # of holding nobody alone, below which a list is taken for a copy


def by_chance(table: HistoryTable, name: str) -> float:
    """Chance that a list holds nobody alone, if its people were like those of the other lists."""
    rest = table.without(name)
    alone = int(rest.only_here.sum()) / max(1, int(rest.sizes.sum()))
    return float((1.0 - alone) ** int(table.sizes[table.lists.index(name)]))


def is_copy(table: HistoryTable, name: str) -> bool:
    """Whether nobody is on a list alone, where that is no chance."""
    at = table.lists.index(name)
    return bool(table.only_here[at] == 0 and by_chance(table, name) < CHANCE)
