"""Estimates over time built by hand, as a fit of claims over time would build them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import xarray as xr

import casualty_est as ce
from casualty_est.claims.estimate import ClaimsEstimate
from casualty_est.claims.schema import ClaimsDetails, DatedAnchor, PathCell, Windows
from casualty_est.result.schema import (
    Cell,
    ClaimRow,
    Diagnostics,
    Meta,
    Row,
    SourceRow,
    Span,
    Target,
)
from casualty_est.tables.cells import Documented

CELL = Target("A+B", "killed", "civilians", "any")
START, STEPS = date(2020, 1, 1), 24
DATES = [(START + timedelta(days=30 * (i + 1) - 1)).isoformat() for i in range(STEPS)]
DOCUMENTING = ("monitor", "perpetrator", "government", "international")


def claim(source: str, text: str, end: str | None, **over: Any) -> ClaimRow:
    """One published claim: a running total from the first day on."""
    quantity = ce.Quantity.parse(text)
    plain = ClaimRow(
        source=source,
        role="monitor",
        text=text,
        form=quantity.form,
        low=quantity.low,
        best=quantity.best,
        high=quantity.high,
        level="total",
        **asdict(CELL),
        start=START.isoformat(),
        end=end,
        reported=end,
        citation="",
        line=1,
        counted=True,
        hedge="documented",
        reading="as written",
        target=f"ratio of {source}",
        estimate=0,
        surprise=0.5,
        running=True,
    )
    return replace(plain, **over)


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


def anchor(day: str) -> DatedAnchor:
    """An interval from outside for the usual cell, up to a day."""
    numbers = {"median": 3000.0, "low": 2500.0, "high": 3600.0}
    return DatedAnchor(name="anchor", **asdict(CELL), start=DATES[0], date=day, **numbers)


def over_time(
    claims: Sequence[ClaimRow] = CLAIMS,
    cells: Sequence[Target] = (CELL, replace(CELL, scope="A")),
    *,
    delayed: Sequence[str] = ("Army",),
    total: float = 4000.0,
    anchors: Sequence[DatedAnchor] = (),
    **meta: Any,
) -> ClaimsEstimate:
    """Build an estimate whose path grows with the square of time."""
    names = list(dict.fromkeys(c.source for c in claims if c.counted))
    tree = _tree(names, len(cells), delayed, total)
    windows = _windows(claims, cells, delayed, anchors)
    content = _meta(claims, cells, names)
    return ClaimsEstimate(tree, Meta(**(content | meta)), ClaimsDetails(windows=windows))


def _tree(names: Sequence[str], cells: int, delayed: Sequence[str], total: float) -> xr.DataTree:
    rng = np.random.default_rng(1)
    share = ((np.arange(STEPS) + 1) / STEPS) ** 2
    level = rng.lognormal(np.log(total), 0.3, (2, 150, 1, 1)) / (np.arange(cells) + 1)[:, None]
    path = level * share
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
    gauge = xr.Dataset({"score": ((*dims, "assumption"), np.zeros((2, 150, 0)))})
    return xr.DataTree.from_dict({"posterior": posterior, "gauge": gauge})


def _documented(claims: Sequence[ClaimRow], cell: Target) -> tuple[float | None, ...]:
    found: list[float | None] = []
    for day in DATES:
        known = [
            c.low
            for c in claims
            if c.low and c.role in DOCUMENTING and c.end and c.end <= day
            if c.scope == cell.scope and c.form != "about"
        ]
        found.append(max(known, default=None))
    return tuple(found)


def _windows(
    claims: Sequence[ClaimRow],
    cells: Sequence[Target],
    delayed: Sequence[str],
    anchors: Sequence[DatedAnchor],
) -> Windows:
    return Windows(
        grid="month",
        start=START.isoformat(),
        end=DATES[-1],
        steps=STEPS,
        claims=sum(c.counted for c in claims),
        left_out={"restated_step": 1},
        rules=("of one source the last number of each month stands",),
        delayed=tuple(delayed),
        drifting=(),
        slow=(),
        anchors=tuple(anchors),
        cells=tuple(
            PathCell("x", i, **asdict(cell), documented_low=_documented(claims, cell))
            for i, cell in enumerate(cells)
        ),
    )


def _meta(
    claims: Sequence[ClaimRow], cells: Sequence[Target], names: Sequence[str]
) -> Mapping[str, Any]:
    roles = {c.source: c.role for c in claims}
    documented = Documented(1500, 2000, "Tally", "1,500-2,000")
    rows = []
    for one in cells:
        cell = Cell(
            one.scope, START.isoformat(), DATES[-1], one.outcome, one.group, one.perpetrator
        )
        rows.append(Row(cell, {}, "total", documented))
    sources = tuple(
        SourceRow(
            name=f"ratio of {name}",
            source=name,
            target=CELL,
            role=roles[name],
            prior=Span(0.5, 0.1, 0.9),
            prior_log_sd=0.6,
            prior_quantiles=tuple(np.linspace(0.1, 0.9, 100).tolist()),
            prior_text="ratio, median 0.5",
            prior_origin="role",
        )
        for name in names
    )
    return {
        "kind": "claims",
        "seed": 3,
        "versions": {"casualty_est": "0.1.0"},
        "settings": {"seed": 3},
        "rows": tuple(rows),
        "sources": sources,
        "claims": tuple(claims),
        "diagnostics": Diagnostics("nuts", True, 1.001, 2000.0, 0),
    }
