"""Estimates from lists built by hand, as the fit of lists would build them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import xarray as xr
from pydantic import TypeAdapter

from casualty_est.lists.estimate import ListEstimate
from casualty_est.lists.schema import Found, ListDetails, StratumFound
from casualty_est.result.schema import (
    Cell,
    Diagnostics,
    Documented,
    Meta,
    Note,
    Rests,
    Row,
    SourceRow,
    Span,
    Weight,
)

LISTS = ("Families", "HRW", "OSCE")
CODES = ((1, 60), (2, 50), (3, 20), (4, 40), (5, 15), (6, 12), (7, 9))  # 206 people
RATIOS = (0.25, 0.5, 1.0, 2.0, 4.0)
CELL = Cell("Delta", None, None, "killed", "all", "any")


def _found(people: int, middle: float, lists: Sequence[str], **over: Any) -> Found:
    """What a fit says beside its draws: a dial through (1, middle), two kinds of dependence."""

    def ends(value: float, width: float = 1.3) -> dict[str, float]:
        return {"low": value / width, "median": value, "high": value * width}

    curve = [{"ratio": r, **ends(people + (middle - people) * r)} for r in RATIOS]
    groups: list[dict[str, Any]] = [
        {"name": "pairs", "mass": 0.2, "posterior": 0.1, "log_evidence": -9.0},
        {"name": "visibility", "mass": 0.8, "posterior": 0.9, "log_evidence": -7.0},
        {"name": "classes", "mass": 1e-7, "posterior": 1e-7, "log_evidence": -25.0},
    ]
    groups[2]["ruled_out"] = "log evidence 18.0 below the best"
    for group, factor in zip(groups, (0.8, 1.1, 2.0), strict=True):
        group |= {**ends(middle * factor), "predictive_p": 0.4}
    content = {
        "lists": lists,
        "people": people,
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
        "method": "smc",
        **over,
    }
    return TypeAdapter(Found).validate_python(content)


@pytest.fixture(scope="session")
def of_lists() -> Callable[..., ListEstimate]:
    """Build an estimate from lists: draws of the total, names, strata, and details as given."""

    def build(
        draws: Any = None,
        *,
        lists: Sequence[str] = LISTS,
        strata: Sequence[str] = (),
        warnings: Sequence[tuple[str, str]] = (),
        level: str = "data",
        settings: dict[str, Any] | None = None,
        **details: Any,
    ) -> ListEstimate:
        rng = np.random.default_rng(0)
        total = rng.lognormal(np.log(600), 0.12, 4000) if draws is None else np.asarray(draws)
        total = np.maximum(total, 206.0)
        parts: list[tuple[dict[str, str], Any, int]] = [({}, total, 206)]
        parts += [({"month": name}, total / len(strata), 206 // len(strata)) for name in strata]
        rows, columns = [], []
        for labels, values, held in parts:
            documented = Documented(held, text=f"{held:,}")
            for part, column in (
                ("total", values),
                ("listed", np.full(len(values), float(held))),
                ("unlisted", np.maximum(values - held, 0.0)),
            ):
                counted = documented if part == "total" else None
                rows.append(Row(CELL, labels, part, counted, level=level))
                columns.append(column)
        of_result = {
            name: details.pop(name)
            for name in ("replicates", "assumption", "identification", "refits")
            if name in details
        }
        inside = tuple(
            StratumFound(0, labels, _found(held, 300.0, lists)) for labels, _, held in parts[1:]
        )
        meta = Meta(
            kind="lists",
            seed=3,
            versions={"casualty_est": "0.1.0"},
            settings={"seed": 3, "floor": 0.1, "xi": 1.0, **(settings or {})},
            rows=tuple(rows),
            sources=tuple(SourceRow(name, name) for name in lists),
            diagnostics=Diagnostics("smc", converged=True, min_ess=900.0),
            warnings=tuple(Note(code, text) for code, text in warnings),
            model="Lists model",
        )
        rests = Rests("families", (Weight("pairs", 0.2),), ("The lists cannot check that.",))
        content: dict[str, Any] = {
            "identification": rests,
            "identification_by_stratum": {},
            "assumption": "",
            "found": _found(206, 600.0, lists, **details),
            "strata": inside,
            "unstratified": Span(640.0, 500.0, 800.0) if strata else None,
            **of_result,
        }
        deaths = np.column_stack(columns).reshape(4, -1, len(rows))
        sizes = np.array([104.0, 91.0, 76.0, *([20.0] * (len(lists) - 3))])[: len(lists)]
        posterior = {
            "deaths": (("chain", "draw", "estimate"), deaths),
            "completeness": (("chain", "draw", "list"), sizes / deaths[..., :1]),
        }
        tree = xr.DataTree.from_dict({"posterior": xr.Dataset(posterior)})
        return ListEstimate(tree, meta, ListDetails(**content))

    return build


@pytest.fixture(scope="session")
def bimodal() -> Any:
    """Draws with two modes, 60% near 1,000 and 40% near 3,000."""
    rng = np.random.default_rng(1)
    parts = [rng.lognormal(np.log(1000), 0.08, 2400), rng.lognormal(np.log(3000), 0.08, 1600)]
    return rng.permutation(np.concatenate(parts))
