"""What stands around a count and says nothing of it: footnotes, dates; and what brackets hold."""

from __future__ import annotations

import re
from itertools import pairwise

from casualty_est.errors import QuantityError
from casualty_est.quantity.counted import DEAD, OUTCOMES, PEOPLE, SILENT, THINGS, is_one_person
from casualty_est.quantity.households import counted_households, with_article
from casualty_est.quantity.tokens import padded, phrase_at
from casualty_est.quantity.words import BEFORE, INCLUDING, REMARKS, SMALL, TENS
from casualty_est.quantity.written_numbers import FRACTIONS, number_at

# A mark of a footnote stands behind a digit or a letter, and no further digit follows it.
_MARK = re.compile(
    r"(?:(?<=[^\s(\[])|(?<=[A-Za-z]) (?=\[[0-9])|(?<=,[0-9]{3}) (?=\[[0-9]{1,3}\]))"
    r"(?:\[(?:[0-9]{1,3}|[A-Za-z]|"
    r"(?:note|nb|n) ?[0-9]{1,2}|citation needed|"
    r"clarification needed|[ivx]{1,4})\]|\s?[*\u2020\u2021\u00a7\u00b6]{1,3}|(?<=[0-9])#)+"
    r"(?=\s*(?:$|[^\s0-9\[+\u00b1-]|\[[^0-9]*[0-9][0-9,.]*\s?(?:to|and|;|[-\u2013\u2014])))"
)
# Where the number stands, in brackets behind it: "(see note 3)", "[7]:12", "^a".
_PLACE = re.compile(
    r"\s?[(\[](?:see )?(?:foot)?(?:notes?|fn|ref|refs|table|annex|appendix|page|pp?)"
    r"(?:\.? ?[0-9]{1,4}|\.? (?:[ivx]{1,4}|[a-h]))"
    r"(?:\s?[-\u2013]\s?[0-9]{1,4})?[)\]]|(?<=\]):[0-9]{1,4}(?=\s*$)|(?<=[0-9])\^[a-z]{1,2}(?=\s*$)|"
    r"\s?\[(?:citation|clarification) needed\]|"
    r"\s?[(\[](?:(?:see|cf\.?) (?:the )?)?"
    r"(?:(?:foot)?notes?|text|below|above|remarks?|comments?|refs?|cite|link)[)\]]",
    re.I,
)
_SEE = re.compile(
    r"\s*[,;-]\s*see (?:also )?(?:the )?"
    r"(?:(?:foot)?notes?|text|refs?|table|annex|appendix|below|above)"
    r"(?: [0-9]{1,3}| [a-z])?$",
    re.I,
)
_SUPERSCRIPT = re.compile(
    r"(?:(?<=[0-9]{3})|(?<=[A-Za-z]))[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]{1,2}"
    r"(?:[ ,]{0,2}[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]{1,2})*(?=\s*(?:$|[^\s0-9]))"
)
_QUOTES = frozenset({'""', "''", "\u201c\u201d", "\u201e\u201c", "\u00ab\u00bb", "\u2018\u2019"})
_BARE_RANGE = re.compile(
    r"[(\[]\s*([0-9][0-9,.]*[km]?)\s*(?:-|\u2013|;|to|,(?![0-9]))\s*([0-9][0-9,.]*[km]?)\s*[)\]]"
)
_POINTED = r"([0-9]{1,3}(?:\.[0-9]{3})?)"
_POINTED_ENDS = re.compile(
    rf"(?:{_POINTED}\s*[(\[]\s*)?{_POINTED}\s*(?:-|\u2013|\u2014|to|;)\s*{_POINTED}\s*[)\]]?"
)
_SLASHES = re.compile(r"([0-9][0-9,]*) ?/ ?([0-9][0-9,]*)(?: ?/ ?([0-9][0-9,]*))?")
_TWO_YEARS = re.compile(r"((?:19|20)[0-9]{2})\s*(?:-|\u2013|\u2014)\s*((?:19|20)[0-9]{2})")
_POWER = re.compile(r"(?:^|[^0-9,.])10+[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]")
_NUMBERS = SMALL.keys() | TENS.keys()
_MONTH = (
    "(?:jan|january|feb|february|mar|march|apr|april|may|jun|june|jul|july|aug|august|sep|sept|"
    "september|oct|october|nov|november|dec|december)"
)
_YEAR = "(?:19|20)[0-9]{2}"
_DAY = "[0-3]?[0-9](?:st|nd|rd|th)?"
# 2022-05-05, 5/5/2022, 5/5/22 and 5.5.22: which part is the day does not matter here.
_FIGURES = (
    rf"{_YEAR} ?[-/.] ?[0-9]{{1,2}} ?[-/.] ?[0-9]{{1,2}}|"
    rf"[0-3]?[0-9] ?[-/.] ?[0-3]?[0-9] ?[-/.] ?(?:{_YEAR}|[0-9]{{2}})"
)
_DATE = (
    rf"(?:(?:{_DAY} )?{_MONTH}\.?(?: \.)?(?: {_DAY})?(?: ,)?(?: {_YEAR})?|{_FIGURES}|"
    rf"(?:early |late |mid - )?{_YEAR}|"
    r"[0-2]?[0-9](?: : [0-5][0-9])? ?(?:am|pm|gmt|utc|h|hrs|local time)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|noon|midnight|today|yesterday)"
)
_OCCASION = frozenset({"in", "over", "during", "within", "across", "by"})
_KINDS = frozenset({"separate", "different", "coalition", "air", "consecutive", "such"})
_TIMES = frozenset(
    {"hours", "hour", "days", "day", "weeks", "week", "months", "month", "years", "year", "minutes"}
)
_WERE = frozenset({"were", "was", "are"})
_PAST = frozenset({"last", "past", "previous"})
_HOURS = re.compile("[0-9]{1,2} ?(?:h|hrs?)")
_YEARS = re.compile(rf"({_YEAR})(?: [-/] ({_YEAR}))?(?: est\.| estimate)?")
_POINTS = frozenset({",", ";", ":", "."})
_REMARKED = REMARKS | {"est."}
_VERBS = frozenset(
    {"caused", "causing", "leaves", "leaving", "left", "resulted", "resulting", "leave"}
)
_DIED = frozenset({"dead", "died", "executed", "killed", "murdered", "slain"})
_KILLED = frozenset({"kill", "killed", "kills", "killing"})
_KILLS = _KILLED | _VERBS | {"claim", "claimed", "claims"}
_AT = frozenset({"at", "in", "near", "on", "against"})
_LONGEST_EVENT = 10
# What kills people, and the words beside it: "a suicide car bomb attack".
_EVENTS = frozenset(
    {"airstrike", "airstrikes", "ambush", "assault", "attack", "attacks", "battle", "blast"}
    | {"blasts", "bomb", "bombardment", "bombing", "bombings", "clash", "clashes", "collapse"}
    | {"crash", "earthquake", "explosion", "explosions", "fighting", "fire", "flood", "floods"}
    | {"landmine", "landslide", "massacre", "mine", "quake", "raid", "raids", "shelling"}
    | {"shooting", "stampede", "strike", "strikes", "violence"}
)
_OF_EVENTS = frozenset(
    {"a", "air", "an", "arson", "artillery", "bus", "car", "coalition", "drone", "grenade", "gun"}
    | {"heavy", "ied", "israeli", "knife", "mass", "missile", "mortar", "roadside", "rocket"}
    | {"russian", "saudi", "suicide", "suspected", "terror", "terrorist", "the", "train", "truck"}
    | {"turkish", "twin", "two", "ukrainian", "us", "and", "overnight", "new", "deadly"}
)
_OPENING = frozenset({"all", "mainly", "most", "mostly"})
_TAKING = frozenset({"claimed", "claiming", "claims", "took"})
_HAVE = frozenset({"had", "has", "have"})
_BESIDE = frozenset({",", ";", "and", "while", "with"})
_SPAN = rf"{_DATE}(?: (?:-|to|and|until|through) {_DATE})?"
_SINCE = re.compile(rf"(.*?)(?: ,)? (?:since|as of|as at|until|till|through|thru|up to) ({_SPAN})$")
_DURING = re.compile(rf"(.*?)(?: ,)? (?:in|on|by|during|from|between|for) ({_SPAN})$")
_BARE = re.compile(rf"(.*?) ,()(?: {_DAY})? {_MONTH}(?: {_DAY} ,)? {_YEAR}$")  # 20, May 2022
_LONGEST_DATE = 12  # words
_ROUND_YEAR = re.compile("(?:19|20)00")
_IS_DATE = re.compile(
    r"(?:(?:last )?(?:updated|accessed|published|dated)(?: on| in)?|since|as of|as at|until|till|"
    r"through|thru|up to|to|by|before|after|in|on|during|from|"
    rf"between) {_SPAN}$|"
    r"(?:(?:in|on|during|over|within) )?(?:the )?(?:first|last|past|opening|second|third)"
    r"(?: [0-9]{1,3}| one| two| three| few)? (?:day|week|month|year|hour|night)s?"
    r"(?: of (?:the )?[a-z]+)?$|(?:on )?day (?:one|two|three|four|five|[0-9]{1,3})$"
)


