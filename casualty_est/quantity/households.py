"""People who are named and not counted: "a family of five", "the imam and 11 worshippers"."""

from __future__ import annotations

from casualty_est.quantity.counted import DEAD, OUTCOMES, PEOPLE, is_one_person
from casualty_est.quantity.tokens import padded
from casualty_est.quantity.words import SCALES
from casualty_est.quantity.written_numbers import number_at

_ARTICLES = ("a", "an", "the")
_WHOSE = frozenset({"a", "an", "another", "her", "his", "its", "one", "the", "their"})
_ADDED = frozenset({"another", "other", "others"})
_GROUPS = ("crew", "family", "group")  # "a family of five" is five people
_WHOLE = frozenset({"a", "an", "entire", "one", "single", "the", "whole"})
_FATE = DEAD | OUTCOMES.keys() | {"and", "are", "been", "have", "shot", "was", "were"}
_OF_COUPLE = frozenset({"elderly", "married", "old", "young"})


def counted_households(words: list[str]) -> list[str]:
    """Return words with all who are named in figures, and "a couple of dozen" as two dozen."""
    if "family" in words:
        words = _family_inside(words)
    if "and" in words:
        words = _one_and_more(words)
    if "couple" in words:
        words = _couple(words)
    group = next((word for word in words[:3] if word in _GROUPS), "")
    if group and (i := words.index(group)) + 2 < len(words):
        match = number_at(padded(words), i + 2)
        if match and words[i + 1] == "of" and _WHOLE.issuperset(words[:i]):
            rest = words[match[1] :]
            noun = [] if rest[:1] and rest[0] in PEOPLE else ["people"]
            return [*words[i + 2 : match[1]], *noun, *rest]
    return words


def with_article(words: list[str]) -> list[str]:
    """Return "the attacker" as "an attacker", and "the 19 attackers" without the article."""
    if words[:1] != ["the"] or len(words) < 2:
        return words
    if number_at(padded(words), 1):
        return words[1:]
    return ["a", *words[1:]] if is_one_person(padded(["a", *words[1:]]), 0) else words


def _family_inside(words: list[str]) -> list[str]:
    """Return "12 killed, including a family of five" as "... including five relatives"."""
    for i in range(1, len(words) - 2):
        if words[i : i + 2] == ["family", "of"] and words[i - 1] in ("a", "one"):
            match = number_at(padded(words), i + 2)
            if match and i > 1:
                number = words[i + 2 : match[1]]
                return [*words[: i - 1], *number, "relatives", *words[match[1] :]]
    return words


def _couple(words: list[str]) -> list[str]:
    """Return "a couple of dozen" as about two dozen, and "an elderly couple" as two people."""
    i = words.index("couple")
    j = i + 1 + (words[i + 1 : i + 2] == ["of"])
    start = i - (i > 0 and words[i - 1] == "a")
    if j < len(words) and words[j].removesuffix("s") in SCALES:
        hedge = [] if start else ["about"]
        return [*hedge, *words[:start], "two", words[j].removesuffix("s"), *words[j + 1 :]]
    if j == i + 1 and i == 2 and words[0] in _ARTICLES and words[1] in _OF_COUPLE:
        return ["2", "people", *words[j:]]
    return words


def _one_and_more(words: list[str]) -> list[str]:
    """Return "a couple and their three children" as five people, "mother and child" as two."""
    i = words.index("and")
    named = words[words[0] in _ARTICLES : i]
    one = is_one_person(padded(["a", *named]), 0) and PEOPLE.issuperset(named)
    first = 2 if named == ["couple"] else int(one and len(named) <= 2)
    rest = words[i + 1 :]
    whose = bool(rest) and rest[0] in _WHOSE
    match = number_at(padded(rest), int(whose)) if first and rest else None
    if match is None:
        child = rest[int(whose) : int(whose) + 1]
        if not first or not (child == ["son"] or is_one_person(padded(["a", *child]), 0)):
            return words
        more, end = 1, int(whose)
    else:
        more, end = match[0].value(), match[1]
    start = end
    while end < len(rest) and (rest[end] in PEOPLE or rest[end] in _ADDED or rest[end] == "son"):
        end += 1
    told = rest[end:]
    if end == start or not _FATE.issuperset(told):
        return words
    if match and words[0] in ("a", "an") and not whose and _ADDED.isdisjoint(rest[:end]):
        return words  # "a woman and 2 children" is read as two counts
    return [f"{first + more:,}", "people", *told]
