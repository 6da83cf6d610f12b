"""The average over families: each member weighs as its evidence says, no group below a floor.

Families that fit the seen histories almost alike can differ in the unseen one, and evidence then
chooses between shapes of which none is exact. So each group of families that the data do not rule
out keeps at least a tenth. A group is ruled out more than ten nats of evidence below the best, or
where its predictions of the seen histories fail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random import Generator

from casualty_est.lists.families.family import FLOOR, Family
from casualty_est.lists.families.member import Member
from casualty_est.lists.inference.answer import (
    CHANCES,
    ENDS,
    Answer,
    draw_unlisted,
    quantiles,
    weighted_quantiles,
)
from casualty_est.lists.inference.engines import FEWEST_RUNS, SOME, Plan
from casualty_est.lists.inference.members import MemberFit, fit_members, more_runs, stream
from casualty_est.lists.inference.predictive import (
    SMALLEST_P,
    Draws,
    cell_probabilities,
    predictive_p,
)
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import Report
from casualty_est.result.going_on import go_on
from casualty_est.wording.language import stored

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Fails = Callable[[Draws, Generator], float]

RULED_OUT = 10.0  # nats below the best group
CHECKED = 400  # draws of a group that its predictions are judged on
MOST_RUNS = 8
AGREE = 0.6  # sd of the log evidence between runs of a member, in nats
COUNTS = 0.01  # mass of a member below which its runs may disagree
# Monte Carlo error of an end, on the log and of the width of the interval: what more runs are spent
# to reach, and what is still good enough to print.
KNOWN, WANTED_OF_WIDTH, KNOWN_OF_WIDTH = 0.02, 0.05, 0.15


@dataclass(frozen=True, slots=True)
class Group:
    """One group of families inside an average."""

    name: str
    log_evidence: float  # averaged over its prior
    posterior: float  # its probability by evidence alone
    mass: float  # in the answer, after the floor
    predictive_p: float  # probability of histories that fit worse than those seen
    ruled_out: str  # why the floor does not hold for it; empty where it does


@dataclass(frozen=True, slots=True)
class Pool:
    """Draws of all members side by side, all of shape (draw,)."""

    member: Ints
    place: Ints  # among the draws of that member
    block: Ints  # the independent part of the computation that it belongs to
    group: Ints  # of its member
    log_odds: Array  # of being on no list
    log_weight: Array  # prior share times evidence, before any floor
    unlisted: Ints  # a draw of the number of people on no list


@dataclass(frozen=True, slots=True)
class Average:
    """What an average over families says."""

    members: tuple[MemberFit, ...]
    groups: tuple[Group, ...]
    pool: Pool
    weight: Array  # (draw,): in the answer
    quantiles: tuple[float, ...]  # ends of the 95% interval of the people, their median between
    mcse: tuple[float, ...]  # Monte Carlo errors of their logs
    ess: float  # effective number of draws behind the mean of log N
    runs: int
    rounds: int = 1
    first: tuple[str, ...] = ()  # how the first of several rounds fell short

    @property
    def masses(self) -> Array:
        """Mass of each member in the answer."""
        return np.bincount(self.pool.member, self.weight, minlength=len(self.members))

    @property
    def floor_share(self) -> float:
        """Mass that the floor moved."""
        return float(sum(max(0.0, group.mass - group.posterior) for group in self.groups))

    @property
    def known(self) -> bool:
        """Whether the ends of the interval are known well enough to print."""
        return self._known_to(KNOWN_OF_WIDTH)

    @property
    def settled(self) -> bool:
        """Whether the ends are known so well that more runs are not worth their time."""
        return self._known_to(WANTED_OF_WIDTH)

    def _known_to(self, share: float) -> bool:
        low, _, high = np.log(self.quantiles)
        return bool(max(self.mcse) <= max(KNOWN, share * (high - low)))

    def choose(self, draws: int, rng: Generator) -> Ints:
        """Draw positions in the pool by weight, with one random number, in random order."""
        points = (np.arange(draws) + rng.random()) / draws
        edges = np.cumsum(self.weight)
        places = np.searchsorted(edges / edges[-1], points)
        return rng.permutation(np.minimum(places, len(edges) - 1))


def parameters(
    fits: Sequence[MemberFit], pool: Pool, chosen: Ints
) -> list[tuple[Member, Ints, Array]]:
    """Parameters of chosen draws."""
    parts = []
    for m in np.unique(pool.member[chosen]):
        here = np.flatnonzero(pool.member[chosen] == m)
        joined = np.vstack([part.theta for part in fits[m].parts])
        parts.append((fits[m].member, here, joined[pool.place[chosen[here]]]))
    return parts


def average(
    table: HistoryTable,
    families: Sequence[Family],
    *,
    seed: np.random.SeedSequence,
    runs: int = 4,
    floor: float = FLOOR,
    method: str = "auto",
    report: Report | None = None,
    budget: float = 0.0,
) -> Average:
    """Fit every member of every family, and average."""
    rng, fails = np.random.default_rng(stream(seed, 0)), partial(predictive_p, table)

    def attempt(before: Average | None) -> Average:
        if before is None:
            fits = fit_members(table, families, seed=seed, runs=runs, method=method, report=report)
        else:
            more = tempered(before)
            fits = more_runs(table, before.members, more, seed=seed, runs=runs, report=report)
        whole = weighed(table.people, fits, runs, floor, rng, fails)
        while weak := unsettled(whole):
            fits = more_runs(table, fits, weak, seed=seed, runs=runs, report=report)
            whole = weighed(table.people, fits, runs, floor, rng, fails)
        return whole

    return in_rounds(attempt, budget)


def in_rounds(attempt: Callable[[Average | None], Average], budget: float) -> Average:
    """Go on while the ends of the interval are not known, and time is left."""
    first: list[Average] = []

    def one(_number: int, before: Average | None) -> Average:
        whole = attempt(before)
        first.append(whole)
        return whole

    whole, rounds = go_on(one, lambda whole: whole.known or not tempered(whole), budget)
    told = (disagreement(first[0].mcse),) if rounds > 1 else ()
    return replace(whole, rounds=rounds, first=told)


def disagreement(mcse: Sequence[float]) -> str:
    """How far runs disagree, as a reason why a fit did not converge."""
    return (
        f"runs with different random numbers disagree: the ends of the interval are known to "
        f"{100 * max(mcse):.0f}% only"
    )


def tempered(whole: Average) -> set[int]:
    """Members that count, and of which more runs can be made."""
    return {
        fit.index
        for fit, mass in zip(whole.members, whole.masses, strict=True)
        if len(fit.parts) > 1 and mass >= COUNTS
    }


def unsettled(whole: Average) -> set[int]:
    """Members that count, whose runs say different things, and that can still be given more."""
    some = tempered(whole)
    return {
        fit.index
        for fit in whole.members
        if fit.index in some
        and (fit.effort == 1 or len(fit.parts) < MOST_RUNS)
        and (not whole.settled or fit.disagreement > AGREE)
    }


def weighed(
    people: int,
    fits: Sequence[MemberFit],
    runs: int,
    floor: float,
    rng: Generator,
    fails: Fails,
) -> Average:
    """Average members that were sampled; `fails` is the predictive p of draws."""
    names = list(dict.fromkeys(fit.family.group.name for fit in fits))
    pool = _pool(people, fits, names, runs, rng)
    plain = np.exp(pool.log_weight - np.logaddexp.reduce(pool.log_weight))
    groups, weight = _groups(fits, names, pool, plain, floor, rng, fails)
    allowed = np.array([not group.ruled_out for group in groups])
    quantiles, mcse, ess = _errors(pool, plain, allowed, floor, people, runs)
    most = max(runs, *(len(fit.parts) for fit in fits))
    return Average(tuple(fits), groups, pool, weight, quantiles, mcse, ess, most)


def _pool(
    people: int, fits: Sequence[MemberFit], names: list[str], runs: int, rng: Generator
) -> Pool:
    sizes = [sum(len(part.log_odds) for part in fit.parts) for fit in fits]
    log_odds = np.concatenate([part.log_odds for fit in fits for part in fit.parts])
    return Pool(
        member=np.repeat(np.arange(len(fits)), sizes),
        place=np.concatenate([np.arange(size) for size in sizes]),
        block=np.concatenate([_blocks(fit, runs) for fit in fits]),
        group=np.repeat([names.index(fit.family.group.name) for fit in fits], sizes),
        log_odds=log_odds,
        log_weight=np.concatenate([np.log(fit.share) + fit.log_weight for fit in fits]),
        unlisted=draw_unlisted(log_odds, people, rng),
    )


def _blocks(fit: MemberFit, runs: int) -> Ints:
    """The independent part of each draw: by its run, or every so many-th independent draw."""
    if len(fit.parts) > 1:
        sizes = [len(part.log_odds) for part in fit.parts]
        return np.repeat(np.arange(len(fit.parts)) % runs, sizes)
    return np.arange(len(fit.parts[0].log_odds)) % runs


def _groups(
    fits: Sequence[MemberFit],
    names: list[str],
    pool: Pool,
    plain: Array,
    floor: float,
    rng: Generator,
    fails: Fails,
) -> tuple[tuple[Group, ...], Array]:
    """Describe every group, and weight the draws as the floor says."""
    posterior = np.bincount(pool.group, plain, minlength=len(names))
    prior = np.zeros(len(names))
    for fit in fits:
        prior[names.index(fit.family.group.name)] += fit.share
    # On the log scale: far behind the best, a posterior is 0 and its log would be lost.
    inside = [pool.group == g for g in range(len(names))]
    sums = np.array([np.logaddexp.reduce(pool.log_weight[here]) for here in inside])
    evidence = sums - np.log(prior)
    tails = []
    for here, top in zip(inside, sums, strict=True):
        weight = np.exp(np.where(here, pool.log_weight - top, -np.inf))
        chosen = rng.choice(len(weight), CHECKED, p=weight / weight.sum())
        draws = [(member, theta) for member, _, theta in parameters(fits, pool, chosen)]
        tails.append(fails(draws, rng))
    reasons = [
        ruled_out(evidence.max() - evidence[g], tails[g]) if len(names) > 1 else ""
        for g in range(len(names))
    ]
    allowed = np.array([not reason for reason in reasons])
    weight = floored(plain, pool.group, allowed, floor)
    mass = np.bincount(pool.group, weight, minlength=len(names))
    groups = (
        Group(name, float(evidence[g]), float(posterior[g]), float(mass[g]), tails[g], reasons[g])
        for g, name in enumerate(names)
    )
    return tuple(groups), weight


def ruled_out(behind: float, tail: float) -> str:
    """Why the floor does not hold for a group; empty where it does."""
    if behind > RULED_OUT:
        return stored(
            "why a family is ruled out",
            "log evidence {nats} below the best",
            nats=f"{behind:.1f}",
        )
    if tail < SMALLEST_P:
        return stored(
            "why a family is ruled out",
            "overlaps such as these are not what it predicts, p less than {p}",
            p=f"{SMALLEST_P:g}",
        )
    return ""


def floored(plain: Array, group: Ints, allowed: npt.NDArray[np.bool_], floor: float) -> Array:
    """Add the floor to each group below it that is not ruled out, and renormalise."""
    mass = np.bincount(group, plain, minlength=len(allowed))
    lifted = allowed & (mass < floor) & (mass > 0)
    factor = np.where(lifted, (mass + floor) / np.where(mass > 0, mass, 1.0), 1.0)
    weight = plain * factor[group]
    return weight / weight.sum()


def _errors(
    pool: Pool, plain: Array, allowed: npt.NDArray[np.bool_], floor: float, people: int, runs: int
) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """Quantiles of N, their Monte Carlo errors on the log (jackknife), effective draws."""
    logs = np.log(people + pool.unlisted)

    def read(weight: Array) -> Array:
        return np.append(weighted_quantiles(logs, weight, ENDS), weight @ logs)

    weight = floored(plain, pool.group, allowed, floor)
    whole = read(weight)
    some = (np.where(pool.block == r, 0.0, plain) for r in range(runs))
    left_out = np.array([read(floored(part, pool.group, allowed, floor)) for part in some])
    spread = np.sqrt((runs - 1) / runs * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    variance = float(weight @ (logs - whole[3]) ** 2)
    ess = variance / max(float(spread[3]) ** 2, variance / len(logs), 1e-300)
    return tuple(np.exp(whole[:3])), tuple(float(x) for x in spread[:3]), ess


# The answer --------------------------------------------------------------------------------


def solve(
    table: HistoryTable, plan: Plan, seed: np.random.SeedSequence, report: Report | None = None
) -> Answer:
    """Fit every member of the families and average; arguments as `engines.solve`."""
    runs, rng = max(FEWEST_RUNS, plan.runs), np.random.default_rng(stream(seed, 0, 1))
    settings: dict[str, Any] = {"runs": runs, "floor": plan.floor, "method": plan.method}
    settings["budget"] = plan.budget
    whole = average(table, plan.families, seed=seed, report=report, **settings)
    return answer_from(table, plan, whole, rng)


def answer_from(table: HistoryTable, plan: Plan, whole: Average, rng: Generator) -> Answer:
    """Draw from an average, and describe it."""
    pool, chosen = whole.pool, whole.choose(plan.draws, rng)
    some = chosen[:SOME]
    parts = parameters(whole.members, pool, some)
    cells, _ = cell_probabilities(table, [(member, theta) for member, _, theta in parts])
    chances = np.array(CHANCES)
    visible = [member.visible(theta, chances) for member, _, theta in parts]
    back = np.argsort(np.concatenate([here for _, here, _ in parts]))
    listed, unlisted = (np.vstack(shares)[back] for shares in zip(*visible, strict=True))
    by_evidence = [
        {"family": fit.family.name, "member": fit.member.name, "mass": float(mass)}
        | {"log_evidence": fit.log_evidence}
        for fit, mass in zip(whole.members, whole.masses, strict=True)
    ]
    return Answer(
        unlisted=pool.unlisted[chosen],
        cells=cells[back],
        cell_odds=pool.log_odds[some],
        visible=(listed, unlisted),
        groups=_described(table, whole),
        families=by_evidence,
        method="smc",
        reasons=() if whole.known else (disagreement(whole.mcse),),
        min_ess=whole.ess,
        facts={
            "floor_share": whole.floor_share,
            "mcse": dict(zip(("low", "median", "high"), whole.mcse, strict=True)),
            "runs": whole.runs,
            "rounds": whole.rounds,
            "first_reasons": whole.first,
            # One that is far behind may fit by itself: the answer does not rest on it.
            "misfit": all(g.ruled_out or g.predictive_p < SMALLEST_P for g in whole.groups),
        },
    )


def _described(table: HistoryTable, whole: Average) -> list[dict[str, Any]]:
    rows = []
    for g, group in enumerate(whole.groups):
        inside = whole.pool.group == g
        log_weight = whole.pool.log_weight[inside]
        weight = np.exp(log_weight - log_weight.max())
        ends = quantiles(table.people + whole.pool.unlisted[inside], weight)
        rows.append({**asdict(group), **ends})
    return rows
