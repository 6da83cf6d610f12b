"""THE picture: the posterior of a count over every claim that was made of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.plots import marks
from casualty_est.plots.density import SMALLEST, Array, log_density
from casualty_est.plots.inside import lies_inside, what_differs
from casualty_est.plots.page import MOST, Line, Page, height_of, label, line_height, open_page
from casualty_est.plots.scales import limits_of
from casualty_est.plots.style import LABEL, SMALL, WIDTH, Palette, Picture
from casualty_est.plots.words import clean, shorten, width_of
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Cell, ClaimRow, Span
from casualty_est.tables.documented import Documented
from casualty_est.wording.interval import ends, middle, with_ends
from casualty_est.wording.numbers import percent
from casualty_est.wording.phrases import capitalised, cell_text, documented_text

if TYPE_CHECKING:
    from casualty_est.plots import Plots
    from casualty_est.result.estimate import Estimate

LEFT, RIGHT = 2.35, 0.3
ROOM = WIDTH - LEFT - RIGHT
HILL = 1.05  # inches that the density is high
LANE = line_height(SMALL) + 0.03
UNDER = 0.42  # inches under the density for its interval
NO_LEVEL = "no headline number: nothing sets the level"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row under the density: a heading, a claim, or a part of the estimate."""

    lines: tuple[Line, ...] = ()
    heading: str = ""
    claim: ClaimRow | None = None
    light: bool = False
    part: Span | None = None

    @property
    def height(self) -> float:
        """Inches."""
        return 0.26 if self.heading else height_of(self.lines)


@dataclass(frozen=True, slots=True)
class Tag:
    """A text over the density, and the number it stands for."""

    text: str
    value: float
    weight: str = "normal"


def picture(plots: Plots, row: int, prob: float, left_out: bool, palette: Palette) -> Picture:
    """Draw the total; see `Plots.total`."""
    estimate = plots._estimate
    known, documented = estimate.meta.has_level, estimate.meta.rows[row].documented
    entries = _entries(plots, row, prob, palette, left_out=left_out)
    limits = _limits(estimate, row, entries)
    # Where labels stand decides how many lanes they need, and so the height of the picture.
    lanes = _lanes(_tags(estimate, row, prob), limits) if known else []
    first = LANE if documented else 0.04
    base = first + len(lanes) * LANE + HILL
    rows_from = base + UNDER if known else first + 0.34
    page = open_page(
        rows_from + sum(entry.height for entry in entries) + 0.06,
        limits,
        palette,
        title=title_of(estimate, row),
        xlabel="people, log scale",
        note=_key(entries),
        left=LEFT,
        right=RIGHT,
    )
    if documented:
        text = _documented_text(plots, documented)
        page.centred(text, documented.low, LANE / 2, palette.documented)
    if known:
        _write(page, lanes, first)
        page.beside(_estimated(plots, palette), base - HILL / 2)
        _hill(page, estimate, row, prob, base)
    else:
        page.inside(NO_LEVEL, 0.02, first + 0.15, palette.ink, weight="bold")
    _rows(page, entries, rows_from)
    if documented and documented.low > 0:
        style = {"linewidth": 1.1, "linestyle": (0, (4, 3)), "zorder": 1.5}
        page.rule(documented.low, palette.documented, top=first, **style)
    if not estimate.converged:
        page.stamp()
    return page.figure


def title_of(estimate: Estimate, row: int) -> str:
    """Name an estimate for the head of a picture: its cell, stratum and part."""
    entry = estimate.meta.rows[row]
    parts = [capitalised(cell_text(entry.cell))]
    parts += [f"{name} {value}" for name, value in entry.strata.items()]
    if entry.part != "total":
        parts.append(entry.part)
    return ", ".join(parts)


def _estimated(plots: Plots, palette: Palette) -> tuple[Line, ...]:
    return (
        Line("Estimated", LABEL, palette.posterior, weight="bold"),
        Line(f"true number, {plots._estimated}", SMALL, palette.muted),
    )


def _documented_text(plots: Plots, documented: Documented) -> str:
    """The documented count as published; a long name of its source loses its middle."""
    text = plots._documented.format(documented_text(documented))
    if not documented.source:
        return text
    rest = ROOM - width_of(f"{text} ()", SMALL) - 0.1
    return f"{text} ({shorten(documented.source, rest, SMALL, 1)[0]})"


