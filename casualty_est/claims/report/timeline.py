"""The part of the report on claims over time: sentences and tables."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from casualty_est.claims.paths import span_of
from casualty_est.claims.plots.path_data import admitted_of, of_target, row_of, windows_of
from casualty_est.claims.report.tables import with_interval
from casualty_est.priors.settings import CELL_FIELDS
from casualty_est.report.naming import counted_whenever, day, missing
from casualty_est.report.tables import Table, no_interval, none, rounded
from casualty_est.result.schema import Cell, Target
from casualty_est.result.show import interval_title
from casualty_est.wording.again import told_again
from casualty_est.wording.language import _, figure, ngettext, pgettext
from casualty_est.wording.numbers import ends, middle, percent
from casualty_est.wording.phrases import capitalised, listed, who_what

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
        days = {"last": day(last), "end": day(windows.end)}
        if windows.anchors:
            text = _(
                "No claim covers a day after {last}: the model carries the number forward from "
                "then to {end}, and a number given from outside limits it.",
                **days,
            )
        else:
            text = _(
                "No claim covers a day after {last}: the model carries the number forward from "
                "then to {end}.",
                **days,
            )
        sentences.append(text)
    if windows.delayed:
        text = ngettext(
            "Deaths are counted on the day on which people died. {sources} admits deaths months "
            "or years later, so its total on a given day is not final.",
            "Deaths are counted on the day on which people died. {sources} admit deaths months "
            "or years later, so their totals on a given day are not final.",
            len(windows.delayed),
            sources=listed(windows.delayed),
        )
        sentences.append(text)
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
    start, shown = day(windows_of(estimate).start), _days(table)
    halfway = table.iloc[shown[len(shown) // 2]]
    return [
        _(
            "The picture shows the number of {what}, from {start} up to each day, as "
            "estimated today from all claims used.",
            what=counted_whenever(cell),
            start=start,
        ),
        _(
            "For example, from {start} to {day}: about {about}.",
            start=start,
            day=_day(halfway),
            about=_about(halfway, prob),
        ),
        _by_day(cell),
    ]


def _by_day(cell: Cell) -> str:
    """What running totals are, and what they are not."""
    days = {
        "killed": _("These are running totals by the day on which people were killed."),
        "injured": _("These are running totals by the day on which people were injured."),
        "casualties": _(
            "These are running totals by the day on which people were killed or injured."
        ),
        "lost": _("These are running totals by the day on which things were lost."),
    }
    other = _("These are running totals by the day on which it happened.")
    warning = _(
        "They are estimates, and not what was known on that day; numbers of two days must not be "
        "added."
    )
    return f"{days.get(cell.outcome, other)} {warning}"


def _day(row: pd.Series[Any]) -> str:
    return day(str(row["date"]))


def _about(row: pd.Series[Any], prob: float) -> str:
    numbers = span_of(row)
    return _(
        "{number} ({level} credible interval {interval})",
        number=middle(numbers),
        level=percent(prob),
        interval=ends(numbers),
    )


def _days(table: pd.DataFrame, most: int = SHOWN) -> list[int]:
    """Positions of the days to show: ends of years, of quarters or of steps, and the last day."""
    days = [date.fromisoformat(str(text)) for text in table["date"]]
    last = len(days) - 1
    for months in (1, 3, 6, 12, 24, 60):
        # The last step before a month ends stands for it.
        period = [(12 * one.year + one.month - 1) // months for one in days]
        closing = [i for i in range(last) if period[i] != period[i + 1]]
        if len(closing) < most:
            return [*closing, last]
    return [last]


def path(estimate: ClaimsEstimate, at: int, prob: float) -> Table:
    """The running total at a few days, beside what was documented by then."""
    cell = estimate.meta.rows[at].cell
    table = of_target(estimate.path(prob), cell.target)
    rows = tuple(
        (_day(row), _documented(row["documented_low"]), *rounded(span_of(row)))
        for row in (table.iloc[i] for i in _days(table))
    )
    start = day(windows_of(estimate).start)
    return Table(
        _(
            "Running totals: {what} from {start} up to each day. What was documented by then, "
            "and what we estimate today.",
            what=who_what(cell),
            start=start,
        ),
        (_("Up to"), _("Documented (a count)"), *_answer(prob)),
        rows,
    )


def _answer(prob: float) -> tuple[str, str]:
    return _("Estimated (median)"), interval_title(prob)


def _documented(low: Any) -> str:
    return none() if missing(low) else pgettext("hedge", "at least {number}", number=figure(low))


def as_of(estimate: ClaimsEstimate, prob: float) -> Table | None:
    """What `ClaimsEstimate.as_of` computed before, all dates together, in their order."""
    start = f"{row_of(estimate, None)}:{prob:g}:"
    kept = [one for key, one in estimate.details.as_of.items() if key.startswith(start)]
    if not kept:
        return None
    rows = []
    for one in sorted(kept, key=lambda one: one.date):
        numbers = rounded(one) if one.converged else (_("did not converge"), no_interval())
        known = _documented(one.documented_low)
        rows.append((day(one.date), figure(one.claims), known, *numbers))
    return Table(
        _(
            "As of: the running total to each day with only the claims that had been published "
            "by then. It shows how the answer would have moved; later claims are unseen."
        ),
        (_("As of"), _("Claims"), _("Documented (a count)"), *_answer(prob)),
        tuple(rows),
    )


def to_come(estimate: ClaimsEstimate, row: int, prob: float) -> Table | None:
    """What sources with a delay had reported by a day, and what they will report later."""
    rows = []
    for source, table in admitted_of(estimate, row, prob):
        for one in (table.iloc[i] for i in _days(table)):
            stated = none() if missing(one["admitted"]) else figure(one["admitted"])
            rows.append((f"{source}, {_day(one)}", stated, *rounded(span_of(one))))
    if not rows:
        return None
    return Table(
        _(
            "What a source had stated by a given day, and how many of the deaths up to that day "
            "it has yet to state, as estimated today."
        ),
        (_("Source and day"), _("Stated by then"), _("Still to come (estimate)"), _answer(prob)[1]),
        tuple(rows),
    )


def to_come_said(estimate: ClaimsEstimate, row: int, prob: float) -> list[str]:
    """The same in a sentence for each source, at the day of its last claim."""
    sentences = []
    for source, table in admitted_of(estimate, row, prob):
        own = (claim for claim in estimate.meta.claims if claim.counted and claim.source == source)
        last = max((claim.end for claim in own if claim.end), default=None)
        seen = table[table["date"].astype(str) <= last] if last else table
        then = (seen if len(seen) else table).iloc[-1]
        places = {"day": _day(then), "source": source, "about": _about(then, prob)}
        if missing(then["admitted"]):
            told = _(
                "If {source} goes on at the same pace, it can be expected to admit about {about} "
                "more of the deaths up to {day}. That is a forecast of its statements, not of "
                "deaths.",
                **places,
            )
        else:
            told = _(
                "Of the deaths up to {day}, {source} had admitted {number} by then. If it goes on "
                "at the same pace, it can be expected to admit about {about} more after that day, "
                "what it has admitted since among them. That is a forecast of its statements, not "
                "of deaths.",
                number=figure(then["admitted"]),
                **places,
            )
        sentences.append(told)
    return sentences


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
    for key, part in list(table.groupby(["source", *CELL_FIELDS], sort=False))[:MANY]:
        # A ratio to the first day is of hardly any deaths.
        at = [len(part) // 3, 2 * len(part) // 3, len(part) - 1]
        days = [_day(part.iloc[i]) for i in at]
        source, *labels = map(str, key)
        cells = [with_interval(span_of(part.iloc[i])) for i in at]
        rows.append((f"{source}: {counted_whenever(Target(*labels))}", *cells))
    return Table(
        _(
            "Share of all deaths up to a day that was reported by then, with {level} intervals.",
            level=percent(prob),
        ),
        (_("Source"), *(_("To {day}", day=text) for text in days)),
        tuple(rows),
    )


def contradictory(estimate: ClaimsEstimate) -> list[str]:
    """Sources whose own claims contradict one another, by name."""
    return [_sentence(note.text) for note in estimate.warnings if note.code == "contradictory"]


def rules(estimate: ClaimsEstimate) -> list[str]:
    """How restated totals are counted once, and what was left out."""
    windows = windows_of(estimate)
    number = figure(windows.claims)
    counts = _("One claim is used.")
    if windows.claims > 1:
        counts = ngettext(
            "{number} claim is used.", "{number} claims are used.", windows.claims, number=number
        )
    return [*map(_sentence, windows.rules), counts]


def _sentence(text: str) -> str:
    return capitalised(told_again(text.rstrip("."), "rule of time", "note", "prior")) + "."
