"""What a picture over time shows: the path of a cell, its claims, anchors, what is to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.claims.plots.axes import day_number
from casualty_est.claims.plots.marks_in_time import Placed
from casualty_est.claims.schema import DatedAnchor, Windows, target_of
from casualty_est.errors import UsageError
from casualty_est.plots.marks import kind_of
from casualty_est.priors.settings import CELL_FIELDS
from casualty_est.result.schema import ClaimRow, Target

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.claims.estimate import ClaimsEstimate

MERGED = ("restated_step", "repeat")  # left out because their source says the same again
Which = Mapping[str, str] | str | int | None  # labels of a cell, or a row


@dataclass(frozen=True, slots=True)
class Path:
    """The numbers of one cell over time, each of shape (date,)."""

    days: Any  # last day of each step
    low: Any  # people up to that day
    median: Any
    high: Any
    bands: tuple[tuple[Any, Any], ...]  # ends of intervals, the widest first
    documented: Any  # largest number documented up to that day


def windows_of(estimate: ClaimsEstimate) -> Windows:
    """How time was modelled; only of an estimate that has paths."""
    windows = estimate.details.windows
    assert windows is not None
    return windows


def row_of(estimate: ClaimsEstimate, cell: Which) -> int:
    """Find the estimate whose path is asked for."""
    known = [one.row for one in windows_of(estimate).cells]
    rows = estimate.meta.rows
    if cell is None:
        return known[0]
    if isinstance(cell, str | int):
        at = estimate._at(cell) if isinstance(cell, str) else cell
        fitting = [row for row in known if row == at]
    else:
        unknown = [name for name in cell if name not in CELL_FIELDS]
        if unknown:
            msg = f"cell takes {', '.join(CELL_FIELDS)}, not {unknown[0]!r}"
            raise UsageError(msg)
        wanted = {name: _sorted(value) for name, value in cell.items()}
        parts = {row: {n: _sorted(getattr(rows[row].cell, n)) for n in wanted} for row in known}
        fitting = [row for row in known if parts[row] == wanted]
    if len(fitting) == 1:
        return fitting[0]
    names = "; ".join(
        ", ".join(f"{name}={label}" for name, label in asdict(rows[row].cell.target).items())
        for row in (fitting or known)[:8]
    )
    which = "several paths fit" if fitting else "no path fits"
    msg = f"{which} the cell {cell!r}; choose one of: {names}"
    raise UsageError(msg)


def _sorted(label: str) -> list[str]:
    return sorted(part.strip() for part in str(label).split("+"))


def levels_of(prob: float) -> tuple[float, ...]:
    """Levels of the bands: what was asked for, and of 90% and 50% what is narrower."""
    return (prob, *(level for level in (0.9, 0.5) if level < prob))


def path_of(estimate: ClaimsEstimate, row: int, prob: float) -> Path:
    """Collect the numbers of one path."""
    target = estimate.meta.rows[row].cell.target
    levels = [of_target(estimate.path(level), target) for level in levels_of(prob)]
    outer = levels[0]
    return Path(
        days=np.array([day_number(text) for text in outer["date"]]),
        low=outer["low"].to_numpy(float),
        median=outer["median"].to_numpy(float),
        high=outer["high"].to_numpy(float),
        bands=tuple((one["low"].to_numpy(float), one["high"].to_numpy(float)) for one in levels),
        documented=outer["documented_low"].to_numpy(float),
    )


def of_target(table: pd.DataFrame, target: Target) -> pd.DataFrame:
    """Rows of a table over time that belong to one cell."""
    keep = np.ones(len(table), dtype=bool)
    for name, label in asdict(target).items():
        keep &= (table[name] == label).to_numpy()
    return table[keep]


def placed_claims(estimate: ClaimsEstimate, row: int) -> tuple[list[Placed], int]:
    """Running totals of one cell with their days, and how many claims are none."""
    target = estimate.meta.rows[row].cell.target
    last = windows_of(estimate).end
    own = [
        claim
        for claim in estimate.meta.claims
        if target_of(claim) == target and kind_of(claim) != "nothing"
    ]
    start = min((claim.start for claim in own if claim.start), default=None)
    placed, others = [], 0
    for claim in own:
        # What one source says once is a running total where it counts from the first day on.
        if claim.running is False and claim.start not in (None, start):
            others += claim.counted
            continue
        day = claim.end or claim.reported or last
        if claim.counted or claim.code in MERGED:
            placed.append(Placed(day_number(day), claim))
    return placed, others


def anchors_of(estimate: ClaimsEstimate, row: int) -> list[DatedAnchor]:
    """Dated anchors on one cell: an interval from outside, up to a day."""
    target = estimate.meta.rows[row].cell.target
    return [one for one in windows_of(estimate).anchors if target_of(one) == target]


def admitted_of(estimate: ClaimsEstimate, row: int, prob: float) -> list[tuple[str, pd.DataFrame]]:
    """What each source with a delay has admitted of one cell, and what is still to come."""
    if not windows_of(estimate).delayed:
        return []
    target = estimate.meta.rows[row].cell.target
    table = of_target(estimate.still_to_be_admitted(prob), target)
    return [(str(source), part) for source, part in table.groupby("source", sort=False)]


def latest_running(claims: Sequence[ClaimRow]) -> list[ClaimRow]:
    """Of the running totals of each source the last: the earlier ones are of shorter windows."""

    def day(claim: ClaimRow) -> str:
        return str(claim.end or claim.reported or "9")  # what bears no date comes last

    first = min((claim.start for claim in claims if claim.counted and claim.start), default=None)
    whole = [c for c in claims if c.running is not False or c.start in (None, first)]
    last: dict[tuple[str, Target], list[ClaimRow]] = {}
    for claim in sorted((claim for claim in whole if claim.counted), key=day):
        before = last.get((claim.source, target_of(claim)), [])
        same = [one for one in before if day(one) == day(claim)]
        last[claim.source, target_of(claim)] = [*same, claim]
    return [claim for latest in last.values() for claim in latest]
