"""Fit members that all strata share, average them, and draw every stratum."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import linalg
from scipy.optimize import minimize

from casualty_est.lists.families.family import Family
from casualty_est.lists.families.member import Member
from casualty_est.lists.families.ridge import Ridge
from casualty_est.lists.inference import averaged, importance, smc, strata_kernel
from casualty_est.lists.inference.answer import Answer, draw_unlisted, quantiles
from casualty_est.lists.inference.averaged import Average, Group
from casualty_est.lists.inference.engines import FEWEST_RUNS, SOME, Plan
from casualty_est.lists.inference.importance import Mode, Weighted
from casualty_est.lists.inference.members import (
    MANY,
    SCREEN,
    MemberFit,
    in_threads,
    prior_odds,
    stream,
)
from casualty_est.lists.inference.mixture import densities_of
from casualty_est.lists.inference.predictive import SMALLEST_P, Draws, tail
from casualty_est.lists.inference.together import Together, strata_of
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import Report

Array = npt.NDArray[np.float64]

ROUNDS = 8  # of importance sampling, each round draws from a t fitted to those before
PER_ROUND = 1000
ENOUGH = 1500.0  # effective draws
PER_PARAMETER = 8  # effective draws that a t is fitted to, for each parameter
BEHIND = 7.0  # nats below the best of all: so uneven draws are good enough there
STEP = 1e-5  # between heights, for their slope
PARTICLES, CROWD = 2000, 16  # particles where strata are no more than that; of more strata, fewer
FEWEST_PARTICLES, MOVES = 500, 12
KNOWN = 7.0  # people of a table that knows log odds to an sd of 1, roughly
HELD = 4_000_000  # numbers of drawn shares that are kept at once
GROUP_DRAWS = 1000  # that say what one kind of dependence answers


@dataclass(frozen=True, slots=True)
class Shared:
    """What a fit of all strata together says of them."""

    answers: tuple[Answer, ...]  # by stratum
    sds: Array  # (draw, kind): between strata, of the log odds of lists and of pairs
    groups: list[dict[str, Any]]  # as `schema.Group`, of the sum over strata
    floor_share: float
    reasons: tuple[str, ...]
    rounds: int
    first_reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Bridged(Together):
    """A shared member whose prior has seen a small table already: tempering starts from there."""

    seen: HistoryTable

    def _of_seen(self, theta: Array) -> Array:
        base = self.base.over(self.seen.histories.astype(float))
        counts = self.seen.counts.astype(float)
        likelihood: Array = densities_of(base, counts)(self.split(theta)[0])[1]
        return likelihood

    def log_prior(self, theta: Array) -> Array:
        """Log prior density, and log likelihood of the small table."""
        return super().log_prior(theta) + self._of_seen(theta)

    def log_likelihood(self, theta: Array, counts: Array) -> tuple[Array, Array]:
        """What the strata add to that."""
        likelihood, log_odds = super().log_likelihood(theta, counts)
        return likelihood - self._of_seen(theta), log_odds


def solve(
    tables: Sequence[HistoryTable],
    whole: HistoryTable,
    plan: Plan,
    seed: np.random.SeedSequence,
    report: Report | None = None,
) -> Shared:
    """Fit all strata together; `whole` is the table without strata."""
    runs, rng = max(FEWEST_RUNS, plan.runs), np.random.default_rng(stream(seed, 0))
    strata = strata_of(whole.lists, tables)
    blank: list[MemberFit] = []
    for family, number in zip(plan.families, prior_odds(plan.families), strict=True):
        members = [Together.over_strata(m, strata) for m in family.members(whole)]
        share = 1.0 / (number * len(members))
        blank += [MemberFit(m, len(blank) + i, family, share, ()) for i, m in enumerate(members)]
    work = _Work(whole, seed, runs, report)

    def fails(draws: Draws, rng: np.random.Generator) -> float:
        return _tail([(member, theta) for member, theta in draws], rng)

    def attempt(before: Average | None) -> Average:
        if before is None:
            fits = work.fit(blank, tempered=plan.method == "smc")
        else:
            fits = work.more(before.members, averaged.tempered(before))
        average = averaged.weighed(whole.people, fits, runs, plan.floor, rng, fails)
        while not average.known and (weak := averaged.unsettled(average)):
            fits = work.more(fits, weak)
            average = averaged.weighed(whole.people, fits, runs, plan.floor, rng, fails)
        return average

    average = averaged.in_rounds(attempt, plan.budget)
    return _answers(tables, average, plan, np.random.default_rng(stream(seed, 0, 1)))


# Fitting ------------------------------------------------------------------------------------


class _Work:
    """Samples members of all strata."""

    def __init__(
        self,
        whole: HistoryTable,
        seed: np.random.SeedSequence,
        runs: int,
        report: Report | None,
    ) -> None:
        self.whole, self.seed, self.runs, self.report = whole, seed, runs, report
        self.seen: HistoryTable = whole

    def fit(self, blank: Sequence[MemberFit], *, tempered: bool) -> tuple[MemberFit, ...]:
        """Sample every member whose evidence is near enough to the best of its family."""
        modes: dict[int, Mode] = {}
        easy = [fit for fit in blank if not fit.family.many_modes]
        for i, fit in enumerate(easy):
            if self.report is not None:
                self.report("finding modes of all strata", i / len(easy))
            if (mode := self._mode(fit.member)) is not None:
                modes[fit.index] = mode
        self.seen = self._small(blank, modes)
        best: dict[str, float] = {}
        for fit in easy:
            if fit.index in modes:
                top = best.get(fit.family.name, -np.inf)
                best[fit.family.name] = max(top, modes[fit.index].log_evidence)
        kept = [
            fit
            for fit in blank
            if fit.index not in modes
            or modes[fit.index].log_evidence >= best[fit.family.name] - SCREEN
        ]
        tasks = [
            lambda fit=fit: self._weighted(fit, modes[fit.index])
            for fit in kept
            if fit.index in modes and not tempered
        ]
        done = {f.index: f for f in in_threads(tasks, "sampling all strata", self.report)}
        highest = max((f.log_evidence for f in done.values()), default=-np.inf)
        hard = {
            fit.index
            for fit in kept
            if fit.index not in done
            or (
                not done[fit.index].parts[0].sound
                and done[fit.index].log_evidence > highest - BEHIND
            )
        }
        ready = [replace(fit, parts=()) if fit.index in hard else done[fit.index] for fit in kept]
        return self._temper(ready, {index: range(self.runs) for index in hard})

    def more(self, fits: Sequence[MemberFit], which: Collection[int]) -> tuple[MemberFit, ...]:
        """Spend more on some members: longer runs first, then twice as many of them."""
        numbers = {
            fit.index: range(self.runs)
            if fit.effort == 1
            else range(len(fit.parts), 2 * len(fit.parts))
            for fit in fits
            if fit.index in which
        }
        ready = [
            replace(fit, parts=(), effort=MANY) if fit.index in numbers and fit.effort == 1 else fit
            for fit in fits
        ]
        return self._temper(ready, numbers)

    def _mode(self, member: Member) -> Mode | None:
        """The mode of a member over all strata, from that of the table without strata."""
        assert isinstance(member, Together)
        # Slopes are differences of heights, which must not depend on where a climb ended.
        near = member.strata._replace(near=strata_kernel.NEARER)
        member = replace(member, strata=near)
        base = member.base.over(self.whole.histories.astype(float))
        start, _ = importance.climb(base, self.whole)

        def depth(theta: Array) -> Array:
            likelihood, _ = member.log_likelihood(theta, np.empty(0))
            value: Array = -(likelihood + member.log_prior(theta))
            return np.where(np.isfinite(value), value, 1e10)

        def slope(theta: Array) -> tuple[float, Array]:
            steps = STEP * np.eye(len(theta))
            values = depth(np.vstack([theta[None], theta + steps, theta - steps]))
            up, down = values[1 : len(theta) + 1], values[len(theta) + 1 :]
            return float(values[0]), (up - down) / (2 * STEP)

        with np.errstate(all="ignore"):
            result = minimize(
                slope,
                np.append(start, member.centres),
                jac=True,
                method="BFGS",
                options={"gtol": 1e-2},
            )
        curvature = importance.differences(lambda at: slope(at)[1], result.x)
        try:
            lower = linalg.cholesky(curvature, lower=True)
        except (linalg.LinAlgError, ValueError):
            return None
        covariance = linalg.cho_solve((lower, True), np.eye(len(lower)))
        size = 0.5 * len(lower) * np.log(2 * np.pi) - np.log(np.diag(lower)).sum()
        return Mode(result.x, covariance, float(size - result.fun))

    def _small(self, blank: Sequence[MemberFit], modes: Mapping[int, Mode]) -> HistoryTable:
        """A table of fewer people, with the dependence of the strata: where tempering starts."""
        # It must know the reach of lists no better than the strata know what they have in common.
        ready = [(modes[fit.index], fit.member) for fit in blank if fit.index in modes]
        first = blank[0].member
        assert isinstance(first, Together)
        if not ready:
            ridge = Together.over_strata(Ridge().members(self.whole)[-1], first.strata)
            mode = self._mode(ridge)
            ready = [] if mode is None else [(mode, ridge)]
        people = self.whole.people / 2
        if not ready:
            people = min(people, KNOWN * len(first.strata.start))
            return _sized(self.whole.lists, self.whole.histories, self.whole.counts, people)
        mode, member = max(ready, key=lambda pair: pair[0].log_evidence)
        assert isinstance(member, Together)
        sd = float(np.exp(mode.theta[member.base.size]))
        shares = np.exp(member.evaluate(mode.theta[None])[0][0])
        known = KNOWN * len(member.strata.start) * max(1.0, sd**-2)
        return _sized(self.whole.lists, member.histories, shares, min(people, known))

    def _weighted(self, fit: MemberFit, mode: Mode) -> MemberFit:
        rng = np.random.default_rng(stream(self.seed, 1 + fit.index, 0))
        some = importance.Rounds(PER_ROUND, ROUNDS, ENOUGH, PER_PARAMETER)
        return replace(fit, parts=(importance.adapted(fit.member, self.whole, mode, some, rng),))

    def _temper(
        self, fits: Sequence[MemberFit], numbers: Mapping[int, Sequence[int]]
    ) -> tuple[MemberFit, ...]:
        tasks = [
            lambda fit=fit, number=number: (fit.index, number, self._run(fit, number))
            for fit in fits
            for number in numbers.get(fit.index, ())
        ]
        new: dict[int, list[Weighted]] = {}
        runs = in_threads(tasks, "tempering all strata", self.report)
        for index, _, part in sorted(runs, key=lambda item: item[:2]):
            new.setdefault(index, []).append(part)
        return tuple(replace(fit, parts=(*fit.parts, *new.get(fit.index, ()))) for fit in fits)

    def _run(self, fit: MemberFit, number: int) -> Weighted:
        """One run of tempering: over the small table first, then over the strata."""
        member = fit.member
        assert isinstance(member, Together)
        rng = np.random.default_rng(stream(self.seed, 1 + fit.index, fit.effort, number))
        count = len(member.strata.start)
        particles = max(FEWEST_PARTICLES, PARTICLES * CROWD // max(CROWD, count))
        base = member.base.over(self.seen.histories.astype(float))
        first = smc.run(base, self.seen, rng, particles=particles)
        logs = member.draw_prior(rng, particles)[:, member.base.size :]
        start = np.hstack([first.theta, logs]), first.log_evidence
        parts = (member.lists, member.histories, member.base, member.strata)
        bridged = Bridged(*parts, self.seen)
        return smc.run(bridged, self.whole, rng, moves=fit.effort * MOVES, start=start)


def _sized(lists: tuple[str, ...], histories: Any, shares: Any, people: float) -> HistoryTable:
    counts = np.round(np.asarray(shares) / np.sum(shares) * people).astype(np.int64)
    return HistoryTable.of(lists, histories, counts)


# The answer ---------------------------------------------------------------------------------


def _drawn(
    parts: Sequence[tuple[Together, Array, Array]], draws: int, kept: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Log odds unseen of every stratum (draw, stratum), shares (some draw, stratum, history)."""
    strata = parts[0][0].strata
    count, histories = strata.counts.shape
    log_odds = np.empty((draws, count))
    shares = np.empty((min(kept, draws), count, histories - 1))
    rows = max(1, HELD // (count * histories))
    for member, here, theta in parts:
        for first in range(0, len(here), rows):
            some = slice(first, first + rows)
            cells, _ = member.draw(theta[some], rng)
            log_odds[here[some]] = np.log(cells[:, :, 0])
            few = here[some] < len(shares)
            shares[here[some][few]] = cells[few, :, 1:]
    return log_odds, shares


def _tail(draws: Sequence[tuple[Any, Array]], rng: np.random.Generator) -> float:
    """Posterior predictive p of the histories of all strata."""
    sizes = [len(theta) for _, theta in draws]
    ends = np.cumsum([0, *sizes])
    parts = [
        (member, np.arange(ends[i], ends[i + 1]), theta) for i, (member, theta) in enumerate(draws)
    ]
    total = int(ends[-1])
    _, shares = _drawn(parts, total, total, rng)
    return tail(shares, draws[0][0].strata.counts[:, 1:], rng)


def _answers(
    tables: Sequence[HistoryTable], average: Average, plan: Plan, rng: np.random.Generator
) -> Shared:
    pool, chosen = average.pool, average.choose(plan.draws, rng)
    parts: list[Any] = averaged.parameters(average.members, pool, chosen)
    strata = parts[0][0].strata
    count, histories = strata.counts.shape
    kept = min(SOME, max(100, HELD * 5 // (count * histories)))
    log_odds, shares = _drawn(parts, plan.draws, kept, rng)
    sds = np.empty((plan.draws, len(parts[0][0].centres)))
    for member, here, theta in parts:
        sds[here] = np.exp(member.split(theta)[1])
    families = [
        {"family": fit.family.name, "member": fit.member.name, "mass": float(mass)}
        | {"log_evidence": fit.log_evidence}
        for fit, mass in zip(average.members, average.masses, strict=True)
    ]
    rows, totals = _of_groups(tables, average, rng)
    misfit = all(g.ruled_out or g.predictive_p < SMALLEST_P for g in average.groups)
    answers = []
    for s, table in enumerate(tables):
        at = np.unique(strata.fold[s])[1:]  # its own histories among those of all lists
        cells = shares[:, s, at - 1]
        poor = tail(cells, strata.counts[s, at], rng) < SMALLEST_P / count
        facts = {"floor_share": average.floor_share, "misfit": bool(misfit and poor)}
        answers.append(
            Answer(
                unlisted=draw_unlisted(log_odds[:, s], table.people, rng),
                cells=cells,
                cell_odds=log_odds[: len(cells), s],
                visible=None,
                groups=rows[s],
                families=families,
                method="smc",
                min_ess=average.ess,
                facts=facts,
            )
        )
    disagree = (
        "runs with different random numbers disagree on all strata together: the ends of the "
        f"interval are known to {100 * max(average.mcse):.0f}% only"
    )
    reasons = () if average.known else (disagree,)
    went = (average.rounds, average.first)
    return Shared(tuple(answers), sds, totals, average.floor_share, reasons, *went)


def _of_groups(
    tables: Sequence[HistoryTable], average: Average, rng: np.random.Generator
) -> tuple[list[list[dict[str, Any]]], list[dict[str, Any]]]:
    """What each kind of dependence answers in every stratum, and of all strata together."""
    rows: list[list[dict[str, Any]]] = [[] for _ in tables]
    totals = []
    for g, group in enumerate(average.groups):
        chosen = _inside(average, g, rng)
        parts: list[Any] = averaged.parameters(average.members, average.pool, chosen)
        log_odds, _ = _drawn(parts, len(chosen), 0, rng)
        people = [
            table.people + draw_unlisted(log_odds[:, s], table.people, rng)
            for s, table in enumerate(tables)
        ]
        for row, values in zip(rows, people, strict=True):
            row.append(_row(group, values))
        totals.append(_row(group, np.sum(people, axis=0)))
    return rows, totals


def _row(group: Group, people: npt.NDArray[np.int64]) -> dict[str, Any]:
    return {**asdict(group), **quantiles(people)}


def _inside(average: Average, g: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Positions in the pool of draws of one group, by their weight inside it."""
    inside = np.flatnonzero(average.pool.group == g)
    log_weight = average.pool.log_weight[inside]
    weight = np.exp(log_weight - log_weight.max())
    return rng.choice(inside, GROUP_DRAWS, p=weight / weight.sum())


def may_share(families: Sequence[Family]) -> bool:
    """Whether families have members that strata can share."""
    return all(family.engine == Family.engine for family in families)
