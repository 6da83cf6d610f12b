"""Days as people write them, read in one way or asked about."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from casualty_est.errors import Problem
from casualty_est.tables.names import MONTHS
from casualty_est.tables.table import Table

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_COMPACT = re.compile(r"((?:1[89]|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_NUMBERS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
_TIME = re.compile(
    r"[T ]([0-9]{1,2}):[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)? ?(?:Z|UTC|[AaPp][Mm]|[+-][0-9:]{2,5})?"
)
_DAY_MONTH = re.compile(
    r"(?:[^\W\d_]+,? )?([0-9]{1,2})(?:st|nd|rd|th|er|\.|\u00ba)?(?:[ -]| de )"
    r"([^\W\d_]{3,10})\.?,?(?:[ -]| de )([0-9]{4})"
)
_MONTH_DAY = re.compile(r"(?:[a-z]+,? )?([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})|([^\W\d_]{3,10})\.?,?(?: de)? ([0-9]{4})")
_YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}")
_MONTHS = {
    name.casefold(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_MONTHS |= MONTHS
RULE = "a date is written YYYY-MM-DD"
EARLIEST = 1800  # an older year is a slip of the keyboard
# Excel counts days from here.
_EXCEL = date(1899, 12, 30)


def read_days(
    table: Table, column: str, problems: list[Problem], *, edge: str = ""
) -> tuple[list[date | None], list[tuple[str, str]]]:
    """Read a column of days, and say how those were read that are not YYYY-MM-DD.

    edge: "start" or "end" where a month or a year means its first or its last day.
    """
    texts = table.column(column)
    days: dict[str, date | None] = {"": None}
    odd: list[str] = []
    for text in dict.fromkeys(texts):
        if _ISO.fullmatch(text):
            try:
                days[text] = date.fromisoformat(text)
                continue
            except ValueError:
                pass
        if text:
            odd.append(text)
    if not odd:
        return [days[text] for text in texts], []
    reasons: dict[str, str] = {}
    order, notes = _order(odd), []
    for text in odd:
        try:
            days[text] = day_of(text, order, edge)
        except ValueError as error:
            days[text], reasons[text] = None, str(error)
    for row, text in enumerate(texts):
        if text in reasons:
            problems.append(table.problem(row, reasons[text], column, text))
    examples = {_shape(text): text for text in reversed(odd) if days[text]}
    if examples:
        said = ", ".join(f"{text!r} as {days[text]}" for text in reversed(examples.values()))
        notes.append(("dates", f"dates in {table.as_it_came(column)!r} are read: {said}"))
    return [days[text] for text in texts], notes


def _shape(text: str) -> str:
    letters = re.sub(r"[^\W\d_]+", "a", text)
    return re.sub("[0-9]+", "9", letters) + str(_needs_order(text))


def _needs_order(text: str) -> bool:
    match = _NUMBERS.fullmatch(_without_time(text))
    if match is None or match[1] == match[3]:
        return False
    return int(match[1]) <= 12 and int(match[3]) <= 12


def _order(texts: list[str]) -> str:
    """Return which of day and month comes first in a column; empty where that is not seen."""
    seen = set()
    for text in texts:
        match = _NUMBERS.fullmatch(_without_time(text))
        if match and int(match[1]) > 12:
            seen.add("day")
        elif match and int(match[3]) > 12:
            seen.add("month")
    return seen.pop() if len(seen) == 1 else ""


def _without_time(text: str) -> str:
    match = re.search(_TIME.pattern + "$", text)
    return text[: match.start()] if match and int(match[1]) < 24 else text


def day_of(text: str, order: str = "", edge: str = "") -> date:
    """Read one day; ValueError says how to mend what cannot be read in exactly one way."""
    bare = " ".join(_without_time(text).split())
    low = bare.casefold()
    for read in (_year_first, _day_first, _in_words):
        parts = read(low, order)
        if parts:
            return _on(*parts)
    if edge and (edges := _edges(low)):
        return edges[edge == "end"]
    raise ValueError(_mend(bare, low, edge))


def _year_first(text: str, _order: str) -> tuple[int, int, int] | None:
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        return int(match[1]), int(match[3]), int(match[4])
    match = _COMPACT.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _day_first(text: str, order: str) -> tuple[int, int, int] | None:
    match = _NUMBERS.fullmatch(text)
    if not match:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if first <= 12 and second <= 12 and first != second and match[2] != ".":
        if not order:
            both = f"{year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}"
            msg = f"it may be day or month that comes first: write {both}"
            raise ValueError(msg)
        return (year, second, first) if order == "day" else (year, first, second)
    return (year, second, first) if first > 12 or match[2] == "." else (year, first, second)


def _in_words(text: str, _order: str) -> tuple[int, int, int] | None:
    if (match := _DAY_MONTH.fullmatch(text)) and match[2] in _MONTHS:
        return int(match[3]), _MONTHS[match[2]], int(match[1])
    if (match := _MONTH_DAY.fullmatch(text)) and match[1] in _MONTHS:
        return int(match[3]), _MONTHS[match[1]], int(match[2])
    return None


def _on(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        msg = f"{RULE} and this is not a day of the calendar ({error}): correct it"
        raise ValueError(msg) from None


def _edges(text: str) -> tuple[date, date] | None:
    """Return the first and the last day of a month or a year."""
    if _YEAR.fullmatch(text):
        return date(int(text), 1, 1), date(int(text), 12, 31)
    match = _MONTH.fullmatch(text)
    if not match:
        return None
    month = int(match[2]) if match[2] else _MONTHS.get(match[3], 0)
    year = int(match[1] or match[4])
    if not 1 <= month <= 12 or year < 1:
        return None
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _mend(bare: str, low: str, edge: str) -> str:
    if not edge and _edges(low):
        return f"{RULE}, and this names no day: give one"
    if bare.isascii() and bare.isdigit() and 20_000 <= int(bare) <= 60_000:
        day = _EXCEL + timedelta(days=int(bare))
        return f"{RULE}, and this may be a day number of Excel: write {day}"
    return f"{RULE}, as in 2018-02-09: give year, month and day"


def no_such_year(day: date) -> str:
    """Return why no claim is about a day; empty where one may be."""
    if day.year >= EARLIEST:
        return ""
    return f"the year {day.year} lies before the wars that are counted: correct it"
