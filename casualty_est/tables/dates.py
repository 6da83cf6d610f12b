"""Days as people write them, read in one way or asked about."""

from __future__ import annotations

import calendar
import re
import tomllib
import unicodedata
from datetime import date, timedelta
from importlib.resources import files

from casualty_est.errors import Problem
from casualty_est.tables.calendars import calendar_of, named_calendar
from casualty_est.tables.plain import order_in
from casualty_est.tables.table import Table
from casualty_est.wording.language import Noted, stored

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_COMPACT = re.compile(r"((?:1[89]|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_NUMBERS = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_TIME = re.compile(
    r"[T ]([0-9]{1,2}):[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)? ?(?:Z|UTC|[AaPp][Mm]|[+-][0-9:]{2,5})?"
)
_DAY_MONTH = re.compile(
    r"(?:[^\W\d_]+,? )?([0-9]{1,2})(?:st|nd|rd|th|er|\.|\u00ba)?(?:[ -]| de )"
    r"([^\W\d_]{2,10})\.?,?(?:[ -]| de )([0-9]{4}|'?[0-9]{2})"
)
_MONTH_DAY = re.compile(r"(?:[a-z]+,? )?([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})|([^\W\d_]{2,10})\.?,?(?: de)? ([0-9]{4})")
_YEAR = re.compile(r"(?:1[89]|20)[0-9]{2}")
_MONTHS = {
    name.casefold(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_MONTHS |= {
    name: number
    for names in tomllib.loads(
        (files("casualty_est.tables") / "names.toml").read_text(encoding="utf-8")
    )["months"].values()
    for number, name in enumerate(names.split(), start=1)
}
_CHINESE = re.compile("([0-9]{4})\u5e74(?:([0-9]{1,2})\u6708(?:([0-9]{1,2})\u65e5)?)?")
_TWO_ENDS = re.compile(
    r" (?:to|until|through|and|bis|a|al|à|по|до) |[0-9a-z.]\s*[-\u2013\u2014]\s*[0-9a-z]|^[qh][1-4]"
)
RULE = "a date is written YYYY-MM-DD"
# Two digits of a year: up to the first they are of this century, from the second of the last.
_THIS, _LAST = 39, 70
_ORDERS = {"day": (2, 1, 0), "month": (2, 0, 1), "year": (0, 1, 2)}  # where year, month, day stand
EARLIEST, LATEST = 1800, 2100  # another year is a slip of the keyboard, or of another calendar
# Excel counts days from here, and nobody dates by other numbers of five digits.
_EXCEL = date(1899, 12, 30)
_SERIAL = re.compile(r"([2-5][0-9]{4})(?:\.[0-9]+)?")
_SERIALS = range(25_569, 55_154)  # 1970 to 2050


def read_days(
    table: Table, column: str, problems: list[Problem], *, edge: str = ""
) -> tuple[list[date | None], list[Noted]]:
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
    seen, told = order_of(odd), order_in(table.as_it_came(column) or column)
    order = (seen or told) if not (seen and told) or seen == told else ""
    notes: list[Noted] = []
    for text in odd:
        try:
            days[text] = _of_excel(text) or day_of(text, order, edge)
        except ValueError as error:
            days[text], reasons[text] = None, str(error)
    for row, text in enumerate(texts):
        if text in reasons:
            problems.append(table.problem(row, reasons[text], column, text))
    examples = {_shape(text): text for text in reversed(odd) if days[text]}
    if examples:
        said = ", ".join(
            f"{text!r} as {days[text]}" + " (a day number of Excel)" * bool(_of_excel(text))
            for text in reversed(examples.values())
        )
        text = stored(
            "note",
            "dates in {column} are read: {readings}",
            column=repr(table.as_it_came(column)),
            readings=said,
        )
        notes.append(("dates", text))
    return [days[text] for text in texts], notes


def _of_excel(text: str) -> date | None:
    """Return the day that a spreadsheet stores as this number, or None."""
    match = _SERIAL.fullmatch(text)
    if match is None or int(match[1]) not in _SERIALS:
        return None
    return _EXCEL + timedelta(days=int(match[1]))


def _in_ascii(text: str) -> str:
    """Return a text with the digits of every script as the usual ones."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _shape(text: str) -> str:
    letters = re.sub(r"[^\W\d_]+", "a", text)
    return re.sub("[0-9]+", "9", letters) + str(_needs_order(text))


def _needs_order(text: str) -> bool:
    match = _NUMBERS.fullmatch(_without_time(_in_ascii(text)))
    return match is not None and len(set(_readings(match).values())) > 1


def order_of(texts: list[str]) -> str:
    """Return which of day, month and year comes first in a column; empty where that is not seen."""
    orders = set(_ORDERS)
    for text in texts:
        match = _NUMBERS.fullmatch(_without_time(_in_ascii(text)))
        readings = _readings(match) if match and match[2] != "." else {}
        if readings and len(set(readings.values())) == len(readings):  # "5/5/2020" fits any
            orders &= readings.keys()
    return orders.pop() if len(orders) == 1 else ""


def _readings(match: re.Match[str]) -> dict[str, tuple[int, int, int]]:
    """Return year, month and day of a date in figures by what may come first in it.

    Points part day, month and year; a year of two digits may come first where dashes do.
    """
    parts = [match[1], match[3], match[4]]
    orders = ["day"] if match[2] == "." else ["day", "month"]
    if len(match[4]) == 2 and match[2] == "-":
        orders.append("year")
    readings = {}
    for order in orders:
        year, month, day = (parts[at] for at in _ORDERS[order])
        if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
            readings[order] = (_full_year(year), int(month), int(day))
    return readings


def _full_year(text: str) -> int:
    """Return a year of which the century may be left out; 0 where it may be either."""
    short = text.lstrip("'")
    if len(short) == 4:
        return int(short)
    year = int(short)
    return 2000 + year if year <= _THIS else 1900 + year if year >= _LAST else 0


def _without_time(text: str) -> str:
    match = re.search(_TIME.pattern + "$", text)
    return text[: match.start()] if match and int(match[1]) < 24 else text


def day_of(text: str, order: str = "", edge: str = "") -> date:
    """Read one day; ValueError says how to mend what cannot be read in exactly one way."""
    bare = " ".join(_without_time(_in_ascii(text)).split())
    low = _CHINESE.sub(_in_figures, bare.casefold())
    for read in (_year_first, _day_first, _in_words):
        parts = read(low, order)
        if parts:
            return _on(*parts)
    if edge and (edges := _edges(low)):
        return edges[edge == "end"]
    raise ValueError(_mend(bare, low, edge))


def _in_figures(match: re.Match[str]) -> str:
    """Write a Chinese date in figures."""
    return "-".join(part.zfill(2) for part in match.groups() if part)


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
    readings = _readings(match)
    if order in readings:
        readings = {order: readings[order]}
    days = list(dict.fromkeys(readings.values()))
    if any(year == 0 for year, _, _ in days):
        msg = f"the century of its year is not given: write the year with four digits, not {text!r}"
        raise ValueError(msg)
    if len(days) > 1:
        written = [f"{year}-{month:02}-{day:02}" for year, month, day in days]
        what = "day, month or year" if "year" in readings else "day or month"
        msg = f"it may be {what} that comes first: write {' or '.join(written)}"
        raise ValueError(msg)
    return days[0] if days else (int(match[4]), int(match[3]), int(match[1]))


def _in_words(text: str, _order: str) -> tuple[int, int, int] | None:
    if (match := _DAY_MONTH.fullmatch(text)) and match[2] in _MONTHS:
        if not (year := _full_year(match[3])):
            msg = "the century of its year is not given: write the year with four digits"
            raise ValueError(msg)
        return year, _MONTHS[match[2]], int(match[1])
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
    if calendar := named_calendar(low):
        return calendar
    if not edge and _edges(low):
        return f"{RULE}, and this names no day: give one"
    if bare.isascii() and bare.isdigit() and 20_000 <= int(bare) <= 60_000:
        day = _EXCEL + timedelta(days=int(bare))
        return f"{RULE}, and this may be a day number of Excel: write {day}"
    if _TWO_ENDS.search(low) and re.search("[0-9]{4}", low):
        return (
            f"{RULE}, and this names a first and a last day: write them in start and end, or call "
            "the column period"
        )
    return f"{RULE}, as in 2018-02-09: give year, month and day"


def no_such_year(day: date) -> str:
    """Return why no claim is about a day; empty where one may be."""
    if EARLIEST <= day.year <= LATEST:
        return ""
    if calendar := calendar_of(day.year):
        return calendar
    if day.year > LATEST:
        return f"the year {day.year} lies far in the future: correct it"
    return f"the year {day.year} lies before the wars that are counted: correct it"
