"""An estimate as its own parts, tables and pictures see it: what they ask of it, and no more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from casualty_est.arrays import Array
from casualty_est.errors import UsageError
from casualty_est.result.schema import Meta, Side

if TYPE_CHECKING:
    from casualty_est.result.identification import Identification
    from casualty_est.result.posterior import Modes
    from casualty_est.result.radius import Radius
    from casualty_est.result.smallest_move import Median
    from casualty_est.result.unknowns import Unknowns
    from casualty_est.studies import Study


class Answered(Protocol):
    """An estimate as its own parts see it; see `casualty_est.Estimate`."""

    counts_documented: ClassVar[bool]
    meta: Meta
    _model: Any
    _progress_bar: bool | None

    @property
    def kind(self) -> str:
        """The kind of evidence."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The label of every estimate."""

    @property
    def converged(self) -> bool:
        """Whether the fit passed every check."""

    def __len__(self) -> int:
        """How many estimates there are."""

    def draws(self, row: str | int | None = None) -> Array:
        """Posterior draws of one estimate, in people, of shape (chain, draw)."""

    def level(self, row: str | int | None = None) -> str:
        """What sets the level of an estimate."""

    def modes(self, row: str | int | None = None, ci_prob: float = 0.95) -> Modes:
        """Modes of one estimate with their weights."""

    def identification(self, row: str | int | None = None) -> Identification:
        """What sets the level of an estimate, in numbers."""

    def _at(self, row: str | int | None) -> int: ...
    def _unit(self, row: int, prob: float) -> float | None: ...
    def _bounded(self, row: int) -> Side | None: ...
    def _why_bounded(self, row: int) -> str: ...
    def _least(self, row: int) -> float: ...
    def _somebody_says_less(self, row: int) -> bool: ...
    def _refits(self) -> Mapping[str, Any]: ...
    def _kept(self, name: str) -> dict[str, tuple[Any, ...]]: ...
    def _model_to_refit(self) -> Any: ...
    def _unknowns(self, row: int) -> Unknowns: ...
    def _studies(self, row: int) -> tuple[Study, ...]: ...
    def _median_after(self, row: int) -> Median | None: ...
    def _radii(self) -> dict[str, Radius]: ...


def has_median(estimate: Answered, row: int) -> None:
    """Raise where an estimate is a bound and no more: it has no median, and no interval."""
    if estimate._bounded(row):
        msg = (
            "this estimate is a bound and no more: it has no median that another assumption could "
            "move, and no interval that further data could narrow"
        )
        raise UsageError(msg)


def tippable(estimate: Answered, n: float, row: int = 0) -> float:
    """Return `n` if it is a number of people above 0 and there is a headline, or raise."""
    if not estimate.meta.has_level:
        msg = f"there is no headline number, so nothing can be tipped: {estimate.meta.no_level}"
        raise UsageError(msg)
    has_median(estimate, row)
    if not isinstance(n, Real) or not math.isfinite(n) or n <= 0:
        msg = f"the number asked about must be a number of people above 0, not {n!r}"
        raise UsageError(msg)
    return float(n)
