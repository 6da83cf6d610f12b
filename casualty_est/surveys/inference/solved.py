"""What every engine of surveys hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from casualty_est.arrays import Array
from casualty_est.result.call import Report
from casualty_est.result.schema import (
    Assumption,
    ClaimRow,
    Diagnostics,
    Note,
    Row,
    SourceRow,
)
from casualty_est.surveys.schema import SurveyDetails

KEPT = 0.95  # level of the intervals that a result keeps


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
