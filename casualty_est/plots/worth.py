"""What studies are expected to leave of the interval, over the work that they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator

from casualty_est.plots.page import (
    dress,
    heads_of,
    line_height,
    notes_of,
    only_note,
    stamp_figure,
    write_down,
)
from casualty_est.plots.scales import set_log_axis, tick_text
from casualty_est.plots.style import MARGIN, SMALL, Palette, Picture, new_figure
from casualty_est.plots.total import title_of
from casualty_est.plots.words import wrap
from casualty_est.result.plan import TOO_FEW, Wanted, Worth, evidence_of, listed_studies, plan
from casualty_est.studies import Study
from casualty_est.wording.numbers import percent

if TYPE_CHECKING:
    from casualty_est.result.answered import Answered

TALL = 2.9  # inches of the axes
SIDE, KEY = 0.85, 2.2  # left of them, and the column of names on their right
POINTS = 6
HEAD = "what a study would leave of the interval"
MARKS = (("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"), ("v", "-"), ("P", "--"))


def widths(
    estimate: Answered, studies: Iterable[Study] | Study | None, wanted: Wanted, palette: Palette
) -> Picture:
    """Draw the typical width of the interval over work; see `Plots.worth`."""
    evidence = evidence_of(estimate, wanted.row)
    chosen = listed_studies(studies, estimate, evidence, wanted.row)
    if not chosen:
        return only_note(f"{title_of(estimate, wanted.row)}: {HEAD}", TOO_FEW, palette)
    curves = [_curve(estimate, study, study.most(evidence), wanted) for study in chosen]
    now = curves[0][0].width
    figure, axes = _open(estimate, curves, wanted, palette, len(chosen))
    axes.axhline(now, color=palette.muted, linewidth=1.0)
    how: dict[str, Any] = {"textcoords": "offset points", "fontsize": SMALL}
    right = axes.get_xlim()[1]
    axes.annotate("now", (right, now), (-3, 2), ha="right", color=palette.muted, **how)
    colours = (palette.posterior, palette.claim, palette.ink, palette.prior)
    for i, (study, curve) in enumerate(zip(chosen, curves, strict=True)):
        marker, line = MARKS[i % len(MARKS)]
        colour = colours[i % len(colours)]
        work, width = ([getattr(row, name) for row in curve] for name in ("work", "width_after"))
        given = [k for k, row in enumerate(curve) if row.size in study.sizes]
        wide = palette.inner if palette.narrow else KEY - 0.25
        name = "\n".join(wrap(study.title, wide - 0.5, SMALL, lines=4))
        axes.plot(
            work,
            width,
            color=colour,
            linestyle=line,
            marker=marker,
            markevery=given,
            markersize=5,
            linewidth=1.6,
            label=name,
        )
    _key(axes, palette)
    if not estimate.converged:
        stamp_figure(figure, palette)
    return figure


def _curve(estimate: Answered, study: Study, most: int, wanted: Wanted) -> tuple[Worth, ...]:
    """The study in its own sizes and in those between and around them."""
    low, high = max(1, min(study.sizes) // 2), max(*study.sizes, min(2 * max(study.sizes), most))
    between = np.unique(np.rint(np.geomspace(low, high, POINTS)).astype(int)).tolist()
    sizes = tuple(sorted({*between, *study.sizes}))
    return plan(estimate, replace(study, sizes=sizes), wanted).rows


def _open(
    estimate: Answered,
    curves: Sequence[Sequence[Worth]],
    wanted: Wanted,
    palette: Palette,
    many: int,
) -> tuple[Picture, Any]:
    """Axes under a title, over a note that says what is drawn."""
    title = f"{title_of(estimate, wanted.row)}: {HEAD}"
    heads = heads_of(title, palette)
    note = (
        f"Lines: width of the {percent(wanted.prob)} credible interval that half of the "
        "outcomes of a study stay below; marks: the sizes asked about. A single study may leave a "
        "wider interval. No line weighs the risk for those who ask and those who answer."
    )
    notes = notes_of(note, palette)
    top = MARGIN + sum(line.height for line in heads) + 0.12
    foot = 0.5 + sum(line.height for line in notes) + 0.06
    if palette.narrow:  # the names of the lines stand under the axes
        foot += many * (2 * line_height(SMALL) + 0.1)
    height = top + TALL + foot
    room = palette.width - SIDE - (2 * MARGIN if palette.narrow else KEY)
    figure = new_figure(height, palette)
    place = (SIDE / palette.width, foot / height, room / palette.width, TALL / height)
    axes = figure.add_axes(place, facecolor="none")
    works = [row.work for curve in curves for row in curve]
    set_log_axis(axes, min(works) / 1.1, max(works) * 1.1, room)
    most = max(row.width for curve in curves for row in curve)
    axes.set_ylim(0, 1.08 * most)
    ticks = [tick for tick in MaxNLocator(8).tick_values(0, most) if tick <= 1.08 * most]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FixedFormatter([tick_text(t) if t else "0" for t in ticks]))
    dress(axes, palette)
    axes.grid(axis="y", color=palette.faint, linewidth=0.6, zorder=0)
    axes.tick_params(axis="y", colors=palette.muted, labelcolor=palette.ink, labelsize=SMALL)
    axes.set_xlabel("person-days of work, log scale", fontsize=SMALL, color=palette.muted)
    axes.set_ylabel("width of the interval, people", fontsize=SMALL, color=palette.muted)
    write_down(figure, heads, MARGIN)
    write_down(figure, notes, height - sum(line.height for line in notes) - 0.06, said=False)
    return figure, axes


def _key(axes: Any, palette: Palette) -> None:
    place = (-SIDE / (palette.width - SIDE - 2 * MARGIN), -0.5 / TALL)
    legend = axes.legend(
        loc="upper left",
        bbox_to_anchor=place if palette.narrow else (1.01, 1.0),
        fontsize=SMALL,
        frameon=False,
        handlelength=2.6,
        labelspacing=0.9,
    )
    for text in legend.get_texts():
        text.set_color(palette.ink)
