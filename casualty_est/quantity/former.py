"""A figure that another replaces: "37, down from 45", "54 (45 before)", "previously 45, now 54"."""

from __future__ import annotations

from itertools import pairwise

from casualty_est.errors import QuantityError
from casualty_est.quantity.counted import DEAD, OUTCOMES, PEOPLE
from casualty_est.quantity.tokens import padded, phrase_at
from casualty_est.quantity.words import BEFORE, CHANGED
from casualty_est.quantity.written_numbers import number_at

_BEFORE_NOW = frozenset({"earlier", "previously", "formerly", "originally", "initially", "was"})
_AT_FIRST = frozenset({"previously", "formerly", "originally", "initially", "was", "first"})
_GIVEN = frozenset(
    {"announced", "as", "at", "be", "been", "claimed", "estimated", "given", "has", "had", "is"}
    | {"listed", "put", "reported", "said", "stated", "to", "was", ":"}
)
_OF_BEFORE = frozenset({"earlier", "first", "former", "initial", "old", "original", "previous"})
_OF_BEFORE |= {"prior"}
_COUNTS = frozenset({"count", "estimate", "figure", "number", "report", "reports", "toll", "total"})
_COUNTS |= {"death", "deaths", "dead", "killed"}
_INSTEAD: tuple[list[str], ...] = (
    *(["instead", "of"], ["rather", "than"], ["not"]),
    *(["and", "not"], ["but", "not"]),
)
_AGAINST: tuple[list[str], ...] = (
    *(["against"], ["compared", "with"], ["compared", "to"], ["versus"], ["vs"]),
    *(["up", "from"], ["down", "from"], ["from"], []),
)
_BEHIND = frozenset({"before", "earlier", "previously", "initially", "originally", "formerly"})
_LATER = frozenset({"later", "now", "since", "subsequently", "currently"})
_REPLACED = frozenset(
    {"revised", "corrected", "updated", "lowered", "raised", "reduced", "increased", "adjusted"}
)
_BRINGS = frozenset({"bringing", "brings", "brought", "pushing", "raising", "taking"})
_ON_TOTALS = frozenset(
    {"the", "of", "confirmed", "official", "overall", "number", "current", "its"}
)
_NEW = frozenset({"new", "today", "more"})
_WAYS = frozenset({"up", "down", "upward", "upwards", "downward", "downwards"})
_MARKS = _AT_FIRST | _REPLACED | _BEHIND | {"instead", "rather", "not"}
_STOPS = frozenset({",", ";", "-"})
_FILLED = frozenset({"was", "were", "been", "has", "have", "but", "and", "then"})


def without_former(words: list[str]) -> list[str]:
    """Return words without the figure that another replaces."""
    if not words:
        return words
    words = _total_of(words) if not _BRINGS.isdisjoint(words) else _total_and_new(words)
    if _MARKS.isdisjoint(words):
        return _without_from(words) if "from" in words else words
    return _without_from(_without_compared(_without_first(words)))


def _total_of(words: list[str]) -> list[str]:
    """Return "5 more bodies found, bringing the total to 63" as 63, if the total is of the dead."""
    i = next(i for i, word in enumerate(words) if word in _BRINGS)
    j = next((j for j in range(i, len(words)) if words[j] == "to"), i)
    named, rest = words[i + 1 : j], words[j + 1 :]
    known = (_COUNTS | _ON_TOTALS | DEAD | PEOPLE).issuperset(named)
    sure = not DEAD.isdisjoint(named) or (
        not DEAD.isdisjoint(words[:i]) and OUTCOMES.keys().isdisjoint(words[:i])
    )
    return rest if named and known and sure and _count_end(rest) else words


def _total_and_new(words: list[str]) -> list[str]:
    """Return "12,300 total, 45 new", "45 new, 12,300 total" and "up 45 to 12,300" as the total."""
    if words[0] in ("up", "down") or "by" in words[:5]:
        i = words.index("by") if "by" in words[:5] else 0
        end = _count_end(words[i + 1 :])
        rest = words[i + 1 + end :]
        changed = CHANGED.isdisjoint(words[: i or 1]) is False and (
            CHANGED | _COUNTS | {"the"}
        ).issuperset(words[: i or 1])
        if end and changed and rest[:1] == ["to"] and _count_end(rest[1:]) == len(rest) - 1:
            return rest[1:]
    cut = next((i for i, word in enumerate(words) if word in (",", ";", "/")), 0)
    pieces = [words[:cut], words[cut + 1 :]]
    if cut and not _NEW.isdisjoint(words) and "total" in words:
        for whole, new in (pieces, pieces[::-1]):
            if "total" in whole and new[-1] in _NEW and _count_end(new[:-1]) == len(new) - 1:
                return [word for word in whole if word not in ("total", "in")]
    return words


def replaced_by(inner: list[str], words: list[str]) -> list[str]:
    """Return the figure that brackets put in the place of another: "(later revised to 54)"."""
    if words[0] == "+" and inner[0] == "total":  # "+45 (total 12,300)"
        return inner[1 + (inner[1:2] == [":"]) :]
    rest, told = _after_change(inner, known=False)
    end = _count_end(rest) if told else 0
    return rest if end and end == len(rest) else []


