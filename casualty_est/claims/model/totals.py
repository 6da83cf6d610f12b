"""Which numbers a claims model reports: the total, every cell that somebody named, remainders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from casualty_est.claims.model.cells import CellGrid, Label
from casualty_est.claims.model.layout import Layout
from casualty_est.claims.table.claim import Claim
from casualty_est.errors import UsageError
from casualty_est.priors.settings import CELL_FIELDS
from casualty_est.tables.cells import Documented
from casualty_est.wording.language import Noted, stored


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One reported number: its label, window and cells, and whether a claim counts just it."""

    label: Label
    start: date | None
    end: date | None
    cells: npt.NDArray[np.bool_]
    claimed: bool = True


def within_window(part: EstimateRow, whole: EstimateRow) -> bool:
    """Whether the window of one cell lies in that of another, an open end being unknown."""
    late = whole.start is None or part.start is None or part.start >= whole.start
    return late and (whole.end is None or part.end is None or part.end <= whole.end)


def largest_sum(
    parts: Sequence[tuple[npt.NDArray[np.bool_], Documented]],
) -> Documented | None:
    """Add up counts of parts that do not overlap, the largest first."""
    taken: list[Documented] = []
    used = np.zeros_like(parts[0][0]) if parts else np.zeros(0, dtype=bool)
    for cells, counted in sorted(parts, key=lambda one: -one[1].low):
        if not (cells & used).any():
            used = used | cells
            taken.append(counted)
    if not taken:
        return None
    low = sum(one.low for one in taken)
    names = dict.fromkeys(one.source for one in taken if one.source)
    return Documented(low, None, ", ".join(names), f"at least {low:,}")


class _NoTotalError(Exception):
    """Why there is no unique total."""


def estimate_rows(
    layout: Layout, chosen: Mapping[str, str]
) -> tuple[tuple[EstimateRow, ...], list[Noted], str]:
    """List the numbers to report, what is to be said of them, and why there is no total."""
    grid = layout.grid
    labels: list[Label] = []
    notes: list[Noted] = []
    no_total = ""
    try:
        if chosen:
            labels.append(_chosen_label(layout, chosen))
            windows = _different_windows(layout, grid.row(labels[0]))
            if windows:
                text = stored(
                    "note", "the chosen total adds up different windows: {windows}", windows=windows
                )
                notes.append(("total_windows", text))
        else:
            labels.append(_default_label(layout))
    except _NoTotalError as reason:
        no_total = str(reason)
        text = stored(
            "note",
            "there is no unique total: {no_total}; choose one with --total",
            no_total=no_total,
        )
        notes.append(("no_total", text))
    labels += [target.label for target in layout.ratios.targets]
    labels += [cell.label for cell in grid.cells]
    rows: list[EstimateRow] = []
    seen: set[bytes] = set()
    for label in labels:
        cells = grid.row(label)
        if cells.tobytes() not in seen:
            seen.add(cells.tobytes())
            claimed = not rows or ((layout.cover > 0) == cells).all(axis=1).any()
            rows.append(EstimateRow(label, *_window(layout, cells), cells, bool(claimed)))
    return tuple(rows), notes, no_total


def _chosen_label(layout: Layout, chosen: Mapping[str, str]) -> Label:
    wanted = dict(chosen)
    if "scope" in wanted:
        wanted["scope"] = "+".join(sorted(part.strip() for part in wanted["scope"].split("+")))
    values = {}
    for name, used in _used(layout).items():
        if name in wanted:
            values[name] = wanted[name]
        elif name == "outcome" and "killed" in used:
            values[name] = "killed"
        elif len(used) == 1:
            values[name] = used[0]
        else:
            try:
                values[name] = _widest(layout.grid, name, used)
            except _NoTotalError as reason:
                msg = f"total: say the {name} too, since {reason}"
                raise UsageError(msg) from None
    label = Label(**values)
    if not layout.grid.complete(label):
        msg = f"total: the claims do not cover all of {label}; choose a cell that they cover"
        raise UsageError(msg)
    return label


