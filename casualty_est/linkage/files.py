"""A linkage on disk: counts, calibration and settings as netCDF, and nothing of any record."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from casualty_est.errors import UsageError
from casualty_est.linkage.linkage import Linkage
from casualty_est.result.files import write_whole
from casualty_est.result.schema import Note

ATTRIBUTE = "casualty_est_linkage"
FORMAT = 1
ARRAYS = {
    "tables": ("chain", "draw", "stratum", "history"),
    "theta": ("chain", "draw", "parameter"),
    "missed": ("chain", "draw"),
}
PARAMETERS = 4  # of the calibration: level, slope, family, candidates
TABLES = {"thresholds": "threshold", "if_missed": "share"}  # by the axis of each


def save(linkage: Linkage, path: str | os.PathLike[str]) -> Path:
    """Write a linkage; see `Linkage.save`."""
    import xarray as xr

    content = {
        "format": FORMAT,
        "lists": linkage.lists,
        "by": linkage.by,
        "strata": linkage.strata,
        "records": linkage.records,
        "thresholds": list(linkage.thresholds),
        "if_missed": list(linkage.if_missed),
        "diagnostics": dict(linkage.diagnostics),
        "settings": dict(linkage.settings),
        "warnings": [asdict(note) for note in linkage.warnings],
    }
    variables: dict[str, Any] = {
        name: (dims, getattr(linkage, name)) for name, dims in ARRAYS.items()
    }
    for name, axis in TABLES.items():
        tables = getattr(linkage, name)
        if tables:
            variables[name] = ((axis, "stratum", "history"), np.stack(list(tables.values())))
    data = xr.Dataset(variables)
    data.attrs[ATTRIBUTE] = json.dumps(content, ensure_ascii=False)
    return write_whole(path, lambda beside: data.to_netcdf(beside, engine="h5netcdf"))


def load(path: str | os.PathLike[str]) -> Linkage:
    """Read a linkage; see `Linkage.load`."""
    import xarray as xr

    source = Path(path)
    if not source.is_file():
        msg = f"there is no file {source.name} to load"
        raise UsageError(msg)
    try:
        with xr.open_dataset(source, engine="h5netcdf") as opened:
            data = opened.load()
        content = json.loads(data.attrs[ATTRIBUTE])
        arrays = {name: np.asarray(data[name].values) for name in ARRAYS}
        tables: dict[str, dict[float, Any]] = {
            name: dict(zip(content[name], np.asarray(data[name].values), strict=True))
            if name in data
            else {}
            for name in TABLES
        }
        linkage = Linkage(
            lists=tuple(content["lists"]),
            by=tuple(content["by"]),
            strata=tuple(tuple(labels) for labels in content["strata"]),
            records=tuple(content["records"]),
            diagnostics=content["diagnostics"],
            settings=content["settings"],
            warnings=tuple(Note(**note) for note in content["warnings"]),
            thresholds=tables["thresholds"],
            if_missed=tables["if_missed"],
            **arrays,
        )
    except Exception as error:  # h5py answers a damaged file with errors of many kinds
        msg = f"{source.name} was not written by Linkage.save: {error}"
        raise UsageError(msg) from None
    shape = linkage.tables.shape
    if shape[2:] != (len(linkage.strata), 1 << len(linkage.lists)):
        msg = f"{source.name} was not written by Linkage.save: its counts have another shape"
        raise UsageError(msg)
    if linkage.theta.shape != (*shape[:2], PARAMETERS):
        msg = f"{source.name} was not written by Linkage.save: its calibration has another shape"
        raise UsageError(msg)
    return linkage