# The rows ------------------------------------------------------------------------------------


def _entries(
    plots: Plots, row: int, prob: float, palette: Palette, *, left_out: bool
) -> list[Entry]:
    meta, claims = plots._estimate.meta, plots._claims()
    cell, groups = meta.rows[row].cell, meta.groups or {}
    counted = [claim for claim in claims if claim.counted]
    own = sorted((c for c in counted if c.estimate == row), key=marks.sort_key)
    parts = sorted(
        (c for c in counted if c.estimate != row and lies_inside(c, cell, groups)),
        key=lambda c: (what_differs(c, cell), marks.sort_key(c)),
    )
    out = [
        c
        for c in claims
        if left_out
        and not c.counted
        and marks.kind_of(c) != "nothing"
        and lies_inside(c, cell, groups, itself=True)
    ]
    entries = _part_rows(plots, row, prob, palette)
    if own:
        entries.append(Entry(heading=f"{plots._claims_heading()}, as published"))
    entries += [_claim_row(c, cell, palette, light=False) for c in own]
    for heading, some in (("Claims on parts of it, as published", parts), ("Left out", out)):
        if some:
            entries.append(Entry(heading=heading))
            entries += [_claim_row(c, cell, palette, light=True) for c in some]
    if len(entries) > MOST:
        more = Entry(heading=f"and {len(entries) - MOST} more, not drawn")
        entries = [*entries[:MOST], more]
    return entries


def _claim_row(claim: ClaimRow, cell: Cell, palette: Palette, *, light: bool) -> Entry:
    role = f" ({claim.role})" if claim.role else ""
    text = f"“{clean(claim.text)}”" if claim.text else "blank"
    differs = what_differs(claim, cell) if light else ""
    detail = f"{text}, {differs}" if differs else text
    lines = label(f"{claim.source}{role}", detail, LEFT - 0.3, palette, light=light)
    return Entry(lines, claim=claim, light=light)


def _part_rows(plots: Plots, row: int, prob: float, palette: Palette) -> list[Entry]:
    """Listed and unlisted deaths of the same cell, and strata, where there are such."""
    meta, own = plots._estimate.meta, plots._estimate.meta.rows[row]
    if own.part != "total" or not meta.has_level:
        return []
    entries, strata = [], []
    for i, other in enumerate(meta.rows):
        if i == row or other.cell != own.cell:
            continue
        if other.strata != own.strata:
            if other.part == "total" and not own.strata:
                name = ", ".join(f"{key} {value}" for key, value in other.strata.items())
                strata.append(_part(plots._estimate, i, prob, palette, name))
        elif said := plots._part_name(other.part):
            entries.append(_part(plots._estimate, i, prob, palette, said))
    return [*entries, *([Entry(heading="By stratum"), *strata] if strata else [])]


def _part(estimate: Estimate, row: int, prob: float, palette: Palette, name: str) -> Entry:
    part = _span(estimate.draws(row).ravel(), prob)
    return Entry(label(name, with_ends(part), LEFT - 0.3, palette), part=part)


def _rows(page: Page, entries: Sequence[Entry], top: float) -> None:
    for entry in entries:
        y = top + entry.height / 2
        if entry.heading:
            page.heading(entry.heading, y + 0.03)
        else:
            page.beside(entry.lines, y)
        if entry.claim is not None:
            marks.draw(page, entry.claim, y, light=entry.light)
        if entry.part is not None:
            part = entry.part
            page.bar(part.low, part.high, y, page.palette.posterior, 2.4, alpha=0.7)
            page.dot(max(part.median, SMALLEST), y, page.palette.posterior)
        top += entry.height


def _key(entries: Sequence[Entry]) -> str:
    """Explain the marks that were drawn, and only those."""
    claims = [entry.claim for entry in entries if entry.claim is not None]
    kinds = {marks.kind_of(claim) for claim in claims}
    if any(not claim.counted for claim in claims):
        kinds.add("left out")
    return "; ".join(text for kind, text in marks.NAMES.items() if kind in kinds)


# The density ---------------------------------------------------------------------------------


def _span(draws: Array, prob: float) -> Span:
    low, median, high = np.quantile(draws, interval_ends(prob))
    return Span(float(median), float(low), float(high))


