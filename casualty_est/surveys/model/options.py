"""What the analyst may set of a survey model, and what belongs to which form of table."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date
from numbers import Real
from typing import Any

from casualty_est.errors import UsageError
from casualty_est.result.schema import Cell
from casualty_est.surveys.table.forms import HOUSEHOLDS, MATCHED

BIAS_SD = 0.05  # of an estimate with its own published interval
STRESS_SD = 0.25
POPULATION_SD = 0.05
SHARES = {"alive": 0.0, "dead": 1.0}  # what may be said instead of a share of the missing
CELL = Cell("all", None, None, "killed", "all", "any")


@dataclass(frozen=True)
class Options:
    """The arguments of `SurveyModel`; None where the analyst said nothing."""

    bias_sd: float | None = None
    population: Any = None
    population_sd: float | None = None
    zero_survivors: float | None = None
    missing: float | str | None = None
    imprisoned: float | str | None = None
    listed: Mapping[str, int] | None = None
    missed_links: float | None = None
    cell: Mapping[str, str | date | None] | None = None

    def only(self, form: str, known: Collection[str]) -> None:
        """Refuse what would do nothing for this form of table."""
        given = [field.name for field in fields(self) if getattr(self, field.name) is not None]
        idle = [name for name in given if name not in known]
        if idle:
            words = {HOUSEHOLDS: "households", MATCHED: "matched deaths"}
            what = words.get(form, "published estimates")
            msg = (
                f"{idle[0]} does nothing for a table of {what}: leave it out; what can be set is "
                f"{', '.join(sorted(known))}"
            )
            raise UsageError(msg)


def number(name: str, value: Any, default: float, low: float, high: float) -> float:
    """A number of a range, or its default."""
    if value is None:
        return default
    known = isinstance(value, Real) and not isinstance(value, bool)
    if not known or not low <= float(value) <= high:
        msg = f"{name} must be a number from {low:g} to {high:g}, not {value!r}"
        raise UsageError(msg)
    return float(value)


def share(name: str, value: Any, default: float) -> float:
    """A share, or one of the words for all and none."""
    if isinstance(value, str):
        if value in SHARES:
            return SHARES[value]
        try:
            value = float(value)
        except ValueError:
            msg = f"{name} must be dead, alive or a share from 0 to 1, not {value!r}"
            raise UsageError(msg) from None
    return number(name, value, default, 0.0, 1.0)


def log_sd_text(sd: float) -> str:
    """What a standard deviation of the log means in per cent."""
    return f"{100 * (math.exp(sd) - 1):.0f}% up or {100 * (1 - math.exp(-sd)):.0f}% down"
