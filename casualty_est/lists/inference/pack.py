"""From the finished fits of a lists model to one result with everything it must carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from casualty_est.errors import UsageError
from casualty_est.lists.families import group_title
from casualty_est.lists.inference.answer import quantiles
from casualty_est.lists.inference.fit import Part
from casualty_est.lists.model.covariates import known_of
from casualty_est.lists.model.model import ListModel
from casualty_est.lists.schema import (
    Combined,
    Dial,
    Found,
    Group,
    ListDetails,
    Replicate,
    Replicates,
    StratumFound,
    Together,
)
from casualty_est.lists.shares import between, weight
from casualty_est.lists.table.strata import Labels, Stratum
from casualty_est.result.call import versions
from casualty_est.result.convergence import not_converged
from casualty_est.result.going_on import more_time
from casualty_est.result.posterior import far_apart
from casualty_est.result.schema import Diagnostics, Meta, Note, Rests, Row, SourceRow, Span, Weight
from casualty_est.tables.cells import Documented
from casualty_est.wording.language import N_, Kept, stored
from casualty_est.wording.numbers import percent, share, with_ends
from casualty_est.wording.phrases import capitalised, label_text, listed

if TYPE_CHECKING:
    import xarray

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PACKAGES = ("casualty_est", "numpy", "scipy", "numba", "xarray")
ADVICE = {
    "smc": N_(
        "note", "fit it with more chains (chains=16), and look at the groups of families one by one"
    ),
    "gibbs": N_("note", "fit it with more chains (chains=16), and look at other families"),
    "exact": N_(
        "note", "look at other families, which assume something else about the people on no list"
    ),
}
Parts = Mapping[tuple[int, int], Part]
SMALLEST_SHOWN = 5e-4  # weight that a sentence names
NOBODY = 0.1  # stands for a draw of no unlisted people, whose log does not exist
TOGETHER = (
    "The strata share the kind of dependence between lists and its strength, and each has lists of "
    "its own reach; the weights are those of all strata together."
)


def pack(
    model: ListModel, parts: Parts, settings: dict[str, Any], budget: float = 0.0
) -> tuple[xarray.DataTree, Meta, ListDetails]:
    """Build the result of a lists model; the budget in seconds is what its fit was given."""
    import xarray as xr

    chains, draws = settings["chains"], settings["draws"]
    rows, columns = _rows(model, parts, chains * draws)
    # Replicates stand one after the other: a fixed shuffle spreads them over the chains.
    order = np.random.default_rng(settings["seed"]).permutation(chains * draws)
    deaths = np.column_stack(columns)[order].reshape(chains, draws, len(rows))
    completeness = _sizes(model, parts)[order].reshape(chains, draws, -1) / deaths[..., :1]
    names = [f"{row.part} {label_text(row.strata.items())}".strip() for row in rows]
    of_lists = {"unit": "share of all deaths that the list holds"}
    variables: dict[str, Any] = {
        "deaths": (("chain", "draw", "estimate"), deaths, {"unit": "people"}),
        "completeness": (("chain", "draw", "list"), completeness, of_lists),
    }
    if (ratio := _log_ratio(model, parts)) is not None:
        values, attributes = ratio
        shaped = values[: chains * draws][order].reshape(chains, draws)
        variables["log_odds_ratio"] = (("chain", "draw"), shaped, attributes)
    coords = {"chain": np.arange(chains), "draw": np.arange(draws), "estimate": names}
    lists = list(model.histories.lists)
    posterior = xr.Dataset(variables, coords={**coords, "list": lists})
    details = _details(model, parts)
    beside = _beside(deaths, details.unstratified)
    meta = _metadata(model, parts, rows, beside, details, settings, budget)
    return xr.DataTree.from_dict({"posterior": posterior}), meta, details


def _log_ratio(model: ListModel, parts: Parts) -> tuple[Array, dict[str, Any]] | None:
    """Draws of the log odds ratio of the unseen cell, with its prior; None where it has none.

    Strata share it; where one has another family, or none, it is not that of all people.
    """
    count, strata = len(model.replicates), model.histories.strata
    every = [[parts[r, s].log_ratio for r in range(count)] for s in range(len(strata))]
    priors = {model.families_for(stratum)[0][0].open_ratio for stratum in strata}
    prior = priors.pop()
    if priors or prior is None or any(one is None for row in every for one in row):
        return None
    columns = [np.concatenate([one for one in row if one is not None]) for row in every]
    if any(not np.allclose(column, columns[0]) for column in columns):
        return None
    return columns[0], {"median": prior.median, "sd": prior.sd, "normal": int(prior.normal)}


def _sizes(model: ListModel, parts: Parts) -> Array:
    """People on each list, of shape (draw, list), in the replicate that a draw comes from."""
    rows = []
    for r, table in enumerate(model.replicates):
        whole = table.pooled().table
        at = dict(zip(whole.lists, whole.sizes, strict=True))
        sizes = np.array([at.get(name, 0) for name in table.lists], dtype=float)
        rows.append(np.tile(sizes, (len(parts[r, 0].unlisted), 1)))
    return np.vstack(rows)


def _rows(model: ListModel, parts: Parts, total: int) -> tuple[list[Row], list[Array]]:
    """Rows of the result and their draws: the total first, then every stratum, with parts."""
    by_stratum = []
    for s, stratum in enumerate(model.histories.strata):
        draws = [parts[r, s].unlisted for r in range(len(model.replicates))]
        people = [table.strata[s].table.people for table in model.replicates]
        held = np.repeat(people, [len(unlisted) for unlisted in draws])
        by_stratum.append((stratum, held[:total], np.concatenate(draws)[:total]))
    everything = (
        model.histories.pooled(),
        np.sum([held for _, held, _ in by_stratum], axis=0),
        np.sum([unlisted for _, _, unlisted in by_stratum], axis=0),
    )
    rows, columns = [], []
    every, known = [everything, *(by_stratum if len(by_stratum) > 1 else [])], _known(model)
    for stratum, held, unlisted in [*every, *by_covariate(model, parts, total)]:
        for part, values in (("total", held + unlisted), ("listed", held), ("unlisted", unlisted)):
            counted = known.get(stratum.labels) or _counted(held)
            documented = counted if part == "total" else None
            level = "data" if stratum.table.shared else "prior"
            labels = dict(stratum.labels)
            rows.append(Row(model.cell, labels, part, documented, level=level))
            columns.append(values.astype(float))
    return rows, columns


def by_covariate(model: ListModel, parts: Parts, total: int) -> list[tuple[Stratum, Ints, Ints]]:
    """People under each value of each covariate over all strata, as strata with their draws."""
    columns = known_of(model.histories)
    labels = [((one.name, value),) for one in columns for value in one.labels]
    strata = range(len(model.histories))
    several = [
        np.sum([parts[r, s].by_value for s in strata], axis=0) if labels else np.empty(0)
        for r in range(len(model.replicates))
    ]
    people = np.concatenate(several)[:total].astype(np.int64)
    # What is known of their lists, and so the level, is that of all people.
    table = model.histories.pooled().table
    return [
        (Stratum(label, table), people[:, i, 0], people[:, i, 1]) for i, label in enumerate(labels)
    ]


def _known(model: ListModel) -> dict[Labels, Documented]:
    """People who are known to have each value, by its label: who has none was not counted there."""
    every = [table.pooled().table.traits for table in model.replicates]
    return {
        ((one.name, value),): _counted(
            np.array(
                [t.counts[np.isin(t.values[:, c], some)].sum() for t in every if t is not None]
            )
        )
        for c, one in enumerate(known_of(model.histories))
        for some, value in zip(one.groups, one.labels, strict=True)
    }


def _counted(held: npt.NDArray[np.int64]) -> Documented:
    """People on some list, of shape (draw,): of replicates that differ, from the least to most."""
    low, high = int(held.min()), int(held.max())
    if low == high:
        return Documented(low, text=f"{low:,}")
    return Documented(low, high, text=f"{low:,} to {high:,}")


def _details(model: ListModel, parts: Parts) -> ListDetails:
    """What stands beside the draws: the fit of the whole table, and of every stratum."""
    divided = len(model.histories) > 1
    main = _over_replicates(model, parts, -1 if divided else 0)
    pooled, strata = model.histories.pooled(), model.histories.strata
    by_row = {
        label_text(stratum.labels): identification(
            model, _over_replicates(model, parts, s), stratum
        )
        for s, stratum in enumerate(strata if divided else ())
    }
    several, together = len(model.replicates) > 1, _together(model, parts)
    fits = [
        StratumFound(
            r, dict(strata[s].labels) if s >= 0 else None, replace(part.found, together=None)
        )
        for (r, s), part in parts.items()
    ]
    return ListDetails(
        # A sum over strata rests on all of them; where they were fitted alone, the fit of the whole
        # table speaks for it.
        identification=identification(model, main, pooled if divided else strata[0], together),
        identification_by_stratum=by_row,
        assumption=model.assumption,
        found=replace(main, lists=model.histories.lists, people=pooled.table.people, together=None),
        unstratified=_unstratified(model, parts) if divided else None,
        together=together,
        replicates=replicate_rows(model, parts) if several else None,
        strata=tuple(fits) if divided or several else (),
    )


def _metadata(
    model: ListModel,
    parts: Parts,
    rows: list[Row],
    beside: Kept | None,
    details: ListDetails,
    settings: dict[str, Any],
    budget: float,
) -> Meta:
    method = details.found.method
    notes = [Note(code, text) for code, text in model.notes]
    reasons: list[str] = []
    for (r, s), part in parts.items():
        where = _where(model, r, s)
        reasons += [f"{reason}{where}" for reason in part.found.reasons]
        together = part.found.together
        if together is not None and s == 0:
            reasons += [f"{reason}{_where(model, r, -1, '')}" for reason in together.reasons]
        if part.found.misfit:
            notes.append(Note("misfit", _misfit(where.removeprefix(" in "))))
    if beside:
        notes.append(Note("unstratified", beside))
    if details.replicates is not None:
        notes.append(Note("replicates", _combined_text(details.replicates)))
    fits = [part.found for part in parts.values()]
    if (went := _went_on(fits)) is not None:
        notes.insert(0, went)
    if reasons:
        steps = [more_time(_rounds(fits), budget)] if method != "exact" else []
        notes.insert(0, not_converged(reasons, [*steps, ADVICE[method]]))
    return Meta(
        kind="lists",
        seed=settings["seed"],
        versions=versions(PACKAGES),
        settings=settings,
        rows=tuple(rows),
        sources=tuple(SourceRow(name, name) for name in model.histories.lists),
        diagnostics=Diagnostics(
            method=method,
            converged=not reasons,
            max_rhat=max((f.max_rhat for f in fits if f.max_rhat is not None), default=None),
            min_ess=min((f.min_ess for f in fits if f.min_ess is not None), default=None),
            reasons=tuple(reasons),
        ),
        has_level=not model.no_level,
        no_level=model.no_level,
        warnings=tuple(notes),
        model=repr(model),
    )


def _each(fits: Sequence[Found]) -> list[Found | Together]:
    """Fits, each with what its strata share."""
    return [one for fit in fits for one in (fit, fit.together) if one is not None]


def _rounds(fits: Sequence[Found]) -> int:
    return max(one.rounds for one in _each(fits))


def _went_on(fits: Sequence[Found]) -> Note | None:
    """What was done beyond the first round, where one fell short."""
    first = dict.fromkeys(reason for one in _each(fits) for reason in one.first_reasons)
    if not first:
        return None
    text = stored(
        "note",
        "the first round fell short of the check ({reasons}), so the fit went on to round {round}; "
        "each round does at least as much as all before it",
        reasons="; ".join(first),
        round=_rounds(fits),
    )
    return Note("went_on", text)


def _where(model: ListModel, r: int, s: int, whole: str = " in the table without strata") -> str:
    label = model.histories.strata[s].name if s >= 0 else ""
    replicate = f" of replicate {r + 1}" if len(model.replicates) > 1 else ""
    whole = whole if s < 0 else ""
    return f"{whole}{f' in {label}' if label else ''}{replicate}"


def _over_replicates(model: ListModel, parts: Parts, s: int) -> Found:
    """The fit of a stratum: of several replicates the first, with weights of all."""
    every = [parts[r, s].found for r in range(len(model.replicates))]
    first = every[0]
    if len(every) == 1:
        return first
    masses = [{g.name: g.mass for g in fit.groups} for fit in every]
    groups = tuple(
        replace(g, mass=float(np.mean([mass.get(g.name, 0.0) for mass in masses])))
        for g in first.groups
    )
    floors = [fit.floor_share for fit in every if fit.floor_share is not None]
    return replace(first, groups=groups, floor_share=float(np.mean(floors)) if floors else None)


def _together(model: ListModel, parts: Parts) -> Together | None:
    """What strata share; of several replicates the first, with weights and sds of all."""
    every = [parts[r, 0].found.together for r in range(len(model.replicates))]
    several = [together for together in every if together is not None]
    if len(several) < len(every) or not several:
        return None
    first = several[0]
    masses = [{g.name: g.mass for g in together.groups} for together in several]
    groups = tuple(
        replace(g, mass=float(np.mean([mass[g.name] for mass in masses]))) for g in first.groups
    )
    floor = float(np.mean([together.floor_share for together in several]))
    return replace(first, groups=groups, floor_share=floor)


def _unstratified(model: ListModel, parts: Parts) -> Span:
    """Answer of the table without strata, over all replicates."""
    whole = [parts[r, -1] for r in range(len(model.replicates))]
    people = np.concatenate([part.found.people + part.unlisted for part in whole])
    return Span(**quantiles(people))


def _misfit(where: str) -> Kept:
    if not where:
        return stored(
            "note",
            "no family fits the overlaps of the lists (p less than 0.01, or far less evidence than "
            "one that does not fit): the interval is too narrow",
        )
    return stored(
        "note",
        "no family fits the overlaps of the lists in {stratum} (p less than 0.01, or far less "
        "evidence than one that does not fit): the interval is too narrow",
        stratum=where,
    )


def _beside(deaths: Array, whole: Span | None) -> Kept | None:
    if whole is None:
        return None
    one = with_ends(Span(**quantiles(deaths[..., 0])))
    return stored(
        "note",
        "the sum over strata is {one}; the same lists without strata give {whole}",
        one=one,
        whole=with_ends(whole),
    )


def replicate_rows(model: ListModel, parts: Parts) -> Replicates:
    """The total of every replicate alone, and all of them by the rule for multiple imputation."""
    strata = range(len(model.histories))
    listed, totals = [], []
    for r in range(len(model.replicates)):
        held = sum(parts[r, s].found.people for s in strata)
        listed.append(held)
        totals.append(held + np.sum([parts[r, s].unlisted for s in strata], axis=0))
    each = tuple(
        Replicate(held, **quantiles(total)) for held, total in zip(listed, totals, strict=True)
    )
    enough = min(len(total) for total in totals) >= 2
    return Replicates(each, combine(listed, totals) if enough else None)


def combine(listed: Sequence[int], totals: Sequence[npt.ArrayLike], prob: float = 0.95) -> Combined:
    """Combine replicates by Rubin's rule (doi 10.1002/9780470316696) on log unlisted people."""
    # For analysts who come from R verdata 1.0.2; `ListModel` mixes replicates draw by draw.
    if not totals or len(listed) != len(totals):
        msg = f"every replicate needs its listed people: {len(listed)} for {len(totals)}"
        raise UsageError(msg)
    pairs = zip(totals, listed, strict=True)
    unlisted = [np.asarray(draws, dtype=float) - held for draws, held in pairs]
    logs = [np.log(np.where(draws > 0, draws, NOBODY)) for draws in unlisted]
    means = np.array([values.mean() for values in logs])
    within = float(np.mean([values.var(ddof=1) for values in logs]))
    between = float(means.var(ddof=1)) if len(means) > 1 else 0.0
    count = len(means)
    variance = within + (1 + 1 / count) * between
    freedom = np.inf
    if between > 0:
        freedom = (count - 1) * (1 + within / ((count + 1) * between)) ** 2
    reach = float(stats.t.ppf((1 + prob) / 2, freedom)) * np.sqrt(variance)
    held = float(np.mean(listed))
    return Combined(
        low=float(np.exp(means.mean() - reach)) + round(held),
        point=held + float(np.mean([draws.mean() for draws in unlisted])),
        high=float(np.exp(means.mean() + reach)) + round(held),
        freedom=float(freedom),
        within=within,
        between=between,
    )


