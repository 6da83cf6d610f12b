"""THE picture: the posterior of a count over every claim that was made of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from casualty_est.plots import marks
from casualty_est.plots.bounds import bar_of_bound, density_of, ends_of_bound
from casualty_est.plots.density import SMALLEST
from casualty_est.plots.page import (
    MOST,
    Line,
    Page,
    height_of,
    label,
    line_height,
    open_page,
    sides,
)
from casualty_est.plots.scales import limits_of
from casualty_est.plots.style import LABEL, SMALL, Palette, Picture
from casualty_est.plots.words import clean, shorten, width_of, wrap
from casualty_est.result.posterior import span_of
from casualty_est.result.schema import Cell, ClaimRow, Span
from casualty_est.result.tables import Bound, printed_ends, row_bound
from casualty_est.tables.cells import Documented
from casualty_est.wording.hedged import on_page
from casualty_est.wording.language import N_, _, figure, pgettext, spoken
from casualty_est.wording.numbers import Ends, ends, middle, percent, with_ends
from casualty_est.wording.phrases import Labelled, cell_title, day, either, listed, with_source
from casualty_est.wording.terms import part_name, role_name, said_label, stratum_name

if TYPE_CHECKING:
    from casualty_est.plots import Plots
    from casualty_est.result.answered import Answered

LEFT, RIGHT, BOLD = 2.35, 0.3, "bold"
HILL = 1.05  # inches that the density is high
LANE = line_height(SMALL) + 0.03
UNDER = 0.42  # inches under the density for its interval
NO_LEVEL = N_("picture", "no headline number: nothing sets the level")
Groups = Mapping[str, tuple[str, ...]]  # for each group of people, the groups that lie inside it
_FIELDS = ("scope", "group", "outcome", "perpetrator")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row under the density: a heading, a claim, or a part of the estimate."""

    lines: tuple[Line, ...] = ()
    heading: str = ""
    strata: bool = False  # whether it heads parts of the whole
    claim: ClaimRow | None = None
    light: bool = False
    parts: tuple[Ends, ...] = ()  # one for each number that the evidence supports
    bound: Bound | None = None

    @property
    def height(self) -> float:
        """Inches."""
        return 0.26 if self.heading else height_of(self.lines)


@dataclass(frozen=True, slots=True)
class Tag:
    """A text over the density, and the number it stands for."""

    text: str
    value: float


def picture(plots: Plots, row: int, prob: float, left_out: bool, palette: Palette) -> Picture:
    """Draw the total; see `Plots.total`."""
    estimate = plots._estimate
    known, documented = estimate.meta.has_level, estimate.meta.rows[row].documented
    entries = _entries(plots, row, prob, palette, left_out=left_out)
    limits = _limits(estimate, row, entries, prob)
    # Where labels stand decides how many lanes they need, and so the height of the picture.
    room = sides(palette, LEFT, RIGHT)[2]
    lanes = _lanes(_tags(estimate, row, prob), limits, room) if known else []
    first = LANE if documented else 0.04
    head = _head(plots, palette)
    over = sum(line.height for line in head) + 0.08 if palette.narrow and known else 0.0
    first += over
    base = first + len(lanes) * LANE + HILL
    rows_from = base + UNDER if known else first + 0.34
    page = open_page(
        rows_from + sum(entry.height for entry in entries) + 0.06,
        limits,
        palette,
        title=title_of(estimate, row),
        xlabel=_("people, log scale"),
        note=_key(entries),
        left=LEFT,
        right=RIGHT,
    )
    if documented:
        text = _documented_text(plots, documented, room)
        page.centred(text, documented.low, over + LANE / 2, palette.documented)
    if known:
        for i, lane in enumerate(lanes):
            for tag, start in lane:
                page.inside(tag.text, start, first + (i + 0.5) * LANE, palette.posterior, BOLD)
        page.beside(head, over / 2 if palette.narrow else base - HILL / 2)
        _hill(page, estimate, row, prob, base)
    else:
        page.inside(pgettext("picture", NO_LEVEL), 0.02, first + 0.15, palette.ink, BOLD)
    _rows(page, entries, rows_from)
    if documented and documented.low > 0:
        style = {"linewidth": 1.1, "linestyle": (0, (4, 3)), "zorder": 1.5}
        foot = rows_from + sum(entry.height for entry in _of_the_whole(entries))
        page.rule(documented.low, palette.documented, top=first, foot=foot, **style)
    if not estimate.converged:
        page.stamp()
    return page.figure