def unquoted(text: str) -> str:
    """Return a text without quotes around all of it, and a range without its brackets."""
    if text[:1].isalnum():
        return text
    while len(text) > 2 and (text[0] + text[-1]) in _QUOTES and text[0] not in text[1:-1]:
        text = text[1:-1].strip()
    match = _BARE_RANGE.fullmatch(text)
    return f"{match[1]} to {match[2]}" if match else text


def with_commas(text: str) -> str:
    """Write "1.300 (950-1.650)" with commas: as decimals its ends would be out of order."""
    match = _POINTED_ENDS.fullmatch(text)
    if match is None:
        return text
    best, low, high = match.groups()
    written = [low, best, high] if best else [low, high]
    decimals = [float(number) for number in written]
    return text.replace(".", ",") if decimals != sorted(decimals) else text


def ask_about_slashes(text: str) -> None:
    """Refuse "12/30" and "12/03/2020" with what they may be; 1/2 is a fraction."""
    match = _SLASHES.fullmatch(text)
    if match is None or text.replace(" ", "") in FRACTIONS:
        return
    first, second, third = match.groups()
    if third:
        msg = f"'/' may make it a day, or {first}, {second} and {third}; write the number alone"
    else:
        msg = (
            f"'/' may mean {first} to {second}, {first} killed and {second} injured, {first} of "
            f"{second}, or a day; write which"
        )
    raise QuantityError(msg)


