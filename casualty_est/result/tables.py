"""Numbers of an Estimate in full, for programs; `show` rounds them for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.result.posterior import enough_draws, interval_ends, mean_is_known, span_of
from casualty_est.result.schema import Side, Span
from casualty_est.wording.numbers import Ends, at_least, at_most, share_at_least, share_at_most

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.result.answered import Answered


NUMBERS = ("median", "low", "high", "mean", "sd")


@dataclass(frozen=True, slots=True)
class RowNumbers:
    """One estimate in people; mean and sd are None where they are not known."""

    median: float
    low: float
    high: float
    mean: float | None
    sd: float | None
    unit: float | None = None  # to which the median is rounded, where a part has a finer one


@dataclass(frozen=True, slots=True)
class Parameter:
    """Median and interval of a parameter of a source, beside its prior."""

    median: float
    low: float
    high: float
    prob: float
    prior: Span | None = None


def summary(estimate: Answered, prob: float) -> pd.DataFrame:
    """Tabulate every estimate; see `Estimate.summary`."""
    import pandas as pd

    rows = []
    for i, row in enumerate(estimate.meta.rows):
        numbers = published_numbers(estimate, i, prob)
        rows.append(
            {
                **asdict(row.cell),
                **row.strata,
                "part": row.part,
                "documented": row.documented.low if row.documented else None,
                **{name: getattr(numbers, name, None) for name in NUMBERS},
                "prob": prob,
                "p_below_documented": p_below_documented(estimate, i),
                "level": estimate.level(i),
            }
        )
    return pd.DataFrame(rows, index=pd.Index(estimate.labels, name="row"))


def p_below_documented(estimate: Answered, row: int) -> float | None:
    """P(N < documented); None where nothing was, nobody says less, or everybody is counted."""
    documented = estimate.meta.rows[row].documented
    if documented is None or not estimate.meta.has_level or estimate.counts_documented:
        return None
    if not estimate._somebody_says_less(row):
        return None  # it would follow from what was assumed alone
    # Draws are continuous, counts are whole: what rounds to the documented count is not below it.
    return float((estimate.draws(row) < documented.low - 0.5).mean())


def row_numbers(estimate: Answered, row: int, prob: float) -> RowNumbers | None:
    """Median, interval, mean and sd of one estimate; None without a headline."""
    ends = interval_ends(prob)
    if not estimate.meta.has_level:
        return None
    draws = estimate.draws(row)
    if estimate.converged:
        enough_draws(prob, draws.size)
    low, median, high = (float(x) for x in np.quantile(draws, ends))
    known = len(estimate.modes(row)) < 2 and mean_is_known(draws, estimate.meta.diagnostics)
    mean, sd = (float(draws.mean()), float(draws.std())) if known else (None, None)
    return RowNumbers(median, low, high, mean, sd, estimate._unit(row, prob))


def printed_ends(estimate: Answered, row: int, prob: float) -> tuple[Ends, ...]:
    """Median and interval of an estimate as every table has them; of several modes each."""
    modes = estimate.modes(row, prob)
    if len(modes) > 1:
        return modes
    return (row_numbers(estimate, row, prob) or span_of(estimate.draws(row), prob),)


@dataclass(frozen=True, slots=True)
class Bound:
    """What the evidence bounds on one side only: it has no median to quote.

    An upper bound has the ends `least` and `number`, a lower bound `number` and `most`: what is
    known beside, such as the documented count or that no share passes 1.
    """

    side: Side
    number: float
    least: float = 0.0
    most: float | None = None
    median: None = None
    mean: None = None
    sd: None = None

    @property
    def low(self) -> float:
        """Its lower end."""
        return self.least if self.side == "upper" else self.number

    @property
    def high(self) -> float | None:
        """Its upper end; None where there is none."""
        return self.number if self.side == "upper" else self.most

    @property
    def text(self) -> str:
        """A bound on people, as one says it."""
        return at_most(self.number) if self.side == "upper" else at_least(self.number)

    @property
    def of_share(self) -> str:
        """A bound on a share, as one says it."""
        upper = self.side == "upper"
        return share_at_most(self.number) if upper else share_at_least(self.number)

    @property
    def article(self) -> str:
        """Its side with an article, for a terminal."""
        return "an upper" if self.side == "upper" else "a lower"


def bound_of(
    draws: Any, side: Side, prob: float, least: float = 0.0, most: float | None = None
) -> Bound:
    """The number on whose one side draws lie with a probability."""
    at = prob if side == "upper" else 1 - prob
    return Bound(side, float(np.quantile(draws, at)), least, most)


def row_bound(estimate: Answered, row: int, prob: float) -> Bound | None:
    """The bound that one estimate is, with a probability; None where it is no bound."""
    interval_ends(prob)
    side = estimate._bounded(row) if estimate.meta.has_level else None
    if side is None:
        return None
    return bound_of(estimate.draws(row), side, prob, estimate._least(row))


def published_numbers(estimate: Answered, row: int, prob: float) -> RowNumbers | Bound | None:
    """What one estimate is published as: its numbers, or the bound that it is."""
    bound = row_bound(estimate, row, prob)
    return row_numbers(estimate, row, prob) if bound is None else bound


def parameter(draws: Any, prob: float, prior: Span | None = None) -> Parameter | None:
    """Median and interval of draws; None where a draw is not finite."""
    draws = np.asarray(draws)
    if not np.isfinite(draws).all():
        return None
    low, median, high = (float(x) for x in np.quantile(draws, interval_ends(prob)))
    return Parameter(median, low, high, prob, prior)