def _head(plots: Plots, palette: Palette) -> tuple[Line, ...]:
    """What the density is, beside it or, on a narrow picture, over it."""
    words = wrap(
        pgettext("picture", plots._estimated),
        palette.inner if palette.narrow else LEFT - 0.2,
        SMALL,
    )
    below = (Line(text, SMALL, palette.muted) for text in words)
    return (Line(_("Estimated"), LABEL, palette.posterior, BOLD), *below)


def title_of(estimate: Answered, row: int, *, dated: bool = True) -> str:
    """Name an estimate for the head of a picture: its cell, stratum and part."""
    entry = estimate.meta.rows[row]
    parts = [cell_title(entry.cell if dated else replace(entry.cell, start=None, end=None))]
    parts += [stratum_name(*stratum) for stratum in entry.strata.items()]
    if entry.part != "total":
        parts.append(part_name(entry.part))
    return ", ".join(parts)


def _documented_text(plots: Plots, documented: Documented, room: float) -> str:
    """The documented count as published; a long name of its source loses its middle."""
    text = plots._documented_text(documented)
    if not documented.source:
        return text
    rest = room - width_of(f"{text} ()", SMALL) - 0.1
    return with_source(text, shorten(documented.source, rest, SMALL, 1)[0])


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
    hidden = [c for c in claims if left_out and not c.counted and marks.kind_of(c) != "nothing"]
    out = [c for c in hidden if lies_inside(c, cell, groups, itself=True)]
    entries = _part_rows(plots, row, prob, palette)
    for heading, some, light in (
        (plots._claims_heading(), own, False),
        (_("Claims on parts of it, as published"), parts, True),
        (_("Left out"), out, True),
    ):
        if some:
            entries.append(Entry(heading=heading))
            entries += [_claim_row(c, cell, palette, light=light) for c in some]
    if len(entries) > MOST:
        more = figure(len(entries) - MOST)
        entries[MOST:] = [Entry(heading=_("and {number} more, not drawn", number=more))]
    return entries


def _claim_row(claim: ClaimRow, cell: Cell, palette: Palette, *, light: bool) -> Entry:
    name = claim.source
    if claim.role:
        name = with_source(name, claim.role if spoken().english else role_name(claim.role))
    text = quoted(claim)
    differs = what_differs(claim, cell) if light else ""
    if claim.end and claim.end != cell.end:  # a total of another day is no rival of this one
        until = _("to {day}", day=day(claim.end))
        differs = ", ".join(filter(None, (differs, until)))
    detail = f"{text}, {differs}" if differs else text
    lines = label(name, detail, LEFT - 0.3, palette, light=light)
    return Entry(lines, claim=claim, light=light)


def quoted(claim: ClaimRow) -> str:
    """The number of a claim as it was published; in another language the hedge is said in that."""
    if not claim.text:
        return _("blank")
    if spoken().english:
        return f"“{clean(claim.text)}”"
    ends = [float(end) for end in (claim.low, claim.best, claim.high) if end is not None]
    return on_page(clean(claim.text), ends)


def lies_inside(claim: Labelled, cell: Labelled, groups: Groups, *, itself: bool = False) -> bool:
    """Whether a claim counts people of a cell, all of them or a part."""
    held = (
        _covers(cell.scope, claim.scope, "all"),
        _covers(cell.perpetrator, claim.perpetrator, "any"),
        cell.outcome in (claim.outcome, "casualties"),
        cell.group == "all" or claim.group in _within(cell.group, groups),
    )
    return all(held) and (itself or any(getattr(claim, n) != getattr(cell, n) for n in _FIELDS))


