"""Fit a lists model: every stratum and replicate by itself, then one result."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from casualty_est.errors import UsageError
from casualty_est.kinds import room
from casualty_est.lists.estimate import ListEstimate
from casualty_est.lists.inference import answer as describe
from casualty_est.lists.inference import reweighted, together_fit
from casualty_est.lists.inference.answer import Answer
from casualty_est.lists.inference.engines import Plan, solve
from casualty_est.lists.inference.members import stream
from casualty_est.lists.model.model import ListModel
from casualty_est.lists.schema import Found, Group, Together
from casualty_est.lists.table.histories import Stratum
from casualty_est.lists.table.history import HistoryTable
from casualty_est.lists.table.traits import Traits
from casualty_est.result.call import Report, check_counts, one_blas_thread, settle_seed, versions
from casualty_est.result.call import progress_bar as show_progress
from casualty_est.result.going_on import USUAL, Budget, seconds_of
from casualty_est.result.schema import Span, plain

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

READ = TypeAdapter(Found)
KEPT = ("groups", "families", "method", "reasons", "min_ess", "max_rhat")  # of an answer, as it is
OWN = ("by_value", "log_ratio")  # of some engines
MEAN = 1 << 20  # stands for the number of a replicate, for the mean of all
EVERY = 1 << 21  # stands for the number of a stratum, for all of them together
METHODS = ("auto", "smc", "exact", "gibbs")


@dataclass(frozen=True, slots=True)
class Part:
    """One finished fit: the draws of one stratum in one replicate, and its description."""

    unlisted: Ints  # (draw,): people on no list
    found: Found
    by_value: Ints | None = None  # (draw, value, 2): as of `Answer`
    log_ratio: Array | None = None  # (draw,): as of `Answer`
    budget: float = 0.0  # seconds that it was given

    @property
    def converged(self) -> bool:
        """Whether it passed the check."""
        together = self.found.together
        return not (self.found.reasons or (together and together.reasons))


@dataclass(frozen=True, slots=True)
class Task:
    """One fit to be made, on this machine or another."""

    key: str  # name of its file among the finished parts
    table: HistoryTable
    plan: Plan
    seed: int
    number: tuple[int, int]

    def within(self, budget: float) -> Task:
        """The same within so many seconds."""
        return replace(self, plan=replace(self.plan, budget=budget))


@dataclass(frozen=True, slots=True)
class Unit:
    """Fits that are made as one."""

    tasks: tuple[Task, ...]
    whole: HistoryTable | None = None  # of strata: the table without them; None for replicates

    def within(self, budget: float) -> Unit:
        """The same within so many seconds."""
        return replace(self, tasks=tuple(task.within(budget) for task in self.tasks))


def fit(
    model: ListModel,
    *,
    seed: int | None,
    draws: int,
    chains: int,
    method: str,
    executor: Executor | None,
    progress_bar: bool | None,
    parts: str | os.PathLike[str] | None,
    budget: Budget = None,
) -> ListEstimate:
    """Compute the posterior of a lists model; see `ListModel.fit`."""
    draws, chains = check_counts(draws=draws, chains=chains)
    usual = (draws, chains) == (USUAL["draws"], USUAL["chains"])
    seconds = seconds_of(budget, usual=usual)
    folder = _folder(parts)
    seed = _seed(seed, folder)
    tasks = _tasks(model, seed, draws * chains, chains, method)
    with show_progress(progress_bar) as report:
        units = [*_of_strata(model, tasks), *_of_replicates(tasks)]
        inside = {task.key for unit in units for task in unit.tasks}
        fits = len(units) + sum(task.key not in inside for task in tasks.values())
        tasks = {number: task.within(seconds / fits) for number, task in tasks.items()}
        units = [unit.within(seconds / fits) for unit in units]
        done = run(list(tasks.values()), executor, folder, report, units=units)
    fitted = {number: done[task.key] for number, task in tasks.items()}
    settings = {**model.settings, "draws": draws, "chains": chains, "seed": seed, "method": method}
    tree, meta, details = room("lists", "inference.pack").pack(model, fitted, settings, seconds)
    return ListEstimate(tree, meta, details, model=model, progress_bar=progress_bar)


def _tasks(
    model: ListModel, seed: int, draws: int, chains: int, method: str
) -> dict[tuple[int, int], Task]:
    """One task per replicate and stratum; stratum -1 is the table without strata."""
    tasks = {}
    each = -(-draws // len(model.replicates))
    for r, histories in enumerate(model.replicates):
        strata: list[tuple[int, Stratum]] = list(enumerate(histories.strata))
        if len(strata) > 1:
            strata.append((-1, histories.pooled()))
        for s, stratum in strata:
            families, _ = model.families_for(stratum)
            _open(method, families[0].method)
            how = "smc" if method == "smc" else "auto"
            common = _common(seed, r) if model.strata == "together" else None
            plan = Plan(families, each, chains, model.floor, how, common)
            others = [t.table for _, t in strata] if model.together else []
            key = _key(stratum.table, plan, seed, (r, s), others)
            tasks[r, s] = Task(key, stratum.table, plan, seed, (r, s))
    return tasks


def _open(method: str, own: str) -> None:
    if method not in METHODS:
        msg = f"method must be one of {', '.join(METHODS)} for lists, not {method!r}"
        raise UsageError(msg)
    if method not in ("auto", own):
        msg = f"these families are not computed by {method!r}: use 'auto' or {own!r}"
        raise UsageError(msg)


def _common(seed: int, replicate: int) -> int:
    """A seed of what all strata of one replicate share."""
    return int(np.random.SeedSequence(seed, spawn_key=(replicate, EVERY)).generate_state(1)[0])


def _key(
    table: HistoryTable,
    plan: Plan,
    seed: int,
    number: tuple[int, int],
    others: Sequence[HistoryTable],
) -> str:
    content = [
        [
            [t.lists, t.histories.tolist(), t.counts.tolist(), *_known_of(t.traits)]
            for t in (table, *others)
        ],
        [[family.name, family.options] for family in plan.families],
        [plan.draws, plan.runs, plan.floor, plan.method, plan.common],
        seed,
        number,
        versions(("casualty_est",))["casualty_est"],
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:24]


def _known_of(traits: Traits | None) -> list[object]:
    """What is known of people beside their lists, as plain values."""
    if traits is None:
        return []
    columns = [[one.name, one.values, one.middles, one.labels] for one in traits.covariates]
    rows = (traits.histories, traits.values, traits.counts)
    return [columns, [part.tolist() for part in rows]]


def _of_strata(model: ListModel, tasks: Mapping[tuple[int, int], Task]) -> list[Unit]:
    """The strata of each replicate, where they share their dependence."""
    if not model.together:
        return []
    units = []
    for r in range(len(model.replicates)):
        here = tuple(task for number, task in tasks.items() if number[0] == r and number[1] >= 0)
        whole = tasks[r, -1]
        # A stratum of fewer lists has the families of all.
        some = tuple(
            replace(task, plan=replace(task.plan, families=whole.plan.families)) for task in here
        )
        units.append(Unit(some, whole.table))
    return units


def _of_replicates(tasks: Mapping[tuple[int, int], Task]) -> list[Unit]:
    """Tasks of one stratum in many replicates, for which one fit may speak."""
    together = []
    for s in dict.fromkeys(number[1] for number in tasks):
        here = tuple(task for number, task in tasks.items() if number[1] == s)
        if reweighted.may_share([task.table for task in here], here[0].plan.families):
            together.append(Unit(here))
    return together


def run(
    tasks: Sequence[Task],
    executor: Executor | None,
    folder: Path | None,
    report: Report,
    *,
    units: Sequence[Unit] = (),
) -> dict[str, Part]:
    """Run tasks that are not yet finished, and keep each as soon as it is."""
    done = {task.key: part for task in tasks if (part := _load(folder, task)) is not None}
    # Fits that are made as one first: what such a fit cannot speak for is fitted by itself.
    open_ones = [unit for unit in units if any(task.key not in done for task in unit.tasks)]
    if open_ones:
        strata = open_ones[0].whole is not None
        report("fitting all strata together" if strata else "fitting the mean of replicates", None)
    for parts in _spread(perform_together, open_ones, executor):
        new = {key: part for key, part in parts.items() if key not in done}
        done |= new
        if folder is not None:
            for key, part in new.items():
                _keep(folder, key, part)
    left = [task for task in tasks if task.key not in done]

    def tell() -> None:
        if len(tasks) > 1:
            report(f"fitted {len(done)} of {len(tasks)}", len(done) / len(tasks))

    tell()
    for key, part in _results(left, executor, report):
        done[key] = part
        if folder is not None:
            _keep(folder, key, part)
        tell()
    return done


def _results(
    tasks: Sequence[Task], executor: Executor | None, report: Report
) -> Iterator[tuple[str, Part]]:
    inner = report if executor is None and len(tasks) == 1 else None
    if inner is not None:
        yield tasks[0].key, perform(tasks[0], inner)
        return
    yield from _spread(_keyed, tasks, executor)


def _keyed(task: Task) -> tuple[str, Part]:
    return task.key, perform(task)


def _spread[T, R](
    work: Callable[[T], R], items: Sequence[T], executor: Executor | None
) -> Iterator[R]:
    """Do work on an executor, in the order in which it is finished, or here."""
    if executor is None:
        yield from map(work, items)
        return
    futures = [executor.submit(work, item) for item in items]
    try:
        for future in as_completed(futures):
            yield future.result()
    except BrokenExecutor as error:
        msg = (
            "a worker died, perhaps for want of memory: try fewer workers; what was finished is "
            "kept where a folder for finished parts was given"
        )
        raise UsageError(msg) from error
    finally:
        for future in futures:
            future.cancel()


@one_blas_thread()  # the number of threads moves the last digits of a sum: all of it takes one
def perform(task: Task, report: Report | None = None) -> Part:
    """Make one fit and describe it in plain values."""
    root = np.random.SeedSequence(task.seed, spawn_key=(task.number[0], task.number[1] + 1))
    answer = solve(task.table, task.plan, root, report)
    found = _described(answer, task.table, root)
    own = (answer.by_value, answer.log_ratio)
    return Part(answer.unlisted, found, *own, budget=task.plan.budget)


@one_blas_thread()
def perform_together(unit: Unit) -> dict[str, Part]:
    """Make several fits as one."""
    if unit.whole is None:
        return _by_their_mean(unit.tasks)
    return _by_their_dependence(unit.tasks, unit.whole)


def _by_their_dependence(tasks: Sequence[Task], whole: HistoryTable) -> dict[str, Part]:
    """Fit strata that share their dependence."""
    first = tasks[0]
    root = np.random.SeedSequence(first.seed, spawn_key=(first.number[0], EVERY))
    shared = together_fit.solve([task.table for task in tasks], whole, first.plan, root)
    spans = [Span(**describe.quantiles(sds)) for sds in shared.sds.T]
    groups = TypeAdapter(tuple[Group, ...]).validate_python(shared.groups)
    went = (shared.reasons, shared.rounds, shared.first_reasons)
    second = spans[1] if len(spans) > 1 else None
    said = Together(spans[0], second, groups, shared.floor_share, *went)
    parts = {}
    for task, answer in zip(tasks, shared.answers, strict=True):
        own = stream(root, task.number[1] + 1)
        found = _described(answer, task.table, own)
        found = replace(found, together=said)
        parts[task.key] = Part(answer.unlisted, found, budget=first.plan.budget)
    return parts


def _by_their_mean(tasks: Sequence[Task]) -> dict[str, Part]:
    """Fit the mean of several tables, and re-weight it to those that are near enough."""
    first = tasks[0]
    root = np.random.SeedSequence(first.seed, spawn_key=(MEAN, first.number[1] + 1))
    tables = {task.number: task.table for task in tasks}
    base, answer, near = reweighted.answer(tables, first.plan, root)
    described = _described(answer, base.table, root)
    parts = {}
    for task in tasks:
        if task.number in near:
            to, people = near[task.number], task.table.people
            key = (task.number[0], task.number[1] + 1)
            rng = np.random.default_rng(np.random.SeedSequence(task.seed, spawn_key=key))
            unlisted = reweighted.draws_of(base, to, people, task.plan.draws, rng)
            found = reweighted.found_of(described, base, to, task.table)
            parts[task.key] = Part(unlisted, found, budget=first.plan.budget)
    return parts


def _described(answer: Answer, table: HistoryTable, root: np.random.SeedSequence) -> Found:
    """Describe an answer in plain values."""
    rng = np.random.default_rng(stream(root, 0, 2))
    content = {
        "lists": table.lists,
        "people": table.people,
        "sizes": table.sizes.tolist(),
        "overlaps": table.codes,
        "dial": describe.dial(answer, table, rng),
        "observability": describe.observability(answer, table),
        "predictions": describe.predictions(answer, table, rng),
        "dependence": describe.dependence(answer, table),
        **{name: getattr(answer, name) for name in KEPT},
        **answer.facts,
    }
    return READ.validate_python(content)


def _folder(parts: str | os.PathLike[str] | None) -> Path | None:
    if parts is None:
        return None
    folder = Path(parts)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        msg = f"the folder {folder.name} for finished parts cannot be made: {error.strerror}"
        raise UsageError(msg) from None
    return folder


def _seed(seed: int | None, folder: Path | None) -> int:
    """Settle the seed; one that was drawn is kept with the parts, so that the same call resumes."""
    kept = folder / "seed.txt" if folder is not None and seed is None else None
    if kept is not None and kept.is_file():
        text = kept.read_text(encoding="utf-8", errors="replace").strip()
        if text.isascii() and text.isdigit():
            return settle_seed(int(text))
    seed = settle_seed(seed)
    if kept is not None:
        from casualty_est.result.files import write_text

        write_text(kept, f"{seed}\n")
    return seed


def _keep(folder: Path, key: str, part: Part) -> None:
    from casualty_est.result.files import write_whole

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            own: dict[str, Any] = {
                name: values for name in OWN if (values := getattr(part, name)) is not None
            }
            text = np.array(json.dumps(plain(part.found)))
            np.savez(file, unlisted=part.unlisted, found=text, budget=part.budget, **own)

    write_whole(folder / f"{key}.npz", write)


def _load(folder: Path | None, task: Task) -> Part | None:
    """Read a finished part; one that is damaged in any way is fitted again.

    So is one that did not converge, where it has more time now.
    """
    if folder is None or not (folder / f"{task.key}.npz").is_file():
        return None
    try:
        # numpy leaves the file open where it is no archive.
        with (
            (folder / f"{task.key}.npz").open("rb") as raw,
            np.load(raw, allow_pickle=False) as file,
        ):
            own = {name: file.get(name, None) for name in OWN}
            found = READ.validate_json(str(file["found"]))
            spent = float(file.get("budget", 0.0))
            part = Part(file["unlisted"], found, **own, budget=spent)
    except (OSError, EOFError, ValueError, TypeError, KeyError, BadZipFile, zlib.error):
        return None
    whole = part.unlisted.shape == (task.plan.draws,) and part.unlisted.dtype == np.int64
    enough = part.converged or part.budget >= task.plan.budget
    return part if whole and enough else None
