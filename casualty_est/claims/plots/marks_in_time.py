"""Published claims over time, drawn as `marks` draws them on one line: here numbers go upward."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.collections import LineCollection

from casualty_est.plots.marks import ABOUT, kind_of

NAMES = {
    "number": "mark: number as stated",
    "about": "pale halo: “about”",
    "documented": "level tick: cases documented, so a lower end",
    "from": "arrow up: “at least”, end open",
    "to": "arrow down: “at most”",
    "range": "bar with ends: range",
    "vague": "dashed bar: vague word",
    "left out": "small and pale: not counted again",
}
HALO = 3.0  # times the size of the mark


@dataclass(frozen=True, slots=True)
class Look:
    """How the claims of one source look.

    Parameters
    ----------
    colour, marker : str
        Colour, and shape of its marks.
    size : float
        Points of a mark.
    alpha : float
        Opacity.
    filled : bool
        Whether marks are full.
    """

    colour: str
    marker: str
    size: float = 5.0
    alpha: float = 1.0
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Placed:
    """A claim, the day at which it stands, and the numbers it is drawn with."""

    day: float
    claim: dict[str, Any]

    @property
    def value(self) -> float:
        """The one number at which its label points."""
        low, best, high = (self.claim[key] for key in ("low", "best", "high"))
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
    dots = [*by_kind.get("number", []), *by_kind.get("about", [])]
    _dots(axes, [(one.day, float(one.claim["best"])) for one in dots], look)
    _halo(axes, by_kind.get("about", []), look)
    _ticks(axes, by_kind.get("documented", []), look)
    for kind, end, factor in (("from", "low", arrow), ("to", "high", 1 / arrow)):
        found = [(one.day, float(one.claim[end])) for one in by_kind.get(kind, [])]
        _arrows(axes, found, look, factor)
    for kind in ("range", "vague"):
        ends = [
            (one.day, float(one.claim["low"] or 1), float(one.claim["high"]))
            for one in by_kind.get(kind, [])
        ]
        _bars(axes, ends, look, dashed=kind == "vague")


def _dots(axes: Any, points: Sequence[tuple[float, float]], look: Look, **how: Any) -> None:
    if not points:
        return
    style = {
        "marker": look.marker,
        "markersize": look.size,
        "markerfacecolor": look.colour if look.filled else "none",
        "markeredgewidth": 0.9,
        "alpha": look.alpha,
        **how,
    }
    axes.plot(*zip(*points, strict=True), color=look.colour, linestyle="none", **style)


def _halo(axes: Any, placed: Sequence[Placed], look: Look) -> None:
    points = [(one.day, float(one.claim["best"])) for one in placed]
    style = {"marker": "o", "markersize": HALO * look.size, "markeredgewidth": 0}
    _dots(axes, points, look, **style, alpha=0.25 * look.alpha)
    ends = [(day, value * math.exp(-ABOUT), value * math.exp(ABOUT)) for day, value in points]
    _lines(axes, ends, look, linewidths=4, alpha=0.25 * look.alpha)


def _ticks(axes: Any, placed: Sequence[Placed], look: Look) -> None:
    points = [(one.day, float(one.claim["low"])) for one in placed]
    _dots(axes, points, look, marker="_", markersize=1.6 * look.size, markeredgewidth=2)


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
        found = LineCollection(pieces, colors=[look.colour], **how)
        axes.add_collection(found, autolim=False)
