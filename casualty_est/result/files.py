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
from casualty_est.result.tables import Bound, published_numbers
from casualty_est.wording.phrases import documented_text

if TYPE_CHECKING:
    import xarray

    from casualty_est.result.estimate import Estimate
    from casualty_est.tables.cells import Documented

ATTRIBUTE = "casualty_est"
PACKED = 1032  # bytes that deflate makes of one, at most
LINKAGE = "casualty_est_linkage"  # of the file of a matching, which is no estimate
WANTED = "name a file that est.save() or --save wrote"
LARGEST_TEXT = 2**28  # characters of what stands beside the draws


def to_dict(estimate: Estimate, prob: float = 0.95) -> dict[str, Any]:
    """Return the content of estimate.json: plain numbers, strings and None; never NaN."""
    meta = estimate.meta
    content: dict[str, Any] = clean(
        {
            **_fields(meta, "schema", "kind", "seed", "versions", "settings"),
            "estimates": [_estimate(estimate, i, row, prob) for i, row in enumerate(meta.rows)],
            "sources": [_source(estimate, i, prob) for i in range(len(meta.sources))],
            "identification": estimate.identification().to_dict() if meta.has_level else None,
            "diagnostics": _without(plain(meta.diagnostics), "min_bfmi"),
            "warnings": [plain(note) for note in meta.warnings],
            "details": {
                **estimate._details_json(prob),
                "claims": [
                    plain(claim) if claim.running is not None else _without(plain(claim), "running")
                    for claim in meta.claims
                ],
            },
        }
    )
    return content


def _fields(record: Any, *names: str) -> dict[str, Any]:
    """Some fields of a record, each None where there is no record."""
    return {name: record and getattr(record, name) for name in names}


def _without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != name}


def _estimate(estimate: Estimate, i: int, row: Row, prob: float) -> dict[str, Any]:
    numbers, documented = published_numbers(estimate, i, prob), row.documented
    bounded = isinstance(numbers, Bound)
    return {
        "cell": plain(row.cell),
        "strata": row.strata,
        "part": row.part,
        "documented": documented and _documented(documented),
        **_fields(numbers, "median", "mean", "sd"),
        "interval": {
            "kind": numbers.side if isinstance(numbers, Bound) else "eti",
            "prob": prob,
            **_fields(numbers, "low", "high"),
        },
        "modes": [] if bounded else [plain(mode) for mode in estimate.modes(i, prob)],
        "level": estimate.level(i),
    }


PARAMETERS = (
    *("ratio_total", "ratio_within", "completeness_listed", "completeness_reported"),
    "inclusion",
)
WHERE_KNOWN = ("denial",)  # absent, not null, where nothing is to be known


def _source(estimate: Estimate, i: int, prob: float) -> dict[str, Any]:
    source, known = estimate.meta.sources[i], estimate._source_json(i, prob)
    return {
        "source": source.source,
        "target": plain(source.target) if source.target else {},
        "role": source.role,
        **{name: known.get(name) for name in PARAMETERS},
        **{name: known[name] for name in WHERE_KNOWN if name in known},
    }


def write_whole(
    path: str | os.PathLike[str], write: Callable[[Path], object], *, private: bool = False
) -> Path:
    """Write a file beside its place and rename it at the end, so a failure leaves the old one.

    private: nobody but the owner may read it.
    """
    target = Path(path)
    if target.is_dir():
        named = target.name or f"'{os.fspath(path)}'"
        msg = f"{named} cannot be written: it names a folder; give the name of a file"
        raise UsageError(msg)
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
        if not private:
            mask = os.umask(0)
            os.umask(mask)
            beside.chmod(0o666 & ~mask)
        beside.replace(target)
    except OSError as error:
        msg = f"{target.name} cannot be written: {error.strerror or error}"
        raise UsageError(msg) from None
    finally:
        beside.unlink(missing_ok=True)
    return target


def write_text(path: str | os.PathLike[str], text: str, *, private: bool = False) -> Path:
    """Write a text whole or not at all."""

    def write(beside: Path) -> None:
        beside.write_text(text, encoding="utf-8")

    return write_whole(path, write, private=private)


def write_json(estimate: Estimate, path: str | os.PathLike[str], prob: float = 0.95) -> Path:
    """Write estimate.json."""
    content = to_dict(estimate, prob)
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    return write_text(path, text + "\n")


