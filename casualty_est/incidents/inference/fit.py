"""Fit an incidents model and pack everything that the result must carry into one DataTree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.incidents.inference import answer
from casualty_est.incidents.inference.after import (
    Reconstructed,
    held_by,
    reconstruct,
    stated_numbers,
)
from casualty_est.incidents.inference.data import reported
from casualty_est.incidents.inference.sample import sample
from casualty_est.incidents.model.ratios import ratio_prior, ratio_prior_sd, ratio_text
from casualty_est.result.blas import one_blas_thread
from casualty_est.result.call import SCHEMA, check_counts, settle_seed, versions
from casualty_est.result.convergence import Diagnostics, diagnose
from casualty_est.result.draws import Draws
from casualty_est.result.progress import progress_bar

if TYPE_CHECKING:
    import xarray

    from casualty_est.incidents.model.model import IncidentModel

Array = npt.NDArray[np.float64]
PACKAGES = ("casualty_est", "numpy", "scipy", "numba", "nutpie", "arviz", "xarray")
LEARNED = 0.7  # posterior over prior sd of the anchor's ratio below which the data set the level
ADVICE = (
    "run more draws (draws=4000, tune=4000)",
    "look at sources whose prior is far from their numbers (est.sources())",
    "fix the scale (scale='cut')",
)


@one_blas_thread()  # the number of threads moves the last digits of a sum
def fit(
    model: IncidentModel,
    *,
    seed: int | None,
    draws: int,
    tune: int,
    chains: int,
    progress: bool | None,
    notes: Sequence[tuple[str, str]] = (),
) -> xarray.DataTree:
    """Compute the posterior of an incidents model."""
    check_counts(draws=draws, chains=chains, tune=tune)
    seed = settle_seed(seed)
    layout = model.layout
    with progress_bar(progress) as report:
        report("compiling", None)

        def on_progress(done: int, total: int) -> None:
            report("sampling", done / total)

        found = sample(
            layout, draws=draws, tune=tune, chains=chains, seed=seed, on_progress=on_progress
        )
        report("drawing incidents", None)
        theta = found.theta.reshape(-1, found.theta.shape[-1])
        columns, _ = answer.gap_columns(model)
        again = reconstruct(layout, theta, columns, seed)
    rng = np.random.default_rng([seed, 2])
    # Under the cut the anchor's bias is drawn from its prior: no data can have changed it.
    prior = layout.anchor.prior
    gamma = rng.normal(prior.mu, prior.sd, len(theta)) if layout.cut else np.zeros(len(theta))
    rows = answer.rows(model, len(theta), rng)
    deaths = answer.row_deaths(rows, again, np.exp(-gamma))
    ratio = answer.ratios_within(layout, theta, gamma)
    values = _values(model, found.theta, again, gamma, deaths, ratio)
    diagnostics = _diagnose(found.theta, np.log(np.maximum(values["deaths"], 0.5)), found.stats)
    settings = {"draws": draws, "tune": tune, "chains": chains, "seed": seed}
    meta = _metadata(
        model, rows, values, found.theta, gamma.reshape(chains, draws), diagnostics, settings
    )
    meta["details"]["gaps"] = answer.gaps(model, again, ratio)
    meta["details"] |= reported(model, again)
    meta["warnings"] += [{"code": code, "text": text} for code, text in notes]
    return _tree(model, rows, values, found, again, gamma, meta)


def _values(
    model: IncidentModel,
    theta: Array,
    again: Reconstructed,
    gamma: Array,
    deaths: Array,
    ratio: Array,
) -> dict[str, Array]:
    layout = model.layout
    flat = theta.reshape(-1, theta.shape[-1])
    shape = theta.shape[:2]
    total = np.maximum((again.listed + again.unlisted).sum(axis=1), 1e-9)
    count = layout.readings.patterns.count
    reported = count @ stated_numbers(layout)
    scaled = np.exp(gamma)
    found = {
        "deaths": deaths,
        "ratio_within": ratio,
        # Both are shares of one total on one scale, which falls out of the first.
        "completeness_listed": again.held / total[:, None],
        "completeness_reported": reported[None, :] * (scaled / total)[:, None],
        "inclusion": answer.inclusion(layout, flat, gamma),
        "real_incidents": again.real.sum(axis=1).astype(float),
        "unlisted_incidents": again.missed.sum(axis=1).astype(float),
    }
    if layout.unlisted == "none":
        for name in ("completeness_listed", "completeness_reported", "unlisted_incidents"):
            del found[name]
    return {name: value.reshape(*shape, *value.shape[1:]) for name, value in found.items()}


def _diagnose(theta: Array, log_deaths: Array, stats: dict[str, Any]) -> Diagnostics:
    empty = np.zeros((*theta.shape[:2], 0))
    return diagnose(Draws(log_deaths, theta, empty, empty, "nuts", stats))


UNITS = {
    "deaths": "people",
    "ratio_within": "own count / true deaths, within an incident",
    "completeness_listed": "share of all deaths that lie in incidents the source lists",
    "completeness_reported": "deaths it reports / all deaths",
    "inclusion": "probability",
    "real_incidents": "incidents",
    "unlisted_incidents": "incidents",
}
DIMS = {
    "deaths": ("estimate",),
    "ratio_within": ("source",),
    "completeness_listed": ("source",),
    "completeness_reported": ("source",),
    "inclusion": ("source", "size"),
    "real_incidents": (),
    "unlisted_incidents": (),
}


def _tree(
    model: IncidentModel,
    rows: list[answer.Row],
    values: dict[str, Array],
    found: Any,
    again: Reconstructed,
    gamma: Array,
    meta: dict[str, Any],
) -> xarray.DataTree:
    import xarray as xr

    dims = ("chain", "draw")
    layout = model.layout
    axes = {"chain": np.arange(found.theta.shape[0]), "draw": np.arange(found.theta.shape[1])}
    variables = {
        name: ((*dims, *DIMS[name]), value, {"unit": UNITS[name]}) for name, value in values.items()
    }
    labels = [f"{b.name}: {label}" for b in layout.parameters.blocks for label in b.labels]
    variables["parameter"] = ((*dims, "name"), found.theta, {"unit": "on the whole line"})
    variables["log_scale"] = (dims, gamma.reshape(found.theta.shape[:2]), {"unit": "log ratio"})
    posterior = xr.Dataset(
        variables,
        coords={
            **axes,
            "estimate": [_row_name(row) for row in rows],
            "source": list(layout.readings.patterns.sources),
            "size": list(answer.SIZES),
            "name": labels,
        },
    )
    groups = {
        "posterior": posterior,
        "incidents": _incidents(model, again, gamma),
        "sample_stats": xr.Dataset({n: (dims, v) for n, v in found.stats.items()}, coords=axes),
    }
    tree = xr.DataTree.from_dict(groups)
    tree.attrs["casualty_est"] = json.dumps(meta)
    return tree


def _incidents(model: IncidentModel, again: Reconstructed, gamma: Array) -> xarray.Dataset:
    """Posterior of every pattern: deaths if real, and the probability of being real."""
    import xarray as xr

    layout = model.layout
    every = max(1, len(gamma) // len(again.deaths))
    scale = np.exp(-gamma[::every][: len(again.deaths)])
    deaths = again.deaths * scale[:, None]
    low, median, high = np.quantile(deaths, (0.025, 0.5, 0.975), axis=0)
    columns = {
        "median": median,
        "low": low,
        "high": high,
        "real": again.chance.mean(axis=0),
        "count": layout.readings.patterns.count,
    }
    data = {name: (("pattern",), value) for name, value in columns.items()}
    index = model.patterns.incident_of
    dataset = xr.Dataset(data, coords={"pattern": layout.readings.kept})
    if index is not None:
        dataset = dataset.assign(pattern_of=(("incident",), index.pattern)).assign_coords(
            incident=list(index.names)
        )
    return dataset


def _row_name(row: answer.Row) -> str:
    words = [*row.labels.values(), *row.strata.values()]
    return " ".join([row.part, *words])


def _metadata(
    model: IncidentModel,
    rows: list[answer.Row],
    values: dict[str, Array],
    theta: Array,
    gamma: Array,
    diagnostics: Diagnostics,
    settings: dict[str, Any],
) -> dict[str, Any]:
    layout = model.layout
    # Under the cut the anchor's bias is independent of all else: without it there is less noise.
    log_total = np.log(np.maximum(values["deaths"][..., 0], 0.5)) + gamma
    learned = _anchor_learned(model, theta)
    notes = [{"code": code, "text": text} for code, text in model.notes]
    if not diagnostics.converged:
        advice = "; ".join(f"({i}) {step}" for i, step in enumerate(ADVICE, 1))
        text = f"NOT CONVERGED: {'; '.join(diagnostics.reasons)}. What helps: {advice}"
        notes.insert(0, {"code": "not_converged", "text": text})
    return {
        "schema": SCHEMA,
        "kind": model.kind,
        "seed": settings["seed"],
        "versions": versions(PACKAGES),
        "settings": {**model.settings, **settings},
        "has_level": model.has_level,
        "has_total": layout.unlisted != "none",
        "rows": [_row(model, row, learned) for row in rows],
        "sources": [_source(model, s) for s in range(len(model.patterns.sources))],
        "claims": [],
        "assumptions": [],
        "diagnostics": diagnostics.to_dict(),
        "warnings": notes,
        "model": repr(model),
        "details": {
            "identification": answer.identification(model, log_total, theta, learned),
            "anchor": {
                "source": layout.anchor.source,
                "median": layout.anchor.prior.median,
                "sd": layout.anchor.prior.sd,
                "how": layout.anchor.how,
                "learned": learned,
            },
            "unlisted_from": layout.unlisted,
            "judge": _judge(model),
        },
    }


def _judge(model: IncidentModel) -> str | None:
    judge = model.layout.readings.judge
    return None if judge is None else model.patterns.sources[judge]


def _anchor_learned(model: IncidentModel, theta: Array) -> float | None:
    layout = model.layout
    if layout.cut:
        return None
    listers = [layout.readings.patterns.sources[s] for s in layout.readings.listers]
    row = layout.arrays.bias_chol[listers.index(layout.anchor.source)]
    bias = layout.parameters.get(theta, "bias") @ row
    return float(bias.std() / np.sqrt((row**2).sum()))


def _row(model: IncidentModel, row: answer.Row, learned: float | None) -> dict[str, Any]:
    whole = "listed" if model.layout.unlisted == "none" else "total"
    level = "anchor" if model.layout.anchor.how in ("named", "reference") else "prior"
    if learned is not None and learned < LEARNED:
        level = "data"
    if row.part != "listed" and not model.has_overlap:
        level = "prior"
    return {
        "cell": {**model.cell, **row.labels},
        "strata": row.strata,
        "part": row.part,
        "documented": answer.documented(model, row) if row.part == whole else None,
        "claimed": True,
        "level": level,
    }


def _source(model: IncidentModel, s: int) -> dict[str, Any]:
    layout, name = model.layout, model.patterns.sources[s]
    prior = ratio_prior(model, s)
    low, median, high = (float(x) for x in prior)
    return {
        "name": name,
        "source": name,
        "target": {},
        "role": model.roles[name],
        "level": "incident",
        "prior": {"median": median, "low": low, "high": high},
        "prior_log_sd": ratio_prior_sd(model, s),
        "prior_text": ratio_text(model, s),
        "index": s,
        "incidents": int(model.patterns.count[layout.readings.kept][held_by(layout)[:, s]].sum()),
    }
