"""What is said beside a count and changes nothing of it: former figures, "most of them women"."""

from __future__ import annotations

import re
from collections.abc import Callable

from casualty_est.quantity.counted import DEAD, PEOPLE, is_one_person
from casualty_est.quantity.former import is_former, without_former
from casualty_est.quantity.tokens import padded, phrase_at
from casualty_est.quantity.words import BEFORE, BESIDE_UNDERCOUNT, UNDERCOUNT, Phrase
from casualty_est.quantity.written_numbers import number_at

_MOST = frozenset(
    {"all", "most", "mostly", "mainly", "largely", "predominantly", "chiefly", "many", "half"}
)
_N = r"(?:[0-9]{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eighteen)"
# "5 children under the age of eighteen", "2 children aged 3 and 5"
_AGES = re.compile(
    rf"(.*?) (?:(?:aged?|ages)(?: between| under| over| of)? {_N}(?: (?:to|-|and|,|or|& )+ {_N})*|"
    rf"(?:under|below) the age of {_N}|(?:under|below) {_N}(?= years?|$))"
    r"(?: (?:years?|months?|old|of age|and under|and older|or older|or younger))*"
)
_SEX_UNKNOWN = re.compile(
    r"(.*?) whose (?:sex|gender|age|identity|name)s?(?: (?:and|or) (?:sex|age))? "
    r"(?:is|are|was|were|has|have) (?:unknown|"
    r"(?:not )?(?:yet )?(?:been )?(?:known|established|identified|determined))"
)
_EXCLUDED = re.compile(
    r"(.*?)(?: ,)? (?:excluding|excludes|excl\.?|not including|without counting|not counting)"
    r"(?: (?:[0-9]{1,3}|hijackers?|gunm[ae]n|assailants?|shooters?|"
    r"the|those|people|persons|missing|under|rubble|wounded|injured|still|buried|trapped|"
    r"bodies|who|are|is|and|or|combatants|fighters|militants|soldiers|civilians|foreigners|"
    r"military|police|attackers?|perpetrators?|bombers?))+"
)
_NATIONS = re.compile(
    r"(.*?) (?:of|from) (?:at least )?(?:[0-9]{1,2}|[a-z]+) (?:different )?"
    r"(?:nationalities|countries)"
)
_THIS_WEEK = re.compile(
    r"(.*?) (?:this|last) (?:week|month|year|morning|evening|night|weekend|summer|winter|spring)"
)
# The injured whom nobody counts: "5 killed and many injured".
_UNCOUNTED = re.compile(
    r"(.*?)(?: ,| ;| and| with| while)+ (?:(?:an? )?unknown(?: number(?: of)?)?|many|others|some|"
    r"numerous|another|as many|twice as many|an equal number of|countless|a number of|more)"
    r"(?: others?| more| people| civilians)? ?"
    r"(?:(?:were|was|are|reported|also|critically|seriously|badly|severely) )*"
    r"(?:injured|wounded|hurt|missing|detained|arrested|displaced|captured)"
)
_INJURED_UNKNOWN = re.compile(
    r"(.*?)(?: ,| ;)+ (?:number of )?(?:injured|wounded|injuries|missing) (?:is |are )?"
    r"(?:unknown|unclear|not known|unspecified)"
)
_DECADE = re.compile(
    r"(.*?) in (?:his|her|their) (?:(?:early|mid|late)(?: -)? )?(?:[1-9]0s|teens|twenties|thirties|"
    r"forties|fifties|sixties|seventies|eighties)"
)
_AGED = re.compile(r"(an? (?:[^ ,]+ ){0,2}[^ ,]+) , [0-9]{1,2}")  # a man, 34
_NOT_EXACT = re.compile(
    r"(.*?)(?: [,;-])+ (?:the )?(?:exact|precise) (?:number|toll|count|figure)s? (?:is |remains )?"
    r"(?:still )?(?:unknown|unclear|unspecified|not (?:known|clear|given|available|specified))"
)
_NO_TOTAL = re.compile(
    r"(.*?)(?: [,;-])+ (?:the )?(?:(?:total|full|final|true|real|actual|overall) )*"
    r"(?:number|toll|total|count|figure|death toll)s? (?:is |remains )?(?:still )?"
    r"(?:unknown|unclear|not known|not clear)"
)
_SOURCES_DIFFER = re.compile(
    r"(.*?)(?: [,;-])* (?:depending on|according to|varies by|varying by) (?:the )?"
    r"(?:sources?|estimates?|accounts?)"
)
_WHO = "(?:affiliation|age|gender|identity|nationality|sex|status)"
_UNKNOWN_WHO = re.compile(
    rf"(?:of )?(?:unknown|unspecified|undetermined) {_WHO}|"
    rf"{_WHO} (?:unknown|unspecified|undetermined)"
)
# "31 of 72 patients died": whom they were among.
_AMONG = 1_000  # times as many at the most, or the second number has thousands that the first lacks
_SHARE = re.compile(r"[~<>]?(?:100|[0-9]{1,2})(?:\.[0-9]{1,2})?")
_PERCENT = re.compile(
    r"(?:100|[0-9]{1,2})(?:\.[0-9])? (?:%|percent|per cent)(?: of)?(?: them| whom)?"
    r"(?: were| are)? ([a-z ]+)"
)
_AGED_ONES = PEOPLE | {"them", "whom"}
_FILLING = frozenset({"of", "them", "whom", "which", "were", "are", "and", "many", "mostly", "the"})
_THE_DEAD = frozenset({"killed", "dead", "deaths", "fatalities", "victims", "bodies"})
_FRACTIONS = frozenset({"fifth", "quarter", "quarters", "third", "thirds"})
_MOST_LENGTH = 9
_RISES = frozenset({"rise", "climb", "increase", "grow"})
_MAY = frozenset({"may", "might", "could", "expected", "likely", "feared", "set", "will", "would"})