def ask_about_years(text: str) -> None:
    """Refuse "2011-2021", which says when and not how many, unless the counts have their comma."""
    if match := _TWO_YEARS.fullmatch(text):
        first, last = map(int, match.groups())
        if first < last:
            msg = f"they may be years; write {first:,}-{last:,} if they are counts"
            raise QuantityError(msg)


def between_ends(low: str | int, high: str | int) -> str:
    """Return two counts of two columns as a range that nobody takes for years."""
    text = f"{low}-{high}"
    return f"{low} to {high}" if _TWO_YEARS.fullmatch(text) else text


def is_day(words: list[str]) -> bool:
    """Whether words are a day or a month and nothing else; a year alone may be a count."""
    text = " ".join(words)
    if re.fullmatch(_FIGURES, text):
        return True
    return re.search(_MONTH, text) is not None and re.fullmatch(_SPAN, text) is not None


def is_time(words: list[str]) -> bool:
    """Whether words say when and nothing else: "14 March", "in the first week", "day 14"."""
    return is_day(words) or _IS_DATE.fullmatch(" ".join(words)) is not None


def is_year(inside: list[str], words: list[str]) -> bool:
    """Whether brackets behind a number hold a year, two years, or a year with its source.

    "1,200 (2014)" is a number and a year; of 1950 (2014) nobody can tell.
    """
    text = " ".join(inside)
    span = _YEARS.fullmatch(text)
    if span is None:
        rest = [word for word in inside if not re.fullmatch(_YEAR, word) and word not in _POINTS]
        return len(rest) < len(inside) and bool(rest) and _REMARKED.issuperset(rest)
    match = next((match for i in range(len(words)) if (match := number_at(padded(words), i))), None)
    count = match[0].value() if match and not match[0].decimals else 0
    first, last = int(span[1]), int(span[2] or span[1])
    plain = any(re.fullmatch("[0-9]{4}", word) for word in words)
    if plain or (span[2] and first <= count <= last):
        msg = f"{text!r} in brackets may be a year or a number; write (in 2014), or {first:,}"
        raise QuantityError(msg)
    return True


