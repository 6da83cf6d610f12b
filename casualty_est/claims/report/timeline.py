"""The part of the report on claims over time: sentences and tables."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from casualty_est.claims.paths import span_of
from casualty_est.claims.plots.path_data import (
    FIELDS,
    admitted_of,
    of_target,
    row_of,
    windows_of,
)
from casualty_est.claims.schema import AsOf
from casualty_est.report.naming import (
    counted_whenever,
    day,
    group,
    missing,
    outcome,
    ratio,
    ratio_interval,
)
from casualty_est.report.tables import NONE, Table, rounded
from casualty_est.result.schema import Target
from casualty_est.wording.interval import ends, middle
from casualty_est.wording.numbers import percent
from casualty_est.wording.phrases import capitalised, listed

if TYPE_CHECKING:
    import pandas as pd

    from casualty_est.claims.estimate import ClaimsEstimate

SHOWN = 8  # days in a table over time
SAID_THERE = frozenset({"contradictory", "windows_modelled"})  # notes that this part prints
MANY = 12  # ratios over time that one table holds


def lede(estimate: ClaimsEstimate) -> list[str]:
    """What the first paragraph must add where totals run: to which day, and on what they rest."""
    if not estimate.has_path:
        return []
    windows, last = windows_of(estimate), last_claim(estimate)
    sentences = []
    if last and last < windows.end:
        sentences.append(
            f"No claim speaks of a day after {day(last)}: what the number adds from then to "
            f"{day(windows.end)} is carried forward by the model"
            f"{' and held by a number given from outside' if windows.anchors else ''}."
        )
    if windows.delayed:
        sentences.append(
            f"It counts deaths by the day on which people died. {listed(windows.delayed)} "
            f"{'admits' if len(windows.delayed) == 1 else 'admit'} deaths months or years after "
            "they happened, so what was admitted by a day is not all that will be admitted of the "
            "deaths up to it."
        )
    return sentences


def last_claim(estimate: ClaimsEstimate) -> str | None:
    """Last day that a counted claim speaks of, as an ISO date; of an undated one the very last."""
    end = windows_of(estimate).end
    days = [claim.end or claim.reported or end for claim in estimate.meta.claims if claim.counted]
    return max(days, default=None)


# The section ---------------------------------------------------------------------------------


def section(estimate: ClaimsEstimate, prob: float) -> dict[str, Any] | None:
    """Everything that the report says of time."""
    if not estimate.has_path:
        return None
    row = row_of(estimate, None)
    return {
        "first": first(estimate, row, prob),
        "path": path(estimate, row, prob),
        "as_of": as_of(estimate, prob),
        "to_come": to_come(estimate, row, prob),
        "to_come_said": to_come_said(estimate, row, prob),
        "ratios": ratios(estimate, prob),
        "contradictory": contradictory(estimate),
        "rules": rules(estimate),
    }


def first(estimate: ClaimsEstimate, row: int, prob: float) -> list[str]:
    """The first paragraph: what the path is, and what it is not."""
    cell = estimate.meta.rows[row].cell
    table = of_target(estimate.path(prob), cell.target)
    start = windows_of(estimate).start
    halfway = table.iloc[_days(table)[len(_days(table)) // 2]]
    numbers = span_of(halfway)
    who = "things" if cell.outcome == "lost" else "people"
    return [
        f"The picture shows the number of {counted_whenever(cell)}, from {day(start)} up to each "
        "day, as estimated today from all claims that count.",
        f"For example, from {day(start)} to {day(str(halfway['date']))}: about "
        f"{middle(numbers)} ({percent(prob)} credible interval {ends(numbers)}).",
        f"These are running totals by the day on which {who} were {outcome(cell)}. They are "
        "estimates, and not what was known on that day; numbers of two days must not be added.",
    ]


def _days(table: pd.DataFrame, most: int = SHOWN) -> list[int]:
    """Positions of the days to show: ends of years, of quarters or of steps, and the last day."""
    days = [date.fromisoformat(str(text)) for text in table["date"]]
    last = len(days) - 1
    for months in (1, 3, 6, 12, 24, 60):
        # The last step before a month ends stands for it.
        closing = [
            i for i in range(last) if (_period(days[i], months) != _period(days[i + 1], months))
        ]
        if len(closing) < most:
            return [*closing, last]
    return [last]


def _period(one: date, months: int) -> int:
    return (12 * one.year + one.month - 1) // months


def path(estimate: ClaimsEstimate, row: int, prob: float) -> Table:
    """The running total at a few days, beside what was documented by then."""
    cell = estimate.meta.rows[row].cell
    table = of_target(estimate.path(prob), cell.target)
    rows = tuple(
        (day(str(found["date"])), _documented(found["documented_low"]), *rounded(span_of(found)))
        for found in (table.iloc[i] for i in _days(table))
    )
    return Table(
        f"Running totals: {group(cell)} {outcome(cell)} from "
        f"{day(windows_of(estimate).start)} up to each day. What was documented "
        "by then, and what we estimate today.",
        ("Up to", "Documented (a count)", *_answer(prob)),
        rows,
        stack=True,
    )


def _answer(prob: float) -> tuple[str, str]:
    return "Estimated (median)", f"{percent(prob)} credible interval"


def _documented(low: Any) -> str:
    return NONE if missing(low) else f"at least {low:,.0f}"


def as_of(estimate: ClaimsEstimate, prob: float) -> Table | None:
    """What the same model says with only the claims published by a day."""
    found = kept_as_of(estimate, prob)
    if not found:
        return None
    rows = tuple(
        (
            day(one.date) + ("" if one.converged else " (NOT CONVERGED)"),
            f"{one.claims:,}",
            _documented(one.documented_low),
            *rounded(one),
        )
        for one in found
    )
    return Table(
        "As of: the running total to each day with only the claims that had been published by "
        "then. It shows how the answer would have moved; later claims are unseen.",
        ("As of", "Claims", "Documented (a count)", *_answer(prob)),
        rows,
        stack=True,
    )


def kept_as_of(estimate: ClaimsEstimate, prob: float) -> list[AsOf]:
    """What `ClaimsEstimate.as_of` computed before, all dates together, in their order."""
    start = f"{row_of(estimate, None)}:{prob:g}:"
    found = [one for key, one in estimate.details.as_of.items() if key.startswith(start)]
    return sorted(found, key=lambda one: one.date)


def to_come(estimate: ClaimsEstimate, row: int, prob: float) -> Table | None:
    """What sources with a delay had reported by a day, and what they will report later."""
    rows = []
    for source, table in admitted_of(estimate, row, prob):
        for i in _days(table):
            found = table.iloc[i]
            rows.append(
                (
                    f"{source}, {day(str(found['date']))}",
                    NONE if missing(found["admitted"]) else f"{found['admitted']:,.0f}",
                    *rounded(span_of(found)),
                )
            )
    if not rows:
        return None
    return Table(
        "What a source had stated by a day, as published, and of the deaths up to that day what it "
        "has still to state, as estimated today.",
        ("Source and day", "Stated by then", "Still to come (estimate)", _answer(prob)[1]),
        tuple(rows),
        stack=True,
    )


def to_come_said(estimate: ClaimsEstimate, row: int, prob: float) -> list[str]:
    """The same in a sentence for each source, at the day of its last claim."""
    sentences = []
    for source, table in admitted_of(estimate, row, prob):
        last = last_claim_of(estimate, source)
        seen = table[table["date"].astype(str) <= last] if last else table
        found = (seen if len(seen) else table).iloc[-1]
        numbers = span_of(found)
        sentences.append(
            f"Of the deaths up to {day(str(found['date']))}, {source} would still come to admit "
            f"about {middle(numbers)} ({percent(prob)} credible interval {ends(numbers)}), if it "
            "goes on as its delay says. That is a forecast of its statements, not of deaths."
        )
    return sentences


def last_claim_of(estimate: ClaimsEstimate, source: str) -> str | None:
    """Last day that a dated, counted claim of one source speaks of."""
    days = [
        claim.end
        for claim in estimate.meta.claims
        if claim.counted and claim.source == source and claim.end
    ]
    return max(days, default=None)


def ratios(estimate: ClaimsEstimate, prob: float) -> Table | None:
    """Reporting ratios at the first, the middle and the last day, where they change."""
    windows = windows_of(estimate)
    moving = [*windows.delayed, *windows.drifting]
    if not moving:
        return None
    table = estimate.ratio_paths(prob)
    table = table[table["source"].isin(moving)]
    rows: list[tuple[str, ...]] = []
    days: list[str] = []
    for key, part in list(table.groupby(["source", *FIELDS], sort=False))[:MANY]:
        # A ratio to the first day is of hardly any deaths.
        at = [len(part) // 3, 2 * len(part) // 3, len(part) - 1]
        days = [day(str(part["date"].iloc[i])) for i in at]
        cells = [
            f"{ratio(one['median'])} ({ratio_interval(one['low'], one['high'])})"
            for one in (part.iloc[i] for i in at)
        ]
        source, *labels = map(str, key)
        rows.append((f"{source}: {counted_whenever(Target(*labels))}", *cells))
    return Table(
        f"Reported by a day as a part of all deaths up to it, with {percent(prob)} intervals.",
        ("Source", *(f"To {text}" for text in days)),
        tuple(rows),
        stack=True,
    )


def contradictory(estimate: ClaimsEstimate) -> list[str]:
    """Sources whose own claims contradict one another, by name."""
    return [
        capitalised(note.text.rstrip(".")) + "."
        for note in estimate.warnings
        if note.code == "contradictory"
    ]


def rules(estimate: ClaimsEstimate) -> list[str]:
    """How restated totals are counted once, and what was left out."""
    windows = windows_of(estimate)
    counts = f"{_number(windows.claims)} count."
    return [*(capitalised(text.rstrip(".")) + "." for text in windows.rules), counts]


def _number(claims: int) -> str:
    return "One claim" if claims == 1 else f"{claims:,} claims"
