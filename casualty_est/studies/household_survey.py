"""Ask a sample of households who died."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from casualty_est.result.unknowns import Evidence
from casualty_est.studies.study import Study, at_least_one, sizes_of
from casualty_est.wording.language import figure, ngettext

# Households visited for each death in the sample: 1,197 for 67 (Spiegel and Salama 2000, Kosovo).
HOUSEHOLDS_A_DEATH = 18.0

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class HouseholdSurvey(Study):
    """Ask a sample of households who died; see `survey`."""

    name: ClassVar[str] = "survey"
    unit: ClassVar[str] = "household"
    days: ClassVar[float] = 0.5
    form: ClassVar[str] = "survey:DEATHS or survey:DEATHS:DEFF"
    deff: float = 4.0
    households_a_death: float = HOUSEHOLDS_A_DEATH

    @classmethod
    def read(cls, label: str, numbers: Sequence[Any]) -> Study | None:
        """Make it of what the command line has."""
        return survey(*numbers) if not label and len(numbers) in (1, 2) else None

    @property
    def title(self) -> str:
        """What is done, without the size."""
        return "household survey"

    def sized(self, size: int) -> str:
        """What is done, with the size."""
        return ngettext(
            "household survey with {number} death in the sample",
            "household survey with {number} deaths in the sample",
            size,
            number=figure(size),
        )

    def units(self, size: int) -> float:
        """Households to be visited."""
        return self.households_a_death * size

    def choose(self, evidence: Evidence) -> Array:
        """The log count itself."""
        return evidence.log_count[:, None]

    def simulate(self, parameters: Array, size: int, rng: np.random.Generator) -> Array:
        """The log of the survey's estimate."""
        return np.asarray(parameters + self._error(size) * rng.standard_normal(parameters.shape))

    def log_likelihood(self, findings: Array, parameters: Array, size: int) -> Array:
        """Normal on the log."""
        return np.asarray(-0.5 * ((findings - parameters[:, 0]) / self._error(size)) ** 2)

    def _error(self, size: int) -> float:
        return math.sqrt(self.deff / size)


def survey(
    deaths: int | Sequence[int],
    deff: float = 4.0,
    households_a_death: float = HOUSEHOLDS_A_DEATH,
) -> HouseholdSurvey:
    """Ask a probability sample of households who died.

    Parameters
    ----------
    deaths : int or sequence of int
        Deaths in the sample; the log of its estimate has the variance `deff` / `deaths`.
    deff : float
        Design effect of clusters.
    households_a_death : float
        Households visited for each death in the sample; only the work depends on it.

    Returns
    -------
    HouseholdSurvey

    Raises
    ------
    UsageError
        If a number is out of range.
    """
    visited = at_least_one("households_a_death", households_a_death)
    return HouseholdSurvey(sizes_of(deaths, "deaths"), at_least_one("deff", deff), visited)
