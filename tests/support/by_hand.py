"""Estimates built by hand, as fits of other kinds of evidence would build them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

import casualty_est as ce

CELL = {
    "scope": "Iraq+Syria",
    "start": "2014-08-08",
    "end": "2018-02-09",
    "outcome": "killed",
    "group": "civilians",
    "perpetrator": "Coalition",
}


def _fake(deaths: Any, rows: list[dict[str, Any]], **meta: Any) -> ce.Estimate:
    """Build an Estimate by hand, as the fit of other evidence would."""
    content: dict[str, Any] = {
        "schema": "casualty-est/1",
        "kind": "lists",
        "seed": 3,
        "versions": {"casualty_est": "0.1.0"},
        "settings": {"seed": 3},
        "has_level": True,
        "has_total": True,
        "rows": rows,
        "sources": [],
        "claims": [],
        "assumptions": [],
        "diagnostics": {
            "method": "nuts",
            "converged": True,
            "max_rhat": 1.001,
            "min_ess": 2000.0,
            "divergences": 0,
            "reasons": [],
        },
        "warnings": [],
        "model": "",
        "details": {
            "identification": {
                "kind": "families",
                "rows": [{"assumption": "two-way dependence", "weight": 0.6, "mcse": 0.01}],
                "sentences": ["Models with dependence hold 60 % of the mass."],
            }
        },
    }
    content.update(meta)
    tree = xr.DataTree.from_dict(
        {"posterior": xr.Dataset({"deaths": (("chain", "draw", "estimate"), deaths)})}
    )
    tree.attrs["casualty_est"] = json.dumps(content)
    return ce.Estimate(tree)


def _row(part: str = "total", level: str = "data", **over: Any) -> dict[str, Any]:
    return {
        "cell": {**CELL, **over},
        "strata": {},
        "part": part,
        "documented": {"low": 4400, "high": None, "source": None},
        "level": level,
    }


@pytest.fixture
def two_modes() -> ce.Estimate:
    rng = np.random.default_rng(0)
    parts = [rng.lognormal(np.log(6000), 0.1, 1200), rng.lognormal(np.log(10000), 0.1, 800)]
    draws = rng.permutation(np.concatenate(parts))
    return _fake(draws.reshape(4, 500, 1), [_row()])


@pytest.fixture
def listed_unlisted() -> ce.Estimate:
    rng = np.random.default_rng(0)
    seen, unseen = rng.lognormal(np.log(700), 0.1, 4000), rng.lognormal(np.log(300), 0.1, 4000)
    draws = np.stack([seen + unseen, seen, unseen], axis=-1).reshape(4, 1000, 3)
    return _fake(draws, [_row(), _row("listed"), _row("unlisted")], kind="incidents")


@pytest.fixture
def fake() -> Callable[..., ce.Estimate]:
    return _fake


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    return _row


@pytest.fixture(scope="session")
def coalition() -> ce.Estimate:
    return ce.ClaimsModel(ce.datasets.load("coalition")).fit(seed=1)
