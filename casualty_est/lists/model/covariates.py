"""Which family a table with covariates has."""

from __future__ import annotations

from casualty_est.errors import UsageError
from casualty_est.lists.families import Covariates, Family
from casualty_est.lists.families.covariates import NEEDED
from casualty_est.lists.table.histories import CaptureHistories
from casualty_est.lists.table.traits import Covariate


def with_covariates(
    chosen: tuple[Family, ...] | None, covariates: tuple[str, ...]
) -> tuple[Family, ...] | None:
    """Families of a call, as the table asks for them: covariates are never ignored."""
    asked = [isinstance(family, Covariates) for family in chosen or ()]
    if not covariates:
        if any(asked):
            raise UsageError(NEEDED)
        return chosen
    if chosen is None:
        return (Covariates(),)
    if not all(asked):
        other = next(family.name for family in chosen if not isinstance(family, Covariates))
        msg = (
            f"{other} has no place for covariates: leave families (--families) out, or leave out "
            "the covariates"
        )
        raise UsageError(msg)
    return chosen


def known_of(table: CaptureHistories) -> tuple[Covariate, ...]:
    """Covariates of a table, with their values."""
    traits = table.strata[0].table.traits
    return () if traits is None else traits.covariates
