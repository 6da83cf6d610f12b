"""One variation of a claims model: claims left out, prior locations moved, prior sds scaled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from casualty_est.claims.model.layout import Layout

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What differs from the model as configured; the engines compile once and refit with this."""

    weights: Array  # (claim,): 1 for a claim that counts, 0 for one left out
    shift: Array  # (assumption,): added to its location, on the log scale; as `Layout.assumptions`
    sd_scale: Array  # (target,): factor on the sd of each ratio's prior

    @classmethod
    def plain(cls, layout: Layout) -> Scenario:
        """Return the model as configured."""
        return cls(
            np.ones(len(layout.claims)),
            np.zeros(len(layout.assumptions)),
            np.ones(len(layout.ratios.targets)),
        )

    def without(self, layout: Layout, source: str) -> Scenario:
        """Leave every claim of `source` out."""
        return replace(self, weights=self.weights * ~_said_by(layout, source))

    def only(self, layout: Layout, source: str) -> Scenario:
        """Leave every claim of other sources out."""
        return replace(self, weights=self.weights * _said_by(layout, source))

    def shifted(self, assumption: int, by: float) -> Scenario:
        """Move the location of one assumption by `by`, on the log scale."""
        shift = self.shift.copy()
        shift[assumption] += by
        return replace(self, shift=shift)

    def widened(self, targets: npt.NDArray[np.bool_], factor: float) -> Scenario:
        """Multiply the prior sd of the marked targets."""
        return replace(self, sd_scale=np.where(targets, self.sd_scale * factor, self.sd_scale))


def _said_by(layout: Layout, source: str) -> npt.NDArray[np.bool_]:
    return np.array([claim.source == source for claim in layout.claims])
