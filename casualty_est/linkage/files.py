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
        "diagnostics": dict(linkage.diagnostics),
        "settings": dict(linkage.settings),
        "warnings": [asdict(note) for note in linkage.warnings],
    }
    variables: dict[str, Any] = {
        name: (dims, getattr(linkage, name)) for name, dims in ARRAYS.items()
    }
    cut = np.stack(list(linkage.thresholds.values()))
    variables["thresholds"] = (("threshold", "stratum", "history"), cut)
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
        cut = np.asarray(data["thresholds"].values)
        linkage = Linkage(
            lists=tuple(content["lists"]),
            by=tuple(content["by"]),
            strata=tuple(tuple(labels) for labels in content["strata"]),
            records=tuple(content["records"]),
            thresholds=dict(zip(content["thresholds"], cut, strict=True)),
            diagnostics=content["diagnostics"],
            settings=content["settings"],
            warnings=tuple(Note(**note) for note in content["warnings"]),
            **arrays,
        )
    except Exception as error:  # h5py answers a damaged file with errors of many kinds
        msg = f"{source.name} was not written by Linkage.save: {error}"
        raise UsageError(msg) from None
    shape = linkage.tables.shape
    if shape[2:] != (len(linkage.strata), 1 << len(linkage.lists)):
        msg = f"{source.name} was not written by Linkage.save: its counts have another shape"
        raise UsageError(msg)
    return linkage
