"""Tables over time: paths of counts and ratios, and what is not yet admitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.arrays import Array
from casualty_est.claims.schema import Windows, target_of
from casualty_est.errors import UsageError
from casualty_est.priors.settings import CELL_FIELDS
from casualty_est.priors.time import read_day
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import SourceRow, Span

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.claims.estimate import ClaimsEstimate


def _need_path(estimate: ClaimsEstimate) -> Windows:
    windows = estimate.details.windows
    if windows is None or not estimate.has_path:
        msg = (
            "time was not modelled here: all windows agree, or nothing sets the level; ask for it "
            "with grid='month' (--grid month), and give the claims their start and end"
        )
        raise UsageError(msg)
    return windows


def _band(estimate: ClaimsEstimate, variable: str, prob: float) -> tuple[list[str], Array]:
    """Dates, and low end, median and high end over draws, of shape (3, part, date)."""
    posterior = estimate.idata["posterior"]
    values = np.asarray(posterior[variable].values, dtype=float)
    flat = values.reshape(-1, *values.shape[2:])
    dates = [str(day) for day in posterior["date"].values]
    return dates, np.asarray(np.quantile(flat, interval_ends(prob), axis=0))


def _part(before: Mapping[str, Any], band: Array, prob: float, **after: Any) -> pd.DataFrame:
    """Rows of one cell or source, one for each date."""
    import pandas as pd

    low, median, high = band
    numbers = {"median": median, "low": low, "high": high}
    return pd.DataFrame({**before, **numbers, **after, "prob": prob})


def span_of(numbers: pd.Series[Any] | Mapping[Any, Any]) -> Span:
    """Median and interval of one row of a table over time."""
    return Span(*(float(numbers[name]) for name in ("median", "low", "high")))


def path(estimate: ClaimsEstimate, prob: float) -> pd.DataFrame:
    """Tabulate cumulative counts; see `ClaimsEstimate.path`."""
    import pandas as pd

    cells = _need_path(estimate).cells
    dates, bands = _band(estimate, "path", prob)
    parts = []
    for k, cell in enumerate(cells):
        before = {**asdict(target_of(cell)), "date": dates}
        documented = np.array(cell.documented_low, dtype=float)
        parts.append(_part(before, bands[:, k], prob, documented_low=documented))
    return pd.concat(parts, ignore_index=True)


def ratio_paths(estimate: ClaimsEstimate, prob: float) -> pd.DataFrame:
    """Tabulate reported over true to every date; see `ClaimsEstimate.ratio_paths`."""
    import pandas as pd

    _need_path(estimate)
    dates, bands = _band(estimate, "ratio_path", prob)
    parts = [
        _part({**_labels(source), "date": dates}, np.exp(bands[:, k]), prob)
        for k, source in enumerate(estimate.meta.sources)
        if source.level == "total"
    ]
    return pd.concat(parts, ignore_index=True)


def still_to_be_admitted(estimate: ClaimsEstimate, prob: float) -> pd.DataFrame:
    """Tabulate what sources with a delay have still to state; see `ClaimsEstimate`."""
    import pandas as pd

    if not _need_path(estimate).delayed:
        columns = ["source", *CELL_FIELDS, "date", "admitted", "median", "low", "high", "prob"]
        return pd.DataFrame(columns=columns)
    dates, bands = _band(estimate, "still_to_come", prob)
    places = {source.name: source for source in estimate.meta.sources}
    parts = []
    for k, name in enumerate(map(str, estimate.idata["posterior"]["delayed_target"].values)):
        admitted = _admitted(estimate, name, dates)
        before = {**_labels(places[name]), "date": dates, "admitted": admitted}
        parts.append(_part(before, bands[:, k], prob))
    return pd.concat(parts, ignore_index=True)


def _labels(source: SourceRow) -> dict[str, str]:
    """Name of a source, and the labels of what it counts."""
    return {"source": source.source, **(asdict(source.target) if source.target else {})}


def _admitted(estimate: ClaimsEstimate, target: str, dates: Sequence[str]) -> list[float | None]:
    """Largest number that the source had itself stated by each date, as published."""
    said = [
        (claim.reported or claim.end, claim.best or claim.low or claim.high)
        for claim in estimate.meta.claims
        if claim.counted and claim.target == target
    ]
    known = ([number for when, number in said if when and when <= day and number] for day in dates)
    return [float(max(numbers)) if numbers else None for numbers in known]


def details(estimate: ClaimsEstimate, prob: float) -> dict[str, Any]:
    """The same tables for estimate.json: one entry per cell or source, with lists over dates."""
    if not estimate.has_path:
        return {}
    of_source = ("source", *CELL_FIELDS)
    return {
        "path": _lists(path(estimate, prob), CELL_FIELDS, prob),
        "ratio_paths": _lists(ratio_paths(estimate, prob), of_source, prob),
        "still_to_be_admitted": _lists(still_to_be_admitted(estimate, prob), of_source, prob),
    }


def _lists(table: pd.DataFrame, keys: Sequence[str], prob: float) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    if not len(table):
        return entries
    for values, part in table.groupby(list(keys), sort=False):
        named = dict(zip(keys, values, strict=True))
        cell = {name: named.pop(name) for name in CELL_FIELDS}
        entry: dict[str, Any] = {**named, "cell": cell, "prob": prob, "dates": list(part["date"])}
        for column in ("admitted", "median", "low", "high", "documented_low"):
            if column in part:
                numbers = part[column].to_numpy(dtype=float, na_value=np.nan)
                entry[column] = [None if np.isnan(x) else float(x) for x in numbers]
        entries.append(entry)
    return entries


def days_inside(estimate: ClaimsEstimate, dates: Sequence[date | str], row: int) -> list[date]:
    """Read dates at which an estimate can be asked for."""
    windows = _need_path(estimate)
    if row not in [cell.row for cell in windows.cells]:
        msg = f"row {row} is a single incident and has no path; choose another row of summary()"
        raise UsageError(msg)
    if isinstance(dates, str | date):
        dates = [dates]
    if not isinstance(dates, Iterable):
        msg = f"as_of takes dates, such as ['2018-02-28'], and {dates!r} came"
        raise UsageError(msg)
    days = [day for item in dates if (day := read_day(item, "as_of")) is not None]
    first, last = windows.start, windows.end
    for day in days:
        if not first <= day.isoformat() <= last:
            msg = f"as_of: {day} lies outside the grid, which runs from {first} to {last}"
            raise UsageError(msg)
    if not days:
        msg = "as_of needs at least one date, such as ['2018-02-28']"
        raise UsageError(msg)
    return days
