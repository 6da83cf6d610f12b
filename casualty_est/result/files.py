"""An Estimate on disk: estimate.json and netCDF, written beside and renamed when whole."""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from casualty_est.errors import UsageError
from casualty_est.kinds import KINDS, room
from casualty_est.result.schema import SCHEMA, Meta, Row, clean, plain
from casualty_est.result.tables import row_numbers

if TYPE_CHECKING:
    import xarray

    from casualty_est.result.estimate import Estimate

ATTRIBUTE = "casualty_est"
PACKED = 1032  # bytes that deflate makes of one, at most
LARGEST_TEXT = 2**28  # characters of what stands beside the draws


def to_dict(estimate: Estimate, prob: float = 0.95) -> dict[str, Any]:
    """Return the content of estimate.json: plain numbers, strings and None; never NaN."""
    meta = estimate.meta
    identification = estimate.identification() if meta.has_level else None
    diagnostics = plain(meta.diagnostics)
    del diagnostics["min_bfmi"]
    content: dict[str, Any] = clean(
        {
            "schema": meta.schema,
            "kind": meta.kind,
            "seed": meta.seed,
            "versions": meta.versions,
            "settings": meta.settings,
            "estimates": [_estimate(estimate, i, row, prob) for i, row in enumerate(meta.rows)],
            "sources": [_source(estimate, i, prob) for i in range(len(meta.sources))],
            "identification": None if identification is None else identification.to_dict(),
            "diagnostics": diagnostics,
            "warnings": [plain(note) for note in meta.warnings],
            "details": {
                **estimate._details_json(prob),
                "claims": [_without_none(plain(claim), "running") for claim in meta.claims],
            },
        }
    )
    return content


def _without_none(record: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != key or value is not None}


def _estimate(estimate: Estimate, i: int, row: Row, prob: float) -> dict[str, Any]:
    numbers = row_numbers(estimate, i, prob)
    documented = row.documented and {
        key: getattr(row.documented, key) for key in ("low", "high", "source")
    }
    return {
        "cell": plain(row.cell),
        "strata": row.strata,
        "part": row.part,
        "documented": documented,
        "median": numbers and numbers.median,
        "mean": numbers and numbers.mean,
        "sd": numbers and numbers.sd,
        "interval": {
            "kind": "eti",
            "prob": prob,
            "low": numbers and numbers.low,
            "high": numbers and numbers.high,
        },
        "modes": [plain(mode) for mode in estimate.modes(i, prob)],
        "level": estimate.level(i),
    }


PARAMETERS = (
    "ratio_total",
    "ratio_within",
    "completeness_listed",
    "completeness_reported",
    "inclusion",
)


