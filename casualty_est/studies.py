"""Studies that could be made next: what each would observe, and how likely that is given a draw.

A study is one class. `choose` takes from an estimate the draws that it speaks of, `simulate` makes
what it would find, `log_likelihood` says how probable a finding is under every draw. A new one is a
class in this file and a line in `STUDIES`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy import special

from casualty_est.errors import UsageError
from casualty_est.result.unknowns import ANY_LIST, EVERY_GRADE, Evidence
from casualty_est.tables.checks import offered

Array = npt.NDArray[np.float64]

# Households visited for each death in the sample: 1,197 for 67 (Spiegel and Salama 2000, Kosovo).
HOUSEHOLDS_A_DEATH = 18.0
WITHIN_SD = 0.45  # of the log of counted over true deaths of a single incident
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
    sizes: tuple[int, ...]

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

    @abstractmethod
    def choose(self, evidence: Evidence) -> Array:
        """Take the draws that the study speaks of, (draw, parameter), or say why it cannot."""

    @abstractmethod
    def simulate(self, parameters: Array, size: int, rng: np.random.Generator) -> Array:
        """Draw one finding for each row of parameters: (row, number)."""

    @abstractmethod
    def log_likelihood(self, findings: Array, parameters: Array, size: int) -> Array:
        """Log likelihood of every finding under every draw, (finding, draw), up to a constant."""


@dataclass(frozen=True)
class Audit(Study):
    """Check deaths that are known from elsewhere against what a source reports; see `audit`."""

    name: ClassVar[str] = "audit"
    unit: ClassVar[str] = "death"
    days: ClassVar[float] = 0.1
    source: str = ""
    deff: float = 2.0

    @property
    def title(self) -> str:
        """What is done, without the size."""
        return f"check known deaths against {self.source}"

    def sized(self, size: int) -> str:
        """What is done, with the size."""
        return f"check {size:,} known death{'s' * (size != 1)} against {self.source}"

    def choose(self, evidence: Evidence) -> Array:
        """The chance that the source holds a known death."""
        held = {name: x for name, x in evidence.unknowns.held.items() if name != ANY_LIST}
        if not held:
            msg = f"an estimate from {evidence.kind} like this has no source to audit"
            raise UsageError(msg)
        return _chosen(held, self.source, "audit: there is no source")

    def simulate(self, parameters: Array, size: int, rng: np.random.Generator) -> Array:
        """How many of the known deaths the source holds."""
        return _beta_binomial(parameters[:, 0], size, self.deff, rng)

    def log_likelihood(self, findings: Array, parameters: Array, size: int) -> Array:
        """Beta-binomial, wider than a binomial by the design effect."""
        return _log_beta_binomial(findings[:, 0], parameters[:, 0], size, self.deff)


@dataclass(frozen=True)
class Matched(Study):
    """Look up the deaths of a survey on all lists; see `matched`."""

    name: ClassVar[str] = "matched"
    unit: ClassVar[str] = "household"
    days: ClassVar[float] = 0.6
    deff: float = 2.0
    households_a_death: float = HOUSEHOLDS_A_DEATH

    @property
    def title(self) -> str:
        """What is done, without the size."""
        return "look up the deaths of a household survey on all lists"

    def sized(self, size: int) -> str:
        """What is done, with the size."""
        return f"look up {size:,} surveyed death{'s' * (size != 1)} on all lists"

    def units(self, size: int) -> float:
        """Households to be visited."""
        return self.households_a_death * size

    def choose(self, evidence: Evidence) -> Array:
        """The chance that a death is on at least one list."""
        held = evidence.unknowns.held
        if ANY_LIST not in held:
            msg = (
                f"matched looks up deaths on all lists, which an estimate from {evidence.kind} "
                "like this does not have; use studies.audit or studies.survey"
            )
            raise UsageError(msg)
        return np.asarray(held[ANY_LIST])[:, None]

    def simulate(self, parameters: Array, size: int, rng: np.random.Generator) -> Array:
        """How many of the deaths are on some list."""
        return _beta_binomial(parameters[:, 0], size, self.deff, rng)

    def log_likelihood(self, findings: Array, parameters: Array, size: int) -> Array:
        """Beta-binomial, as of `Audit`."""
        return _log_beta_binomial(findings[:, 0], parameters[:, 0], size, self.deff)


@dataclass(frozen=True)
class HouseholdSurvey(Study):
    """Ask a sample of households who died; see `survey`."""

    name: ClassVar[str] = "survey"
    unit: ClassVar[str] = "household"
    days: ClassVar[float] = 0.5
    deff: float = 4.0
    households_a_death: float = HOUSEHOLDS_A_DEATH

    @property
    def title(self) -> str:
        """What is done, without the size."""
        return "household survey"

    def sized(self, size: int) -> str:
        """What is done, with the size."""
        return f"household survey with {size:,} death{'s' * (size != 1)} in the sample"

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


@dataclass(frozen=True)
class Investigation(Study):
    """Investigate incidents on the ground; see `investigate`."""

    name: ClassVar[str] = "investigate"
    unit: ClassVar[str] = "incident"
    days: ClassVar[float] = 3.0
    grade: str = EVERY_GRADE
    sd: float = WITHIN_SD

    @property
    def _which(self) -> str:
        return "" if self.grade == EVERY_GRADE else f" graded {self.grade}"

    @property
    def title(self) -> str:
        """What is done, without the size."""
        return f"investigate incidents{self._which} on the ground"

    def sized(self, size: int) -> str:
        """What is done, with the size."""
        return f"investigate {size:,} incident{'s' * (size != 1)}{self._which} on the ground"

    def choose(self, evidence: Evidence) -> Array:
        """The chance that an incident is upheld, and the scale of the counts."""
        known = evidence.unknowns
        if not known.real or known.log_scale is None:
            msg = (
                f"investigate looks into single incidents, and an estimate from {evidence.kind} "
                "has none; use studies.survey"
            )
            raise UsageError(msg)
        upheld = _chosen(known.real, self.grade, "investigate: there is no grade")
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


STUDIES: Mapping[str, type[Study]] = {
    kind.name: kind for kind in (Audit, HouseholdSurvey, Matched, Investigation)
}


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
    return Audit(_sizes(n, "n"), str(source), _at_least_one("deff", deff))


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
    visited = _at_least_one("households_a_death", households_a_death)
    return HouseholdSurvey(_sizes(deaths, "deaths"), _at_least_one("deff", deff), visited)


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
    visited = _at_least_one("households_a_death", households_a_death)
    return Matched(_sizes(deaths, "deaths"), _at_least_one("deff", deff), visited)


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
    if not _number(sd) or sd <= 0:
        msg = f"sd must be a number above 0, not {sd!r}"
        raise UsageError(msg)
    return Investigation(_sizes(incidents, "incidents"), str(grade), float(sd))


def parse(text: str) -> Study:
    """Read a study as the command line writes it, such as ``audit:Airwars:25,50:2``.

    Parameters
    ----------
    text : str
        ``audit:SOURCE:N[:DEFF]``, ``survey:DEATHS[:DEFF]``, ``matched:DEATHS[:DEFF]`` or
        ``investigate:[GRADE:]INCIDENTS``; sizes with commas between them.

    Returns
    -------
    Study

    Raises
    ------
    UsageError
        If it is none of these, or a number is out of range.
    """
    name, *fields = text.split(":")
    name = name.strip()
    form = FORMS.get(name)
    if form is None:
        msg = f"study {text!r}: {name!r} is unknown; {offered(name, FORMS)}"
        raise UsageError(msg)
    # A source may have a colon in its name: numbers are read from the end.
    numbers: list[str] = []
    while fields and len(numbers) < 2 and _is_numeric(fields[-1]):
        numbers.insert(0, fields.pop())
    label = ":".join(fields).strip()
    wants_label, least, most = {"audit": (True, 1, 2), "investigate": (bool(label), 1, 1)}.get(
        name, (False, 1, 2)
    )
    if bool(label) != wants_label or not least <= len(numbers) <= most:
        msg = f"study {text!r}: write {form}"
        raise UsageError(msg)
    sizes: Any = [float(size) for size in numbers[0].split(",")]
    more = [float(number) for number in numbers[1:]]
    if name == "audit":
        return audit(label, sizes, *more)
    if name == "investigate":
        return investigate(sizes, label or EVERY_GRADE)
    return {"survey": survey, "matched": matched}[name](sizes, *more)


FORMS = {
    "audit": "audit:SOURCE:N or audit:SOURCE:N:DEFF",
    "survey": "survey:DEATHS or survey:DEATHS:DEFF",
    "matched": "matched:DEATHS or matched:DEATHS:DEFF",
    "investigate": "investigate:INCIDENTS or investigate:GRADE:INCIDENTS",
}


def _is_numeric(text: str) -> bool:
    try:
        return bool([float(part) for part in text.split(",")])
    except ValueError:
        return False


def _number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _sizes(given: Any, what: str) -> tuple[int, ...]:
    """Sizes in rising order; every one a whole number from 1 up."""
    listed: list[Any] = [given] if isinstance(given, Real | str) else list(given)
    if not listed:
        msg = f"{what} needs at least one whole number from 1 up"
        raise UsageError(msg)
    for size in listed:
        whole = _number(size) and (isinstance(size, Integral) or float(size).is_integer())
        if not whole or size < 1:
            msg = f"{what} must be a whole number from 1 up, not {_told(size)}"
            raise UsageError(msg)
    return tuple(sorted({int(size) for size in listed}))


def _told(value: Any) -> str:
    return f"{value:g}" if _number(value) else repr(value)


def _at_least_one(what: str, value: float) -> float:
    if not _number(value) or value < 1:
        msg = f"{what} must be a number from 1 up, not {value!r}"
        raise UsageError(msg)
    return float(value)


def _chosen(known: Mapping[str, Array], name: str, otherwise: str) -> Array:
    """The draws of one name, as a column; probabilities, checked."""
    if name not in known:
        msg = f"{otherwise} {name!r}; {offered(name, known)}"
        raise UsageError(msg)
    draws = np.asarray(known[name], dtype=float)
    if not ((draws >= 0) & (draws <= 1)).all():
        msg = f"{name}: a chance must lie between 0 and 1; the draws of this estimate do not"
        raise UsageError(msg)
    return draws[:, None]


# Counts ----------------------------------------------------------------------------------------


def _strength(size: int, deff: float) -> float:
    """Sum of the two numbers of the Beta that widens a binomial by the design effect."""
    if size == 1 or deff == 1:
        return math.inf
    # As many deaths alike as there are: no design effect is larger than the sample.
    alike = min((deff - 1) / (size - 1), 1 - NEVER)
    return (1 - alike) / alike


def _beta_binomial(p: Array, size: int, deff: float, rng: np.random.Generator) -> Array:
    strength, p = _strength(size, deff), np.clip(p, NEVER, 1 - NEVER)
    chance = p if math.isinf(strength) else rng.beta(p * strength, (1 - p) * strength)
    return rng.binomial(size, chance).astype(float)[:, None]


def _log_beta_binomial(count: Array, p: Array, size: int, deff: float) -> Array:
    """Log probability of each count under each chance, up to a constant of the count."""
    strength, p = _strength(size, deff), np.clip(p, NEVER, 1 - NEVER)
    count = count[:, None]
    if math.isinf(strength):
        return np.asarray(count * np.log(p) + (size - count) * np.log1p(-p))
    a, b = p * strength, (1 - p) * strength
    return np.asarray(special.betaln(a + count, b + size - count) - special.betaln(a, b))
