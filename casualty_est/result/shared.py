"""What an estimate hands to a study: draws of log counts, the prior behind them, who is heard.

A study multiplies likelihoods, so each count comes with the prior that its fit used: draws are of
likelihood times prior, and the prior has to be divided out before another kind is multiplied in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from casualty_est.arrays import Array
from casualty_est.result.schema import Row, SourceRow
from casualty_est.wording.language import N_, stored

if TYPE_CHECKING:
    from casualty_est.result.answered import Answered


Told = tuple[SourceRow, str, Array]  # a source, what is drawn of it, and the draws
NOBODY = 0.5  # a draw of no deaths stands here: its log does not exist


class LogPrior(Protocol):
    """The prior of the log of a count, as its fit used it."""

    @property
    def text(self) -> str:
        """The prior in words."""

    def log_density(self, log_n: Array) -> Array:
        """Log density, up to a constant, at logs of counts."""


@dataclass(frozen=True, slots=True)
class FlatPrior:
    """Every factor is as likely as every other: p(N) is proportional to 1 / N."""

    @property
    def text(self) -> str:
        """The prior in words."""
        return N_("prior", "flat in the log of the count")

    def log_density(self, log_n: Array) -> Array:
        """Zero everywhere."""
        return np.zeros_like(log_n)


@dataclass(frozen=True, slots=True)
class CountPrior:
    """Every count is as likely as every other: p(N) is constant."""

    @property
    def text(self) -> str:
        """The prior in words."""
        return N_("prior", "flat in the count")

    def log_density(self, log_n: Array) -> Array:
        """Log density of the log of the count, up to a constant."""
        return np.asarray(log_n, dtype=float)


@dataclass(frozen=True, slots=True)
class NormalPrior:
    """A Normal of the log of the count."""

    mean: float
    sd: float

    @property
    def text(self) -> str:
        """The prior in words."""
        return stored(
            "prior",
            "log of the count Normal({mean}, {sd})",
            mean=f"{self.mean:.3g}",
            sd=f"{self.sd:.3g}",
        )

    def log_density(self, log_n: Array) -> Array:
        """Log density, up to a constant."""
        return np.asarray(-0.5 * ((log_n - self.mean) / self.sd) ** 2)


@dataclass(frozen=True, slots=True)
class ListedPrior:
    """What a Beta prior of the completeness of a list says of the count of which it holds some."""

    people: int
    a: float
    b: float

    @property
    def text(self) -> str:
        """The prior in words."""
        return f"{self.people:,} / count is Beta({self.a:g}, {self.b:g})"

    def log_density(self, log_n: Array) -> Array:
        """Log density of the log count: that of log completeness, mirrored."""
        log_share = np.minimum(np.log(self.people) - log_n, -1e-9)  # no list holds more than all
        return np.asarray(self.a * log_share + (self.b - 1) * np.log(-np.expm1(log_share)))


@dataclass(frozen=True, slots=True, eq=False)
class SharedCount:
    """One count: its label and row, draws of its log (chain x draw,), and their prior.

    The prior is None where the kind cannot tell it: such a count can be cut, not multiplied.
    """

    label: str
    row: Row
    level: str
    log_draws: Array
    prior: LogPrior | None


@dataclass(frozen=True, slots=True, eq=False)
class SharedSource:
    """What a source is worth: draws of the log of a ratio or completeness, (chain x draw,).

    `row` is the source with its role and prior; its name tells several targets of one source apart.
    """

    row: SourceRow
    quantity: str
    log_draws: Array

    @property
    def source(self) -> str:
        """Name of the source."""
        return self.row.source


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number of deaths that a source brings into an estimate."""

    source: str
    deaths: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What one estimate shares.

    Parameters
    ----------
    counts : tuple of SharedCount
        Every count: ``label`` as in `Estimate.summary`, ``row`` (cell, strata, part), ``level``,
        ``log_draws`` (chain x draw,) and ``prior``: flat, Normal, or that of a list's completeness.
    sources : tuple of SharedSource
        What each source is worth, where the kind knows: ``row`` (name, role, prior), ``quantity``
        (such as ``ratio_total``) and ``log_draws``, in the order of the draws of the counts.
    spoken : tuple of Spoken
        Every number that a source brings in: ``source``, ``deaths`` (people) and ``text``.
    parents : tuple of str
        Sources on which these numbers are built, and which bring in none themselves.
    """

    counts: tuple[SharedCount, ...]
    sources: tuple[SharedSource, ...] = ()
    spoken: tuple[Spoken, ...] = ()
    parents: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every source that is heard, once."""
        heard = [one.source for one in self.spoken] + [one.source for one in self.sources]
        return tuple(dict.fromkeys([*heard, *self.parents]))


def shared_by(
    estimate: Answered,
    prior: Callable[[int], LogPrior | None] = lambda row: None,
    sources: Sequence[Told] = (),
    spoken: Sequence[Spoken] = (),
    parents: Sequence[str] = (),
) -> Shared:
    """Collect what an estimate shares; draws of sources come on their own scale."""
    counts = tuple(
        SharedCount(
            label,
            estimate.meta.rows[i],
            estimate.level(i),
            np.log(np.maximum(estimate.draws(i).ravel(), NOBODY)),
            prior(i),
        )
        for i, label in enumerate(estimate.labels)
    )
    known = [(source, what, np.ravel(draws)) for source, what, draws in sources]
    worth = tuple(
        SharedSource(source, what, np.log(draws))
        for source, what, draws in known
        if np.isfinite(draws).all() and (draws > 0).all()
    )
    return Shared(counts, worth, tuple(spoken), tuple(parents))
