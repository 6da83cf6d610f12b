"""What a result of a study has besides: the kinds, the ledger, the bridges, what each brought."""

from __future__ import annotations

from dataclasses import field

from pydantic.dataclasses import dataclass

from casualty_est.result.schema import CHECKED, Case, Cell, ClaimRow, Side, Span
from casualty_est.wording.numbers import at_least, at_most, with_ends

UNKNOWN = "unknown"  # the prior of a kind that cannot tell it


@dataclass(frozen=True, config=CHECKED)
class BridgeUsed:
    """A bridge: median share, sd of its log, and the share after the fit."""

    share: float
    sd: float
    text: str
    posterior: Span


@dataclass(frozen=True, config=CHECKED)
class ModeMoved:
    """One mode of a kind (people), its weight by that kind alone and in the joint answer."""

    median: float
    alone: float
    joint: float


@dataclass(frozen=True, config=CHECKED)
class Kind:
    """One kind of the study.

    `own` is what it answers for its own cell, `here` for the count of the study (people, 95%);
    `weight` how far the log of the answer follows its own, `contribution` Cov(log N, log L),
    `information` half the log of how many times more precise the count is with it; `p` and `factor`
    are its contradiction with the others; `khat` and `ess` of its weights; `modes` where it has
    several. `bound` is the side on which alone it bounds the count; then the end on that side of
    `own` and `here` is passed with a probability of 5%, and the rest of them says nothing.
    `official` are the official numbers of exactly the count of the study.
    """

    label: str
    kind: str
    counts: tuple[str, ...]
    cell: Cell
    own: Span
    here: Span
    prior: str
    eta: float
    rests: str
    bridge: BridgeUsed | None = None
    weight: float | None = None
    contribution: float | None = None
    information: float | None = None
    p: float | None = None
    factor: float | None = None
    khat: float | None = None
    ess: float | None = None
    ledger: tuple[str, ...] = ()
    modes: tuple[ModeMoved, ...] = ()
    bound: Side | None = None
    official: tuple[ClaimRow, ...] = ()

    def stated(self, span: Span) -> str:
        """Its answer in print: a median with its interval, or the bound that it is."""
        if self.bound is None:
            return with_ends(span)
        return at_most(span.high) if self.bound == "upper" else at_least(span.low)

    @property
    def moves(self) -> bool:
        """Whether it moves the count."""
        return self.eta > 0

    @property
    def can_move(self) -> bool:
        """Whether it could: its likelihood is known."""
        return self.prior != UNKNOWN


@dataclass(frozen=True, config=CHECKED)
class Heard:
    """A source in one kind, and the deaths that it brings in."""

    source: str
    label: str
    deaths: tuple[float, ...]


@dataclass(frozen=True, config=CHECKED)
class Declared:
    """What was declared of a source that speaks in two kinds."""

    source: str
    label: str
    other: str
    how: str
    text: str


@dataclass(frozen=True, config=CHECKED)
class Worth:
    """Which parameter of which source is drawn, and from which kind.

    `name` is that of the source, with its target where it has several.
    """

    source: str
    name: str
    label: str
    quantity: str


@dataclass(frozen=True, config=CHECKED)
class Supposed:
    """An assumption of one kind or of its bridge; its draws stand in the group `assumed`.

    `low` and `high` are how far its prior can move, in sds; None is as far as one likes.
    """

    name: str
    now: float
    sd: float
    scale: str
    source: str | None
    low: float | None
    high: float | None
    curved: bool = False


@dataclass(config=CHECKED)
class StudyDetails:
    """What only a result of a study has; refits are kept by question, row and level.

    `bare` names the kinds that move the count and bring no assumption that can be moved.
    """

    kinds: tuple[Kind, ...]
    heard: tuple[Heard, ...]
    declared: tuple[Declared, ...]
    worth: tuple[Worth, ...]
    rho: dict[str, float]
    correlation: tuple[tuple[float, ...], ...]
    pooling: str
    prior: str
    contradictions: tuple[str, ...] = ()
    assumed: tuple[Supposed, ...] = ()
    bare: tuple[str, ...] = ()
    refits: dict[str, tuple[Case, ...]] = field(default_factory=dict)
