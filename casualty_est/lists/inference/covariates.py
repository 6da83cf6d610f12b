"""Fit latent classes with covariates: numbers of classes by tempering, averaged by evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.lists.families import for_lists
from casualty_est.lists.families.covariate_cells import (
    Cells,
    Form,
    chances,
    log_cells,
    log_empty,
    seen_and_odds,
)
from casualty_est.lists.families.covariates import NEEDED, Covariates
from casualty_est.lists.families.family import MOST_CELLS
from casualty_est.lists.families.member import all_histories
from casualty_est.lists.inference import averaged, covariates_kernel, covariates_smc
from casualty_est.lists.inference.answer import (
    CHANCES,
    ENDS,
    Answer,
    draw_unlisted,
    of_one_family,
    quantiles,
    weighted_quantiles,
)
from casualty_est.lists.inference.covariates_smc import MOVES, Run
from casualty_est.lists.inference.engines import FEWEST_RUNS, SOME, Plan
from casualty_est.lists.inference.members import in_threads, stream
from casualty_est.lists.inference.predictive import SMALLEST_P, tail
from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.traits import Covariate
from casualty_est.result.call import Report
from casualty_est.result.going_on import go_on
from casualty_est.wording.language import N_

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Errors = tuple[tuple[float, ...], tuple[float, ...], float]
Runs = tuple[tuple[Run, ...], ...]  # of each number of classes

# Where the ends of the interval are not known well enough, so many more runs follow, then as many
# again as there are; they move more.
MORE = 4
MOST_RUNS, LONGER = 16, 2
PIECE = 3_000_000  # numbers held at once
EFFECTS = 400  # draws of the odds of being listed
CHECKED = 400  # draws that predictions are judged on
MEMBERS = (
    N_("member of a family", "1 class"),
    N_("member of a family", "2 classes"),
    N_("member of a family", "3 classes"),
    N_("member of a family", "4 classes"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Draws of all numbers of classes side by side; a draw is a place in one run."""

    cells: Cells
    forms: tuple[Form, ...]
    runs: Runs
    weight: Array  # (draw,)
    form: Ints  # (draw,)
    run: Ints
    place: Ints
    held: Ints  # (draw, cell): listed people
    unlisted: Ints  # (draw, cell)

    def theta(self, form: int, chosen: Ints) -> Array:
        """Parameters of draws of one number of classes."""
        every = np.vstack([run.theta for run in self.runs[form]])
        places: Array = every[self.run[chosen] * len(self.runs[form][0].theta) + self.place[chosen]]
        return places

    def parts(self, chosen: Ints, numbers: int) -> Iterator[tuple[Ints, Array, Array]]:
        """Chances of chosen draws, a number of classes and some draws at a time.

        Gives where they stand among the chosen, log shares of classes and log odds of lists;
        `numbers` is how many numbers a cell of a draw takes.
        """
        rows = max(1, PIECE // (len(self.cells.values) * numbers))
        for f, form in enumerate(self.forms):
            here = np.flatnonzero(self.form[chosen] == f)
            for first in range(0, len(here), rows):
                some = here[first : first + rows]
                yield some, *chances(form, self.theta(f, chosen[some]), self.cells.design)


Judged = tuple[Sampled, Errors]


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Fit one table; arguments as `engines.solve`."""
    (family,) = plan.families
    if table.traits is None or not isinstance(family, Covariates):
        raise UsageError(NEEDED)
    cells = Cells.of(table)
    forms = tuple(Form.of(cells, k + 1) for k in range(family.classes))
    count = max(FEWEST_RUNS, plan.runs)

    def more(runs: Runs) -> Runs:
        numbers = range(len(runs[0]), max(len(runs[0]) + MORE, 2 * len(runs[0])))
        new = sample(cells, forms, numbers, LONGER * MOVES, seed, report)
        return tuple((*old, *part) for old, part in zip(runs, new, strict=True))

    def attempt(_number: int, before: Judged | None) -> Judged:
        if before is None:
            runs = sample(cells, forms, range(count), MOVES, seed, report)
        else:
            runs = more(before[0].runs)
        judged = _judged(table, cells, forms, runs, seed)
        while not _known(judged, averaged.WANTED_OF_WIDTH) and len(judged[0].runs[0]) < MOST_RUNS:
            judged = _judged(table, cells, forms, more(judged[0].runs), seed)
        first.append(judged)
        return judged

    first: list[Judged] = []
    last, rounds = go_on(attempt, _known, plan.budget)
    sampled, (_, mcse, ess) = last
    rng = np.random.default_rng(stream(seed, 0, 1))
    answer = described(table, family, sampled, plan.draws, rng)
    facts = {
        **answer.facts,
        "mcse": dict(zip(("low", "median", "high"), mcse, strict=True)),
        "runs": len(sampled.runs[0]),
        "rounds": rounds,
        "first_reasons": _reasons(first[0]) if rounds > 1 else (),
        "without_covariates": without(table, plan, seed),
    }
    return replace(answer, reasons=_reasons(last), min_ess=ess, facts=facts)


def _judged(
    table: HistoryTable,
    cells: Cells,
    forms: tuple[Form, ...],
    runs: Runs,
    seed: np.random.SeedSequence,
) -> Judged:
    sampled = drawn(cells, forms, runs, np.random.default_rng(stream(seed, 0)))
    return sampled, errors(sampled, table.people)


def _known(judged: Judged, share: float = averaged.KNOWN_OF_WIDTH) -> bool:
    """Whether the ends are known to a share of the width of the interval."""
    _, (ends, mcse, _) = judged
    low, _, high = np.log(ends)
    return bool(max(mcse) <= max(averaged.KNOWN, share * (high - low)))


def _reasons(judged: Judged) -> tuple[str, ...]:
    """Why it did not converge; empty where it did."""
    return () if _known(judged) else (averaged.disagreement(judged[1][1]),)


def sample(
    cells: Cells,
    forms: Sequence[Form],
    which: Sequence[int],
    moves: int,
    seed: np.random.SeedSequence,
    report: Report | None = None,
) -> Runs:
    """Independent runs of each number of classes, each with random numbers of its own."""

    def one(f: int, r: int) -> tuple[tuple[int, int], Run]:
        rng = np.random.default_rng(stream(seed, 1, f, r))
        return (f, r), covariates_smc.run(cells, forms[f], rng, moves=moves)

    # The largest first: no thread is left alone with it.
    numbers = [(f, r) for f in reversed(range(len(forms))) for r in which]
    tasks = [lambda f=f, r=r: one(f, r) for f, r in numbers]
    done = dict(in_threads(tasks, "sampling classes with covariates", report))
    return tuple(tuple(done[f, r] for r in which) for f in range(len(forms)))


def drawn(
    cells: Cells,
    forms: tuple[Form, ...],
    runs: Runs,
    rng: np.random.Generator,
) -> Sampled:
    """Weigh all draws by evidence, and draw blank values and the people on no list."""
    each = len(runs[0][0].theta)
    log_weight = np.concatenate([np.full(each, run.log_evidence) for some in runs for run in some])
    weight = np.exp(log_weight - log_weight.max())
    count, every = len(runs[0]), np.arange(len(weight))
    held, unlisted = np.empty((2, len(weight), len(cells.values)), dtype=np.int64)
    blank = Sampled(
        cells, forms, runs, weight / weight.sum(),
        every // (count * each), every // each % count, every % each, held, unlisted,
    )  # fmt: skip
    for f, form in enumerate(forms):
        data = covariates_kernel.data_of(cells, form)
        here = np.flatnonzero(blank.form == f)
        theta = blank.theta(f, here)
        shares = np.vstack([run.shares for run in runs[f]])
        held[here] = _held(cells, data, theta, shares, rng)
    for some, log_shares, log_odds in blank.parts(every, len(cells.lists) * forms[-1].classes):
        odds = seen_and_odds(log_empty(log_shares, log_odds))[1]
        flat = draw_of_cells(odds.ravel(), held[some].ravel(), rng)
        unlisted[some] = flat.reshape(odds.shape)
    return blank


def _held(
    cells: Cells,
    data: covariates_kernel.Data,
    theta: Array,
    shares: Array,
    rng: np.random.Generator,
) -> Ints:
    """Listed people of each cell (draw, cell), with blank values drawn."""
    held = np.tile(cells.known, (len(theta), 1))
    if len(cells.open_counts):
        for d in range(len(theta)):
            one = slice(d, d + 1)
            _, logs = covariates_kernel.likelihoods(data, theta[one], shares[one], 1.0)
            covariates_kernel.complete(data, logs[0], shares[d], 1.0, held[d], rng)
    return held.astype(np.int64)


def draw_of_cells(log_odds: Array, held: Ints, rng: np.random.Generator) -> Ints:
    """People on no list of single combinations, by their own listed people."""
    unlisted = np.zeros(len(held), dtype=np.int64)
    for people in np.unique(held[held > 0]).tolist():
        here = held == people
        unlisted[here] = draw_unlisted(log_odds[here], people, rng)
    return unlisted


def errors(sampled: Sampled, people: int) -> Errors:
    """Quantiles of N, their Monte Carlo errors on the log (jackknife), effective draws."""
    logs = np.log(people + sampled.unlisted.sum(axis=1))

    def read(weight: Array) -> Array:
        weight = weight / weight.sum()
        return np.append(weighted_quantiles(logs, weight, ENDS), weight @ logs)

    whole, runs = read(sampled.weight), len(sampled.runs[0])
    left_out = np.array(
        [read(np.where(sampled.run == r, 0.0, sampled.weight)) for r in range(runs)]
    )
    spread = np.sqrt((runs - 1) / runs * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    variance = float(sampled.weight @ (logs - whole[3]) ** 2)
    ess = variance / max(float(spread[3]) ** 2, variance / len(logs), 1e-300)
    return tuple(np.exp(whole[:3])), tuple(float(x) for x in spread[:3]), ess


def without(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence
) -> dict[str, float] | None:
    """What the same lists give without covariates, averaged over kinds of dependence."""
    if len(table.lists) > MOST_CELLS:
        return None
    families, _ = for_lists(None, len(table.lists))
    plain = replace(plan, families=families, draws=SOME * FEWEST_RUNS, budget=0.0)
    answer = averaged.solve(replace(table, traits=None), plain, stream(seed, 2))
    return quantiles(table.people + answer.unlisted)


# What the draws say -------------------------------------------------------------------------


def described(
    table: HistoryTable, family: Covariates, sampled: Sampled, draws: int, rng: np.random.Generator
) -> Answer:
    """Choose draws by weight, and describe them."""
    points = (np.arange(draws) + rng.random()) / draws
    places = np.searchsorted(np.cumsum(sampled.weight), points)
    chosen = rng.permutation(np.minimum(places, len(sampled.weight) - 1))
    some = chosen[:SOME]
    unlisted = sampled.unlisted[chosen].sum(axis=1)
    cells, cell_odds, visible = histories_of(sampled, table, some)
    observed, extra = _observed(table)
    if extra:
        cells = np.hstack([cells, np.clip(1.0 - cells.sum(axis=1, keepdims=True), 0.0, 1.0)])
    cells = cells / cells.sum(axis=1, keepdims=True)
    p = tail(cells[:CHECKED], observed, rng)
    masses = np.bincount(sampled.form, sampled.weight, minlength=len(sampled.forms))
    evidence = [
        float(np.logaddexp.reduce([run.log_evidence for run in runs]) - np.log(len(runs)))
        for runs in sampled.runs
    ]
    whole = float(np.logaddexp.reduce(evidence) - np.log(len(evidence)))
    content: dict[str, Any] = of_one_family(family, table.people + unlisted, whole, p)
    content["families"] = [
        {"family": family.name, "member": name, "mass": float(mass), "log_evidence": one}
        for name, mass, one in zip(MEMBERS, masses, evidence, strict=False)
    ]
    return Answer(
        unlisted=unlisted,
        cells=cells,
        cell_odds=cell_odds,
        visible=visible,
        **content,
        method=family.method,
        by_value=by_value(sampled, chosen),
        facts={"misfit": p < SMALLEST_P, "covariates": effects(sampled, chosen[:EFFECTS])},
    )


def _observed(table: HistoryTable) -> tuple[Array, bool]:
    """People with each history that is written out, and whether others are left."""
    if len(table.lists) <= MOST_CELLS:
        return table.dense()[1:].astype(float), False
    return np.append(table.counts, 0).astype(float), True


def histories_of(
    sampled: Sampled, table: HistoryTable, chosen: Ints
) -> tuple[Array, Array, tuple[Array, Array]]:
    """Shares of histories among the listed, log odds unseen, and who is visible (some draw, ..)."""
    few = len(table.lists) <= MOST_CELLS
    histories = all_histories(len(table.lists)) if few else table.histories.astype(float)
    limits = np.array(CHANCES)
    shares, log_odds = np.empty((len(chosen), len(histories))), np.empty(len(chosen))
    listed, unlisted = np.empty((2, len(chosen), len(limits)))
    numbers = sampled.forms[-1].classes * (len(histories) + len(limits) + len(table.lists))
    for here, log_shares, odds in sampled.parts(chosen, numbers):
        people = sampled.held[chosen[here]] / table.people
        empty = log_empty(log_shares, odds)
        seen, unseen = seen_and_odds(empty)
        own = np.exp(log_cells(odds, empty, histories, seen))
        shares[here] = np.einsum("dm,dmh->dh", people, own)
        log_odds[here] = np.log((people * np.exp(unseen)).sum(axis=1))
        # Of a class in a cell: its people per listed one of the cell, listed or not.
        rest = people[..., None] * np.exp(empty - seen[..., None])
        held = people[..., None] * np.exp(log_shares - seen[..., None]) - rest
        above = (-np.expm1(empty - log_shares))[..., None] > limits
        listed[here] = np.einsum("dmk,dmkc->dc", held, above) / held.sum(axis=(1, 2))[:, None]
        unlisted[here] = np.einsum("dmk,dmkc->dc", rest, above) / rest.sum(axis=(1, 2))[:, None]
    return shares, log_odds, (listed, unlisted)


def by_value(sampled: Sampled, chosen: Ints) -> Ints:
    """Listed and unlisted people (draw, group, 2) in each group of values of each covariate."""
    columns = []
    for c, one in enumerate(sampled.cells.covariates):
        inside = np.stack([np.isin(sampled.cells.values[:, c], some) for some in one.groups], 1)
        held, rest = (
            part[chosen] @ inside.astype(np.int64) for part in (sampled.held, sampled.unlisted)
        )
        columns.append(np.stack([held, rest], axis=2))
    return np.concatenate(columns, axis=1)


def effects(sampled: Sampled, chosen: Ints) -> list[dict[str, Any]]:
    """Odds to be on each list in each group of values, against those in the usual one.

    Everybody, listed or not, is given the values of one group, as many each as the listed have,
    and then of the other, and keeps the other covariates: classes and these are averaged over.
    """
    cells, rows = sampled.cells, []
    for c, one in enumerate(cells.covariates):
        people = np.bincount(cells.values[:, c], cells.known, len(one.values))
        log_odds = np.stack(
            [_odds_under(sampled, chosen, c, some, people) for some in one.groups], axis=1
        )
        usual = usual_group(one, people)
        for g, value in enumerate(one.labels):
            for j, name in enumerate(cells.lists):
                if g != usual:
                    ratio = np.exp(log_odds[:, g, j] - log_odds[:, usual, j])
                    where = {"covariate": one.name, "value": value, "against": one.labels[usual]}
                    rows.append({**where, "list": name, **quantiles(ratio)})
    return rows


def usual_group(one: Covariate, people: Array) -> int:
    """The value that most listed people have, by their number; of a number the middle group."""
    if one.middles:
        return len(one.groups) // 2
    return int(np.argmax(people))


def _odds_under(
    sampled: Sampled, chosen: Ints, c: int, group: Sequence[int], people: Array
) -> Array:
    """Log odds (draw, list) to be on each list if everybody had the values of one group."""
    weight = people[list(group)] + 1e-9  # nobody may be known to have a value
    shares = [_share_under(sampled, chosen, c, value) for value in group]
    share: Array = np.tensordot(weight / weight.sum(), np.stack(shares), axes=1)
    return np.log(share) - np.log1p(-share)


def _share_under(sampled: Sampled, chosen: Ints, c: int, value: int) -> Array:
    """Share (draw, list) on each list if everybody had one value of a covariate."""
    cells = sampled.cells
    moved = cells.values.copy()
    moved[:, c] = value
    distinct, back = np.unique(moved, axis=0, return_inverse=True)
    at = np.zeros((len(cells.values), len(distinct)))
    at[np.arange(len(moved)), back.ravel()] = 1.0
    people = (sampled.held[chosen] + sampled.unlisted[chosen]) @ at
    people = people / people.sum(axis=1, keepdims=True)
    under = replace(sampled, cells=cells.under(distinct))
    share = np.empty((len(chosen), len(cells.lists)))
    numbers = len(cells.lists) * sampled.forms[-1].classes
    for here, log_shares, odds in under.parts(chosen, numbers):
        on = np.exp(log_shares)[..., None] / (1.0 + np.exp(-odds))
        share[here] = np.einsum("dm,dmkj->dj", people[here], on)
    return share
