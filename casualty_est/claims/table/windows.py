"""The rule of one window: counts that are compared have to cover the same days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from casualty_est.claims.table.claim import CellKey, Window
from casualty_est.claims.table.claims import window_text
from casualty_est.claims.table.tally import SHOWN, Tally, more
from casualty_est.errors import UsageError
from casualty_est.tables.cells import ALL_SCOPES, ANY_PERPETRATOR
from casualty_est.wording.language import stored

INSIDE_CIVILIANS = frozenset({"civilians", "women", "men", "children", "elderly"})


class WindowError(UsageError):
    """Claims on overlapping cells that cover different windows."""


class _Union:
    """Disjoint sets of hashable things."""

    def __init__(self) -> None:
        self.parent: dict[object, object] = {}

    def find(self, item: object) -> object:
        self.parent.setdefault(item, item)
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, one: object, other: object) -> None:
        self.parent[self.find(one)] = self.find(other)


def _atoms(cell: CellKey) -> Iterator[tuple[tuple[str, str], str, str]]:
    """Split a cell into the smallest cells that two others can have in common."""
    scope, outcome, group, perpetrator = cell
    outcomes = ("killed", "injured") if outcome == "casualties" else (outcome,)
    inside = "civilians" if group in INSIDE_CIVILIANS else group
    groups = ("civilians", "combatants") if group == "all" else (inside,)
    for part in scope.split("+"):
        for one in outcomes:
            for label in groups:
                yield (one, label), part, perpetrator


def _overlapping(cells: Iterable[CellKey]) -> _Union:
    """Join the cells that overlap, in time that grows with their number and not its square."""
    union = _Union()
    spots: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for cell in cells:
        for kind, scope, perpetrator in _atoms(cell):
            spots[kind].add((scope, perpetrator))
            union.join(cell, (kind, scope, perpetrator))
    for kind, named in spots.items():
        any_where = [spot for spot in named if spot[0] == ALL_SCOPES]
        any_one = [spot for spot in named if spot[1] == ANY_PERPETRATOR]
        together = any_where + any_one if any_where and any_one else []
        if (ALL_SCOPES, ANY_PERPETRATOR) in named:
            together = list(named)
        for spot in together:
            union.join((kind, *spot), (kind, *together[0]))
        for scope, perpetrator in named:
            for spot in ((ALL_SCOPES, perpetrator), (scope, ANY_PERPETRATOR)):
                if spot in named:
                    union.join((kind, scope, perpetrator), (kind, *spot))
    return union


def share_windows(tally: Tally) -> bool:
    """Give overlapping cells one window, and say whether any claim had to take it over."""
    by_cell = tally.groups(lambda claim: claim.cell_key)
    union = _overlapping(by_cell)
    together: dict[object, list[int]] = defaultdict(list)
    for cell, rows in by_cell.items():
        together[union.find(cell)].extend(rows)
    conflicts: list[str] = []
    taken: dict[int, Window] = {}
    for rows in together.values():
        starts = {day for row in rows if (day := tally.standing[row].start)}
        ends = {day for row in rows if (day := tally.standing[row].end)}
        if len(starts) > 1 or len(ends) > 1:
            conflicts.append(_windows_of(tally, sorted(rows)))
            continue
        window = (next(iter(starts), None), next(iter(ends), None))
        taken.update({row: window for row in rows if tally.standing[row].window != window})
    if conflicts:
        msg = (
            "claims on overlapping cells need one window, and these differ: "
            f"{'; and '.join(conflicts[:SHOWN])}{more(conflicts)}: give at least one of them the "
            "start of its count, so that time can be modelled, or give them the same start and "
            "end, choose a date with --as-of (as_of), or keep them in separate tables"
        )
        raise WindowError(msg)
    for row, (start, end) in taken.items():
        tally.standing[row] = replace(tally.standing[row], start=start, end=end)
    if taken:
        windows = ", ".join(dict.fromkeys(map(window_text, list(taken.values())[:50])))
        places = {"windows": windows, "where": tally.place(sorted(taken))}
        text = stored(
            "note", "1 claim takes the window of those it overlaps, {windows} ({where})", **places
        )
        if len(taken) > 1:
            text = stored(
                "note",
                "{number} claims take the window of those they overlap, {windows} ({where})",
                number=f"{len(taken):,}",
                **places,
            )
        tally.notes.append(("window_assumed", text))
    return bool(taken)


def _windows_of(tally: Tally, rows: Sequence[int]) -> str:
    """Name each window with the sources and lines that give it."""
    by_window: dict[Window, dict[str, list[int]]] = {}
    for row in rows:
        claim = tally.standing[row]
        if claim.start or claim.end:
            by_window.setdefault(claim.window, {}).setdefault(claim.source, []).append(row)
    texts = []
    for window, sources in list(by_window.items())[:SHOWN]:
        named = [f"{name!r} in {tally.place(at)}" for name, at in list(sources.items())[:SHOWN]]
        texts.append(f"{window_text(window)} ({', '.join(named)}{more(sources)})")
    return f"{' against '.join(texts)}{more(by_window)}"