def save(estimate: Estimate, path: str | os.PathLike[str]) -> Path:
    """Save an estimate as netCDF; see `Estimate.save`."""
    tree = estimate.idata.copy()
    # What was computed since the fit (refits, tipping) is kept with the draws.
    content = {**plain(estimate.meta), "details": plain(estimate.details)}
    tree.attrs[ATTRIBUTE] = json.dumps(content, ensure_ascii=False)
    return write_whole(path, lambda beside: tree.to_netcdf(beside, engine="h5netcdf"))


def load(path: str | os.PathLike[str]) -> Estimate:
    """Read a saved estimate; see `Estimate.load`."""
    import xarray as xr

    source = Path(path)
    if not source.is_file():
        msg = f"there is no file {source.name or os.fspath(path)} to load"
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
        msg = f"{source.name} was not written by Estimate.save: {error}; {WANTED}"
        raise UsageError(msg) from None
    return from_tree(tree, source.name)


def _refuse_giants(tree: xarray.DataTree, source: Path) -> None:
    """A small file can announce an array that no memory holds: sizes are read before values."""
    most = PACKED * source.stat().st_size
    sizes = (variable.size for node in tree.subtree for variable in node.variables.values())
    if giant := next((size for size in sizes if size > most), 0):
        msg = f"{source.name} was not written by Estimate.save: it announces {giant:,} values"
        raise UsageError(msg)


def from_tree(tree: xarray.DataTree, name: str = "this tree") -> Estimate:
    """Build the estimate that a tree holds, of the class of its evidence, and check it."""
    text = tree.attrs.get(ATTRIBUTE)
    try:
        _demand(LINKAGE not in tree.attrs, f"it is a matching of lists; {WANTED}")
        known = isinstance(text, str) and len(text) <= LARGEST_TEXT
        _demand(known, f"its attribute {ATTRIBUTE} is missing or no text")
        content = json.loads(text)
        if "\\ud" in text.lower():
            json.dumps(content, ensure_ascii=False).encode()  # raises where a letter is half a one
        _demand(isinstance(content, dict), f"its attribute {ATTRIBUTE} is no JSON object")
        schema, name_of_kind = content.get("schema"), content.get("kind")
        _of_this_version(schema, content.get("versions"), name)
        known = schema == SCHEMA and name_of_kind in KINDS
        _demand(known, f"its schema is {schema!r}, its kind {name_of_kind!r}")
        kind = room(content["kind"], "estimate").ESTIMATE
        details = _record(kind.details_type, content.pop("details", None), "details")
        meta = _record(Meta, content)
        estimate: Estimate = kind(tree, meta, details)
        check_whole(estimate)
    except UsageError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        msg = f"{name} was not written by Estimate.save: {error}"
        raise UsageError(msg) from None
    return estimate


def _of_this_version(schema: object, versions: object, name: str) -> None:
    """Refuse a file of another version of this package with what can be done."""
    ours, _, number = SCHEMA.partition("/")
    if not isinstance(schema, str) or schema == SCHEMA or schema.partition("/")[0] != ours:
        return
    held = versions if isinstance(versions, dict) else {}
    by = f"casualty_est {held['casualty_est']}" if "casualty_est" in held else "another version"
    msg = (
        f"{name} was written by {by} in the form {schema}, and this version reads form {number}: "
        "fit it again, or load it with the version that wrote it"
    )
    raise UsageError(msg)


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
    tree, named = estimate.idata, len(estimate.meta.rows)
    whole = "posterior" in tree.children and "deaths" in tree["posterior"]
    _demand(whole, "the posterior is missing")
    deaths = tree["posterior"]["deaths"]
    fits = deaths.dims == ("chain", "draw", "estimate") and deaths.dtype.kind == "f"
    _demand(fits, f"its deaths are {deaths.dtype} over {deaths.dims}")
    fits = named and deaths.shape[-1] == named and deaths.size
    _demand(fits, f"it has draws of {deaths.shape[-1]} estimates and names {named}")
    for variable, count in estimate._expected():
        group, _, name = variable.rpartition("/")
        held = tree.children.get(group or "posterior", {}).get(name)
        fits = held is not None and held.ndim >= 3 and held.shape[2] == count
        _demand(fits, f"{variable} does not fit the {count} that it names")


def _demand(met: object, otherwise: str) -> None:
    """Raise ValueError with what is wrong of a file where something is not met."""
    if not met:
        raise ValueError(otherwise)


def _documented(count: Documented) -> dict[str, Any]:
    """A count as it was published: "more than 500" is not 501."""
    return {**_fields(count, "low", "high", "source"), "text": documented_text(count)}
