"""The picture to share: one number, its interval, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.plots.bounds import ends_of_bound
from casualty_est.plots.density import SMALLEST
from casualty_est.plots.page import Line, dress, heads_of, only_note, stamp_figure, write_down
from casualty_est.plots.scales import limits_of, set_log_axis
from casualty_est.plots.style import LABEL, MARGIN, SMALL, Palette, Picture, new_figure
from casualty_est.plots.total import NO_LEVEL, title_of
from casualty_est.plots.words import width_of, wrap
from casualty_est.result.schema import Span
from casualty_est.result.tables import Bound, row_bound
from casualty_est.wording.language import _, pgettext
from casualty_est.wording.numbers import both_ends, middle, percent
from casualty_est.wording.phrases import capitalised, either, with_source

if TYPE_CHECKING:
    from casualty_est.plots import Plots

BIG = 34.0  # points
STRIP = 0.62  # inches of the axis with its marks


def picture(plots: Plots, row: int, prob: float, palette: Palette) -> Picture:
    """Draw the card; see `Plots.card`."""
    estimate = plots._estimate
    title = title_of(estimate, row)
    if not estimate.meta.has_level:
        return only_note(title, pgettext("picture", NO_LEVEL), palette)
    modes = estimate.modes(row, prob)
    spans = [Span(m.median, m.low, m.high) for m in modes]
    documented = estimate.meta.rows[row].documented
    heads = heads_of(title, palette, 4)
    bound = row_bound(estimate, row, prob)
    number = capitalised(
        either(pgettext("hedge", "about {number}", number=middle(span)) for span in spans)
        if bound is None
        else bound.text
    )
    size = min(BIG, BIG * palette.inner / width_of(number, BIG, "bold"))
    lines = [Line(number, size, palette.posterior, weight="bold")]
    chance = _("The evidence supports both numbers and none between them.")
    if bound is not None:
        spans = [Span(bound.number, *ends_of_bound(bound))]
        chance = " ".join([estimate._why_bounded(row), _of_bound(bound, prob)])
    elif len(spans) == 1:
        low, high = both_ends(spans[0])
        chance = _(
            "If the assumptions hold, there is a {level} chance that the true number lies between "
            "{low} and {high}.",
            level=percent(prob),
            low=low,
            high=high,
        )
    lines += [
        Line(text, LABEL + 1, palette.ink) for text in wrap(chance, palette.inner, LABEL + 1, 4)
    ]
    if documented:
        text = with_source(plots._documented_text(documented), documented.source)
        lines += [
            Line(t, LABEL, palette.documented)
            for t in wrap(capitalised(text), palette.inner, LABEL)
        ]
    foot = [
        Line(t, SMALL, palette.muted) for t in wrap(palette.credit, palette.inner, SMALL, 3) if t
    ]
    top = MARGIN + sum(line.height for line in heads) + 0.08
    body = sum(line.height for line in lines)
    below = 0.48 + sum(line.height for line in foot) + 0.06
    height = top + body + 0.12 + STRIP + below
    figure = new_figure(height, palette)
    write_down(figure, heads, MARGIN)
    write_down(figure, lines, top)
    room = palette.inner - 0.2
    box = ((MARGIN + 0.1) / palette.width, below / height, room / palette.width, STRIP / height)
    axes = figure.add_axes(box, facecolor="none")
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    values = [max(x, SMALLEST) for span in spans for x in (span.low, span.high)]
    set_log_axis(axes, *limits_of([*values, *([documented.low] if documented else [])]), room)
    dress(axes, palette)
    for span in spans:
        axes.plot(
            [max(span.low, SMALLEST), span.high],
            [0.5, 0.5],
            color=palette.posterior,
            lw=7,
            alpha=0.5,
            solid_capstyle="butt",
        )
        if bound is None:
            middle_of = [max(span.median, SMALLEST)]
            axes.plot(middle_of, [0.5], color=palette.posterior, marker="o", markersize=11)
    if bound is not None and bound.high is None:
        axes.plot([spans[0].high], [0.5], color=palette.posterior, marker=">", markersize=11)
    if documented and documented.low:
        axes.plot(
            [documented.low] * 2, [0, 1], color=palette.documented, lw=1.3, linestyle=(0, (4, 3))
        )
    axes.set_xlabel(_("people, log scale"), fontsize=SMALL, color=palette.muted, labelpad=3)
    write_down(figure, foot, height - below + 0.48, said=False)
    if not estimate.converged:
        stamp_figure(figure, palette)
    return figure


def _of_bound(bound: Bound, prob: float) -> str:
    """What a bound says of the true number."""
    if bound.side == "upper":
        return _(
            "If the assumptions hold, the true number is not larger with {level} probability.",
            level=percent(prob),
        )
    return _(
        "If the assumptions hold, the true number is not smaller with {level} probability. Nothing "
        "here says how large it may be.",
        level=percent(prob),
    )
