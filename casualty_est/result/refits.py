"""What refits of all kinds share."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from casualty_est.result.call import progress_bar
from casualty_est.result.posterior import interval_ends, span_of
from casualty_est.result.schema import Case, Side
from casualty_est.wording.catalogue import ENGLISH
from casualty_est.wording.language import speaking

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.result.answered import Answered


HALF = 0.5
IN_ITS_NAME = ("source", "notes")  # fields of a case that a table need not repeat


def case(
    name: str,
    draws: Any,
    prob: float,
    *,
    converged: bool,
    source: str | None = None,
    notes: Sequence[str] = (),
) -> Case:
    """One line of a table of refits: median and interval of draws (people)."""
    called = f"{name} ({'; '.join(notes)})" if notes else name
    span = span_of(draws, prob)
    ends = (float(span.median), float(span.low), float(span.high))
    return Case(called, *ends, prob, converged, source, tuple(notes))


def columns_of(record: type[Any]) -> list[str]:
    """Columns of a table of refits."""
    names = [field.name for field in dataclasses.fields(record)]
    return [name for name in names if name not in IN_ITS_NAME]


def answer(
    estimate: Answered, name: str, row: int, prob: float, *, unasked: bool = True
) -> tuple[Any, ...] | None:
    """Refits that were kept, or made now where that is allowed; None where there are none."""
    if name not in estimate._refits():
        return ()
    key, kept = f"{name}:{row}:{prob:g}", estimate._kept(name)
    if key not in kept:
        if not estimate.meta.has_level or estimate._model is None or not unasked:
            return None
        # What is kept is English, whatever the page is written in that asks for it.
        with progress_bar(estimate._progress_bar) as report, speaking(ENGLISH):
            refit = estimate._refits()[name]
            kept[key] = tuple(refit(estimate._model, estimate, row, prob, report))
    return kept[key]


def once(refits: Mapping[str, Sequence[Case] | None]) -> dict[str, list[Case]]:
    """Refits by question without those that an earlier question has answered.

    Of two sources, only one is without the other; a kind with no power is a kind left out.
    """
    told: set[tuple[float, float, float]] = set()
    kept: dict[str, list[Case]] = {}
    for question, some in refits.items():
        new = [(one, (one.median, one.low, one.high)) for one in some or ()]
        kept[question] = [one for one, numbers in new if numbers not in told]
        told |= {numbers for _, numbers in new}
    return kept


def _shown(case: dict[str, Any]) -> dict[str, Any]:
    """A case for a reader: without numbers where its refit did not converge."""
    hidden = {} if case["converged"] else dict.fromkeys(("median", "low", "high"), np.nan)
    return case | hidden


def cases(estimate: Answered, name: str, row: int, prob: float, record: type[Any]) -> pd.DataFrame:
    """The same as a table; raises where it was not kept and there is no model."""
    import pandas as pd

    interval_ends(prob)
    columns = columns_of(record)
    if not estimate.meta.has_level:
        return pd.DataFrame(columns=columns)
    records = answer(estimate, name, row, prob)
    if records is None:
        estimate._model_to_refit()  # raises
    rows = [_shown(dataclasses.asdict(case)) for case in records or ()]
    return pd.DataFrame(rows, columns=columns)


def level_for(side: Side | None, prob: float) -> float:
    """The level at which to refit: the end of that interval is passed with probability 1 - prob."""
    return 2 * prob - 1 if side and prob > HALF else prob


def one_sided(frame: pd.DataFrame, side: Side, prob: float) -> pd.DataFrame:
    """Refits of a bound: the end that is known, at its level, and no median."""
    other = {"low": 0.0} if side == "upper" else {"high": None}
    return frame.assign(median=None, prob=prob, **other)
