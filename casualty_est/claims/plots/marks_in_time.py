"""Published claims over time, drawn as `marks` draws them on one line: here numbers go upward."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.collections import LineCollection

from casualty_est.plots.marks import kind_of, mark_of
from casualty_est.result.schema import ClaimRow
from casualty_est.wording.language import N_

NAMES = {
    "number": N_("picture", "mark: number as stated"),
    "about": N_("picture", "pale halo: “about”"),
    "documented": N_("picture", "level tick: cases counted, so a lower end"),
    "from": N_("picture", "arrow up: “at least”, end open"),
    "to": N_("picture", "arrow down: “at most”"),
    "range": N_("picture", "bar with ends: range"),
    "vague": N_("picture", "dashed bar: vague word"),
    "left out": N_("picture", "small and pale: not counted again"),
}
HALO = 3.0  # times the size of the mark


@dataclass(frozen=True, slots=True)
class Look:
    """How the claims of one source look."""

    colour: str
    marker: str
    size: float = 5.0
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A claim, the day at which it stands, and the numbers it is drawn with."""

    day: float
    claim: ClaimRow

    @property
    def value(self) -> float:
        """The one number at which its label points."""
        low, best, high = self.claim.low, self.claim.best, self.claim.high
        if best:
            return float(best)
        if low and high:
            return math.sqrt(low * high)
        return float(low or high or 0.0)


def draw(axes: Any, placed: Sequence[Placed], look: Look, arrow: float) -> None:
    """Draw the claims of one source."""
    by_kind: dict[str, list[Placed]] = {}
    for one in placed:
        by_kind.setdefault(kind_of(one.claim), []).append(one)
    about = by_kind.get("about", [])
    _dots(axes, _at([*by_kind.get("number", []), *about], "best"), look)
    _halo(axes, about, look)
    tick = {"marker": "_", "markersize": 1.6 * look.size, "markeredgewidth": 2}
    _dots(axes, _at(by_kind.get("documented", []), "low"), look, **tick)
    _arrows(axes, _at(by_kind.get("from", []), "low"), look, arrow)
    _arrows(axes, _at(by_kind.get("to", []), "high"), look, 1 / arrow)
    for kind in ("range", "vague"):
        claims = [(one.day, one.claim) for one in by_kind.get(kind, [])]
        ends = [(day, float(claim.low or 1), float(claim.high or 1)) for day, claim in claims]
        _bars(axes, ends, look, dashed=kind == "vague")
        _dots(axes, [(day, float(claim.best)) for day, claim in claims if claim.best], look)


def _at(placed: Sequence[Placed], end: str) -> list[tuple[float, float]]:
    """Day and number of each claim, by the end of its statement that is drawn."""
    return [(one.day, float(getattr(one.claim, end))) for one in placed]


def _dots(axes: Any, points: Sequence[tuple[float, float]], look: Look, **how: Any) -> None:
    if not points:
        return
    shape = {"marker": look.marker, "markersize": look.size, "markeredgewidth": 0.9}
    paint = {"markerfacecolor": look.colour, "alpha": look.alpha}
    style = {**shape, **paint, **how}
    axes.plot(*zip(*points, strict=True), color=look.colour, linestyle="none", **style)


def _halo(axes: Any, placed: Sequence[Placed], look: Look) -> None:
    points = _at(placed, "best")
    style = {"marker": "o", "markersize": HALO * look.size, "markeredgewidth": 0}
    _dots(axes, points, look, **style, alpha=0.25 * look.alpha)
    widths = [math.exp(mark_of(one.claim).spread) for one in placed]
    ends = [(day, n / width, n * width) for (day, n), width in zip(points, widths, strict=True)]
    _lines(axes, ends, look, linewidths=4, alpha=0.25 * look.alpha)


def _arrows(axes: Any, points: Sequence[tuple[float, float]], look: Look, factor: float) -> None:
    ends = [(day, value, value * factor) for day, value in points]
    _lines(axes, ends, look, linewidths=1.2, alpha=0.6 * look.alpha)
    head = [(day, end) for day, _, end in ends]
    marker = "^" if factor > 1 else "v"
    _dots(axes, head, look, marker=marker, markersize=0.75 * look.size, alpha=0.5 * look.alpha)
    _dots(axes, points, look, markersize=0.8 * look.size)


def _bars(
    axes: Any, ends: Sequence[tuple[float, float, float]], look: Look, *, dashed: bool
) -> None:
    style = {"linestyles": [(0, (2.2, 1.2))]} if dashed else {}
    _lines(axes, ends, look, linewidths=1.8, alpha=look.alpha, **style)
    if not dashed:
        caps = [(day, end) for day, low, high in ends for end in (low, high)]
        _dots(axes, caps, look, marker="_", markersize=1.3 * look.size, markeredgewidth=1.6)


def _lines(axes: Any, ends: Sequence[tuple[float, float, float]], look: Look, **how: Any) -> None:
    if ends:
        pieces = [[(day, low), (day, high)] for day, low, high in ends]
        axes.add_collection(LineCollection(pieces, colors=[look.colour], **how), autolim=False)