def _combined_text(replicates: Replicates) -> Kept:
    number, combined = len(replicates.each), replicates.combined
    if combined is None:
        return stored("note", "{number} replicates are mixed draw by draw", number=number)
    return stored(
        "note",
        "{number} replicates are mixed draw by draw; the rule for multiple imputation, as in R "
        "verdata, gives {answer}",
        number=number,
        answer=with_ends(Span(combined.point, combined.low, combined.high)),
    )


def identification(
    model: ListModel, fit: Found, stratum: Stratum, together: Together | None = None
) -> Rests:
    """What the answer rests on: mass of each group, and the same in sentences.

    Of a sum over strata that share their dependence, `together` says what they share.
    """
    if together is not None:
        fit = replace(fit, groups=together.groups, floor_share=together.floor_share)
    groups = [g for g in fit.groups if g.mass > 0]
    rows = tuple(Weight(group_title(g.name), g.mass) for g in groups)
    sentences: list[str] = [
        stored(
            "identification",
            "{assumption} The lists cannot check that for the people on none.",
            assumption=model.assumption_for(stratum),
        )
    ]
    if model.no_level:
        return Rests("families", (), (f"There is no headline number: {model.no_level}.",))
    if together is not None:
        sentences += [TOGETHER, between(together)]
    elif len(model.histories) > 1 and not stratum.labels:
        sentences.append("What follows is computed from the table without strata.")
    if len(model.replicates) > 1:
        sentences.append(
            f"Weights are means over {len(model.replicates)} replicates; what each kind of "
            "dependence would answer is computed from the first."
        )
    if len(groups) > 1:
        named = [
            f"{weight(g.mass)} comes from {group_title(g.name)}, which would answer {with_ends(g)}"
            for g in sorted(groups, key=lambda g: -g.mass)
            if g.mass >= SMALLEST_SHOWN
        ]
        sentences.append(f"Of the answer, {listed(named)}.")
        moved = fit.floor_share or 0.0
        if moved >= SMALLEST_SHOWN:
            sentences.append(
                f"{capitalised(weight(moved))} of it comes from the rule that no kind of "
                f"dependence that fits the lists counts less than {percent(model.floor)}."
            )
        sentences += [_unfit(g) for g in fit.groups if g.ruled_out]
    kept = [g for g in groups if not g.ruled_out]
    if far_apart(kept):
        sentences.append(
            "These answers lie farther apart than the width of their intervals: the lists cannot "
            "choose between them."
        )
    sentences += fit.sentences or ()
    if fit.dial is not None:
        whole = "In the table without strata, the" if together is not None else "The"
        sentences.append(_dial(fit.dial, whole))
    return Rests("families", rows, tuple(sentences))


def _unfit(group: Group) -> str:
    kept = f"; the {weight(group.mass)} that it has comes from its evidence alone"
    name, told = group_title(group.name), kept if group.mass >= SMALLEST_SHOWN else ""
    return f"These lists speak against {name} ({group.ruled_out}{told})."


def _dial(dial: Dial, the: str) -> str:
    ratio, what = dial.implied, "odds ratio that ties the people on no list to the others"
    said = f"{the} {what} is {share(ratio.median)}"
    if share(ratio.low) == share(ratio.high):
        return f"{said} in this answer: its models fix it, whatever the lists say."
    at_one = next(row for row in dial.curve if row.ratio == 1.0)
    return (
        f"{said} ({share(ratio.low)} to {share(ratio.high)}) in this answer; at 1, no interaction "
        f"of the highest order, the number would be {with_ends(at_one)}."
    )