def _within(group: str, groups: Groups) -> set[str]:
    """A group, its parts, and all that lies inside one of them, at any depth."""
    inside: set[str] = set()
    waiting = [group]
    while waiting:
        name = waiting.pop()
        if name not in inside:
            inside.add(name)
            waiting += [*groups.get(name, ()), *name.split("+")]
    return inside


def _covers(whole: str, part: str, everything: str) -> bool:
    return whole == everything or set(part.split("+")) <= set(whole.split("+"))


def what_differs(claim: Labelled, cell: Labelled) -> str:
    """Name the part of a cell that a claim speaks of."""
    differing = [n for n in _FIELDS if _parts(claim, n) != _parts(cell, n)]
    labels = {name: str(getattr(claim, name)) for name in differing}
    return ", ".join(
        said_label(label) if name in ("group", "outcome") else listed(label.split("+"))
        for name, label in labels.items()
    )


def _parts(labels: Labelled, name: str) -> set[str]:
    return set(str(getattr(labels, name)).split("+"))


def _part_rows(plots: Plots, row: int, prob: float, palette: Palette) -> list[Entry]:
    """Listed and unlisted deaths of the same cell, and strata, where there are such."""
    meta, own = plots._estimate.meta, plots._estimate.meta.rows[row]
    if own.part != "total" or not meta.has_level:
        return []
    entries: list[Entry] = []
    strata = [Entry(heading=_("By stratum"), strata=True)]
    for i, other in enumerate(meta.rows):
        if i == row or other.cell != own.cell:
            continue
        same, name = other.strata == own.strata, plots._part_name(other.part)
        if not same:
            whole = other.part == "total" and not own.strata
            name = ", ".join(stratum_name(*one) for one in other.strata.items() if whole)
        if name:
            spans = printed_ends(plots._estimate, i, prob)
            bound = row_bound(plots._estimate, i, prob)
            said = either(map(with_ends, spans)) if bound is None else bound.text
            lines = label(name, said, LEFT - 0.3, palette)
            entry = Entry(lines, parts=spans) if bound is None else Entry(lines, bound=bound)
            (entries if same else strata).append(entry)
    return entries + strata * (len(strata) > 1)


def _of_the_whole(entries: Sequence[Entry]) -> Iterable[Entry]:
    """The rows above the strata: what is documented of the whole is not a number of its parts."""
    return takewhile(lambda entry: not entry.strata, entries)


def _rows(page: Page, entries: Sequence[Entry], top: float) -> None:
    for entry in entries:
        y = top + entry.height / 2
        if entry.heading:
            page.heading(entry.heading, y + 0.03)
        else:
            y = page.beside(entry.lines, y)
        if entry.claim is not None:
            marks.draw(page, entry.claim, y, light=entry.light)
        for part in entry.parts:
            page.bar(part.low, part.high, y, page.palette.posterior, 2.4, alpha=0.7)
            page.dot(max(part.median, SMALLEST), y, page.palette.posterior)
        if entry.bound is not None:
            bar_of_bound(page.axes, entry.bound, y, page.palette.posterior, 2.4)
        top += entry.height


def _key(entries: Sequence[Entry]) -> str:
    """Explain the marks that were drawn, and only those."""
    claims = [entry.claim for entry in entries if entry.claim is not None]
    kinds = {marks.kind_of(claim) for claim in claims}
    if any(not claim.counted for claim in claims):
        kinds.add("left out")
    return "; ".join(text for kind, text in marks.names().items() if kind in kinds)


def _limits(
    estimate: Answered, row: int, entries: Sequence[Entry], prob: float
) -> tuple[float, float]:
    claims = [entry.claim for entry in entries if entry.claim is not None]
    values = [number for claim in claims for number in marks.numbers_of(claim)]
    values += [x for e in entries for p in e.parts for x in (p.low, p.median, p.high)]
    values += [x for e in entries if e.bound for x in ends_of_bound(e.bound)]
    documented = estimate.meta.rows[row].documented
    if documented and documented.low:
        values.append(float(documented.low))
    if estimate.meta.has_level:
        bound = row_bound(estimate, row, prob)
        draws = np.maximum(estimate.draws(row).ravel(), SMALLEST)
        far = [float(x) for x in np.quantile(draws, [0.002, 0.998])]
        values += ends_of_bound(bound) if bound and bound.side == "lower" else far
    kinds = {marks.kind_of(claim) for claim in claims}
    # An arrow needs air on its side.
    before, after = (0.16 if kinds & some else 0.06 for some in ({"to", "zero"}, {"from"}))
    return limits_of(values, before=before, after=after)