def _limits(estimate: Estimate, row: int, entries: Sequence[Entry]) -> tuple[float, float]:
    claims = [entry.claim for entry in entries if entry.claim is not None]
    values = [number for claim in claims for number in marks.numbers_of(claim)]
    parts = [entry.part for entry in entries if entry.part]
    values += [value for part in parts for value in (part.low, part.median, part.high)]
    documented = estimate.meta.rows[row].documented
    if documented and documented.low:
        values.append(float(documented.low))
    if estimate.meta.has_level:
        draws = np.maximum(estimate.draws(row).ravel(), SMALLEST)
        values += [float(x) for x in np.quantile(draws, [0.002, 0.998])]
    kinds = {marks.kind_of(claim) for claim in claims}
    # An arrow needs air on its side.
    before = 0.16 if kinds & {"to", "zero"} else 0.06
    after = 0.16 if "from" in kinds else 0.06
    return limits_of(values, before=before, after=after)


def _tags(estimate: Estimate, row: int, prob: float) -> list[Tag]:
    modes = estimate.modes(row, prob)
    if len(modes) > 1:  # a number between them, such as the median, is supported by nothing
        return [
            Tag(f"{percent(round(mode.weight, 2))} near {middle(mode)}", mode.median, "bold")
            for mode in modes
        ]
    span = _span(estimate.draws(row).ravel(), prob)
    return [Tag(f"median {middle(span)}", span.median, "bold")]


def _lanes(tags: Sequence[Tag], limits: tuple[float, float]) -> list[list[tuple[Tag, float]]]:
    """Place texts in lanes in which they do not touch; the last lane is nearest to the density."""
    lanes: list[list[tuple[Tag, float]]] = []
    low, high = limits
    for tag in tags:
        width = width_of(tag.text, SMALL, tag.weight)
        at_value = ROOM * math.log(max(tag.value, low) / low) / math.log(high / low)
        start = min(max(at_value - width / 2, 0.02), ROOM - width)
        for lane in lanes:
            if all(
                start > at + width_of(other.text, SMALL, other.weight) + 0.12
                or start + width + 0.12 < at
                for other, at in lane
            ):
                lane.append((tag, start))
                break
        else:
            lanes.insert(0, [(tag, start)])
    return lanes


def _write(page: Page, lanes: Sequence[Sequence[tuple[Tag, float]]], top: float) -> None:
    for i, lane in enumerate(lanes):
        for tag, start in lane:
            y = top + (i + 0.5) * LANE
            page.inside(tag.text, start, y, page.palette.posterior, weight=tag.weight)


def _hill(page: Page, estimate: Estimate, row: int, prob: float, base: float) -> None:
    """Density, median and interval, and every mode with its own bar where there are several."""
    colour, axes = page.palette.posterior, page.axes
    draws = np.maximum(estimate.draws(row).ravel(), SMALLEST)
    span = _span(draws, prob)
    values, density = log_density(draws)
    modes = estimate.modes(row, prob)
    medians = [mode.median for mode in modes] if len(modes) > 1 else [span.median]
    peaks = [HILL] * len(medians)
    if len(values):
        height = HILL * density / density.max()
        peaks = [float(np.interp(median, values, height)) for median in medians]
        inside = (values >= span.low) & (values <= span.high)
        axes.fill_between(values, base - height, base, color=colour, alpha=0.2, lw=0)
        axes.fill_between(
            values[inside], (base - height)[inside], base, color=colour, alpha=0.3, lw=0
        )
        axes.plot(values, base - height, color=colour, linewidth=1.4)
    for median, peak in zip(medians, peaks, strict=True):
        axes.plot([median, median], [base - peak, base], color=colour, linewidth=1.8)
    axes.plot(axes.get_xlim(), [base, base], color=page.palette.muted, linewidth=0.6)
    bar = base + 0.1
    page.bar(span.low, span.high, bar, colour, 1.6 if len(modes) > 1 else 3.2)
    for mode in modes if len(modes) > 1 else ():
        page.bar(mode.low, mode.high, bar, colour, 5)
    for median in medians:
        page.dot(median, bar, colour, markersize=5.5)
    text = f"{ends(span)} ({percent(prob)} interval)"
    page.centred(text, math.sqrt(span.low * span.high), base + 0.26, colour)
