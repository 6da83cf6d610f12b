"""Small tables of incidents for tests, built by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from casualty_est import Quantity
from casualty_est.incidents.table.patterns import IncidentPatterns

# A fit of which only the way through is tested, not the numbers.
FEW = {"seed": 3, "draws": 150, "tune": 250, "chains": 2, "progress_bar": False}

TEXTS = (
    ("3", "5", "at least 4", "2-6", "about 12", "20", "40"),
    ("1", "2", "as many as 7", "8", "30"),
    ("4", "10", "at least 2, perhaps 5"),
)


def patterns(texts, claim, **columns):
    """Patterns of sources A, B, C ... with what is not said left at its default."""
    claim = np.asarray(claim, dtype=np.int64)
    many, sources = claim.shape
    defaults = {
        "roles": ("monitor", "perpetrator", "media", "government")[:sources],
        "verdict": np.zeros((many, sources), np.int8),
        "self_reported": np.zeros((many, sources), bool),
        "recall_check": np.full(many, -1, np.int8),
        "grade": (),
        "grade_of": np.full(many, -1, np.int8),
        "perpetrators": ((),),
        "suspects": np.zeros(many, np.int64),
        "scope": ("all",),
        "scope_of": np.zeros(many, np.int64),
        "year": np.zeros(many, np.int64),
        "count": np.ones(many, np.int64),
        "prob": np.zeros(many),
    }
    return IncidentPatterns(
        sources=tuple("ABCD"[:sources]),
        claims=tuple(tuple(map(Quantity.parse, row)) for row in texts),
        claim=claim,
        **{**defaults, **columns},
    )


def overlapping(rng, many=16, texts=TEXTS):
    """Three sources that list incidents."""
    claim = np.stack([rng.integers(-2, len(row), many) for row in texts], axis=1)
    claim[(claim == -2).all(axis=1), 0] = 0
    return patterns(texts, claim, count=rng.integers(1, 4, many))


def judged(rng, many=30, texts=TEXTS, sources=2):
    """B judges what the others list, and reported some incidents itself."""
    claim = np.stack([rng.integers(-1, len(row), many) for row in texts[:sources]], axis=1)
    verdict = np.zeros((many, sources), np.int8)
    own = np.zeros((many, sources), bool)
    verdict[:, 1] = rng.integers(0, 4, many)
    own[:, 1] = rng.random(many) < 0.25
    verdict[own] = 0
    claim[:, 1] = np.where((verdict[:, 1] == 1) | own[:, 1], claim[:, 1], -1)
    checked = np.where(own[:, 1], rng.integers(-1, 2, many), -1).astype(np.int8)
    return patterns(
        texts[:sources],
        claim,
        verdict=verdict,
        self_reported=own,
        recall_check=checked,
        grade=("confirmed", "fair", "contested"),
        grade_of=rng.integers(-1, 3, many).astype(np.int8),
        perpetrators=(("B",), ("B", "X"), ("B", "X", "Y")),
        suspects=rng.integers(0, 3, many),
        count=rng.integers(1, 4, many),
    )


def sampled(rng, table, prob=0.25, texts=("0", "2", "8", "30", "0-3")):
    """The same with an investigation, D, that drew some sites and chose others among the reports.

    Half of the sites that it drew were known to nobody.
    """
    many = len(table.count)
    claim = np.where(rng.random(many) < 0.7, rng.integers(0, len(texts), many), -2)
    drawn = (claim >= 0) & (rng.random(many) < 0.5)
    unknown = drawn & (claim > 0) & (rng.random(many) < 0.5) & ~table.self_reported.any(axis=1)
    said = np.where(unknown[:, None], -2, table.claim)
    verdict = np.where(unknown[:, None], 0, table.verdict)
    grade_of = np.where(unknown, -1, table.grade_of).astype(np.int8)
    wide = np.zeros((many, 1))
    return replace(
        table,
        sources=(*table.sources, "D"),
        roles=(*table.roles, "investigation"),
        claims=(*table.claims, tuple(map(Quantity.parse, texts))),
        claim=np.column_stack([said, claim]),
        verdict=np.column_stack([verdict, wide]).astype(np.int8),
        self_reported=np.column_stack([table.self_reported, wide]).astype(bool),
        grade_of=grade_of,
        prob=np.where(drawn, prob, 0.0),
    )


def only(table, sources):
    """The same table with some of its sources."""
    keep = list(sources)
    return replace(
        table,
        sources=tuple(table.sources[s] for s in keep),
        roles=tuple(table.roles[s] for s in keep),
        claims=tuple(table.claims[s] for s in keep),
        claim=table.claim[:, keep],
        verdict=table.verdict[:, keep],
        self_reported=table.self_reported[:, keep],
    )
