"""Published estimates as a model: cells, studies, their likelihoods, and who contradicts whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, ClassVar

import numpy as np

from casualty_est.result.schema import Cell
from casualty_est.surveys.model.design import RHO_TEXT, deff_text
from casualty_est.surveys.model.likelihood import Number, number_of
from casualty_est.surveys.model.options import BIAS_SD, Options, log_sd_text, number
from casualty_est.surveys.table.published import Published
from casualty_est.surveys.table.survey import Survey
from casualty_est.wording.language import Kept, Noted, stored
from casualty_est.wording.numbers import chance, several
from casualty_est.wording.phrases import cell_text

CONTRADICTS = 0.01  # two-sided tail probability below which two studies are not combined
BIAS_NODES = 25
FEW = 10  # deaths in a sample below which the log-normal of the design rule is rough


@dataclass(frozen=True, slots=True)
class Target:
    """What one estimate counts, and the rows that speak of it, as positions.

    `study` names the study where it stands alone because another contradicts it.
    """

    cell: Cell
    rows: tuple[int, ...]
    study: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two studies of one cell that contradict each other.

    `p` is the two-sided tail probability of their difference, `factor` by how much their biases
    would have to differ for the medians to agree.
    """

    cell: Cell
    one: str
    other: str
    p: float
    factor: float


@dataclass(frozen=True)
class PublishedLayout:
    """Rows, their likelihoods, the bias of each study, and what is estimated."""

    rows: tuple[Published, ...]
    numbers: tuple[Number, ...]
    sources: tuple[str, ...]
    bias_sd: tuple[float, ...]  # one for each source
    targets: tuple[Target, ...]
    conflicts: tuple[Conflict, ...]
    total: bool  # whether the first target holds the others
    no_total: str

    engine: ClassVar[str] = "published"

    @classmethod
    def of(cls, survey: Survey, options: Options) -> PublishedLayout:
        """The layout of a table."""
        options.only(survey.form, {"bias_sd"})
        return lay_out(survey.rows, number("bias_sd", options.bias_sd, BIAS_SD, 0.0, 2.0))

    @property
    def settings(self) -> dict[str, Any]:
        """What was set."""
        return {"bias_sd": self.bias_sd[0], "studies": list(self.sources)}

    @property
    def notes(self) -> tuple[Noted, ...]:
        """Contradictions, clusters that nobody visited, and small samples."""
        return tuple(_notes(self))

    def lines(self) -> list[str]:
        """The model in words."""
        return list(_lines(self))

    def source_of(self, row: int) -> int:
        """The study of a row, as a position."""
        return self.sources.index(self.rows[row].source)

    def with_bias(self, bias_sd: float) -> PublishedLayout:
        """The same with another bias of every study; targets stay as they are."""
        return replace(self, bias_sd=(bias_sd,) * len(self.sources))

    def without(self, source: str, target: Target) -> Target | None:
        """A target without the rows of one study; None where nobody else speaks of it."""
        left = tuple(r for r in target.rows if self.rows[r].source != source)
        return replace(target, rows=left) if left else None


def lay_out(rows: Sequence[Published], bias_sd: float) -> PublishedLayout:
    """Arrange the rows of a table."""
    sources = tuple(dict.fromkeys(row.source for row in rows))
    numbers = tuple(number_of(row) for row in rows)
    cells: dict[Cell, list[int]] = {}
    for i, row in enumerate(rows):
        cells.setdefault(row.cell, []).append(i)
    first = _widest(list(cells))
    order = [first, *(cell for cell in cells if cell != first)] if first else list(cells)
    targets: list[Target] = []
    conflicts: list[Conflict] = []
    for cell in order:
        against = list(_conflicts(cell, cells[cell], rows, numbers, bias_sd))
        conflicts += against
        if against:
            targets += [Target(cell, (i,), rows[i].source) for i in cells[cell]]
        else:
            targets.append(Target(cell, tuple(cells[cell])))
    split = bool(targets[0].study)
    return PublishedLayout(
        tuple(rows),
        numbers,
        sources,
        (bias_sd,) * len(sources),
        tuple(targets),
        tuple(conflicts),
        total=first is not None and not split,
        no_total=_no_total(conflicts if split else [], first),
    )


def _widest(cells: list[Cell]) -> Cell | None:
    """The cell that holds all others: same place, days and outcome, and the widest group."""
    if len(cells) == 1:
        return cells[0]
    killed = [cell for cell in cells if cell.outcome == "killed"]
    for group in ("all", "civilians"):
        whole = [cell for cell in killed if cell.group == group]
        if len(whole) == 1 and all(_inside(cell, whole[0]) for cell in killed):
            return whole[0]
    return None


