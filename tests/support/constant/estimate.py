"""Its model and its result: the posterior is the number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import xarray as xr

from casualty_est.result.estimate import Estimate
from casualty_est.result.schema import Cell, Diagnostics, Meta, Row


@dataclass
class ConstantDetails:
    """Who knows it."""

    witness: str = "everybody"


class ConstantEstimate(Estimate):
    """A number that is known."""

    details: ConstantDetails
    details_type: ClassVar[type[Any]] = ConstantDetails


class ConstantModel:
    """Nothing to be inferred."""

    def __init__(self, known: int) -> None:
        self.known = known

    def __repr__(self) -> str:
        return f"ConstantModel: {self.known}"

    def fit(
        self,
        *,
        seed: int = 1,
        draws: int = 1000,
        chains: int = 4,
        progress_bar: bool | None = None,
    ) -> ConstantEstimate:
        """Return the number, many times."""
        deaths = np.full((chains, draws, 1), float(self.known))
        tree = xr.DataTree.from_dict(
            {"posterior": xr.Dataset({"deaths": (("chain", "draw", "estimate"), deaths)})}
        )
        cell = Cell("Atlantis", "2020-01-01", "2020-12-31", "killed", "civilians", "any")
        meta = Meta(
            kind="constant",
            seed=seed,
            versions={"casualty_est": "0.1.0"},
            settings={"draws": draws},
            rows=(Row(cell, {}, "total", level="data"),),
            sources=(),
            diagnostics=Diagnostics("exact", converged=True),
            model=repr(self),
        )
        return ConstantEstimate(tree, meta, ConstantDetails(), model=self)


ESTIMATE = ConstantEstimate
