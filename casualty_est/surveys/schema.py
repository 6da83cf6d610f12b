"""What a result from surveys has besides: studies, contradictions, the sample and its dials."""

from __future__ import annotations

from dataclasses import field

from pydantic.dataclasses import dataclass

from casualty_est.result.schema import CHECKED, Case, Rests, Span


@dataclass(frozen=True, config=CHECKED)
class Study:
    """One published number: what it rests on, and what it would answer alone (people).

    `row` is the position of the estimate that it speaks of, `weight` its part in the level of that
    estimate; `deff` is the design effect that gave it its width, None where it printed an interval.
    """

    source: str
    row: int
    text: str
    reading: str
    alone: Span
    weight: float
    deff: Span | None = None
    deaths: int | None = None
    clusters: int | None = None
    selected: int | None = None
    households: int | None = None
    members: int | None = None
    population: int | None = None
    response: float | None = None
    recall_days: int | None = None
    fieldwork: str | None = None
    citation: str = ""

    @property
    def bounds(self) -> bool:
        """Whether nobody in its sample died, so that it bounds the number and says no more."""
        return self.deaths == 0 and self.deff is not None


@dataclass(frozen=True, config=CHECKED)
class Contradiction:
    """Two studies that are not combined, and by what factor one would have to be wrong."""

    one: str
    other: str
    p: float
    factor: float
    text: str


@dataclass(frozen=True, config=CHECKED)
class Weighted:
    """The estimate by weights beside the model: Hajek ratio with linearised variance (people)."""

    estimate: float
    low: float
    high: float
    deff: float


@dataclass(frozen=True, config=CHECKED)
class Extinct:
    """Deaths in households without a survivor.

    `share` is their part of all deaths before the dial; `expected` and `observed` are the shares of
    households with 1, 2, 3 and 4 or more deaths among those with any.
    """

    share: Span
    dial: float
    expected: tuple[float, ...]
    observed: tuple[float, ...]


@dataclass(frozen=True, config=CHECKED)
class Sample:
    """What was sampled, household by household or death by death.

    `found` has, of deaths that were looked up, how many each list holds; `listed` is the size of
    the list from which the number follows.
    """

    clusters: int
    deaths: int
    households: int | None = None
    members: int | None = None
    missing: int | None = None
    imprisoned: int | None = None
    strata: tuple[str, ...] = ()
    population: float | None = None
    deff: Span | None = None
    parameters: dict[str, Span] = field(default_factory=dict)
    weighted: Weighted | None = None
    extinct: Extinct | None = None
    on_none: int | None = None
    found: dict[str, int] = field(default_factory=dict)
    listed: dict[str, int] = field(default_factory=dict)


@dataclass(config=CHECKED)
class SurveyDetails:
    """What only a result from surveys has; refits are kept by question, row and level."""

    form: str
    identification: tuple[Rests, ...]
    studies: tuple[Study, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    sample: Sample | None = None
    refits: dict[str, tuple[Case, ...]] = field(default_factory=dict)
