"""Estimates built by hand, as fits of other kinds of evidence would build them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import xarray as xr

import casualty_est as ce
from casualty_est.kinds import KINDS
from casualty_est.result.schema import Cell, Diagnostics, Meta, Rests, Row, Weight
from casualty_est.tables.cells import Documented
from tests.support.other.estimate import OtherDetails, OtherEstimate

CELL = Cell("Iraq+Syria", "2014-08-08", "2018-02-09", "killed", "civilians", "Coalition")
FAMILIES = Rests(
    "families",
    (Weight("two-way dependence", 0.6, 0.01),),
    ("Models with dependence hold 60% of the mass.",),
)


def make_estimate(
    deaths: Any, rows: Sequence[Row], *, identification: Rests = FAMILIES, **meta: Any
) -> OtherEstimate:
    """An estimate of a kind that no wing knows."""
    content: dict[str, Any] = {
        "kind": "other",
        "seed": 3,
        "versions": {"casualty_est": "0.1.0"},
        "settings": {"seed": 3},
        "rows": tuple(rows),
        "sources": (),
        "diagnostics": Diagnostics("nuts", True, 1.001, 2000.0, 0),
        **meta,
    }
    dims = ("chain", "draw", "estimate")
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"deaths": (dims, deaths)})})
    return OtherEstimate(tree, Meta(**content), OtherDetails(identification))


def make_row(part: str = "total", level: str = "data", documented: int = 4400, **over: Any) -> Row:
    """One row of it, of a cell that differs from the usual one as told."""
    fields = {name: getattr(CELL, name) for name in Cell.__dataclass_fields__}
    return Row(Cell(**(fields | over)), {}, part, Documented(documented), level=level)


@pytest.fixture(autouse=True)
def other_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry knows the kind of these estimates, so that they can be saved and loaded."""
    monkeypatch.setitem(KINDS, "other", "tests.support.other")


@pytest.fixture
def two_modes() -> ce.Estimate:
    rng = np.random.default_rng(0)
    parts = [rng.lognormal(np.log(6000), 0.1, 1200), rng.lognormal(np.log(10000), 0.1, 800)]
    draws = rng.permutation(np.concatenate(parts))
    return make_estimate(draws.reshape(4, 500, 1), [make_row()])


@pytest.fixture
def listed_unlisted() -> ce.Estimate:
    rng = np.random.default_rng(0)
    seen, unseen = rng.lognormal(np.log(700), 0.1, 4000), rng.lognormal(np.log(300), 0.1, 4000)
    draws = np.stack([seen + unseen, seen, unseen], axis=-1).reshape(4, 1000, 3)
    return make_estimate(draws, [make_row(), make_row("listed"), make_row("unlisted")])


@pytest.fixture
def fake() -> Callable[..., OtherEstimate]:
    return make_estimate


@pytest.fixture
def row() -> Callable[..., Row]:
    return make_row
