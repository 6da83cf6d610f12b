"""Fit an incidents model and pack everything that the result must carry into one DataTree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.arrays import Array
from casualty_est.incidents.inference import answer
from casualty_est.incidents.inference.after import (
    Reconstructed,
    held_by,
    reconstruct,
    stated_numbers,
)
from casualty_est.incidents.inference.data import by_size, denials, grades, reports
from casualty_est.incidents.inference.frame import investigated
from casualty_est.incidents.inference.rounds import advice, next_starts, told
from casualty_est.incidents.inference.sample import Sampled, sample, sample_from
from casualty_est.incidents.model.layout import IncidentLayout
from casualty_est.incidents.model.model import NO_LEVEL
from casualty_est.incidents.model.ratios import ratio_prior, ratio_prior_sd, ratio_text
from casualty_est.incidents.schema import AnchorUsed, IncidentDetails
from casualty_est.incidents.table.incident import INVESTIGATION
from casualty_est.result.call import Report, check_counts, one_blas_thread, settle_seed, versions
from casualty_est.result.call import progress_bar as show_progress
from casualty_est.result.convergence import diagnose, not_converged
from casualty_est.result.going_on import GROWTH, USUAL, Budget, go_on, seconds_of, thinning
from casualty_est.result.schema import Diagnostics, Meta, Note, Row, SourceRow, Span

if TYPE_CHECKING:
    import xarray

    from casualty_est.incidents.model.model import IncidentModel

PACKAGES = ("casualty_est", "numpy", "scipy", "numba", "nutpie", "arviz", "xarray")
LEARNED = 0.7  # posterior over prior sd of the anchor's ratio below which the data set the level


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a fit, checked."""

    theta: Array  # (chain, draw, element): every draw
    sampled: Sampled  # those that are kept
    again: Reconstructed
    gamma: Array
    rows: list[answer.Row]
    deaths: Array
    diagnostics: Diagnostics
    lost: int  # chains of earlier rounds that began anew
    first: Diagnostics  # the check of the first round


@one_blas_thread()  # the number of threads moves the last digits of a sum
def fit(
    model: IncidentModel,
    *,
    seed: int | None,
    draws: int,
    tune: int,
    chains: int,
    progress_bar: bool | None,
    budget: Budget = None,
) -> tuple[xarray.DataTree, Meta, IncidentDetails]:
    """Compute the posterior of an incidents model."""
    draws, chains, tune = check_counts(draws=draws, chains=chains, tune=tune)
    seed = settle_seed(seed)
    layout = model.layout
    settings = {"draws": draws, "tune": tune, "chains": chains, "seed": seed}
    usual = {name: settings[name] for name in USUAL} == USUAL
    seconds = seconds_of(budget, usual=usual)
    with show_progress(progress_bar) as report:
        report("compiling", None)
        last, rounds = go_on(
            lambda number, before: _round(model, settings, number, before, report),
            lambda one: one.diagnostics.converged,
            seconds,
        )
    sampled, again, gamma, rows = last.sampled, last.again, last.gamma, last.rows
    deaths, diagnostics = last.deaths, last.diagnostics
    prior, judge = layout.anchor.prior, layout.readings.judge
    theta = sampled.theta.reshape(-1, sampled.theta.shape[-1])
    ratio = answer.ratios_within(layout, theta, gamma)
    values = _values(layout, theta, again, gamma, deaths, ratio)
    shape = sampled.theta.shape[:2]
    log_deaths = np.log(np.maximum(deaths, 0.5)).reshape(*shape, -1)
    learned = _anchor_learned(model, sampled.theta)
    # Under the cut the anchor's bias is independent of all else: without it there is less noise.
    log_total = log_deaths[..., 0] + gamma.reshape(shape)
    details = IncidentDetails(
        identification=answer.identification(model, log_total, sampled.theta, learned),
        anchor=AnchorUsed(layout.anchor.source, prior.median, prior.sd, layout.anchor.how, learned),
        unlisted_from=layout.unlisted,
        judge=None if judge is None else model.patterns.sources[judge],
        gaps=answer.gaps(model, again, ratio),
        reports=reports(model),
        by_size=by_size(model),
        grades=grades(model, again),
        denials=denials(model),
        investigated=investigated(model, theta, again, gamma, seed),
    )
    notes = [Note(code, text) for code, text in model.notes]
    if rounds > 1:
        notes.insert(0, Note("went_on", told(rounds, settings, last.first, last.lost)))
    if not diagnostics.converged:
        steps = advice(model, last.theta, diagnostics, rounds, seconds)
        notes.insert(0, not_converged(diagnostics.reasons, steps))
    meta = _metadata(model, rows, learned, diagnostics, settings, notes)
    return _tree(model, rows, values, sampled, again, gamma), meta, details


