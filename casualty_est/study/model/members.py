"""One kind of a study: its estimate, which of its counts speaks, and the bridge to the study's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Real

import numpy as np

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.result.estimate import Estimate
from casualty_est.result.labels import position
from casualty_est.result.schema import Cell, Side
from casualty_est.result.shared import (
    CountPrior,
    FlatPrior,
    LogPrior,
    NormalPrior,
    Shared,
    SharedCount,
)
from casualty_est.tables.checks import offered
from casualty_est.wording.language import stored

Cells = str | Iterable[str] | Mapping[str, float] | None
LARGEST_SHARE, LARGEST_SD = 10.0, 2.0  # ten times as many, and a factor of 50 in 95%


@dataclass(frozen=True, slots=True)
class Bridge:
    """How a count becomes that of the study: times a share whose log is Normal."""

    share: float = 1.0
    sd: float = 0.0

    @classmethod
    def of(cls, label: str, share: object, sd: object) -> Bridge:
        """Read what the analyst gives."""
        for name, value, low, high in (
            ("share", share, 0.0, LARGEST_SHARE),
            ("sd", sd, -1e-12, LARGEST_SD),
        ):
            fits = isinstance(value, Real) and math.isfinite(value) and low < float(value) <= high
            if not fits:
                of = f"the share of the deaths of {label} that the study counts"
                wanted = {
                    "share": f"above 0 and up to {high:g}, as 0.85 for 85%, not {value!r}: {of}",
                    "sd": f"from 0 to {high:g}, as 0.1 for about 10%, not {value!r}: the sd of the "
                    f"log of {of}",
                }
                msg = f"bridge of {label}: {name} must be a number {wanted[name]}"
                raise UsageError(msg)
        return cls(float(share), float(sd))  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        """The bridge as a prior."""
        if not self.sd:
            return stored("prior", "times {share}, taken as exact", share=f"{self.share:g}")
        return stored(
            "prior",
            "times a share with median {share}, log-normal with sd of the log {sd}",
            share=f"{self.share:g}",
            sd=f"{self.sd:g}",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """One estimate under its label.

    `weights` are those of its counts by their label, None for the first count alone.
    """

    label: str
    estimate: Estimate
    shared: Shared
    weights: Mapping[str, float] | None = None
    bridge: Bridge | None = None
    chosen: bool = field(default=False)
    took: bool = field(default=False)  # what a source is worth, from another kind

    @property
    def counts(self) -> tuple[tuple[SharedCount, float], ...]:
        """The counts that speak, each with its weight."""
        by_label = {count.label: count for count in self.shared.counts}
        if self.weights is None:
            return ((self.shared.counts[0], 1.0),)
        return tuple((by_label[label], weight) for label, weight in self.weights.items())

    @property
    def rows(self) -> tuple[int, ...]:
        """Their places in the summary of the estimate."""
        places = {count.label: i for i, count in enumerate(self.shared.counts)}
        return tuple(places[count.label] for count, _ in self.counts)

    @property
    def cell(self) -> Cell:
        """What it counts; a sum counts at the places of all its parts."""
        cells = [count.row.cell for count, _ in self.counts]
        return replace(cells[0], scope="+".join(dict.fromkeys(cell.scope for cell in cells)))

    @property
    def bound(self) -> Side | None:
        """On which side alone its evidence bounds what it counts."""
        sides = {self.estimate._bounded(row) for row in self.rows}
        return sides.pop() if len(sides) == 1 else None

    @property
    def log_draws(self) -> Array:
        """Draws of the log of what it counts, before the bridge."""
        parts = self.counts
        if len(parts) == 1:
            return np.asarray(parts[0][0].log_draws + np.log(parts[0][1]))
        sums = sum(weight * np.exp(count.log_draws) for count, weight in parts)
        return np.asarray(np.log(sums))

    @property
    def effective(self) -> float | None:
        """How many independent draws these are worth; None where all are independent."""
        return self.estimate.meta.diagnostics.min_ess

    @property
    def prior(self) -> LogPrior | None:
        """The prior of that log; None where the kind cannot tell it.

        A sum of counts whose priors are flat in the log is flat too, whatever its parts. Of Normal
        ones that of a single part stands in.
        """
        priors = [count.prior for count, _ in self.counts]
        first, weight = priors[0], self.counts[0][1]
        if isinstance(first, NormalPrior):
            return NormalPrior(first.mean + math.log(weight), first.sd)
        # Times a weight both flat priors stay what they are; a sum of counts flat as such does not.
        alike = all(isinstance(prior, FlatPrior) for prior in priors)
        alike = alike or (len(priors) == 1 and isinstance(first, CountPrior))
        return first if alike or (len(priors) == 1 and weight == 1) else None

    def choose(self, cells: Cells) -> Member:
        """The same with some of its counts."""
        labels = self.estimate.labels
        given: Mapping[str, float]
        if cells is None:
            return self
        if isinstance(cells, str):
            given = {cells: 1.0}
        elif isinstance(cells, Mapping):
            given = dict(cells)
        elif isinstance(cells, Iterable):
            given = dict.fromkeys(cells, 1.0)
        else:
            msg = f"bridge of {self.label}: cells names counts by their labels, not {cells!r}"
            raise UsageError(msg)
        if not given:
            msg = f"bridge of {self.label}: cells names no count; leave it out for the first"
            raise UsageError(msg)
        for label, weight in given.items():
            position(label, labels, f"{self.label}.summary()", "each of cells")
            if not isinstance(weight, Real) or not 0 < weight <= LARGEST_SHARE:
                told = f"the share of {label!r} must be above 0, not {weight!r}"
                msg = f"bridge of {self.label}: {told}"
                raise UsageError(msg)
        weights = {label: float(weight) for label, weight in given.items()}
        return replace(self, weights=weights, chosen=True)


def check_two(
    what: str, source: object, one: str, other: str, members: Iterable[str], wanted: str
) -> None:
    """Refuse a declaration on two kinds that are not two kinds of this study."""
    if not isinstance(source, str):
        msg = f"{what}: the source is a name, not {source!r}"
        raise UsageError(msg)
    known = list(members)
    for label in (one, other):
        if label not in known:
            msg = f"{what}: {label!r} is not a kind of this study. {offered(label, known)}"
            raise UsageError(msg)
    if one == other:
        msg = f"{what}: {one!r} is given twice; name {wanted}"
        raise UsageError(msg)