def without_footnotes(text: str) -> str:
    """Return a text without the marks of footnotes behind its words and numbers."""
    if "[" in text or "(" in text or "^" in text:
        text = _PLACE.sub("", text)
    if "see " in text:
        text = _SEE.sub("", text)
    if "[" in text or not text.isascii() or "*" in text or "#" in text:
        text = _MARK.sub("", text)
        if not _POWER.search(text):
            text = _SUPERSCRIPT.sub("", text)
    return text


def without_dates(words: list[str]) -> list[str]:
    """Return words without a date at their end: "17,000 since 2014", "12 killed in May 2018"."""
    text = " ".join(words)
    if _IS_DATE.fullmatch(text):
        return []
    match = _SINCE.fullmatch(text) or _BARE.fullmatch(text)
    if match is None:
        match = _DURING.fullmatch(text)
        # "One in 2000" is a rate: before such a year must stand what was counted.
        last = match[1].rpartition(" ")[2] if match else ""
        told = last in DEAD or last in PEOPLE or last in SILENT
        rate = match is not None and (last in ("1", "one") or _ROUND_YEAR.fullmatch(match[2]))
        if not told and (rate or match is None):
            return words
    kept: list[str] = []
    for word in words:  # some hold spaces, "6 047"
        if match is None or len(" ".join([*kept, word])) > len(match[1]):
            break
        kept.append(word)
    return kept


def without_opening_date(words: list[str]) -> list[str]:
    """Return "5 May 2020: 54 killed" and "As of 5 May, 54 killed" without the date in front."""
    if ":" not in words and "," not in words:
        return words
    for i, word in enumerate(words[: _LONGEST_DATE + 1]):
        if word not in (":", ",") or i == 0:
            continue
        opening = " ".join(words[: i - (words[i - 1] == "alone")])
        rest = words[i + 1 :]
        date = is_time(opening.split())
        year = word == ":" and re.fullmatch(_YEAR, opening) and not DEAD.isdisjoint(rest)
        told = date or year
        if told and rest and any(number_at(padded(rest), k) for k in range(len(rest))):
            return rest
    return words


def without_occasions(words: list[str]) -> list[str]:
    """Return words without the occasion behind the dead: "30 killed in 2 attacks", "... 3 days"."""
    for i in range(1, len(words)):
        past = words[i + 1 : i + 2] == ["the"] and words[i + 2 : i + 3] and words[i + 2] in _PAST
        if words[i] not in _OCCASION or not (words[i - 1] in DEAD or past):
            continue
        j = i + 1
        while j < len(words) and words[j] in (
            "the",
            "last",
            "past",
            "first",
            "previous",
            "at",
            "least",
        ):
            j += 1
        if _HOURS.fullmatch(" ".join(words[j:])):
            return words[:i]
        match = number_at(padded(words), j)
        after = match[1] if match else j
        while match and after < len(words) and words[after] in _KINDS:
            after += 1
        noun = words[after] if match and after < len(words) else ""
        if noun in _TIMES or noun in THINGS:
            return words[:i]
    return words


