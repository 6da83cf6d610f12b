"""The report of one study: a single HTML file that needs nothing from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casualty_est.kinds import room
from casualty_est.report.page import Said, render

if TYPE_CHECKING:
    from casualty_est.report.parts import Parts
    from casualty_est.result.estimate import Estimate

__all__ = ["Said", "page_of", "parts_of"]


def parts_of(estimate: Estimate, prob: float = 0.95) -> Parts:
    """The parts of a report, as the kind of evidence says them."""
    parts: Parts = room(estimate.kind, "report").PARTS(estimate, prob)
    return parts


def page_of(estimate: Estimate, prob: float = 0.95, said: Said | None = None) -> str:
    """The report of an estimate as one HTML page."""
    return render(parts_of(estimate, prob), said)
