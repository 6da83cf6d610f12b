"""Look up the deaths of a survey on all lists: how many are on none?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.result.unknowns import ANY_LIST, Evidence
from casualty_est.studies.counts import beta_binomial, log_beta_binomial
from casualty_est.studies.household_survey import HOUSEHOLDS_A_DEATH
from casualty_est.studies.study import Study, at_least_one, sizes_of
from casualty_est.wording.language import figure, ngettext

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Matched(Study):
    """Look up the deaths of a survey on all lists; see `matched`."""

    name: ClassVar[str] = "matched"
    unit: ClassVar[str] = "household"
    days: ClassVar[float] = 0.6
    form: ClassVar[str] = "matched:DEATHS or matched:DEATHS:DEFF"
    deff: float = 2.0
    households_a_death: float = HOUSEHOLDS_A_DEATH

    @classmethod
    def read(cls, label: str, numbers: Sequence[Any]) -> Study | None:
        """Make it of what the command line has."""
        return matched(*numbers) if not label and len(numbers) in (1, 2) else None

    @property
    def title(self) -> str:
        """What is done, without the size."""
        return "look up the deaths of a household survey on all lists"

    def sized(self, size: int) -> str:
        """What is done, with the size."""
        return ngettext(
            "look up {number} surveyed death on all lists",
            "look up {number} surveyed deaths on all lists",
            size,
            number=figure(size),
        )

    def units(self, size: int) -> float:
        """Households to be visited."""
        return self.households_a_death * size

    def choose(self, evidence: Evidence) -> Array:
        """The chance that a death is on at least one list."""
        held = evidence.unknowns.held
        if ANY_LIST not in held:
            msg = (
                f"matched looks up deaths on all lists, and this estimate ({evidence.kind}) has "
                "none; use studies.audit or studies.survey"
            )
            raise UsageError(msg)
        return np.asarray(held[ANY_LIST])[:, None]

    def simulate(self, parameters: Array, size: int, rng: np.random.Generator) -> Array:
        """How many of the deaths are on some list."""
        return beta_binomial(parameters[:, 0], size, self.deff, rng)

    def log_likelihood(self, findings: Array, parameters: Array, size: int) -> Array:
        """Beta-binomial, as of `Audit`."""
        return log_beta_binomial(findings[:, 0], parameters[:, 0], size, self.deff)


def matched(
    deaths: int | Sequence[int],
    deff: float = 2.0,
    households_a_death: float = HOUSEHOLDS_A_DEATH,
) -> Matched:
    """Look up the deaths of a household survey on all lists.

    Deaths that are on none of them are then observed, whatever ties the lists to each other.

    Parameters
    ----------
    deaths : int or sequence of int
        Deaths in the sample.
    deff, households_a_death : float
        As of `survey`.

    Returns
    -------
    Matched

    Raises
    ------
    UsageError
        If a number is out of range.
    """
    visited = at_least_one("households_a_death", households_a_death)
    return Matched(sizes_of(deaths, "deaths"), at_least_one("deff", deff), visited)