def _source(estimate: Estimate, i: int, prob: float) -> dict[str, Any]:
    source = estimate.meta.sources[i]
    known = estimate._source_json(i, prob)
    return {
        "source": source.source,
        "target": plain(source.target) if source.target else {},
        "role": source.role,
        **{name: known.get(name) for name in PARAMETERS},
    }


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


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write a text whole or not at all."""

    def write(beside: Path) -> None:
        beside.write_text(text, encoding="utf-8")

    return write_whole(path, write)


def write_json(estimate: Estimate, path: str | os.PathLike[str], prob: float = 0.95) -> Path:
    """Write estimate.json."""
    content = to_dict(estimate, prob)
    return write_text(
        path, json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    )


def save(estimate: Estimate, path: str | os.PathLike[str]) -> Path:
    """Save an estimate as netCDF; see `Estimate.save`."""
    tree = estimate.idata.copy()
    # What was computed since the fit (refits, tipping) is kept with the draws.
    content = {**plain(estimate.meta), "details": plain(estimate.details)}
    tree.attrs[ATTRIBUTE] = json.dumps(content, ensure_ascii=False)
    return write_whole(path, lambda beside: tree.to_netcdf(beside, engine="h5netcdf") and None)


def load(path: str | os.PathLike[str]) -> Estimate:
    """Read a saved estimate; see `Estimate.load`."""
    import xarray as xr

    source = Path(path)
    if not source.is_file():
        msg = f"there is no file {source.name} to load"
        raise UsageError(msg)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that another program wrote: they are refused
            with xr.open_datatree(source, engine="h5netcdf") as opened:
                _refuse_giants(opened, source)
                tree = opened.load()
    except UsageError:
        raise
    except Exception as error:  # h5py answers a damaged file with errors of many kinds
        msg = f"{source.name} was not written by Estimate.save: {error}"
        raise UsageError(msg) from None
    return from_tree(tree, source.name)


def _refuse_giants(tree: xarray.DataTree, source: Path) -> None:
    """A small file can announce an array that no memory holds: sizes are read before values."""
    most = PACKED * source.stat().st_size
    for node in tree.subtree:
        for variable in node.variables.values():
            if variable.size > most:
                msg = (
                    f"{source.name} was not written by Estimate.save: it announces "
                    f"{variable.size:,} values"
                )
                raise UsageError(msg)


def from_tree(tree: xarray.DataTree, name: str = "this tree") -> Estimate:
    """Build the estimate that a tree holds, of the class of its evidence, and check it."""
    text = tree.attrs.get(ATTRIBUTE)
    try:
        if not isinstance(text, str) or len(text) > LARGEST_TEXT:
            msg = f"its attribute {ATTRIBUTE} is missing or no text"
            raise ValueError(msg)
        content = json.loads(text)
        if "\\ud" in text.lower():
            json.dumps(content, ensure_ascii=False).encode()  # raises where a letter is half a one
        if not isinstance(content, dict):
            msg = f"its attribute {ATTRIBUTE} is no JSON object"
            raise ValueError(msg)
        if content.get("schema") != SCHEMA or content.get("kind") not in KINDS:
            msg = f"its schema is {content.get('schema')!r}, its kind {content.get('kind')!r}"
            raise ValueError(msg)
        kind = room(content["kind"], "estimate").ESTIMATE
        details = _record(kind.details_type, content.pop("details", None), "details")
        meta = _record(Meta, content)
        estimate: Estimate = kind(tree, meta, details)
        check_whole(estimate)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        msg = f"{name} was not written by Estimate.save: {error}"
        raise UsageError(msg) from None
    return estimate


def _record(kind: type[Any], content: Any, *where: str) -> Any:
    """Make a record of plain values; ValueError names the first field that is wrong."""
    try:
        return TypeAdapter(kind).validate_python(content)
    except ValidationError as error:
        problem = error.errors()[0]
        path = ".".join(map(str, (*where, *problem["loc"])))
        msg = f"{path}: {problem['msg']}"
    raise ValueError(msg)


def check_whole(estimate: Estimate) -> None:
    """Raise ValueError where the draws are not those that the rest speaks of."""
    tree = estimate.idata
    if "posterior" not in tree.children or "deaths" not in tree["posterior"]:
        msg = "the posterior is missing"
        raise ValueError(msg)
    deaths = tree["posterior"]["deaths"]
    if deaths.dims != ("chain", "draw", "estimate") or deaths.dtype.kind != "f":
        msg = f"its deaths are {deaths.dtype} over {deaths.dims}"
        raise ValueError(msg)
    if not estimate.meta.rows or deaths.shape[-1] != len(estimate.meta.rows) or not deaths.size:
        msg = f"it has draws of {deaths.shape[-1]} estimates and names {len(estimate.meta.rows)}"
        raise ValueError(msg)
    for variable, count in estimate._expected():
        group, _, name = variable.rpartition("/")
        held = tree.children.get(group or "posterior", {}).get(name)
        if held is None or held.ndim < 3 or held.shape[2] != count:
            msg = f"{variable} does not fit the {count} that it names"
            raise ValueError(msg)
