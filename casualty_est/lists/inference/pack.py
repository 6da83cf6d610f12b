"""From the finished fits of a lists model to one result with everything it must carry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families import group_title
from casualty_est.lists.inference.answer import quantiles
from casualty_est.lists.inference.fit import Part
from casualty_est.lists.inference.replicates import combine
from casualty_est.lists.table.strata import Stratum, label_text
from casualty_est.result.call import SCHEMA, versions
from casualty_est.wording.numbers import people, percent, share
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    import xarray

    from casualty_est.lists.model.model import ListModel

Array = npt.NDArray[np.float64]
PACKAGES = ("casualty_est", "numpy", "scipy", "numba", "xarray")
ADVICE = {
    "smc": "fit it with more chains (chains=16), and look at the groups of families one by one",
    "gibbs": "fit it with more chains (chains=16), and look at other families",
    "exact": "look at other families, which assume something else of the people on no list",
}
Parts = Mapping[tuple[int, int], Part]
MISFIT = (
    "no family reproduces the overlaps of the lists{where} (p < .01): the interval is too narrow"
)


def pack(model: ListModel, parts: Parts, settings: dict[str, Any]) -> xarray.DataTree:
    """Build the result of a lists model."""
    import xarray as xr

    chains, draws = settings["chains"], settings["draws"]
    rows, columns = _rows(model, parts, chains * draws)
    # Replicates stand one after the other: a fixed shuffle spreads them over the chains.
    order = np.random.default_rng(settings["seed"]).permutation(chains * draws)
    deaths = np.column_stack(columns)[order].reshape(chains, draws, len(rows))
    completeness = _sizes(model, parts)[order].reshape(chains, draws, -1) / deaths[..., :1]
    names = [f"{row['part']} {label_text(row['strata'].items())}".strip() for row in rows]
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


def _sizes(model: ListModel, parts: Parts) -> Array:
    """People on each list, of shape (draw, list), in the replicate that a draw comes from."""
    rows = []
    for r, table in enumerate(model.replicates):
        whole = table.pooled().table
        at = dict(zip(whole.lists, whole.sizes, strict=True))
        sizes = np.array([at.get(name, 0) for name in table.lists], dtype=float)
        rows.append(np.tile(sizes, (len(parts[r, 0].unlisted), 1)))
    return np.vstack(rows)


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
        by_stratum.append((stratum, held[:total], unlisted[:total]))
    everything = (
        model.histories.pooled(),
        np.sum([held for _, held, _ in by_stratum], axis=0),
        np.sum([unlisted for _, _, unlisted in by_stratum], axis=0),
    )
    rows, columns = [], []
    for stratum, held, unlisted in [everything, *(by_stratum if len(by_stratum) > 1 else [])]:
        for part, values in (("total", held + unlisted), ("listed", held), ("unlisted", unlisted)):
            # Of replicates the documented count is the first table's, as published.
            count = int(held[0])
            documented = {"low": count, "high": None, "source": None, "text": f"{count:,}"}
            rows.append(
                {
                    "cell": dict(model.cell),
                    "strata": dict(stratum.labels),
                    "part": part,
                    "documented": documented if part == "total" else None,
                    "claimed": True,
                    "level": "data" if stratum.table.shared else "prior",
                }
            )
            columns.append(values.astype(float))
    return rows, columns


def _metadata(
    model: ListModel,
    parts: Parts,
    rows: list[dict[str, Any]],
    deaths: Array,
    settings: dict[str, Any],
) -> dict[str, Any]:
    divided = len(model.histories) > 1
    main = _over_replicates(model, parts, -1 if divided else 0)
    by_row = {
        label_text(stratum.labels): identification(
            model, _over_replicates(model, parts, s), stratum
        )
        for s, stratum in enumerate(model.histories.strata)
    }
    # A sum over strata rests on all of them; the fit of the whole table stands for it, and says so.
    whole = (
        identification(model, main, model.histories.pooled())
        if divided
        else next(iter(by_row.values()))
    )
    notes = [{"code": code, "text": text} for code, text in model.notes]
    reasons = []
    for (r, s), part in parts.items():
        where = _where(model, r, s)
        reasons += [f"{reason}{where}" for reason in part.found["reasons"]]
        if part.found.get("misfit"):
            notes.append({"code": "misfit", "text": MISFIT.format(where=where)})
    whole_table = _unstratified(model, parts) if divided else None
    if whole_table is not None:
        notes.append({"code": "unstratified", "text": _beside(deaths, whole_table)})
    replicates = replicate_rows(model, parts) if len(model.replicates) > 1 else None
    if replicates is not None:
        notes.append({"code": "replicates", "text": _combined_text(replicates)})
    if reasons:
        text = f"NOT CONVERGED: {'; '.join(reasons)}. What helps: {ADVICE[main['method']]}"
        notes.insert(0, {"code": "not_converged", "text": text})
    ess = [part.found["min_ess"] for part in parts.values() if part.found["min_ess"] is not None]
    rhat = [part.found["max_rhat"] for part in parts.values() if part.found["max_rhat"] is not None]
    return {
        "schema": SCHEMA,
        "kind": "lists",
        "seed": settings["seed"],
        "versions": versions(PACKAGES),
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
            "max_rhat": max(rhat) if rhat else None,
            "min_ess": min(ess) if ess else None,
            "divergences": None,
            "reasons": reasons,
        },
        "warnings": notes,
        "model": repr(model),
        "details": {
            "identification": whole,
            "identification_by_stratum": by_row if divided else {},
            "assumption": model.assumption,
            **{key: main[key] for key in ("families", "groups", "dial", "observability")},
            "predictions": main["predictions"],
            "dependence": main["dependence"],
            "overlaps": main.get("overlaps"),
            "unstratified": whole_table,
            "replicates": replicates,
            **{
                key: main.get(key)
                for key in ("floor_share", "graphs", "complete_graph", "sentences")
            },
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
    label = model.histories.strata[s].name if s >= 0 else ""
    replicate = f" of replicate {r + 1}" if len(model.replicates) > 1 else ""
    whole = " in the table without strata" if s < 0 else ""
    return f"{whole}{f' in {label}' if label else ''}{replicate}"


def _over_replicates(model: ListModel, parts: Parts, s: int) -> dict[str, Any]:
    """What was found of a stratum: of several replicates the first, with weights of all."""
    every = [parts[r, s].found for r in range(len(model.replicates))]
    first = dict(every[0])
    if len(every) == 1:
        return first
    masses = [{g["name"]: g["mass"] for g in found["groups"]} for found in every]
    first["groups"] = [
        {**g, "mass": float(np.mean([mass.get(g["name"], 0.0) for mass in masses]))}
        for g in first["groups"]
    ]
    if first.get("floor_share") is not None:
        first["floor_share"] = float(np.mean([found["floor_share"] for found in every]))
    return first


def _unstratified(model: ListModel, parts: Parts) -> dict[str, float]:
    """Answer of the table without strata, over all replicates."""
    whole = [parts[r, -1] for r in range(len(model.replicates))]
    return quantiles(np.concatenate([part.found["people"] + part.unlisted for part in whole]))


def _beside(deaths: Array, whole: Mapping[str, float]) -> str:
    one, two = _ends(quantiles(deaths[..., 0])), _ends(whole)
    return f"the sum over strata is {one}; the same lists without strata give {two}"


def replicate_rows(model: ListModel, parts: Parts) -> dict[str, Any]:
    """The total of every replicate alone, and all of them by the rule for multiple imputation."""
    strata = range(len(model.histories))
    listed, totals = [], []
    for r in range(len(model.replicates)):
        held = sum(parts[r, s].found["people"] for s in strata)
        listed.append(held)
        totals.append(held + np.sum([parts[r, s].unlisted for s in strata], axis=0))
    each = [
        {"listed": held, **quantiles(total)} for held, total in zip(listed, totals, strict=True)
    ]
    if min(len(total) for total in totals) < 2:
        return {"each": each, "combined": None}
    found = asdict(combine(listed, totals))
    found["freedom"] = found["freedom"] if np.isfinite(found["freedom"]) else None
    return {"each": each, "combined": found}


def _combined_text(replicates: Mapping[str, Any]) -> str:
    text = f"{len(replicates['each'])} replicates are mixed draw by draw"
    combined = replicates["combined"]
    if combined is None:
        return text
    shown = _ends({**combined, "median": combined["point"]})
    return f"{text}; the rule for multiple imputation, as in R verdata, gives {shown}"


def _source(model: ListModel, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "source": name,
        "target": {},
        "role": None,
        "level": "total",
        "list": model.histories.lists.index(name),
    }


def identification(model: ListModel, found: Mapping[str, Any], stratum: Stratum) -> dict[str, Any]:
    """What the answer rests on: mass of each group, and the same in sentences."""
    from casualty_est.result.posterior import far_apart

    groups = [g for g in found["groups"] if g["mass"] > 0]
    rows = [
        {"assumption": group_title(g["name"]), "weight": g["mass"], "mcse": None} for g in groups
    ]
    sentences = [
        model.assumption_for(stratum) + " The lists cannot check that for the people on none."
    ]
    if len(model.histories) > 1 and not stratum.labels:
        sentences.append("What follows is computed from the table without strata.")
    if len(model.replicates) > 1:
        sentences.append(
            f"Weights are means over {len(model.replicates)} replicates; what each kind of "
            "dependence would answer is computed from the first."
        )
    if len(groups) > 1:
        named = [
            f"{percent(round(g['mass'], 3))} comes from {group_title(g['name'])}, which would "
            f"answer {_ends(g)}"
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
            f"Ruled out: {group_title(g['name'])} ({g['ruled_out']})."
            for g in found["groups"]
            if g["ruled_out"]
        ]
    kept = [g for g in groups if not g["ruled_out"]]
    if far_apart(kept):
        sentences.append(
            "These answers lie farther apart than the width of their intervals: the lists cannot "
            "choose between them."
        )
    sentences += found.get("sentences", [])
    if found["dial"] is not None:
        sentences.append(_dial(found["dial"]))
    return {"kind": "families", "rows": rows, "sentences": sentences}


def _ends(g: Mapping[str, float]) -> str:
    low, median, high = g["low"], g["median"], g["high"]
    return f"{people(median, low, high)} ({people(low, low, high)} to {people(high, low, high)})"


def _dial(found: Mapping[str, Any]) -> str:
    ratio = found["implied"]
    at_one = next(row for row in found["curve"] if row["ratio"] == 1.0)
    return (
        f"The odds ratio that ties the people on no list to the others is {share(ratio['median'])} "
        f"({share(ratio['low'])} to {share(ratio['high'])}) in this answer; at 1, no interaction "
        f"of the highest order, the number would be {_ends(at_one)}."
    )
