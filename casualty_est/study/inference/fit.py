"""Fit a study: ledger, conflict, then one posterior of the count, and what each source is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.result.call import check_counts, one_blas_thread, settle_seed, versions
from casualty_est.result.call import progress_bar as show_progress
from casualty_est.result.schema import Diagnostics, Meta, Note, Row, SourceRow
from casualty_est.result.unknowns import Assumed
from casualty_est.study.estimate import StudyEstimate
from casualty_est.study.inference.algebra import Joint
from casualty_est.study.inference.assumed import assumed_of
from casualty_est.study.inference.kinds import as_fitted, assumption, contradictions, kinds_of
from casualty_est.study.inference.sharing import shared_members
from casualty_est.study.inference.terms import Term, joint_of, terms_of
from casualty_est.study.inference.weights import Weighted, weigh
from casualty_est.study.model import ledger
from casualty_est.study.model.settings import Settings, correlation
from casualty_est.study.schema import Declared, Heard, Kind, StudyDetails, Supposed, Worth
from casualty_est.wording.language import Kept, stored
from casualty_est.wording.terms import with_article

if TYPE_CHECKING:
    import xarray

    from casualty_est.study.model.model import Study

Array = npt.NDArray[np.float64]

PACKAGES = ("casualty_est", "numpy", "scipy", "arviz", "xarray")
SIDES = {"upper": "an upper bound", "lower": "a lower bound"}
LEVELS = ("data", "anchor", "prior")  # the best that a kind which moves the count brings


@dataclass(frozen=True)
class Solved:
    """What is drawn: rows with their counts, and what the sources are worth where it is known."""

    rows: tuple[Row, ...]
    deaths: Array  # (draw, row)
    sources: tuple[SourceRow, ...]
    worth: tuple[Worth, ...]
    values: Array  # (draw, worth)
    like: Array  # (draw, kind)


@one_blas_thread()
def fit(
    study: Study,
    settings: Settings,
    *,
    seed: int | None,
    draws: int,
    chains: int,
    progress_bar: bool | None,
) -> StudyEstimate:
    """Join the kinds of a study; see `Study.fit`."""
    draws, chains = check_counts(draws=draws, chains=chains)
    seed = settle_seed(seed)
    with show_progress(progress_bar) as report:
        report("reading the likelihood of each kind", None)
        terms = heard(study, settings, seed)
        _some_estimate(terms)
        moving = joint_of(terms, settings, everything=False)
        everything = joint_of(terms, settings, everything=True)
        report("weighting the draws of each kind", None)
        # A source of random numbers for each kind: what one does must not move another.
        weighted = {
            term.member.label: weigh(term, moving, [seed, i])
            for i, term in enumerate(terms)
            if term.member.shared.sources
        }
    kinds = kinds_of(terms, everything, weighted)
    against = contradictions(kinds)
    count = draws * chains
    even = np.random.default_rng(seed).permutation((np.arange(count) + 0.5) / count)
    if against:
        solved = _apart(study, terms, kinds, everything, even)
    else:
        solved = _together(study, terms, moving, everything, weighted, even)
    assumed, bare = assumed_of(terms, moving, weighted, even, seed) if not against else ((), ())
    said = {"draws": draws, "chains": chains, "seed": seed, **settings.plain}
    details = _details(study, settings, kinds, against, solved.worth)
    details.assumed, details.bare = tuple(map(_supposed, assumed)), bare
    meta = _metadata(study, terms, kinds, weighted, solved, said, against)
    tree = _tree(solved, everything, [k.label for k in kinds], draws, chains, assumed)
    return StudyEstimate(tree, meta, details, model=study, progress_bar=progress_bar)


def _some_estimate(terms: Sequence[Term]) -> None:
    """Refuse a study in which every kind that moves the count only bounds it."""
    moving = [term.member for term in terms if term.eta > 0]
    if moving and all(member.bound for member in moving):
        which = "; ".join(f"{m.label}: {SIDES[m.bound]}" for m in moving if m.bound)
        msg = (
            f"every kind that moves the count only bounds it ({which}), so nothing sets its level: "
            "add a kind that estimates it"
        )
        raise UsageError(msg)


def heard(study: Study, settings: Settings, seed: int) -> list[Term]:
    """Every kind after what it takes from others, and after the ledger."""
    shared = shared_members(study.members, study.shares, settings, seed)
    members = [shared[m.label][-1].member if m.label in shared else m for m in study.members]
    terms = terms_of(members, study.relations, settings)
    for term in terms:
        term.said += [one.said for one in shared.get(term.member.label, ())]
    return terms


def _together(
    study: Study,
    terms: Sequence[Term],
    moving: Joint,
    everything: Joint,
    weighted: dict[str, Weighted],
    even: Array,
) -> Solved:
    """One posterior of the count; the draws of each kind stand where their count does."""
    log_n = moving.quantile(even)
    rows, worth, columns = [], [], []
    for term in terms:
        label, weights = term.member.label, weighted.get(term.member.label)
        if weights is None or not weights.good:
            continue
        at = weights.at(even)
        for one in weights.sources:
            rows.append(replace(one.row, name=f"{one.row.name} ({label})"))
            worth.append(Worth(one.row.source, one.row.name, label, one.quantity))
            columns.append(np.exp(one.log_draws[at]))
    values = np.column_stack(columns) if columns else np.empty((len(even), 0))
    levels = [count.level for t in terms if t.eta > 0 for count, _ in t.member.counts]
    target = study.target
    first, weight = target.counts[0]
    whole = len(target.counts) == 1 and weight == 1
    documented = first.row.documented if whole else None
    level = next(level for level in LEVELS if level in levels)
    row = Row(study.cell, {}, "total", documented, level=level)
    deaths = np.exp(log_n)[:, None]
    like = _like(everything, log_n)
    return Solved((row,), deaths, tuple(rows), tuple(worth), values, like)


def _apart(
    study: Study, terms: Sequence[Term], kinds: Sequence[Kind], everything: Joint, even: Array
) -> Solved:
    """What each kind answers alone, where they contradict each other."""
    rows, columns = [], []
    for i, (term, kind) in enumerate(zip(terms, kinds, strict=True)):
        level = term.member.counts[0][0].level
        rows.append(Row(study.cell, {"kind": kind.label}, "total", level=level))
        if as_fitted(term, everything):
            columns.append(np.quantile(np.exp(term.member.log_draws), even, method="hazen"))
        else:
            columns.append(np.exp(everything.only(i).quantile(even)))
    first = np.log(columns[0])
    empty = np.empty((len(even), 0))
    return Solved(tuple(rows), np.column_stack(columns), (), (), empty, _like(everything, first))


def _supposed(one: Assumed) -> Supposed:
    """What is said of an assumption beside its draws."""
    low, high = (end if np.isfinite(end) else None for end in one.limits)
    curved = one.curvature is not None
    return Supposed(one.name, one.now, one.sd, one.scale, one.source, low, high, curved)


def _like(joint: Joint, log_n: Array) -> Array:
    """Log likelihood of each kind at draws of the count."""
    return np.column_stack([np.interp(log_n, joint.log_n, row) for row in joint.like])


def _details(
    study: Study,
    settings: Settings,
    kinds: tuple[Kind, ...],
    against: tuple[Kept, ...],
    worth: tuple[Worth, ...],
) -> StudyDetails:
    labels = [kind.label for kind in kinds]
    matrix = correlation(labels, settings.rho)
    return StudyDetails(
        kinds=kinds,
        heard=tuple(Heard(r.source, r.label, r.deaths) for r in ledger.entries(study.members)),
        declared=tuple(Declared(r.source, r.one, r.other, r.how, r.text) for r in study.relations),
        worth=worth,
        rho=settings.plain["rho"],
        correlation=tuple(tuple(float(x) for x in row) for row in matrix),
        pooling=settings.pooling_text,
        prior=settings.prior.text,
        contradictions=against,
    )


def _metadata(
    study: Study,
    terms: Sequence[Term],
    kinds: Sequence[Kind],
    weighted: dict[str, Weighted],
    solved: Solved,
    settings: dict[str, Any],
    against: tuple[Kept, ...],
) -> Meta:
    reasons = tuple(
        f"{term.member.label} did not converge before it came here"
        for term in terms
        if term.eta > 0 and not term.member.estimate.converged
    )
    names = [kind.label for kind in kinds]
    return Meta(
        kind=study.kind,
        seed=settings["seed"],
        versions=versions(PACKAGES),
        settings={**settings, "kinds": names},
        rows=solved.rows,
        sources=solved.sources,
        diagnostics=Diagnostics(
            "exact", not reasons, min_ess=float(len(solved.deaths)), reasons=reasons
        ),
        has_total=not against,
        no_total=NO_TOTAL if against else "",
        assumptions=tuple(filter(None, (assumption(kind) for kind in kinds))),
        warnings=tuple(_notes(study, kinds, weighted, against)),
        model=repr(study),
    )


NO_TOTAL = "the kinds contradict each other"


def _notes(
    study: Study, kinds: Sequence[Kind], weighted: dict[str, Weighted], against: tuple[Kept, ...]
) -> list[Note]:
    notes = [Note("contradicts", text) for text in against]
    for kind in kinds:
        if not kind.moves and kind.p is not None and kind.p < CONTRADICTS:
            text = stored(
                "note",
                "the answer of {kind} is cut, and far from the count that it receives (p = {p})",
                kind=with_article(kind.label),
                p=f"{kind.p:.2g}",
            )
            notes.append(Note("far", text))
        weights = weighted.get(kind.label)
        if weights is not None and not weights.good and not against:
            text = stored(
                "note",
                "the sources of {kind} are not shown, because the draws lie too far from the joint "
                "count: {why}. Fit {again} with more draws",
                kind=with_article(kind.label),
                why=weights.why,
                again=kind.label,
            )
            notes.append(Note("weights", text))
        if weights is not None and weights.again and not against:
            text = stored(
                "note",
                "the draws of {kind} lie too far from the joint count ({why}), so the worth of "
                "these sources comes from a fit near that count",
                kind=with_article(kind.label),
                why=weights.again,
            )
            notes.append(Note("again", text))
        for said in kind.ledger:
            text = stored("note", "{kind}: {sentence}", kind=kind.label, sentence=said)
            notes.append(Note("ledger", text))
    return notes + [Note(code, text) for code, text in study.notes]


CONTRADICTS = 0.01


def _tree(
    solved: Solved,
    joint: Joint,
    labels: Sequence[str],
    draws: int,
    chains: int,
    assumed: Sequence[Assumed],
) -> xarray.DataTree:
    import xarray as xr

    dims = ("chain", "draw")

    def shaped(values: Array) -> Array:
        return values.reshape(chains, draws, -1).astype(float)

    axes = {"chain": np.arange(chains), "draw": np.arange(draws)}
    posterior = xr.Dataset(
        {
            "deaths": ((*dims, "estimate"), shaped(solved.deaths), {"unit": "people"}),
            "worth": ((*dims, "parameter"), shaped(solved.values)),
        },
        coords={
            **axes,
            "parameter": [f"{w.quantity} of {w.name} ({w.label})" for w in solved.worth],
        },
    )
    evidence = xr.Dataset(
        {"like": (("kind", "point"), joint.like), "pool": ("point", joint.pool)},
        coords={"kind": list(labels), "point": joint.log_n},
    )
    likelihood = xr.Dataset(
        {"kind": ((*dims, "kind_id"), shaped(solved.like))},
        coords={**axes, "kind_id": list(labels)},
    )
    groups = {"posterior": posterior, "evidence": evidence, "log_likelihood": likelihood}
    if assumed:
        dims_of = (*dims, "assumption")
        held = {name: (dims_of, shaped(rows)) for name, rows in _columns(assumed).items()}
        coords = {**axes, "assumption": [one.name for one in assumed]}
        groups["assumed"] = xr.Dataset(held, coords=coords)
    return xr.DataTree.from_dict(groups)


def _columns(assumed: Sequence[Assumed]) -> dict[str, Array]:
    """Draws of assumptions, what their priors gain and lose by a move: each (draw, assumption)."""
    none = np.zeros_like(assumed[0].draws)
    curved = [none if one.curvature is None else one.curvature for one in assumed]
    columns: dict[str, Array] = {"curvature": np.column_stack(curved)}
    for name in ("draws", "score"):
        columns[name] = np.column_stack([getattr(one, name) for one in assumed])
    return columns
