"""From the finished fits of a lists model to one result with everything it must carry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.inference.lists.fit import ADVICE, PACKAGES, SCHEMA, Part
from casualty_est.models.lists.families import group_title
from casualty_est.rounding import people, percent, share
from casualty_est.wording import listed

if TYPE_CHECKING:
    import xarray

    from casualty_est.models.lists.model import ListModel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Parts = Mapping[tuple[int, int], Part]
MISFIT = (
    "no family reproduces the overlaps of the lists{where} (p < .01): the interval is too narrow"
)


def pack(model: ListModel, parts: Parts, settings: dict[str, Any]) -> xarray.DataTree:
    """Build the result of a lists model.

    Parameters
    ----------
    model : ListModel
        The model.
    parts : mapping of (replicate, stratum) to Part
        The finished fits; stratum -1 is the table without strata.
    settings : dict
        Settings of the call.

    Returns
    -------
    xarray.DataTree
    """
    import xarray as xr

    chains, draws = settings["chains"], settings["draws"]
    rows, columns = _rows(model, parts, chains * draws)
    # Replicates stand one after the other: a fixed shuffle spreads them over the chains.
    order = np.random.default_rng(settings["seed"]).permutation(chains * draws)
    deaths = np.column_stack(columns)[order].reshape(chains, draws, len(rows))
    sizes = np.mean([_sizes(table) for table in model.replicates], axis=0)
    completeness = sizes / deaths[..., :1]
    names = [f"{row['part']} {_label(row['strata'])}".strip() for row in rows]
    posterior = xr.Dataset(
        {
            "deaths": (("chain", "draw", "estimate"), deaths, {"unit": "people"}),
            "completeness": (
                ("chain", "draw", "list"),
                completeness,
                {"unit": "share of all deaths that the list holds"},
            ),
        },
        coords={
            "chain": np.arange(chains),
            "draw": np.arange(draws),
            "estimate": names,
            "list": list(model.histories.lists),
        },
    )
    tree = xr.DataTree.from_dict({"posterior": posterior})
    tree.attrs["casualty_est"] = json.dumps(_metadata(model, parts, rows, deaths, settings))
    return tree


def _sizes(histories: Any) -> Array:
    table = histories.pooled().table
    at = dict(zip(table.lists, table.sizes, strict=True))
    return np.array([at.get(name, 0) for name in histories.lists], dtype=float)


def _rows(model: ListModel, parts: Parts, total: int) -> tuple[list[dict[str, Any]], list[Array]]:
    """Rows of the result and their draws: the total first, then every stratum, with parts."""
    by_stratum = []
    for s, stratum in enumerate(model.histories.strata):
        unlisted = np.concatenate([parts[r, s].unlisted for r in range(len(model.replicates))])
        held = np.concatenate(
            [
                np.full(len(parts[r, s].unlisted), table.strata[s].table.people)
                for r, table in enumerate(model.replicates)
            ]
        )
        by_stratum.append((dict(stratum.labels), held[:total], unlisted[:total]))
    everything: tuple[dict[str, str], Ints, Ints] = (
        {},
        np.sum([held for _, held, _ in by_stratum], axis=0),
        np.sum([unlisted for _, _, unlisted in by_stratum], axis=0),
    )
    cells = [everything] + (by_stratum if len(by_stratum) > 1 else [])
    rows, columns = [], []
    for strata, held, unlisted in cells:
        for part, values in (("total", held + unlisted), ("listed", held), ("unlisted", unlisted)):
            # Of replicates the documented count is the first table's, as published.
            count = int(held[0])
            documented = {"low": count, "high": None, "source": None, "text": f"{count:,}"}
            rows.append(
                {
                    "cell": dict(model.cell),
                    "strata": strata,
                    "part": part,
                    "documented": documented if part == "total" else None,
                    "claimed": True,
                    "level": _level(model),
                }
            )
            columns.append(values.astype(float))
    return rows, columns


def _level(model: ListModel) -> str:
    return "prior" if any(code == "no_overlap" for code, _ in model.notes) else "data"


def _label(strata: Mapping[str, str]) -> str:
    return ", ".join(f"{column} {value}" for column, value in strata.items())


def _metadata(
    model: ListModel,
    parts: Parts,
    rows: list[dict[str, Any]],
    deaths: Array,
    settings: dict[str, Any],
) -> dict[str, Any]:
    divided = len(model.histories) > 1
    main = parts[0, -1 if divided else 0].found
    notes = [{"code": code, "text": text} for code, text in model.notes]
    reasons = []
    for (r, s), part in parts.items():
        where = _where(model, r, s)
        reasons += [f"{reason}{where}" for reason in part.found["reasons"]]
        if part.found.get("misfit"):
            notes.append({"code": "misfit", "text": MISFIT.format(where=where)})
    if divided:
        notes.append({"code": "unstratified", "text": _beside(parts, deaths)})
    if reasons:
        text = f"NOT CONVERGED: {'; '.join(reasons)}. What helps: {ADVICE}"
        notes.insert(0, {"code": "not_converged", "text": text})
    ess = [part.found["min_ess"] for part in parts.values() if part.found["min_ess"] is not None]
    return {
        "schema": SCHEMA,
        "kind": "lists",
        "seed": settings["seed"],
        "versions": {name: metadata.version(name) for name in PACKAGES},
        "settings": settings,
        "has_level": True,
        "has_total": True,
        "rows": rows,
        "sources": [_source(model, name) for name in model.histories.lists],
        "claims": [],
        "assumptions": [],
        "diagnostics": {
            "method": main["method"],
            "converged": not reasons,
            "max_rhat": None,
            "min_ess": min(ess) if ess else None,
            "divergences": None,
            "reasons": reasons,
        },
        "warnings": notes,
        "model": repr(model),
        "details": {
            "identification": identification(model, main, divided=divided),
            "assumption": model.assumption,
            **{key: main[key] for key in ("families", "groups", "dial", "observability")},
            "predictions": main["predictions"],
            "dependence": main["dependence"],
            "floor_share": main.get("floor_share"),
            "strata": [
                {"replicate": r, "strata": _strata(model, s), **part.found}
                for (r, s), part in parts.items()
                if divided or len(model.replicates) > 1
            ],
        },
    }


def _strata(model: ListModel, s: int) -> dict[str, str] | None:
    return None if s < 0 else dict(model.histories.strata[s].labels)


def _where(model: ListModel, r: int, s: int) -> str:
    label = _label(_strata(model, s) or {})
    replicate = f" of replicate {r + 1}" if len(model.replicates) > 1 else ""
    whole = " in the table without strata" if s < 0 else ""
    return f"{whole}{f' in {label}' if label else ''}{replicate}"


def _beside(parts: Parts, deaths: Array) -> str:
    whole = parts[0, -1]
    count = whole.found["people"] + whole.unlisted
    ends = [
        [float(x) for x in np.quantile(values, (0.025, 0.5, 0.975))]
        for values in (deaths[..., 0], count)
    ]
    one, two = (
        f"{people(m, low, high)} ({people(low, low, high)} to {people(high, low, high)})"
        for low, m, high in ends
    )
    return f"the sum over strata is {one}; the same lists without strata give {two}"


def _source(model: ListModel, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "source": name,
        "target": {},
        "role": None,
        "level": "total",
        "list": model.histories.lists.index(name),
    }


def identification(model: ListModel, found: Mapping[str, Any], *, divided: bool) -> dict[str, Any]:
    """What the answer rests on: mass of each group, and the same in sentences.

    Parameters
    ----------
    model : ListModel
        The model.
    found : mapping
        Description of the fit.
    divided : bool
        Whether it is that of the table without strata, beside a sum over strata.

    Returns
    -------
    dict
        ``kind``, ``rows``, ``sentences``.
    """
    groups = [g for g in found["groups"] if g["mass"] > 0]
    rows = [
        {"assumption": group_title(g["name"]), "weight": g["mass"], "mcse": 0.0} for g in groups
    ]
    sentences = [model.assumption + " The lists themselves cannot check it."]
    if divided:
        sentences.append("What follows is computed from the table without strata.")
    if len(groups) > 1:
        named = [
            f"{percent(round(g['mass'], 3))} comes from {group_title(g['name'])} ({_ends(g)})"
            for g in sorted(groups, key=lambda g: -g["mass"])
            if g["mass"] >= 5e-4
        ]
        sentences.append(f"Of the answer, {listed(named)}.")
        moved = found.get("floor_share") or 0.0
        if moved >= 5e-4:
            sentences.append(
                f"{percent(round(moved, 3))} of it comes from the rule that no kind of dependence "
                f"that the lists do not rule out counts less than {percent(model.floor)}."
            )
        sentences += [
            f"Ruled out: {group_title(g['name'])}; {g['ruled_out']}."
            for g in found["groups"]
            if g["ruled_out"]
        ]
    kept = [g for g in groups if not g["ruled_out"]]
    if disagree(kept):
        sentences.append(
            "These answers lie farther apart than the width of their intervals: the lists cannot "
            "choose between them."
        )
    if found["dial"] is not None:
        sentences.append(_dial(found["dial"]))
    return {"kind": "families", "rows": rows, "sentences": sentences}


def _ends(g: Mapping[str, float]) -> str:
    low, median, high = g["low"], g["median"], g["high"]
    return f"{people(median, low, high)}, {people(low, low, high)} to {people(high, low, high)}"


def disagree(groups: list[dict[str, Any]]) -> bool:
    """Whether medians of groups lie farther apart than the narrowest of their intervals is wide."""
    if len(groups) < 2:
        return False
    medians = np.log([g["median"] for g in groups])
    width = min(float(np.log(g["high"] / g["low"])) for g in groups)
    return bool(medians.max() - medians.min() > width)


def _dial(found: Mapping[str, Any]) -> str:
    ratio = found["implied"]
    at_one = next(row for row in found["curve"] if row["ratio"] == 1.0)
    return (
        f"The odds ratio that ties the people on no list to the others is {share(ratio['median'])} "
        f"({share(ratio['low'])} to {share(ratio['high'])}) in this answer; at 1, no interaction "
        f"of the highest order, the number would be {_ends(at_one)}."
    )
