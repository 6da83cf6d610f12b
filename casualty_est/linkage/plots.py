"""The picture of a matching: people by the lists that hold them, beside what thresholds say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casualty_est.linkage.into_lists import share_of
from casualty_est.plots import style
from casualty_est.plots.page import (
    Line,
    Page,
    height_of,
    label,
    line_height,
    open_page,
    stamp_figure,
    strip,
)
from casualty_est.plots.scales import limits_of
from casualty_est.plots.style import SMALL, Palette, Picture
from casualty_est.plots.words import credit_line, wrap
from casualty_est.result.posterior import interval_ends
from casualty_est.result.schema import Span
from casualty_est.wording.again import names_again
from casualty_est.wording.language import _, figure
from casualty_est.wording.numbers import percent, with_ends
from casualty_est.wording.phrases import listed

if TYPE_CHECKING:
    from casualty_est.linkage.linkage import Linkage

SHOWN = 16  # combinations of lists
NAMES = 2.15  # inches
MARKS = ("v", "s", "^", "D")  # of thresholds
HEAD = 0.3  # inches of a heading
UNDER = 0.11  # inches from the interval to the marks of thresholds
NOBODY = 0.7  # where a count of 0 stands on a log axis


def draw(linkage: Linkage, estimate: Any, prob: float, **look: Any) -> Picture:
    """Draw; see `Linkage.plot`."""
    interval_ends(prob)
    look.setdefault("credit", None)
    if look["credit"] is None and estimate is not None:
        look["credit"] = credit_line(estimate.meta)
    return style.drawn(picture, linkage, estimate, prob, **look)


def picture(linkage: Linkage, estimate: Any, prob: float, palette: Palette) -> Picture:
    """Intervals of the overlaps, marks of the thresholds, and the share of the variance."""
    frame = linkage.overlaps(prob).sort_values("median", ascending=False, kind="stable")
    rows: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()}
        for row in frame.head(SHOWN).to_dict("records")
    ]
    left_out = max(0, len(frame) - SHOWN)
    labels = [label(names_again(row["lists"]), _said(row), NAMES, palette) for row in rows]
    tall = [height_of(lines) for lines in labels]
    share = None if estimate is None else share_of(estimate)
    body = HEAD + sum(tall) + (0.0 if share is None else _height_of_share(share, palette))
    cuts = list(linkage.thresholds)
    values = [v for row in rows for v in (row["low"], row["high"], *_cut(row, cuts))]
    limits = limits_of([max(value, NOBODY) for value in values], least=2.0)
    people = linkage.people_in_words(prob)
    page = open_page(
        body,
        limits,
        palette,
        title=_(
            "{records} records are {people} people",
            records=figure(sum(linkage.records)),
            people=people,
        ),
        xlabel=_("people on exactly these lists"),
        note=_note(linkage, cuts, prob, left_out, reaches_nobody=min(values) < 1),
        left=NAMES + 0.3,
    )
    page.heading(_("On exactly these lists"), HEAD / 2)
    at = HEAD
    for row, lines, height in zip(rows, labels, tall, strict=True):
        _row(page, row, lines, at + height / 2, cuts)
        at += height
    if share is not None:
        _share(page, share, at)
    if not linkage.converged:
        stamp_figure(page.figure, palette)
    return page.figure


def _said(row: dict[str, Any]) -> str:
    return with_ends(Span(row["median"], row["low"], row["high"]))


def _cut(row: dict[str, Any], cuts: list[float]) -> list[float]:
    return [float(row[f"threshold {cut:g}"]) for cut in cuts]


def _row(
    page: Page, row: dict[str, Any], lines: tuple[Line, ...], middle: float, cuts: list[float]
) -> None:
    palette = page.palette
    middle = page.beside(lines, middle)
    low, high = (max(row[end], NOBODY) for end in ("low", "high"))
    page.bar(low, high, middle, palette.posterior, 3.2)
    page.dot(max(row["median"], NOBODY), middle, palette.posterior, markersize=6)
    for mark, value in zip(MARKS, _cut(row, cuts), strict=False):
        how: dict[str, Any] = {"marker": mark, "markersize": 5, "markerfacecolor": "none"}
        page.dot(max(value, NOBODY), middle + UNDER, palette.claim, **how)


def _share(page: Page, share: float, at: float) -> None:
    """A bar of the whole variance, as long as the axis, and the part that the matching causes."""
    palette = page.palette
    lines, head = _label_of_share(share, palette), _head_of_share(palette)
    page.heading(_share_in_words(), at + head / 2, lines=2)
    middle = page.beside(lines, at + head + height_of(lines) / 2)
    whole = (page.value(0.0), page.value(page.room))
    page.bar(whole[0], whole[1], middle, palette.faint, 7.0)
    if share > 0:
        page.bar(whole[0], page.value(page.room * min(share, 1.0)), middle, palette.posterior, 7.0)


def _share_in_words() -> str:
    return _("Share of the variance of the estimate that the matching causes")


def _label_of_share(share: float, palette: Palette) -> tuple[Line, ...]:
    return (Line(percent(round(share, 2)), SMALL, palette.ink), *strip(palette))


def _head_of_share(palette: Palette) -> float:
    """Inches of its heading, which needs two lines on a narrow picture."""
    lines = wrap(_share_in_words(), palette.inner, SMALL)
    return HEAD + (len(lines) - 1) * line_height(SMALL)


def _height_of_share(share: float, palette: Palette) -> float:
    return _head_of_share(palette) + height_of(_label_of_share(share, palette)) + 0.05


def _note(
    linkage: Linkage, cuts: list[float], prob: float, left_out: int, *, reaches_nobody: bool
) -> str:
    names = (_("triangle"), _("square"), _("upright triangle"), _("diamond"))
    marks = [
        _("{mark} at {level}", mark=name, level=percent(cut))
        for name, cut in zip(names, cuts, strict=False)
    ]
    parts = [
        _(
            "Dots and bars: median and {level} interval over draws of the matching.",
            level=percent(prob),
        ),
        _("Hollow, below: what a threshold would say, {marks}.", marks=listed(marks)),
    ]
    if reaches_nobody:
        parts.append(_("A bar or mark at the left end reaches 0."))
    if left_out:
        parts.append(_("{number} rarer combinations are not drawn.", number=left_out))
    if not linkage.calibrated:
        parts.append(_("The matching is not calibrated by answered records."))
    return " ".join(parts)
