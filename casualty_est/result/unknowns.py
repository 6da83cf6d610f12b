"""What an estimate does not know: its assumptions as draws, and what a study could look at.

Each kind of evidence answers in its own wing (`Estimate._unknowns`); what is computed from the
answer, the worth of knowing more, is the same for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from casualty_est.arrays import Array

ANY_LIST = "any list"  # in the place of a source: at least one of all lists
EVERY_GRADE = "every grade"
FREE = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Assumed:
    """One assumption: what it is now, its draws, and how its prior weighs each of them."""

    name: str
    now: float  # median of its prior, or its mean where that is what is set, in its own unit
    sd: float  # of the prior, on `scale`
    scale: str = "log"  # on which the prior moves: log, logit or plain
    draws: Array | None = None  # (draw,), posterior, on any scale; None where they were not kept
    # (draw,), what the log prior gains for each sd by which the prior moves upward, up to a
    # constant; None where the prior cannot be moved afterwards
    score: Array | None = None
    source: str | None = None  # whose it is
    effect: float | None = None  # change of the log count for one sd, where known without a score
    # share of the variance of the log count that it explains, known without draws
    settled: float | None = None
    limits: tuple[float, float] = FREE  # how far the prior can move, in sds
    # (draw,), where it differs between draws: half of it, times the square of a move, is what
    # the log prior loses beside that
    curvature: Array | None = None

    def moved(self, sds: float) -> float:
        """The assumption after its prior has moved by some sds, in its own unit."""
        by = sds * self.sd
        if self.scale == "log":
            return self.now * math.exp(by)
        if self.scale == "logit":
            odds = self.now / (1 - self.now) * math.exp(by)
            return odds / (1 + odds)
        return self.now + by

    def effect_on(self, log_count: Array) -> float | None:
        """Change of the mean log count for one prior sd upward, at first order."""
        if self.score is None:
            return self.effect
        return float(((log_count - log_count.mean()) * (self.score - self.score.mean())).mean())


@dataclass(frozen=True, slots=True)
class Unknowns:
    """The assumptions of one estimate, and the chances that a study could observe: (draw,) each."""

    assumed: tuple[Assumed, ...] = ()  # in the order in which they are told
    # by source, the probability that it has a death that is known from elsewhere
    held: Mapping[str, Array] = field(default_factory=dict)
    # by grade of incidents, the probability that one is real and by the perpetrator
    real: Mapping[str, Array] = field(default_factory=dict)
    incidents: Mapping[str, int] = field(default_factory=dict)  # by grade
    # log of counted / true deaths within an incident, of the source that sets the scale
    log_scale: Array | None = None
    nothing: str = ""  # why, for print, where nothing is assumed that could be valued

    @property
    def movable(self) -> tuple[Assumed, ...]:
        """Those whose priors can be moved afterwards."""
        return tuple(one for one in self.assumed if one.score is not None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a study is asked about: the draws of one estimate, and its unknowns."""

    kind: str
    log_count: Array  # (draw,)
    unknowns: Unknowns


def beta_move(mean: float, weight: float, logit: Array) -> tuple[float, Array, tuple[float, float]]:
    """Prior sd of a Beta, the score of moving its mean at the same weight, and how far it goes.

    Beta(a + c, b - c) has the weight a + b of Beta(a, b) and a mean that is c / (a + b) higher;
    the log of their ratio is c times the logit, so a move by one sd is c = sd (a + b).
    """
    sd = math.sqrt(mean * (1 - mean) / (weight + 1))
    return sd, sd * weight * logit, (-0.98 * mean / sd, 0.98 * (1 - mean) / sd)
