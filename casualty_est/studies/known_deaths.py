"""Check known deaths against a source: how complete is it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.result.unknowns import ANY_LIST, Evidence
from casualty_est.studies.counts import beta_binomial, log_beta_binomial
from casualty_est.studies.study import Study, at_least_one, chosen, sizes_of
from casualty_est.wording.language import figure, ngettext

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Audit(Study):
    """Check deaths that are known from elsewhere against what a source reports; see `audit`."""

    name: ClassVar[str] = "audit"
    unit: ClassVar[str] = "death"
    days: ClassVar[float] = 0.1
    form: ClassVar[str] = "audit:SOURCE:N or audit:SOURCE:N:DEFF"
    source: str = ""
    deff: float = 2.0

    @classmethod
    def read(cls, label: str, numbers: Sequence[Any]) -> Study | None:
        """Make it of what the command line has."""
        return audit(label, *numbers) if label and len(numbers) in (1, 2) else None

    @property
    def title(self) -> str:
        """What is done, without the size."""
        return f"check known deaths against {self.source}"

    def sized(self, size: int) -> str:
        """What is done, with the size."""
        return ngettext(
            "check {number} known death against {source}",
            "check {number} known deaths against {source}",
            size,
            number=figure(size),
            source=self.source,
        )

    def choose(self, evidence: Evidence) -> Array:
        """The chance that the source has a known death."""
        held = {name: x for name, x in evidence.unknowns.held.items() if name != ANY_LIST}
        if not held:
            msg = f"this estimate ({evidence.kind}) has no source to audit"
            raise UsageError(msg)
        return chosen(held, self.source, "audit: there is no source")

    def simulate(self, parameters: Array, size: int, rng: np.random.Generator) -> Array:
        """How many of the known deaths the source has."""
        return beta_binomial(parameters[:, 0], size, self.deff, rng)

    def log_likelihood(self, findings: Array, parameters: Array, size: int) -> Array:
        """Beta-binomial, wider than a binomial by the design effect."""
        return log_beta_binomial(findings[:, 0], parameters[:, 0], size, self.deff)


def audit(source: str, n: int | Sequence[int], deff: float = 2.0) -> Audit:
    """Check deaths that are known from elsewhere against what a source reports.

    It tells how complete the source is. The deaths must be known independently of it: to check an
    archive by its own cases says nothing.

    Parameters
    ----------
    source : str
        Name of the source, as in ``est.sources()``.
    n : int or sequence of int
        How many deaths are checked.
    deff : float
        Design effect: the variance over that of a simple random sample of all deaths.

    Returns
    -------
    Audit

    Raises
    ------
    UsageError
        If a number is out of range.
    """
    return Audit(sizes_of(n, "n"), str(source), at_least_one("deff", deff))
