"""Tables over time: paths of counts and ratios, and what is not yet admitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.claims.schema import Windows
from casualty_est.errors import UsageError
from casualty_est.priors.time import read_day
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import SourceRow, Span

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.claims.estimate import ClaimsEstimate

Array = npt.NDArray[np.float64]
CELL = ("scope", "outcome", "group", "perpetrator")
QUANTILES = ("low", "median", "high")


def _need_path(estimate: ClaimsEstimate) -> Windows:
    windows = estimate.details.windows
    if windows is None or not estimate.has_path:
        msg = (
            "time was not modelled here: all windows agree, or nothing sets the level; ask for it "
            "with grid='month' (--grid month), and give the claims their start and end"
        )
        raise UsageError(msg)
    return windows


def _dates(estimate: ClaimsEstimate) -> list[str]:
    return [str(day) for day in estimate.idata["posterior"]["date"].values]


def _band(values: Any, prob: float) -> Array:
    """Low end, median and high end over draws, of shape (3, ...)."""
    flat = np.asarray(values, dtype=float).reshape(-1, *np.shape(values)[2:])
    return np.asarray(np.quantile(flat, interval_ends(prob), axis=0))


def span_of(numbers: pd.Series[Any] | Mapping[Any, Any]) -> Span:
    """Median and interval of one row of a table over time."""
    return Span(*(float(numbers[name]) for name in ("median", "low", "high")))


def path(estimate: ClaimsEstimate, prob: float) -> pd.DataFrame:
    """Tabulate cumulative counts; see `ClaimsEstimate.path`."""
    import pandas as pd

    cells, dates = _need_path(estimate).cells, _dates(estimate)
    bands = _band(estimate.idata["posterior"]["path"].values, prob)
    parts = [
        pd.DataFrame(
            {
                **asdict(cell.target),
                "date": dates,
                **{q: bands[i, k] for i, q in enumerate(QUANTILES)},
                "documented_low": np.array(cell.documented_low, dtype=float),
            }
        )
        for k, cell in enumerate(cells)
    ]
    columns = [*CELL, "date", "median", "low", "high", "documented_low"]
    return pd.concat(parts, ignore_index=True)[columns].assign(prob=prob)


def ratio_paths(estimate: ClaimsEstimate, prob: float) -> pd.DataFrame:
    """Tabulate reported over true to every date; see `ClaimsEstimate.ratio_paths`."""
    import pandas as pd

    _need_path(estimate)
    dates = _dates(estimate)
    bands = np.exp(_band(estimate.idata["posterior"]["ratio_path"].values, prob))
    parts = [
        pd.DataFrame(
            {
                "source": source.source,
                **_labels(source),
                "date": dates,
                **{q: bands[i, k] for i, q in enumerate(QUANTILES)},
            }
        )
        for k, source in enumerate(estimate.meta.sources)
        if source.level == "total"
    ]
    columns = ["source", *CELL, "date", "median", "low", "high"]
    return pd.concat(parts, ignore_index=True)[columns].assign(prob=prob)


def still_to_be_admitted(estimate: ClaimsEstimate, prob: float) -> pd.DataFrame:
    """Tabulate what sources with a delay have still to state; see `ClaimsEstimate`."""
    import pandas as pd

    windows = _need_path(estimate)
    columns = ["source", *CELL, "date", "admitted", "median", "low", "high", "prob"]
    if not windows.delayed:
        return pd.DataFrame(columns=columns)
    posterior = estimate.idata["posterior"]
    dates = _dates(estimate)
    bands = _band(posterior["still_to_come"].values, prob)
    places = {source.name: source for source in estimate.meta.sources}
    parts = []
    for k, name in enumerate(str(n) for n in posterior["delayed_target"].values):
        source = places[name]
        parts.append(
            pd.DataFrame(
                {
                    "source": source.source,
                    **_labels(source),
                    "date": dates,
                    "admitted": _admitted(estimate, name, dates),
                    **{q: bands[i, k] for i, q in enumerate(QUANTILES)},
                    "prob": prob,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)[columns]


def _labels(source: SourceRow) -> dict[str, str]:
    return asdict(source.target) if source.target else {}


def _admitted(estimate: ClaimsEstimate, target: str, dates: Sequence[str]) -> list[float | None]:
    """Largest number that the source had itself stated by each date, as published."""
    said = [
        (claim.reported or claim.end, claim.best or claim.low or claim.high)
        for claim in estimate.meta.claims
        if claim.counted and claim.target == target
    ]
    found: list[float | None] = []
    for day in dates:
        known = [number for when, number in said if when and when <= day and number]
        found.append(float(max(known)) if known else None)
    return found


def details(estimate: ClaimsEstimate, prob: float) -> dict[str, Any]:
    """The same tables for estimate.json: one entry per cell or source, with lists over dates."""
    if not estimate.has_path:
        return {}
    to_come = still_to_be_admitted(estimate, prob)
    return {
        "path": _lists(path(estimate, prob), CELL, prob),
        "ratio_paths": _lists(ratio_paths(estimate, prob), ("source", *CELL), prob),
        "still_to_be_admitted": _lists(to_come, ("source", *CELL), prob),
    }


def _lists(table: pd.DataFrame, keys: Sequence[str], prob: float) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if not len(table):
        return found
    for labels, part in table.groupby(list(keys), sort=False):
        named = dict(zip(keys, labels, strict=True))
        entry: dict[str, Any] = {"cell": {name: named[name] for name in CELL}, "prob": prob}
        if "source" in named:
            entry = {"source": named["source"], **entry}
        entry["dates"] = list(part["date"])
        for column in ("admitted", "median", "low", "high", "documented_low"):
            if column in part:
                values = part[column].to_numpy(dtype=float, na_value=np.nan)
                entry[column] = [None if np.isnan(v) else float(v) for v in values]
        found.append(entry)
    return found


def days_inside(estimate: ClaimsEstimate, dates: Sequence[date | str], row: int) -> list[date]:
    """Read dates at which an estimate can be asked for."""
    windows = _need_path(estimate)
    if row not in [cell.row for cell in windows.cells]:
        msg = f"row {row} is a single incident and has no path; choose another row of summary()"
        raise UsageError(msg)
    if isinstance(dates, str | date):
        dates = [dates]
    found = [day for item in dates if (day := read_day(item, "as_of")) is not None]
    first, last = windows.start, windows.end
    for day in found:
        if not first <= day.isoformat() <= last:
            msg = f"as_of: {day} lies outside the grid, which runs from {first} to {last}"
            raise UsageError(msg)
    if not found:
        msg = "as_of needs at least one date, such as ['2018-02-28']"
        raise UsageError(msg)
    return found
