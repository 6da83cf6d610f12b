"""Claims whose windows differ: what is filled in, merged and pointed out before time is modelled.

A running total that a source restates week by week is one witness speaking often. Exact repeats are
dropped, and of one source, cell and step of the grid one number stands for each form of hedge; that
the numbers which remain share an error is the model's business.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from casualty_est.claims.table.claim import Claim
from casualty_est.claims.table.tally import Tally, series
from casualty_est.claims.table.time_grid import TimeGrid
from casualty_est.quantity.quantity import Quantity
from casualty_est.wording.language import N_, Kept, stored

THIN, ALL = "thin", "all"
RESTATED = (THIN, ALL)
# Twice the standard deviation of a difference of two numbers with a log sd of .15 each.
CONTRADICTS = 2 * math.sqrt(2) * 0.15


@dataclass(frozen=True, slots=True)
class OverTime:
    """How the analyst wants differing windows to be handled."""

    grid: str | None = None
    restated: str = THIN
    starts: tuple[date, ...] = ()  # further days that the grid has to hold, such as of anchors
    ends: tuple[date, ...] = ()
    wanted: bool = False


def spread_over_time(tally: Tally, asked: OverTime) -> TimeGrid | None:
    """Fill windows in, merge restated numbers and point contradictions out."""
    totals = [claim for claim in tally.standing.values() if claim.level != "incident"]
    starts = [claim.start for claim in totals if claim.start] + list(asked.starts)
    ends = [day for claim in totals if (day := claim.end or claim.reported)] + list(asked.ends)
    if not starts or not ends:
        return None
    grid = TimeGrid.between(min(starts), max(*starts, *ends), asked.grid)
    _fill(tally, grid)
    tally.drop_repeats()
    _note_contradictions(tally)
    if asked.restated == THIN:
        _thin(tally, grid)
    return grid


def running(claims: Sequence[Claim]) -> list[bool]:
    """Tell for each claim whether it is a running total: its source restates it for other days."""
    ends: dict[object, set[date | None]] = defaultdict(set)
    for claim in claims:
        ends[series(claim)].add(claim.end)
    return [claim.level == "total" and len(ends[series(claim)]) > 1 for claim in claims]


BEGAN = (
    N_(
        "note",
        "{number} claim without a first day: counted from {day}, the first of the table ({where})",
    ),
    N_(
        "note",
        "{number} claims without a first day: counted from {day}, the first of the table ({where})",
    ),
)
REPORTED = (
    N_("note", "{number} claim without a last day: counted to the day of publication ({where})"),
    N_("note", "{number} claims without a last day: counted to the day of publication ({where})"),
)
ENDED = (
    N_(
        "note",
        "{number} claim without a last day or a date: counted to {day}, the last of the table "
        "({where})",
    ),
    N_(
        "note",
        "{number} claims without a last day or a date: counted to {day}, the last of the table "
        "({where})",
    ),
)


def _fill(tally: Tally, grid: TimeGrid) -> None:
    """Give every total a first and a last day; incidents keep their own."""
    began: list[int] = []
    ended: list[int] = []
    reported: list[int] = []
    for row, claim in tally.standing.items():
        if claim.level == "incident" or (claim.start and claim.end):
            continue
        if claim.start is None:
            began.append(row)
        if claim.end is None:
            (reported if claim.reported else ended).append(row)
        end = claim.end or claim.reported or grid.end
        tally.standing[row] = replace(claim, start=claim.start or grid.start, end=end)
    for rows, (one, several), day in (
        (began, BEGAN, grid.start),
        (reported, REPORTED, None),
        (ended, ENDED, grid.end),
    ):
        if rows:
            template = several if rows[1:] else one
            places = {"number": f"{len(rows):,}", "where": tally.place(rows), "day": day}
            tally.notes.append(("window_assumed", stored("note", template, **places)))


THIS_STEP = {
    "day": N_("why a claim is left out", "{where} of the same source is used for this day"),
    "week": N_("why a claim is left out", "{where} of the same source is used for this week"),
    "month": N_("why a claim is left out", "{where} of the same source is used for this month"),
}


def _thin(tally: Tally, grid: TimeGrid) -> None:
    """Of one source, cell, first day, step and form of hedge the last number stands."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for row, claim in tally.standing.items():
        if claim.level != "incident" and claim.end is not None:
            step = grid.position(claim.end)
            side = claim.quantity.hedge.bound or "number"  # bounds do not stand for numbers
            groups[(*series(claim), side, step)].append(row)
    for rows in groups.values():
        kept = _last(tally, rows)
        for row in rows:
            if row != kept:
                text = stored(
                    "why a claim is left out", THIS_STEP[grid.step], where=tally.place([kept])
                )
                tally.drop(row, "restated_step", text)


