"""Fit the members of families, each by the engine that suits it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import parent_process

import numpy as np
import numpy.typing as npt

from casualty_est.lists.families.family import Family
from casualty_est.lists.families.member import Member
from casualty_est.lists.inference import importance, smc
from casualty_est.lists.inference.importance import Weighted
from casualty_est.lists.table.history import HistoryTable
from casualty_est.result.call import Report

Array = npt.NDArray[np.float64]

DRAWS = 3000  # of each of the two rounds of importance sampling
FEW_MOVES = 12  # of a member with one mode whose tails no t covers
MANY = 3  # times as many moves where runs with fewer disagree
SCREEN = 9.0  # nats of evidence below the best of its family: such a member is not worth sampling
HOPELESS = 30.0  # nats below the best of all: its draws may be rough, for they weigh nothing
CURVED = 5.0  # nats by which curvature may tell members of one family apart
CLIMBED = 60  # members with a pair each that are climbed to; of more, those of the steepest slope
TEMPERED = 3  # members of a crowded family whose uneven draws are made again by tempering
CROWD = 30  # members of a family that get all draws; more of them share as many
FEWEST_DRAWS = 500
THREADS = 2


@dataclass(frozen=True, slots=True)
class MemberFit:
    """Posterior of one member."""

    member: Member
    index: int  # its number among all members of the plan: its stream of random numbers
    family: Family
    share: float
    parts: tuple[Weighted, ...]  # one of independent draws, or one per sequential run
    effort: int = 1

    @property
    def log_weight(self) -> Array:
        """Log weights of all draws, that add up to the evidence over all runs."""
        joined = np.concatenate([part.log_weight for part in self.parts])
        log_weight: Array = joined - np.log(len(self.parts))
        return log_weight

    @property
    def log_evidence(self) -> float:
        """Log evidence over all runs."""
        return float(np.logaddexp.reduce(self.log_weight))

    @property
    def disagreement(self) -> float:
        """Sd of the log evidence between runs, in nats."""
        return float(np.std([part.log_evidence for part in self.parts], ddof=1))


def fit_members(
    table: HistoryTable,
    families: Sequence[Family],
    *,
    seed: np.random.SeedSequence,
    runs: int,
    method: str = "auto",
    report: Report | None = None,
) -> tuple[MemberFit, ...]:
    """Fit every member of every family."""
    blank: list[MemberFit] = []
    for family, number in zip(families, prior_odds(families), strict=True):
        members = family.members(table)
        share = 1.0 / (number * len(members))
        blank += [
            MemberFit(member, len(blank) + i, family, share, ()) for i, member in enumerate(members)
        ]
    easy = [f for f in blank if not f.family.many_modes and method != "smc"]
    modes = _modes(table, easy, report)
    kept = _screened(easy, modes)
    best = max((mode.log_evidence for mode in modes.values() if mode is not None), default=0.0)
    crowd = Counter(fit.family.name for fit in easy if fit.index in kept)

    def sample(fit: MemberFit) -> MemberFit:
        mode = modes[fit.index]
        assert mode is not None
        rng = np.random.default_rng(stream(seed, 1 + fit.index, 0))
        draws = min(DRAWS, max(FEWEST_DRAWS, DRAWS * CROWD // crowd[fit.family.name]))
        return replace(fit, parts=(importance.sample(fit.member, table, mode, draws, rng),))

    tasks = [lambda fit=fit: sample(fit) for fit in easy if fit.index in kept]
    done = {fit.index: fit for fit in in_threads(tasks, "sampling families", report)}
    # Without a mode a member is sampled by tempering; far below the best it is not sampled at all.
    rest = [
        done.get(fit.index, fit)
        for fit in blank
        if fit.index not in modes or fit.index in kept or modes[fit.index] is None
    ]
    hard = {fit.index: range(runs) for fit in rest if not fit.parts}
    first = _smc(table, rest, hard, seed=seed, report=report)
    best = max([best, *(fit.log_evidence for fit in first if fit.index in hard)])
    # Tempering is dear: draws that no t covers may stay rough where they weigh nothing.
    uneven = {
        fit.index: range(runs)
        for fit in first
        if fit.index not in hard
        and not fit.parts[0].sound
        and _height(modes, fit) > best - HOPELESS
    }
    uneven = {index: uneven[index] for index in _worth_tempering(first, uneven)}
    ready = [replace(fit, parts=()) if fit.index in uneven else fit for fit in first]
    return _smc(table, ready, uneven, seed=seed, report=report)


def _worth_tempering(fits: Sequence[MemberFit], uneven: Collection[int]) -> list[int]:
    """Members to be tempered: of a crowded family those with most evidence.

    Its others hold a small part of the family each, and answer as it does.
    """
    crowd = Counter(fit.family.name for fit in fits)
    order = sorted((f for f in fits if f.index in uneven), key=lambda fit: -fit.log_evidence)
    taken: Counter[str] = Counter()
    chosen = []
    for fit in order:
        taken[fit.family.name] += 1
        if crowd[fit.family.name] <= CROWD or taken[fit.family.name] <= TEMPERED:
            chosen.append(fit.index)
    return sorted(chosen)


def _height(modes: Mapping[int, importance.Mode | None], fit: MemberFit) -> float:
    """Log evidence of a member by its curvature."""
    mode = modes[fit.index]
    return -np.inf if mode is None else mode.log_evidence


def prior_odds(families: Sequence[Family]) -> list[int]:
    """Each family is one in so many: every group alike, and inside a group every family."""
    sizes = Counter(family.group.name for family in families)
    return [len(sizes) * sizes[family.group.name] for family in families]


def more_runs(
    table: HistoryTable,
    fits: Sequence[MemberFit],
    which: Collection[int],
    *,
    seed: np.random.SeedSequence,
    runs: int,
    report: Report | None = None,
) -> tuple[MemberFit, ...]:
    """Spend more on some members: longer runs first, then twice as many of them."""
    numbers = {
        fit.index: range(runs) if fit.effort == 1 else range(len(fit.parts), 2 * len(fit.parts))
        for fit in fits
        if fit.index in which
    }
    ready = [
        replace(fit, parts=(), effort=MANY) if fit.index in numbers and fit.effort == 1 else fit
        for fit in fits
    ]
    return _smc(table, ready, numbers, seed=seed, report=report)


def stream(seed: np.random.SeedSequence, *key: int) -> np.random.SeedSequence:
    """Return the stream of random numbers of one task, whatever else runs."""
    return np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, *key))


def _modes(
    table: HistoryTable, fits: Sequence[MemberFit], report: Report | None
) -> dict[int, importance.Mode | None]:
    """Modes of members; minus infinity is the evidence of one that is hopelessly low."""
    tops: dict[int, tuple[Array, float]] = {}
    simplest: dict[type[Member], Array] = {}
    best: dict[str, float] = {}
    flat: set[int] = set()  # members whose pair hardly raises the simplest mode
    looked: set[str] = set()  # families whose pairs were looked at
    for i, fit in enumerate(fits):
        if report is not None:
            report("finding modes", i / len(fits))
        name, base = fit.family.name, simplest.get(type(fit.member))
        if fit.family.by_pair and name not in looked and base is not None:
            looked.add(name)
            flat |= _flat(table, fits, fit.family, base)
        if fit.index in flat:
            continue
        # A member with one term more begins at the mode of the one without it.
        size, start = fit.member.size, None
        if base is not None and len(base) < size:
            start = np.append(base, np.zeros(size - len(base)))
        top = importance.climb(fit.member, table, start)
        tops[fit.index] = top
        simplest.setdefault(type(fit.member), top[0])
        best[name] = max(best.get(name, -np.inf), top[1])
    modes: dict[int, importance.Mode | None] = {}
    for i, fit in enumerate(fits):
        if report is not None:
            report("screening families", i / len(fits))
        if fit.index in flat:
            modes[fit.index] = importance.Mode(np.empty(0), np.empty((0, 0)), -np.inf)
            continue
        theta, value = tops[fit.index]
        # Members that differ in their pair only are curved alike: height tells them apart.
        if fit.family.by_pair and value < best[fit.family.name] - SCREEN - CURVED:
            modes[fit.index] = importance.Mode(theta, np.eye(len(theta)), -np.inf)
        else:
            modes[fit.index] = importance.mode_at(fit.member, table, theta, value)
    return modes


def _flat(table: HistoryTable, fits: Sequence[MemberFit], family: Family, base: Array) -> set[int]:
    """Members of a large family that a step from the mode without their pair raises least."""
    inside = [fit for fit in fits if fit.family.name == family.name]
    if len(inside) <= CLIMBED or len(base) + 1 != inside[0].member.size:
        return set()
    gains = [importance.gain(fit.member, table, np.append(base, 0.0)) for fit in inside]
    order = np.argsort(gains)[: len(inside) - CLIMBED]
    return {inside[at].index for at in order}


def _screened(fits: Sequence[MemberFit], modes: dict[int, importance.Mode | None]) -> set[int]:
    """Members whose evidence is near enough to the best of their family to be sampled."""
    best: dict[str, float] = {}
    heights = [(fit, mode.log_evidence) for fit in fits if (mode := modes[fit.index]) is not None]
    for fit, height in heights:
        best[fit.family.name] = max(best.get(fit.family.name, -np.inf), height)
    return {fit.index for fit, height in heights if height >= best[fit.family.name] - SCREEN}


def _smc(
    table: HistoryTable,
    fits: Sequence[MemberFit],
    numbers: Mapping[int, Iterable[int]],
    *,
    seed: np.random.SeedSequence,
    report: Report | None,
) -> tuple[MemberFit, ...]:
    """Run sequential Monte Carlo for the members that have numbers of runs still to be made."""

    def run(fit: MemberFit, number: int) -> tuple[int, int, Weighted]:
        rng = np.random.default_rng(stream(seed, 1 + fit.index, fit.effort, number))
        moves = fit.effort * (smc.MOVES if fit.family.many_modes else FEW_MOVES)
        return fit.index, number, smc.run(fit.member, table, rng, moves=moves)

    tasks = [
        lambda fit=fit, number=number: run(fit, number)
        for fit in fits
        for number in numbers.get(fit.index, ())
    ]
    new: dict[int, list[Weighted]] = {}
    for index, _, part in sorted(
        in_threads(tasks, "sampling classes", report), key=lambda item: item[:2]
    ):
        new.setdefault(index, []).append(part)
    return tuple(replace(fit, parts=(*fit.parts, *new.get(fit.index, ()))) for fit in fits)


def in_threads[T](
    tasks: Sequence[Callable[[], T]], message: str, report: Report | None
) -> Iterable[T]:
    """Run tasks on two threads, whose compiled code lets go of the interpreter."""
    # Where the fit itself runs beside others, in a worker process or thread, it keeps to one.
    if parent_process() is not None or threading.current_thread() is not threading.main_thread():
        for i, task in enumerate(tasks, 1):
            yield task()
            if report is not None:
                report(message, i / len(tasks))
        return
    with ThreadPoolExecutor(THREADS) as executor:
        futures = [executor.submit(task) for task in tasks]
        for i, future in enumerate(as_completed(futures), 1):
            if report is not None:
                report(message, i / len(futures))
            yield future.result()
