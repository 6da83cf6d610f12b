"""Estimates from lists built by hand, as the fit of lists would build them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import xarray as xr

import casualty_est as ce

LISTS = ("Families", "HRW", "OSCE")
CODES = [[1, 60], [2, 50], [3, 20], [4, 40], [5, 15], [6, 12], [7, 9]]  # 206 people
RATIOS = (0.25, 0.5, 1.0, 2.0, 4.0)


def _found(people: int, middle: float, **over: Any) -> dict[str, Any]:
    """What a fit says beside its draws: a dial through (1, middle), two kinds of dependence."""

    def ends(value: float, width: float = 1.3) -> dict[str, float]:
        return {"low": value / width, "median": value, "high": value * width}

    curve = [{"ratio": r, **ends(people + (middle - people) * r)} for r in RATIOS]
    groups = [
        {"name": "pairs", "mass": 0.2, "posterior": 0.1, "log_evidence": -9.0, "ruled_out": ""},
        {
            "name": "visibility",
            "mass": 0.8,
            "posterior": 0.9,
            "log_evidence": -7.0,
            "ruled_out": "",
        },
        {"name": "classes", "mass": 1e-7, "posterior": 1e-7, "log_evidence": -25.0},
    ]
    groups[2]["ruled_out"] = "evidence 18.0 nats below the best"
    for group, factor in zip(groups, (0.8, 1.1, 2.0), strict=True):
        group |= {**ends(middle * factor), "predictive_p": 0.4}
    return {
        "groups": groups,
        "families": [
            {"family": "pairs", "member": "pair HRW with OSCE", "mass": 0.2, "log_evidence": -9.0},
            {"family": "visibility", "member": "visibility", "mass": 0.8, "log_evidence": -7.0},
            {"family": "classes", "member": "4 classes", "mass": 1e-7, "log_evidence": -25.0},
        ],
        "dial": {"curve": curve, "implied": {"low": 0.8, "median": 1.2, "high": 1.7}},
        "observability": [{"chance": 0.05, **ends(middle * 0.9)}],
        "predictions": [{"history": ["HRW"], "observed": 50, **ends(52.0), "p": 0.7}],
        "dependence": [{"list_a": "HRW", "list_b": "OSCE", **ends(2.0)}],
        "overlaps": CODES,
        "floor_share": 0.1,
        "people": people,
        **over,
    }


@pytest.fixture(scope="session")
def of_lists() -> Callable[..., ce.Estimate]:
    """Build an estimate from lists: draws of the total, names, strata, and details as given."""

    def build(
        draws: Any = None,
        *,
        lists: Sequence[str] = LISTS,
        strata: Sequence[str] = (),
        warnings: Sequence[tuple[str, str]] = (),
        level: str = "data",
        **details: Any,
    ) -> ce.Estimate:
        rng = np.random.default_rng(0)
        total = rng.lognormal(np.log(600), 0.12, 4000) if draws is None else np.asarray(draws)
        total = np.maximum(total, 206.0)
        parts: list[tuple[dict[str, str], Any, int]] = [({}, total, 206)]
        parts += [({"month": name}, total / len(strata), 206 // len(strata)) for name in strata]
        rows, columns = [], []
        cell = {"scope": "Delta", "start": None, "end": None, "outcome": "killed"}
        cell |= {"group": "all", "perpetrator": "any"}
        for labels, values, held in parts:
            documented = {"low": held, "high": None, "source": None, "text": f"{held:,}"}
            for part, column in (
                ("total", values),
                ("listed", np.full(len(values), float(held))),
                ("unlisted", np.maximum(values - held, 0.0)),
            ):
                rows.append(
                    {
                        "cell": cell,
                        "strata": labels,
                        "part": part,
                        "documented": documented if part == "total" else None,
                        "claimed": True,
                        "level": level,
                    }
                )
                columns.append(column)
        found = _found(206, 600.0, **details)
        inside = [
            {"replicate": 0, "strata": labels, "lists": list(lists), **_found(held, 300.0)}
            for labels, _, held in parts[1:]
        ]
        meta = {
            "schema": "casualty-est/1",
            "kind": "lists",
            "seed": 3,
            "versions": {"casualty_est": "0.1.0"},
            "settings": {"seed": 3, "floor": 0.1},
            "has_level": True,
            "has_total": True,
            "rows": rows,
            "sources": [{"name": n, "source": n, "role": None, "target": {}} for n in lists],
            "claims": [],
            "assumptions": [],
            "diagnostics": {
                "method": "smc",
                "converged": True,
                "max_rhat": None,
                "min_ess": 900.0,
                "divergences": None,
                "reasons": [],
            },
            "warnings": [{"code": code, "text": text} for code, text in warnings],
            "model": "Lists model",
            "details": {
                **found,
                "identification": {
                    "kind": "families",
                    "rows": [{"assumption": "pairs", "weight": 0.2, "mcse": None}],
                    "sentences": ["The lists cannot check that."],
                },
                "strata": inside,
                "unstratified": {"low": 500.0, "median": 640.0, "high": 800.0} if strata else None,
            },
        }
        deaths = np.column_stack(columns).reshape(4, -1, len(rows))
        sizes = np.array([104.0, 91.0, 76.0, *([20.0] * (len(lists) - 3))])[: len(lists)]
        posterior = {
            "deaths": (("chain", "draw", "estimate"), deaths),
            "completeness": (("chain", "draw", "list"), sizes / deaths[..., :1]),
        }
        tree = xr.DataTree.from_dict({"posterior": xr.Dataset(posterior)})
        tree.attrs["casualty_est"] = json.dumps(meta)
        return ce.Estimate(tree)

    return build


@pytest.fixture(scope="session")
def bimodal() -> Any:
    """Draws with two modes, 60 % near 1,000 and 40 % near 3,000."""
    rng = np.random.default_rng(1)
    parts = [rng.lognormal(np.log(1000), 0.08, 2400), rng.lognormal(np.log(3000), 0.08, 1600)]
    return rng.permutation(np.concatenate(parts))