def _used(layout: Layout) -> dict[str, list[str]]:
    columns = zip(*(target.label for target in layout.ratios.targets), strict=True)
    used = (list(dict.fromkeys(column)) for column in columns)
    return dict(zip(CELL_FIELDS, used, strict=True))


def _default_label(layout: Layout) -> Label:
    used, grid = _used(layout), layout.grid
    if "killed" not in used["outcome"]:
        reason = stored(
            "note",
            "no claim counts the killed, only {outcomes}",
            outcomes=", ".join(used["outcome"]),
        )
        raise _NoTotalError(reason)
    killed = [t.label for t in layout.ratios.targets if t.label.outcome in ("killed", "casualties")]
    values = {
        name: _widest(grid, name, list(dict.fromkeys(getattr(label, name) for label in killed)))
        for name in ("scope", "group", "perpetrator")
    }
    label = Label(outcome="killed", **values)
    if not grid.complete(label):
        reason = stored("note", "the claims do not cover every part of {label}", label=label)
        raise _NoTotalError(reason)
    windows = _different_windows(layout, grid.row(label))
    if windows:
        raise _NoTotalError(windows)
    return label


def _widest(grid: CellGrid, name: str, used: Sequence[str]) -> str:
    """The label that holds all others in use, or the sum of disjoint scopes or perpetrators."""
    if name == "group":
        return _widest_group(grid)
    atoms = {"scope": grid.scopes, "perpetrator": grid.perpetrators}[name]
    parts = {label: atoms[label] for label in used}
    union = frozenset().union(*parts.values())
    for label, members in parts.items():
        if members == union:
            return label
    return "+".join(sorted({part for atom in union for part in atom.split("+")}))


def _widest_group(grid: CellGrid) -> str:
    roots = {cell.label.group for cell in grid.cells if not cell.parent}
    for label, leaves in grid.groups.items():
        if roots <= leaves:
            return label
    reason = stored(
        "note",
        "the groups {groups} have no declared relation ([groups])",
        groups=", ".join(sorted(roots)),
    )
    raise _NoTotalError(reason)


def _speaking(layout: Layout, cells: npt.NDArray[np.bool_]) -> list[Claim]:
    touches = ((layout.cover > 0) & cells).any(axis=1)
    pairs = zip(layout.claims, layout.target_of, strict=True)
    return [claim for claim, target in pairs if touches[target]]


def _window(layout: Layout, cells: npt.NDArray[np.bool_]) -> tuple[date | None, date | None]:
    """From the first day to the last that claims on these cells speak of."""
    if layout.timeline is not None and _over_time(layout, cells):
        return layout.timeline.grid.start, layout.timeline.grid.end
    speaking = _speaking(layout, cells)
    starts = [claim.start for claim in speaking if claim.start is not None]
    ends = [claim.end for claim in speaking if claim.end is not None]
    return min(starts, default=None), max(ends, default=None)


def _over_time(layout: Layout, cells: npt.NDArray[np.bool_]) -> bool:
    """Whether the cells, or those they are shares of, are followed over time."""
    assert layout.timeline is not None
    followed = set(layout.timeline.profiled)
    todo = [int(i) for i in np.flatnonzero(cells)]
    for position in todo:  # grows while it is read
        todo.extend(layout.grid.cells[position].parent)
    return not followed.isdisjoint(todo)


def _different_windows(layout: Layout, cells: npt.NDArray[np.bool_]) -> str:
    """Say which windows the totals under these cells cover, where they differ."""
    # Incidents have each their own day, and over time every cell is followed over the whole grid.
    windows = {claim.window for claim in _speaking(layout, cells) if claim.level != "incident"}
    if layout.timeline is not None or len(windows) < 2:
        return ""
    shown = ", ".join(sorted(f"{start or 'open'} to {end or 'open'}" for start, end in windows))
    return stored("note", "the parts cover different windows ({shown})", shown=shown)
