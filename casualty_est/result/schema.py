"""The records that a result is made of: typed, frozen, written once and read as attributes.

They are pydantic dataclasses, so what is loaded from a file is checked field by field. Their JSON
is what `estimate.json` and the saved files hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from casualty_est.tables.cells import Documented, Given, basis_of
from casualty_est.wording.language import Kept

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "casualty-est/1"
CHECKED = ConfigDict(extra="forbid")
Number = int | float
Side = Literal["upper", "lower"]  # on which alone the evidence bounds a number

COUNT, RATIO = 1, -1  # sign of an assumption: a count raises the estimate, a ratio lowers it


@dataclass(frozen=True, config=CHECKED)
class Target:
    """What a reporting ratio is of, whatever the window."""

    scope: str
    outcome: str
    group: str
    perpetrator: str


@dataclass(frozen=True, config=CHECKED)
class Cell:
    """What an estimate counts; dates are ISO text, None where the window is open."""

    scope: str
    start: str | None
    end: str | None
    outcome: str
    group: str
    perpetrator: str

    @property
    def target(self) -> Target:
        """The same without its window."""
        return Target(self.scope, self.outcome, self.group, self.perpetrator)


@dataclass(frozen=True, config=CHECKED)
class Row:
    """One estimate: a cell or stratum, and which part of it.

    `in_parts` is what lists of parts of the cell add up to, where none counts all of it.
    """

    cell: Cell
    strata: dict[str, str]
    part: str
    documented: Documented | None = None
    claimed: bool = True
    level: str | None = None
    in_parts: Documented | None = None


@dataclass(frozen=True, config=CHECKED)
class Span:
    """Median and equal-tailed interval."""

    median: Number
    low: Number
    high: Number


@dataclass(frozen=True, config=CHECKED)
class Mode:
    """One mode of a posterior of counts (people), with its share of the draws."""

    weight: float
    median: float
    low: float
    high: float


def owner_of(source: str, apart: tuple[str, ...]) -> str:
    """Whose a ratio is: the source, and in brackets what tells it from the source's others."""
    return f"{source} ({', '.join(apart)})" if apart else source


@dataclass(frozen=True, config=CHECKED)
class SourceRow:
    """A source toward one target, and what was assumed of its reporting ratio.

    Quantiles of the prior are at (i + 1/2) / 100; `incidents` counts those that the source holds;
    `apart` has the labels that tell this row from others of the source.
    """

    name: str
    source: str
    target: Target | None = None
    role: str | None = None
    level: str = "total"
    prior: Span | None = None
    prior_log_sd: float | None = None
    prior_quantiles: tuple[float, ...] = ()
    prior_text: str = ""
    prior_origin: str = ""
    prior_given: Given | None = None
    incidents: int | None = None
    apart: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """The source, with what tells this row from its others."""
        return owner_of(self.source, self.apart)


@dataclass(frozen=True, config=CHECKED)
class ClaimRow:
    """A claim as published, how it was read, and why it does not count where it does not."""

    source: str
    role: str | None
    text: str
    form: str
    low: Number | None
    best: Number | None
    high: Number | None
    level: str
    scope: str
    outcome: str
    group: str
    perpetrator: str
    start: str | None
    end: str | None
    reported: str | None
    citation: str | None
    line: int | None
    counted: bool
    reason: str | None = None
    code: str | None = None
    hedge: str | None = None
    reading: str | None = None
    target: str | None = None
    estimate: int | None = None
    surprise: float | None = None
    running: bool | None = None
    basis: str | None = None

    @property
    def rests_on(self) -> str:
        """What the number rests on; of an old file by its role."""
        return self.basis or basis_of(self.role, self.form)


def most_of(claim: ClaimRow) -> float:
    """The largest count that a claim allows, infinite where it states a lower bound."""
    ends = [end for end in (claim.best, claim.high) if end is not None]
    return float(max(ends)) if ends and claim.form != "at_least" else float("inf")


@dataclass(frozen=True, config=CHECKED)
class Ground:
    """What a number of a prior rests on, and the conflict that it comes from."""

    figure: str
    citation: str
    conflict: str | None = None


@dataclass(frozen=True, config=CHECKED)
class Assumption:
    """One assumption of the gauge: its prior, and whether the estimate rises or falls with it.

    `apart` has the labels that tell a ratio from others of its source.
    """

    name: str
    kind: str
    source: str | None
    text: str
    median: float
    sd: float
    sign: int
    grounds: tuple[Ground, ...] = ()
    apart: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """Whose ratio it is, with what tells it from the source's others; else its name."""
        return owner_of(self.source, self.apart) if self.source else self.name


@dataclass(frozen=True, config=CHECKED)
class Weight:
    """The pull of one assumption on the answer.

    `learned` is posterior sd over prior sd of a ratio: 1 where the data said nothing about it.
    """

    assumption: str
    weight: float
    mcse: float | None = None
    learned: float | None = None


@dataclass(frozen=True, config=CHECKED)
class Rests:
    """What a level rests on where no gauge says it: weights of another kind, and sentences."""

    kind: str
    rows: tuple[Weight, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, config=CHECKED)
class Note:
    """What was assumed, merged, left out or went wrong: a code, and the same in words."""

    code: str
    text: Kept


@dataclass(frozen=True, config=CHECKED)
class Diagnostics:
    """Convergence of one fit; what does not apply to its engine is None."""

    method: str
    converged: bool
    max_rhat: float | None = None
    min_ess: float | None = None
    divergences: int | None = None
    min_bfmi: float | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, config=CHECKED)
class Case:
    """An estimate under other evidence or other assumptions (people).

    `case` is its whole name; of it, `source` is the one that was left out or heard alone, and
    `notes` say how the rest was read.
    """

    case: str
    median: float
    low: float
    high: float
    prob: float
    converged: bool
    source: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, config=CHECKED)
class Meta:
    """Everything except the draws, for every kind of evidence.

    `groups` names, for each group of people, the groups that lie inside it; `refits` keeps what
    was fitted again, by question, row and level; `no_level` and `no_total` say why there is none.
    """

    kind: str
    seed: int
    versions: dict[str, str]
    settings: dict[str, Any]
    rows: tuple[Row, ...]
    sources: tuple[SourceRow, ...]
    diagnostics: Diagnostics
    schema: str = SCHEMA
    has_level: bool = True
    has_total: bool = True
    no_level: str = ""
    no_total: str = ""
    claims: tuple[ClaimRow, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    warnings: tuple[Note, ...] = ()
    groups: dict[str, tuple[str, ...]] | None = None
    model: str = ""


def frame_of(rows: Iterable[Any], record: type[Any]) -> pd.DataFrame:
    """Records as a table, with a column for each field."""
    import pandas as pd

    columns = [one.name for one in fields(record)]
    return pd.DataFrame([asdict(row) for row in rows], columns=columns)


def plain(record: Any) -> Any:
    """A record as plain values for JSON, a number that is not finite as None."""
    return clean(asdict(record))


def clean(value: Any) -> Any:
    """Plain Python values; a number that is not finite becomes None."""
    import numpy as np

    if isinstance(value, Mapping):
        return {str(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    if isinstance(value, np.generic):
        return clean(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