def without_asides(words: list[str]) -> list[str]:
    """Return words without a former figure or a share in words at their end."""
    words = _matched(_AGES, words, lambda match: match[1].split()[-1] in _AGED_ONES)
    words = _matched(_SEX_UNKNOWN, words, lambda match: True)
    if words[-1:] in (["countries"], ["nationalities"]):
        words = _matched(_NATIONS, words, lambda match: match[1].split()[-1] in PEOPLE | DEAD)
    words = _matched(_DECADE, words, lambda match: match[1].split()[-1] in PEOPLE)
    words = _matched(_AGED, words, lambda match: is_one_person(padded(match[1].split()), 0))
    words = _matched(_NOT_EXACT, words, lambda match: True)
    if len(told := _matched(_NO_TOTAL, words, lambda match: True)) < len(words):
        words = [*told, "or", "more"]
    words = _at_least_known(_without_whole(words))
    words = _matched(_SOURCES_DIFFER, words, lambda match: True)
    words = _matched(_EXCLUDED, words, lambda match: True)
    words = _matched(_THIS_WEEK, words, lambda match: not DEAD.isdisjoint(match[1].split()))
    for pattern in (_UNCOUNTED, _INJURED_UNKNOWN):
        words = _matched(pattern, words, lambda match: not DEAD.isdisjoint(match[1].split()))
    return _more(_without_shares(without_former(words)))


def _at_least_known(words: list[str]) -> list[str]:
    """Return "unknown, at least 5" as "at least 5"."""
    i = 2 if words[:2] == ["unknown", "number"] else 1
    if words[:1] == ["unknown"] and words[i : i + 1] and words[i] in (",", ";", ":", "-"):
        hedge, _ = phrase_at(BEFORE, padded(words), i + 1) or (None, 0)
        return words[i + 1 :] if hedge in (Phrase.AT_LEAST, Phrase.MORE_THAN) else words
    return words