def _inside(cell: Cell, whole: Cell) -> bool:
    place = (cell.scope, cell.start, cell.end) == (whole.scope, whole.start, whole.end)
    return place and whole.perpetrator in ("any", cell.perpetrator)


def _no_total(conflicts: Sequence[Conflict], first: Cell | None) -> str:
    if conflicts:
        worst = min(conflicts, key=lambda conflict: conflict.p)
        return conflict_text(worst)
    return "" if first else "the studies count different places, days or outcomes"


def conflict_text(conflict: Conflict) -> Kept:
    """Say that two studies contradict each other, and what would reconcile them."""
    return stored(
        "note",
        "{one} and {other} contradict each other (the probability of a difference as large is "
        "{chance}), so each is shown alone; their numbers differ by a factor of about {factor}",
        one=conflict.one,
        other=conflict.other,
        chance=chance(conflict.p),
        factor=f"{conflict.factor:.1f}",
    )


def _conflicts(
    cell: Cell,
    at: Sequence[int],
    rows: Sequence[Published],
    numbers: Sequence[Number],
    bias_sd: float,
) -> Iterator[Conflict]:
    for i, j in combinations(at, 2):
        p = tail(numbers[i], numbers[j], bias_sd)
        if p < CONTRADICTS:
            apart = abs(numbers[i].moments[0] - numbers[j].moments[0])
            yield Conflict(cell, rows[i].source, rows[j].source, p, float(np.exp(apart)))


def tail(one: Number, other: Number, bias_sd: float) -> float:
    """Two-sided tail probability that both numbers are of the same count, biases included."""
    # The two biases are summed over as one, with sd times the root of two.
    at, weights = np.polynomial.hermite_e.hermegauss(BIAS_NODES)
    shifts, weights = at * bias_sd * np.sqrt(2.0), weights / weights.sum()
    t, cumulative = one.grid
    middles, mass = (t[1:] + t[:-1]) / 2, np.diff(cumulative)
    t_other, cumulative_other = other.grid
    below = sum(
        weight * np.interp(middles + shift, t_other, cumulative_other)
        for shift, weight in zip(shifts, weights, strict=True)
    )
    share = float(np.sum(mass * below))
    return 2 * min(share, 1 - share)


def _notes(layout: PublishedLayout) -> Iterator[Noted]:
    for conflict in layout.conflicts:
        yield "contradicts", conflict_text(conflict)
    for row in layout.rows:
        if row.deaths == 0 and not row.has_interval:
            text = stored(
                "note",
                "nobody in the sample of {source} died: the number is an upper bound",
                source=row.source,
            )
            yield "upper_bound", text
        if row.deaths is not None and 0 < row.deaths < FEW and not row.has_interval:
            text = stored(
                "note",
                "{source} rests on {deaths} deaths in its sample: its interval is rough",
                source=row.source,
                deaths=row.deaths,
            )
            yield "few_deaths", text
    for row in _once(layout.rows):
        if row.selected and row.clusters and row.clusters < row.selected:
            text = stored(
                "note",
                "{source} visited {clusters} of {selected} clusters: a cluster that nobody "
                "visited is not a cluster without deaths",
                source=row.source,
                clusters=f"{row.clusters:,}",
                selected=f"{row.selected:,}",
            )
            yield "not_visited", text


def _once(rows: Sequence[Published]) -> Iterator[Published]:
    """One row of each study."""
    seen: set[str] = set()
    for row in rows:
        if row.source not in seen:
            yield row
        seen.add(row.source)


def _lines(layout: PublishedLayout) -> Iterator[str]:
    rows, sd = layout.rows, layout.bias_sd[0]
    yield f"Survey model: {several(len(rows), 'published estimate')} of {', '.join(layout.sources)}"
    for target in layout.targets:
        alone = f", {target.study} alone" if target.study else ""
        yield f"  {cell_text(target.cell)}{alone}"
        for i in target.rows:
            row = rows[i]
            said = layout.numbers[i].words
            if not row.has_interval:
                said += f"; {deff_text(row)}"
            yield f"    {row.source}: {row.quantity.text}; {said}"
    yield ""
    yield "Priors"
    yield "  count of each cell: flat in its log (in the count where nobody in the sample died)"
    share = f" ({log_sd_text(sd)})" if sd else ""
    bias = f"log-normal, median 1, sd of the log {sd:g}{share}"
    yield f"  bias of a study, shared by all its numbers: {bias}"
    if any(not row.has_interval and row.deff is None for row in rows):
        yield f"  {RHO_TEXT}"
