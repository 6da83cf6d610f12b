"""How many people stand on exactly which lists: dots for the lists, bars for the people."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import MaxNLocator

from casualty_est.evidence.history_table import HistoryTable
from casualty_est.plots import style

SHOWN = 20  # combinations drawn
ROW = 0.26  # inches per list
LONGEST = 28  # letters of a list's name


def picture(table: HistoryTable, palette: style.Palette) -> style.Picture:
    """Draw the overlaps of the lists.

    An UpSet plot: Lex et al. 2014, doi 10.1109/TVCG.2014.2346248.

    Parameters
    ----------
    table : HistoryTable
        The data.
    palette : Palette
        Colours.

    Returns
    -------
    Picture
    """
    order = np.argsort(-table.counts, kind="stable")
    shown, rest = order[:SHOWN], order[SHOWN:]
    n_lists = len(table.lists)
    figure = style.new_figure(2.9 + ROW * n_lists, palette)
    grid = figure.add_gridspec(
        2,
        2,
        width_ratios=(1, 3.2),
        height_ratios=(2.2, 0.3 + ROW * n_lists),
        left=0.2,
        right=0.98,
        top=0.88,
        bottom=0.12,
        hspace=0.06,
        wspace=0.05,
    )
    bars, dots = figure.add_subplot(grid[0, 1]), figure.add_subplot(grid[1, 1])
    sizes = figure.add_subplot(grid[1, 0])
    at = np.arange(len(shown))
    bars.bar(at, table.counts[shown], width=0.65, color=palette.posterior)
    for x, count in zip(at, table.counts[shown], strict=True):
        bars.annotate(
            f"{count:,}",
            (x, count),
            (0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=style.SMALL if len(shown) <= 16 else style.SMALL - 1,
            color=palette.ink,
            rotation=0 if table.counts.max() < 10_000 else 45,
        )
    bars.set_ylabel("people")
    bars.set_xticks([])
    bars.margins(x=0.02, y=0.14)
    rows = np.arange(n_lists)
    for x, h in zip(at, shown, strict=True):
        on = np.flatnonzero(table.histories[h])
        dots.scatter(np.full(n_lists, x), rows, s=18, color=palette.faint, zorder=1)
        dots.plot([x, x], [on.min(), on.max()], color=palette.ink, linewidth=1.2, zorder=2)
        dots.scatter(np.full(len(on), x), on, s=26, color=palette.ink, zorder=3)
    dots.set_xlim(bars.get_xlim())
    dots.set_xticks([])
    sizes.barh(rows, table.sizes, height=0.6, color=palette.muted)
    sizes.set_yticks(rows, [_short(name) for name in table.lists], parse_math=False)
    sizes.set_xlabel("people on the list")
    sizes.xaxis.set_major_locator(MaxNLocator(2, integer=True))
    for axes in (dots, sizes):
        axes.set_ylim(n_lists - 0.5, -0.5)
    dots.set_yticks([])
    for axes in (bars, dots, sizes):
        for side in ("top", "right", *(("left", "bottom") if axes is dots else ())):
            axes.spines[side].set_visible(False)
    title = f"{table.people:,} people, by the lists that hold them"
    if len(rest):
        title += (
            f" (the {SHOWN} largest combinations; {len(rest)} more hold "
            f"{int(table.counts[rest].sum()):,})"
        )
    figure.suptitle(title, x=0.02, y=0.975, ha="left", va="top", fontsize=style.TITLE)
    return figure


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"
