"""What a result from claims has besides: the grid of time, and what was fitted again."""

from __future__ import annotations

from dataclasses import field

from pydantic.dataclasses import dataclass

from casualty_est.result.radius import Radius
from casualty_est.result.schema import CHECKED, Case, Number, Target
from casualty_est.wording.phrases import Labelled


def target_of(one: Labelled) -> Target:
    """The labels of a claim, an anchor or a cell of the model, without a window."""
    return Target(one.scope, one.outcome, one.group, one.perpetrator)


@dataclass(frozen=True, config=CHECKED)
class Slow:
    """Running totals of one target that share a slowly moving error."""

    target: str
    claims: int
    terms: int


@dataclass(frozen=True, config=CHECKED)
class DatedAnchor:
    """An interval from outside for a cell up to a day (people; ISO dates)."""

    name: str
    scope: str
    outcome: str
    group: str
    perpetrator: str
    start: str
    date: str
    median: float
    low: float
    high: float


@dataclass(frozen=True, config=CHECKED)
class PathCell:
    """A cell that has a path: its row, and the largest count documented to the end of each step."""

    label: str
    row: int
    scope: str
    outcome: str
    group: str
    perpetrator: str
    documented_low: tuple[Number | None, ...]


@dataclass(frozen=True, config=CHECKED)
class Windows:
    """How time was modelled: grid, rules, delays, shared errors, anchors with a date."""

    grid: str
    start: str
    end: str
    steps: int
    claims: int
    left_out: dict[str, int]
    rules: tuple[str, ...]
    delayed: tuple[str, ...]
    drifting: tuple[str, ...]
    slow: tuple[Slow, ...]
    anchors: tuple[DatedAnchor, ...]
    cells: tuple[PathCell, ...] = ()


@dataclass(frozen=True, config=CHECKED)
class Agreement:
    """The exact answer beside the same model sampled: both ends and the median (people)."""

    exact: tuple[float, float, float]
    sampled: tuple[float, float, float]
    largest_difference: float
    sampled_converged: bool
    text: str


@dataclass(frozen=True, config=CHECKED)
class Tip:
    """How far one assumption would have to move for the median to be another number."""

    assumption: str
    value: float | None
    sds: float | None
    implied: float | None
    sentence: str


@dataclass(frozen=True, config=CHECKED)
class AsOf:
    """What the claims published by a day said of the count up to that day (people)."""

    date: str
    claims: int
    documented_low: Number | None
    median: float
    low: float
    high: float
    prob: float
    converged: bool


@dataclass(config=CHECKED)
class ClaimsDetails:
    """What only a result from claims has; refits are kept by question, row and level."""

    windows: Windows | None = None
    agreement: Agreement | None = None
    refits: dict[str, tuple[Case, ...]] = field(default_factory=dict)
    tipping: dict[str, tuple[Tip, ...]] = field(default_factory=dict)
    as_of: dict[str, AsOf] = field(default_factory=dict)
    radii: dict[str, Radius] = field(default_factory=dict)
