"""Fit a claims model and pack everything that the result must carry into one DataTree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.claims.inference.cores import cores, moves
from casualty_est.claims.inference.draws import Draws
from casualty_est.claims.inference.engines import choose, compiled
from casualty_est.claims.inference.predict import log_likelihood, surprise
from casualty_est.claims.inference.rounds import Round, advice, one_round, told
from casualty_est.claims.inference.timeline import followed, paths
from casualty_est.claims.model.layout import level_name
from casualty_est.claims.model.notes import NO_LEVEL
from casualty_est.claims.model.over_time import windows
from casualty_est.claims.model.ratios import Target
from casualty_est.claims.schema import ClaimsDetails, PathCell, Windows, target_of
from casualty_est.claims.table.claim import Claim
from casualty_est.priors.settings import CELL_FIELDS
from casualty_est.result.call import check_counts, one_blas_thread, settle_seed, versions
from casualty_est.result.call import progress_bar as show_progress
from casualty_est.result.checks import CONTRADICTS
from casualty_est.result.convergence import not_converged
from casualty_est.result.going_on import USUAL, Budget, go_on, seconds_of
from casualty_est.result.schema import (
    COUNT,
    RATIO,
    Assumption,
    Cell,
    ClaimRow,
    Ground,
    Meta,
    Note,
    Row,
    SourceRow,
    Span,
)
from casualty_est.wording.language import stored
from casualty_est.wording.phrases import possessive, quoted

if TYPE_CHECKING:
    import xarray

    from casualty_est.claims.model.model import ClaimsModel

MOST_LIKELIHOODS = 8_000_000  # 64 MB
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
    progress_bar: bool | None,
    budget: Budget = None,
) -> tuple[xarray.DataTree, Meta, ClaimsDetails]:
    """Compute the posterior of a claims model."""
    draws, chains, tune = check_counts(draws=draws, chains=chains, tune=tune)
    seed = settle_seed(seed)
    engine = choose(model.layout, method)
    settings = {"draws": draws, "tune": tune, "chains": chains, "seed": seed}
    seconds = seconds_of(budget, usual={name: settings[name] for name in USUAL} == USUAL)
    with show_progress(progress_bar) as report:
        if engine == "nuts":  # compiled before the clock of the budget starts
            compiled(model, report)
        last, rounds = go_on(
            lambda number, before: one_round(model, engine, settings, number, before, report),
            lambda one: one.diagnostics.converged,
            seconds,
        )
    posterior = last.draws
    # Of very many claims the likelihood of each in every draw would fill memory.
    every = max(1, posterior.log_ratio[..., 0].size * len(model.layout.claims) // MOST_LIKELIHOODS)
    every = min(every, draws)
    some = posterior.thinned(every)
    log_lik = log_likelihood(model.layout, some)
    tails = surprise(model.layout, some, log_lik)
    meta = _metadata(model, last, tails, settings, _went(model, last, rounds, seconds, settings))
    tree = _tree(model, posterior, log_lik, every)
    tree["assumed"] = _assumed(model, posterior, seed)
    return tree, meta, ClaimsDetails(windows=_windows(model))


def _tree(model: ClaimsModel, draws: Draws, log_lik: Any, every: int) -> xarray.DataTree:
    import xarray as xr

    layout, dims = model.layout, ("chain", "draw")
    rows = np.array([row.cells for row in model.rows], dtype=float)
    deaths = np.exp(draws.log_deaths) @ rows.T
    ratio = np.exp(draws.log_ratio)
    axes = {"chain": np.arange(deaths.shape[0]), "draw": np.arange(deaths.shape[1])}
    names = [f"{row.label} ({row.start or 'open'} to {row.end or 'open'})" for row in model.rows]
    posterior = xr.Dataset(
        {
            "deaths": ((*dims, "estimate"), deaths, {"unit": "people"}),
            "ratio_total": ((*dims, "target"), ratio, {"unit": "reported / true"}),
        },
        coords={**axes, "estimate": names, "target": layout.ratio_names},
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
        "log_likelihood": xr.Dataset(
            {"claim": ((*dims, "claim_id"), log_lik)},
            coords=axes | {"draw": axes["draw"][every - 1 :: every]},
        ),
    }
    if draws.stats:
        stats = {name: (dims, value) for name, value in draws.stats.items()}
        groups["sample_stats"] = xr.Dataset(stats, coords=axes)
    return xr.DataTree.from_dict(groups)


def _assumed(model: ClaimsModel, draws: Draws, seed: int) -> xarray.DataTree:
    """What the worth of further data is computed from: assumptions, and how priors weigh draws."""
    import xarray as xr

    known = moves(model.layout, draws, cores(model.layout, draws, seed), seed)
    shape, dims = draws.log_ratio.shape[:2], ("chain", "draw", "assumption")
    variables = {
        "value": (dims, known.values.reshape(*shape, -1)),
        "score": (dims, known.scores.reshape(*shape, -1)),
        "curvature": (dims, known.curvatures.reshape(*shape, -1)),
        "median": ("assumption", known.median),
        "sd": ("assumption", known.sd),
        "target": ("assumption", np.array(known.targets)),
        "kind": ("assumption", np.array(known.kinds)),
    }
    axes = {"chain": np.arange(shape[0]), "draw": np.arange(shape[1])}
    return xr.DataTree(xr.Dataset(variables, coords={**axes, "assumption": known.names}))


def _with_paths(model: ClaimsModel, draws: Draws, posterior: Any) -> Any:
    """Add the paths of counts and ratios to the posterior."""
    layout, dims = model.layout, ("chain", "draw")
    assert layout.timeline is not None
    drawn = paths(model, draws)
    variables = {
        "path": ("path_cell", "people"),
        "ratio_path": ("target", "log of reported / true"),
        "still_to_come": ("delayed_target", "people"),
    }
    posterior = posterior.assign(
        {
            name: ((*dims, dim, "date"), drawn[name], {"unit": unit})
            for name, (dim, unit) in variables.items()
            if name in drawn
        }
    ).assign_coords(
        path_cell=[str(model.rows[i].label) for i in followed(model)],
        date=[day.isoformat() for day in layout.timeline.grid.last_days],
    )
    if drawn["delayed_targets"]:
        late = [layout.ratio_names[t] for t in drawn["delayed_targets"]]
        posterior = posterior.assign_coords(delayed_target=late)
    if "delay_days" in drawn:
        days = ((*dims, "delayed_source"), drawn["delay_days"], {"unit": "days"})
        posterior = posterior.assign(delay_days=days)
        posterior = posterior.assign_coords(delayed_source=drawn["estimated"])
    return posterior


def _windows(model: ClaimsModel) -> Windows | None:
    """What the result says of time beside its draws."""
    if model.layout.timeline is None:
        return None
    days = model.layout.timeline.grid.last_days
    cells = []
    for i in followed(model):
        row = model.rows[i]
        documented = tuple(model.documented_by(row, days))
        cells.append(PathCell(str(row.label), i, *row.label, documented))
    return replace(windows(model), cells=tuple(cells))


def _went(
    model: ClaimsModel, last: Round, rounds: int, budget: float, settings: dict[str, int]
) -> list[Note]:
    """How the fit went: what is to be said where it fell short, or went on."""
    notes = []
    if not last.diagnostics.converged:
        steps = advice(model.layout, last.draws, rounds, budget)
        notes.append(not_converged(last.diagnostics.reasons, steps))
    if rounds > 1:
        notes.append(Note("went_on", told(rounds, settings, last)))
    return notes


def _metadata(
    model: ClaimsModel, last: Round, tails: Any, settings: dict[str, Any], went: list[Note]
) -> Meta:
    claims = _claims(model, tails)
    return Meta(
        kind=model.kind,
        seed=settings["seed"],
        versions=versions(PACKAGES),
        settings={**model.settings, **settings},
        has_level=model.has_level,
        no_level="" if model.has_level else NO_LEVEL,
        has_total=not model.no_total,
        no_total=model.no_total,
        rows=_rows(model),
        sources=_sources(model),
        claims=claims,
        assumptions=_assumptions(model),
        diagnostics=last.diagnostics,
        warnings=(*went, *_notes(model, claims)),
        groups=_groups(model),
        model=repr(model),
    )


def _notes(model: ClaimsModel, claims: tuple[ClaimRow, ...]) -> tuple[Note, ...]:
    notes = [Note(code, text) for code, text in model.notes]
    alone = len({claim.source for claim in model.layout.claims}) == 1
    against: dict[str, list[str]] = {}
    for claim in claims:
        if claim.surprise is not None and claim.surprise < CONTRADICTS:
            against.setdefault(claim.source, []).append(claim.text)
    for source, texts in against.items():
        said, several = quoted(texts)
        whose = {"owner": possessive(source), "said": said}
        if alone and several:
            text = stored("note", "{owner} {said} are far from what we assume about it", **whose)
        elif alone:
            text = stored("note", "{owner} {said} is far from what we assume about it", **whose)
        elif several:
            text = stored("note", "{owner} {said} contradict the rest", **whose)
        else:
            text = stored("note", "{owner} {said} contradicts the rest", **whose)
        notes.append(Note("contradicts", text))
    return tuple(notes)


def _groups(model: ClaimsModel) -> dict[str, tuple[str, ...]]:
    """The groups of people inside each group, as the analyst and the defaults relate them."""
    relations = model.priors.groups
    inside: dict[str, tuple[str, ...]] = {}
    for name, group in relations.items():
        if group.inside is not None:
            inside[group.inside] = (*inside.get(group.inside, ()), name)
        if group.parts:
            inside[name] = (*inside.get(name, ()), *group.parts)
    return inside


def _rows(model: ClaimsModel) -> tuple[Row, ...]:
    rows = []
    for row in model.rows:
        start, end = (day.isoformat() if day else None for day in (row.start, row.end))
        cell = Cell(start=start, end=end, **row.label._asdict())
        known, parts = model.documented(row), model.documented_in_parts(row)
        rows.append(Row(cell, {}, "total", known, row.claimed, in_parts=parts))
    return tuple(rows)


def _sources(model: ClaimsModel) -> tuple[SourceRow, ...]:
    rows = []
    layout = model.layout
    named = zip(layout.ratio_names, layout.apart, layout.ratios.targets, strict=True)
    for name, apart, target in named:
        low, median, high = (float(x) for x in target.prior.quantile([0.025, 0.5, 0.975]))
        hundred = target.prior.quantile((np.arange(100) + 0.5) / 100)
        rows.append(
            SourceRow(
                name=name,
                source=target.source,
                target=target_of(target.label),
                role=target.role,
                level=target.level,
                prior=Span(median, low, high),
                prior_log_sd=_log_sd(target),
                prior_quantiles=tuple(float(x) for x in hundred),
                prior_text=target.prior.describe(),
                prior_origin=target.prior.origin,
                prior_given=target.prior.given,
                apart=apart,
            )
        )
    return tuple(rows)


def _log_sd(target: Target) -> float:
    """Sd of the log of a ratio under its prior, on a grid of 400 quantiles."""
    return float(np.log(target.prior.quantile((np.arange(400) + 0.5) / 400)).std())


def _claims(model: ClaimsModel, tails: Any) -> tuple[ClaimRow, ...]:
    """Every row of the table: those that count with their reading, the others with the reason."""
    layout, names = model.layout, model.layout.ratio_names
    rows = []
    for i, (claim, t) in enumerate(zip(layout.claims, layout.target_of, strict=True)):
        cells = layout.cover[t] > 0
        rows.append(
            ClaimRow(
                **_published(model, claim, layout.ratios.targets[t].role),
                counted=True,
                hedge=layout.hedges[i],
                reading=layout.readings[i].words,
                target=names[t],
                estimate=next(k for k, row in enumerate(model.rows) if (row.cells == cells).all()),
                surprise=float(tails[i]),
                running=None if layout.timeline is None else bool(layout.timeline.running[i]),
            )
        )
    rows += [
        ClaimRow(
            **_published(model, out.claim, out.claim.role),
            counted=False,
            reason=out.text,
            code=out.code,
        )
        for out in model.counted.left_out
    ]
    return tuple(rows)


def _published(model: ClaimsModel, claim: Claim, role: str | None) -> dict[str, Any]:
    days = {name: getattr(claim, name) for name in ("start", "end", "reported")}
    labels = ("source", "level", *CELL_FIELDS, "citation", "line")
    return {
        **{name: getattr(claim.quantity, name) for name in ("text", "form", "low", "best", "high")},
        **{name: getattr(claim, name) for name in labels},
        **{name: day.isoformat() if day else None for name, day in days.items()},
        "role": role,
        "basis": model.basis(claim, role),
    }


def _assumptions(model: ClaimsModel) -> tuple[Assumption, ...]:
    """One entry per row of the gauge, in the order of the scores."""
    layout = model.layout
    rows = []
    named = zip(layout.ratio_names, layout.apart, layout.ratios.targets, strict=True)
    for name, apart, target in named:
        own = target.prior.given.of_source
        grounds = tuple(
            Ground(g.figure, g.citation, g.conflict)
            for g in (() if own else model.priors.roles[target.role or "none"].grounds)
            if g.level == target.level
        )
        rows.append(
            Assumption(
                name=name,
                kind="reference" if target.role == "reference" else "ratio",
                source=target.source,
                text=target.prior.describe(),
                median=float(target.prior.quantile([0.5])[0]),
                sd=_log_sd(target),
                sign=RATIO,
                grounds=grounds,
                apart=apart,
            )
        )
    for level in layout.levels:
        name, mean, sd = level_name(level, layout.levels), level.prior.mean, level.prior.sd
        text = stored("prior", "log of the count N({mean}, {sd})", mean=f"{mean:.3g}", sd=f"{sd:g}")
        rows.append(Assumption(name, "level", None, text, float(np.exp(mean)), sd, COUNT))
    for anchor in layout.anchors:
        prior, sign = anchor.prior, COUNT if anchor.target is None else RATIO
        rows.append(
            Assumption(anchor.name, "anchor", None, repr(prior), prior.median, prior.sd, sign)
        )
    return tuple(rows)