def _round(
    model: IncidentModel,
    settings: Mapping[str, int],
    number: int,
    before: Round | None,
    report: Report,
) -> Round:
    """Sample, draw the incidents, and check; from the second round on with more draws.

    Those that are kept are evenly spaced.
    """
    layout, seed = model.layout, settings["seed"]
    every = thinning(number, settings["draws"], settings["chains"])

    def on_progress(done: int, total: int) -> None:
        report(f"sampling, round {number + 1}" if number else "sampling", done / total)

    lost = 0
    if before is None:
        drawn = sample(layout, **settings, on_progress=on_progress)
    else:
        starts, lost = next_starts(layout, before.theta, (seed, 3, number))
        streams = np.random.SeedSequence((seed, 4, number)).generate_state(len(starts))
        more = {name: GROWTH**number * settings[name] for name in ("draws", "tune")}
        seeds = [int(stream) for stream in streams]
        drawn = sample_from(layout, starts, **more, seeds=seeds, on_progress=on_progress)
    report("drawing incidents", None)
    sampled = Sampled(
        drawn.theta[:, every - 1 :: every],
        {name: value[:, every - 1 :: every] for name, value in drawn.stats.items()},
    )
    theta = sampled.theta.reshape(-1, sampled.theta.shape[-1])
    again = reconstruct(layout, theta, answer.gap_columns(model)[0], seed)
    rng = np.random.default_rng([seed, 2])
    # Under the cut the anchor's bias is drawn from its prior: no data can have changed it.
    prior = layout.anchor.prior
    gamma = rng.normal(prior.mu, prior.sd, len(theta)) if layout.cut else np.zeros(len(theta))
    rows = answer.rows(model, len(theta), rng)
    deaths = answer.row_deaths(rows, again, np.exp(-gamma))
    log_deaths = np.log(np.maximum(deaths, 0.5)).reshape(*sampled.theta.shape[:2], -1)
    # Divergences and energy are those of all draws.
    checked = diagnose({"log_deaths": log_deaths, "theta": sampled.theta}, drawn.stats)
    first = before.first if before else checked
    lost += before.lost if before else 0
    return Round(drawn.theta, sampled, again, gamma, rows, deaths, checked, lost, first)


def _values(
    layout: IncidentLayout,
    theta: Array,
    again: Reconstructed,
    gamma: Array,
    deaths: Array,
    ratio: Array,
) -> dict[str, Array]:
    """Variables of the posterior, each with an axis of all draws first."""
    total = np.maximum((again.listed + again.unlisted).sum(axis=1), 1e-9)
    reported = layout.readings.patterns.count @ stated_numbers(layout)
    variables = {
        "deaths": deaths,
        "ratio_within": ratio,
        # Both are shares of one total on one scale, which falls out of the first.
        "completeness_listed": again.held / total[:, None],
        "completeness_reported": reported[None, :] * (np.exp(gamma) / total)[:, None],
        "inclusion": answer.inclusion(layout, theta, gamma),
        "real_incidents": again.real.sum(axis=1).astype(float),
        "unlisted_incidents": again.missed.sum(axis=1).astype(float),
    }
    if layout.denials:
        variables["denial"] = answer.denial(layout, theta)
    if layout.unlisted == "none":
        for name in ("completeness_listed", "completeness_reported", "unlisted_incidents"):
            del variables[name]
    return variables


# Unit and axes of each variable, beside chain and draw.
VARIABLES = {
    "deaths": ("people", "estimate"),
    "ratio_within": ("own count / true deaths, within an incident", "source"),
    "completeness_listed": ("share of all deaths that lie in incidents the source lists", "source"),
    "completeness_reported": ("deaths it reports / all deaths", "source"),
    "denial": ("probability to say that nobody died", "source"),
    "inclusion": ("probability", "source", "size"),
    "real_incidents": ("incidents",),
    "unlisted_incidents": ("incidents",),
    "parameter": ("on the whole line", "name"),
    "log_scale": ("log ratio",),
}


