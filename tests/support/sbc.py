"""Does a posterior mean what it says? Simulation-based calibration of any model.

Parameters are drawn from the prior, data from the parameters, and the model is fitted to the data.
If model, simulator and engine agree, the rank of each true value among thinned posterior draws is
uniform, and an interval of 90% holds the truth in 90% of the simulations (Talts et al. 2018,
arXiv 1804.06788). Uniformity is judged with simultaneous bands round the empirical distribution
function of the ranks (Säilynoja, Bürkner and Vehtari 2022, doi 10.1007/s11222-022-10090-6).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from casualty_est.errors import UsageError
from casualty_est.result.call import progress_bar
from tests.support.ecdf import LEVEL, Bands, counts_below, ecdf_bands, uniform_p

__all__ = [
    "COVERAGE",
    "Bands",
    "Calibration",
    "calibrate",
    "ecdf_bands",
    "judge",
    "study",
    "uniform_p",
]

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Simulate = Callable[[np.random.Generator], tuple[Mapping[str, float], Any]]
Fit = Callable[[Any, int], Mapping[str, npt.ArrayLike]]

COVERAGE = (0.5, 0.8, 0.9, 0.95)
PARTS = "SBC_PARTS"  # variable with a folder in which a study goes on where it stopped
LARGER, OTHER_SEEDS = 3, 1_000_003
THINNED = 99  # ranks run from 0 to this: a hundred values, few enough for independent draws


@dataclass(frozen=True, slots=True)
class Calibration:
    """Ranks of the truth among posterior draws, over many simulations.

    Parameters
    ----------
    names : tuple of str
        The quantities.
    ranks : ndarray of int, shape (simulation, quantity)
        Number of thinned draws below the truth.
    places : ndarray of shape (simulation, quantity)
        The same among all draws, as a share; coverage is read off it.
    ess : ndarray of shape (simulation, quantity)
        Effective number of draws.
    thinned : int
        Number of thinned draws; ranks run from 0 to this.
    seed : int
        Seed of the simulations.
    again : callable or None
        Makes a study of the same design that is `LARGER` times as large, with other seeds.
    """

    names: tuple[str, ...]
    ranks: Ints
    places: Array
    ess: Array
    thinned: int
    seed: int
    again: Callable[[], Calibration] | None = field(default=None, repr=False, compare=False)

    @property
    def simulations(self) -> int:
        """Number of simulations."""
        return len(self.ranks)

    def p_values(self) -> dict[str, float]:
        """Probability, for each quantity, that uniform ranks would be as uneven."""
        return {
            name: uniform_p(self.ranks[:, k], self.thinned + 1) for k, name in enumerate(self.names)
        }

    def failures(self, level: float = LEVEL) -> tuple[str, ...]:
        """Quantities whose ranks leave their bands.

        Parameters
        ----------
        level : float, optional
            Probability that no quantity of a sound model is named here (Bonferroni).

        Returns
        -------
        tuple of str
        """
        alpha = (1 - level) / len(self.names)
        return tuple(name for name, p in self.p_values().items() if p < alpha)

    def passes(self, level: float = LEVEL) -> bool:
        """Whether the ranks of all quantities stay inside their bands; see `failures`."""
        return not self.failures(level)

    def coverage(self) -> dict[str, dict[float, float]]:
        """Share of simulations whose equal-tailed interval holds the truth, by name and prob."""
        off = np.abs(self.places - 0.5)
        return {
            name: {prob: float(np.mean(off[:, k] <= prob / 2)) for prob in COVERAGE}
            for k, name in enumerate(self.names)
        }

    def covers(self, level: float = LEVEL) -> bool:
        """Whether every coverage is what its prob says, within binomial error.

        Parameters
        ----------
        level : float, optional
            Probability that all coverages of a sound model are (Bonferroni).

        Returns
        -------
        bool
        """
        alpha = (1 - level) / (len(self.names) * len(COVERAGE))
        n = self.simulations
        return all(
            stats.binomtest(round(share * n), n, prob).pvalue >= alpha
            for found in self.coverage().values()
            for prob, share in found.items()
        )

    def ecdf(self, name: str, level: float = LEVEL) -> tuple[Array, Bands]:
        """Empirical distribution function of one quantity's ranks, and its bands, for a picture.

        Parameters
        ----------
        name : str
            The quantity.
        level : float, optional
            Simultaneous probability over all quantities.

        Returns
        -------
        shares : ndarray of shape (point,)
            Share of ranks below each of ``bands.points``.
        bands : Bands

        Raises
        ------
        UsageError
            If there is no such quantity.
        """
        if name not in self.names:
            msg = f"{name!r} is no quantity here. Use one of: {', '.join(self.names)}"
            raise UsageError(msg)
        values = self.thinned + 1
        counts = counts_below(self.ranks[:, self.names.index(name)], values)
        alpha = (1 - level) / len(self.names)
        return counts / self.simulations, ecdf_bands(self.simulations, values, 1 - alpha)

    def rows(self, level: float = LEVEL) -> list[dict[str, Any]]:
        """One line of a table for each quantity.

        Parameters
        ----------
        level : float, optional
            Simultaneous probability over all quantities.

        Returns
        -------
        list of dict
            ``quantity``, ``p`` (of uniform ranks), ``inside`` (the bands), one share of coverage
            for each prob in `COVERAGE`, and ``ess`` (smallest of any simulation).
        """
        failed, covered = self.failures(level), self.coverage()
        return [
            {
                "quantity": name,
                "p": p,
                "inside": name not in failed,
                **{f"{prob:.0%}": covered[name][prob] for prob in COVERAGE},
                "ess": float(self.ess[:, k].min()),
            }
            for k, (name, p) in enumerate(self.p_values().items())
        ]

    def __str__(self) -> str:
        """Write the table, with the binomial error of each coverage in its last line."""
        wide = max(len("binomial error"), *map(len, self.names))
        probs = "".join(f"{prob:>8.0%}" for prob in COVERAGE)
        lines = [f"{'':{wide}}{'p':>9}{probs}{'min ESS':>9}"]
        for row in self.rows():
            shares = "".join(f"{row[f'{prob:.0%}']:8.3f}" for prob in COVERAGE)
            verdict = "" if row["inside"] else "  OUTSIDE its bands"
            lines.append(
                f"{row['quantity']:{wide}}{row['p']:9.4f}{shares}{row['ess']:9.0f}{verdict}"
            )
        errors = [np.sqrt(prob * (1 - prob) / self.simulations) for prob in COVERAGE]
        lines.append(f"{'binomial error':{wide}}{'':9}" + "".join(f"{e:8.3f}" for e in errors))
        good = "all ranks inside" if self.passes() else "ranks OUTSIDE"
        fair = "as nominal" if self.covers() else "NOT as nominal"
        lines.append(
            f"{self.simulations} simulations, seed {self.seed}, {self.thinned} thinned draws: "
            f"{good} the {LEVEL:.0%} simultaneous bands over {len(self.names)} quantities; "
            f"coverage {fair}"
        )
        return "\n".join(lines)


def calibrate(
    simulate: Simulate,
    fit: Fit,
    simulations: int,
    *,
    seed: int,
    label: str = "",
    thinned: int = THINNED,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    progress: bool | None = None,
) -> Calibration:
    """Simulate, fit, and rank the truth among the draws, many times.

    Parameters
    ----------
    simulate : callable
        Takes a `numpy.random.Generator`; returns the true value of every quantity by name, and the
        data that `fit` understands.
    fit : callable
        Takes the data and a seed; returns posterior draws of the same quantities, each of shape
        (chain, draw), or (draw,) where the draws are independent.
    simulations : int
        How many.
    seed : int
        Each simulation has its own stream, so the first hundred of two hundred are the same
        hundred, in any order and on any engine.
    label : str, optional
        Name of the design, kept in every part: parts of another design are refused.
    thinned : int, optional
        Draws kept for the ranks, evenly spaced; they should be nearly independent.
    folder : path-like, optional
        Where each finished simulation is written as a small file. The same call resumes there.
    executor : concurrent.futures.Executor, optional
        Where the simulations run; None runs them here, one after the other. In other processes
        `simulate` and `fit` must be picklable.
    progress : bool, optional
        Show progress on standard error; None shows it where that is a terminal.

    Returns
    -------
    Calibration

    Raises
    ------
    UsageError
        If a number is out of range, the names of `simulate` and `fit` differ, draws are too few or
        not finite, or the folder holds parts of another calibration.

    Examples
    --------
    >>> def simulate(rng):
    ...     mean = rng.normal()
    ...     return {"mean": mean}, rng.normal(mean, 1)
    >>> def fit(y, seed):
    ...     return {"mean": np.random.default_rng(seed).normal(y / 2, np.sqrt(0.5), 400)}
    >>> calibrate(simulate, fit, 100, seed=1).passes()
    True
    """
    for name, value in {"simulations": simulations, "thinned": thinned}.items():
        if not isinstance(value, int) or value < 1:
            msg = f"{name} must be a whole number of at least 1, not {value!r}"
            raise UsageError(msg)
    store = _Store(None if folder is None else Path(folder), seed, thinned, label)
    parts = store.read(simulations)
    todo = [i for i in range(simulations) if i not in parts]
    one = partial(_one, simulate, fit, seed, thinned)
    with progress_bar(progress) as report:
        for part in _run(one, todo, executor):
            store.write(part)
            parts[part.simulation] = part
            report(f"{len(parts)} of {simulations} simulations", len(parts) / simulations)
    return _gather([parts[i] for i in range(simulations)], thinned, seed)


def study(label: str, simulate: Simulate, fit: Fit, simulations: int, *, seed: int) -> Calibration:
    """Calibrate and print; where a folder for parts is set, go on where the study stopped."""
    folder = os.environ.get(PARTS)
    found = calibrate(
        simulate,
        fit,
        simulations,
        seed=seed,
        label=label,
        folder=Path(folder) / label.replace(" ", "-") if folder else None,
        progress=False,
    )
    print(f"\n{label}\n{found}")  # noqa: T201 (pytest -s shows it)

    def again() -> Calibration:
        more, other = LARGER * simulations, seed + OTHER_SEEDS
        return study(f"{label} again", simulate, fit, more, seed=other)

    return replace(found, again=again)


def judge(found: Calibration) -> None:
    """Ranks are uniform, and intervals hold the truth as often as they say.

    Both checks let one sound study in a hundred fail, and there are dozens of studies. One that
    fails is therefore repeated once, larger and with other seeds, and the larger one decides.
    """
    if found.again is not None and not (found.passes() and found.covers()):
        found = found.again()
    assert found.passes(), f"\n{found}"
    assert found.covers(), f"\n{found}"


@dataclass(frozen=True, slots=True)
class _Part:
    """One finished simulation."""

    simulation: int
    names: list[str]
    ranks: list[int]
    places: list[float]
    ess: list[float]


def _run(
    one: Callable[[int], _Part], todo: Sequence[int], executor: Executor | None
) -> Iterator[_Part]:
    if executor is None:
        yield from map(one, todo)
        return
    futures = [executor.submit(one, i) for i in todo]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def _one(simulate: Simulate, fit: Fit, seed: int, thinned: int, i: int) -> _Part:
    streams = np.random.SeedSequence(seed, spawn_key=(i,)).spawn(3)
    truth, data = simulate(np.random.default_rng(streams[0]))
    found = fit(data, int(streams[1].generate_state(1)[0] >> 1))
    if set(truth) != set(found):
        msg = f"simulate gives {sorted(truth)} and fit gives {sorted(found)}: they must be the same"
        raise UsageError(msg)
    rng = np.random.default_rng(streams[2])
    ranks, places, ess = [], [], []
    for name, value in truth.items():
        draws = np.asarray(found[name], dtype=float)
        _check(name, value, draws, thinned)
        ess.append(_ess(draws))
        draws = draws.ravel()
        kept = draws[np.linspace(0, len(draws) - 1, thinned).astype(np.intp)]
        ranks.append(_rank(kept, value, rng))
        # Spread evenly over its cell, a place among many draws is uniform like a probability.
        places.append((_rank(draws, value, rng) + rng.uniform()) / (len(draws) + 1))
    return _Part(i, list(truth), ranks, places, ess)


def _check(name: str, value: float, draws: Array, thinned: int) -> None:
    if draws.ndim not in (1, 2) or draws.size < thinned:
        msg = (
            f"draws of {name!r} must be (chain, draw) or (draw,) and at least {thinned}, not of "
            f"shape {draws.shape}"
        )
        raise UsageError(msg)
    if not (np.isfinite(value) and np.isfinite(draws).all()):
        msg = f"{name!r} must be finite in the simulation and in every draw"
        raise UsageError(msg)


def _rank(draws: Array, value: float, rng: np.random.Generator) -> int:
    """Number of draws below the truth; among equals (counts, shares of 0) its place is drawn."""
    return int((draws < value).sum() + rng.integers((draws == value).sum() + 1))


def _ess(draws: Array) -> float:
    if draws.ndim == 1 or np.ptp(draws) == 0:
        return float(draws.size)
    import arviz as az

    return float(az.ess(draws))


def _gather(parts: Sequence[_Part], thinned: int, seed: int) -> Calibration:
    names = parts[0].names
    order = []
    for part in parts:
        if set(part.names) != set(names):
            msg = (
                f"simulation {part.simulation} has the quantities {part.names}, the first "
                f"{names}: every simulation must have the same; use another folder"
            )
            raise UsageError(msg)
        order.append([part.names.index(name) for name in names])

    def table(field: str, kind: type) -> npt.NDArray[Any]:
        rows = zip(parts, order, strict=True)
        return np.array([[getattr(p, field)[k] for k in o] for p, o in rows], dtype=kind)

    columns = table("ranks", np.int64), table("places", float), table("ess", float)
    return Calibration(tuple(names), *columns, thinned, seed)


@dataclass(frozen=True, slots=True)
class _Store:
    """A folder with one small file for each finished simulation."""

    folder: Path | None
    seed: int
    thinned: int
    label: str

    @property
    def _head(self) -> dict[str, Any]:
        return {"seed": self.seed, "thinned": self.thinned, "label": self.label}

    def read(self, simulations: int) -> dict[int, _Part]:
        found: dict[int, _Part] = {}
        if self.folder is None:
            return found
        for path in sorted(self.folder.glob("*.json")):
            content = json.loads(path.read_text("utf-8"))
            head = {key: content.pop(key, None) for key in self._head}
            if head != self._head:
                msg = (
                    f"{path.name} belongs to another calibration ({head}, here {self._head}): "
                    f"use another folder or remove this one"
                )
                raise UsageError(msg)
            part = _Part(**content)
            if part.simulation < simulations:
                found[part.simulation] = part
        return found

    def write(self, part: _Part) -> None:
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{part.simulation:06d}.json"
        # Renamed when whole, so that a part that exists can be trusted after a crash.
        beside = path.with_suffix(f".{os.getpid()}.tmp")
        beside.write_text(json.dumps({**self._head, **asdict(part)}), "utf-8")
        os.replace(beside, path)
