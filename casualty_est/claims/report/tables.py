"""Tables of the report that only claims have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from casualty_est.claims.schema import ratio_owner
from casualty_est.report import naming, tables
from casualty_est.report.tables import MANY_REFITS, Table
from casualty_est.result.schema import Span
from casualty_est.wording.numbers import percent

if TYPE_CHECKING:
    from casualty_est.claims.estimate import ClaimsEstimate

REFITS = {
    "each_source_alone": "If only one source were heard, all assumptions unchanged.",
    "without_each_source": "If one source were left out.",
    "counted_once": "If figures that are equal, or nearly, are copies of one.",
    "conflict_left_in": "If the record of this very conflict were used as well.",
}


def sources(estimate: ClaimsEstimate, prob: float) -> Table:
    """Reporting ratio of every source, before and after the data."""
    rows = []
    numbers: Iterable[Any] = estimate.sources(prob).itertuples()
    for source, row in zip(estimate.meta.sources, numbers, strict=True):
        prior = source.prior
        before = with_interval(prior) if prior else ""
        after = "not known"
        if not naming.missing(row.ratio):
            after = with_interval(Span(row.ratio, row.low, row.high))
        left = "not known" if naming.missing(row.learned) else naming.whole(row.learned)
        role = (source.role or "none").replace("_", " ")
        rows.append((ratio_owner(source.name), role, before, after, left))
    return Table(
        "Reported as a part of the true number.",
        ("Source", "Role", "Assumed (95%)", f"After the data ({percent(prob)})", "Spread left"),
        tuple(rows),
    )


def with_interval(one: Span) -> str:
    """A ratio and its interval."""
    return f"{naming.ratio(one.median)} ({naming.ratio_interval(one.low, one.high)})"


def refits(estimate: ClaimsEstimate, prob: float) -> list[Table]:
    """Each source alone, each left out, and the conflict left in the record."""
    # A refit over time takes up to minutes, and of a sampled model some seconds.
    sampled = estimate.meta.diagnostics.method != "exact"
    names = {source.source for source in estimate.meta.sources}
    many = estimate.has_path or (sampled and 2 * len(names) > MANY_REFITS)
    return tables.refits(estimate, prob, REFITS, unasked=not many)
