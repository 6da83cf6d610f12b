"""The published form of estimate.json, as records: its JSON schema is made from them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from casualty_est.result.schema import (
    CHECKED,
    Cell,
    ClaimRow,
    Mode,
    Note,
    Number,
    Side,
    Span,
    Target,
)


@dataclass(frozen=True, config=CHECKED)
class PublishedCount:
    """A documented count: its ends, who published it, and how it was written."""

    low: Number
    high: Number | None
    source: str | None
    text: str


@dataclass(frozen=True, config=CHECKED)
class PublishedInterval:
    """An equal-tailed credible interval, with its level.

    Of kind `upper` where the evidence bounds the number only from above: it is at most `high` with
    that probability, and there is no median. Of kind `lower` it is at least `low`, and `high` is
    null.
    """

    kind: Literal["eti", "upper", "lower"]
    prob: float
    low: float | None
    high: float | None


@dataclass(frozen=True, config=CHECKED)
class PublishedEstimate:
    """One estimate (people); numbers are null where there is no headline."""

    cell: Cell
    strata: dict[str, str]
    part: str
    documented: PublishedCount | None
    median: float | None
    mean: float | None
    sd: float | None
    interval: PublishedInterval
    modes: tuple[Mode, ...]
    level: Literal["data", "anchor", "prior", "none"]


@dataclass(frozen=True, config=CHECKED)
class PublishedParameter:
    """A reliability parameter of a source, beside its prior.

    `kind`, only where the evidence bounds it on one side: `upper` or `lower`, and no median.
    """

    median: float | None
    low: float
    high: float
    prob: float
    prior: Span | None
    kind: Side | None = None


@dataclass(frozen=True, config=CHECKED)
class PublishedInclusion:
    """Probability that a source holds an incident of so many deaths."""

    deaths: int
    median: float
    low: float
    high: float


@dataclass(frozen=True, config=CHECKED)
class NoTarget:
    """Sources of incidents and lists have no target."""


@dataclass(frozen=True, config=CHECKED)
class PublishedSource:
    """A source toward one target; a parameter of which the evidence cannot speak is null.

    `denial`, only where a source says of some incident that nobody died: how often it says so
    whatever happened.
    """

    source: str
    target: Target | NoTarget
    role: str | None
    ratio_total: PublishedParameter | None
    ratio_within: PublishedParameter | None
    completeness_listed: PublishedParameter | None
    completeness_reported: PublishedParameter | None
    inclusion: tuple[PublishedInclusion, ...] | None
    denial: PublishedParameter | None = None


@dataclass(frozen=True, config=CHECKED)
class PublishedWeight:
    """The pull of one assumption on the answer, with its Monte Carlo error."""

    assumption: str
    weight: float
    mcse: float | None


@dataclass(frozen=True, config=CHECKED)
class PublishedIdentification:
    """What sets the level of the first estimate."""

    cell: Cell
    kind: str
    rows: tuple[PublishedWeight, ...]
    sum: float | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, config=CHECKED)
class PublishedDiagnostics:
    """Convergence of the fit."""

    method: str
    converged: bool
    max_rhat: float | None
    min_ess: float | None
    divergences: int | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class PublishedDetails:
    """Claims as published; beside them stands what only one kind of evidence has."""

    claims: tuple[ClaimRow, ...]


@dataclass(frozen=True, config=CHECKED)
class EstimateFile:
    """The content of estimate.json."""

    schema: Literal["casualty-est/1"]
    kind: str
    seed: int
    versions: dict[str, str]
    settings: dict[str, Any]
    estimates: tuple[PublishedEstimate, ...]
    sources: tuple[PublishedSource, ...]
    identification: PublishedIdentification | None
    diagnostics: PublishedDiagnostics
    warnings: tuple[Note, ...]
    details: PublishedDetails


def estimate_schema() -> dict[str, Any]:
    """The JSON schema of estimate.json."""
    schema = TypeAdapter(EstimateFile).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def check_content(content: dict[str, Any]) -> EstimateFile:
    """Read the content of an estimate.json; raise ValidationError where it is not of this form."""
    return TypeAdapter(EstimateFile).validate_python(content)
