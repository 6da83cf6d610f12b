"""What the sources of one role have been worth: every statement beside its better figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from casualty_est import datasets
from casualty_est.datasets.statements import Statement
from casualty_est.plots.page import MOST, STRIP, Line, Page, line_height, open_page, strip
from casualty_est.plots.scales import limits_of
from casualty_est.plots.style import SMALL, Palette, Picture
from casualty_est.plots.words import shorten
from casualty_est.priors.record import Level, ReportingRatio, reporting_ratio, statements_behind
from casualty_est.priors.roles import NO_ROLE
from casualty_est.priors.worth import PROB, meaning_of, usual_level
from casualty_est.wording.numbers import percent, share

NAME, CONFLICT, GAP = 2.25, 1.6, 0.12  # inches of the two columns of labels, and between them
LEFT = NAME + CONFLICT + 2 * GAP + 0.12
BETWEEN = 0.07  # rows
LANE = line_height(SMALL) + 0.03


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement and its labels."""

    row: Statement
    name: tuple[Line, ...]
    conflict: tuple[Line, ...]
    narrow: bool = False  # names alone, over their rows

    @property
    def height(self) -> float:
        """Inches."""
        tall = max(len(self.name), len(self.conflict)) * line_height(SMALL)
        return tall + BETWEEN + STRIP * self.narrow


def picture(
    role: str, without: str | Iterable[str] | None, level: Level | None, palette: Palette
) -> Picture:
    """Draw the record of one role; see `casualty_est.plots.record`."""
    ratio = reporting_ratio(role, without, level or usual_level(role, without))
    every = _rows(ratio)
    entries = [_entry(row, palette) for row in _spread(every)]
    low, high = ratio.interval(PROB)
    top = 2 * LANE + 0.06
    page = open_page(
        top + sum(entry.height for entry in entries) + 0.04,
        _limits(entries, (low, ratio.median, high)),
        palette,
        title=_title(ratio),
        xlabel="reported / better figure, log scale",
        note=_note(ratio, entries, len(every) - len(entries)),
        left=LEFT,
        right=0.25,
    )
    _band(page, ratio, (low, high))
    for entry in entries:
        y = top + entry.height / 2
        if palette.narrow:
            y = page.beside((*entry.name, *strip(palette)), y)
        else:
            page.beside(entry.name, y)
            page.beside(entry.conflict, y, at=NAME + GAP)
        _draw(page, entry.row, y)
        top += entry.height
    page.rule(1.0, palette.muted, top=LANE, linewidth=1.0, zorder=1.2)
    page.rule(ratio.median, palette.posterior, top=LANE, linewidth=1.4, zorder=1.3)
    return page.figure


def _rows(ratio: ReportingRatio) -> list[Statement]:
    """Statements behind it and those that nobody died, from few to many."""
    zeros = [
        row
        for row in datasets.record().of(ratio.role, use="zero")
        if row.conflict not in ratio.left_out
    ]
    return sorted([*zeros, *statements_behind(ratio)], key=lambda row: (row.ratio, row.id))


def _spread(rows: Sequence[Statement]) -> list[Statement]:
    """All of them, or as many as one picture takes, evenly over their ranks."""
    if len(rows) <= MOST:
        return list(rows)
    return [rows[round(i * (len(rows) - 1) / (MOST - 1))] for i in range(MOST)]


def _entry(row: Statement, palette: Palette) -> Entry:
    name, known = row.source, f"{row.source} {row.conflict}".casefold()
    if row.place.casefold() not in known:
        name += f", {row.place}"
    name += f", {row.date_reported[:4]}"
    if palette.narrow:
        name = f"{name} ({row.conflict})"
        names = [Line(t, SMALL, palette.ink) for t in shorten(name, palette.inner, SMALL, lines=2)]
        return Entry(row, tuple(names), (), narrow=True)
    names = [Line(text, SMALL, palette.ink) for text in shorten(name, NAME, SMALL, lines=2)]
    lines = shorten(row.conflict, CONFLICT, SMALL, lines=2)
    return Entry(row, tuple(names), tuple(Line(text, SMALL, palette.muted) for text in lines))


def _limits(entries: Sequence[Entry], band: Iterable[float]) -> tuple[float, float]:
    rows = [entry.row for entry in entries]
    ends = [end for row in rows for end in (row.ratio, *_interval(row))]
    zero = any(row.ratio == 0 for row in rows)
    return limits_of([*ends, *band, 1.0], before=0.12 if zero else 0.05, after=0.05)


def _interval(row: Statement) -> tuple[float, float]:
    return row.reported_best / row.ref_high, row.reported_best / row.ref_low


def _title(ratio: ReportingRatio) -> str:
    without = f", without {' and '.join(ratio.left_out)}" if ratio.left_out else ""
    meaning = meaning_of(ratio.role)
    if ratio.role == NO_ROLE:
        return f"{meaning.capitalize()}{without}"
    return f"{ratio.role.replace('_', ' ').capitalize()}: {meaning}{without}"


def _band(page: Page, ratio: ReportingRatio, ends: tuple[float, float]) -> None:
    """Median and interval of a new source in a new conflict, behind all rows."""
    palette, (low, high) = page.palette, ends
    left, right = (page.value(page.inch(end)) for end in (low, high))
    page.axes.fill_between(
        [left, right], LANE, page.body, color=palette.posterior, alpha=0.13, lw=0, zorder=0.5
    )
    text = f"expected: {share(ratio.median)} ({share(low)} to {share(high)})"
    page.centred(text, ratio.median, LANE / 2, palette.posterior)
    page.centred("equal", 1.0, 1.5 * LANE, palette.muted)


def _draw(page: Page, row: Statement, y: float) -> None:
    colour = page.palette.claim
    if row.ratio == 0:
        page.dot(page.value(0.08), y, colour, marker="<", markersize=5)
        page.inside("0", 0.17, y, colour)
        return
    fill = {"markerfacecolor": page.palette.paper} if row.ref_uses_source == "wholly" else {}
    page.bar(*_interval(row), y, colour, 1.6, alpha=0.55)
    page.dot(row.ratio, y, colour, markersize=4.5, **fill)


def _note(ratio: ReportingRatio, entries: Sequence[Entry], more: int) -> str:
    rows = [entry.row for entry in entries]
    what = "single incident" if ratio.level == "incident" else "total"
    parts = [
        "Dot and bar: what was said over the better figure, with the interval of the better figure."
    ]
    if any(row.ref_uses_source == "wholly" and row.ratio for row in rows):
        parts.append("Hollow: the better figure is built wholly on the source.")
    if any(row.ratio == 0 for row in rows):
        parts.append("Mark at the left edge: it said that nobody died.")
    parts.append(
        f"Blue line and band: median and {percent(PROB)} interval of what a new source may be "
        f"expected to say of a {what} in a new conflict, learned from {ratio.rows} statements in "
        f"{ratio.conflicts} conflicts."
    )
    if more:
        parts.append(f"{more} more statements are not drawn.")
    return " ".join(parts)