def _last(tally: Tally, rows: Sequence[int]) -> int:
    """The last day's row; of several on that day the latest published, then the middle one."""

    def dated(row: int) -> tuple[date, date]:
        claim = tally.standing[row]
        return claim.end or date.min, claim.reported or date.min

    last = max(dated(row) for row in rows)
    same = [row for row in rows if dated(row) == last]
    same.sort(key=lambda row: (sum(_ends(tally.standing[row].quantity, finite=True)), row))
    return same[(len(same) - 1) // 2]


def _ends(quantity: Quantity, *, finite: bool = False) -> tuple[float, float]:
    """Lowest and highest number that a statement admits."""
    low, best, high = quantity.low, quantity.best, quantity.high
    if quantity.hedge.bound == "lower" and low is not None:
        return low, low if finite else math.inf
    if quantity.hedge.bound == "upper" and high is not None:
        return high if finite else 0.0, high
    if best is not None:
        return best, best
    return low or 0.0, high or low or 0.0


def _note_contradictions(tally: Tally) -> None:
    """Name the sources whose running totals fall, or disagree on one day, by more than an error."""
    against: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    places: dict[tuple[str, str], list[int]] = defaultdict(list)
    for rows in tally.groups(series).values():
        if len(rows) < 2 or tally.standing[rows[0]].level == "incident":
            continue
        claim = tally.standing[rows[0]]
        scope, outcome, group, who = claim.cell_key
        named = (label for label in (group, outcome, scope, who) if label not in ("any", "all"))
        name = (claim.source, ", ".join(named))
        for earlier, later, kind in _against(tally, rows):
            against[name][kind] += 1
            places[name] += [row for row in (earlier, later) if row not in places[name]]
    for (source, cell), kinds in against.items():
        text = stored(
            "note",
            FALLEN if kinds[FALLS] else DIFFERENT,
            source=repr(source),
            cell=cell,
            how=_how_often(kinds[DIFFERS], kinds[FALLS]),
            where=tally.place(sorted(places[source, cell])),
        )
        tally.notes.append(("contradictory", text))


def _how_often(differs: int, falls: int) -> Kept:
    """How the totals of a source go against each other, and how often."""
    places = {"times": f"{differs:,}", "often": f"{falls:,}"}
    if not differs:
        template = FALLS_ONCE if falls == 1 else FALLS_OFTEN
        return stored("note", template, times=places["often"])
    if not falls:
        return stored("note", DIFFERS_ONCE if differs == 1 else DIFFERS_OFTEN, **places)
    return stored("note", BOTH[differs > 1, falls > 1], **places)


DIFFERS, FALLS = "differs", "falls"
DIFFERENT = N_(
    "note",
    "{source} ({cell}) contradicts itself: its totals {how} by more than their error allows "
    "({where})",
)
FALLEN = N_(
    "note",
    "{source} ({cell}) contradicts itself: its totals {how} by more than their error allows "
    "({where}): if its count began anew, give the later rows the day of that in start",
)
DIFFERS_ONCE = N_("note", "differ on one day")
DIFFERS_OFTEN = N_("note", "differ on {times} days")
FALLS_ONCE = N_("note", "fall once")
FALLS_OFTEN = N_("note", "fall {times} times")
BOTH = {  # whether each is said more than once
    (False, False): N_("note", "differ on one day and fall once"),
    (True, False): N_("note", "differ on {times} days and fall once"),
    (False, True): N_("note", "differ on one day and fall {often} times"),
    (True, True): N_("note", "differ on {times} days and fall {often} times"),
}


def _against(tally: Tally, rows: Sequence[int]) -> list[tuple[int, int, str]]:
    """Pairs of rows of one series that cannot both be nearly right."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for row in rows:
        by_day[tally.standing[row].end or date.max].append(row)
    pairs = []
    top: int | None = None  # the row with the largest number that was said to be reached before
    for day in sorted(by_day):
        lowest = min(by_day[day], key=lambda row: _ends(tally.standing[row].quantity)[1])
        highest = max(by_day[day], key=lambda row: _ends(tally.standing[row].quantity)[0])
        if _gap(tally, highest, lowest) > CONTRADICTS:
            pairs.append((highest, lowest, DIFFERS))
        if top is not None and _gap(tally, top, lowest) > CONTRADICTS:
            pairs.append((top, lowest, FALLS))
            top = lowest  # one number that is far too high makes one fall, not as many as follow
        if top is None or _gap(tally, top, highest, lows=True) < 0:
            top = highest
    return pairs


def _gap(tally: Tally, upper: int, lower: int, *, lows: bool = False) -> float:
    """Log distance from the highest number that one row admits up to the lowest of another."""
    low = _ends(tally.standing[upper].quantity)[0]
    high = _ends(tally.standing[lower].quantity)[0 if lows else 1]
    return math.log(max(low, 0.5)) - math.log(max(high, 0.5))


def rules(grid: TimeGrid, asked: OverTime) -> list[Kept]:
    """Say in sentences which rules the claims went through."""
    if asked.grid:
        chosen = stored("rule of time", "counts are followed over {grid} (as asked)", grid=grid)
    else:
        chosen = stored(
            "rule of time",
            "counts are followed over {grid} (chosen by the length of the span)",
            grid=grid,
        )
    repeats = stored("rule of time", "exact repeats of one source are dropped")
    if asked.restated != THIN:
        return [chosen, repeats, stored("rule of time", "every restated number is used")]
    thinned = stored(
        "rule of time",
        "for each source, cell, first day and form of hedge, only the last number of each "
        "{step} is used; restated='all' (--restated all) keeps every one",
        step=grid.step,
    )
    return [chosen, repeats, thinned]
