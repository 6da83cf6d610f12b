"""Names of cells, and numbers as the report prints them: what its sentences are made of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from casualty_est.wording.numbers import share
from casualty_est.wording.phrases import Labelled, Windowed, capitalised, day, listed

__all__ = ["day"]

if TYPE_CHECKING:
    from casualty_est.result.estimate import Estimate
    from casualty_est.result.schema import ClaimRow

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PERCENT_UP_TO = 10  # ratios: beyond, "1,300%" would be misread
FEW_PLACES = 3  # more scopes than this are counted in a sentence and listed after it


def places(scope: str) -> str:
    """Name the places of a scope, or count them where they are many."""
    if scope == "all":
        return ""
    parts = scope.split("+")
    many = len(parts) > FEW_PLACES
    return f"in {in_words(len(parts))} places (listed below)" if many else f"in {listed(parts)}"


def window(cell: Windowed) -> str:
    """Name the window of a cell; empty where it is open at both ends."""
    start, end = cell.start, cell.end
    if start and end:
        return f"on {day(start)}" if start == end else f"between {day(start)} and {day(end)}"
    return f"up to {day(end)}" if end else f"since {day(start)}" if start else ""


def is_attributed(cell: Labelled) -> bool:
    """Whether only deaths attributed to somebody are counted."""
    return cell.perpetrator not in ("any", "")


def attributed(cell: Labelled) -> str:
    """Say to whom the deaths are attributed; empty where everybody's are counted."""
    return f"in actions attributed to {cell.perpetrator}" if is_attributed(cell) else ""


def group(cell: Labelled) -> str:
    """Name whom a cell counts."""
    return "people" if cell.group == "all" else cell.group


def outcome(cell: Labelled) -> str:
    """Name what happened to them."""
    return "killed or injured" if cell.outcome == "casualties" else cell.outcome


def in_words(n: int) -> str:
    """Write a small number as a word."""
    return NUMBERS[n] if n < len(NUMBERS) else f"{n:,}"


def counted(cell: Windowed) -> str:
    """Name what is counted: who, what, where, when, attributed to whom."""
    return _joined(f"{group(cell)} {outcome(cell)}", cell, window(cell))


def counted_whenever(cell: Labelled) -> str:
    """The same without the window."""
    return _joined(f"{group(cell)} {outcome(cell)}", cell, "")


def counted_briefly(cell: Windowed) -> str:
    """The same in a sentence that should be short: many places are counted, not listed."""
    what = _whole(f"{group(cell)} {outcome(cell)}", cell)
    return f"{what} (attributed to {cell.perpetrator})" if is_attributed(cell) else what


def happened(cell: Windowed) -> str:
    """Say that somebody died: who, where and when, attributed to whom."""
    what = _whole(f"{group(cell)} were {outcome(cell)}", cell)
    return f"{what} ({attributed(cell)})" if is_attributed(cell) else what


def _whole(start: str, cell: Windowed) -> str:
    where = places(cell.scope).removesuffix(" (listed below)")
    return " ".join(part for part in (start, where, window(cell)) if part)


def _joined(start: str, cell: Labelled, when: str) -> str:
    return " ".join(part for part in (start, places(cell.scope), when, attributed(cell)) if part)


def has_total(estimate: Estimate) -> bool:
    """Whether the first estimate is a total, or the only number there is."""
    return estimate.meta.has_total and len(estimate) > 0


def row_name(estimate: Estimate, i: int) -> str:
    """Name an estimate in a table by what sets it apart from the others."""
    rows, row = estimate.meta.rows, estimate.meta.rows[i]
    cell = row.cell
    parts = [group(cell)]
    if len({r.cell.outcome for r in rows}) > 1:
        parts[0] += f" {outcome(cell)}"
    if len({r.cell.scope for r in rows}) > 1:
        scope = cell.scope.split("+")
        many = len(scope) > FEW_PLACES
        parts.append(f"all {in_words(len(scope))} places" if many else listed(scope))
    if len({r.cell.perpetrator for r in rows}) > 1 and is_attributed(cell):
        parts.append(f"attributed to {cell.perpetrator}")
    parts += [f"{key} {value}" for key, value in row.strata.items()]
    name = ", ".join(parts)
    if row.part != "total":
        name += f", {row.part} part"
    elif i == 0 and has_total(estimate) and len(rows) > 1:
        name = f"Total: {name}"
    return capitalised(name)


def whole(weight: float) -> str:
    """Print a share in whole per cent, as one quotes it."""
    return f"{round(100 * weight)}%" if weight >= 0.01 else "under 1%"


def ratio(value: float) -> str:
    """Print a reporting ratio as a part or a multiple of the true number."""
    part = value < PERCENT_UP_TO
    return f"{float(f'{100 * value:.2g}'):g}%" if part else f"{share(value)} times"


def part_of(value: float) -> str:
    """Print a reporting ratio as it stands before "the true number"."""
    return ratio(value) + " of" * (value < PERCENT_UP_TO)


def ratio_interval(low: float, high: float) -> str:
    """Print an interval of reporting ratios."""
    return f"{ratio(low)} to {ratio(high)}"


def missing(value: Any) -> bool:
    """Whether a number of a table is absent."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def stated(claim: ClaimRow) -> float | None:
    """The one number of a claim that others would quote."""
    numbers = (claim.best, claim.low, claim.high)
    return next((float(number) for number in numbers if number is not None), None)