def _tags(estimate: Answered, row: int, prob: float) -> list[Tag]:
    modes = estimate.modes(row, prob)
    if len(modes) > 1:  # a number between them, such as the median, is supported by nothing
        return [
            Tag(
                _("{weight} near {number}", weight=percent(round(m.weight, 2)), number=middle(m)),
                m.median,
            )
            for m in modes
        ]
    if (bound := row_bound(estimate, row, prob)) is not None:
        return [Tag(bound.text, bound.number)]
    span = printed_ends(estimate, row, prob)[0]
    return [Tag(_("median {number}", number=middle(span)), span.median)]


def _lanes(
    tags: Sequence[Tag], limits: tuple[float, float], room: float
) -> list[list[tuple[Tag, float]]]:
    """Place texts in lanes in which they do not touch; the last lane is nearest to the density."""
    lanes: list[list[tuple[Tag, float]]] = []
    low, high = limits
    for tag in tags:
        width = width_of(tag.text, SMALL, BOLD)
        at_value = room * math.log(max(tag.value, low) / low) / math.log(high / low)
        start = min(max(at_value - width / 2, 0.02), room - width)
        for lane in lanes:
            if all(
                start > at + width_of(other.text, SMALL, BOLD) + 0.12 or start + width + 0.12 < at
                for other, at in lane
            ):
                lane.append((tag, start))
                break
        else:
            lanes.insert(0, [(tag, start)])
    return lanes


def _hill(page: Page, estimate: Answered, row: int, prob: float, base: float) -> None:
    """Density, median and interval, and every mode with its own bar where there are several."""
    colour, axes = page.palette.posterior, page.axes
    draws = np.maximum(estimate.draws(row).ravel(), SMALLEST)
    span = span_of(draws, prob)
    bound = row_bound(estimate, row, prob)
    if bound is not None:
        left, right = axes.get_xlim()
        span = Span(bound.number, max(bound.low, left), bound.high or right)
    values, density = density_of(draws, bound)
    modes = estimate.modes(row, prob)
    several = modes if len(modes) > 1 else ()
    medians = [mode.median for mode in several] or [span.median]
    peaks = [HILL] * len(medians)
    if len(values):
        height = HILL * density / density.max()
        peaks = [float(np.interp(median, values, height)) for median in medians]
        inside = (values >= span.low) & (values <= span.high)
        top = base - height
        axes.fill_between(values, top, base, color=colour, alpha=0.2, lw=0)
        axes.fill_between(values[inside], top[inside], base, color=colour, alpha=0.3, lw=0)
        axes.plot(values, top, color=colour, linewidth=1.4)
    for median, peak in zip(medians, peaks, strict=True):
        axes.plot([median, median], [base - peak, base], color=colour, linewidth=1.8)
    axes.plot(axes.get_xlim(), [base, base], color=page.palette.muted, linewidth=0.6)
    bar = base + 0.1
    if bound is None:
        page.bar(span.low, span.high, bar, colour, 1.6 if several else 3.2)
    else:
        bar_of_bound(axes, bound, bar, colour, 3.2)
    for mode in several:
        page.bar(mode.low, mode.high, bar, colour, 5)
    for median in medians if bound is None else ():
        page.dot(median, bar, colour, markersize=5.5)
    if bound is None:
        text = _("{interval} ({level} interval)", interval=ends(span), level=percent(prob))
    else:
        text = _("{bound}, with {level} probability", bound=bound.text, level=percent(prob))
    page.centred(text, math.sqrt(span.low * span.high), base + 0.26, colour)
