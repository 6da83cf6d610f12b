"""The fields of a person, each read from text: ages, dates that may lack parts, sexes."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NamedTuple

from casualty_est.linkage.names.parts import PARTS
from casualty_est.tables.checks import iso_date

NAMES = ("name", *PARTS)
FIELDS = (*NAMES, "age", "date", "place", "sex", "number")
UNKNOWN = frozenset({"", "-", "?", "unknown", "na", "n/a", "none", "غير معروف", "مجهول"})

_AGE = re.compile(r"([0-9]{1,3})(?:\.[0-9]+)?\s*(years?|yrs?|y|months?|mo|m|days?|d)?")
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")
_SEXES = {
    **dict.fromkeys(("f", "female", "woman", "girl", "w", "أنثى", "انثى", "ж"), "f"),
    **dict.fromkeys(("m", "male", "man", "boy", "ذكر", "м"), "m"),
}
OLDEST = 125


class Day(NamedTuple):
    """A date, as far as it is known: 0 stands for a part that is not."""

    year: int
    month: int = 0
    day: int = 0


def plain(text: str) -> str:
    """One spelling of spaces, case, width and digits; nothing where the text says "unknown"."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = " ".join("".join(str(unicodedata.digit(c, c)) for c in text).split())
    return "" if text in UNKNOWN else text


def age(text: str) -> int | None:
    """Read an age in years; one in months or days is 0 or the whole years in it."""
    if not (text := plain(text)):
        return None
    match = _AGE.fullmatch(text)
    if match is None:
        msg = "an age is a number of years, as in 34, or 8 months: correct it or leave it blank"
        raise ValueError(msg)
    number, unit = int(match[1]), match[2] or "y"
    years = number // 12 if unit.startswith("m") else 0 if unit.startswith("d") else number
    if years > OLDEST:
        msg = f"nobody is older than {OLDEST} years: correct the age or leave it blank"
        raise ValueError(msg)
    return years


def day(text: str) -> Day | None:
    """Read YYYY-MM-DD, or YYYY-MM or YYYY where no more is known."""
    if not (text := plain(text)):
        return None
    if match := _PARTIAL.fullmatch(text):
        month = int(match[2] or 0)
        if month > 12:
            msg = "a date is written YYYY-MM-DD, and there are twelve months: correct it"
            raise ValueError(msg)
        return Day(int(match[1]), month)
    known = iso_date(text)
    assert isinstance(known, date)
    return Day(known.year, known.month, known.day)


def sex(text: str) -> str:
    """Read f or m; another word is kept as it is."""
    text = plain(text)
    return _SEXES.get(text, text)
