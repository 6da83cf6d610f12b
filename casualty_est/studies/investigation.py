"""Investigate incidents on the ground: are they real, and how far are their counts off?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.result.unknowns import EVERY_GRADE, Evidence
from casualty_est.studies.study import NEVER, Study, chosen, sizes_of
from casualty_est.tables.checks import is_number
from casualty_est.wording.language import figure, ngettext
from casualty_est.wording.terms import grade_name

WITHIN_SD = 0.45  # of the log of counted over true deaths of a single incident

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Investigation(Study):
    """Investigate incidents on the ground; see `investigate`."""

    name: ClassVar[str] = "investigate"
    unit: ClassVar[str] = "incident"
    days: ClassVar[float] = 3.0
    form: ClassVar[str] = "investigate:INCIDENTS or investigate:GRADE:INCIDENTS"
    part: ClassVar[float] = 1.0
    grade: str = EVERY_GRADE
    sd: float = WITHIN_SD

    @classmethod
    def read(cls, label: str, numbers: Sequence[Any]) -> Study | None:
        """Make it of what the command line has."""
        return investigate(numbers[0], label or EVERY_GRADE) if len(numbers) == 1 else None

    @property
    def _which(self) -> str:
        return "" if self.grade == EVERY_GRADE else f" graded {self.grade}"

    @property
    def title(self) -> str:
        """What is done, without the size."""
        return f"investigate incidents{self._which} on the ground"

    def sized(self, size: int) -> str:
        """What is done, with the size."""
        if self.grade == EVERY_GRADE:
            return ngettext(
                "investigate {number} incident on the ground",
                "investigate {number} incidents on the ground",
                size,
                number=figure(size),
            )
        return ngettext(
            "investigate {number} incident graded {grade} on the ground",
            "investigate {number} incidents graded {grade} on the ground",
            size,
            number=figure(size),
            grade=grade_name(self.grade),
        )

    def most(self, evidence: Evidence) -> int:
        """As many incidents as there are."""
        return evidence.unknowns.incidents.get(self.grade, 0)

    def choose(self, evidence: Evidence) -> Array:
        """The chance that an incident is upheld, and the scale of the counts."""
        known = evidence.unknowns
        if known.incidents and not known.real:
            msg = (
                "investigate asks how many incidents are real, and the table has no grades or "
                "verdicts that doubt any; use studies.survey"
            )
            raise UsageError(msg)
        if not known.real or known.log_scale is None:
            msg = (
                f"investigate looks into single incidents, and this estimate ({evidence.kind}) "
                "has none; use studies.survey"
            )
            raise UsageError(msg)
        upheld = chosen(known.real, self.grade, "investigate: there is no grade")
        return np.column_stack([upheld, known.log_scale])

    def simulate(self, parameters: Array, size: int, rng: np.random.Generator) -> Array:
        """How many are upheld, and the mean log of counted over true deaths in those."""
        upheld = rng.binomial(size, np.clip(parameters[:, 0], 0, 1))
        error = self.sd / np.sqrt(np.maximum(upheld, 1))
        mean = parameters[:, 1] + error * rng.standard_normal(len(parameters))
        return np.column_stack([upheld, mean])

    def log_likelihood(self, findings: Array, parameters: Array, size: int) -> Array:
        """Binomial for those upheld, Normal for the mean of their log ratios."""
        upheld, mean = findings[:, :1], findings[:, 1:]
        p = np.clip(parameters[:, 0], NEVER, 1 - NEVER)
        counted = upheld * np.log(p) + (size - upheld) * np.log1p(-p)
        error = (mean - parameters[:, 1]) / self.sd
        return np.asarray(counted - 0.5 * upheld * error**2)


def investigate(
    incidents: int | Sequence[int], grade: str = EVERY_GRADE, sd: float = WITHIN_SD
) -> Investigation:
    """Investigate a random choice of listed incidents on the ground.

    It tells how many are real and by the perpetrator, and how far the counts within them are off.

    Parameters
    ----------
    incidents : int or sequence of int
        How many are investigated.
    grade : str
        The grade from which they are drawn; all of them by default.
    sd : float
        Standard deviation of the log of counted over true deaths of a single incident.

    Returns
    -------
    Investigation

    Raises
    ------
    UsageError
        If a number is out of range.
    """
    if not is_number(sd) or sd <= 0:
        msg = f"sd must be a number above 0, not {sd!r}"
        raise UsageError(msg)
    return Investigation(sizes_of(incidents, "incidents"), str(grade), float(sd))
