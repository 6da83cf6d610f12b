"""Of running totals that were restated, those to draw under one total."""

from __future__ import annotations

from collections.abc import Sequence

from casualty_est.result.schema import ClaimRow


def latest_running(claims: Sequence[ClaimRow]) -> list[ClaimRow]:
    """Of the running totals of each source the last: the earlier ones are of shorter windows."""
    last: dict[tuple[str, ...], list[ClaimRow]] = {}
    starts = [claim.start for claim in claims if claim.counted and claim.start]
    first = min(starts, default=None)
    dated = [
        claim
        for claim in claims
        if claim.counted and (claim.running is not False or claim.start in (None, first))
    ]
    for claim in sorted(dated, key=_day):
        cell = (claim.scope, claim.outcome, claim.group, claim.perpetrator)
        before = last.get((claim.source, *cell), [])
        same = [one for one in before if _day(one) == _day(claim)]
        last[claim.source, *cell] = [*same, claim]
    return [claim for found in last.values() for claim in found]


def _day(claim: ClaimRow) -> str:
    return str(claim.end or claim.reported or "9")  # what bears no date comes last