def _without_whole(words: list[str]) -> list[str]:
    """Return "31 of 72 patients died" as "31 patients died"."""
    tokens = padded(words)
    start = 0
    while words and (hedge := phrase_at(BEFORE, tokens, start)):
        start = hedge[1]
    first = number_at(tokens, start) if words else None
    if first is None:
        return words
    i = first[1] + (tokens[first[1]] == "out")
    second = number_at(tokens, i + 1 + (tokens[i + 1] == "the")) if tokens[i] == "of" else None
    if second is None or DEAD.isdisjoint(words[second[1] :]):
        return words
    part, whole = first[0].value(), second[0].value()
    rest = words[second[1] :]
    if rest[0] in _THE_DEAD and len(rest) > 1:
        return words  # "9 out of 10 killed were civilians"
    among = 0 < part <= whole <= _AMONG * part
    return [*words[: first[1]], *words[second[1] :]] if among else words


def _matched(
    pattern: re.Pattern[str], words: list[str], means: Callable[[re.Match[str]], bool]
) -> list[str]:
    """Return words without what a pattern finds behind them."""
    match = pattern.fullmatch(" ".join(words))
    if match is None or not match[1].strip() or not means(match):
        return words
    count, kept = 0, 0
    while kept < len(words) and count + len(words[kept]) <= len(match[1]):
        count += len(words[kept]) + 1
        kept += 1
    return words[:kept]


def is_undercount(words: list[str]) -> bool:
    """Whether words say that there were more: "actual toll likely higher", "undercount"."""
    told = UNDERCOUNT.intersection(words)
    foretold = not _RISES.issuperset(told) or not _MAY.isdisjoint(words)  # not "an increase"
    return bool(told) and foretold and (told | BESIDE_UNDERCOUNT).issuperset(words)


def _more(words: list[str]) -> list[str]:
    """Write "8,119, though the real number is likely higher" as 8,119 or more."""
    for i in range(1, len(words)):
        if words[i] in (",", ";", "-") and is_undercount(words[i + 1 :]):
            return [*words[:i], "or", "more"]
    return words


def is_aside(words: list[str]) -> bool:
    """Whether brackets hold a former figure, ages, a share or whom the count leaves out."""
    text = " ".join(words)
    share = _PERCENT.fullmatch(text)
    told = share is not None and all(word in PEOPLE for word in share[1].split() if word != "and")
    aside = _NOT_EXACT.fullmatch(f"dead , {text}")
    aside = aside or _AGES.fullmatch(f"people {text}") or _EXCLUDED.fullmatch(f"dead {text}")
    aside = aside or _UNKNOWN_WHO.fullmatch(text)
    return is_former(words) or told or aside is not None or _is_share(words)


def _is_share(words: list[str]) -> bool:
    """Whether brackets hold a percentage alone: "31 (43%)" is 31, and 43% of others."""
    *number, sign = words[:-2] if words[-2:] == ["per", "cent"] else words[:-1], words[-1]
    digits = "".join(number[0])
    return sign in ("%", "percent", "cent") and _SHARE.fullmatch(digits) is not None


def _without_shares(words: list[str]) -> list[str]:
    """Leave out "most of them women", "half of them children": they hold no number."""
    for i in range(1, len(words)):
        if words[i] not in (",", ";", "-") or i + 1 == len(words):
            continue
        rest = _share_first(words[i + 1 :])
        if rest[0] == "including" and rest[1:2] and rest[1] in ("many", "some", "mostly"):
            rest = rest[1:]
        elif _PERCENT.fullmatch(" ".join(rest)):
            rest = ["most", *rest[2:]]
        elif rest[0] not in _MOST or len(rest) > _MOST_LENGTH:
            continue
        told = [word for word in rest[1:] if word not in _FILLING]
        if told and all(word in PEOPLE for word in told) and not _has_number(rest[1:]):
            return words[:i]
    return words


def _share_first(words: list[str]) -> list[str]:
    """Return "a third of them children" as "most of them children"."""
    i = 2 if words[:2] == ["of", "whom"] else int(words[0] == "including")
    share = len(words) > i + 1 and words[i + 1] in _FRACTIONS
    return ["most", *words[i + 2 :]] if share else words


def _has_number(words: list[str]) -> bool:
    return any(number_at(padded(words), k) for k in range(len(words)))
