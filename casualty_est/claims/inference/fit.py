"""Fit a claims model and pack everything that the result must carry into one DataTree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.claims.inference.engines import choose, run
from casualty_est.claims.inference.predict import CONTRADICTS, log_likelihood, surprise
from casualty_est.claims.inference.timeline import followed, paths
from casualty_est.claims.model.layout import Layout, level_name, ratio_name
from casualty_est.claims.model.over_time import windows
from casualty_est.claims.model.ratios import Target
from casualty_est.claims.model.scenario import Scenario
from casualty_est.claims.model.totals import has_total
from casualty_est.claims.table.claim import Claim
from casualty_est.result.blas import one_blas_thread
from casualty_est.result.call import SCHEMA, check_counts, settle_seed, versions
from casualty_est.result.convergence import ADVICE, Diagnostics, diagnose
from casualty_est.result.draws import Draws
from casualty_est.result.progress import progress_bar
from casualty_est.wording.phrases import possessive

if TYPE_CHECKING:
    import xarray

    from casualty_est.claims.model.model import ClaimsModel

PACKAGES = ("casualty_est", "numpy", "scipy", "pymc", "nutpie", "arviz", "xarray")


@one_blas_thread()  # the number of threads moves the last digits of a sum
def fit(
    model: ClaimsModel,
    *,
    seed: int | None,
    draws: int,
    tune: int,
    chains: int,
    method: str,
    progress: bool | None,
    notes: Sequence[tuple[str, str]] = (),
) -> xarray.DataTree:
    """Compute the posterior of a claims model."""
    check_counts(draws=draws, chains=chains, tune=tune)
    seed = settle_seed(seed)
    engine = choose(model.layout, method)
    settings = {"draws": draws, "tune": tune, "chains": chains, "seed": seed}
    with progress_bar(progress) as report:
        found = run(model, Scenario.plain(model.layout), engine, report=report, **settings)
    diagnostics = diagnose(found)
    log_lik = log_likelihood(model.layout, found)
    tails = surprise(model.layout, found, log_lik)
    meta = _metadata(model, diagnostics, tails, settings)
    meta["warnings"] += [{"code": code, "text": text} for code, text in notes]
    return _tree(model, found, log_lik, meta)


def _tree(model: ClaimsModel, draws: Draws, log_lik: Any, meta: dict[str, Any]) -> xarray.DataTree:
    import xarray as xr

    layout, dims = model.layout, ("chain", "draw")
    rows = np.array([row.cells for row in model.rows], dtype=float)
    deaths = np.exp(draws.log_deaths) @ rows.T
    names = [ratio_name(t, layout.ratios.targets) for t in layout.ratios.targets]
    axes = {"chain": np.arange(deaths.shape[0]), "draw": np.arange(deaths.shape[1])}
    posterior = xr.Dataset(
        {
            "deaths": ((*dims, "estimate"), deaths, {"unit": "people"}),
            "ratio_total": (
                (*dims, "target"),
                np.exp(draws.log_ratio),
                {"unit": "reported / true"},
            ),
        },
        coords={**axes, "estimate": _row_names(model), "target": names},
    )
    if layout.learned:
        sd = ((*dims, "learned"), np.exp(draws.log_reporting_sd))
        posterior = posterior.assign(reporting_sd=sd).assign_coords(learned=list(layout.learned))
    if layout.timeline is not None:
        posterior = _with_paths(model, draws, posterior)
    groups = {
        "posterior": posterior,
        "gauge": xr.Dataset(
            {"score": ((*dims, "assumption"), draws.scores)},
            coords={**axes, "assumption": list(layout.assumptions)},
        ),
        "log_likelihood": xr.Dataset({"claim": ((*dims, "claim_id"), log_lik)}, coords=axes),
    }
    if draws.stats:
        stats = {name: (dims, value) for name, value in draws.stats.items()}
        groups["sample_stats"] = xr.Dataset(stats, coords=axes)
    tree = xr.DataTree.from_dict(groups)
    tree.attrs["casualty_est"] = json.dumps(meta)
    return tree


def _with_paths(model: ClaimsModel, draws: Draws, posterior: Any) -> Any:
    """Add the paths of counts and ratios to the posterior."""
    layout, dims = model.layout, ("chain", "draw")
    assert layout.timeline is not None
    found = paths(model, draws)
    late = [ratio_name(layout.ratios.targets[t], layout.ratios.targets)
            for t in found["delayed_targets"]]  # fmt: skip
    over = ("path_cell", "target", "delayed_target")
    names = ("path", "ratio_path", "still_to_come")
    units = ("people", "log of reported / true", "people")
    posterior = posterior.assign(
        {
            name: ((*dims, dim, "date"), found[name], {"unit": unit})
            for name, dim, unit in zip(names, over, units, strict=True)
            if name in found
        }
    ).assign_coords(
        path_cell=[str(model.rows[i].label) for i in followed(model)],
        date=[day.isoformat() for day in layout.timeline.grid.last_days],
    )
    if late:
        posterior = posterior.assign_coords(delayed_target=late)
    if "delay_days" in found:
        posterior = posterior.assign(
            delay_days=((*dims, "delayed_source"), found["delay_days"], {"unit": "days"})
        ).assign_coords(delayed_source=found["estimated"])
    return posterior


def _windows(model: ClaimsModel) -> dict[str, Any]:
    """What the result says of time beside its draws."""
    assert model.layout.timeline is not None
    days = model.layout.timeline.grid.last_days
    rows = []
    for i in followed(model):
        row = model.rows[i]
        label = row.label
        rows.append(
            {
                "label": str(label),
                "row": i,
                "scope": label.scope,
                "outcome": label.outcome,
                "group": label.group,
                "perpetrator": label.perpetrator,
                "documented_low": model.documented_by(row, days),
            }
        )
    return {**windows(model), "cells": rows}


def _row_names(model: ClaimsModel) -> list[str]:
    return [f"{row.label} ({row.start or 'open'} to {row.end or 'open'})" for row in model.rows]


def _metadata(
    model: ClaimsModel, diagnostics: Diagnostics, tails: Any, settings: dict[str, Any]
) -> dict[str, Any]:
    notes = [{"code": code, "text": text} for code, text in model.notes]
    if not diagnostics.converged:
        reasons = "; ".join(diagnostics.reasons)
        advice = "; ".join(f"({i}) {step}" for i, step in enumerate(ADVICE, 1))
        text = f"NOT CONVERGED: {reasons}. What helps: {advice}"
        notes.insert(0, {"code": "not_converged", "text": text})
    claims = _claims(model, tails)
    alone = len({claim.source for claim in model.layout.claims}) == 1
    against = "is far from what is assumed of it" if alone else "contradicts the rest"
    notes += [
        {
            "code": "contradicts",
            "text": f"{possessive(claim['source'])} {claim['text']!r} {against}",
        }
        for claim in claims
        if claim["surprise"] is not None and claim["surprise"] < CONTRADICTS
    ]
    return {
        "schema": SCHEMA,
        "kind": model.kind,
        "seed": settings["seed"],
        "versions": versions(PACKAGES),
        "settings": {**model.settings, **settings},
        "has_level": model.has_level,
        "has_total": has_total(model.layout, model.notes),
        "rows": _rows(model),
        "sources": [_source(model, target) for target in model.layout.ratios.targets],
        "claims": claims,
        "assumptions": _assumptions(model),
        "diagnostics": diagnostics.to_dict(),
        "warnings": notes,
        "model": repr(model),
        "details": {} if model.layout.timeline is None else {"windows": _windows(model)},
    }


def _rows(model: ClaimsModel) -> list[dict[str, Any]]:
    rows = []
    for row in model.rows:
        stated = model.documented(row)
        found = (
            None
            if stated is None
            else {
                "low": stated.low,
                "high": stated.high,
                "source": stated.source,
                "text": stated.text,
            }
        )
        cell = {
            "scope": row.label.scope,
            "start": row.start.isoformat() if row.start else None,
            "end": row.end.isoformat() if row.end else None,
            "outcome": row.label.outcome,
            "group": row.label.group,
            "perpetrator": row.label.perpetrator,
        }
        rows.append(
            {
                "cell": cell,
                "strata": {},
                "part": "total",
                "documented": found,
                "claimed": row.claimed,
            }
        )
    return rows


def _source(model: ClaimsModel, target: Target) -> dict[str, Any]:
    low, median, high = (float(x) for x in target.prior.quantile([0.025, 0.5, 0.975]))
    grid = target.prior.quantile((np.arange(400) + 0.5) / 400)
    label = target.label
    return {
        "name": ratio_name(target, model.layout.ratios.targets),
        "source": target.source,
        "target": {
            "scope": label.scope,
            "outcome": label.outcome,
            "group": label.group,
            "perpetrator": label.perpetrator,
        },
        "role": target.role,
        "level": target.level,
        "prior": {"median": median, "low": low, "high": high},
        "prior_log_sd": float(np.log(grid).std()),
        "prior_quantiles": [float(x) for x in target.prior.quantile((np.arange(100) + 0.5) / 100)],
        "prior_text": target.prior.describe(),
        "prior_origin": target.prior.origin,
    }


def _claims(model: ClaimsModel, tails: Any) -> list[dict[str, Any]]:
    """Every row of the table: those that count with their reading, the others with the reason."""
    layout = model.layout
    rows = []
    for i, claim in enumerate(layout.claims):
        reading = layout.readings[i]
        target = layout.ratios.targets[layout.target_of[i]]
        rows.append(
            {
                **_published(claim),
                "role": target.role,
                "counted": True,
                "reason": None,
                "code": None,
                "hedge": layout.hedges[i],
                "reading": reading.words,
                "target": ratio_name(target, layout.ratios.targets),
                "estimate": _estimate_of(model, layout, i),
                "surprise": float(tails[i]),
            }
        )
        if layout.timeline is not None:
            rows[-1]["running"] = bool(layout.timeline.running[i])
    for out in model.counted.left_out:
        rows.append(
            {
                **_published(out.claim),
                "counted": False,
                "reason": out.text,
                "code": out.code,
                "hedge": None,
                "reading": None,
                "target": None,
                "estimate": None,
                "surprise": None,
            }
        )
    return rows


def _estimate_of(model: ClaimsModel, layout: Layout, claim: int) -> int:
    cells = layout.cover[layout.target_of[claim]] > 0
    return next(i for i, row in enumerate(model.rows) if (row.cells == cells).all())


def _published(claim: Claim) -> dict[str, Any]:
    quantity = claim.quantity
    return {
        "source": claim.source,
        "role": claim.role,
        "text": quantity.text,
        "form": quantity.form,
        "low": quantity.low,
        "best": quantity.best,
        "high": quantity.high,
        "level": claim.level,
        "scope": claim.scope,
        "outcome": claim.outcome,
        "group": claim.group,
        "perpetrator": claim.perpetrator,
        "start": claim.start.isoformat() if claim.start else None,
        "end": claim.end.isoformat() if claim.end else None,
        "reported": claim.reported.isoformat() if claim.reported else None,
        "citation": claim.citation,
        "line": claim.line,
    }


def _assumptions(model: ClaimsModel) -> list[dict[str, Any]]:
    """One entry per row of the gauge, in the order of the scores."""
    layout = model.layout
    found: list[dict[str, Any]] = []
    for target in layout.ratios.targets:
        role = model.priors.roles[target.role or "none"]
        own = target.prior.origin.startswith("sources.")
        grounds = [
            {"figure": g.figure, "citation": g.citation, "conflict": g.conflict}
            for g in (() if own else role.grounds)
            if g.level == target.level
        ]
        found.append(
            {
                "name": ratio_name(target, layout.ratios.targets),
                "kind": "reference" if target.role == "reference" else "ratio",
                "source": target.source,
                "text": target.prior.describe(),
                "median": float(target.prior.quantile([0.5])[0]),
                "sd": float(np.log(target.prior.quantile((np.arange(400) + 0.5) / 400)).std()),
                "grounds": grounds,
            }
        )
    for level in layout.levels:
        found.append(
            {
                "name": level_name(level, layout.levels),
                "kind": "level",
                "source": None,
                "text": f"log of the count N({level.prior.mean:.3g}, {level.prior.sd:g})",
                "median": float(np.exp(level.prior.mean)),
                "sd": level.prior.sd,
                "grounds": [],
            }
        )
    for anchor in layout.anchors:
        found.append(
            {
                "name": anchor.name,
                "kind": "anchor",
                "source": None,
                "text": repr(anchor.prior),
                "median": anchor.prior.median,
                "sd": anchor.prior.sd,
                "grounds": [],
            }
        )
    return found
