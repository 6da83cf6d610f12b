"""An Estimate on disk: estimate.json and netCDF, written beside and renamed when whole."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.claims import paths as over_time
from casualty_est.errors import UsageError
from casualty_est.result.tables import (
    completeness_numbers,
    has_completeness,
    inclusion_numbers,
    ratio_numbers,
    row_numbers,
    source_numbers,
)

if TYPE_CHECKING:
    import xarray

    from casualty_est.result.estimate import Estimate


def to_dict(estimate: Estimate, prob: float = 0.95) -> dict[str, Any]:
    """Return the content of estimate.json."""
    meta = estimate.meta
    identification = estimate.identification() if meta["has_level"] else None
    content = {
        "schema": meta["schema"],
        "kind": meta["kind"],
        "seed": meta["seed"],
        "versions": meta["versions"],
        "settings": meta["settings"],
        "estimates": [_estimate(estimate, i, prob) for i in range(len(estimate))],
        "sources": [_source(estimate, i, prob) for i in range(len(meta["sources"]))],
        "identification": None if identification is None else identification.to_dict(),
        "diagnostics": _diagnostics(meta["diagnostics"]),
        "warnings": meta["warnings"],
        "details": {
            **meta["details"],
            **over_time.details(estimate, prob),
            "claims": meta.get("claims", []),
        },
    }
    cleaned: dict[str, Any] = _clean(content)
    return cleaned


def _estimate(estimate: Estimate, i: int, prob: float) -> dict[str, Any]:
    row = estimate.meta["rows"][i]
    numbers = row_numbers(estimate, i, prob)
    return {
        "cell": row["cell"],
        "strata": row["strata"],
        "part": row["part"],
        "documented": _documented(row["documented"]),
        "median": numbers["median"],
        "mean": numbers["mean"],
        "sd": numbers["sd"],
        "interval": {"kind": "eti", "prob": prob, "low": numbers["low"], "high": numbers["high"]},
        "modes": list(estimate.modes(i, prob)),
        "level": estimate.level(i),
    }


def _documented(found: dict[str, Any] | None) -> dict[str, Any] | None:
    return found and {key: found[key] for key in ("low", "high", "source")}


def _source(estimate: Estimate, i: int, prob: float) -> dict[str, Any]:
    source = estimate.meta["sources"][i]
    # Claims cannot split a ratio into what is missed and what is counted wrongly.
    stated = source.get("parameters", {})
    if has_completeness(estimate):
        found = completeness_numbers(estimate, i, prob)
        stated = {
            "completeness_listed": {
                "median": found["completeness"],
                "low": found["low"],
                "high": found["high"],
                "prob": prob,
                "prior": None,
            }
        }
    if (
        "completeness_listed" in estimate.idata["posterior"]
        or "inclusion" in estimate.idata["posterior"]
    ):
        names = ("completeness_listed", "completeness_reported")
        stated = {name: source_numbers(estimate, name, i, prob) for name in names}
        stated["inclusion"] = inclusion_numbers(estimate, i, prob)
    # A claim on a single incident speaks of the count within it.
    within = source.get("level") == "incident"
    ratio = ratio_numbers(estimate, i, prob)
    return {
        "source": source["source"],
        "target": source["target"],
        "role": source["role"],
        "ratio_total": None if within else ratio,
        "ratio_within": ratio if within else stated.get("ratio_within"),
        "completeness_listed": stated.get("completeness_listed"),
        "completeness_reported": stated.get("completeness_reported"),
        "inclusion": stated.get("inclusion"),
    }


def _diagnostics(found: dict[str, Any]) -> dict[str, Any]:
    keys = ("method", "converged", "max_rhat", "min_ess", "divergences")
    return {key: found.get(key) for key in keys} | {"reasons": found.get("reasons", [])}


def _clean(value: Any) -> Any:
    """Plain Python values; a number that is not finite becomes None."""
    if isinstance(value, dict):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    if isinstance(value, np.generic):
        return _clean(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def write_whole(path: str | os.PathLike[str], write: Callable[[Path], None]) -> Path:
    """Write a file beside its place and rename it at the end, so a failure leaves the old one."""
    target = Path(path)
    if not target.parent.is_dir():
        msg = f"the folder of {target.name} does not exist; create it first"
        raise UsageError(msg)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(handle)
    except OSError as error:
        msg = f"{target.name} cannot be written there: {error.strerror}"
        raise UsageError(msg) from None
    beside = Path(name)
    try:
        write(beside)
        # mkstemp gives a private file; the result is as readable as any other new file.
        beside.chmod(0o666 & ~_umask())
        beside.replace(target)
    except OSError as error:
        msg = f"{target.name} cannot be written: {error.strerror or error}"
        raise UsageError(msg) from None
    finally:
        beside.unlink(missing_ok=True)
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_json(estimate: Estimate, path: str | os.PathLike[str], prob: float = 0.95) -> Path:
    """Write estimate.json."""
    text = json.dumps(to_dict(estimate, prob), ensure_ascii=False, indent=2, allow_nan=False)
    return write_whole(path, lambda beside: _write_text(beside, text + "\n"))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def save(estimate: Estimate, path: str | os.PathLike[str]) -> Path:
    """Save an estimate as netCDF; see `Estimate.save`."""
    tree = estimate.idata.copy()
    # What was computed since the fit (refits, tipping) is kept with the draws.
    tree.attrs["casualty_est"] = json.dumps(_clean(estimate.meta), ensure_ascii=False)

    def write(beside: Path) -> None:
        tree.to_netcdf(beside, engine="h5netcdf")

    return write_whole(path, write)


def load(path: str | os.PathLike[str]) -> xarray.DataTree:
    """Read a saved estimate; see `Estimate.load`."""
    import xarray as xr

    source = Path(path)
    if not source.is_file():
        msg = f"there is no file {source.name} to load"
        raise UsageError(msg)
    try:
        with xr.open_datatree(source, engine="h5netcdf") as opened:
            tree = opened.load()
    except (OSError, ValueError, KeyError) as error:
        msg = f"{source.name} was not written by Estimate.save: {error}"
        raise UsageError(msg) from None
    if not isinstance(_parsed(tree.attrs.get("casualty_est", "{}")), dict):
        msg = (
            f"{source.name} was not written by Estimate.save: its attribute casualty_est is no "
            f"JSON object"
        )
        raise UsageError(msg)
    return tree


def _parsed(text: Any) -> Any:
    """Return what a JSON text says, None where it is none."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None
