"""What every engine of surveys hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from casualty_est.result.call import Report
from casualty_est.result.schema import (
    Assumption,
    ClaimRow,
    Diagnostics,
    Note,
    Row,
    SourceRow,
    Span,
)
from casualty_est.surveys.schema import SurveyDetails

Array = npt.NDArray[np.float64]


class Plan(NamedTuple):
    """How many draws, from which seed, and whom to tell how far it is."""

    draws: int
    chains: int
    seed: int
    report: Report


@dataclass(frozen=True, slots=True)
class Solved:
    """A posterior and everything that travels with it; arrays have axes (draw of all chains, ...).

    `more` has further variables of the posterior: the name of their last axis, and the draws.
    """

    deaths: Array
    rows: tuple[Row, ...]
    details: SurveyDetails
    diagnostics: Diagnostics
    sources: tuple[SourceRow, ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    notes: tuple[Note, ...] = ()
    more: dict[str, tuple[str, Array]] = field(default_factory=dict)
    has_total: bool = True
    no_total: str = ""


def span(values: Array, prob: float = 0.95) -> Span:
    """Median and equal-tailed interval of draws."""
    low, median, high = np.quantile(values, [(1 - prob) / 2, 0.5, (1 + prob) / 2])
    return Span(float(median), float(low), float(high))
