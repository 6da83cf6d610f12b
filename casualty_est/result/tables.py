"""Numbers of an Estimate as tables: full values, for programs; `show` rounds them for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.errors import UsageError
from casualty_est.result.posterior import enough_draws, interval_ends, mean_is_known

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.result.estimate import Estimate

GAP_PARTS = ("attribution", "missed_incidents", "counting_within")


def summary(estimate: Estimate, prob: float) -> pd.DataFrame:
    """Tabulate every estimate; see `Estimate.summary`."""
    import pandas as pd

    rows = []
    for i, row in enumerate(estimate.meta["rows"]):
        documented = row["documented"]["low"] if row["documented"] else None
        numbers = row_numbers(estimate, i, prob)
        below = None
        counted = has_completeness(estimate)  # everybody on a list is: nothing can lie below
        if documented is not None and estimate.meta["has_level"] and not counted:
            below = float((estimate.draws(i) < documented).mean())
        rows.append(
            {
                **row["cell"],
                **row["strata"],
                "part": row["part"],
                "documented": documented,
                **numbers,
                "prob": prob,
                "p_below_documented": below,
                "level": estimate.level(i),
            }
        )
    return pd.DataFrame(rows)


def sources(estimate: Estimate, prob: float) -> pd.DataFrame:
    """Tabulate the reliability of every source; see `Estimate.sources`."""
    import pandas as pd

    if has_completeness(estimate):
        return pd.DataFrame(
            [
                {"source": source["source"], **completeness_numbers(estimate, i, prob)}
                for i, source in enumerate(estimate.meta["sources"])
            ]
        )
    rows = []
    for i, source in enumerate(estimate.meta["sources"]):
        ratio = ratio_numbers(estimate, i, prob)
        learned = None
        if ratio is not None and np.isfinite(ratio["median"]):
            learned = float(np.log(estimate.ratios(i)).std() / source["prior_log_sd"])
        rows.append(
            {
                "source": source["source"],
                "role": source["role"],
                **source["target"],
                "ratio": ratio and ratio["median"],
                "low": ratio and ratio["low"],
                "high": ratio and ratio["high"],
                "prob": prob,
                "prior_median": source["prior"]["median"],
                "prior_low": source["prior"]["low"],
                "prior_high": source["prior"]["high"],
                "learned": learned,
                **_completeness_columns(estimate, i, prob),
            }
        )
    return pd.DataFrame(rows)


def _completeness_columns(estimate: Estimate, source: int, prob: float) -> dict[str, Any]:
    """Both completenesses of a source of incidents, as columns; nothing for other evidence."""
    columns: dict[str, Any] = {}
    for name in ("completeness_listed", "completeness_reported"):
        found = source_numbers(estimate, name, source, prob)
        if found is not None:
            ends = {f"{name}_low": found["low"], f"{name}_high": found["high"]}
            columns |= {name: found["median"], **ends}
    return columns


def source_numbers(
    estimate: Estimate, name: str, source: int, prob: float
) -> dict[str, Any] | None:
    """Median and interval of a variable of one source; None where it is not estimated."""
    if not estimate.meta["has_level"] or name not in estimate.idata["posterior"]:
        return None
    draws = np.asarray(estimate.idata["posterior"][name].values[..., source])
    if not np.isfinite(draws).all():
        return None
    low, median, high = (float(x) for x in np.quantile(draws, interval_ends(prob)))
    return {"median": median, "low": low, "high": high, "prob": prob, "prior": None}


def inclusion_numbers(
    estimate: Estimate, source: int, prob: float
) -> list[dict[str, float]] | None:
    """Probability that a source holds an incident of so many deaths; None where not estimated."""
    posterior = estimate.idata["posterior"]
    if not estimate.meta["has_level"] or "inclusion" not in posterior:
        return None
    draws = np.asarray(posterior["inclusion"].values[:, :, source])
    if not np.isfinite(draws).all():
        return None
    low, median, high = np.quantile(draws, interval_ends(prob), axis=(0, 1))
    sizes = [int(size) for size in posterior["size"].values]
    return [
        {"deaths": d, "median": float(m), "low": float(a), "high": float(b)}
        for d, a, m, b in zip(sizes, low, median, high, strict=True)
    ]


def incidents(estimate: Estimate) -> pd.DataFrame:
    """Tabulate every incident, or every pattern of them; see `Estimate.incidents`."""
    import pandas as pd

    if "incidents" not in estimate.idata.children:
        msg = f"est.incidents() belongs to incident reports; this estimate is from {estimate.kind}"
        raise UsageError(msg)
    group = estimate.idata["incidents"]
    names = ("median", "low", "high", "real")
    table = pd.DataFrame({name: group[name].values for name in names})
    if not estimate.meta["has_level"]:
        table[["median", "low", "high"]] = None
    table = table.assign(prob=0.95)
    if "pattern_of" not in group:
        table.insert(0, "incident", [str(p) for p in group["pattern"].values])
        return table.assign(count=group["count"].values)
    at = {int(p): i for i, p in enumerate(group["pattern"].values)}
    held = [(str(n), at.get(int(p))) for n, p in zip(*_incident_patterns(group), strict=True)]
    counted = [(name, i) for name, i in held if i is not None]
    table = table.iloc[[i for _, i in counted]].reset_index(drop=True)
    table.insert(0, "incident", [name for name, _ in counted])
    return table.assign(count=1)


def _incident_patterns(group: Any) -> tuple[Any, Any]:
    return group["incident"].values, group["pattern_of"].values


def gaps(estimate: Estimate) -> list[dict[str, Any]]:
    """Return the gaps between the anchor's reported total and each other source's."""
    if estimate.kind != "incidents":
        msg = f"a gap is split strike by strike, and this estimate is from {estimate.kind}"
        raise UsageError(msg)
    found: list[dict[str, Any]] = of_incidents(estimate)["gaps"]
    return found


def of_incidents(estimate: Estimate) -> dict[str, Any]:
    """Details of an estimate from incident reports; what an older file does not hold is empty."""
    empty: dict[str, Any] = {
        "judge": None,
        "grades": [],
        "reports": [],
        "gaps": [],
        "by_size": None,
        "anchor": None,
        "unlisted_from": None,
    }
    return {**empty, **estimate.meta["details"]}


def gap(estimate: Estimate) -> pd.DataFrame:
    """Tabulate the gaps; see `Estimate.gap`."""
    import pandas as pd

    rows = []
    for found in gaps(estimate):
        pair = {"from": found["sources"][0], "to": found["sources"][1]}
        totals = {"reported_from": found["reported"][0], "reported_to": found["reported"][1]}
        for part in GAP_PARTS:
            rows.append({**pair, **totals, "part": part, **found[part]})
    return pd.DataFrame(rows)


def row_numbers(estimate: Estimate, row: int, prob: float) -> dict[str, float | None]:
    """Median, interval, mean and sd of one estimate, in people; all None without a headline."""
    ends = interval_ends(prob)
    names = ("median", "low", "high", "mean", "sd")
    if not estimate.meta["has_level"]:
        return dict.fromkeys(names)
    draws = estimate.draws(row)
    if estimate.converged:
        enough_draws(prob, draws.size)
    low, median, high = np.quantile(draws, ends)
    known = len(estimate.modes(row)) < 2 and mean_is_known(draws, estimate.meta["diagnostics"])
    mean = float(draws.mean()) if known else None
    sd = float(draws.std()) if known else None
    return dict(zip(names, (float(median), float(low), float(high), mean, sd), strict=True))


def has_completeness(estimate: Estimate) -> bool:
    """Whether the sources are lists, of which each holds a share of all deaths."""
    return "completeness" in estimate.idata["posterior"]


def found_for(estimate: Estimate, row: int) -> dict[str, Any]:
    """What a fit of lists found beside its draws, for the stratum of one row."""
    details, labels = estimate.meta["details"], estimate.meta["rows"][row]["strata"]
    parts = [part for part in details.get("strata") or [] if part["replicate"] == 0]
    for part in parts:
        if labels and part["strata"] == labels:
            return {**part, "labels": labels, "whole": None}
    return {
        **details,
        "lists": [source["name"] for source in estimate.meta["sources"]],
        "people": estimate.meta["rows"][0]["documented"]["low"],
        "labels": labels,
        "whole": details.get("unstratified"),
    }


def total_row(estimate: Estimate, row: int) -> int:
    """The row of the total that a listed or unlisted part belongs to."""
    rows = estimate.meta["rows"]
    return next(
        i
        for i, other in enumerate(rows)
        if other["part"] == "total"
        and (other["cell"], other["strata"]) == (rows[row]["cell"], rows[row]["strata"])
    )


def completeness_numbers(estimate: Estimate, source: int, prob: float) -> dict[str, Any]:
    """Median and interval of the share of all deaths that one list holds."""
    draws = estimate.idata["posterior"]["completeness"].values[..., source]
    low, median, high = np.quantile(draws, interval_ends(prob))
    return {
        "completeness": float(median),
        "low": float(low),
        "high": float(high),
        "prob": prob,
    }


def ratio_numbers(estimate: Estimate, source: int, prob: float) -> dict[str, Any] | None:
    """Median and interval of one reporting ratio beside its prior; None without a level."""
    ends = interval_ends(prob)
    known = {"ratio_total", "ratio_within"} & set(estimate.idata["posterior"])
    if not estimate.meta["has_level"] or not known:
        return None
    low, median, high = np.quantile(estimate.ratios(source), ends)
    prior = estimate.meta["sources"][source]["prior"]
    return {
        "median": float(median),
        "low": float(low),
        "high": float(high),
        "prob": prob,
        "prior": dict(prior),
    }