def take_brackets(words: list[str]) -> tuple[list[str], list[list[str]]]:
    """Part words into those outside of brackets, and those inside of each pair."""
    outside: list[str] = []
    brackets: list[list[str]] = []
    closing = previous = ""
    beside: list[bool] = []  # whether a pair stands behind the injured, beside the dead
    for word in words:
        if word in ("(", "["):
            if closing:
                msg = "brackets stand inside brackets"
                raise QuantityError(msg)
            closing = ")" if word == "(" else "]"
            of_injured = outside[-1:] and outside[-1] in OUTCOMES and not DEAD.isdisjoint(outside)
            beside.append(bool(of_injured))
            brackets.append([])
        elif word in (")", "]"):
            if word != closing:
                msg = f"{word!r} closes no bracket"
                raise QuantityError(msg)
            closing = ""
        elif closing:
            brackets[-1].append(word)
        else:
            if outside and previous in (")", "]") and (word[0].isdigit() or word in _NUMBERS):
                outside.append(";")  # numbers do not join over a bracket
            outside.append(word)
        previous = word
    if closing:
        msg = f"a bracket is not closed: {closing!r} is missing"
        raise QuantityError(msg)
    kept = [
        bracket
        for bracket, other in zip(brackets, beside, strict=True)
        if bracket and not (other and any(word[0].isdigit() for word in bracket))
    ]
    return outside, kept


def _without_others(words: list[str]) -> list[str]:
    """Return "3 others wounded" as "3 wounded", and "3 of whom" as "3 of them"."""
    kept: list[str] = []
    for word, after in pairwise([*words, ""]):
        counted = kept and (kept[-1][0].isdigit() or kept[-1] in _NUMBERS or kept[-1] == "dozens")
        if word in ("others", "other") and counted and (after in OUTCOMES or after in _WERE):
            continue
        if word == "more" and counted and after in OUTCOMES:
            continue
        if word in ("others", "more") and counted and not after and _is_led(kept[:-1]):
            continue  # "killing 13 and injuring at least 40 others"
        beside = word == "another" and kept[-1:] and kept[-1] in _BESIDE
        if beside and (after[:1].isdigit() or after in _NUMBERS):
            continue  # "3 killed and another 7 hurt"
        kept.append("them" if word == "whom" and kept[-1:] == ["of"] and after in _WERE else word)
    return kept


def _is_led(words: list[str]) -> bool:
    """Whether words end in an outcome before its number: "... and injuring at least"."""
    j = next((k for k in range(len(words) - 1, -1, -1) if words[k] in OUTCOMES), -1)
    hedge = words[j + 1 :]
    match = phrase_at(BEFORE, padded(hedge), 0) if hedge else None
    plain = not hedge or (match is not None and match[1] == len(hedge))
    return j >= 0 and plain and not words[j - 1][:1].isdigit()


def _is_whole(words: list[str]) -> bool:
    """Whether a number and its noun stand before a colon: "5 deaths: 2 women, 3 children"."""
    if words[-1] in ("casualties", "casualty"):
        return True
    if "(" in words or "[" in words:
        return False
    told = words[-1] in DEAD or words[-1] in PEOPLE
    return told and any(number_at(padded(words), i) is not None for i in range(len(words) - 1))


