"""What every study that could be made next must answer, and how its numbers are read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from casualty_est.errors import UsageError
from casualty_est.result.unknowns import Evidence
from casualty_est.tables.checks import is_number, must_be_in

Array = npt.NDArray[np.float64]

NEVER = 1e-9  # a chance is never quite 0 or 1, so that no finding is impossible


@dataclass(frozen=True)
class Study(ABC):
    """A study that could be made, in one or several sizes.

    Attributes
    ----------
    sizes : tuple of int
        How many deaths, or incidents, it would look at.
    """

    name: ClassVar[str]
    unit: ClassVar[str]  # what a day of work is counted by
    days: ClassVar[float]  # person-days for one such unit, where the user says nothing
    form: ClassVar[str]  # how the command line writes it
    part: ClassVar[float] = 0.2  # of the most there could be, looked at where nobody names a size
    sizes: tuple[int, ...]

    @classmethod
    @abstractmethod
    def read(cls, label: str, numbers: Sequence[Any]) -> Study | None:
        """Make it of what the command line has: a label, and sizes before a further number.

        None where that is not its form.
        """

    @property
    @abstractmethod
    def title(self) -> str:
        """What is done, without the size."""

    @abstractmethod
    def sized(self, size: int) -> str:
        """What is done, with the size."""

    def units(self, size: int) -> float:
        """Units of work that a size takes."""
        return float(size)

    def most(self, evidence: Evidence) -> int:
        """The largest size there could be: no sample has more deaths than there are."""
        return int(np.exp(np.median(evidence.log_count)))

    def usual(self, evidence: Evidence) -> Self | None:
        """Its sizes that are a small part of all there is; None where no size is."""
        most = self.part * self.most(evidence)
        sizes = tuple(size for size in self.sizes if size <= most)
        return replace(self, sizes=sizes) if sizes else None

    @abstractmethod
    def choose(self, evidence: Evidence) -> Array:
        """Take the draws that the study speaks of, (draw, parameter), or say why it cannot."""

    @abstractmethod
    def simulate(self, parameters: Array, size: int, rng: np.random.Generator) -> Array:
        """Draw one finding for each row of parameters: (row, number)."""

    @abstractmethod
    def log_likelihood(self, findings: Array, parameters: Array, size: int) -> Array:
        """Log likelihood of every finding under every draw, (finding, draw), up to a constant."""


def sizes_of(given: Any, what: str) -> tuple[int, ...]:
    """Sizes in rising order; every one a whole number from 1 up."""
    listed: list[Any] = [given] if isinstance(given, Real | str) else list(given)
    if not listed:
        msg = f"{what} needs at least one whole number from 1 up"
        raise UsageError(msg)
    for size in listed:
        whole = is_number(size) and (isinstance(size, Integral) or float(size).is_integer())
        if not whole or size < 1:
            msg = f"{what} must be a whole number from 1 up, not {_told(size)}"
            raise UsageError(msg)
    return tuple(sorted({int(size) for size in listed}))


def _told(value: Any) -> str:
    return f"{value:g}" if is_number(value) else repr(value)


def at_least_one(what: str, value: float) -> float:
    """Return a number from 1 up, or raise."""
    if not is_number(value) or value < 1:
        msg = f"{what} must be a number from 1 up, not {value!r}"
        raise UsageError(msg)
    return float(value)


def chosen(known: Mapping[str, Array], name: str, otherwise: str) -> Array:
    """The draws of one name, as a column; probabilities, checked."""
    must_be_in(name, known, f"{otherwise} {name!r}")
    draws = np.asarray(known[name], dtype=float)
    if not ((draws >= 0) & (draws <= 1)).all():
        msg = f"{name}: a chance must lie between 0 and 1; the draws of this estimate do not"
        raise UsageError(msg)
    return draws[:, None]
