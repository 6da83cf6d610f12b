"""What was documented, what is estimated beyond it, and both together, as one bar."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from casualty_est.plots.page import height_of, label, only_note, open_page
from casualty_est.plots.style import Palette, Picture
from casualty_est.plots.total import title_of
from casualty_est.result.posterior import span_of
from casualty_est.result.schema import Span
from casualty_est.result.tables import row_numbers
from casualty_est.wording.language import _, figure, pgettext
from casualty_est.wording.numbers import percent, with_ends
from casualty_est.wording.phrases import capitalised, documented_text, with_source

if TYPE_CHECKING:
    from casualty_est.plots import Plots

LEFT = 2.35
THICK = 14  # points of a bar
TICKS = 5


def bar(plots: Plots, row: int, prob: float, palette: Palette) -> Picture:
    """Draw documented + estimated = total; see `Plots.parts`."""
    estimate = plots._estimate
    reason = why_not(plots, row)
    if reason:
        return only_note(title_of(estimate, row), reason, palette)
    documented = estimate.meta.rows[row].documented
    assert documented is not None
    draws, low = estimate.draws(row).ravel(), float(documented.low)
    whole = row_numbers(estimate, row, prob)
    assert whole is not None
    # The rest is rounded as the whole is, where a table has both.
    beyond_it = span_of(np.maximum(draws - low, 0.0), prob)
    rest = replace(whole, median=beyond_it.median, low=beyond_it.low, high=beyond_it.high)
    texts = (
        (
            pgettext("picture", plots._documented, number="").strip(" :"),
            with_source(documented_text(documented), documented.source),
        ),
        (_("estimated beyond that"), with_ends(rest)),
        (_("together"), pgettext("hedge", "about {number}", number=with_ends(whole))),
    )
    labels = [label(capitalised(name), text, LEFT - 0.3, palette) for name, text in texts]
    page = open_page(
        sum(map(height_of, labels)) + 0.1,
        (0.0, 1.06 * whole.high),
        palette,
        title=title_of(estimate, row),
        xlabel=_("people"),
        note=_(
            "Bars begin at 0. Numbers in brackets and thin lines: {level} interval. Numbers are "
            "rounded one by one.",
            level=percent(prob),
        ),
        left=LEFT,
        log=False,
    )
    ticks = [
        t for t in MaxNLocator(TICKS).tick_values(0, whole.high) if 0 <= t <= 1.06 * whole.high
    ]
    page.axes.set_xticks(ticks)
    page.axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _at: figure(x)))
    top = 0.05
    # Less than was documented is none beyond it, so the line of the rest begins at its end.
    beyond = Span(low + rest.median, low + rest.low, low + rest.high)
    together = Span(whole.median, whole.low, whole.high)
    spans = ((0.0, low, None), (low, beyond.median, beyond), (0.0, whole.median, together))
    for i, ((start, end, span), lines) in enumerate(zip(spans, labels, strict=True)):
        y = page.beside(lines, top + height_of(lines) / 2)
        top += height_of(lines)
        if i < 2:
            colour = palette.posterior if i else palette.documented
            page.bar(start, end, y, colour, THICK, alpha=0.85)
        else:
            page.bar(0.0, low, y, palette.documented, THICK, alpha=0.85)
            page.bar(low, end, y, palette.posterior, THICK, alpha=0.85)
        if span is not None:
            page.bar(span.low, span.high, y + 0.15, palette.ink, 1.3, zorder=3)
    if not estimate.converged:
        page.stamp()
    return page.figure


def why_not(plots: Plots, row: int) -> str:
    """Why documented and estimated do not add up to a bar; empty where they do."""
    estimate = plots._estimate
    documented = estimate.meta.rows[row].documented
    if not estimate.meta.has_level:
        return _("There is no number to draw: nothing sets the level.")
    if documented is None or documented.low <= 0:
        return _("Nothing is documented of exactly this, so there is nothing to add to.")
    if len(estimate.modes(row)) > 1:
        return _("The evidence supports several numbers, and no single one beyond the documented.")
    if float(np.median(estimate.draws(row))) <= documented.low:
        return _("The estimate does not lie above what was documented, so nothing is added to it.")
    return ""
