"""Numbers from outside that cannot hold together, named before anything is computed."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from casualty_est.arrays import Bools
from casualty_est.errors import UsageError
from casualty_est.priors.distributions import short
from casualty_est.priors.settings import Anchor
from casualty_est.wording.language import Noted, stored

if TYPE_CHECKING:
    from casualty_est.claims.model.cells import CellGrid
    from casualty_est.claims.model.layout import AnchorTerm, Layout


APART = 3.0  # sds of their difference beyond which two numbers are worth a word,
CONTRADICT = 5.0  # and beyond which no number is left between them


def check_anchors(layout: Layout) -> list[Noted]:
    """Refuse anchors that contradict each other, and note those that lie apart."""
    notes = []
    anchors = list(zip(layout.priors.anchors, layout.anchors, strict=True))
    for (one, placed), (other, by) in itertools.combinations(anchors, 2):
        away = _apart(one, placed, other, by, layout.grid)
        if away <= APART:
            continue
        pair = f"{_said(one)} and {_said(other)}"
        if away > CONTRADICT:
            msg = (
                f"two anchors contradict each other: {pair} lie {away:.1f} standard deviations of "
                "their difference apart, and the answer would lie between them, where neither "
                "says: keep one, or widen them"
            )
            raise UsageError(msg)
        text = stored(
            "note",
            "two anchors lie apart: {one} and {other}; the answer lies between them, where neither "
            "says",
            one=_said(one),
            other=_said(other),
        )
        notes.append(("anchors_apart", text))
    return notes


def _apart(one: Anchor, placed: AnchorTerm, other: Anchor, by: AnchorTerm, grid: CellGrid) -> float:
    """By how many sds two anchors disagree; 0 where they speak of different things."""
    gap, spread = other.prior.mu - one.prior.mu, math.hypot(one.prior.sd, other.prior.sd)
    if placed.cells is None or by.cells is None:
        same = placed.target is not None and placed.target == by.target
        return abs(gap) / spread if same else 0.0
    if (one.start, one.end) != (other.start, other.end):
        return 0.0
    if (placed.cells == by.cells).all():
        return abs(gap) / spread
    # A part that is larger than the whole.
    if _inside(placed.cells, by.cells, grid):
        return max(-gap, 0.0) / spread
    if _inside(by.cells, placed.cells, grid):
        return max(gap, 0.0) / spread
    return 0.0


def _inside(part: Bools, whole: Bools, grid: CellGrid) -> bool:
    """Whether some cells are parts of others, a subgroup of its group included."""
    behind = part.astype(float) @ grid.of_base() > 0
    return not (behind & ~whole[: grid.base]).any()


def _said(anchor: Anchor) -> str:
    low, high = anchor.prior.interval(0.95)
    return stored(
        "note",
        "{anchor}, about {median} ({low} to {high})",
        anchor=anchor.name,
        median=short(anchor.prior.median),
        low=short(low),
        high=short(high),
    )