def _tree(
    model: IncidentModel,
    rows: list[answer.Row],
    values: dict[str, Array],
    sampled: Any,
    again: Reconstructed,
    gamma: Array,
) -> xarray.DataTree:
    import xarray as xr

    dims = ("chain", "draw")
    layout, shape = model.layout, sampled.theta.shape[:2]
    axes: dict[str, Any] = {"chain": np.arange(shape[0]), "draw": np.arange(shape[1])}
    variables = {}
    for name, value in {**values, "parameter": sampled.theta, "log_scale": gamma}.items():
        unit, *own = VARIABLES[name]
        value = value.reshape(*shape, *value.shape[value.ndim - len(own) :])
        variables[name] = (*dims, *own), value, {"unit": unit}
    coords = {
        "estimate": [" ".join((r.part, *r.labels.values(), *r.strata.values())) for r in rows],
        "source": list(layout.readings.patterns.sources),
        "size": list(answer.SIZES),
        "name": [f"{b.name}: {label}" for b in layout.parameters.blocks for label in b.labels],
    }
    groups = {
        "posterior": xr.Dataset(variables, coords=axes | coords),
        "incidents": _incidents(model, again, gamma),
        "sample_stats": xr.Dataset({n: (dims, v) for n, v in sampled.stats.items()}, coords=axes),
    }
    return xr.DataTree.from_dict(groups)


def _incidents(model: IncidentModel, again: Reconstructed, gamma: Array) -> xarray.Dataset:
    """Posterior of every pattern: deaths if real, and the probability of being real."""
    import xarray as xr

    layout = model.layout
    every = max(1, len(gamma) // len(again.deaths))
    scale = np.exp(-gamma[::every][: len(again.deaths)])
    deaths = again.deaths * scale[:, None]
    low, median, high = np.quantile(deaths, (0.025, 0.5, 0.975), axis=0)
    columns = {"median": median, "low": low, "high": high, "real": again.chance.mean(axis=0)}
    columns["count"] = layout.readings.patterns.count
    data = {name: (("pattern",), value) for name, value in columns.items()}
    dataset = xr.Dataset(data, coords={"pattern": layout.readings.kept})
    index = model.patterns.incident_of
    if index is None:
        return dataset
    dataset = dataset.assign(pattern_of=(("incident",), index.pattern))
    return dataset.assign_coords(incident=list(index.names))


def _metadata(
    model: IncidentModel,
    rows: list[answer.Row],
    learned: float | None,
    diagnostics: Diagnostics,
    settings: dict[str, int],
    notes: list[Note],
) -> Meta:
    return Meta(
        kind=model.kind,
        seed=settings["seed"],
        versions=versions(PACKAGES),
        settings={**model.settings, **settings},
        has_level=model.has_level,
        no_level="" if model.has_level else NO_LEVEL,
        has_total=model.layout.unlisted != "none",
        rows=tuple(_row(model, row, learned) for row in rows),
        sources=tuple(_source(model, s) for s in range(len(model.patterns.sources))),
        diagnostics=diagnostics,
        warnings=tuple(notes),
        model=repr(model),
    )


def _anchor_learned(model: IncidentModel, theta: Array) -> float | None:
    layout = model.layout
    if layout.cut:
        return None
    listers = [layout.readings.patterns.sources[s] for s in layout.readings.listers]
    row = layout.arrays.bias_chol[listers.index(layout.anchor.source)]
    bias = layout.parameters.get(theta, "bias") @ row
    return float(bias.std() / np.sqrt((row**2).sum()))


def _row(model: IncidentModel, row: answer.Row, learned: float | None) -> Row:
    whole = "listed" if model.layout.unlisted == "none" else "total"
    known = ("named", "reference", INVESTIGATION)
    level = "anchor" if model.layout.anchor.how in known else "prior"
    if learned is not None and learned < LEARNED:
        level = "data"
    if row.part != "listed" and not model.has_overlap:
        level = "prior"
    return Row(
        cell=replace(model.cell, **row.labels),
        strata=row.strata,
        part=row.part,
        documented=answer.documented(model, row) if row.part == whole else None,
        level=level,
    )


def _source(model: IncidentModel, s: int) -> SourceRow:
    layout, name = model.layout, model.patterns.sources[s]
    low, median, high = (float(x) for x in ratio_prior(model, s))
    held = held_by(layout)[:, s]
    return SourceRow(
        name,
        name,
        role=model.roles[name],
        level="incident",
        prior=Span(median, low, high),
        prior_log_sd=ratio_prior_sd(model, s),
        prior_text=ratio_text(model, s),
        incidents=int(model.patterns.count[layout.readings.kept][held].sum()),
    )
