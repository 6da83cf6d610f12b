"""The picture of a study: what each kind answers, one row each, and the joint answer below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.arrays import Array
from casualty_est.plots.page import Line, Page, height_of, label, open_page
from casualty_est.plots.scales import limits_of
from casualty_est.plots.style import LABEL, SMALL, Palette, Picture
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Span
from casualty_est.wording.language import _, pgettext, separated
from casualty_est.wording.numbers import percent, with_ends
from casualty_est.wording.phrases import cell_title
from casualty_est.wording.terms import kind_name

if TYPE_CHECKING:
    from casualty_est.study.estimate import StudyEstimate
    from casualty_est.study.inference.algebra import Joint
    from casualty_est.study.schema import Kind

LEFT = 2.5
HILL, GAP = 0.5, 0.22  # inches that a density is high, and that are left under it
JOINT = 0.8
EDGES = [0.002, 0.998]
BEYOND = 10.0  # times as far is a bound drawn on the side where nothing ends it


@dataclass(frozen=True)
class Row:
    """One density with its label."""

    lines: tuple[Line, ...]
    density: Array
    span: Span
    colour: str
    hill: float
    narrow: bool = False  # whether the label stands over the density
    dot: bool = True  # whether it has a median

    @property
    def height(self) -> float:
        """Inches."""
        if self.narrow:
            return self.hill + GAP + height_of(self.lines)
        return max(self.hill + GAP, height_of(self.lines) + 0.1)


def picture(estimate: StudyEstimate, prob: float, palette: Palette) -> Picture:
    """Draw every kind and the joint answer; see `StudyPlots.evidence`."""
    joint = estimate._joint()
    rows = [
        _row(joint.only(i), kind, estimate._alone(i, prob), palette)
        for i, kind in enumerate(estimate.details.kinds)
    ]
    together = not estimate.details.contradictions
    if together:
        span = _span(joint, prob)
        name = Line(pgettext("picture", "together"), LABEL, palette.posterior, "bold")
        lines = (name, Line(with_ends(span), SMALL, palette.muted))
        rows.append(Row(lines, joint.density, span, palette.posterior, JOINT, palette.narrow))
    values = [x for row in rows for x in (row.span.low, row.span.high)]
    kinds = estimate.details.kinds
    shown = [joint.only(i) for i, kind in enumerate(kinds) if kind.moves and kind.bound is None]
    values += [float(x) for one in shown for x in np.exp(one.quantile(EDGES))]
    page = open_page(
        sum(row.height for row in rows) + 0.1,
        limits_of(values),
        palette,
        # Of the cell alone: its row may name the kind that the number is of.
        title=cell_title(estimate.meta.rows[0].cell),
        xlabel=_("people, log scale"),
        note=_note(estimate, prob),
        left=LEFT,
    )
    top = 0.05
    for row in rows:
        _draw(page, row, np.exp(joint.log_n), top)
        top += row.height
    if not estimate.converged:
        page.stamp()
    return page.figure


def _row(alone: Joint, kind: Kind, span: Span, palette: Palette) -> Row:
    if kind.bound == "lower":
        span = Span(kind.here.low, kind.here.low, BEYOND * kind.here.low)
    elif kind.bound == "upper":
        span = Span(kind.here.high, kind.here.high / BEYOND, kind.here.high)
    name = kind_name(kind.label)
    if not kind.moves:
        name = _("{kind}, cut", kind=name)
    bridged = f", x {separated(f'{kind.bridge.share:g}')}" if kind.bridge else ""
    lines = label(
        name, f"{kind.stated(kind.here if kind.bound else span)}{bridged}", LEFT - 0.3, palette
    )
    lines = tuple(line for line in lines if line.text)
    colour = palette.ink if kind.moves else palette.prior
    return Row(lines, alone.density, span, colour, HILL, palette.narrow, kind.bound is None)


def _span(joint: Joint, prob: float) -> Span:
    low, median, high = (float(x) for x in np.exp(joint.quantile(interval_ends(prob))))
    return Span(median, low, high)


def _draw(page: Page, row: Row, counts: Array, top: float) -> None:
    low, high = page.axes.get_xlim()
    seen = (counts >= low) & (counts <= high)
    base = top + row.height - GAP
    height = row.hill * row.density / row.density.max()
    page.axes.fill_between(
        counts[seen], base - height[seen], base, color=row.colour, alpha=0.22, lw=0
    )
    page.axes.plot(counts[seen], base - height[seen], color=row.colour, linewidth=1.2)
    page.bar(row.span.low, row.span.high, base + 0.07, row.colour, 2.6)
    if row.dot:
        page.dot(row.span.median, base + 0.07, row.colour, markersize=5)
    page.beside(
        row.lines, top + height_of(row.lines) / 2 if row.narrow else base - row.hill / 2 + 0.05
    )


def _note(estimate: StudyEstimate, prob: float) -> str:
    said = _(
        "Dot and bar: median and {level} interval. Each kind alone, after its bridge.",
        level=percent(prob),
    )
    if estimate.details.contradictions:
        none = _("They contradict each other, so there is no joint answer.")
        return f"{said} {none}"
    if any(not kind.moves for kind in estimate.details.kinds):
        said += " " + _("Grey: a kind that is cut receives the count and does not move it.")
    return said
