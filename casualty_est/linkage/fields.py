"""The fields of a person, each read from text: ages, dates that may lack parts, sexes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from casualty_est.linkage.names.parts import PARTS
from casualty_est.tables.dates import day_of

NAMES = ("name", *PARTS)
FIELDS = (*NAMES, "age", "date", "place", "sex", "number")
UNKNOWN = frozenset(
    {"", "-", "--", "?", "??", "???", ".", "unknown", "unk", "unidentified", "unnamed", "no name"}
    | {
        "not known",
        "name unknown",
        "na",
        "n/a",
        "n.a.",
        "none",
        "nil",
        "null",
        "nan",
        "unknown name",
    }
    | {"غير معروف", "غير معروفة", "مجهول", "مجهولة", "مجهول الهوية", "مجهولة الهوية", "بدون اسم"}
    | {"неизвестно", "неизвестный", "неизвестная", "неизвестен", "невідомо", "невідомий", "нет"}
    | {"desconocido", "desconocida", "no identificado", "no identificada", "sin nombre", "ignorado"}
    | {"inconnu", "inconnue", "non identifié", "non identifiée", "sans nom"}
)
# Such as "unidentified man 3": it names nobody, and would resemble all others of its kind.
_NOBODY = re.compile(
    r"(?:an? )?(?:unknown|unidentified|unnamed|no name)"
    r"(?: (?:man|woman|male|female|boy|girl|child|baby|infant|person|body|corpse|civilian|adult))*"
    r"(?:[ #.:(-]*[0-9]+\)?)?"
)

_PER_YEAR = {  # words for units of an age: how many of each are a year
    1: "y yr yrs year years y/o yo years_old year_old سنة سنه سنوات سنين عام عاما عامًا أعوام اعوام "
    "лет год года г г. років роки рік an ans año años anos ano jahr jahre yaş yaşında",  # noqa: RUF001
    12: "m mo mos month months months_old شهر شهرا شهرًا أشهر اشهر شهور месяц месяца месяцев мес "
    "мес. місяць місяці місяців mois mes meses monat monate ay aylık",  # noqa: RUF001
    52: "w wk wks week weeks أسبوع اسبوع أسابيع اسابيع неделя недели недель нед нед. semaine "
    "semaines semana semanas woche wochen hafta",
    365: "d day days days_old يوم يوما يومًا أيام ايام день дня дней дн дн. jour jours día días dia "
    "dias tag tage gün",
}
_UNITS = {
    unit.replace("_", " "): number for number, units in _PER_YEAR.items() for unit in units.split()
}
_AGE = re.compile(r"([0-9]{1,3})(?:[.,][0-9]+)?\s*([^\W0-9].*)?")
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")
# Ages that name no year of life, and are common: they are compared as missing, and counted.
_VAGUE = re.compile(
    r"[0-9]{1,3}(?:'?s|\+)|(?:in (?:his|her|the|their) )[0-9]0'?s"
    r"|[0-9]{1,3} ?(?:-|\u2013|\u2014|/|to|a|à|до|إلى|الى) ?[0-9]{1,3}"
    r"(?: ?(?:years?|yrs?|y|ans|años|лет|سنة|سنوات))?"
    r"|(?:~|about|around|approx\.?|approximately|circa|ca\.?|c\.) ?[0-9]{1,3}"
    r"|(?:<|>|under|over|above|below|u) ?[0-9]{1,3}|adult|child|minor|elderly|old|young|youth|teen"
    r"|teenager|adolescent|kid|boy|girl|middle[- ]aged|adulto|niñ[oa]|menor|enfant|adulte|طفل|بالغ"
)
_NEWBORN = frozenset({"infant", "newborn", "baby", "new born", "bebé", "bébé", "رضيع", "رضيعة"})
_BORN = re.compile(r"(?:1[89]|20)[0-9]{2}")
_SEXES = {
    **dict.fromkeys(("f", "female", "woman", "girl", "w", "أنثى", "انثى", "ж", "жен"), "f"),
    **dict.fromkeys(("femme", "fille", "mujer", "niña", "mulher", "frau", "kadin"), "f"),
    **dict.fromkeys(("m", "male", "man", "boy", "ذكر", "м", "муж", "h"), "m"),
    **dict.fromkeys(("homme", "garçon", "hombre", "niño", "homem", "mann", "erkek"), "m"),
}
_NUMBERED = re.compile(r"([0-9]{1,2})[/-]([0-9]{1,2})[/-][0-9]{4}")
_EITHER = re.compile(r"(?:0?[1-9]|1[0-2])[/.-](?:0?[1-9]|1[0-2])[/.-](?:[0-9]{2}){1,2}")
_HOUR = re.compile(
    r"[t ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)? ?(?:z|[+-][0-9]{2}:?[0-9]{2})?"
)
EARLIEST = 1800
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
    return "" if text in UNKNOWN or _NOBODY.fullmatch(text) else text


def age(text: str) -> int | None:
    """Read an age in years; one in months, weeks or days is 0 or the whole years in it."""
    text = plain(text)
    if not text or is_vague(text):
        return None
    if text in _NEWBORN:
        return 0
    if _BORN.fullmatch(text):
        msg = "an age is a number of years, and this may be the year of birth: write the age"
        raise ValueError(msg)
    match = _AGE.fullmatch(text)
    if match is None or (match[2] or "y") not in _UNITS:
        msg = "an age is a number of years, as in 34, or 8 months: correct it or leave it blank"
        raise ValueError(msg)
    years = int(match[1]) // _UNITS[match[2] or "y"]
    if years > OLDEST:
        msg = f"nobody is older than {OLDEST} years: correct the age or leave it blank"
        raise ValueError(msg)
    return years


def is_vague(text: str) -> bool:
    """Whether an age is known as a range or a word only, such as 30s, 25-30 or adult."""
    return _VAGUE.fullmatch(plain(text)) is not None


def order_of(texts: Iterable[str]) -> str:
    """Which of day and month comes first in a column; empty where that is not seen."""
    matches = [_NUMBERED.fullmatch(plain(text)) for text in texts]
    seen = {"day" for match in matches if match and int(match[1]) > 12}
    seen |= {"month" for match in matches if match and int(match[2]) > 12}
    return seen.pop() if len(seen) == 1 else ""


def day(text: str, order: str = "") -> Day | None:
    """Read a day as people write it, or a month or a year where no more is known.

    order: "day" or "month", whichever comes first where both may.
    """
    if not (text := plain(text)):
        return None
    if match := _PARTIAL.fullmatch(text):
        known = Day(int(match[1]), int(match[2] or 0))
        if known.month > 12:
            msg = "a date is written YYYY-MM-DD, and there are twelve months: correct it"
            raise ValueError(msg)
    else:
        known = _whole_day(text, order)
    if known.year < EARLIEST:
        msg = (
            f"a year before {EARLIEST} is of another calendar or a slip: write the date YYYY-MM-DD"
        )
        raise ValueError(msg)
    return known


def _whole_day(text: str, order: str) -> Day:
    text = _HOUR.sub("", text)
    try:
        known = day_of(text, order)
    except ValueError as error:
        # What is told of these would repeat the cell.
        if text.isdigit():
            msg = "this may be a day number of a spreadsheet: write the date YYYY-MM-DD"
            raise ValueError(msg) from error
        if _EITHER.fullmatch(text):
            msg = "it may be day or month that comes first: write the date YYYY-MM-DD"
            raise ValueError(msg) from error
        try:
            month = day_of(text, order, "start")
        except ValueError:
            month = None
        if month is None:
            raise
        return Day(month.year, month.month)
    return Day(known.year, known.month, known.day)


def sex(text: str) -> str:
    """Read f or m; another word is kept as it is."""
    text = plain(text)
    return _SEXES.get(text.replace("\u0131", "i"), text)


def spanish_sexes(texts: Iterable[str]) -> bool:
    """Whether a column says h and m, in which m is a woman: hombre and mujer."""
    known = {plain(text) for text in texts}
    return {"h", "m"} <= known and not known & {"f", "female", "femme"}