def _after_change(words: list[str], *, known: bool) -> tuple[list[str], bool]:
    """Return what stands behind "later revised down to", and whether that stands there.

    known: whether words before it say that the figure there no longer holds, so that "now" will do.
    """
    i, told = 0, False
    while i < len(words) and (
        words[i] in _LATER | _REPLACED | _WAYS | _FILLED | {"to", "at", "is", "stands", ":"}
    ):
        told = told or words[i] in _REPLACED or (known and words[i] in _LATER)
        i += 1
    return words[i:], told and i < len(words)


def _count_end(words: list[str]) -> int:
    """Return the position behind a hedged number and its noun at the start of words, or 0."""
    tokens, i = padded(words), 0
    while words and (hedge := phrase_at(BEFORE, tokens, i)):
        i = hedge[1]
    try:
        match = number_at(tokens, i) if words else None
    except QuantityError:  # "a 14th", "40w": the reader of the clause says it better
        match = None
    if match is None:
        return 0
    end = match[1]
    while tokens[end] in DEAD or tokens[end] in PEOPLE:
        end += 1
    return end


def _without_first(words: list[str]) -> list[str]:
    """Return "previously 45, now 54" and "45, later revised to 54" as 54."""
    i, told = 0, False
    while i < len(words) and (words[i] in _AT_FIRST or (told and words[i] in _GIVEN)):
        told, i = True, i + 1
    end = _count_end(words[i:])
    if not end:
        return words
    end += i
    parted = end < len(words) and words[end] in _STOPS
    rest, changed = _after_change(words[end + parted :], known=told)
    later = words[end + parted : end + parted + 1]
    sure = told or (changed and (parted or later[:1] in (["later"], ["since"])))
    # "45, now 54" may be two counts: something must say that the first no longer holds.
    replaced = not _REPLACED.isdisjoint(words[end : len(words) - len(rest)])
    return rest if changed and sure and (told or replaced) and _count_end(rest) else words


def _without_compared(words: list[str]) -> list[str]:
    """Return "54 killed, compared with 45 before" and "54 dead instead of 45" as the first."""
    first = next((i + end for i in range(len(words)) if (end := _count_end(words[i:]))), len(words))
    for i in range(first, len(words)):
        if _is_compared(words[i:], parted=words[i - 1] in _STOPS):
            kept = words[:i]
            while kept[-1] in _STOPS:
                kept = kept[:-1]
            return kept
    return words


def _is_compared(words: list[str], *, parted: bool = True) -> bool:
    """Whether words are a former figure: "instead of 45", "45 before", "not 45 as reported"."""
    for opening in (*_INSTEAD, *_AGAINST):
        if words[: len(opening)] != opening:
            continue
        rest = words[len(opening) :]
        rest = rest[1:] if rest[:1] == ["the"] else rest
        end = _count_end(rest)
        if not end:
            continue
        behind = [word for word in rest[end:] if word not in _GIVEN]
        before = bool(behind) and (_BEHIND | {"first"}).issuperset(behind)
        instead = opening in _INSTEAD and (before or not rest[end:])
        if instead or (before and (parted or bool(opening))):
            return True
    return False


def _without_from(words: list[str]) -> list[str]:
    """Return words without the figure that this one replaces: "37, down from 45".

    "37 from 45" says neither which of them holds, nor that one of them is a former one.
    """
    for i in range(len(words) - 2, -1, -1):
        if words[i] != "from":
            continue
        match = number_at(padded(words), i + 1)
        if i and match and words[match[1] : match[1] + 1] == ["to"] and {*words[:i]} <= CHANGED:
            return words[match[1] + 1 :]  # "revised down from 359 to 253"
        if i and match and words[match[1] : match[1] + 1] == ["to"] and words[i - 1] in CHANGED:
            start = i
            while start and words[start - 1] in CHANGED | _FILLED:
                start -= 1
            return [*words[:start], *words[match[1] + 1 :]]  # "death toll rose from 45 to 54"
        if match is None or match[1] != len(words):
            continue
        start = i
        while start and words[start - 1] in CHANGED:
            start -= 1
        if start == i and not (i > 1 and _has_changed(words[:i])):
            return words
        while start and words[start - 1] in (",", ";", "-"):
            start -= 1
        return words[:start]
    return words


def _has_changed(words: list[str]) -> bool:
    """Whether words before "from" say that a figure changed: "rises to 63", "revised to 63"."""
    return words[0] in CHANGED or any(
        word in CHANGED and after == "to" for word, after in pairwise(words)
    )


def is_former(words: list[str]) -> bool:
    """Whether brackets hold a former figure and nothing else: "(revised from 45)"."""
    if words and words[0] in _BEFORE_NOW:
        i = 1
        while i < len(words) and words[i] in _GIVEN | _FILLED:
            i += 1
        end = _count_end(words[i:])
        return bool(end) and i + end == len(words)
    if words and words[0] in _OF_BEFORE:
        told = 1
        while told < len(words) and words[told] in _COUNTS | _GIVEN | {"of"}:
            told += 1
        end = _count_end(words[told:]) if told > 1 else 0
        return bool(end) and told + end == len(words)
    if _is_compared(words):
        return True
    return bool(words) and words[0] in CHANGED and not _rest_of_former(words)


def _rest_of_former(words: list[str]) -> list[str]:
    i = 0
    while i < len(words) and words[i] in CHANGED:
        i += 1
    if i == len(words) or words[i] != "from":
        return words
    match = number_at(padded(words), i + 1)
    return words[match[1] :] if match else words
