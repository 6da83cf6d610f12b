"""Estimates over time built by hand, as a fit of claims over time would build them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import xarray as xr

import casualty_est as ce

CELL = {"scope": "A+B", "outcome": "killed", "group": "civilians", "perpetrator": "any"}
START, STEPS = date(2020, 1, 1), 24
DATES = [(START + timedelta(days=30 * (i + 1) - 1)).isoformat() for i in range(STEPS)]
DOCUMENTING = ("monitor", "perpetrator", "government", "international")


def claim(source: str, text: str, end: str | None, **over: Any) -> dict[str, Any]:
    """One row of ``meta["claims"]``: a running total from the first day on."""
    quantity = ce.Quantity.parse(text)
    return {
        "source": source,
        "role": "monitor",
        "text": text,
        "form": quantity.form,
        "low": quantity.low,
        "best": quantity.best,
        "high": quantity.high,
        "level": "total",
        **CELL,
        "start": START.isoformat(),
        "end": end,
        "reported": end,
        "citation": "",
        "line": 1,
        "counted": True,
        "reason": None,
        "code": None,
        "hedge": "documented",
        "reading": "as written",
        "target": f"ratio of {source}",
        "estimate": 0,
        "surprise": 0.5,
        "running": True,
        **over,
    }


CLAIMS = (
    claim("Tally", "at least 300", DATES[5]),
    claim("Tally", "at least 900", DATES[11]),
    claim("Tally", "950", DATES[11], counted=False, code="restated_step", reason="merged"),
    claim("Tally", "1,500-2,000", DATES[17]),
    claim("Army", "about 90", DATES[11], role="perpetrator"),
    claim("Army", "200", DATES[19], role="perpetrator"),
    claim("Press", "at least 1,000", DATES[14], role="media", hedge="speaker"),
    claim("Press", "as many as 4,000", DATES[14], role="media", hedge="speaker"),
    claim("Press", "dozens", DATES[1], role="media", hedge="speaker"),
    claim("Press", "40", DATES[3], role="media", start=DATES[3], running=False),
    claim("Echo", "900", DATES[12], counted=False, code="derived", reason="it is built on Tally"),
)


def over_time(
    claims: Sequence[dict[str, Any]] = CLAIMS,
    cells: Sequence[Mapping[str, str]] = (CELL, {**CELL, "scope": "A"}),
    *,
    delayed: Sequence[str] = ("Army",),
    total: float = 4000.0,
    windows: Mapping[str, Any] | None = None,
    **meta: Any,
) -> ce.Estimate:
    """Build an estimate whose path grows with the square of time."""
    rng = np.random.default_rng(1)
    share = ((np.arange(STEPS) + 1) / STEPS) ** 2
    level = rng.lognormal(np.log(total), 0.3, (2, 150, 1, 1)) / (np.arange(len(cells)) + 1)[:, None]
    path = level * share
    names = list(dict.fromkeys(c["source"] for c in claims if c["counted"]))
    roles = {c["source"]: c["role"] for c in claims}
    ratio = rng.normal(-1, 0.3, (2, 150, len(names), 1)) + np.zeros(STEPS)
    for k, name in enumerate(names):
        if name in delayed:
            ratio[:, :, k] += np.log(share) / 2
    late = [f"ratio of {name}" for name in names if name in delayed]
    to_come = rng.lognormal(5, 0.3, (2, 150, len(late), 1)) * np.sin(np.pi * share)
    dims = ("chain", "draw")
    posterior = xr.Dataset(
        {
            "deaths": ((*dims, "estimate"), path[..., -1]),
            "path": ((*dims, "path_cell", "date"), path),
            "ratio_path": ((*dims, "target", "date"), ratio),
            "ratio_total": ((*dims, "target"), np.exp(ratio[..., -1])),
            **({"still_to_come": ((*dims, "delayed_target", "date"), to_come)} if late else {}),
        },
        coords={"date": DATES, **({"delayed_target": late} if late else {})},
    )
    tree = xr.DataTree.from_dict({"posterior": posterior})
    content = _meta(claims, cells, names, roles, list(delayed))
    content["details"]["windows"].update(windows or {})
    tree.attrs["casualty_est"] = json.dumps(content | meta)
    return ce.Estimate(tree)


def _documented(claims: Sequence[dict[str, Any]], cell: Mapping[str, str]) -> list[int | None]:
    found: list[int | None] = []
    for day in DATES:
        known = [
            c["low"]
            for c in claims
            if c["low"] and c["role"] in DOCUMENTING and c["end"] and c["end"] <= day
            if c["scope"] == cell["scope"] and c["form"] != "about"
        ]
        found.append(max(known, default=None))
    return found


def _meta(
    claims: Sequence[dict[str, Any]],
    cells: Sequence[Mapping[str, str]],
    names: Sequence[str],
    roles: Mapping[str, str | None],
    delayed: list[str],
) -> dict[str, Any]:
    span = {"start": START.isoformat(), "end": DATES[-1]}
    sources = [
        {
            "name": f"ratio of {name}",
            "source": name,
            "target": dict(CELL),
            "role": roles[name],
            "level": "total",
            "prior": {"median": 0.5, "low": 0.1, "high": 0.9},
            "prior_log_sd": 0.6,
            "prior_quantiles": list(np.linspace(0.1, 0.9, 100)),
            "prior_text": "ratio, median 0.5",
            "prior_origin": "role",
        }
        for name in names
    ]
    return {
        "schema": "casualty-est/1",
        "kind": "claims",
        "seed": 3,
        "versions": {"casualty_est": "0.1.0"},
        "settings": {"seed": 3},
        "has_level": True,
        "has_total": True,
        "rows": [
            {
                "cell": {**cell, **span},
                "strata": {},
                "part": "total",
                "documented": {"low": 1500, "high": 2000, "source": "Tally", "text": "1,500-2,000"},
                "claimed": True,
            }
            for cell in cells
        ],
        "sources": sources,
        "claims": list(claims),
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
                "kind": "gauge",
                "rows": [],
                "sentences": ["The level rests on what is assumed."],
            },
            "windows": {
                "grid": "month",
                **span,
                "steps": STEPS,
                "claims": sum(c["counted"] for c in claims),
                "left_out": {"restated_step": 1},
                "rules": ["of one source the last number of each month stands"],
                "delayed": delayed,
                "drifting": [],
                "slow": [],
                "anchors": [],
                "cells": [
                    {"label": "x", "row": i, **cell, "documented_low": _documented(claims, cell)}
                    for i, cell in enumerate(cells)
                ],
            },
        },
    }
