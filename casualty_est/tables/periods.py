"""Spans of days in one cell, "Mar-Jun 2020" or "Q1 2022", read as a first and a last day."""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta

from casualty_est.errors import Problem
from casualty_est.tables.dates import day_of, order_of
from casualty_est.tables.table import Table

_JOINTS = re.compile(
    r"\s+(?:to|until|till|through|thru|and|bis|au|a|hasta|até|al|à|по|до|ila)\s+|\s*[\u2013\u2014]\s*|"
    r"\s+-\s+|\s*/\s*(?=[12][0-9]{3}-[0-9]{2}(?:-[0-9]{2})?\s*$)|\s*\.\.\s*"
)
_OPENED = re.compile(r"^(?:from|between|von|du|de|desde|entre|zwischen|\u0441|з|від|от)\s+")
_SINCE = re.compile(r"(?:since|from|after|seit|depuis|desde|since)\s+(.+)")
_UNTIL = re.compile(
    r"(?:until|till|up to|through|to|as of|as at|by|bis|hasta|jusqu'à|jusqu'en|até|до)\s+(.+)"
)
_OPEN_END = (
    *("present", "now", "today", "ongoing", "date", "current", "-", "..."),
    *("heute", "aujourd'hui", "hoy", "hoje", "actualidad", "presente"),
)
_PARTS = {
    "q": 4, "quarter": 4, "quartal": 4, "trimestre": 4, "trimestral": 4, "h": 2, "half": 2,
    "halbjahr": 2, "semestre": 2, "semester": 2,
}  # fmt: skip
_NTH = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "last": 0,
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
}
_PART = re.compile(
    r"(?:the )?(q|h)[ -]?([1-4])(?:,? (?:of )?| ?[-/'] ?)([12][0-9]{3})|"
    r"([12][0-9]{3})[ -/]?(q|h)[ -]?([1-4])|"
    r"(?:the )?([a-z]+|[1-4])(?:st|nd|rd|th|er|\.|º)? (quarter|half|quartal|trimestre|halbjahr|"
    r"semestre|semester)(?: of| de| del)? ([12][0-9]{3})"
)
_PARTS_OF_YEAR = re.compile(r"(q|h)([1-4])\s*[-\u2013/]\s*(?:q|h)([1-4]) ([12][0-9]{3})")
_WEEK = re.compile(r"([12][0-9]{3})-?w([0-5][0-9])|week ([0-9]{1,2}),? (?:of )?([12][0-9]{3})")
_YEARS = re.compile(r"((?:1[89]|20)[0-9]{2})\s*([-\u2013/])\s*((?:1[89]|20)?[0-9]{2})")
_COMPACT = re.compile(r"([12][0-9]{7})\s*-\s*([12][0-9]{7})")
_SHORT_YEAR = re.compile(r"([^\W\d_]{3,10})\.?(?:-| ?')([0-3][0-9])")
_HYPHEN = re.compile(r"(?<=[^\W_])-(?=[^\W_])")
_VAGUE = re.compile(
    r"\b(?:early|mid|late|spring|summer|autumn|fall|winter|beginning|around|circa)\b"
)
RULE = "a period has a first and a last day, as 2014-08-01 to 2015-07-31"
_BOTH = 2

type Span = tuple[date | None, date | None]


def span_of(text: str, order: str = "") -> Span:
    """Read the first and the last day of a period; ValueError says how to write it.

    order: which of day and month comes first where that is not seen.
    """
    low = " ".join(text.casefold().replace("\u2212", "-").split()).strip(" .,;()[]")
    ends = _ends(low)
    order = order or order_of(list(ends or (low,)))
    if match := _SHORT_YEAR.fullmatch(low):  # a date without a year would be none
        low = f"{match[1]} 20{match[2]}"
    for read in (_part_of_year, _week, _years, _compact):
        span = read(low)
        if span:
            return _in_order(span, text)
    if _VAGUE.search(low):
        msg = f"{RULE}, and {text!r} names neither: write the days that it stands for"
        raise ValueError(msg)
    one = _one(low, order)
    if one:
        return one
    if ends is not None:
        return _in_order(_joined(*ends, order, text), text)
    for pattern, first in ((_SINCE, True), (_UNTIL, False)):
        match = pattern.fullmatch(low)
        days = _one(match[1], order) if match else None
        if days:
            return (days[0], None) if first else (None, days[1])
    return _refused(low, order, text)


def _refused(low: str, order: str, text: str) -> Span:
    """Say of a text that is no period why."""
    try:
        day = day_of(low, order, "start")
    except ValueError as error:
        reason = str(error)
        asked = "comes first" in reason or "century" in reason or "calendar" in reason
        msg = reason if asked else f"{RULE}, and {text!r} cannot be read as one: write both days"
        raise ValueError(msg) from None
    return day, day


def _one(text: str, order: str) -> tuple[date, date] | None:
    """Return the first and the last day of one day, month or year, or None."""
    try:
        return day_of(text, order, "start"), day_of(text, order, "end")
    except ValueError:
        span = _part_of_year(text) or _week(text)
        return span


