"""Fit a linkage model: read the labels, run the chains, and turn partitions into counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.linkage.answers import Answers, answers_of, read_labels
from casualty_est.linkage.linkage import BLANK, GIVEN, UNCALIBRATED, Linkage
from casualty_est.linkage.missed import add_missed, draw_missed, if_missed
from casualty_est.linkage.model import LinkageModel
from casualty_est.linkage.partition.sample import Length, Problem, Sampled, sample
from casualty_est.linkage.scores.pairs import Pairs, some
from casualty_est.linkage.small import FEWEST, groups_of, notes_on, summed
from casualty_est.linkage.thresholds import THRESHOLDS, people_above
from casualty_est.result.schema import Note
from casualty_est.wording.language import Kept, stored, unended
from casualty_est.wording.numbers import percent

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
Report = Callable[[str, float | None], None]

AGREE = 1.05  # R-hat of two chains
MANY_MISSED = 0.02
FEW_LABELS = 50


def fit(
    model: LinkageModel,
    labels: Any,
    seed: int,
    length: tuple[int, int, int],
    report: Report,
    fewest: int = FEWEST,
) -> Linkage:
    """Draw partitions; see `LinkageModel.fit`."""
    read = None if labels is None else read_labels(labels, model._keys)
    report("comparing records", None)
    unique = np.array([name in model.unique_in for name in model.lists])
    pairs = _allowed(model.pairs(), model._list_of, unique)
    answers = None if read is None else answers_of(read, pairs, model._list_of)
    codes, sizes, strata = _strata(model)
    problem = Problem(pairs, model._list_of, unique, codes, sizes, answers)
    settings = model.settings
    drawn = sample(
        problem,
        Length(*length),
        seed=seed,
        kappa=settings["kappa"],
        alpha=settings["alpha"],
        report=report,
    )
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(9,)))
    missed, how = draw_missed(pairs, answers, drawn.passes, rng)
    sizes_of_lists = np.bincount(model._list_of, minlength=len(model.lists))
    tables = add_missed(drawn.tables, missed, sizes_of_lists, rng)
    others = {
        "thresholds": {p: people_above(problem, p) for p in THRESHOLDS},
        "if_missed": if_missed(drawn.tables, missed, sizes_of_lists, rng),
    }
    each = [tables.sum(axis=(0, 1)), *(t for given in others.values() for t in given.values())]
    here = np.sum(each, axis=(0, 2)) > 0
    groups = groups_of(tables.sum(axis=-1).reshape(-1, len(strata)), here, strata, fewest)
    rhat = _rhat(drawn)
    notes = [Note(code, text) for code, text in model.notes]
    given = settings.get("pairs") == "given"
    notes += _notes(answers, rhat, (missed, how), given=given)
    notes += notes_on(groups, fewest)
    return Linkage(
        lists=model.lists,
        by=model.by,
        strata=tuple(group.labels for group in groups),
        tables=summed(tables, groups, axis=2),
        theta=drawn.theta,
        missed=missed,
        records=tuple(int(size) for size in sizes_of_lists),
        thresholds={p: summed(t, groups, axis=0) for p, t in others["thresholds"].items()},
        if_missed={share: summed(t, groups, axis=0) for share, t in others["if_missed"].items()},
        diagnostics={"rhat": rhat, "pairs": float(len(pairs.i))},
        settings={
            **settings,
            "seed": seed,
            "draws": length[0],
            "between": length[1],
            "burn": length[2],
            "smallest stratum": int(fewest),
            "labelled records": 0 if answers is None else answers.records,
        },
        warnings=tuple(notes),
    )


def _allowed(pairs: Pairs, list_of: Ints, unique: Any) -> Pairs:
    """Leave out pairs inside a list in which nobody stands twice."""
    here = ~((list_of[pairs.i] == list_of[pairs.j]) & unique[list_of[pairs.i]])
    return pairs if here.all() else some(pairs, here)


def _strata(model: LinkageModel) -> tuple[Ints, tuple[int, ...], list[tuple[str, ...]]]:
    """Codes of each record and column, the number of codes, and labels of all combinations."""
    columns = [[row[k] for row in model._strata] for k in range(len(model.by))]
    codes = np.zeros((len(model), len(columns)), dtype=np.int64)
    strata: list[tuple[str, ...]] = [()]
    sizes = []
    for k, column in enumerate(columns):
        # Code 0 is a blank, which says nothing where another record of the person does.
        values = [BLANK, *sorted({text for text in column if text and text != BLANK})]
        at = {text: code for code, text in enumerate(values)}
        codes[:, k] = [at.get(text, 0) for text in column]
        sizes.append(len(values))
        strata = [(*labels, value) for labels in strata for value in values]
    return codes, tuple(sizes), strata


def _rhat(drawn: Sampled) -> float:
    """Largest R-hat of people by history, and of the number of people."""
    tables = drawn.tables.sum(axis=2).astype(float)
    values = np.concatenate([tables, tables.sum(axis=-1, keepdims=True)], axis=-1)
    return split_rhat(values)


def split_rhat(values: Array) -> float:
    """Largest R-hat of halves of chains; values (chain, draw, quantity), 1 where nothing moves.

    Gelman et al. 2013, section 11.4. ArviZ has it too, and takes seconds to load.
    """
    half = values.shape[1] // 2
    if half < 2:
        return 1.0
    halves = np.concatenate([values[:, :half], values[:, -half:]])
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    between = halves.mean(axis=1).var(axis=0, ddof=1)
    moved = within + between > 0
    if not moved.any():
        return 1.0
    with np.errstate(divide="ignore"):
        ratio = np.sqrt((half - 1) / half + between[moved] / within[moved])
    return float(ratio.max())


def _notes(
    answers: Answers | None, rhat: float, outside: tuple[Array, Kept | None], *, given: bool
) -> list[Note]:
    notes, (missed, how) = [], outside
    if rhat > AGREE:
        text = stored(
            "note",
            "NOT CONVERGED: two chains from opposite starts disagree on the overlaps (R-hat "
            "{rhat}, at most {wanted} wanted). What helps: fit with more sweeps (burn=1000, "
            "between=20)",
            rhat=f"{rhat:.3f}",
            wanted=AGREE,
        )
        notes.append(Note("not_converged", text))
    if answers is None:
        text = unended(stored("note", GIVEN if given else UNCALIBRATED))
        notes.append(Note("not_calibrated", text))
    else:
        notes.append(Note("labels", _of_labels(answers)))
        if answers.records < FEW_LABELS:
            text = stored(
                "note",
                "{records} records were answered: with 100 the interval is narrower",
                records=answers.records,
            )
            notes.append(Note("few_labels", text))
    if how:
        notes.append(Note("missed", how))
    if float(np.median(missed)) > MANY_MISSED:
        text = stored(
            "note",
            "more than 2% of the links lie outside the candidates: compare more pairs (rules=) "
            "before you trust the overlap",
        )
        notes.append(Note("many_missed", text))
    return notes


def _of_labels(answers: Answers) -> Kept:
    places = {"records": answers.records, "matched": answers.with_match}
    if not answers.twice:
        return stored(
            "note", "{records} records were answered, {matched} of them with a match", **places
        )
    return stored(
        "note",
        "{records} records were answered, {matched} of them with a match; two reviewers answered "
        "{twice} of them and disagreed on {share}",
        twice=answers.twice,
        share=percent(round(answers.disagreed / answers.twice, 2)),
        **places,
    )
