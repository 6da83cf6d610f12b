"""Estimates whose answer is known in closed form, for studies: no model, no sampler."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from scipy import special

from casualty_est.result.schema import Cell, Row, SourceRow
from casualty_est.result.shared import FlatPrior, LogPrior, Shared, Spoken, shared_by
from tests.support.by_hand import CELL, make_estimate
from tests.support.other.estimate import OtherEstimate

EVEN = special.ndtri((np.arange(4000) + 0.5) / 4000)


class KnownEstimate(OtherEstimate):
    """An estimate that shares what it is told to share."""

    prior: LogPrior | None = FlatPrior()
    worth: tuple[Any, ...] = ()
    said: tuple[Spoken, ...] = ()
    parents: tuple[str, ...] = ()

    def shared(self) -> Shared:
        told = [(SourceRow(name, name), what, draws) for name, what, draws in self.worth]
        return shared_by(self, lambda row: self.prior, told, self.said, self.parents)


class ClaimLike(KnownEstimate):
    """The same, with a level that priors set, as that of claims."""

    set_by_priors: ClassVar[bool] = True


def known(
    log_draws: Any,
    *,
    kind: type[KnownEstimate] = KnownEstimate,
    prior: LogPrior | None = FlatPrior(),  # noqa: B008
    worth: Any = (),
    said: Any = (),
    parents: Any = (),
    **cell: Any,
) -> KnownEstimate:
    """An estimate with these draws of the log of its count, of shape (draw,) or (draw, row)."""
    logs = np.asarray(log_draws, dtype=float)
    logs = logs[:, None] if logs.ndim == 1 else logs
    fields = {name: getattr(CELL, name) for name in Cell.__dataclass_fields__}
    rows = [
        Row(Cell(**(fields | cell)), {"part": str(i)} if i else {}, "total", level="data")
        for i in range(logs.shape[1])
    ]
    built = make_estimate(np.exp(logs).reshape(4, -1, logs.shape[1]), rows)
    estimate = kind(built.idata, built.meta, built.details)
    estimate.prior, estimate.worth, estimate.said = prior, tuple(worth), tuple(said)
    estimate.parents = tuple(parents)
    return estimate


def normal(mean: float, sd: float, seed: int = 0, **more: Any) -> KnownEstimate:
    """An estimate whose log count is Normal, by draws at even probabilities."""
    z = np.random.default_rng(seed).permutation(EVEN)
    return known(mean + sd * z, **more)