def _moved_inside(words: list[str]) -> list[str]:
    """Return "23 people, two of them children, were killed" with the part behind all else."""
    commas = [i for i, word in enumerate(words) if word == ","]
    if len(commas) != 2 or words[commas[1] + 1 : commas[1] + 2] == []:
        return words
    first, second = commas
    inside, rest = words[first + 1 : second], words[second + 1 :]
    if (
        inside
        and inside[0] in _OPENING
        and PEOPLE.issuperset(inside[1 + (inside[1:2] == ["of"]) :])
    ):
        told = not DEAD.isdisjoint(rest) or rest[0] in _WERE
        return [*words[:first], *rest] if told else words  # "10 people, mostly women, were killed"
    whose = {"of them", "of whom", "of which"} & set(map(" ".join, pairwise(inside)))
    part = whose or (inside and inside[0] in ("including", "among"))
    if part and (rest[0] in _WERE or rest[0] in _HAVE or rest[0] in DEAD):
        return [*words[:first], *rest, ",", *inside]
    return words


def _one_alone(words: list[str]) -> list[str]:
    """Return "man shot dead", as headlines have it, as "a man shot dead"."""
    died = len(words) > 1 and (words[1] in _DIED or words[1:3] == ["shot", "dead"])
    if died and is_one_person(["a", *words, ""], 0):
        counted = any(number_at(padded(words), i) for i in range(2, len(words)))
        beside = not OUTCOMES.keys().isdisjoint(words)
        return ["a", *words] if beside or not counted else words
    return words


def _without_event(words: list[str]) -> list[str]:
    """Return "suicide attack in Kabul kills 17, injures 30" without what killed them."""
    if _KILLS.isdisjoint(words):
        return words
    for i, word in enumerate(words[:_LONGEST_EVENT]):
        if word in _KILLS and not _EVENTS.isdisjoint(words[:i]):
            before = words[:i]
            named = before[: next((k for k, w in enumerate(before) if w in _AT), i)]
            if (_EVENTS | _OF_EVENTS).issuperset(named) and len(before) - len(named) <= 3:
                return ["killed" if word in _KILLED else word, *words[i + 1 :]]
    return words


def _without_verb(words: list[str]) -> list[str]:
    """Return "left 12 people dead" and "claimed 12 lives" as the dead alone."""
    if words[0] in _VERBS and not DEAD.isdisjoint(words):
        return words[1 + (words[1:2] == ["in"]) :]
    if words[0] in _TAKING and words[-1] == "lives":
        return [*words[1:], "lost"]
    return words


def _with_comma(words: list[str]) -> list[str]:
    """Return "18 - all civilians" and "3 - incl. 1 medic" with a comma for the dash."""
    return [
        ","
        if word == "-" and i > 0 and (after in _OPENING or phrase_at(INCLUDING, [after], 0))
        else word
        for i, (word, after) in enumerate(pairwise([*words, ""]))
    ]


def _of_one_slash(words: list[str]) -> list[str]:
    """Return "captured/missing" as "captured and missing"; of the dead it may be two counts."""
    between = zip(words, words[1:], words[2:], strict=False)
    slashes = {
        i + 1
        for i, (first, sign, last) in enumerate(between)
        if sign == "/" and OUTCOMES.keys() >= {first, last}
    }
    return ["and" if i in slashes else word for i, word in enumerate(words)]


def _with_numbers(words: list[str]) -> list[str]:
    """Return "including the attacker" as "including an attacker"."""
    for i, word in enumerate(words[:-2]):
        if word in INCLUDING and words[i + 1] == "the":
            return [*words[: i + 1], *with_article(words[i + 1 :])]
    return words


def plain_words(words: list[str]) -> list[str]:
    """Return words with their turns of phrase made plain."""
    if ":" in words and (i := words.index(":")) > 0 and _is_whole(words[:i]):
        return [*words[:i], "(", *words[i + 1 :], ")"]
    words = _one_alone(_with_numbers(words))
    words = _without_event(_of_one_slash(_with_comma(words)))
    words = _moved_inside(_without_verb(words))
    return counted_households(_without_others(words))