def _ends(text: str) -> tuple[str, str] | None:
    """Part a period at the one sign or word that joins its two ends."""
    bare = _OPENED.sub("", text)
    parts = _JOINTS.split(bare)
    if len(parts) == _BOTH and all(parts):
        return parts[0].strip(), parts[1].strip()
    if len(parts) > 1:
        return None
    hyphens = list(_HYPHEN.finditer(bare))
    # "2014-08-01-2015-07-31" has an odd number of hyphens, and the ends part at the middle one.
    if len(hyphens) % 2 == 1:
        middle = hyphens[len(hyphens) // 2]
        return bare[: middle.start()].strip(), bare[middle.end() :].strip()
    return None


def _joined(first: str, last: str, order: str, text: str) -> Span:
    """Read two ends, of which the first may leave out the month or year of the second."""
    if last in _OPEN_END:
        msg = f"the end of {text!r} is no day: write the last day that was counted"
        raise ValueError(msg)
    end = _one(last, order)
    start = _one(first, order)
    if end and not start:
        # "Mar-Jun 2020", "3-7 March 2020", "March 3 - April 5, 2020": what is left out is shared.
        start = _one(_with_shared(first, last), order)
    if not end and (match := re.fullmatch(r"([^\W\d_]+\.? )([0-9]{1,2})", first)):
        # "March 3 - 7, 2020"
        end = _one(match[1] + last, order)
        year = last.rpartition(" ")[2]
        start = _one(f"{first}, {year}", order) if end else start
    if not start or not end:
        _refused(first if not start else last, order, text)
        msg = f"{RULE}, and {text!r} cannot be read as one: write both days"
        raise ValueError(msg)
    return start[0], end[1]


def _with_shared(first: str, last: str) -> str:
    """Return the first end with the month and year of the last, as far as it lacks them."""
    year = last.rpartition(" ")[2]
    if re.fullmatch(r"[0-9]{1,2}\.?", first):  # 3-7 March 2020
        rest = re.sub(r"^[0-9]{1,2}(?:st|nd|rd|th|\.)?", "", last).strip()
        return f"{first} {rest}"
    return f"{first} {year}"


def _in_order(span: Span, text: str) -> Span:
    first, last = span
    if first and last and first > last:
        msg = f"the period {text!r} ends before it starts: write both ends with their years"
        raise ValueError(msg)
    return span


def _part_of_year(text: str) -> tuple[date, date] | None:
    """Read quarters and halves of a year."""
    if match := _PARTS_OF_YEAR.fullmatch(text):
        size, year = _PARTS[match[1]], int(match[4])
        first, last = _months(size, int(match[2]), year), _months(size, int(match[3]), year)
        return (first[0], last[1]) if first and last else None
    match = _PART.fullmatch(text)
    if match is None:
        return None
    kind = match[1] or match[5] or match[8]
    number = match[2] or match[6] or match[7]
    year = int(match[3] or match[4] or match[9])
    size = _PARTS[kind]
    at = int(number) if number.isdigit() else _NTH.get(number, -1) or size
    return _months(size, at, year)


def _months(size: int, at: int, year: int) -> tuple[date, date] | None:
    if not 1 <= at <= size:
        return None
    width = 12 // size
    end = at * width
    return date(year, end - width + 1, 1), date(year, end, calendar.monthrange(year, end)[1])


def _week(text: str) -> tuple[date, date] | None:
    match = _WEEK.fullmatch(text)
    if match is None:
        return None
    year, week = (match[1], match[2]) if match[1] else (match[4], match[3])
    try:
        monday = date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return None
    return monday, monday + timedelta(days=6)


def _years(text: str) -> tuple[date, date] | None:
    """Read "2014-2018" and "2014-18"; "2009-11" may be a month, and "2014/15" a season."""
    match = _YEARS.fullmatch(_OPENED.sub("", text))
    if match is None:
        return None
    first, sign, second = int(match[1]), match[2], match[3]
    last = int(second) if len(second) == 4 else first // 100 * 100 + int(second)
    if len(second) == 4:
        return date(first, 1, 1), date(last, 12, 31)
    months = 1 <= int(second) <= 12 and sign != "/"
    if months and last <= first:
        return None  # a month, which is read as one
    if months or sign == "/":
        other = f"{first}-{int(second):02}" if months else "a season"
        msg = f"it may be the years {first} to {last} or {other}: write {first} to {last}"
        raise ValueError(msg if months else f"{msg}, or its first and last day")
    return (date(first, 1, 1), date(last, 12, 31)) if last > first else None


def _compact(text: str) -> tuple[date, date] | None:
    match = _COMPACT.fullmatch(text)
    return (day_of(match[1]), day_of(match[2])) if match else None


# --- a column of periods ---------------------------------------------------------------


def periods_as_windows(table: Table, own: str, problems: list[Problem]) -> tuple[Table, str]:
    """Return a table with the columns start and end for its column of periods, and a note."""
    texts = table.column(own)
    spans: dict[str, tuple[str, str]] = {"": ("", "")}
    reasons: dict[str, str] = {}
    order = order_of([end for text in set(texts) for end in _ends(text) or (text,)])
    for text in dict.fromkeys(filter(None, texts)):
        try:
            first, last = span_of(text, order)
            spans[text] = (first.isoformat() if first else "", last.isoformat() if last else "")
        except ValueError as error:
            spans[text], reasons[text] = ("", ""), str(error)
    for row, text in enumerate(texts):
        if text in reasons:
            problems.append(table.problem(row, reasons[text], own, text))
    kept = [i for i, name in enumerate(table.columns) if name != own]
    columns = (*(table.columns[i] for i in kept), "start", "end")
    starts, ends = (tuple(spans[text][at] for text in texts) for at in (0, 1))
    cells = (*(table.cells[i] for i in kept), starts, ends)
    named = (*table.named, ("start", own), ("end", own))
    read = [text for text in spans if text and text not in reasons]
    shown = ", ".join(f"{text!r} as {_shown(spans[text])}" for text in read[:3])
    note = f"{own!r} as start and end" + (f" ({shown})" if shown else "")
    return replace(table, columns=columns, cells=cells, named=named), note


def _shown(span: tuple[str, str]) -> str:
    first, last = span
    if not last:
        return f"from {first}"
    return f"{first} to {last}" if first else f"up to {last}"
